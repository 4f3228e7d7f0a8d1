/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The activity of each task in an interval, as exactly as it can be drawn: when it
 * ran and on which CPU, waited, was throttled, slept, or blocked on an IPC object.
 *
 * Each task has its own line of stretches, which are joined as stretch.h describes.
 * If there are more than LIFELINE_NR_PARTS stretches, those of the tasks that ran
 * least so far are removed. So the memory is bounded: 60 MiB, and 200 bytes for
 * each task.
 *
 *	lifelines_init(&lines, &scope, from_ns, until_ns);
 *	watch = lifelines_watch(&lines);
 *	model.sched.watch = &watch;
 *	... records ...
 *	... views read the lines ...
 *	lifelines_deinit(&lines);
 */
#ifndef IPCPROBE_WATCH_LIFELINE_H
#define IPCPROBE_WATCH_LIFELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"
#include "lib/scope.h"
#include "model/sched/runqueue.h"
#include "watch/stretch.h"

#define LIFELINE_NR_PARTS	(1U << 18)	/* maximum number of parts of all tasks */
#define LIFELINE_CPUS		UINT16_MAX	/* several CPUs, or none */

enum lifeline_state {
	LIFELINE_RUNNING,
	LIFELINE_QUEUED,	/* wants to run */
	LIFELINE_THROTTLED,	/* wants to run, but is throttled */
	LIFELINE_MOVED,		/* wants to run, and is between two queues */
	LIFELINE_ASLEEP,
	LIFELINE_BLOCKED,	/* asleep, blocked on a known IPC object */
	NR_LIFELINE_STATES,
	LIFELINE_UNKNOWN = NR_LIFELINE_STATES,
};

/**
 * struct lifeline_part - a stretch of a task's line
 * @ns: time in each state; in a part that is not mixed, in one state only
 * @cpu: CPU on which the task ran; in a part that is not mixed, also CPU on whose
 *	queue it was
 * @wait: object that the task blocked on; in a mixed part, the last one
 * @wake_ns: time of the last wake-up in this part, or at its end
 * @waker: waker at @wake_ns
 * @nr_wakeups: number of wake-ups in this part
 */
struct lifeline_part {
	struct stretch time;
	uint64_t ns[NR_LIFELINE_STATES];
	struct sched_wait wait;
	uint64_t wake_ns;
	struct sched_waker waker;
	uint32_t nr_wakeups;
	uint16_t cpu;
};

/**
 * struct lifeline - a task
 * @state: enum lifeline_state: current state
 * @cpu: CPU of @state
 * @since_ns: time when the task entered @state
 * @wake_ns: time of a wake-up that is not stored in a part yet; 0 = none
 * @waker: waker at @wake_ns
 * @ns: time in each state
 * @wanted_ns: time running on the CPUs that the user wants
 * @nr_wakeups: number of wake-ups
 * @cut_from_ns: begin of the parts that were removed to make room
 * @cut_until_ns: end of the parts that were removed, 0 = none
 */
struct lifeline {
	bool is_seen;
	uint8_t state;
	uint16_t cpu;
	uint64_t since_ns;
	uint64_t wake_ns;
	struct sched_waker waker;
	struct lifeline_part *part;
	uint32_t nr_parts;
	uint32_t cap_parts;
	uint64_t ns[NR_LIFELINE_STATES];
	uint64_t wanted_ns;
	uint32_t nr_wakeups;
	uint64_t cut_from_ns;
	uint64_t cut_until_ns;
};

/**
 * struct lifelines - the lines of all tasks
 * @window: interval that is drawn
 * @scope: processes and CPUs for which parts are kept
 * @line: struct lifeline, by task
 * @nr_parts: number of parts of all tasks
 * @most_parts: maximum of @nr_parts
 */
struct lifelines {
	struct stretch_window window;
	const struct scope *scope;
	struct pool line;
	uint32_t nr_parts;
	uint32_t most_parts;
};

int lifelines_init(struct lifelines *lines, const struct scope *scope, uint64_t from_ns,
		   uint64_t until_ns);
void lifelines_deinit(struct lifelines *lines);

static inline struct lifeline *lifeline_at(const struct lifelines *lines, uint32_t task)
{
	return pool_at(&lines->line, task);
}

/* lifeline_follow.c: the watcher by which the model of the run queues fills @lines */
struct sched_watch lifelines_watch(struct lifelines *lines);

/*
 * lifeline.c: add what the watcher observed: the line was in its state until now,
 * blocked on @wait
 */
int lifeline_end(struct lifelines *lines, struct lifeline *line, uint64_t until_ns,
		 struct sched_wait wait);

#endif /* IPCPROBE_WATCH_LIFELINE_H */
