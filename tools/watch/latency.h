/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For how long tasks wanted a CPU before they had one: after a wake-up, from
 * the waker's call, and after a preemption; per task, waker, CPU or control
 * group, with what held them up.  A watcher of the model.
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

/* delays that belong to no task, CPU or group by number */
enum latency_rest {
	LATENCY_PREEMPTED,	/* by waker: nobody woke the task */
	LATENCY_SOFTIRQ,	/* by waker: a softirq did */
	LATENCY_HARDIRQ,	/* by waker: an interrupt did */
	LATENCY_SEVERAL_CPUS,	/* by CPU: it was moved too often to tell */
	NR_LATENCY_RESTS
};

/* delays, and how many lasted 0-1 us, 2-3 us, 4-7 us ...; of the last ones or more */
struct latency_delays {
	struct hist hist;
	uint32_t slot[LATENCY_NR_SLOTS];
};

/**
 * struct latency_row - one task, waker, CPU or group
 * @number: of it
 * @run_ns: time running; of a waker nothing
 * @all_run_ns: of a group: the same, of all processes on all CPUs
 * @nr_switches: to a task; of a waker nothing
 * @part_ns: of all delays, time by enum delay_kind
 * @max_end_ns: when the longest of them ended
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
 * @scope: which CPUs and processes count
 * @row: struct latency_row, but for row 0
 * @by_number: row of a task, waker, CPU or group, by its number + 1
 * @rest: those without one
 * @part: by enum delay_kind: what it added to each delay
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
