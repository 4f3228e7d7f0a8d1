/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Switches with all that explains them: why the task before lost the CPU, whom
 * the scheduler compared, how the next one was woken, and what held it up.
 * A watcher of the model, which keeps those asked for and no others.
 */
#ifndef IPCPROBE_WATCH_EXPLAIN_H
#define IPCPROBE_WATCH_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "model/sched/pick.h"
#include "watch/delay_report.h"

#define EXPLAIN_NR_MEMBERS	64U	/* of a queue, shown */

/* why the task that ran lost its CPU */
enum explain_loss {
	LOSS_UNKNOWN,		/* preempted, but nothing tells why */
	LOSS_IDLE,		/* nobody ran */
	LOSS_EXIT,
	LOSS_SLEEP,
	LOSS_THROTTLED,
	LOSS_MOVED,		/* it was taken off the queue to go to another */
	LOSS_ASKED,		/* see the request */
	LOSS_YIELD,
};

/* was a CPU idle? */
enum explain_idle { IDLE_UNKNOWN, IDLE_YES, IDLE_NO };

/**
 * struct explain_wakeup - how a task was woken
 * @ts_ns: when it was on its queue; 0 = it was not woken, or that is not known
 * @wake_ns: when the waker called
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

/* a member of the queue at a switch that the fair class did not decide */
struct explain_member {
	uint32_t task;
	uint32_t group;
	uint16_t prio;
	uint8_t sched_class;
	uint8_t state;
	struct pick_deadline deadline;
};

/**
 * struct explain_case - one switch
 * @ts_ns: when; 0 = none
 * @run_ns: for how long @prev had run
 * @loss: enum explain_loss
 * @wait: LOSS_SLEEP: on what
 * @request: LOSS_ASKED: by whom
 * @why: LOSS_ASKED: enum sched_request
 * @by_class: unless the fair class decided
 * @level: what the fair class compared, @nr_levels
 * @member: on the queue, if a class above decided
 * @delay: for how long @next had wanted to run, and what held it up
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
 * @start_ns: begin of the recording: views show times from there on
 * @mode: what is kept
 * @nr_worst: EXPLAIN_WORST: so many
 * @name: EXPLAIN_TASK: of this name, or NULL
 * @tid: EXPLAIN_TASK: or this thread
 * @kept: EXPLAIN_WORST: the worst first; EXPLAIN_AT: by CPU, the last switch
 * @nr_shown: cases printed or kept
 * @show: EXPLAIN_TASK: prints a case as it comes
 * @show_wakeup: ... a wake-up
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

/* Do two CPUs share a last-level cache? 1 or 0; -1: not known */
int explain_is_cache_shared(const struct explain *explain, uint32_t a, uint32_t b);

#endif /* IPCPROBE_WATCH_EXPLAIN_H */
