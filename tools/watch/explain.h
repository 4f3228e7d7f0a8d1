/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switches, with everything that explains them: why the previous task lost the CPU,
 * which tasks the scheduler compared, how the next task was woken, and what kept it
 * from running. A watcher of the model, which keeps only the cases asked for.
 */
#ifndef IPCPROBE_WATCH_EXPLAIN_H
#define IPCPROBE_WATCH_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "model/sched/pick.h"
#include "watch/delay_report.h"

#define EXPLAIN_NR_MEMBERS	64U	/* members of a queue that are shown */

/* Why the previous task lost its CPU. */
enum explain_loss {
	LOSS_UNKNOWN,		/* preempted, for an unknown reason */
	LOSS_IDLE,		/* no task ran */
	LOSS_EXIT,
	LOSS_SLEEP,
	LOSS_THROTTLED,
	/* the task was taken off its queue to be moved to another */
	LOSS_MOVED,
	LOSS_ASKED,		/* see the request */
	LOSS_YIELD,
};

/* Whether a CPU was idle. */
enum explain_idle { IDLE_UNKNOWN, IDLE_YES, IDLE_NO };

/**
 * struct explain_wakeup - how a task was woken
 * @ts_ns: time when the task was put on its queue; 0 = it was not woken, or that is
 *	not known
 * @wake_ns: time of the waker's call
 */
struct explain_wakeup {
	uint64_t ts_ns;
	uint64_t wake_ns;
	struct sched_waker waker;
	uint16_t cpu;
	uint16_t prev_cpu;
	uint16_t nr_allowed;
	bool is_prev_allowed;
	bool is_new;
	uint8_t cpu_idle;
	uint8_t prev_idle;
};

/* A member of the queue at a switch that the fair class did not decide. */
struct explain_member {
	uint32_t task;
	uint32_t group;
	int16_t prio;
	uint8_t sched_class;
	uint8_t state;
	struct pick_deadline deadline;
};

/**
 * struct explain_case - one switch
 * @ts_ns: time of the switch; 0 = none
 * @run_ns: time that @prev had run
 * @loss: enum explain_loss
 * @wait: with LOSS_SLEEP: object that @prev blocks on
 * @request: with LOSS_ASKED: the request
 * @why: with LOSS_ASKED: enum sched_request
 * @by_class: prediction by the order of classes, unless the fair class decided
 * @level: what the fair class compared, [@nr_levels]
 * @member: members of the queue, if a higher class decided
 * @delay: delay of @next, and its parts
 */
struct explain_case {
	uint64_t ts_ns;
	uint32_t cpu;
	uint32_t prev;
	uint32_t next;
	uint32_t prev_state;
	uint64_t run_ns;
	uint8_t loss;
	struct sched_wait wait;
	struct pick_request request;
	uint8_t why;
	struct pick_class by_class;
	struct explain_wakeup wakeup;
	struct pick_level level[PICK_NR_LEVELS];
	uint32_t nr_levels;
	struct explain_member member[EXPLAIN_NR_MEMBERS];
	uint32_t nr_members;
	struct delay_report delay;
};

enum explain_mode { EXPLAIN_WORST, EXPLAIN_AT, EXPLAIN_TASK };

/**
 * struct explain - the watcher
 * @scope: processes and CPUs to explain
 * @start_ns: begin of the recording: views show times relative to it
 * @mode: selects the cases to keep
 * @nr_worst: with EXPLAIN_WORST: number of cases to keep
 * @name: with EXPLAIN_TASK: name of the tasks, or NULL
 * @tid: with EXPLAIN_TASK and without @name: thread id of the task
 * @kept: with EXPLAIN_WORST: cases, the worst first; with EXPLAIN_AT: the last
 *	switch, by CPU
 * @nr_shown: number of cases printed or kept
 * @show: with EXPLAIN_TASK: prints a case immediately; NULL = it is counted only
 * @show_wakeup: with EXPLAIN_TASK: prints a wake-up immediately; NULL = it is counted only
 * @cache: CPUs that share a last-level cache, as "0-3;4-7"; NULL or "" = not known
 */
struct explain {
	struct sched_watch watch;
	const struct model *model;
	const struct scope *scope;
	uint64_t start_ns;
	enum explain_mode mode;
	uint32_t nr_worst;
	const char *name;
	uint32_t tid;
	struct explain_case **kept;
	uint32_t nr_kept;
	uint64_t nr_shown;
	int (*show)(const struct explain *explain, const struct explain_case *c);
	int (*show_wakeup)(const struct explain *explain, uint32_t task,
			   const struct explain_wakeup *wakeup);
	const char *cache;
	struct runs runs;
	struct pool wakeup;	/* struct explain_wakeup, by task */
	struct explain_case *room;
};

int explain_init(struct explain *explain, const struct model *model,
		 const struct scope *scope);
void explain_deinit(struct explain *explain);
int explain_keep(struct explain *explain, uint32_t nr);

/* With EXPLAIN_TASK: true if such a task was recorded. */
bool explain_knows_task(const struct explain *explain);

/* 1 if two CPUs share a last-level cache, 0 if not, -1 if that is not known. */
int explain_is_cache_shared(const struct explain *explain, uint32_t a, uint32_t b);

#endif /* IPCPROBE_WATCH_EXPLAIN_H */
