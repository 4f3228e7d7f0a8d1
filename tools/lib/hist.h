/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log-linear histogram: 32 buckets for each doubling, so that a percentile is at
 * most 3.2 % above the true value; count, sum and extremes are exact. The array of
 * buckets covers only the range of the counted values: a single value takes one
 * bucket.
 */
#ifndef IPCPROBE_LIB_HIST_H
#define IPCPROBE_LIB_HIST_H

#include <stdint.h>

/**
 * struct hist - distribution of values
 * @bucket: counts of buckets @first ... @first + @nr - 1
 */
struct hist {
	uint64_t count;
	uint64_t sum;
	uint64_t min;
	uint64_t max;
	uint32_t *bucket;
	uint16_t first;
	uint16_t nr;
};

int hist_add(struct hist *hist, uint64_t value);
int hist_merge(struct hist *hist, const struct hist *other);
void hist_deinit(struct hist *hist);

/* Mean of all values; 0 if @hist is empty. */
static inline uint64_t hist_mean(const struct hist *hist)
{
	return hist->count ? hist->sum / hist->count : 0;
}

uint64_t hist_percentile(const struct hist *hist, double percent);

#endif /* IPCPROBE_LIB_HIST_H */
