/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bytes of a process's memory came in by which hop: address ranges of
 * one address space.  A child of fork shares its parent's until one changes.
 */
#ifndef IPCPROBE_MODEL_RANGE_H
#define IPCPROBE_MODEL_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX	2048U	/* of one address space; then the older half is forgotten */

/**
 * struct piece - bytes of one origin, in order
 * @bytes: how many
 * @fresh_bytes: of these, how many go further for the first time
 * @hop: the hop by which they came; 0 = not known
 * @end: from a pipe: who wrote them (struct channel_end); 0 = not known
 * @is_inferred: only linked by process and time
 * @is_again: they had gone there before, so they are others, or sent again
 */
struct piece {
	uint64_t bytes;
	uint64_t fresh_bytes;
	uint32_t hop;
	uint32_t end;
	bool is_inferred;
	bool is_again;
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
 * @passed_to: object they went to (last), 0 = none yet
 *
 * Bytes are not passed on to one object twice: memory that is written there
 * again was filled anew meanwhile, by something that is not recorded.
 */
struct range {
	uint64_t start;
	uint64_t end;
	uint32_t hop;
	uint32_t age;
	uint32_t passed_to;
};

/**
 * struct ranges - the ranges of an address space, in order, none overlapping
 * @nr_sharing: processes that refer to it
 * @clock: age of the next range
 * @has_forgotten: ranges were dropped: what is not found may have been there
 */
struct ranges {
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t cap;
	uint32_t clock;
	bool has_forgotten;
	struct range v[];
};

struct ranges *ranges_get(struct ranges *ranges);
void ranges_put(struct ranges *ranges);

int ranges_set(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t hop);
int ranges_pass(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t to,
		struct pieces *out);
int ranges_forget(struct ranges **ranges, uint64_t start, uint64_t bytes);

#endif /* IPCPROBE_MODEL_RANGE_H */
