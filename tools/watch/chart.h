/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The activity of each CPU in an interval, as exactly as it can be drawn.
 *
 * Each CPU has its own lane, in which spans are joined as stretch.h describes. So
 * the memory is bounded, independent of the length of the recording and of the
 * other CPUs: with the waits at most 800 KiB for each CPU, and 16 bytes for each
 * task.
 *
 *	chart_init(&chart, &scope, from_ns, until_ns);
 *	watch = chart_watch(&chart);
 *	model.sched.watch = &watch;
 *	... records ...
 *	... views read the chart ...
 *	chart_deinit(&chart);
 */
#ifndef IPCPROBE_WATCH_CHART_H
#define IPCPROBE_WATCH_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"
#include "lib/scope.h"
#include "model/sched/runqueue.h"
#include "watch/stretch.h"

#define CHART_NR_WAITS		1600U	/* waits of a CPU that are kept */
#define CHART_NR_NAMES		1024U	/* number of names; names seen later are "other" */
#define CHART_NR_SHARES		5U	/* names kept separately in a mixed span */

/**
 * struct chart_run - the tasks that ran in a span
 * @task: in a span that is not mixed: task that ran, 0 = idle
 * @busy_ns: time in which a task ran
 * @share: exact times of the names that ran longest; the rest of @busy_ns belongs
 *	to other names
 */
struct chart_run {
	struct stretch time;
	uint32_t task;
	uint32_t nr_shares;
	uint64_t busy_ns;
	struct chart_share {
		uint32_t name;
		uint64_t ns;
	} share[CHART_NR_SHARES];
};

/**
 * struct chart_length - a queue's length
 * @sum_ns: sum of length times time
 * @max: maximum length; in a span that is not mixed, the length
 */
struct chart_length {
	struct stretch time;
	uint64_t sum_ns;
	uint32_t max;
};

/**
 * struct chart_wait - a task was on a queue and did not run
 * @state: SCHED_QUEUED, SCHED_DELAYED, SCHED_THROTTLED
 */
struct chart_wait {
	uint64_t from_ns;
	uint64_t until_ns;
	uint32_t task;
	uint32_t name;
	uint8_t state;
};

/**
 * struct chart_lane - the activity of one CPU
 * @run: tasks that ran, in order of time
 * @length: the queue's length, in order of time
 * @wait: waits, in no order
 * @wait_least_ns: minimum length of a wait that is kept
 * @nr_short: number of shorter waits, which are not kept
 * @name_ns: time that each name ran in the last span of @run, [CHART_NR_NAMES]
 * @used: names that ran in the last span of @run
 */
struct chart_lane {
	struct chart_run *run;
	uint32_t nr_runs;
	uint32_t cap_runs;
	struct chart_length *length;
	uint32_t nr_lengths;
	uint32_t cap_lengths;
	struct chart_wait *wait;
	uint32_t nr_waits;
	uint32_t cap_waits;
	uint64_t wait_least_ns;
	uint64_t nr_short;
	uint64_t *name_ns;
	uint32_t *used;
	uint32_t nr_used;
	uint32_t cap_used;
};

/**
 * struct chart_name - a name of tasks
 * @run_ns: time that tasks of this name ran
 */
struct chart_name {
	char comm[16];
	uint64_t run_ns;
};

/* State of a CPU after the last record about it. */
struct chart_cpu {
	bool is_known;
	bool is_wrong;
	uint32_t current;
	int64_t length;
	uint64_t current_since_ns;
	uint64_t length_since_ns;
};

/**
 * struct chart_task - the state of a task after the last record about it
 * @is_seen: a record about the task was seen
 * @state: enum sched_state
 * @cpu: CPU on whose queue the task waits, or SCHED_NO_CPU
 * @name: last name of the task
 * @place: index in chart->waiter plus 1; 0 = the task does not wait
 */
struct chart_task {
	bool is_seen;
	uint8_t state;
	uint16_t cpu;
	uint32_t name;
	uint32_t place;
	uint64_t since_ns;
};

/**
 * struct chart - the activity of all CPUs
 * @window: interval that is drawn
 * @lane: lanes by CPU
 * @name: names by number; 0 stands for all names without a number
 * @scope: CPUs to draw; tasks of processes outside the scope have name 0
 */
struct chart {
	struct stretch_window window;
	struct chart_lane *lane;
	uint32_t nr_lanes;
	struct chart_name *name;
	uint32_t nr_names;
	const struct scope *scope;
	struct chart_cpu *cpu;
	uint32_t nr_cpus;
	struct pool task;	/* struct chart_task, by task */
	uint32_t *waiter;	/* tasks that wait, in no order */
	uint32_t nr_waiters;
	uint32_t cap_waiters;
};

int chart_init(struct chart *chart, const struct scope *scope, uint64_t from_ns,
	       uint64_t until_ns);
void chart_deinit(struct chart *chart);

/* chart_follow.c: the watcher by which the model of the run queues fills @chart */
struct sched_watch chart_watch(struct chart *chart);

/* chart.c: add what the watcher observed */
int chart_add_run(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		  uint32_t task, uint32_t name);
int chart_add_length(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t length);
int chart_add_wait(struct chart *chart, uint32_t cpu, const struct chart_wait *wait);
uint32_t chart_name(struct chart *chart, const char comm[16]);

/* Lane of a CPU; an empty one if nothing was added to it. */
static inline const struct chart_lane *chart_lane(const struct chart *chart, uint32_t cpu)
{
	static const struct chart_lane none;

	return cpu < chart->nr_lanes ? &chart->lane[cpu] : &none;
}

#endif /* IPCPROBE_WATCH_CHART_H */
