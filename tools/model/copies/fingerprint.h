/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fingerprints of the bytes that an operation moved, and what they prove.
 *
 * Records contain the fingerprints of three words of each user buffer. They are
 * kept with the bytes that an operation brings into memory. An operation that takes
 * these bytes out has fingerprints, too; if both have the fingerprint of one word,
 * the comparison shows whether the data is the same.
 */
#ifndef IPCPROBE_MODEL_COPIES_FINGERPRINT_H
#define IPCPROBE_MODEL_COPIES_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#define PRINTS_MAX	3U	/* fingerprints of one buffer */

/* How certain it is that bytes are those that another hop brought; best first. */
enum grade {
	GRADE_EXACT,		/* by position in a stream, or by fingerprints that agree */
	GRADE_ADDRESS,		/* by address; too little could be compared */
	GRADE_INFERRED,		/* by process and time */
	NR_GRADES
};

/**
 * struct prints - the fingerprints in a record of a user buffer
 * @span: length of the fingerprinted bytes, from the buffer's address on; 0 = none
 * @head: fingerprint of the first word; 0 = not known
 * @mid: fingerprint of the word at the address with most trailing zero bits
 * @tail: fingerprint of the last word
 */
struct prints {
	uint32_t span;
	uint32_t head;
	uint32_t mid;
	uint32_t tail;
};

/* Fingerprints in a record that has them. */
#define PRINTS_OF(rec)	((struct prints){ (rec)->span, (rec)->head, (rec)->mid, (rec)->tail })

/**
 * struct point - a word whose fingerprint is known
 * @at: begin of the word: an address, an offset, or a place in an operation
 * @hash: fingerprint of the word, 0 = none
 * @bytes: bytes of the word that are data; the rest are zeroes
 */
struct point {
	uint64_t at;
	uint32_t hash;
	uint32_t bytes;
};

/* Points of an operation, in any order. */
struct points {
	struct point *v;
	uint32_t nr;
	uint32_t cap;
};

struct checksum;
struct sum_store;

/**
 * struct points_view - points of an operation, relative to one span of its bytes
 * @first: place in the operation of the first byte of the span
 * @sum: checksums of the operation's blocks
 * @store: checksums of bytes in memory
 */
struct points_view {
	const struct point *v;
	uint32_t nr;
	uint64_t first;
	const struct checksum *sum;
	uint32_t nr_sums;
	struct sum_store *store;
};

/* Result of a comparison. */
enum print_match {
	PRINTS_UNKNOWN,		/* too little was compared, or constant data agreed */
	PRINTS_AGREE,
	PRINTS_DIFFER,
};

void prints_init(void);
bool print_is_constant(uint32_t hash, uint32_t bytes);
int points_add(struct points *points, uint64_t at, uint64_t addr, const struct prints *prints,
	       uint64_t end);
int points_append(struct points *points, const struct point *point);

const char *grade_name(uint8_t grade);

#endif /* IPCPROBE_MODEL_COPIES_FINGERPRINT_H */
