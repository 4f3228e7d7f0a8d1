/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Missing records of run queues: in which time, and about which queues.
 *
 * A full ring loses the records that its CPU writes. These are about the CPU's own
 * queue and the queues of CPUs that it wakes or moves tasks to. Records about all
 * other queues are complete. CPUs are distinguished modulo 64.
 */
#ifndef IPCPROBE_MODEL_SCHED_GAP_H
#define IPCPROBE_MODEL_SCHED_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define SCHED_GAP_CPUS	64U

/**
 * struct sched_gap - an interval in which records are missing
 * @begin_ns: time of the first missing record
 * @end_ns: not before the last missing record
 * @queues: CPUs whose queues the missing records were about: CPU n has bit n % 64
 */
struct sched_gap {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t queues;
};

/**
 * struct sched_gaps - all gaps so far
 * @end_ns: end of the time in which records may be missing, by CPU % 64
 * @last_ns: maximum of @end_ns
 * @queues: CPUs whose queues any missing record was about: CPU n has bit n % 64
 */
struct sched_gaps {
	uint64_t end_ns[SCHED_GAP_CPUS];
	uint64_t last_ns;
	uint64_t queues;
};

/* True if records about the queue of @cpu are missing. */
static inline bool sched_gap_has(const struct sched_gap *gap, uint32_t cpu)
{
	return gap->queues >> cpu % SCHED_GAP_CPUS & 1;
}

static inline bool sched_gaps_have(const struct sched_gaps *gaps, uint32_t cpu)
{
	return gaps->queues >> cpu % SCHED_GAP_CPUS & 1;
}

struct sched_gap sched_gap_of(const struct ipcprobe_rec_lost *lost);
void sched_gaps_add(struct sched_gaps *gaps, const struct sched_gap *gap);
bool sched_gaps_hide(const struct sched_gaps *gaps, const struct ipcprobe_rec *rec);

/* True if a record of this time may be missing, about any queue. */
static inline bool sched_gaps_touch(const struct sched_gaps *gaps, uint64_t ts_ns)
{
	return ts_ns <= gaps->last_ns;
}

#endif /* IPCPROBE_MODEL_SCHED_GAP_H */
