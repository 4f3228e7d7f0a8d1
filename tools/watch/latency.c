// SPDX-License-Identifier: GPL-2.0
/* Times for which tasks wanted a CPU before they had one. */
#include "watch/latency.h"

#include <errno.h>

static bool is_wanted(const struct latency *latency, const struct sched *sched, uint32_t task)
{
	return task && task_in_scope(sched->tasks, task, latency->scope);
}

/* Get the row of a task, waker, CPU or group; NULL without memory. */
static struct latency_row *row_of(struct latency *latency, uint32_t number)
{
	uint32_t found = map_get(&latency->by_number, number + 1ULL);
	struct latency_row *row;

	if (found)
		return latency_row_at(latency, found);
	row = pool_add(&latency->row, &found);
	if (!row || map_set(&latency->by_number, number + 1ULL, found))
		return NULL;
	row->number = number;
	return row;
}

/* Number of the row that counts the run time and the switches of @task on @cpu. */
static uint32_t number_of(const struct latency *latency, const struct sched *sched, uint32_t task,
			  uint32_t cpu)
{
	switch (latency->by) {
	case LATENCY_BY_CPU:
		return cpu;
	case LATENCY_BY_CGROUP:
		return sched_task_at(sched, task)->group;
	default:
		return task;
	}
}

/* ---- time running ---- */

static int count_run(struct latency *latency, const struct sched *sched, uint32_t task,
		     uint32_t cpu, uint64_t until_ns)
{
	bool is_shown = is_wanted(latency, sched, task) && scope_has_cpu(latency->scope, cpu);
	struct latency_row *row;
	uint64_t ns;

	if (!task || latency->by == LATENCY_BY_WAKER ||
	    (!is_shown && latency->by != LATENCY_BY_CGROUP))
		return 0;
	row = row_of(latency, number_of(latency, sched, task, cpu));
	if (!row)
		return -ENOMEM;
	ns = sched_run_ns(sched, task, cpu, until_ns);
	row->all_run_ns += ns;
	row->run_ns += is_shown ? ns : 0;
	return 0;
}

/* Count the running tasks of the CPUs in a gap: they ran until now. */
static int count_runs(struct latency *latency, const struct sched *sched,
		      const struct sched_gap *gap, uint64_t until_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < sched->nr_cpus && !err; i++)
		if (sched_gap_has(gap, i))
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

static int add_delay(struct latency_delays *delays, uint64_t ns)
{
	delays->slot[slot_of(ns)]++;
	return hist_add(&delays->hist, ns);
}

static int count_delay(struct latency_row *row, uint64_t ns, uint64_t end_ns)
{
	if (!row->delays.hist.count || ns > row->delays.hist.max)
		row->max_end_ns = end_ns;
	return add_delay(&row->delays, ns);
}

/* Count the time of each kind of part of the delay. */
static int count_parts(struct latency *latency, struct latency_row *row,
		       const struct sched_delay *delay)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < NR_DELAY_KINDS && !err; i++) {
		uint64_t ns = delay_kind_ns(delay, i);

		row->part_ns[i] += ns;
		if (ns)
			err = add_delay(&latency->part[i], ns);
	}
	return err;
}

/* Get the row that counts a switch to @number; NULL without memory. */
static struct latency_row *switch_row(struct latency *latency, const struct sched *sched,
				      uint32_t number, uint32_t cpu)
{
	const struct sched_task *task = sched_task_at(sched, number);

	if (latency->by != LATENCY_BY_WAKER)
		return row_of(latency, number_of(latency, sched, number, cpu));
	if (!task->wake_ns)
		return &latency->rest[LATENCY_PREEMPTED];
	if (task->waker.kind != WAKER_TASK)
		return &latency->rest[task->waker.kind == WAKER_SOFTIRQ ? LATENCY_SOFTIRQ :
									  LATENCY_HARDIRQ];
	return row_of(latency, task->waker.task);
}

static struct latency_row *cpu_row(struct latency *latency, uint32_t cpu)
{
	return cpu == DELAY_SEVERAL_CPUS ? &latency->rest[LATENCY_SEVERAL_CPUS] :
					   row_of(latency, cpu);
}

/*
 * By CPU: count each stay on a queue at that queue's CPU. A stay begins with the
 * waker's call, if that put the task on the queue. The time between two queues is
 * not a stay, but counts for the first queue.
 */
static int count_stays(struct latency *latency, const struct sched_delay *delay)
{
	uint64_t stay_ns = 0;
	uint32_t i;
	int err = 0;

	for (i = 0; i < delay->nr && !err; i++) {
		const struct delay_part *part = &delay->part[i];
		bool is_last = i + 1 == delay->nr || part[1].cpu != part->cpu ||
			       part[1].kind == DELAY_MOVED;
		struct latency_row *row = cpu_row(latency, part->cpu);

		if (!row)
			return -ENOMEM;
		row->part_ns[part->kind] += delay_part_ns(part, 0);
		if (part->kind == DELAY_MOVED || !scope_has_cpu(latency->scope, part->cpu))
			continue;
		stay_ns += delay_part_ns(part, 0);
		if (!is_last)
			continue;
		err = count_delay(row, stay_ns, part->until_ns);
		stay_ns = 0;
	}
	return err;
}

/*
 * @row: row of the switch; by CPU, the delay counts in other rows.
 */
static int count_delays(struct latency *latency, const struct sched_delay *delay,
			struct latency_row *row)
{
	struct latency_row none = { 0 };
	int err;

	if (!delay->nr || !delay->is_known)
		return 0;
	if (latency->by == LATENCY_BY_CPU) {
		err = count_parts(latency, &none, delay);
		return err ? err : count_stays(latency, delay);
	}
	err = count_parts(latency, row, delay);
	return err ? err : count_delay(row, delay_ns(delay), delay->part[delay->nr - 1].until_ns);
}

static int count_switch_in(struct latency *latency, const struct sched *sched,
			   const struct sched_switch *sw)
{
	bool is_here = scope_has_cpu(latency->scope, sw->rec->cpu);
	struct latency_row *row = NULL;

	if (!is_wanted(latency, sched, sw->next) || !(is_here || latency->by == LATENCY_BY_CPU))
		return 0;
	if (is_here) {
		row = switch_row(latency, sched, sw->next, sw->rec->cpu);
		if (!row)
			return -ENOMEM;
		row->nr_switches++;
	}
	return count_delays(latency, &sched_task_at(sched, sw->next)->delay, row);
}

/* ---- callbacks of the model ---- */

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	int err = count_run(arg, sched, sw->prev, sw->rec->cpu, sw->rec->hdr.ts_ns);

	return err ? err : count_switch_in(arg, sched, sw);
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	return count_runs(arg, sched, gap, gap->begin_ns);
}

static int on_end(void *arg, const struct sched *sched, uint64_t until_ns)
{
	const struct sched_gap all = { .queues = UINT64_MAX };

	return count_runs(arg, sched, &all, until_ns);
}

/* Fold the figures of ended tasks, also as wakers, into one task for each name. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct latency *latency = arg;
	uint32_t i;
	int err = 0;

	if (latency->by != LATENCY_BY_TASK && latency->by != LATENCY_BY_WAKER)
		return 0;
	for (i = 1; i < latency->row.nr && !err; i++) {
		struct latency_row *row = latency_row_at(latency, i), *sum;

		if (row->number >= nr || !into[row->number])
			continue;
		sum = row_of(latency, into[row->number]);
		err = sum ? latency_merge(sum, row) : -ENOMEM;
		map_remove(&latency->by_number, row->number + 1ULL);
		hist_deinit(&row->delays.hist);
		if (!err)
			err = pool_free(&latency->row, i);
	}
	return err;
}

int latency_init(struct latency *latency, const struct scope *scope, enum latency_by by)
{
	*latency = (struct latency){
		.watch = { .on_switch = on_switch, .on_lost = on_lost, .on_end = on_end,
			   .on_fold = on_fold,
			   .arg = latency },
		.scope = scope, .by = by,
	};
	return pool_init(&latency->row, sizeof(struct latency_row));
}

void latency_deinit(struct latency *latency)
{
	uint32_t i;

	for (i = 0; i < latency->row.nr; i++)
		hist_deinit(&latency_row_at(latency, i)->delays.hist);
	for (i = 0; i < NR_LATENCY_RESTS; i++)
		hist_deinit(&latency->rest[i].delays.hist);
	for (i = 0; i < NR_DELAY_KINDS; i++)
		hist_deinit(&latency->part[i].hist);
	map_deinit(&latency->by_number);
	pool_deinit(&latency->row);
}

/* latency_merge - add all figures of @from to @to; 0 or -ENOMEM */
int latency_merge(struct latency_row *to, const struct latency_row *from)
{
	const struct hist *hist = &from->delays.hist;
	uint32_t i;

	to->run_ns += from->run_ns;
	to->nr_switches += from->nr_switches;
	for (i = 0; i < NR_DELAY_KINDS; i++)
		to->part_ns[i] += from->part_ns[i];
	if (hist->count && (!to->delays.hist.count || hist->max > to->delays.hist.max))
		to->max_end_ns = from->max_end_ns;
	for (i = 0; i < LATENCY_NR_SLOTS; i++)
		to->delays.slot[i] += from->delays.slot[i];
	return hist_merge(&to->delays.hist, hist);
}
