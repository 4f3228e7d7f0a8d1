/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ranges of an address space as a tree of two levels, whose leaves several
 * address spaces may share.
 */
#ifndef IPCPROBE_MODEL_COPIES_RANGE_TREE_H
#define IPCPROBE_MODEL_COPIES_RANGE_TREE_H

#include "model/copies/range.h"

/*
 * Position of a range in the order of ranges. After the last range: leaf =
 * nr_leaves, i = 0.
 */
struct range_spot {
	uint32_t leaf;
	uint32_t i;
};

struct range_spot range_tree_after(const struct ranges *ranges, uint64_t address);
const struct range *range_tree_at(const struct ranges *ranges, struct range_spot spot);
struct range *range_tree_edit(struct ranges **ranges, struct range_spot spot);
int range_tree_insert(struct ranges **ranges, const struct range *range);
int range_tree_remove(struct ranges **ranges, struct range_spot spot);
int range_tree_filter(struct ranges **ranges, bool (*keep)(struct range *range, void *arg),
		      void *arg);

#endif /* IPCPROBE_MODEL_COPIES_RANGE_TREE_H */
