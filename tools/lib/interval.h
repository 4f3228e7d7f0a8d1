/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A map from addresses to what is there: intervals in order, none overlapping.
 *
 * The map is a tree of two levels. Owners that have the same intervals, as a process
 * and its child do after a fork, share the tree until one of them changes it, and the
 * unchanged leaves after that.
 */
#ifndef IPCPROBE_LIB_INTERVAL_H
#define IPCPROBE_LIB_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTERVAL_LEAF_MAX	32U	/* maximum number of intervals in a leaf */
#define INTERVAL_BYTES_MAX	128U	/* maximum size of one interval */

/* Addresses @start ... @end - 1; the first member of what a map contains. */
struct interval {
	uint64_t start;
	uint64_t end;
};

/**
 * struct interval_kind - what a map contains
 * @bytes: size of one interval with what belongs to it
 * @cut: reduce an interval to the addresses @start ... @end, which lie in it
 */
struct interval_kind {
	size_t bytes;
	void (*cut)(void *interval, uint64_t start, uint64_t end);
};

/**
 * struct interval_leaf - neighbouring intervals, in order
 * @nr_sharing: number of maps that refer to the leaf
 * @visit: last visit that visited the leaf
 */
struct interval_leaf {
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t cap;
	uint32_t visit;
	char v[] __attribute__((aligned(8)));
};

/**
 * struct intervals - a map; NULL = an empty one
 * @kind: what it contains
 * @nr_sharing: number of owners of the map
 * @nr: number of intervals in all leaves
 * @leaf: leaves in order, none of them empty
 */
struct intervals {
	const struct interval_kind *kind;
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t nr_leaves;
	uint32_t cap_leaves;
	struct interval_leaf *leaf[];
};

/*
 * Position of an interval in the order of intervals. After the last one: leaf =
 * nr_leaves, i = 0.
 */
struct interval_spot {
	uint32_t leaf;
	uint32_t i;
};

struct intervals *intervals_get(struct intervals *map);
void intervals_put(struct intervals *map);

struct interval_spot intervals_after(const struct intervals *map, uint64_t address);
void *intervals_edit(struct intervals **map, struct interval_spot spot);
int intervals_insert(struct intervals **map, const struct interval_kind *kind,
		     const void *interval);
int intervals_remove(struct intervals **map, struct interval_spot spot);
int intervals_clear(struct intervals **map, uint64_t start, uint64_t end);
int intervals_filter(struct intervals **map, bool (*keep)(void *interval, void *arg), void *arg);
void intervals_visit(const struct intervals *map, uint32_t visit,
		     void (*look)(void *arg, const void *interval), void *arg);

/* The interval at @spot; NULL = none. */
static inline const void *intervals_at(const struct intervals *map, struct interval_spot spot)
{
	return map && spot.leaf < map->nr_leaves ?
	       map->leaf[spot.leaf]->v + spot.i * map->kind->bytes : NULL;
}

/* The interval at @address, or the first one after it; NULL = none. */
static inline const void *intervals_next(const struct intervals *map, uint64_t address)
{
	return intervals_at(map, intervals_after(map, address));
}

#endif /* IPCPROBE_LIB_INTERVAL_H */
