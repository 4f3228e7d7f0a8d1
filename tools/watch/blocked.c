// SPDX-License-Identifier: GPL-2.0
/* The IPC objects on which each task blocked, and for how long. */
#include "watch/blocked.h"

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

/* Get the row of a task and an object; NULL without memory. */
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

/* A time off the CPU may come in two parts: as a member of the queue, then as none. */
static void on_slept(void *arg, const struct sched *sched, const struct sched_task *task,
		     uint64_t ns)
{
	struct sched_wait wait = sched_wait_of(sched, task);
	struct blocked *blocked = arg;
	struct blocked_row *row;

	if (!wait.kind)
		return;
	row = reach_row(blocked, task->number, &wait);
	if (!row) {
		blocked->err = -ENOMEM;
		return;
	}
	row->count += row->out_ns != task->out_ns;
	row->out_ns = task->out_ns;
	row->ns += ns;
}

/* Fold what ended tasks blocked on into one task for each name. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct blocked *blocked = arg, folded = { .watch = blocked->watch, .err = blocked->err };
	uint32_t i;

	if (pool_init(&folded.row, sizeof(struct blocked_row)))
		return -ENOMEM;
	for (i = 1; i < blocked->row.nr; i++) {
		const struct blocked_row *row = blocked_row_at(blocked, i);
		bool is_folded = row->task < nr && into[row->task];
		struct blocked_row *sum = reach_row(&folded, is_folded ? into[row->task] : row->task,
						    &row->wait);

		if (!sum) {
			blocked_deinit(&folded);
			return -ENOMEM;
		}
		sum->count += row->count;
		sum->ns += row->ns;
		sum->out_ns = row->out_ns;
	}
	blocked_deinit(blocked);
	*blocked = folded;
	return 0;
}

int blocked_init(struct blocked *blocked)
{
	*blocked = (struct blocked){
		.watch = { .on_slept = on_slept, .on_fold = on_fold, .arg = blocked },
	};
	return pool_init(&blocked->row, sizeof(struct blocked_row));
}

void blocked_deinit(struct blocked *blocked)
{
	pool_deinit(&blocked->row);
	map_deinit(&blocked->by_hash);
}
