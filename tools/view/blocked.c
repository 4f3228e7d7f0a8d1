// SPDX-License-Identifier: GPL-2.0
/*
 * IPC objects on which tasks blocked, as text and JSON.
 */
#include "view/sched_views.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

enum { COL_TASK, COL_OBJECT, COL_COUNT, COL_TIME };

static const struct table_column columns[] = {
	{ "TASK", false }, { "BLOCKED-ON", false }, { "TIMES", true }, { "TIME", true },
	{ NULL, false }
};

static int compare_rows(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct blocked_row *x = blocked_row_at(arg, i), *y = blocked_row_at(arg, j);

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return i < j ? -1 : i > j;
}

/* Returns the rows to show, sorted by time, longest first; to be freed. */
static uint32_t *sort_rows(const struct model *model, const struct view_stat *view, uint32_t *nr)
{
	uint32_t *list = calloc(view->blocked->row.nr, sizeof(*list));
	uint32_t i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 1; i < view->blocked->row.nr; i++)
		if (task_in_scope(&model->tasks, blocked_row_at(view->blocked, i)->task,
				  view->runq->scope))
			list[(*nr)++] = i;
	qsort_r(list, *nr, sizeof(*list), compare_rows, (void *)view->blocked);
	return list;
}

static void add_row(struct table *table, const struct model *model, const struct blocked_row *row)
{
	table_add(table);
	label_set(table, COL_TASK, label_task(model, row->task));
	label_set(table, COL_OBJECT, label_wait(model, &row->wait));
	table_set(table, COL_COUNT, "%" PRIu64, row->count);
	label_set_ns(table, COL_TIME, row->ns);
}

/* view_blocked_print - print the table, unless no task blocked on an object; 0 or -ENOMEM */
int view_blocked_print(const struct model *model, const struct view_stat *view)
{
	uint32_t nr, i, *list = sort_rows(model, view, &nr), top = view->runq->top;
	struct table *table;

	if (!list)
		return -ENOMEM;
	table = table_create(columns);
	for (i = 0; i < nr && (!top || i < top); i++)
		add_row(table, model, blocked_row_at(view->blocked, list[i]));
	if (nr) {
		putchar('\n');
		table_print(table);
	}
	if (top && nr > top)
		printf("%u further rows\n", nr - top);
	table_destroy(table);
	free(list);
	return 0;
}

static json_t *row_json(const struct model *model, const struct blocked_row *row)
{
	return json_pack("{s:o, s:o, s:o, s:o}",
			 "task", label_task_json(model, row->task),
			 "object", label_wait_json(model, &row->wait),
			 "count", view_json_number(row->count),
			 "blocked_ns", view_json_number(row->ns));
}

/* view_blocked_json - write the table as member "blocked" */
void view_blocked_json(struct view_json *json, const struct model *model,
		       const struct view_stat *view)
{
	uint32_t nr, i, *list = sort_rows(model, view, &nr), top = view->runq->top;

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "blocked");
	for (i = 0; list && i < nr && (!top || i < top); i++)
		view_json_element(json, row_json(model, blocked_row_at(view->blocked, list[i])));
	view_json_array_end(json);
	free(list);
}
