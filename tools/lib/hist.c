// SPDX-License-Identifier: GPL-2.0
/*
 * A log-linear histogram.
 */
#include "lib/hist.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUB_SHIFT	5
#define SUB		(1U << SUB_SHIFT)

static uint16_t bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < SUB)
		return value;
	shift = 63 - __builtin_clzll(value) - SUB_SHIFT;
	return (shift + 1) * SUB + (value >> shift) - SUB;
}

/* Largest value that falls into @bucket. */
static uint64_t bucket_top(uint16_t bucket)
{
	unsigned int shift;

	if (bucket < SUB)
		return bucket;
	shift = bucket / SUB - 1;
	return ((uint64_t)(bucket % SUB + SUB) << shift) + ((1ULL << shift) - 1);
}

/* Extend the array of buckets so that it also covers @first ... @last. */
static int cover_buckets(struct hist *hist, uint16_t first, uint16_t last)
{
	uint16_t low = hist->nr && hist->first < first ? hist->first : first;
	uint16_t end = hist->first + hist->nr;
	uint32_t *grown;
	uint16_t nr;

	nr = (hist->nr && end > last + 1 ? end : last + 1) - low;
	if (nr == hist->nr)
		return 0;
	grown = calloc(nr, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	if (hist->nr)
		memcpy(grown + (hist->first - low), hist->bucket, hist->nr * sizeof(*grown));
	free(hist->bucket);
	hist->bucket = grown;
	hist->first = low;
	hist->nr = nr;
	return 0;
}

static void count_in(struct hist *hist, uint64_t count, uint64_t sum, uint64_t min, uint64_t max)
{
	if (!hist->count || min < hist->min)
		hist->min = min;
	if (max > hist->max)
		hist->max = max;
	hist->count += count;
	hist->sum += sum;
}

/**
 * hist_add - count one value
 * Return: 0 or -ENOMEM.
 */
int hist_add(struct hist *hist, uint64_t value)
{
	uint16_t bucket = bucket_of(value);

	if ((bucket < hist->first || bucket >= hist->first + hist->nr) &&
	    cover_buckets(hist, bucket, bucket))
		return -ENOMEM;
	hist->bucket[bucket - hist->first]++;
	count_in(hist, 1, value, value, value);
	return 0;
}

/**
 * hist_merge - add all values of @other to @hist
 * Return: 0 or -ENOMEM.
 */
int hist_merge(struct hist *hist, const struct hist *other)
{
	uint16_t i;

	if (!other->count)
		return 0;
	if (cover_buckets(hist, other->first, other->first + other->nr - 1))
		return -ENOMEM;
	for (i = 0; i < other->nr; i++)
		hist->bucket[other->first + i - hist->first] += other->bucket[i];
	count_in(hist, other->count, other->sum, other->min, other->max);
	return 0;
}

/**
 * hist_percentile - a percentile: @percent % of the values are at most that large
 * Return: the value, at most 3.2 % too high; 0 if @hist is empty.
 */
uint64_t hist_percentile(const struct hist *hist, double percent)
{
	uint64_t wanted, seen = 0;
	uint64_t top;
	uint16_t i;

	if (!hist->count)
		return 0;
	wanted = (uint64_t)(percent / 100 * hist->count);
	if (wanted < percent / 100 * hist->count)
		wanted++;
	for (i = 0; i < hist->nr; i++) {
		seen += hist->bucket[i];
		if (seen >= wanted && seen)
			break;
	}
	top = bucket_top(hist->first + i);
	return top < hist->max ? top : hist->max;
}

void hist_deinit(struct hist *hist)
{
	free(hist->bucket);
	*hist = (struct hist){ 0 };
}
