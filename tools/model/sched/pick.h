/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why the scheduler chose: what it knew at each pick, whom its rules give, and
 * whom it took.
 *
 * The searches of one pick, from the root group's queue down to a task, are a
 * chain.  Each level but the last was right if the next level searches the queue
 * of the group predicted; the last, if the next switch is to the task predicted,
 * or if there is none before the next chain and it was the running one.
 */
#ifndef IPCPROBE_MODEL_SCHED_PICK_H
#define IPCPROBE_MODEL_SCHED_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/pool.h"
#include "model/sched/pick_rule.h"
#include "model/sched/runqueue.h"

#define PICK_NR_MISSES		64U	/* kept in detail */
#define PICK_NR_CANDIDATES	4096U	/* of a level, kept */
#define PICK_NR_LEVELS		16U	/* of a chain, kept */

/* a task, or a group of which nothing but that is known; neither: nobody */
struct pick_who {
	uint32_t task;
	uint32_t group;
};

/* a prediction that was wrong */
struct pick_miss {
	uint64_t ts_ns;
	uint32_t cpu;
	uint8_t rule;
	struct pick_who predicted;
	struct pick_who chosen;
};

/**
 * struct pick_count - predictions by one rule
 * @nr: those that could be compared
 * @nr_right: of them right
 * @nr_choice: of all, those where several could have run, and one alone was right
 * @nr_choice_right: of them right
 */
struct pick_count {
	uint64_t nr;
	uint64_t nr_right;
	uint64_t nr_choice;
	uint64_t nr_choice_right;
};

/**
 * struct pick_chain - the searches of one pick
 * @ts_ns: when it began
 * @level: from the root group down
 * @is_open: what came of it is not known yet
 * @is_used: the last switch on the CPU followed from it
 * @left: a task that slept and left the queue since, 0 = none
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
 * struct pick_class - what the classes' order says of a switch
 * @is_fair: to a task of the fair class
 * @rule: PICK_BY_STOP ... PICK_BY_IDLE; PICK_BY_UNDECIDED: the order of classes left
 *	it to the fair class, or too little is known
 * @nr_runnable: tasks that could have run
 * @nr_equal: PICK_BY_RT_EQUAL: of so many
 * @predicted: one of them; 0 = nobody
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
 * struct pick_request - the running task was asked to give up the CPU
 * @ts_ns: when; 0 = it was not
 * @lead: INT64_MIN = not known
 */
struct pick_request {
	uint64_t ts_ns;
	int64_t lead;
	uint32_t running;
	uint32_t task;
	uint32_t site;
	uint16_t context;
};

/* what is known of a deadline task, or of a CPU's fair server */
struct pick_deadline {
	bool is_known;
	uint64_t deadline;
	int64_t runtime_ns;
	uint64_t period_ns;
};

/**
 * struct pick_cpu - one CPU
 * @candidate: told since the last search
 * @chain: the last pick
 * @wake: the last wake-up check, open while its outcome is not known
 * @woken: whom it is about
 * @request: since the last switch, the first that nobody looked after
 * @later: after that search began: it counts only if nobody was switched to
 * @cause: @request as it was at the last switch
 * @is_followed: nothing is missing since the last switch
 * @is_cause_known: that was so at the last switch: no @cause means that nobody asked
 * @by_class: of the last switch
 * @server: of the fair class, or of a BPF scheduler's, known if it was among those that the deadline class
 *	looked at since the last switch
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
 * struct picks - all CPUs
 * @granularity_ns: sysctl_sched_wakeup_granularity of Linux 6.1
 * @is_unit_known: @is_unscaled is certain
 * @is_unscaled: the unit of weights in sums, see struct pick_level
 * @gaps: records that are missing
 * @deadline: struct pick_deadline, by task
 * @count: by rule
 * @nr_undecided: searches of which too little is known
 * @nr_unseen: switches to a fair task without a search before
 * @nr_bpf: switches that a BPF scheduler decided
 * @miss: the first ones
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

/* the recorded machine's CPUs: they make the granularity of Linux 6.1 */
void picks_set_cpus(struct picks *picks, uint32_t nr_cpus);

/* before @sched takes it in: a record of class pick or sched */
int picks_apply(struct picks *picks, const struct sched *sched, const struct ipcprobe_rec *rec);
void picks_lost(struct picks *picks, const struct sched_gap *gap);
void picks_reset(struct picks *picks);

/* predictions by all rules */
struct pick_count picks_sum(const struct picks *picks);

/* What is known of picks on @cpu, NULL = nothing. */
static inline const struct pick_cpu *picks_cpu(const struct picks *picks, uint32_t cpu)
{
	return cpu < picks->nr_cpus ? &picks->cpu[cpu] : NULL;
}

/* pick_class.c: whom the order of classes gives at a switch; which fair task, it does not know */
struct pick_class pick_by_class(const struct picks *picks, const struct sched *sched,
				const struct ipcprobe_rec_rq_switch *rec, uint32_t prev,
				uint32_t next);

static inline const struct pick_deadline *picks_deadline(const struct picks *picks, uint32_t task)
{
	return pool_at(&picks->deadline, task < picks->deadline.nr ? task : 0);
}

#endif /* IPCPROBE_MODEL_SCHED_PICK_H */
