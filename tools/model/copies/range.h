/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hops that brought the bytes of a process's memory: address ranges of one
 * address space. A child of fork shares its parent's ranges until one of the two
 * changes.
 */
#ifndef IPCPROBE_MODEL_COPIES_RANGE_H
#define IPCPROBE_MODEL_COPIES_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/interval.h"
#include "model/copies/fingerprint.h"

/* maximum for one address space; above it the older half is forgotten */
#define RANGES_MAX	65536U
#define RANGE_NR_PASSED	4U	/* number of objects kept that a range went to */

/**
 * struct piece - bytes of one origin, in order
 * @bytes: number of bytes
 * @fresh_bytes: number of bytes that go on for the first time
 * @hop: hop by which the bytes came; 0 = not known
 * @end: bytes from a pipe: the writer's channel_end; 0 = not known
 * @grade: enum grade of the link to @hop
 * @is_proven: checksums prove the origin of every byte
 * @is_again: the range has gone to this object before, so the bytes are others, or
 *	are sent again
 * @changed: hop that brought other bytes to these addresses, which never went on:
 *	the process replaced them; 0 = none
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
 * @age: value of ranges->clock when the bytes came in
 * @passed_to: objects that the bytes went to, last first; 0 = none
 * @sums: number of the set with the checksums of the range's blocks; 0 = none
 * @point: words in the range whose fingerprints are known; hash 0 = none
 *
 * Bytes are not passed on to one object twice: if memory is written there again,
 * something that is not recorded filled it anew in between.
 */
struct range {
	struct interval at;
	uint32_t hop;
	uint32_t age;
	uint32_t passed_to[RANGE_NR_PASSED];
	uint32_t sums;
	struct point point[PRINTS_MAX];
};

/**
 * struct ranges - the ranges of an address space
 * @map: struct range, by address
 * @clock: age of the next range
 * @has_forgotten: ranges were forgotten: a range that is not found may have existed
 */
struct ranges {
	struct intervals *map;
	uint32_t clock;
	bool has_forgotten;
};

void ranges_copy(struct ranges *ranges, const struct ranges *from);
void ranges_drop(struct ranges *ranges);

int ranges_set(struct ranges *ranges, uint64_t start, uint64_t bytes, uint32_t hop,
	       const struct points_view *points);
int ranges_pass(struct ranges *ranges, uint64_t start, uint64_t bytes, uint32_t to,
		const struct points_view *points, struct pieces *out);
bool ranges_have(const struct ranges *ranges, uint64_t start, uint64_t *until);
int ranges_forget(struct ranges *ranges, uint64_t start, uint64_t bytes);

#endif /* IPCPROBE_MODEL_COPIES_RANGE_H */
