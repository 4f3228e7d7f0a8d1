// SPDX-License-Identifier: GPL-2.0
/*
 * For how long tasks wanted a CPU before they had one.
 */
#include "sched_latency.h"

#include <errno.h>

static bool is_wanted(const struct latency *latency, const struct sched *sched, uint32_t task,
		      uint32_t cpu)
{
	uint32_t proc = task_at(sched->tasks, task)->proc;

	return task && source_wants_cpu(latency->source, cpu) &&
	       source_wants_pid(latency->source, proc_at(sched->tasks, proc)->pid);
}

/* ---- time running ---- */

static int count_run(struct latency *latency, const struct sched *sched, uint32_t task,
		     uint32_t cpu, uint64_t until_ns)
{
	struct latency_row *row;

	if (latency->by == LATENCY_BY_WAKER || !is_wanted(latency, sched, task, cpu))
		return 0;
	row = pool_reach(&latency->row, latency->by == LATENCY_BY_CPU ? cpu : task);
	if (!row)
		return -ENOMEM;
	row->run_ns += sched_run_ns(sched, task, cpu, until_ns);
	return 0;
}

/* Whoever runs did so until now. */
static int count_runs(void *latency, const struct sched *sched, uint64_t until_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < sched->nr_cpus && !err; i++)
		err = count_run(latency, sched, sched->cpu[i].current, i, until_ns);
	return err;
}

/* ---- delays ---- */

static uint32_t slot_of(uint64_t ns)
{
	uint64_t us = ns / 1000;
	uint32_t slot = us > 1 ? 63 - __builtin_clzll(us) : 0;

	return slot < LATENCY_NR_SLOTS ? slot : LATENCY_NR_SLOTS - 1;
}

static int count_delay(struct latency_row *row, uint64_t ready_ns, uint64_t ts_ns)
{
	uint64_t ns = ts_ns - ready_ns;

	if (!row->delay.count || ns > row->delay.max)
		row->max_end_ns = ts_ns;
	row->slot[slot_of(ns)]++;
	return hist_add(&row->delay, ns);
}

/* The row that @number's delay counts in, NULL without memory. */
static struct latency_row *row_of(struct latency *latency, const struct sched_task *task,
				  uint32_t number, uint32_t cpu)
{
	switch (latency->by) {
	case LATENCY_BY_WAKER:
		return task->wake_ns ? pool_reach(&latency->row, task->waker) :
				       &latency->preempted;
	case LATENCY_BY_CPU:
		return pool_reach(&latency->row, cpu);
	default:
		return pool_reach(&latency->row, number);
	}
}

static int count_switch_in(struct latency *latency, const struct sched *sched,
			   const struct sched_switch *sw)
{
	const struct sched_task *task = sched_task_at(sched, sw->next);
	uint64_t ready_ns = sched_ready_ns(task), ts_ns = sw->rec->hdr.ts_ns;
	struct latency_row *row;

	if (!is_wanted(latency, sched, sw->next, sw->rec->cpu))
		return 0;
	row = row_of(latency, task, sw->next, sw->rec->cpu);
	if (!row)
		return -ENOMEM;
	row->nr_switches++;
	return ready_ns && ready_ns <= ts_ns ? count_delay(row, ready_ns, ts_ns) : 0;
}

/* ---- what is watched ---- */

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	int err = count_run(arg, sched, sw->prev, sw->rec->cpu, sw->rec->hdr.ts_ns);

	return err ? err : count_switch_in(arg, sched, sw);
}

static int on_lost(void *arg, const struct sched *sched, uint64_t begin_ns, uint64_t end_ns)
{
	(void)end_ns;
	return count_runs(arg, sched, begin_ns);
}

int latency_init(struct latency *latency, const struct source_opts *source, enum latency_by by)
{
	*latency = (struct latency){
		.watch = { .on_switch = on_switch, .on_lost = on_lost, .on_end = count_runs,
			   .arg = latency },
		.source = source, .by = by,
	};
	return pool_init(&latency->row, sizeof(struct latency_row));
}

void latency_deinit(struct latency *latency)
{
	uint32_t i;

	for (i = 0; i < latency->row.nr; i++)
		hist_deinit(&latency_row_at(latency, i)->delay);
	hist_deinit(&latency->preempted.delay);
	pool_deinit(&latency->row);
}

/* latency_merge - count all of @from in @to too: 0 or -ENOMEM */
int latency_merge(struct latency_row *to, const struct latency_row *from)
{
	uint32_t i;

	to->run_ns += from->run_ns;
	to->nr_switches += from->nr_switches;
	if (from->delay.count && (!to->delay.count || from->delay.max > to->delay.max))
		to->max_end_ns = from->max_end_ns;
	for (i = 0; i < LATENCY_NR_SLOTS; i++)
		to->slot[i] += from->slot[i];
	return hist_merge(&to->delay, &from->delay);
}
