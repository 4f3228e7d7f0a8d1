/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checksums of all bytes that an operation moved, in blocks. If a recording has
 * checksums, each block is compared by itself.
 */
#ifndef IPCPROBE_MODEL_COPIES_CHECKSUM_H
#define IPCPROBE_MODEL_COPIES_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/copies/fingerprint.h"

/* checksums kept in total; above it the oldest sets are forgotten */
#define SUMS_MAX	(1U << 21)
/* sets kept, one per operation; above it the oldest are forgotten */
#define SUM_SETS_MAX	65536U

/**
 * struct checksum - a block whose checksum is known
 * @at: begin of the block: an address, an offset, or a place in an operation
 * @hash: checksum of the block
 * @bytes: length of the block
 */
struct checksum {
	uint64_t at;
	uint32_t hash;
	uint32_t bytes;
};

/* Checksums in the order of their places. */
struct checksums {
	struct checksum *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct sum_store - the checksums of bytes in memory
 * @set: sets by number modulo SUM_SETS_MAX; NULL = no set was ever kept
 * @oldest: number of the oldest set that is kept
 * @next: number of the next set; equal to @oldest if there are none; no set has
 *	number 0
 * @nr: number of checksums in all sets
 */
struct sum_store {
	struct checksums *set;
	uint32_t oldest;
	uint32_t next;
	uint32_t nr;
};

/* Bytes for which the comparison of checksums has one result. */
struct sum_run {
	uint64_t end;
	enum print_match match;
	bool is_compared;
};

void sums_init(void);
void sum_store_deinit(struct sum_store *store);
int sum_store_add(struct sum_store *store, const struct checksum *v, uint32_t nr, uint64_t first,
		  uint64_t start, uint64_t bytes, uint32_t *ret);
const struct checksums *sum_store_get(const struct sum_store *store, uint32_t number);

struct sum_run sums_compare(const struct checksums *known, const struct checksum *v, uint32_t nr,
			    uint64_t first, uint64_t from, uint64_t start, uint64_t end);
int sums_add(struct checksums *sums, const struct checksum *sum);
int sums_cut(struct checksums *sums, const struct checksum *v, uint32_t nr, uint64_t first,
	     uint64_t bytes);

#endif /* IPCPROBE_MODEL_COPIES_CHECKSUM_H */
