/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each task did in a stretch of time, as exactly as it can be drawn: when it
 * ran and on which CPU, waited, was throttled, slept, blocked on an IPC object.
 *
 * Each task has a line of its own, of stretches put together as stretch.h says.
 * If there are more of them than LIFELINE_NR_PARTS, the tasks that ran least until
 * then lose theirs, so the memory is bounded: 60 MiB, and 200 bytes for each task.
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

#define LIFELINE_NR_PARTS	(1U << 18)	/* of all tasks */
#define LIFELINE_CPUS		UINT16_MAX	/* several CPUs, or none */

enum lifeline_state {
	LIFELINE_RUNNING,
	LIFELINE_QUEUED,	/* wants to run */
	LIFELINE_THROTTLED,	/* wants to, but may not */
	LIFELINE_MOVED,		/* wants to, and is between two queues */
	LIFELINE_ASLEEP,
	LIFELINE_BLOCKED,	/* asleep, and it is known on which IPC object */
	NR_LIFELINE_STATES,
	LIFELINE_UNKNOWN = NR_LIFELINE_STATES,
};

/**
 * struct lifeline_part - a stretch of a task's line
 * @ns: time in each state; if it is not mixed, one of them only
 * @cpu: where it ran; not mixed: or on whose queue it was
 * @wait: blocked: on what; mixed: the last of them
 * @wake_ns: when it was last woken in this time, or at its end
 * @waker: by whom, then
 * @nr_wakeups: how often it was
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
 * @state: enum lifeline_state: what it does now
 * @cpu: where
 * @since_ns: since when
 * @wake_ns: when it was woken, not in a part yet; 0 = it was not
 * @waker: by whom
 * @ns: time in each state
 * @wanted_ns: time running on the CPUs that the user wants
 * @nr_wakeups: how often it was woken
 * @cut_from_ns: begin of the parts that were lost for want of room
 * @cut_until_ns: their end, 0 = none were
 */
struct lifeline {
	bool is_met;
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
 * struct lifelines - all tasks
 * @window: what is drawn
 * @scope: processes and CPUs wanted: of others nothing is kept
 * @line: struct lifeline, by task
 * @nr_parts: of all
 * @most_parts: as many are kept
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

/* lifeline_follow.c: what has the model of the run queues fill @lines */
struct sched_watch lifelines_watch(struct lifelines *lines);

/* lifeline.c: what that adds: the line was in its state until now, blocked on @wait */
int lifeline_end(struct lifelines *lines, struct lifeline *line, uint64_t until_ns,
		 struct sched_wait wait);

#endif /* IPCPROBE_WATCH_LIFELINE_H */
