// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of causes that ends with a task, as tables: its links, or its sums by
 * task, by object and by reason.
 */
#include "view/chain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/label.h"

enum { COL_TIME, COL_SHARE, COL_RAN, COL_QUEUED, COL_THROTTLED, COL_SLEPT, COL_UNKNOWN, COL_INSTEAD,
	COL_COUNT, COL_TASK };

const struct table_column view_chain_columns[] = {
	{ "TIME", true }, { "SHARE", true }, { "RAN", true }, { "QUEUED", true },
	{ "THROTTLED", true }, { "SLEPT", true }, { "UNKNOWN", true }, { "IN-THE-WAY", true },
	{ "TIMES", true }, { "TASK", false }, { NULL, false }
};

enum { LINK_AT, LINK_TIME, LINK_WHAT, LINK_CPU, LINK_TASK, LINK_WOKE, LINK_OBJECT };

const struct table_column view_link_columns[] = {
	{ "AT", true }, { "TIME", true }, { "DID", false }, { "CPU", true }, { "TASK", false },
	{ "WOKE", false }, { "OBJECT", false }, { NULL, false }
};

static const struct table_column object_columns[] = {
	{ "TIME", true }, { "SHARE", true }, { "TIMES", true }, { "OBJECT", false }, { NULL, false }
};

static double percent_of(uint64_t ns, uint64_t all_ns)
{
	return all_ns ? 100.0 * ns / all_ns : 0;
}

static uint64_t chain_ns(const struct view_chain *view)
{
	return chain_kinds_ns(view->sums->ns);
}

/* Time for which tasks wanted to run, and were not throttled. */
static uint64_t queued_ns(const uint64_t ns[NR_STEP_KINDS])
{
	return ns[STEP_WAKING] + ns[STEP_QUEUED] + ns[STEP_MOVED];
}

static uint64_t slept_ns(const uint64_t ns[NR_STEP_KINDS])
{
	return ns[STEP_SLEPT] + ns[STEP_SLEEPS];
}

/* ---- tasks ---- */

static int compare_tasks(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct chain_task *x = chain_task_at(arg, i), *y = chain_task_at(arg, j);
	uint64_t x_ns = chain_kinds_ns(x->ns) + x->instead_ns;
	uint64_t y_ns = chain_kinds_ns(y->ns) + y->instead_ns;

	if (x_ns != y_ns)
		return x_ns < y_ns ? 1 : -1;
	return i < j ? -1 : i > j;
}

uint32_t *view_chain_tasks(const struct chain_sums *sums, uint32_t *nr)
{
	uint32_t *list = calloc(sums->task.nr, sizeof(*list)), i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 0; i < sums->task.nr; i++)
		if (chain_task_at(sums, i)->nr || chain_task_at(sums, i)->instead_ns)
			list[(*nr)++] = i;
	qsort_r(list, *nr, sizeof(*list), compare_tasks, (void *)sums);
	return list;
}

static void add_task(struct table *table, const struct model *model, const struct view_chain *view,
		     uint32_t number)
{
	const struct chain_task *task = chain_task_at(view->sums, number);
	uint64_t ns = chain_kinds_ns(task->ns);

	table_add(table);
	label_set_ns(table, COL_TIME, ns);
	table_set(table, COL_SHARE, "%.1f%%", percent_of(ns, chain_ns(view)));
	label_set_ns(table, COL_RAN, task->ns[STEP_RAN]);
	label_set_ns(table, COL_QUEUED, queued_ns(task->ns));
	label_set_ns(table, COL_THROTTLED, task->ns[STEP_THROTTLED]);
	label_set_ns(table, COL_SLEPT, slept_ns(task->ns));
	label_set_ns(table, COL_UNKNOWN, task->ns[STEP_UNKNOWN]);
	label_set_ns(table, COL_INSTEAD, task->instead_ns);
	table_set(table, COL_COUNT, "%u", task->nr);
	if (number)
		label_set(table, COL_TASK, label_task(model, number));
	else
		table_set(table, COL_TASK, "unknown");
}

static int print_tasks(const struct model *model, const struct view_chain *view)
{
	struct table *table = table_create_view(view_chain_columns, &view->runq->columns);
	uint32_t nr, i, *list = view_chain_tasks(view->sums, &nr), top = view->runq->top;

	for (i = 0; list && i < nr && (!top || i < top); i++)
		add_task(table, model, view, list[i]);
	if (nr)
		table_print(table);
	if (top && nr > top && !view->runq->columns.is_chosen)
		printf("%u further %s\n", nr - top, nr - top == 1 ? "task" : "tasks");
	table_destroy(table);
	free(list);
	return list ? 0 : -ENOMEM;
}

/* ---- objects ---- */

static void add_object(struct table *table, const struct model *model,
		       const struct view_chain *view, const struct chain_object *object)
{
	table_add(table);
	label_set_ns(table, 0, object->ns);
	table_set(table, 1, "%.1f%%", percent_of(object->ns, chain_ns(view)));
	table_set(table, 2, "%" PRIu64, object->nr);
	if (object->wait.kind)
		label_set(table, 3, label_wait(model, &object->wait));
	else
		table_set_phrase(table, 3, "other wake-ups");
}

/* The time that is in place of no sleep, so that the rows add up to the whole. */
static void add_rest(struct table *table, const struct view_chain *view)
{
	table_add(table);
	label_set_ns(table, 0, view->sums->own_ns);
	table_set(table, 1, "%.1f%%", percent_of(view->sums->own_ns, chain_ns(view)));
	table_set(table, 2, "0");
	table_set_phrase(table, 3, "none: in no sleep of the task");
}

static void print_objects(const struct model *model, const struct view_chain *view)
{
	struct table *table = table_create(object_columns);
	uint32_t i, nr = view->sums->nr_objects, top = view->runq->top;

	for (i = 0; i < nr && (!top || i < top); i++)
		add_object(table, model, view, &view->sums->object[i]);
	add_rest(table, view);
	putchar('\n');
	table_print(table);
	if (top && nr > top)
		printf("%u further %s\n", nr - top, nr - top == 1 ? "object" : "objects");
	table_destroy(table);
}

/* ---- reasons ---- */

static void print_reason(const struct view_chain *view, uint64_t ns, const char *reason)
{
	char buf[LABEL_MAX];

	if (ns)
		printf("%10s %5.1f%%  %s\n", label_word_ns(buf, ns),
		       percent_of(ns, chain_ns(view)), reason);
}

static void print_reasons(const struct view_chain *view)
{
	const uint64_t *ns = view->sums->ns;

	putchar('\n');
	print_reason(view, ns[STEP_RAN], "a task of the path ran");
	print_reason(view, ns[STEP_WAKING], "woken, and not on a queue yet");
	print_reason(view, ns[STEP_QUEUED] - view->sums->idle_ns - view->sums->unknown_ns,
		     "on a queue, while others ran: column IN-THE-WAY");
	print_reason(view, view->sums->idle_ns, "on a queue of a CPU that was idle, and had to be woken");
	print_reason(view, view->sums->unknown_ns, "on a queue of a CPU of which it is not known who ran");
	print_reason(view, ns[STEP_THROTTLED], "throttled: the group or the class had used up its time");
	print_reason(view, ns[STEP_MOVED], "between two queues");
	print_reason(view, ns[STEP_SLEPT], "asleep until an interrupt: a timer, a device, the network");
	print_reason(view, ns[STEP_SLEEPS], "asleep at the end");
	print_reason(view, ns[STEP_UNKNOWN], "not known what the task did");
}

/* ---- links ---- */

static void add_link(struct table *table, const struct model *model,
		     const struct view_chain *view, const struct chain_link *link)
{
	const struct sched_wait *object = chain_link_object(link);

	table_add(table);
	label_set_since(table, LINK_AT, link->from_ns - view->runq->start_ns, 6);
	label_set_ns(table, LINK_TIME, link->until_ns - link->from_ns);
	table_set(table, LINK_WHAT, "%s", step_kind_names[link->kind]);
	if (link->cpu != SCHED_NO_CPU)
		table_set(table, LINK_CPU, "%u", link->cpu);
	if (link->task)
		label_set(table, LINK_TASK, label_task(model, link->task));
	if (link->woke)
		label_set(table, LINK_WOKE, label_task(model, link->woke));
	if (object->kind)
		label_set(table, LINK_OBJECT, label_wait(model, object));
}

static void print_links(const struct model *model, const struct view_chain *view)
{
	struct table *table = table_create_view(view_link_columns, &view->runq->columns);
	uint32_t i;

	for (i = 0; i < view->chain->nr; i++)
		add_link(table, model, view, &view->chain->link[i]);
	table_print(table);
	table_destroy(table);
}

/* ---- */

static void print_head(const struct model *model, const struct view_chain *view)
{
	const struct chain *chain = view->chain;
	char buf[LABEL_MAX];

	printf("%s of ", label_ns(buf, chain_ns(view)));
	label_print_task(stdout, model, view->task);
	printf(", %.6f to %.6f s: %u links\n\n",
	       (double)(int64_t)(chain->link[0].from_ns - view->runq->start_ns) / 1e9,
	       (double)(int64_t)(chain->link[chain->nr - 1].until_ns - view->runq->start_ns) / 1e9,
	       chain->nr);
}

/**
 * view_chain_print - print the tables; the chain has at least one link
 * Return: 0 or -ENOMEM.
 */
int view_chain_print(const struct model *model, const struct view_chain *view)
{
	bool is_chosen = view->runq->columns.is_chosen;
	int err = 0;

	if (!is_chosen)
		print_head(model, view);
	if (view->has_links)
		print_links(model, view);
	else
		err = print_tasks(model, view);
	if (err || is_chosen)
		return err;
	if (!view->has_links) {
		print_objects(model, view);
		print_reasons(view);
	}
	label_print_losses(stdout, model);
	return 0;
}
