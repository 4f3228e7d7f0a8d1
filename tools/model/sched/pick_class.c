// SPDX-License-Identifier: GPL-2.0
/* Predict the task at a switch by the order of the scheduling classes. */
#include "model/sched/pick.h"

#define PRIO_FAIR	100	/* lowest priority number of the fair class, kernel scale */

/**
 * struct runnable - the runnable members of the highest class
 * @sched_class: the highest class; IPCPROBE_SCHED_IDLE = no task wants to run
 * @best: first member in the order of the class
 * @nr: number of runnable members of all classes
 * @nr_equal: number of members that are as good as @best
 * @is_among: the task that the kernel chose is one of @nr_equal
 * @is_doubtful: the state of a member is not completely known
 */
struct runnable {
	uint8_t sched_class;
	uint32_t best;
	uint32_t nr;
	uint32_t nr_equal;
	bool is_among;
	bool is_doubtful;
};

static uint8_t class_of(const struct sched *sched, uint32_t number, int16_t prio)
{
	if (!number)
		return IPCPROBE_SCHED_IDLE;
	if (number < sched->task.nr && sched_task_at(sched, number)->sched_class)
		return sched_task_at(sched, number)->sched_class;
	if (prio < 0)
		return IPCPROBE_SCHED_DL;
	return prio < PRIO_FAIR ? IPCPROBE_SCHED_RT : IPCPROBE_SCHED_FAIR;
}

/* True if the task wants to run, and may run. */
static bool is_runnable(const struct sched_task *task, bool is_prev,
			const struct ipcprobe_rec_rq_switch *rec)
{
	if (is_prev)
		return (rec->preempt || !rec->prev_state) && !task->is_throttled;
	return task->state != SCHED_DELAYED && !task->is_throttled;
}

/* Compare tasks of one class. Less than 0: @a comes before @b; 0: neither comes first. */
static int compare_tasks(const struct picks *picks, const struct sched *sched, uint32_t a,
			 uint32_t b, struct runnable *run)
{
	const struct pick_deadline *x = picks_deadline(picks, a), *y = picks_deadline(picks, b);

	if (run->sched_class == IPCPROBE_SCHED_RT)
		return sched_task_at(sched, a)->prio - sched_task_at(sched, b)->prio;
	if (run->sched_class != IPCPROBE_SCHED_DL)
		return 0;
	if (!x->is_known || !y->is_known) {
		run->is_doubtful = true;
		return 0;
	}
	return x->deadline == y->deadline ? 0 : (int64_t)(x->deadline - y->deadline) < 0 ? -1 : 1;
}

static void add_member(const struct picks *picks, const struct sched *sched, uint32_t number,
		       uint32_t next, struct runnable *run)
{
	uint8_t recorded = sched_task_at(sched, number)->sched_class;
	int order;

	if (!recorded || sched_task_at(sched, number)->state == SCHED_UNKNOWN)
		run->is_doubtful = true;
	if (!recorded || recorded > run->sched_class)
		return;
	if (recorded < run->sched_class) {
		run->sched_class = recorded;
		order = -1;
	} else {
		order = compare_tasks(picks, sched, number, run->best, run);
	}
	if (order < 0) {
		run->best = number;
		run->nr_equal = 0;
		run->is_among = false;
	}
	if (order <= 0) {
		run->nr_equal++;
		run->is_among |= number == next;
	}
}

static struct runnable most_important(const struct picks *picks, const struct sched *sched,
				      const struct ipcprobe_rec_rq_switch *rec, uint32_t prev,
				      uint32_t next)
{
	const struct sched_cpu *cpu = &sched->cpu[rec->cpu];
	struct runnable run = { .sched_class = IPCPROBE_SCHED_IDLE };
	uint32_t number = 0;

	while ((number = sched_next_member(sched, cpu, number))) {
		if (!is_runnable(sched_task_at(sched, number), number == prev, rec))
			continue;
		run.nr++;
		add_member(picks, sched, number, next, &run);
	}
	return run;
}

static enum pick_rule rule_of(uint8_t sched_class, uint32_t nr_equal)
{
	switch (sched_class) {
	case IPCPROBE_SCHED_STOP:
		return PICK_BY_STOP;
	case IPCPROBE_SCHED_DL:
		return PICK_BY_DL;
	case IPCPROBE_SCHED_RT:
		return nr_equal > 1 ? PICK_BY_RT_EQUAL : PICK_BY_RT;
	case IPCPROBE_SCHED_EXT:
		return PICK_BY_BPF;
	case IPCPROBE_SCHED_IDLE:
		return PICK_BY_IDLE;
	default:
		return PICK_BY_UNDECIDED;
	}
}

/*
 * True if a task of the fair class, or of a BPF scheduler's, runs although one of a
 * higher class could: its class's server, which belongs to the deadline class, lets
 * it run.
 */
static bool is_server_first(const struct picks *picks, uint32_t cpu, const struct runnable *run)
{
	const struct pick_cpu *pick = picks_cpu(picks, cpu);
	const struct pick_deadline *best;

	if (!pick || !pick->server.is_known || run->sched_class < IPCPROBE_SCHED_DL)
		return false;
	if (run->sched_class != IPCPROBE_SCHED_DL)
		return true;
	best = picks_deadline(picks, run->best);
	return best->is_known && (int64_t)(pick->server.deadline - best->deadline) <= 0;
}

/* Check whether the order of classes permits the class of the chosen task. */
static void compare_classes(const struct picks *picks, uint32_t cpu, const struct runnable *run,
			    uint8_t chosen, struct pick_class *ret)
{
	if (run->sched_class >= chosen)
		return;
	if (is_server_first(picks, cpu, run)) {
		ret->rule = PICK_BY_SERVER;
		ret->outcome = PICK_RIGHT;
		return;
	}
	ret->rule = run->sched_class == IPCPROBE_SCHED_FAIR ? PICK_BY_FAIR :
							      rule_of(run->sched_class, run->nr_equal);
	ret->predicted = run->best;
	ret->outcome = PICK_WRONG;
}

struct pick_class pick_by_class(const struct picks *picks, const struct sched *sched,
				const struct ipcprobe_rec_rq_switch *rec, uint32_t prev,
				uint32_t next)
{
	uint8_t chosen = class_of(sched, next, rec->next_prio);
	struct pick_class ret = { .rule = rule_of(chosen, 1), .outcome = PICK_UNDECIDED };
	struct runnable run;

	ret.is_fair = chosen == IPCPROBE_SCHED_FAIR;
	if (rec->cpu >= sched->nr_cpus || !sched->cpu[rec->cpu].is_known)
		return ret;
	run = most_important(picks, sched, rec, prev, next);
	if (run.is_doubtful)
		return ret;
	ret.nr_runnable = run.nr;
	if (chosen == IPCPROBE_SCHED_FAIR || chosen == IPCPROBE_SCHED_EXT) {
		compare_classes(picks, rec->cpu, &run, chosen, &ret);
		return ret;
	}
	if (chosen == IPCPROBE_SCHED_IDLE && run.sched_class == IPCPROBE_SCHED_EXT) {
		/* a BPF scheduler may leave a CPU idle while tasks are on its queue */
		ret.rule = PICK_BY_BPF;
		return ret;
	}
	if (run.sched_class == chosen)
		ret.rule = rule_of(chosen, run.nr_equal);
	ret.nr_equal = run.nr_equal;
	ret.predicted = run.is_among ? next : run.best;
	ret.outcome = ret.predicted == next ? PICK_RIGHT : PICK_WRONG;
	return ret;
}
