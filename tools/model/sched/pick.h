/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Picks of the scheduler: what it knew at each pick, which task its rules give, and
 * which task it took.
 *
 * The searches of one pick, from the root group's queue down to a task, are a
 * chain. A prediction for a level is right if the next level searches the queue of
 * the predicted group. The prediction for the last level is right if the next
 * switch is to the predicted task, or if there is no switch before the next chain
 * and the predicted task was the running one.
 */
#ifndef IPCPROBE_MODEL_SCHED_PICK_H
#define IPCPROBE_MODEL_SCHED_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/pool.h"
#include "model/sched/pick_rule.h"
#include "model/sched/runqueue.h"

#define PICK_NR_MISSES		64U	/* wrong predictions kept in detail */
#define PICK_NR_CANDIDATES	4096U	/* candidates of a level that are kept */
#define PICK_NR_LEVELS		16U	/* levels of a chain that are kept */

/* A task, or a group if only the group is known; both 0 = none. */
struct pick_who {
	uint32_t task;
	uint32_t group;
};

/* A wrong prediction. */
struct pick_miss {
	uint64_t ts_ns;
	uint32_t cpu;
	uint8_t rule;
	struct pick_who predicted;
	struct pick_who chosen;
};

/**
 * struct pick_count - predictions by one rule
 * @nr: predictions that could be compared
 * @nr_right: right predictions among @nr
 * @nr_choice: predictions among @nr where several tasks could have run, and only
 *	one was right
 * @nr_choice_right: right predictions among @nr_choice
 */
struct pick_count {
	uint64_t nr;
	uint64_t nr_right;
	uint64_t nr_choice;
	uint64_t nr_choice_right;
};

/**
 * struct pick_chain - the searches of one pick
 * @ts_ns: begin of the pick
 * @level: levels from the root group down
 * @is_open: the result of the pick is not known yet
 * @is_used: the last switch on the CPU was the result of this pick
 * @left: task that slept and has left the queue since the pick, 0 = none
 */
struct pick_chain {
	uint64_t ts_ns;
	struct pick_level level[PICK_NR_LEVELS];
	uint32_t nr;
	bool is_open;
	bool is_used;
	uint32_t left;
};

/**
 * struct pick_class - the prediction for a switch by the order of the scheduling
 * classes
 * @is_fair: the switch was to a task of the fair class
 * @rule: PICK_BY_STOP ... PICK_BY_IDLE; PICK_BY_UNDECIDED: the fair class decided,
 *	or too little is known
 * @nr_runnable: number of tasks that could have run
 * @nr_equal: number of tasks that are as good as @predicted, see PICK_BY_RT_EQUAL
 * @predicted: predicted task; 0 = the idle task
 */
struct pick_class {
	bool is_fair;
	uint8_t rule;
	uint8_t outcome;
	uint32_t nr_runnable;
	uint32_t nr_equal;
	uint32_t predicted;
};

/**
 * struct pick_request - a request to the running task to give up the CPU
 * @ts_ns: time of the request; 0 = none
 * @lead: as in rq_resched; INT64_MIN = not known
 */
struct pick_request {
	uint64_t ts_ns;
	int64_t lead;
	uint32_t running;
	uint32_t task;
	uint32_t site;
	uint16_t context;
};

/* State of a deadline task, or of a CPU's fair server. */
struct pick_deadline {
	bool is_known;
	uint64_t deadline;
	int64_t runtime_ns;
	uint64_t period_ns;
};

/**
 * struct pick_cpu - picks on one CPU
 * @candidate: candidates recorded since the last search
 * @chain: the last pick
 * @wake: the last wake-up check, open while its outcome is not known
 * @woken: woken task of the check in @wake
 * @request: first request after the last switch that no search has followed
 * @later: request made after that search began: it counts only if there was no
 *	switch
 * @cause: @request at the time of the last switch
 * @is_followed: no record is missing since the last switch
 * @is_cause_known: @is_followed at the time of the last switch: then no @cause
 *	means that there was no request
 * @by_class: prediction for the last switch
 * @server: server of the fair class or of a BPF scheduler's class; known if the
 *	deadline class examined it since the last switch
 */
struct pick_cpu {
	struct pick_level candidates;
	struct pick_chain chain;
	struct pick_level wake;
	uint32_t woken;
	struct pick_request request;
	struct pick_request later;
	struct pick_request cause;
	bool is_followed;
	bool is_cause_known;
	struct pick_class by_class;
	struct pick_deadline server;
};

/**
 * struct picks - picks on all CPUs
 * @granularity_ns: sysctl_sched_wakeup_granularity of Linux 6.1
 * @is_unit_known: @is_unscaled is certain
 * @is_unscaled: unit of weights in sums, see struct pick_level
 * @gaps: missing records
 * @deadline: struct pick_deadline, by task
 * @count: counts of predictions, by rule
 * @nr_undecided: number of searches about which too little is known
 * @nr_unseen: number of switches to a fair task without a search before
 * @nr_bpf: number of switches that a BPF scheduler decided
 * @miss: the first wrong predictions
 */
struct picks {
	struct pick_cpu *cpu;
	uint32_t nr_cpus;
	uint64_t granularity_ns;
	bool is_unit_known;
	bool is_unscaled;
	bool has_records;
	struct sched_gaps gaps;
	struct pool deadline;
	struct pick_count count[NR_PICK_RULES];
	uint64_t nr_undecided;
	uint64_t nr_unseen;
	uint64_t nr_bpf;
	struct pick_miss miss[PICK_NR_MISSES];
	uint64_t nr_misses;
};

int picks_init(struct picks *picks);
void picks_deinit(struct picks *picks);

/*
 * Set the number of CPUs of the recorded machine: it determines the granularity of
 * Linux 6.1.
 */
void picks_set_cpus(struct picks *picks, uint32_t nr_cpus);

/* Apply a record of class pick or sched, before it is applied to @sched. */
int picks_apply(struct picks *picks, const struct sched *sched, const struct ipcprobe_rec *rec);
void picks_lost(struct picks *picks, const struct sched_gap *gap);
void picks_reset(struct picks *picks);

/* Sum of the predictions by all rules. */
struct pick_count picks_sum(const struct picks *picks);

/* Picks on @cpu, NULL = none. */
static inline const struct pick_cpu *picks_cpu(const struct picks *picks, uint32_t cpu)
{
	return cpu < picks->nr_cpus ? &picks->cpu[cpu] : NULL;
}

/*
 * pick_class.c: predict the task at a switch by the order of classes; it does not
 * know which fair task is next
 */
struct pick_class pick_by_class(const struct picks *picks, const struct sched *sched,
				const struct ipcprobe_rec_rq_switch *rec, uint32_t prev,
				uint32_t next);

static inline const struct pick_deadline *picks_deadline(const struct picks *picks, uint32_t task)
{
	return pool_at(&picks->deadline, task < picks->deadline.nr ? task : 0);
}

#endif /* IPCPROBE_MODEL_SCHED_PICK_H */
