// SPDX-License-Identifier: GPL-2.0
/*
 * On which IPC objects each task blocked, and for how long.
 */
#include "sched_blocked.h"

#include <errno.h>

static uint64_t hash_of(uint32_t task, const struct sched_wait *wait)
{
	return map_hash(map_hash(wait->key) + map_pair(wait->file, task)) + wait->kind;
}

static bool is_row(const struct blocked_row *row, uint32_t task, const struct sched_wait *wait)
{
	return row->task == task && row->wait.kind == wait->kind && row->wait.key == wait->key &&
	       row->wait.file == wait->file;
}

/* The row of the task and the object, NULL without memory. */
static struct blocked_row *reach_row(struct blocked *blocked, uint32_t task,
				     const struct sched_wait *wait)
{
	uint64_t hash = hash_of(task, wait);
	uint32_t first = map_get(&blocked->by_hash, hash), number;
	struct blocked_row *row;

	for (number = first; number; number = row->next) {
		row = pool_at(&blocked->row, number);
		if (is_row(row, task, wait))
			return row;
	}
	row = pool_add(&blocked->row, &number);
	if (!row || map_set(&blocked->by_hash, hash, number))
		return NULL;
	*row = (struct blocked_row){ .wait = *wait, .task = task, .next = first };
	return row;
}

/* The task blocked, if it did, until now. */
static int count(struct blocked *blocked, const struct sched *sched, uint32_t number,
		 uint64_t until_ns)
{
	const struct sched_task *task = sched_task_at(sched, number);
	uint64_t from_ns = task->out_ns > sched->from_ns ? task->out_ns : sched->from_ns;
	struct sched_wait wait = sched_wait_of(sched, task);
	struct blocked_row *row;

	if (!wait.kind || !task->out_ns || task->is_preempted || task->wake_ns ||
	    until_ns < from_ns)
		return 0;
	row = reach_row(blocked, number, &wait);
	if (!row)
		return -ENOMEM;
	row->count++;
	row->ns += until_ns - from_ns;
	return 0;
}

static int on_wakeup(void *arg, const struct sched *sched,
		     const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task, uint32_t waker)
{
	(void)waker;
	if (sched_task_at(sched, task)->state == SCHED_RUNNING)
		return 0;
	return count(arg, sched, task, rec->hdr.ts_ns);
}

/* Those that block still. */
static int on_end(void *arg, const struct sched *sched, uint64_t until_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 1; i < sched->task.nr && !err; i++) {
		const struct sched_task *task = sched_task_at(sched, i);

		if (task->gen == sched->gen &&
		    (task->state == SCHED_ASLEEP || task->state == SCHED_DELAYED))
			err = count(arg, sched, i, until_ns);
	}
	return err;
}

static bool is_any_known(const struct sched *sched)
{
	uint32_t i;

	for (i = 0; i < sched->nr_cpus; i++)
		if (sched->cpu[i].is_known)
			return true;
	return false;
}

static int on_lost(void *arg, const struct sched *sched, uint64_t begin_ns, uint64_t end_ns)
{
	(void)end_ns;
	/* of one loss after the other only the first can end anything */
	return is_any_known(sched) ? on_end(arg, sched, begin_ns) : 0;
}

int blocked_init(struct blocked *blocked)
{
	*blocked = (struct blocked){
		.watch = { .on_wakeup = on_wakeup, .on_lost = on_lost, .on_end = on_end,
			   .arg = blocked },
	};
	return pool_init(&blocked->row, sizeof(struct blocked_row));
}

void blocked_deinit(struct blocked *blocked)
{
	pool_deinit(&blocked->row);
	map_deinit(&blocked->by_hash);
}
