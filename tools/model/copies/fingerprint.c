// SPDX-License-Identifier: GPL-2.0
/*
 * Fingerprints of the bytes that an operation moved.
 */
#include "model/copies/fingerprint.h"

#include <errno.h>

#include <linux/ipcprobe_print.h>

#include "lib/pool.h"

#define FILTER_BITS	12	/* index bits of the filter, taken from a fingerprint */
#define FILTER_WORDS	((1U << FILTER_BITS) / 64)

/* by bytes of data: bit set of fingerprints that constant data may have */
static uint64_t filter[IPCPROBE_PRINT_BYTES + 1][FILTER_WORDS];

/*
 * Fingerprint of @bytes equal bytes, followed by zeroes. Before ABI 1.3 it was one
 * less, unless that would have been 0.
 */
static uint32_t constant_print(uint32_t byte, uint32_t bytes)
{
	uint64_t word = byte * 0x0101010101010101ULL;

	return ipcprobe_print(bytes < 8 ? word & ((1ULL << 8 * bytes) - 1) : word);
}

static void add_to_filter(uint32_t bytes, uint32_t hash)
{
	uint32_t bit = hash >> (32 - FILTER_BITS);

	filter[bytes][bit / 64] |= 1ULL << bit % 64;
}

/* prints_init - call before the first print_is_constant(); further calls are harmless */
void prints_init(void)
{
	uint32_t byte, bytes;

	for (bytes = 1; bytes <= IPCPROBE_PRINT_BYTES; bytes++) {
		for (byte = 0; byte < 256; byte++) {
			add_to_filter(bytes, constant_print(byte, bytes));
			add_to_filter(bytes, constant_print(byte, bytes) - 1);
		}
	}
}

/* print_is_constant - true if all bytes of the word have one value */
bool print_is_constant(uint32_t hash, uint32_t bytes)
{
	uint32_t bit = hash >> (32 - FILTER_BITS), byte;

	if (!(filter[bytes][bit / 64] & 1ULL << bit % 64))
		return false;
	for (byte = 0; byte < 256; byte++)
		if (constant_print(byte, bytes) - hash <= 1)
			return true;
	return false;
}

int points_append(struct points *points, const struct point *point)
{
	struct point *grown;

	grown = array_reserve(points->v, &points->cap, points->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	points->v = grown;
	grown[points->nr++] = *point;
	return 0;
}

static int add_point(struct points *points, uint64_t at, uint32_t hash, uint64_t bytes,
		     uint64_t end)
{
	struct point point = { .at = at, .hash = hash, .bytes = bytes };

	return hash && at + bytes <= end ? points_append(points, &point) : 0;
}

/**
 * points_add - add the fingerprints of one buffer of an operation
 * @at: place in the operation of the buffer's first byte
 * @addr: address of the buffer
 * @end: place after the last byte that was moved; words after it were not moved
 *
 * Return: 0 or -ENOMEM.
 */
int points_add(struct points *points, uint64_t at, uint64_t addr, const struct prints *prints,
	       uint64_t end)
{
	uint64_t span = prints->span, mid;
	int err;

	if (!span)
		return 0;
	if (span < IPCPROBE_PRINT_BYTES)
		return add_point(points, at, prints->head, span, end);
	mid = ipcprobe_print_mid(addr, span) - addr;
	err = add_point(points, at, prints->head, IPCPROBE_PRINT_BYTES, end);
	if (!err && mid && mid != span - IPCPROBE_PRINT_BYTES)
		err = add_point(points, at + mid, prints->mid, IPCPROBE_PRINT_BYTES, end);
	if (!err && span > IPCPROBE_PRINT_BYTES)
		err = add_point(points, at + span - IPCPROBE_PRINT_BYTES, prints->tail,
				IPCPROBE_PRINT_BYTES, end);
	return err;
}

/* grade_name - name of the grade in text, in JSON and in the manual */
const char *grade_name(uint8_t grade)
{
	static const char *const names[] = {
		[GRADE_EXACT] = "exact", [GRADE_ADDRESS] = "by address",
		[GRADE_INFERRED] = "inferred",
	};

	return names[grade];
}
