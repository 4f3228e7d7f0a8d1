// SPDX-License-Identifier: GPL-2.0
/* Sums of a chain of causes. */
#include "watch/chain_sums.h"

#include <errno.h>
#include <stdlib.h>

uint64_t chain_kinds_ns(const uint64_t ns[NR_STEP_KINDS])
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < NR_STEP_KINDS; i++)
		sum += ns[i];
	return sum;
}

/* ---- by task ---- */

static struct chain_task *reach_task(struct chain_sums *sums, uint32_t task)
{
	return task ? pool_reach(&sums->task, task) : pool_at(&sums->task, 0);
}

static int add_task(struct chain_sums *sums, const struct chain_link *link, bool is_first)
{
	struct chain_task *task = reach_task(sums, link->task);

	if (!task)
		return -ENOMEM;
	task->ns[link->kind] += link->until_ns - link->from_ns;
	task->nr += is_first;
	sums->ns[link->kind] += link->until_ns - link->from_ns;
	return 0;
}

/* ---- who ran instead ---- */

/* Index of the first run that ends after @ts_ns. */
static uint32_t first_run(const struct step_cpu *cpu, uint64_t ts_ns)
{
	uint32_t low = 0, high = cpu->nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (cpu->run[middle].until_ns <= ts_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int add_instead(struct chain_sums *sums, const struct step_run *run, uint64_t ns)
{
	struct chain_task *task;

	if (!run->is_known || !run->task) {
		*(run->is_known ? &sums->idle_ns : &sums->unknown_ns) += ns;
		return 0;
	}
	task = reach_task(sums, run->task);
	if (!task)
		return -ENOMEM;
	task->instead_ns += ns;
	return 0;
}

/* Add those that ran on the CPU on whose queue the link's task was. */
static int add_runs(struct chain_sums *sums, const struct chain_link *link,
		    const struct steps *steps)
{
	const struct step_run none = { 0 };
	uint64_t now_ns = link->from_ns;
	const struct step_cpu *cpu;
	uint32_t i;
	int err = 0;

	if (link->kind != STEP_QUEUED)
		return 0;
	cpu = link->cpu < steps->nr_cpus ? &steps->cpu[link->cpu] : NULL;
	for (i = cpu ? first_run(cpu, now_ns) : 0; cpu && i < cpu->nr && !err; i++) {
		uint64_t until_ns = cpu->run[i].until_ns;

		if (now_ns >= link->until_ns)
			break;
		if (until_ns > link->until_ns)
			until_ns = link->until_ns;
		err = add_instead(sums, &cpu->run[i], until_ns - now_ns);
		now_ns = until_ns;
	}
	return err ? err : add_instead(sums, &none, link->until_ns - now_ns);
}

/* ---- by object ---- */

static int compare_waits(const struct sched_wait *a, const struct sched_wait *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static int compare_objects(const void *a, const void *b)
{
	const struct chain_object *x = a, *y = b;

	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	return compare_waits(&x->wait, &y->wait);
}

static int by_time(const void *a, const void *b)
{
	const struct chain_object *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return compare_objects(x, y);
}

static int add_object(struct chain_sums *sums, const struct chain_link *link,
		      const struct tasks *tasks)
{
	bool is_private = link->wait.kind == WAIT_FUTEX && !link->wait.file;
	struct chain_object *grown;

	grown = array_reserve(sums->object, &sums->cap_objects, sums->nr_objects + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	sums->object = grown;
	grown[sums->nr_objects++] = (struct chain_object){
		.wait = link->wait, .ns = link->until_ns - link->from_ns, .nr = link->woke != 0,
		.proc = is_private ? task_at(tasks, link->sleeper)->proc : 0,
	};
	return 0;
}

/* Join the rows of each object. */
static void join_objects(struct chain_sums *sums)
{
	struct chain_object *object = sums->object;
	uint32_t i, nr = 0;

	if (!sums->nr_objects)
		return;
	qsort(object, sums->nr_objects, sizeof(*object), compare_objects);
	for (i = 1; i < sums->nr_objects; i++) {
		if (compare_objects(&object[nr], &object[i])) {
			object[++nr] = object[i];
			continue;
		}
		object[nr].ns += object[i].ns;
		object[nr].nr += object[i].nr;
	}
	sums->nr_objects = nr + 1;
	qsort(object, sums->nr_objects, sizeof(*object), by_time);
}

/* ---- */

/**
 * chain_sums_init - sum up @chain
 * Return: 0 or -ENOMEM; in both cases chain_sums_deinit() must follow.
 */
int chain_sums_init(struct chain_sums *sums, const struct chain *chain,
		    const struct steps *steps, const struct tasks *tasks)
{
	uint32_t i;
	int err;

	*sums = (struct chain_sums){ 0 };
	err = pool_init(&sums->task, sizeof(struct chain_task));
	for (i = 0; i < chain->nr && !err; i++) {
		const struct chain_link *link = &chain->link[i];

		err = add_task(sums, link, !i || chain->link[i - 1].task != link->task);
		if (!err)
			err = add_runs(sums, link, steps);
		if (!err && link->sleeper)
			err = add_object(sums, link, tasks);
		else
			sums->own_ns += link->until_ns - link->from_ns;
	}
	join_objects(sums);
	return err;
}

void chain_sums_deinit(struct chain_sums *sums)
{
	pool_deinit(&sums->task);
	free(sums->object);
}
