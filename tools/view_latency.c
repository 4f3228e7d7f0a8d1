// SPDX-License-Identifier: GPL-2.0
/*
 * Delays per task, waker or CPU, as text and JSON.
 */
#include "view_sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "label.h"
#include "table.h"
#include "text.h"
#include "view_json.h"

#define BAR_WIDTH	40U

static const char *const by_names[] = {
	[LATENCY_BY_TASK] = "task", [LATENCY_BY_WAKER] = "waker", [LATENCY_BY_CPU] = "cpu",
};

/* ---- which rows ---- */

/*
 * The numbers of those with anything in them, longest delay first; the row of
 * those that nobody woke has the number PREEMPTED.
 */
#define PREEMPTED	UINT32_MAX

static const struct latency_row *row_at(const struct latency *latency, uint32_t number)
{
	return number == PREEMPTED ? &latency->preempted : latency_row_at(latency, number);
}

static int compare(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct latency_row *x = row_at(arg, i), *y = row_at(arg, j);
	const struct latency *latency = arg;

	if (latency->by != LATENCY_BY_CPU && x->delay.max != y->delay.max)
		return x->delay.max < y->delay.max ? 1 : -1;
	return i < j ? -1 : i > j;
}

static uint32_t *sorted_rows(const struct latency *latency, uint32_t *nr)
{
	uint32_t *list = calloc(latency->row.nr + 1, sizeof(*list));
	uint32_t i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 0; i < latency->row.nr; i++)
		if (latency_row_at(latency, i)->nr_switches || latency_row_at(latency, i)->run_ns)
			list[(*nr)++] = i;
	if (latency->preempted.nr_switches)
		list[(*nr)++] = PREEMPTED;
	qsort_r(list, *nr, sizeof(*list), compare, (void *)latency);
	return list;
}

static char *row_name(const struct model *model, const struct latency *latency, uint32_t number)
{
	char *name = NULL;

	if (latency->by == LATENCY_BY_CPU)
		return asprintf(&name, "CPU %u", number) < 0 ? NULL : name;
	return number == PREEMPTED ? strdup("nobody: preempted") : label_task(model, number);
}

/* ---- text ---- */

enum {
	COL_NAME, COL_RUNTIME, COL_SWITCHES, COL_DELAYS, COL_MEAN, COL_P50, COL_P90, COL_P99,
	COL_MAX, COL_START, COL_END,
};

static const struct table_column columns[] = {
	{ "", false }, { "RUNNING", true }, { "SWITCHES", true }, { "DELAYS", true },
	{ "MEAN", true }, { "P50", true }, { "P90", true }, { "P99", true },
	{ "MAX", true }, { "MAX-START", true }, { "MAX-END", true },
	{ NULL, false }
};

/* A waker's own running time is not what its table is about. */
static struct table *create_table(const struct latency *latency)
{
	static const char *const headings[] = {
		[LATENCY_BY_TASK] = "TASK", [LATENCY_BY_WAKER] = "WAKER", [LATENCY_BY_CPU] = "CPU",
	};
	struct table_column named[ARRAY_SIZE(columns)];
	struct table_view view = { 0 };
	unsigned int i;

	memcpy(named, columns, sizeof(named));
	named[COL_NAME].name = headings[latency->by];
	for (i = 0; columns[i].name; i++)
		if (latency->by != LATENCY_BY_WAKER || i != COL_RUNTIME)
			view.column[view.nr++] = i;
	return table_create_view(named, &view);
}

static void add_row(struct table *table, const struct latency_row *row, char *name,
		    uint64_t start_ns)
{
	const struct hist *delay = &row->delay;
	char buf[LABEL_MAX];

	table_add(table);
	label_set(table, COL_NAME, name);
	table_set(table, COL_RUNTIME, "%s", label_ns(buf, row->run_ns));
	table_set(table, COL_SWITCHES, "%llu", (unsigned long long)row->nr_switches);
	table_set(table, COL_DELAYS, "%llu", (unsigned long long)delay->count);
	if (!delay->count)
		return;
	table_set(table, COL_MEAN, "%s", label_ns(buf, hist_mean(delay)));
	table_set(table, COL_P50, "%s", label_ns(buf, hist_percentile(delay, 50)));
	table_set(table, COL_P90, "%s", label_ns(buf, hist_percentile(delay, 90)));
	table_set(table, COL_P99, "%s", label_ns(buf, hist_percentile(delay, 99)));
	table_set(table, COL_MAX, "%s", label_ns(buf, delay->max));
	table_set(table, COL_START, "%.6f s",
		  ((int64_t)(row->max_end_ns - delay->max - start_ns)) / 1e9);
	table_set(table, COL_END, "%.6f s", ((int64_t)(row->max_end_ns - start_ns)) / 1e9);
}

static void print_histogram(const struct latency_row *row)
{
	uint32_t i, last = 0, most = 0;

	for (i = 0; i < LATENCY_NR_SLOTS; i++) {
		if (row->slot[i])
			last = i;
		if (row->slot[i] > most)
			most = row->slot[i];
	}
	printf("%16s%-8s : count     distribution\n", "", "usecs");
	for (i = 0; most && i <= last; i++) {
		uint32_t stars = (uint64_t)row->slot[i] * BAR_WIDTH / most;

		printf("%10llu -> %-10llu : %-8u |%.*s%*s|\n", i ? 1ULL << i : 0,
		       (2ULL << i) - 1, row->slot[i], (int)stars,
		       "****************************************", (int)(BAR_WIDTH - stars), "");
	}
}

static int print_histograms(const struct model *model, const struct view_latency *view,
			    const uint32_t *list, uint32_t shown, const struct latency_row *sum)
{
	uint32_t i;

	if (!view->is_each) {
		putchar('\n');
		print_histogram(sum);
		return 0;
	}
	for (i = 0; i < shown; i++) {
		char *name = row_name(model, view->latency, list[i]);

		if (!name)
			return -ENOMEM;
		printf("\n%s = ", by_names[view->latency->by]);
		text_print(stdout, name);
		putchar('\n');
		print_histogram(row_at(view->latency, list[i]));
		free(name);
	}
	return 0;
}

static int sum_rows(const struct latency *latency, const uint32_t *list, uint32_t nr,
		    struct latency_row *sum)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = latency_merge(sum, row_at(latency, list[i]));
	return err;
}

static void print_table(const struct model *model, const struct view_latency *view,
			const uint32_t *list, uint32_t nr, uint32_t shown,
			const struct latency_row *sum)
{
	struct table *table = create_table(view->latency);
	char *all = NULL;
	uint32_t i;

	for (i = 0; i < shown; i++)
		add_row(table, row_at(view->latency, list[i]),
			row_name(model, view->latency, list[i]), view->runq->start_ns);
	if (nr > 1)
		add_row(table, sum, asprintf(&all, "all %u", nr) < 0 ? NULL : all,
			view->runq->start_ns);
	table_print(table);
	if (nr > shown)
		printf("%u further ones\n", nr - shown);
	table_destroy(table);
}

/**
 * view_latency_print - a row for each, and histograms if wanted
 * Return: 0 or -ENOMEM.
 */
int view_latency_print(const struct model *model, const struct view_latency *view)
{
	uint32_t nr, *list = sorted_rows(view->latency, &nr), top = view->runq->top;
	uint32_t shown = top && nr > top ? top : nr;
	struct latency_row sum = { 0 };
	int err = -ENOMEM;

	if (list)
		err = sum_rows(view->latency, list, nr, &sum);
	if (!err) {
		puts("Delay: from the waker's call, or from being preempted, until running");
		print_table(model, view, list, nr, shown, &sum);
		if (view->has_histogram)
			err = print_histograms(model, view, list, shown, &sum);
		label_print_losses(stdout, model);
	}
	hist_deinit(&sum.delay);
	free(list);
	return err;
}

/* ---- JSON ---- */

static json_t *slots_json(const struct latency_row *row)
{
	json_t *list = json_array();
	uint32_t i, last = LATENCY_NR_SLOTS;

	while (last && !row->slot[last - 1])
		last--;
	for (i = 0; i < last; i++)
		json_array_append_new(list, view_json_number(row->slot[i]));
	return list;
}

static json_t *row_json(const struct model *model, const struct view_latency *view,
			uint32_t number)
{
	const struct latency_row *row = row_at(view->latency, number);
	bool is_cpu = view->latency->by == LATENCY_BY_CPU, has_any = row->delay.count;
	json_t *who;

	if (is_cpu)
		who = view_json_number(number);
	else
		who = number == PREEMPTED ? json_null() : label_task_json(model, number);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 by_names[view->latency->by], who,
			 "run_ns", view_json_known(view->latency->by != LATENCY_BY_WAKER,
						   row->run_ns),
			 "switches", view_json_number(row->nr_switches),
			 "latency", view_latency_figures_json(&row->delay),
			 "max_start_ns", view_json_known(has_any,
							 row->max_end_ns - row->delay.max),
			 "max_end_ns", view_json_known(has_any, row->max_end_ns),
			 "log2_us", slots_json(row));
}

/**
 * view_latency_json - the same, as one object on one line
 * Return: 0 or -errno.
 */
int view_latency_json(const struct model *model, const struct view_latency *view)
{
	uint32_t nr, i, *list = sorted_rows(view->latency, &nr), top = view->runq->top;
	struct view_json json;

	view_json_begin(&json);
	if (!list)
		view_json_fail(&json, -ENOMEM);
	view_json_member(&json, "by", json_string(by_names[view->latency->by]));
	view_json_array_begin(&json, "rows");
	for (i = 0; list && i < nr && (!top || i < top); i++)
		view_json_element(&json, row_json(model, view, list[i]));
	view_json_array_end(&json);
	view_json_member(&json, "figures",
			 json_string(model_runq_complete(model) ? "exact" : "at least"));
	view_json_member(&json, "lost", label_losses_json(model));
	free(list);
	return view_json_end(&json);
}
