/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of run queues that are missing: when, and about whose queues.
 *
 * A ring that is full loses what its CPU writes, which is about its own queue and
 * those of CPUs that it wakes or moves tasks to.  What is told of all others is
 * complete.  CPUs are told apart modulo 64.
 */
#ifndef IPCPROBE_MODEL_SCHED_GAP_H
#define IPCPROBE_MODEL_SCHED_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define SCHED_GAP_CPUS	64U

/**
 * struct sched_gap - a time in which records are missing
 * @begin_ns: of the first one
 * @end_ns: not before the last one
 * @queues: CPUs whose queues they were about, of CPU n bit n % 64
 */
struct sched_gap {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t queues;
};

/**
 * struct sched_gaps - all gaps so far
 * @end_ns: until when records may be missing, by CPU % 64
 * @last_ns: the last of these
 * @queues: CPUs whose queues any was about, of CPU n bit n % 64
 */
struct sched_gaps {
	uint64_t end_ns[SCHED_GAP_CPUS];
	uint64_t last_ns;
	uint64_t queues;
};

/* are records about the queue of @cpu missing? */
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

/* may a record of this time be missing, whatever queue it is about? */
static inline bool sched_gaps_touch(const struct sched_gaps *gaps, uint64_t ts_ns)
{
	return ts_ns <= gaps->last_ns;
}

#endif /* IPCPROBE_MODEL_SCHED_GAP_H */
