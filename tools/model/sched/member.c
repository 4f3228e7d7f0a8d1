// SPDX-License-Identifier: GPL-2.0
/* Run queues: the list of members of each queue. */
#include "model/sched/runqueue.h"

void sched_unlink_member(struct sched *sched, struct sched_task *task)
{
	struct sched_cpu *cpu;

	if (task->cpu == SCHED_NO_CPU)
		return;
	cpu = &sched->cpu[task->cpu];
	if (task->prev)
		sched_task_at(sched, task->prev)->next = task->next;
	else
		cpu->first = task->next;
	if (task->next)
		sched_task_at(sched, task->next)->prev = task->prev;
	cpu->nr_members--;
	task->cpu = SCHED_NO_CPU;
}

void sched_link_member(struct sched *sched, uint32_t number, struct sched_cpu *cpu)
{
	struct sched_task *task = sched_task_at(sched, number);

	sched_unlink_member(sched, task);
	task->cpu = cpu - sched->cpu;
	task->prev = 0;
	task->next = cpu->first;
	if (cpu->first)
		sched_task_at(sched, cpu->first)->prev = number;
	cpu->first = number;
	cpu->nr_members++;
}

uint32_t sched_next_member(const struct sched *sched, const struct sched_cpu *cpu, uint32_t task)
{
	return task ? sched_task_at(sched, task)->next : cpu->first;
}

void sched_drop_members(struct sched *sched, struct sched_cpu *cpu)
{
	while (cpu->first)
		sched_unlink_member(sched, sched_task_at(sched, cpu->first));
}

uint32_t sched_nr_counted(const struct sched *sched, const struct sched_cpu *cpu)
{
	uint32_t task = 0, nr = 0;

	while ((task = sched_next_member(sched, cpu, task)))
		nr += !sched_task_at(sched, task)->is_throttled;
	return nr;
}
