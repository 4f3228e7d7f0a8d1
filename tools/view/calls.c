// SPDX-License-Identifier: GPL-2.0
/*
 * System calls per process, as text.
 */
#include "view/copies.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/table.h"
#include "trace/event.h"
#include "view/label.h"

enum { COL_PROCESS, COL_CALL, COL_ON, COL_CALLS, COL_ERRORS, COL_BYTES, COL_EXACTLY };

const struct table_column view_calls_columns[] = {
	{ "PROCESS", false }, { "CALL", false }, { "ON", false }, { "CALLS", true },
	{ "ERRORS", true }, { "BYTES", true }, { "EXACTLY", true }, { NULL, false }
};

static int compare_calls(const void *a, const void *b, void *arg)
{
	const struct model *model = arg;
	const struct call_stat *x = call_stat_at(&model->copies.calls, *(const uint32_t *)a);
	const struct call_stat *y = call_stat_at(&model->copies.calls, *(const uint32_t *)b);
	uint32_t pid_x = proc_at(&model->tasks, x->proc)->pid;
	uint32_t pid_y = proc_at(&model->tasks, y->proc)->pid;

	if (pid_x != pid_y)
		return pid_x < pid_y ? -1 : 1;
	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return x->on < y->on ? -1 : x->on > y->on;
}

static int compare_bytes(const void *a, const void *b, void *arg)
{
	const struct model *model = arg;
	const struct call_stat *x = call_stat_at(&model->copies.calls, *(const uint32_t *)a);
	const struct call_stat *y = call_stat_at(&model->copies.calls, *(const uint32_t *)b);

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	if (x->nr_calls != y->nr_calls)
		return x->nr_calls < y->nr_calls ? 1 : -1;
	return compare_calls(a, b, arg);
}

/*
 * view_calls_sorted - by process, call and object; at most @view->top_calls,
 * those with the most bytes
 */
uint32_t *view_calls_sorted(const struct model *model, const struct view_copies *view,
			    uint32_t *nr, uint32_t *nr_left_out)
{
	const struct calls *calls = &model->copies.calls;
	uint32_t *list = calloc(calls->stat.nr, sizeof(*list));
	uint32_t i;

	*nr = 0;
	*nr_left_out = 0;
	if (!list)
		return NULL;
	for (i = 1; i < calls->stat.nr; i++) {
		const struct call_stat *stat = call_stat_at(calls, i);

		if (stat->nr_calls && proc_in_scope(&model->tasks, stat->proc, view->scope))
			list[(*nr)++] = i;
	}
	if (view->top_calls && *nr > view->top_calls) {
		qsort_r(list, *nr, sizeof(*list), compare_bytes, (void *)model);
		*nr_left_out = *nr - view->top_calls;
		*nr = view->top_calls;
	}
	qsort_r(list, *nr, sizeof(*list), compare_calls, (void *)model);
	return list;
}

static void add_row(struct table *table, const struct model *model, const struct call_stat *stat)
{
	bool is_complete = copies_is_complete(&model->copies) && !stat->nr_unknown;

	table_add(table);
	label_set(table, COL_PROCESS, label_proc(model, stat->proc));
	table_set(table, COL_CALL, "%s", call_name(stat->call));
	table_set_phrase(table, COL_ON, call_on_name(stat->on));
	table_set(table, COL_CALLS, "%llu", (unsigned long long)stat->nr_calls);
	table_set(table, COL_ERRORS, "%llu", (unsigned long long)stat->nr_errors);
	label_set_bytes(table, COL_BYTES, stat->bytes, is_complete);
	table_set(table, COL_EXACTLY, "%s%llu%s", is_complete ? "" : ">=",
		  (unsigned long long)stat->bytes, table_is_exact() ? "" : "B");
}

/**
 * view_calls_print - print calls and bytes of each process
 * Return: 0 or -ENOMEM.
 */
int view_calls_print(const struct model *model, const struct view_copies *view)
{
	uint32_t nr, nr_left_out, i, *list = view_calls_sorted(model, view, &nr, &nr_left_out);
	struct table *table;

	if (!list)
		return -ENOMEM;
	table = table_create_view(view_calls_columns, &view->columns);
	for (i = 0; i < nr; i++)
		add_row(table, model, call_stat_at(&model->copies.calls, list[i]));
	if (nr) {
		table_print(table);
		if (nr_left_out && !view->columns.is_chosen)
			printf("%u further rows\n", nr_left_out);
		if (!view->columns.is_chosen)
			putchar('\n');
	}
	table_destroy(table);
	free(list);
	return 0;
}
