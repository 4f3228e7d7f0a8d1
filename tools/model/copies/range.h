/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bytes of a process's memory came in by which hop: address ranges of
 * one address space.  A child of fork shares its parent's until one changes.
 */
#ifndef IPCPROBE_MODEL_COPIES_RANGE_H
#define IPCPROBE_MODEL_COPIES_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/copies/fingerprint.h"

#define RANGES_MAX	65536U	/* of one address space; then the older half is forgotten */
#define RANGE_LEAF_MAX	32U	/* ranges that lie together in memory here */
#define RANGE_NR_PASSED	4U	/* objects remembered that a range went to */

/**
 * struct piece - bytes of one origin, in order
 * @bytes: how many
 * @fresh_bytes: of these, how many go further for the first time
 * @hop: the hop by which they came; 0 = not known
 * @end: from a pipe: who wrote them (struct channel_end); 0 = not known
 * @grade: enum grade of the link to @hop
 * @is_proven: checksums say so of every byte
 * @is_again: they had gone there before, so they are others, or sent again
 * @changed: hop that brought what was here, and never went further: the process
 *	has put other data in its place; 0 = none
 */
struct piece {
	uint64_t bytes;
	uint64_t fresh_bytes;
	uint32_t hop;
	uint32_t end;
	uint8_t grade;
	bool is_proven;
	bool is_again;
	uint32_t changed;
};

struct pieces {
	struct piece *v;
	uint32_t nr;
	uint32_t cap;
};

int pieces_add(struct pieces *pieces, const struct piece *piece);

/**
 * struct range - bytes that came in
 * @age: the higher, the later
 * @passed_to: objects they went to, the last one first; 0 = none
 * @sums: number of the set with the checksums of its blocks; 0 = none
 * @point: words in it whose fingerprints are known; hash 0 = none
 *
 * Bytes are not passed on to one object twice: memory that is written there
 * again was filled anew meanwhile, by something that is not recorded.
 */
struct range {
	uint64_t start;
	uint64_t end;
	uint32_t hop;
	uint32_t age;
	uint32_t passed_to[RANGE_NR_PASSED];
	uint32_t sums;
	struct point point[PRINTS_MAX];
};

/**
 * struct range_leaf - neighbouring ranges, in order
 * @nr_sharing: address spaces that refer to it
 * @visit: the last visit that came here
 */
struct range_leaf {
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t cap;
	uint32_t visit;
	struct range v[];
};

/**
 * struct ranges - the ranges of an address space, in order, none overlapping
 * @nr_sharing: processes that refer to it
 * @nr: ranges, in all leaves
 * @clock: age of the next range
 * @has_forgotten: ranges were dropped: what is not found may have been there
 * @leaf: none of them empty
 */
struct ranges {
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t nr_leaves;
	uint32_t cap_leaves;
	uint32_t clock;
	bool has_forgotten;
	struct range_leaf *leaf[];
};

struct ranges *ranges_get(struct ranges *ranges);
void ranges_put(struct ranges *ranges);

int ranges_set(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t hop,
	       const struct points_view *points);
int ranges_pass(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t to,
		const struct points_view *points, struct pieces *out);
bool ranges_have(const struct ranges *ranges, uint64_t start, uint64_t *until);
void ranges_visit(const struct ranges *ranges, uint32_t visit,
		  void (*look)(void *arg, const struct range *range), void *arg);
int ranges_forget(struct ranges **ranges, uint64_t start, uint64_t bytes);

#endif /* IPCPROBE_MODEL_COPIES_RANGE_H */
