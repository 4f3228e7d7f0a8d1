// SPDX-License-Identifier: GPL-2.0
/*
 * Prints the summary of timehist: sums by task.
 */
#include "view/timehist.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

enum { SUM_NAME, SUM_COUNT, SUM_RUN, SUM_MIN, SUM_MEAN, SUM_MAX, SUM_STDDEV, SUM_MIGRATIONS };

const struct table_column view_sums_columns[] = {
	{ "TASK", false }, { "SCHED-IN", true }, { "RUN-TIME", true }, { "MIN-RUN", true },
	{ "AVG-RUN", true }, { "MAX-RUN", true }, { "STDDEV", true }, { "MIGRATIONS", true },
	{ NULL, false }
};

/* standard deviation of the mean, in per cent of the mean */
static double stddev_share(const struct timehist_row *row)
{
	double mean = (double)row->sum_ns / row->count, variance;

	if (row->count < 2 || !row->sum_ns)
		return 0;
	variance = (row->sum_squares - mean * row->sum_ns) / (row->count - 1);
	return variance > 0 ? 100 * sqrt(variance / row->count) / mean : 0;
}

static void add_row(struct table *table, const struct model *model,
		    const struct timehist_row *row, uint32_t task)
{
	table_add(table);
	label_set(table, SUM_NAME, label_task(model, task));
	table_set(table, SUM_COUNT, "%" PRIu64, row->count);
	label_set_ns(table, SUM_RUN, row->sum_ns);
	label_set_ns(table, SUM_MIN, row->min_ns);
	label_set_ns(table, SUM_MEAN, row->sum_ns / row->count);
	label_set_ns(table, SUM_MAX, row->max_ns);
	table_set(table, SUM_STDDEV, "%.2f %%", stddev_share(row));
	table_set(table, SUM_MIGRATIONS, "%" PRIu64, row->nr_migrations);
}

static int compare_rows(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct timehist_row *x = pool_at(arg, i), *y = pool_at(arg, j);

	if (x->sum_ns != y->sum_ns)
		return x->sum_ns < y->sum_ns ? 1 : -1;
	return i < j ? -1 : i > j;
}

static void sort_rows(const struct timehist *th, uint32_t *list, uint32_t nr)
{
	qsort_r(list, nr, sizeof(*list), compare_rows, (void *)&th->row);
}

/* Returns the tasks that ran, in order of their numbers; to be freed. */
static uint32_t *list_rows(const struct timehist *th, uint32_t *nr)
{
	uint32_t *list = calloc(th->row.nr + 1, sizeof(*list));

	*nr = 0;
	for (uint32_t i = 1; list && i < th->row.nr; i++)
		if (((const struct timehist_row *)pool_at(&th->row, i))->count)
			list[(*nr)++] = i;
	return list;
}

static void print_idle(const struct model *model, const struct view_runq *view)
{
	const struct sched *sched = &model->sched;
	char buf[LABEL_MAX];
	uint32_t i;

	puts("\nIdle");
	for (i = 0; i < sched->nr_cpus; i++) {
		const struct sched_cpu *cpu = &sched->cpu[i];
		uint64_t both_ns = cpu->busy_ns + cpu->idle_ns;

		if (cpu->is_seen && scope_has_cpu(view->scope, i) && both_ns)
			printf("  CPU %-4u %s (%.2f %%)\n", i, label_ns(buf, cpu->idle_ns),
			       100.0 * cpu->idle_ns / both_ns);
	}
}

static int print_summary(const struct model *model, const struct timehist *th)
{
	struct table *table = table_create_view(view_sums_columns, &th->runq->columns);
	uint32_t i, nr, top = th->runq->top, *list = list_rows(th, &nr);
	uint32_t shown = top && nr > top ? top : nr;
	uint64_t nr_switches = 0, run_ns = 0;
	bool is_chosen = th->runq->columns.is_chosen;
	char buf[LABEL_MAX];

	if (list)
		sort_rows(th, list, nr);
	for (i = 0; list && i < nr; i++) {
		const struct timehist_row *row = pool_at(&th->row, list[i]);

		if (i < shown)
			add_row(table, model, row, list[i]);
		nr_switches += row->count;
		run_ns += row->sum_ns;
	}
	if (!is_chosen)
		puts("Runtime summary");
	table_print(table);
	if (nr > shown && !is_chosen)
		printf("%u further %s\n", nr - shown, nr - shown == 1 ? "task" : "tasks");
	if (!is_chosen) {
		print_idle(model, th->runq);
		printf("\n%u tasks, %" PRIu64 " switches away from them, which had run for %s\n", nr,
		       nr_switches, label_ns(buf, run_ns));
	}
	table_destroy(table);
	free(list);
	return list ? 0 : -ENOMEM;
}

static json_t *row_json(const struct model *model, const struct timehist_row *row, uint32_t task)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "task", label_task_json(model, task),
			 "count", view_json_number(row->count),
			 "run_ns", view_json_number(row->sum_ns),
			 "min_ns", view_json_number(row->min_ns),
			 "max_ns", view_json_number(row->max_ns),
			 "migrations", view_json_number(row->nr_migrations));
}

static int print_summary_json(const struct model *model, const struct timehist *th)
{
	uint32_t i, nr, top = th->runq->top, *list = list_rows(th, &nr);
	struct view_json json;

	view_json_begin(&json);
	if (!list)
		view_json_fail(&json, -ENOMEM);
	else if (top && nr > top)
		sort_rows(th, list, nr);
	view_json_member(&json, "event", json_string("summary"));
	view_json_array_begin(&json, "tasks");
	for (i = 0; list && i < nr && (!top || i < top); i++)
		view_json_element(&json, row_json(model, pool_at(&th->row, list[i]), list[i]));
	free(list);
	view_json_array_end(&json);
	view_json_member(&json, "lost", label_losses_json(model));
	return view_json_end(&json);
}

/**
 * timehist_print - print the lines after the last switch
 * Return: 0 or -ENOMEM.
 */
int timehist_print(const struct model *model, const struct timehist *th)
{
	if (th->runq->is_json)
		return th->has_summary ? print_summary_json(model, th) : 0;
	if (th->has_summary && th->has_lines)
		putchar('\n');
	if (th->has_summary && print_summary(model, th))
		return -ENOMEM;
	if (!th->runq->columns.is_chosen)
		label_print_losses(stdout, model);
	return 0;
}
