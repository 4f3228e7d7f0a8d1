// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that ran while another task waited, as text and JSON.
 */
#include "view/sched_views.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

/* pairs of tasks, sorted by the time that the antagonist ran, longest first */
struct pairs {
	const struct antagonist **v;
	uint32_t nr;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct antagonist *x = *(void *const *)a, *y = *(void *const *)b;

	if (x->ran_ns != y->ran_ns)
		return x->ran_ns < y->ran_ns ? 1 : -1;
	if (x->nr_preemptions != y->nr_preemptions)
		return x->nr_preemptions < y->nr_preemptions ? 1 : -1;
	return x->task != y->task ? (x->task < y->task ? -1 : 1) : x->by < y->by ? -1 : x->by > y->by;
}

static int pairs_init(struct pairs *pairs, const struct antagonists *antagonists)
{
	uint32_t i;

	*pairs = (struct pairs){ .v = calloc(antagonists->row.nr, sizeof(*pairs->v)) };
	if (!pairs->v)
		return -ENOMEM;
	for (i = 1; i < antagonists->row.nr; i++)
		pairs->v[pairs->nr++] = pool_at(&antagonists->row, i);
	if (pairs->nr)
		qsort(pairs->v, pairs->nr, sizeof(*pairs->v), compare_pairs);
	return 0;
}

/* ---- text ---- */

enum { COL_TASK, COL_BY, COL_TIME, COL_RUNS, COL_PREEMPTIONS };

const struct table_column view_antagonist_columns[] = {
	{ "WAITED", false }, { "WHILE-RAN", false }, { "TIME", true }, { "RUNS", true },
	{ "PREEMPTIONS", true }, { NULL, false }
};

static void add_pair(struct table *table, const struct model *model, const struct antagonist *pair)
{
	table_add(table);
	label_set(table, COL_TASK, label_task(model, pair->task));
	if (pair->by)
		label_set(table, COL_BY, label_task(model, pair->by));
	else
		table_set(table, COL_BY, "nobody");
	label_set_ns(table, COL_TIME, pair->ran_ns);
	table_set(table, COL_RUNS, "%" PRIu64, pair->nr_runs);
	table_set(table, COL_PREEMPTIONS, "%" PRIu64, pair->nr_preemptions);
}

/**
 * view_antagonists_print - print a row for each pair
 * Return: 0 or -ENOMEM.
 */
int view_antagonists_print(const struct model *model, const struct antagonists *antagonists,
			   const struct view_runq *view)
{
	bool is_chosen = view->columns.is_chosen;
	uint32_t top = view->top, i, shown;
	struct table *table;
	struct pairs pairs;
	char buf[LABEL_MAX];

	if (pairs_init(&pairs, antagonists))
		return -ENOMEM;
	shown = top && pairs.nr > top ? top : pairs.nr;
	if (!is_chosen)
		puts("Who ran, and for how long, while a task waited on the queue of the same CPU");
	table = table_create_view(view_antagonist_columns, &view->columns);
	for (i = 0; i < shown; i++)
		add_pair(table, model, pairs.v[i]);
	table_print(table);
	table_destroy(table);
	free(pairs.v);
	if (is_chosen)
		return 0;
	if (pairs.nr > shown)
		printf("%u further ones\n", pairs.nr - shown);
	if (antagonists->unknown_ns)
		printf("not known who ran: %s\n", label_ns(buf, antagonists->unknown_ns));
	label_print_losses(stdout, model);
	return 0;
}

/* ---- JSON ---- */

static json_t *pair_json(const struct model *model, const struct antagonist *pair)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
			 "task", label_task_json(model, pair->task),
			 "by", pair->by ? label_task_json(model, pair->by) : json_null(),
			 "ran_ns", view_json_number(pair->ran_ns),
			 "runs", view_json_number(pair->nr_runs),
			 "preemptions", view_json_number(pair->nr_preemptions));
}

/**
 * view_antagonists_json - print the pairs as one JSON object on one line
 * Return: 0 or -errno.
 */
int view_antagonists_json(const struct model *model, const struct antagonists *antagonists,
			  uint32_t top)
{
	struct view_json json;
	struct pairs pairs;
	uint32_t i;

	view_json_begin(&json);
	if (pairs_init(&pairs, antagonists))
		view_json_fail(&json, -ENOMEM);
	view_json_array_begin(&json, "antagonists");
	for (i = 0; i < pairs.nr && (!top || i < top); i++)
		view_json_element(&json, pair_json(model, pairs.v[i]));
	view_json_array_end(&json);
	view_json_member(&json, "unknown_ns", view_json_number(antagonists->unknown_ns));
	view_json_member(&json, "figures",
			 json_string(model_runq_complete(model) ? "exact" : "at least"));
	view_json_member(&json, "lost", label_losses_json(model));
	free(pairs.v);
	return view_json_end(&json);
}
