// SPDX-License-Identifier: GPL-2.0
/*
 * Run queues: compare the state of the model with what a record says.
 *
 * The audit compares the kernel's length with the model's own steps. These checks
 * compare names: of tasks that join, leave, are woken and run, which come from
 * different places of the kernel, and of the members in a snapshot, which the tasks
 * themselves supply.
 */
#include "model/sched/runqueue.h"

/**
 * sched_check - count a check, and store it if it failed
 * @wanted: description of the check, stored if it failed
 *
 * Return: @is_right.
 */
bool sched_check(struct sched *sched, const struct sched_failure *wanted, bool is_right)
{
	struct sched_check_count *count = &sched->check[wanted->check];

	count->nr++;
	if (is_right)
		return true;
	count->nr_failed++;
	sched->cpu[wanted->cpu].nr_failures++;
	if (sched->nr_failures < SCHED_NR_FAILURES)
		sched->failure[sched->nr_failures] = *wanted;
	sched->nr_failures++;
	return false;
}

static const struct sched_member *find_member(const struct sched_cpu *cpu, uint32_t task)
{
	uint32_t i;

	for (i = 0; i < cpu->nr_snapshot; i++)
		if (cpu->snapshot[i].task == task)
			return &cpu->snapshot[i];
	return NULL;
}

static uint8_t state_of(const struct sched_member *member)
{
	if (member->state & IPCPROBE_RQ_DELAYED)
		return SCHED_DELAYED;
	return member->state & IPCPROBE_RQ_THROTTLED ? SCHED_THROTTLED : SCHED_QUEUED;
}

static bool check_field(struct sched *sched, struct sched_failure wanted, enum sched_check check,
			uint32_t model, uint32_t kernel)
{
	wanted.check = check;
	wanted.model = model;
	wanted.kernel = kernel;
	return sched_check(sched, &wanted, model == kernel);
}

/* Compare a member in the snapshot with the model's state of that task. */
static bool check_member(struct sched *sched, const struct sched_member *member,
			 const struct sched_failure *at, bool is_running)
{
	const struct sched_task *task = sched_task_at(sched, member->task);
	bool is_same = true;

	if (!is_running && task->state != SCHED_UNKNOWN)
		is_same &= check_field(sched, *at, SCHED_CHECK_STATE, task->state, state_of(member));
	is_same &= check_field(sched, *at, SCHED_CHECK_CLASS, task->sched_class,
			       member->sched_class);
	is_same &= check_field(sched, *at, SCHED_CHECK_PRIO, task->prio, member->prio);
	return is_same & check_field(sched, *at, SCHED_CHECK_GROUP, task->group, member->group);
}

/* sched_check_members - compare @cpu's complete snapshot with the model, task by task */
void sched_check_members(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns,
			 uint32_t current)
{
	struct sched_failure at = { .ts_ns = ts_ns, .cpu = cpu - sched->cpu };
	bool is_same = true, is_here;
	uint32_t i;

	for (i = 0; i < cpu->nr_snapshot; i++) {
		at.task = cpu->snapshot[i].task;
		is_here = sched_task_at(sched, at.task)->cpu == at.cpu;
		is_same &= check_field(sched, at, SCHED_CHECK_MEMBER, is_here, true);
		if (is_here)
			is_same &= check_member(sched, &cpu->snapshot[i], &at, at.task == current);
	}
	for (at.task = 0; (at.task = sched_next_member(sched, cpu, at.task));)
		if (!find_member(cpu, at.task))
			is_same &= check_field(sched, at, SCHED_CHECK_MEMBER, true, false);
	at.task = cpu->current;
	is_same &= check_field(sched, at, SCHED_CHECK_RUNS, cpu->current == current, true);
	cpu->nr_checks++;
	cpu->nr_same += is_same;
}
