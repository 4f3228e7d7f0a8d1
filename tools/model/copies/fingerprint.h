/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fingerprints of the bytes that an operation moved, and what they prove.
 *
 * Records tell those of three words of each user buffer.  What was brought into
 * memory keeps them; what is taken out has others of the same place, if the two
 * share one of the words, and then it shows whether it is the same data.
 */
#ifndef IPCPROBE_MODEL_COPIES_FINGERPRINT_H
#define IPCPROBE_MODEL_COPIES_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#define PRINTS_MAX	3U	/* of one buffer */

/* how sure it is that bytes are those that another hop brought, best first */
enum grade {
	GRADE_EXACT,		/* position in a stream, or fingerprints that agree */
	GRADE_ADDRESS,		/* the same place, and nothing could be compared */
	GRADE_INFERRED,		/* by process and time */
	NR_GRADES
};

/**
 * struct prints - what a record tells of a user buffer
 * @span: bytes from the address on that the fingerprints are of, 0 = none
 * @head: of the first word; 0 = not known
 * @mid: of the word at the roundest address
 * @tail: of the last word
 */
struct prints {
	uint32_t span;
	uint32_t head;
	uint32_t mid;
	uint32_t tail;
};

/* the fields of a record that has them */
#define PRINTS_OF(rec)	((struct prints){ (rec)->span, (rec)->head, (rec)->mid, (rec)->tail })

/**
 * struct point - a word whose fingerprint is known
 * @at: where it begins: an address, an offset, or its place in an operation
 * @hash: its fingerprint, 0 = none
 * @bytes: of it that are data, the rest being zeroes
 */
struct point {
	uint64_t at;
	uint32_t hash;
	uint32_t bytes;
};

/* points of an operation, in any order */
struct points {
	struct point *v;
	uint32_t nr;
	uint32_t cap;
};

struct checksum;
struct sum_store;

/**
 * struct points_view - points of an operation, seen from one of its places
 * @first: place in the operation of the byte that the place begins with
 * @sum: checksums of its blocks
 * @store: where those of what lies in memory are
 */
struct points_view {
	const struct point *v;
	uint32_t nr;
	uint64_t first;
	const struct checksum *sum;
	uint32_t nr_sums;
	struct sum_store *store;
};

/* what comparing them says */
enum print_match {
	PRINTS_UNKNOWN,		/* nothing could be compared, or constant data agreed */
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
