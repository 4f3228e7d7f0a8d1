/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For how long tasks wanted a CPU before they had one: after a wake-up, from
 * the waker's call, and after a preemption; per task, per waker or per CPU.  A
 * watcher of the model.
 *
 *	latency_init(&latency, source, LATENCY_BY_TASK);
 *	model.sched.watch = &latency.watch;
 *	... records ...
 */
#ifndef IPCPROBE_SCHED_LATENCY_H
#define IPCPROBE_SCHED_LATENCY_H

#include <stdint.h>

#include "hist.h"
#include "model_sched.h"
#include "pool.h"
#include "source.h"

#define LATENCY_NR_SLOTS	32U

enum latency_by { LATENCY_BY_TASK, LATENCY_BY_WAKER, LATENCY_BY_CPU };

/**
 * struct latency_row - one task, one waker, or one CPU
 * @run_ns: time running; of a waker nothing
 * @nr_switches: to a task; of a waker nothing
 * @delay: all delays
 * @max_end_ns: when the longest of them ended
 * @slot: how many delays of 0-1 us, 2-3 us, 4-7 us ...; of the last ones or more
 */
struct latency_row {
	uint64_t run_ns;
	uint64_t nr_switches;
	struct hist delay;
	uint64_t max_end_ns;
	uint32_t slot[LATENCY_NR_SLOTS];
};

/**
 * struct latency - all rows
 * @source: which CPUs and processes count
 * @row: struct latency_row by number of the task, waker or CPU; of wakers 0 =
 *	an idle CPU, that is, an interrupt
 * @preempted: by waker: those that nobody woke
 */
struct latency {
	struct sched_watch watch;
	const struct source_opts *source;
	enum latency_by by;
	struct pool row;
	struct latency_row preempted;
};

int latency_init(struct latency *latency, const struct source_opts *source, enum latency_by by);
void latency_deinit(struct latency *latency);

int latency_merge(struct latency_row *to, const struct latency_row *from);

static inline struct latency_row *latency_row_at(const struct latency *latency, uint32_t number)
{
	return pool_at(&latency->row, number);
}

#endif /* IPCPROBE_SCHED_LATENCY_H */
