/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checksums of all bytes that an operation moved, in blocks: where a recording
 * has them, they prove each block by itself.
 */
#ifndef IPCPROBE_MODEL_COPIES_CHECKSUM_H
#define IPCPROBE_MODEL_COPIES_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/copies/fingerprint.h"

#define SUMS_MAX	(1U << 21)	/* kept of all memory; then the oldest are forgotten */
#define SUM_SETS_MAX	65536U		/* likewise, of operations */

/**
 * struct checksum - a block whose checksum is known
 * @at: where it begins: an address, an offset, or its place in an operation
 * @hash: its checksum
 * @bytes: its length
 */
struct checksum {
	uint64_t at;
	uint32_t hash;
	uint32_t bytes;
};

/* sums in the order of their places */
struct checksums {
	struct checksum *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct sum_store - the sums of what lies in memory
 * @set: by number, modulo SUM_SETS_MAX; NULL = none were ever kept
 * @oldest: number of the first that is kept
 * @next: number of the next one, @oldest = there are none; 0 is none's
 * @nr: sums in all
 */
struct sum_store {
	struct checksums *set;
	uint32_t oldest;
	uint32_t next;
	uint32_t nr;
};

/* bytes of which comparing sums says the same */
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
