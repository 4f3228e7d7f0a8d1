// SPDX-License-Identifier: GPL-2.0
/*
 * Fold ended tasks into one for each name, of which only the sums are kept. Tasks
 * that existed longest, or had the longest single delay, are not folded.
 */
#include "model/sched/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sort key that decides which tasks are kept. */
struct rank {
	uint64_t weight;
	uint32_t task;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static uint64_t time_of(const struct sched_task *task)
{
	return task->run_ns + task->wait_ns + task->throttled_ns;
}

static uint64_t longest_of(const struct sched_task *task)
{
	return task->latency.max;
}

/* ---- tasks that may be folded ---- */

/* True if the task is on a queue, or runs. */
static bool is_member(const struct sched *sched, const struct sched_task *task)
{
	return task->gen == sched->gen &&
	       (task->cpu != SCHED_NO_CPU || task->state == SCHED_RUNNING ||
		task->state == SCHED_MIGRATING);
}

static bool is_over(const struct sched *sched, uint32_t number, const struct sweep_limits *limits)
{
	const struct sched_task *task = sched_task_at(sched, number);

	return task->number && task_at(sched->tasks, number)->has_exited &&
	       !tasks_is_current(sched->tasks, number, limits->ended) && !is_member(sched, task) &&
	       !sweep_is_wanted(limits, proc_at(sched->tasks,
						task_at(sched->tasks, number)->proc)->pid);
}

/* Keep tasks to which something other than their own figures refers. */
static void keep_named(const struct sched *sched, bool *is_kept)
{
	uint32_t i, j;

	for (i = 0; i < sched->nr_cpus; i++) {
		is_kept[sched->cpu[i].current] = true;
		for (j = 0; j < sched->cpu[i].nr_snapshot; j++)
			is_kept[sched->cpu[i].snapshot[j].task] = true;
	}
	for (i = 0; i < sched->nr_failures && i < SCHED_NR_FAILURES; i++)
		is_kept[sched->failure[i].task] = true;
}

/* Keep the first @nr_kept tasks by @weight. */
static void keep_first(const struct sched *sched, struct rank *ranks, uint32_t nr,
		       uint32_t nr_kept, uint64_t (*weight)(const struct sched_task *task),
		       bool *is_kept)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		ranks[i].weight = weight(sched_task_at(sched, ranks[i].task));
	if (nr)
		qsort(ranks, nr, sizeof(*ranks), compare_ranks);
	for (i = 0; i < nr && i < nr_kept; i++)
		is_kept[ranks[i].task] = true;
}

/* ---- sums ---- */

static int add_figures(struct sched_task *sum, const struct sched_task *task)
{
	uint32_t i;

	sum->run_ns += task->run_ns;
	sum->wait_ns += task->wait_ns;
	sum->sleep_ns += task->sleep_ns;
	sum->delayed_ns += task->delayed_ns;
	sum->throttled_ns += task->throttled_ns;
	sum->migrating_ns += task->migrating_ns;
	for (i = 0; i < NR_WAIT_KINDS; i++)
		sum->blocked_ns[i] += task->blocked_ns[i];
	sum->nr_wakeups += task->nr_wakeups;
	sum->nr_voluntary += task->nr_voluntary;
	sum->nr_preempted += task->nr_preempted;
	sum->nr_migrations += task->nr_migrations;
	return hist_merge(&sum->latency, &task->latency);
}

/* Fold task @number; its number then belongs to a task of which nothing is known. */
static int fold_task(struct sched *sched, uint32_t number, uint64_t now_ns, uint32_t *into)
{
	struct sched_task *task = sched_task_at(sched, number), *sum;
	int err = tasks_many_task(sched->tasks, task_at(sched->tasks, number)->comm, into);

	if (err)
		return err;
	sum = pool_reach(&sched->task, *into);
	if (!sum)
		return -ENOMEM;
	if (task->gen == sched->gen)
		sched_end_state(sched, task, now_ns);
	sum->number = *into;
	err = add_figures(sum, task);
	delay_deinit(&task->delay);
	hist_deinit(&task->latency);
	memset(task, 0, sizeof(*task));
	return err;
}

/* ---- references to folded tasks ---- */

static void rename_tasks(struct sched *sched, const uint32_t *into, uint32_t nr)
{
	uint32_t i, j, nr_seen = 0;

	for (i = 1; i < sched->task.nr; i++) {
		struct sched_task *task = sched_task_at(sched, i);

		task->waker.task = sched_folded(into, nr, task->waker.task);
		for (j = 0; j < task->delay.nr; j++)
			task->delay.part[j].by = sched_folded(into, nr, task->delay.part[j].by);
	}
	for (i = 0; i < sched->nr_seen; i++)
		if (sched_folded(into, nr, sched->seen[i]) == sched->seen[i])
			sched->seen[nr_seen++] = sched->seen[i];
	sched->nr_seen = nr_seen;
}

static int fold_tasks(struct sched *sched, const struct rank *ranks, uint32_t nr_ranks,
		      const bool *is_kept, uint64_t now_ns, uint32_t *into, uint32_t nr)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < nr_ranks && !err; i++)
		if (!is_kept[ranks[i].task])
			err = fold_task(sched, ranks[i].task, now_ns, &into[ranks[i].task]);
	if (err)
		return err;
	rename_tasks(sched, into, nr);
	if (sched->timeline)
		timeline_fold(sched->timeline, into, nr);
	return sched->watch ? sched->watch->on_fold(sched->watch->arg, into, nr) : 0;
}

/**
 * sched_fold - fold ended tasks of which only the figures are of use
 * @now_ns: time of the last record
 *
 * The watcher, if there is one, must have on_fold().
 *
 * Return: 0 or -ENOMEM.
 */
int sched_fold(struct sched *sched, const struct sweep_limits *limits, uint64_t now_ns)
{
	uint32_t nr = sched->tasks->task.nr, i, nr_ranks = 0;
	bool *is_kept = calloc(nr, sizeof(*is_kept));
	uint32_t *into = calloc(nr, sizeof(*into));
	struct rank *ranks = malloc(nr * sizeof(*ranks));
	int err = -ENOMEM;

	for (i = 1; ranks && i < sched->task.nr; i++)
		if (is_over(sched, i, limits))
			ranks[nr_ranks++].task = i;
	if (is_kept && into && ranks) {
		keep_named(sched, is_kept);
		keep_first(sched, ranks, nr_ranks, limits->tasks / 2, longest_of, is_kept);
		keep_first(sched, ranks, nr_ranks, limits->tasks / 2, time_of, is_kept);
		err = fold_tasks(sched, ranks, nr_ranks, is_kept, now_ns, into, nr);
	}
	free(ranks);
	free(into);
	free(is_kept);
	return err;
}

/*
 * sched_mark_tasks - mark tasks with figures of their own, for a sweep; this
 * includes tasks that run or are named by a failed check
 */
void sched_mark_tasks(void *arg, struct sweep_marks *tasks)
{
	const struct sched *sched = arg;
	uint32_t i;

	for (i = 1; i < sched->task.nr; i++)
		if (sched_task_at(sched, i)->number)
			sweep_mark(tasks, i, SWEEP_LIVE);
}
