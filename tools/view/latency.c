// SPDX-License-Identifier: GPL-2.0
/*
 * Delays per task, waker or CPU, as text and JSON.
 */
#include "view/sched_views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/table.h"
#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

#define BAR_WIDTH	40U

static const char *const by_names[] = {
	[LATENCY_BY_TASK] = "task", [LATENCY_BY_WAKER] = "waker", [LATENCY_BY_CPU] = "cpu",
	[LATENCY_BY_CGROUP] = "cgroup",
};

static const char *const rest_names[NR_LATENCY_RESTS] = {
	[LATENCY_PREEMPTED] = "preempted", [LATENCY_SOFTIRQ] = "softirqs",
	[LATENCY_HARDIRQ] = "interrupts", [LATENCY_SEVERAL_CPUS] = "several",
};

/* ---- which rows ---- */

/* rows with a delay, longest delay first; rows by CPU in order of CPUs */
struct rows {
	const struct latency_row **v;
	uint32_t nr;
};

static int compare_rows(const void *a, const void *b, void *arg)
{
	const struct latency_row *x = *(void *const *)a, *y = *(void *const *)b;
	const struct latency *latency = arg;

	if (latency->by != LATENCY_BY_CPU && x->delays.hist.max != y->delays.hist.max)
		return x->delays.hist.max < y->delays.hist.max ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void add_if_used(struct rows *rows, const struct latency_row *row)
{
	if (row->nr_switches || row->run_ns || row->delays.hist.count)
		rows->v[rows->nr++] = row;
}

static int rows_init(struct rows *rows, const struct latency *latency)
{
	uint32_t i;

	*rows = (struct rows){
		.v = calloc(latency->row.nr + NR_LATENCY_RESTS, sizeof(*rows->v)),
	};
	if (!rows->v)
		return -ENOMEM;
	for (i = 1; i < latency->row.nr; i++)
		add_if_used(rows, latency_row_at(latency, i));
	for (i = 0; i < NR_LATENCY_RESTS; i++)
		add_if_used(rows, &latency->rest[i]);
	qsort_r(rows->v, rows->nr, sizeof(*rows->v), compare_rows, (void *)latency);
	return 0;
}

/* Returns the name of a row that has no number of a task or CPU; NULL if it has one. */
static const char *rest_name(const struct latency *latency, const struct latency_row *row)
{
	return row >= latency->rest && row < latency->rest + NR_LATENCY_RESTS ?
	       rest_names[row - latency->rest] : NULL;
}

static char *row_name(const struct model *model, const struct latency *latency,
		      const struct latency_row *row)
{
	char *name = NULL;

	if (rest_name(latency, row))
		return strdup(rest_name(latency, row));
	switch (latency->by) {
	case LATENCY_BY_CPU:
		return asprintf(&name, "%u", row->number) < 0 ? NULL : name;
	case LATENCY_BY_CGROUP:
		return label_group(model, row->number);
	default:
		return label_task(model, row->number);
	}
}

/* ---- text ---- */

enum {
	COL_NAME, COL_RUNTIME, COL_SWITCHES, COL_DELAYS, COL_MEAN, COL_P50, COL_P90, COL_P99,
	COL_MAX, COL_START, COL_END, COL_SUM, COL_PART,
};

#define COLUMNS(name) {								\
	{ name, false }, { "RUNNING", true }, { "SWITCHES", true }, { "DELAYS", true },	\
	{ "MEAN", true }, { "P50", true }, { "P90", true }, { "P99", true },	\
	{ "MAX", true }, { "MAX-START", true }, { "MAX-END", true }, { "SUM", true }, \
	[COL_PART + DELAY_WAKING] = { "WAKING", true },				\
	[COL_PART + DELAY_SIGNALLED] = { "SIGNALLED", true },			\
	[COL_PART + DELAY_QUEUED] = { "QUEUED", true },				\
	[COL_PART + DELAY_THROTTLED] = { "THROTTLED", true },			\
	[COL_PART + DELAY_MOVED] = { "MOVED", true },				\
	[COL_PART + DELAY_PUT_BACK] = { "PUT-BACK", true },			\
	{ NULL, false } }

static const struct table_column task_columns[] = COLUMNS("TASK");
static const struct table_column waker_columns[] = COLUMNS("WAKER");
static const struct table_column cpu_columns[] = COLUMNS("CPU");
static const struct table_column cgroup_columns[] = COLUMNS("CGROUP");

static const struct table_view usual_view = {
	.column = { COL_NAME, COL_RUNTIME, COL_SWITCHES, COL_DELAYS, COL_PART + DELAY_THROTTLED,
		    COL_MEAN, COL_P50, COL_P90, COL_P99, COL_MAX, COL_START, COL_END },
	.nr = 12,
};

static const struct table_view cgroup_view = {
	.column = { COL_NAME, COL_RUNTIME, COL_SWITCHES, COL_DELAYS, COL_PART + DELAY_QUEUED,
		    COL_PART + DELAY_THROTTLED, COL_MEAN, COL_P50, COL_P90, COL_P99, COL_MAX },
	.nr = 11,
};

static const struct table_view parts_view = {
	.column = { COL_NAME, COL_DELAYS, COL_SUM, COL_PART + DELAY_WAKING,
		    COL_PART + DELAY_SIGNALLED, COL_PART + DELAY_QUEUED,
		    COL_PART + DELAY_THROTTLED, COL_PART + DELAY_MOVED, COL_PART + DELAY_PUT_BACK },
	.nr = 9,
};

/* A table by waker is not about the wakers' own running time. */
static const struct table_view waker_view = {
	.column = { COL_NAME, COL_SWITCHES, COL_DELAYS, COL_PART + DELAY_THROTTLED, COL_MEAN,
		    COL_P50, COL_P90, COL_P99, COL_MAX, COL_START, COL_END },
	.nr = 11,
};

const struct table_column *view_latency_columns(enum latency_by by)
{
	static const struct table_column *const columns[] = {
		[LATENCY_BY_TASK] = task_columns, [LATENCY_BY_WAKER] = waker_columns,
		[LATENCY_BY_CPU] = cpu_columns, [LATENCY_BY_CGROUP] = cgroup_columns,
	};

	return columns[by];
}

const struct table_view *view_latency_usual(enum latency_by by, bool has_parts)
{
	static const struct table_view *const usual[] = {
		[LATENCY_BY_TASK] = &usual_view, [LATENCY_BY_WAKER] = &waker_view,
		[LATENCY_BY_CPU] = &usual_view, [LATENCY_BY_CGROUP] = &cgroup_view,
	};

	return has_parts ? &parts_view : usual[by];
}

static struct table *create_table(const struct view_latency *view)
{
	enum latency_by by = view->latency->by;
	const struct table_view *chosen = &view->runq->columns;

	return table_create_view(view_latency_columns(by), chosen->is_chosen ? chosen :
				 view_latency_usual(by, view->has_parts));
}

static void add_row(struct table *table, const struct latency_row *row, char *name,
		    uint64_t start_ns)
{
	const struct hist *delay = &row->delays.hist;
	uint32_t i;

	table_add(table);
	label_set(table, COL_NAME, name);
	label_set_ns(table, COL_RUNTIME, row->run_ns);
	table_set(table, COL_SWITCHES, "%llu", (unsigned long long)row->nr_switches);
	table_set(table, COL_DELAYS, "%llu", (unsigned long long)delay->count);
	for (i = 0; i < NR_DELAY_KINDS; i++)
		label_set_ns(table, COL_PART + i, row->part_ns[i]);
	label_set_ns(table, COL_SUM, delay->sum);
	if (!delay->count)
		return;
	label_set_ns(table, COL_MEAN, hist_mean(delay));
	label_set_ns(table, COL_P50, hist_percentile(delay, 50));
	label_set_ns(table, COL_P90, hist_percentile(delay, 90));
	label_set_ns(table, COL_P99, hist_percentile(delay, 99));
	label_set_ns(table, COL_MAX, delay->max);
	label_set_since(table, COL_START, row->max_end_ns - delay->max - start_ns, 6);
	label_set_since(table, COL_END, row->max_end_ns - start_ns, 6);
}

static void print_histogram(const struct latency_delays *delays)
{
	uint32_t i, last = 0, most = 0;

	for (i = 0; i < LATENCY_NR_SLOTS; i++) {
		if (delays->slot[i])
			last = i;
		if (delays->slot[i] > most)
			most = delays->slot[i];
	}
	/* not by %-8s: that counts bytes, and the sign may have two */
	printf("%16s%ss       : count     distribution\n", "", text_sign(SIGN_MICRO));
	for (i = 0; most && i <= last; i++) {
		uint32_t stars = (uint64_t)delays->slot[i] * BAR_WIDTH / most;

		printf("%10llu -> %-10llu : %-8u |%.*s%*s|\n", i ? 1ULL << i : 0,
		       (2ULL << i) - 1, delays->slot[i], (int)stars,
		       "****************************************", (int)(BAR_WIDTH - stars), "");
	}
}

/* Prints a histogram of each kind of part that occurs. */
static void print_part_histograms(const struct latency *latency)
{
	uint32_t i;

	for (i = 0; i < NR_DELAY_KINDS; i++) {
		if (!latency->part[i].hist.count)
			continue;
		printf("\n%s, in %llu delays, %llu ns in all\n", delay_kind_names[i],
		       (unsigned long long)latency->part[i].hist.count,
		       (unsigned long long)latency->part[i].hist.sum);
		print_histogram(&latency->part[i]);
	}
}

static int print_histograms(const struct model *model, const struct view_latency *view,
			    const struct rows *rows, uint32_t shown, const struct latency_row *sum)
{
	uint32_t i;

	if (!view->is_each) {
		putchar('\n');
		print_histogram(&sum->delays);
	}
	for (i = 0; view->is_each && i < shown; i++) {
		char *name = row_name(model, view->latency, rows->v[i]);

		if (!name)
			return -ENOMEM;
		printf("\n%s = ", by_names[view->latency->by]);
		text_print(stdout, name);
		putchar('\n');
		print_histogram(&rows->v[i]->delays);
		free(name);
	}
	if (view->has_parts)
		print_part_histograms(view->latency);
	return 0;
}

static int sum_rows(const struct rows *rows, struct latency_row *sum)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < rows->nr && !err; i++)
		err = latency_merge(sum, rows->v[i]);
	return err;
}

static void print_table(const struct model *model, const struct view_latency *view,
			const struct rows *rows, uint32_t shown, const struct latency_row *sum)
{
	struct table *table = create_table(view);
	char *all = NULL;
	uint32_t i;

	for (i = 0; i < shown; i++)
		add_row(table, rows->v[i], row_name(model, view->latency, rows->v[i]),
			view->runq->start_ns);
	if (rows->nr > 1 && !view->runq->columns.is_chosen)
		add_row(table, sum, asprintf(&all, "all:%u", rows->nr) < 0 ? NULL : all,
			view->runq->start_ns);
	table_print(table);
	if (rows->nr > shown && !view->runq->columns.is_chosen)
		printf("%u further ones\n", rows->nr - shown);
	table_destroy(table);
}

/**
 * view_latency_print - print a row for each task, waker or CPU, and histograms
 * if wanted
 * Return: 0 or -ENOMEM.
 */
int view_latency_print(const struct model *model, const struct view_latency *view)
{
	uint32_t top = view->runq->top, shown;
	struct latency_row sum = { 0 };
	struct rows rows;
	int err = rows_init(&rows, view->latency);

	if (!err)
		err = sum_rows(&rows, &sum);
	shown = top && rows.nr > top ? top : rows.nr;
	if (!err && view->runq->columns.is_chosen) {
		print_table(model, view, &rows, shown, &sum);
	} else if (!err) {
		puts("Delay: from the waker's call, or from being preempted, until running");
		print_table(model, view, &rows, shown, &sum);
		if (view->latency->by == LATENCY_BY_CGROUP)
			err = view_quotas_print(model, view);
		if (!err && view->has_histogram)
			err = print_histograms(model, view, &rows, shown, &sum);
		label_print_losses(stdout, model);
	}
	hist_deinit(&sum.delays.hist);
	free(rows.v);
	return err;
}

/* ---- JSON ---- */

static json_t *slots_json(const struct latency_delays *delays)
{
	json_t *list = json_array();
	uint32_t i, last = LATENCY_NR_SLOTS;

	while (last && !delays->slot[last - 1])
		last--;
	for (i = 0; i < last; i++)
		json_array_append_new(list, view_json_number(delays->slot[i]));
	return list;
}

static json_t *parts_json(const struct latency_row *row)
{
	json_t *obj = json_object();
	uint32_t i;

	for (i = 0; i < NR_DELAY_KINDS; i++)
		json_object_set_new(obj, delay_kind_names[i], view_json_number(row->part_ns[i]));
	return obj;
}

static json_t *who_json(const struct model *model, const struct latency *latency,
			const struct latency_row *row)
{
	const char *rest = rest_name(latency, row);

	if (rest)
		return row == &latency->rest[LATENCY_PREEMPTED] ? json_null() : json_string(rest);
	switch (latency->by) {
	case LATENCY_BY_CPU:
		return view_json_number(row->number);
	case LATENCY_BY_CGROUP:
		return label_group_json(model, row->number);
	default:
		return label_task_json(model, row->number);
	}
}

static json_t *row_json(const struct model *model, const struct view_latency *view,
			const struct latency_row *row)
{
	bool has_any = row->delays.hist.count;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 by_names[view->latency->by], who_json(model, view->latency, row),
			 "run_ns", view_json_known(view->latency->by != LATENCY_BY_WAKER,
						   row->run_ns),
			 "switches", view_json_number(row->nr_switches),
			 "latency", view_latency_figures_json(&row->delays.hist),
			 "parts_ns", parts_json(row),
			 "max_start_ns", view_json_known(has_any, row->max_end_ns -
							 row->delays.hist.max),
			 "max_end_ns", view_json_known(has_any, row->max_end_ns),
			 "log2_us", slots_json(&row->delays));
}

/* Returns the sums of each kind of part over all delays. */
static json_t *all_parts_json(const struct latency *latency)
{
	json_t *obj = json_object();
	uint32_t i;

	for (i = 0; i < NR_DELAY_KINDS; i++) {
		const struct latency_delays *delays = &latency->part[i];
		json_t *sums = json_pack("{s:o, s:o}",
					 "latency", view_latency_figures_json(&delays->hist),
					 "log2_us", slots_json(delays));

		json_object_set_new(obj, delay_kind_names[i], sums);
	}
	return obj;
}

/**
 * view_latency_json - print all rows as one JSON object on one line
 * Return: 0 or -errno.
 */
int view_latency_json(const struct model *model, const struct view_latency *view)
{
	uint32_t i, top = view->runq->top;
	struct view_json json;
	struct rows rows;

	view_json_begin(&json);
	if (rows_init(&rows, view->latency))
		view_json_fail(&json, -ENOMEM);
	view_json_member(&json, "by", json_string(by_names[view->latency->by]));
	view_json_array_begin(&json, "rows");
	for (i = 0; i < rows.nr && (!top || i < top); i++)
		view_json_element(&json, row_json(model, view, rows.v[i]));
	view_json_array_end(&json);
	view_json_member(&json, "parts", all_parts_json(view->latency));
	if (view->latency->by == LATENCY_BY_CGROUP)
		view_quotas_json(&json, model, view);
	view_json_member(&json, "figures",
			 json_string(model_runq_complete(model) ? "exact" : "at least"));
	view_json_member(&json, "lost", label_losses_json(model));
	free(rows.v);
	return view_json_end(&json);
}
