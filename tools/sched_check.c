// SPDX-License-Identifier: GPL-2.0
/*
 * Run queues: does a snapshot of a queue that is known agree with the model?
 */
#include "model_sched.h"

static void note_stranger(struct sched *sched, const struct sched_cpu *cpu, uint64_t ts_ns,
			  uint32_t task, bool is_here)
{
	if (sched->nr_strangers < SCHED_NR_STRANGERS)
		sched->stranger[sched->nr_strangers] = (struct sched_stranger){
			.ts_ns = ts_ns, .cpu = cpu - sched->cpu, .task = task, .is_here = is_here,
		};
	sched->nr_strangers++;
}

static bool is_in_snapshot(const struct sched_cpu *cpu, uint32_t task)
{
	uint32_t i;

	for (i = 0; i < cpu->nr_snapshot; i++)
		if (cpu->snapshot[i].task == task)
			return true;
	return false;
}

/* sched_check_members - @cpu's snapshot is complete: compare, task by task */
void sched_check_members(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns,
			 uint32_t current)
{
	uint32_t before = sched->nr_strangers, task = 0, i;

	for (i = 0; i < cpu->nr_snapshot; i++)
		if (sched_task_at(sched, cpu->snapshot[i].task)->cpu != cpu - sched->cpu)
			note_stranger(sched, cpu, ts_ns, cpu->snapshot[i].task, false);
	while ((task = sched_next_member(sched, cpu, task)))
		if (!is_in_snapshot(cpu, task))
			note_stranger(sched, cpu, ts_ns, task, true);
	if (cpu->current != current)
		note_stranger(sched, cpu, ts_ns, cpu->current, true);
	cpu->nr_checks++;
	cpu->nr_same += sched->nr_strangers == before;
}
