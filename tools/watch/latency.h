/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Times for which tasks wanted a CPU before they had one: after a wake-up, from the
 * waker's call, and after a preemption; per task, waker, CPU or control group, with
 * the reasons why they did not run. A watcher of the model.
 *
 *	latency_init(&latency, &scope, LATENCY_BY_TASK);
 *	model.sched.watch = &latency.watch;
 *	... records ...
 */
#ifndef IPCPROBE_WATCH_LATENCY_H
#define IPCPROBE_WATCH_LATENCY_H

#include <stdint.h>

#include "lib/hash.h"
#include "lib/hist.h"
#include "lib/pool.h"
#include "lib/scope.h"
#include "model/sched/runqueue.h"

#define LATENCY_NR_SLOTS	32U

enum latency_by { LATENCY_BY_TASK, LATENCY_BY_WAKER, LATENCY_BY_CPU, LATENCY_BY_CGROUP };

/* Rows for delays that belong to no task, CPU or group with a number. */
enum latency_rest {
	LATENCY_PREEMPTED,	/* by waker: the task was preempted, not woken */
	LATENCY_SOFTIRQ,	/* by waker: a softirq woke the task */
	LATENCY_HARDIRQ,	/* by waker: an interrupt woke the task */
	LATENCY_SEVERAL_CPUS,	/* by CPU: the task was moved too often to know the CPUs */
	NR_LATENCY_RESTS
};

/*
 * Delays, and the numbers of those that lasted 0-1 us, 2-3 us, 4-7 us ...; the last
 * number includes all longer ones.
 */
struct latency_delays {
	struct hist hist;
	uint32_t slot[LATENCY_NR_SLOTS];
};

/**
 * struct latency_row - one task, waker, CPU or group
 * @number: number of the task, waker, CPU or group
 * @run_ns: time running; 0 for a waker
 * @all_run_ns: for a group: time running of all processes on all CPUs
 * @nr_switches: number of switches to the task; 0 for a waker
 * @part_ns: time of all delays, by enum delay_kind
 * @max_end_ns: time when the longest delay ended
 */
struct latency_row {
	uint32_t number;
	uint64_t run_ns;
	uint64_t all_run_ns;
	uint64_t nr_switches;
	uint64_t part_ns[NR_DELAY_KINDS];
	struct latency_delays delays;
	uint64_t max_end_ns;
};

/**
 * struct latency - all rows
 * @scope: CPUs and processes that count
 * @row: struct latency_row; row 0 is not used
 * @by_number: row of a task, waker, CPU or group, by number + 1
 * @rest: rows of delays without such a number
 * @part: by enum delay_kind: time that the kind added to each delay
 */
struct latency {
	struct sched_watch watch;
	const struct scope *scope;
	enum latency_by by;
	struct pool row;
	struct map by_number;
	struct latency_row rest[NR_LATENCY_RESTS];
	struct latency_delays part[NR_DELAY_KINDS];
};

int latency_init(struct latency *latency, const struct scope *scope, enum latency_by by);
void latency_deinit(struct latency *latency);

int latency_merge(struct latency_row *to, const struct latency_row *from);

static inline struct latency_row *latency_row_at(const struct latency *latency, uint32_t row)
{
	return pool_at(&latency->row, row);
}

#endif /* IPCPROBE_WATCH_LATENCY_H */
