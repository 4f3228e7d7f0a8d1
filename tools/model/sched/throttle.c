// SPDX-License-Identifier: GPL-2.0
/*
 * Run queues: tasks that throttling keeps from running.
 *
 * Until Linux 6.17 the members of a throttled group stay on their queue, and the
 * queue's length changes by all of them at once. Since Linux 6.18 they move one by
 * one, on their way to user space, to a separate list. In both cases the model
 * keeps them as members that cannot run.
 */
#include "model/sched/runqueue.h"

#include <errno.h>
#include <string.h>

static bool has_limit(const struct sched *sched, uint32_t group)
{
	const struct sched_group *found = sched_group_find(&sched->groups, group);

	return found && sched_quota_is_limit(&found->quota);
}

/*
 * The throttled group that keeps members of @group from running on @cpu, 0 = none.
 * The kernel throttles all groups inside a throttled group: the group that has the
 * quota is returned.
 */
static uint32_t throttling_group(const struct sched *sched, const struct sched_cpu *cpu,
				 uint32_t group)
{
	uint32_t i, first = 0;

	for (i = 0; i < cpu->nr_throttled; i++) {
		if (!sched_group_is_in(&sched->groups, group, cpu->throttled[i]))
			continue;
		if (has_limit(sched, cpu->throttled[i]))
			return cpu->throttled[i];
		first = first ? first : cpu->throttled[i];
	}
	return first;
}

/**
 * sched_enter_waiting - the task wants to run from now on; is_throttled says
 * whether it may
 * @cpu: CPU of the queue that the task is on, or joins
 * @by: task in whose context the wait begins
 *
 * Return: 0 or -ENOMEM.
 */
int sched_enter_waiting(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			uint32_t cpu, uint32_t by)
{
	struct delay_part part = { .cpu = cpu, .by = by, .kind = DELAY_QUEUED };

	if (task->is_throttled) {
		part.kind = DELAY_THROTTLED;
		if (task->sched_class == IPCPROBE_SCHED_FAIR)
			part.group = throttling_group(sched, &sched->cpu[cpu], task->group);
	}
	if (!sched_is_waiting(task))
		delay_clear(&task->delay);
	if (task->state == SCHED_THROTTLED && task->is_throttled)
		sched_end_throttled(sched, task, ts_ns, part.group);
	sched_enter_state(sched, task, ts_ns, task->is_throttled ? SCHED_THROTTLED : SCHED_QUEUED);
	return delay_enter(&task->delay, ts_ns, &part);
}

int sched_set_throttled(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			bool is_throttled)
{
	task->is_throttled = is_throttled;
	if (task->state != SCHED_QUEUED && task->state != SCHED_THROTTLED)
		return 0;
	return sched_enter_waiting(sched, task, ts_ns, task->cpu, 0);
}

/* ---- groups ---- */

static void forget_group(struct sched_cpu *cpu, uint32_t group)
{
	uint32_t i, nr = 0;

	for (i = 0; i < cpu->nr_throttled; i++)
		if (cpu->throttled[i] != group)
			cpu->throttled[nr++] = cpu->throttled[i];
	cpu->nr_throttled = nr;
}

static int note_group(struct sched_cpu *cpu, uint32_t group)
{
	uint32_t *grown;

	forget_group(cpu, group);
	if (cpu->nr_throttled >= 1024)
		return 0;
	grown = array_reserve(cpu->throttled, &cpu->cap_throttled, cpu->nr_throttled + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	cpu->throttled = grown;
	grown[cpu->nr_throttled++] = group;
	return 0;
}

int sched_throttle(struct sched *sched, struct sched_cpu *cpu,
		   const struct ipcprobe_rec_rq_throttle *rec)
{
	uint32_t number = 0;
	int err = 0;

	if (!cpu->is_known)
		return 0;
	if (rec->is_throttled)
		err = note_group(cpu, rec->group);
	else
		forget_group(cpu, rec->group);
	cpu->has_throttle = true;
	while (!sched->throttles_tasks && !err && (number = sched_next_member(sched, cpu, number))) {
		struct sched_task *task = sched_task_at(sched, number);

		if (sched_group_is_in(&sched->groups, task->group, rec->group))
			err = sched_set_throttled(sched, task, rec->hdr.ts_ns,
						  throttling_group(sched, cpu, task->group));
	}
	return err;
}

/* ---- the real-time class, until Linux 6.11 ---- */

static uint32_t nr_real_time(const struct sched *sched, const struct sched_cpu *cpu,
			     bool is_throttled)
{
	uint32_t number = 0, nr = 0;

	while ((number = sched_next_member(sched, cpu, number))) {
		const struct sched_task *task = sched_task_at(sched, number);

		nr += task->sched_class == IPCPROBE_SCHED_RT && task->is_throttled == is_throttled;
	}
	return nr;
}

/**
 * sched_throttle_unnamed - the queue's length changes by several tasks
 *
 * If no throttling of a group was recorded before, and the change is by all
 * real-time tasks, the real-time class is throttled.
 *
 * Return: 0 or -ENOMEM.
 */
int sched_throttle_unnamed(struct sched *sched, struct sched_cpu *cpu,
			   const struct ipcprobe_rec_rq_change *rec)
{
	bool is_throttled = rec->change < 0, is_group = cpu->has_throttle;
	int64_t nr = is_throttled ? -(int64_t)rec->change : rec->change;
	uint32_t number = 0;
	int err = 0;

	cpu->has_throttle = false;
	if (is_group || !cpu->is_known || !sched->throttles_real_time ||
	    nr_real_time(sched, cpu, !is_throttled) != nr)
		return 0;
	while (!err && (number = sched_next_member(sched, cpu, number))) {
		struct sched_task *task = sched_task_at(sched, number);

		if (task->sched_class == IPCPROBE_SCHED_RT)
			err = sched_set_throttled(sched, task, rec->hdr.ts_ns, is_throttled);
	}
	return err;
}
