// SPDX-License-Identifier: GPL-2.0
/* Tasks that kept another task from running. */
#include "watch/antagonist.h"

#include <errno.h>
#include <stdlib.h>

static bool is_wanted(const struct antagonists *antagonists, const struct sched *sched,
		      uint32_t task, uint32_t cpu)
{
	return task && scope_has_cpu(antagonists->scope, cpu) &&
	       task_in_scope(sched->tasks, task, antagonists->scope);
}

/* Get the entry of a pair; NULL without memory. */
static struct antagonist *pair_of(struct antagonists *antagonists, uint32_t task, uint32_t by)
{
	uint64_t key = map_pair(task, by);
	uint32_t found = map_get(&antagonists->by_pair, key);
	struct antagonist *row;

	if (found)
		return pool_at(&antagonists->row, found);
	row = pool_add(&antagonists->row, &found);
	if (!row || map_set(&antagonists->by_pair, key, found))
		return NULL;
	row->task = task;
	row->by = by;
	return row;
}

static int count_preemption(struct antagonists *antagonists, const struct sched *sched,
			    const struct sched_switch *sw)
{
	struct antagonist *row;

	if (!sw->next || (sw->rec->prev_state && !sw->rec->preempt) ||
	    !is_wanted(antagonists, sched, sw->prev, sw->rec->cpu))
		return 0;
	row = pair_of(antagonists, sw->prev, sw->next);
	if (!row)
		return -ENOMEM;
	row->nr_preemptions++;
	return 0;
}

static int count_part(struct antagonists *antagonists, const struct sched *sched, uint32_t task,
		      const struct delay_part *part, uint64_t now_ns)
{
	struct run_sums *sums = &antagonists->sums;
	uint64_t left_ns = delay_part_ns(part, now_ns);
	struct antagonist *row;
	uint32_t i;
	int err = runs_during(&antagonists->runs, sched, task, part, now_ns, sums);

	for (i = 0; i < sums->nr && !err; i++) {
		row = pair_of(antagonists, task, sums->v[i].task);
		if (!row)
			return -ENOMEM;
		row->ran_ns += sums->v[i].ns;
		row->nr_runs += sums->v[i].nr;
		left_ns -= sums->v[i].ns < left_ns ? sums->v[i].ns : left_ns;
	}
	antagonists->unknown_ns += left_ns;
	return err;
}

/* A delay has ended: count the tasks that ran while the delayed task might have. */
static int count_delay(struct antagonists *antagonists, const struct sched *sched,
		       const struct sched_switch *sw)
{
	const struct sched_delay *delay = &sched_task_at(sched, sw->next)->delay;
	uint32_t i;
	int err = 0;

	if (!delay->is_known || !is_wanted(antagonists, sched, sw->next, sw->rec->cpu))
		return 0;
	for (i = 0; i < delay->nr && !err; i++)
		if (delay->part[i].kind == DELAY_QUEUED)
			err = count_part(antagonists, sched, sw->next, &delay->part[i],
					 sw->rec->hdr.ts_ns);
	return err;
}

/* ---- callbacks of the model ---- */

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	struct antagonists *antagonists = arg;
	int err = runs_switch(&antagonists->runs, sched, sw);

	if (!err)
		err = count_preemption(antagonists, sched, sw);
	return err ? err : count_delay(antagonists, sched, sw);
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	struct antagonists *antagonists = arg;

	(void)sched;
	runs_forget(&antagonists->runs, gap);
	return 0;
}

static int add_pair(struct antagonists *antagonists, uint32_t task, uint32_t by,
		    const struct antagonist *pair)
{
	struct antagonist *sum = pair_of(antagonists, task, by);

	if (!sum)
		return -ENOMEM;
	sum->ran_ns += pair->ran_ns;
	sum->nr_runs += pair->nr_runs;
	sum->nr_preemptions += pair->nr_preemptions;
	return 0;
}

/* Fold ended tasks, on either side of a pair, into one for each name. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct antagonists *antagonists = arg, folded = { 0 };
	uint32_t i;
	int err = pool_init(&folded.row, sizeof(struct antagonist));

	for (i = 1; i < antagonists->row.nr && !err; i++) {
		const struct antagonist *pair = pool_at(&antagonists->row, i);

		err = add_pair(&folded, sched_folded(into, nr, pair->task),
			       sched_folded(into, nr, pair->by), pair);
	}
	pool_deinit(err ? &folded.row : &antagonists->row);
	map_deinit(err ? &folded.by_pair : &antagonists->by_pair);
	if (err)
		return err;
	antagonists->row = folded.row;
	antagonists->by_pair = folded.by_pair;
	runs_fold(&antagonists->runs, into, nr);
	return 0;
}

int antagonists_init(struct antagonists *antagonists, const struct scope *scope)
{
	*antagonists = (struct antagonists){
		.watch = { .on_switch = on_switch, .on_lost = on_lost, .on_fold = on_fold,
			   .arg = antagonists },
		.scope = scope,
	};
	runs_init(&antagonists->runs);
	return pool_init(&antagonists->row, sizeof(struct antagonist));
}

void antagonists_deinit(struct antagonists *antagonists)
{
	runs_deinit(&antagonists->runs);
	free(antagonists->sums.v);
	map_deinit(&antagonists->by_pair);
	pool_deinit(&antagonists->row);
}
