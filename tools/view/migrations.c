// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a line for each migration when its record is read, and sums by task
 * and by pair of CPUs.
 */
#include "view/migrations.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/line.h"
#include "watch/cause.h"

#define NAME_WIDTH	30

/* Returns the queue's length just before; -1 if it is unknown. */
static int64_t length_of(const struct sched *sched, uint32_t cpu)
{
	return cpu < sched->nr_cpus && sched->cpu[cpu].is_known ? sched->cpu[cpu].length : -1;
}

/* ---- lines ---- */

static void put_length(int64_t length)
{
	if (length < 0)
		printf("%6s", "?");
	else
		printf("%6" PRId64, length);
}

static void print_line(const struct migrations *mig, const struct sched *sched,
		       const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	struct line line;

	line.len = 0;
	line_add_time(&line, rec->hdr.ts_ns - mig->runq->start_ns);
	line_add_spaces(&line, 2);
	line_add_task(&line, mig->model, task, NAME_WIDTH);
	line_print(&line);
	printf("%4u -> %-4u", rec->from_cpu, rec->to_cpu);
	put_length(length_of(sched, rec->from_cpu));
	put_length(length_of(sched, rec->to_cpu));
	fputs("  ", stdout);
	line_task(mig->model, by, NAME_WIDTH);
	text_print(stdout, sched_migrate_cause(&sched->groups, rec->site, rec->context) ?: "-");
	putchar('\n');
}

/* migrations_print_head - print the columns' names */
void migrations_print_head(const struct migrations *mig)
{
	if (mig->has_lines && !mig->runq->is_json)
		printf("%15s  %-*s%4s    %-4s%6s%6s  %-*s%s\n", "time", NAME_WIDTH, "task", "from",
		       "to", "length", "there", NAME_WIDTH, "by", "cause");
}

static json_t *length_json(int64_t length)
{
	return length < 0 ? json_null() : json_integer(length);
}

static json_t *line_json(const struct migrations *mig, const struct sched *sched,
			 const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	const char *cause = sched_migrate_cause(&sched->groups, rec->site, rec->context);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "event", "migration",
			 "ts_ns", view_json_number(rec->hdr.ts_ns),
			 "task", label_task_json(mig->model, task),
			 "from", view_json_number(rec->from_cpu),
			 "to", view_json_number(rec->to_cpu),
			 "from_length", length_json(length_of(sched, rec->from_cpu)),
			 "to_length", length_json(length_of(sched, rec->to_cpu)),
			 "by", label_task_json(mig->model, by),
			 "cause", cause ? text_json(cause) : json_null());
}

/* ---- functions that the model calls ---- */

static int count_task(struct migrations *mig, uint32_t task)
{
	struct migrations_row *row = pool_reach(&mig->task, task);

	if (!row)
		return -ENOMEM;
	row->count++;
	return 0;
}

static int count_pair(struct migrations *mig, uint16_t from, uint16_t to)
{
	uint64_t key = map_pair(from, to);
	uint32_t number = map_get(&mig->by_pair, key);
	struct migrations_row *row;

	if (!number) {
		row = pool_add(&mig->pair, &number);
		if (!row || map_set(&mig->by_pair, key, number))
			return -ENOMEM;
		*row = (struct migrations_row){ .from = from, .to = to };
	}
	row = pool_at(&mig->pair, number);
	row->count++;
	return 0;
}

static int on_migrate(void *arg, const struct sched *sched,
		      const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	struct migrations *mig = arg;
	int err;

	if (!task_in_scope(&mig->model->tasks, task, mig->runq->scope) ||
	    !(scope_has_cpu(mig->runq->scope, rec->from_cpu) ||
	      scope_has_cpu(mig->runq->scope, rec->to_cpu)))
		return 0;
	err = count_task(mig, task);
	if (!err)
		err = count_pair(mig, rec->from_cpu, rec->to_cpu);
	if (err || !mig->has_lines)
		return err;
	if (mig->runq->is_json)
		return view_json_print(line_json(mig, sched, rec, task, by));
	print_line(mig, sched, rec, task, by);
	return 0;
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	const struct migrations *mig = arg;

	if (mig->has_lines)
		line_lost(mig->runq, sched, gap);
	return 0;
}

static void on_mark(void *arg, const struct mark *mark)
{
	const struct migrations *mig = arg;

	if (mig->has_lines)
		line_mark(mig->runq, mark);
}

/* Adds the migrations of ended tasks to the row for all ended tasks with this name. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct migrations *mig = arg;
	uint32_t i;

	for (i = 1; i < nr && i < mig->task.nr; i++) {
		struct migrations_row *row = pool_at(&mig->task, i), *sum;

		if (!into[i])
			continue;
		sum = pool_reach(&mig->task, into[i]);
		if (!sum)
			return -ENOMEM;
		sum->count += row->count;
		*row = (struct migrations_row){ 0 };
	}
	return 0;
}

int migrations_init(struct migrations *mig, const struct model *model,
		    const struct view_runq *runq)
{
	*mig = (struct migrations){
		.watch = { .on_migrate = on_migrate, .on_lost = on_lost, .on_mark = on_mark,
			   .on_fold = on_fold, .arg = mig },
		.model = model, .runq = runq, .has_lines = true,
	};
	if (pool_init(&mig->task, sizeof(struct migrations_row)) ||
	    pool_init(&mig->pair, sizeof(struct migrations_row))) {
		migrations_deinit(mig);
		return -ENOMEM;
	}
	return 0;
}

void migrations_deinit(struct migrations *mig)
{
	pool_deinit(&mig->task);
	pool_deinit(&mig->pair);
	map_deinit(&mig->by_pair);
}

/* ---- sums ---- */

static int compare_rows(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct migrations_row *x = pool_at(arg, i), *y = pool_at(arg, j);

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return i < j ? -1 : i > j;
}

/* Returns the numbers of the rows with migrations, most migrations first; to be freed. */
static uint32_t *sort_rows(const struct pool *pool, uint32_t *nr)
{
	uint32_t *list = calloc(pool->nr + 1, sizeof(*list));
	uint32_t i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 1; i < pool->nr; i++)
		if (((const struct migrations_row *)pool_at(pool, i))->count)
			list[(*nr)++] = i;
	qsort_r(list, *nr, sizeof(*list), compare_rows, (void *)pool);
	return list;
}

const struct table_column view_moved_columns[] = {
	{ "TASK", false }, { "MIGRATIONS", true }, { NULL, false }
};

static const struct table_column pair_columns[] = {
	{ "FROM", true }, { "TO", true }, { "MIGRATIONS", true }, { NULL, false }
};

static int print_tasks(const struct model *model, const struct migrations *mig)
{
	uint32_t nr, i, *list = sort_rows(&mig->task, &nr), top = mig->runq->top;
	struct table *table = table_create_view(view_moved_columns, &mig->runq->columns);
	uint64_t sum = 0;

	for (i = 0; list && i < nr; i++) {
		const struct migrations_row *row = pool_at(&mig->task, list[i]);

		sum += row->count;
		if (top && i >= top)
			continue;
		table_add(table);
		label_set(table, 0, label_task(model, list[i]));
		table_set(table, 1, "%" PRIu64, row->count);
	}
	if (nr)
		table_print(table);
	if (mig->runq->columns.is_chosen)
		goto out;
	if (top && nr > top)
		printf("%u further %s\n", nr - top, nr - top == 1 ? "task" : "tasks");
	printf("%" PRIu64 " migrations of %u tasks\n", sum, nr);
out:
	table_destroy(table);
	free(list);
	return list ? 0 : -ENOMEM;
}

static int print_pairs(const struct migrations *mig)
{
	uint32_t nr, i, *list = sort_rows(&mig->pair, &nr), top = mig->runq->top;
	struct table *table = table_create(pair_columns);

	for (i = 0; list && i < nr && (!top || i < top); i++) {
		const struct migrations_row *row = pool_at(&mig->pair, list[i]);

		table_add(table);
		table_set(table, 0, "%u", row->from);
		table_set(table, 1, "%u", row->to);
		table_set(table, 2, "%" PRIu64, row->count);
	}
	if (nr) {
		putchar('\n');
		table_print(table);
	}
	if (top && nr > top)
		printf("%u further %s\n", nr - top, nr - top == 1 ? "pair" : "pairs");
	table_destroy(table);
	free(list);
	return list ? 0 : -ENOMEM;
}

static json_t *task_json(const struct model *model, const struct migrations *mig, uint32_t task)
{
	const struct migrations_row *row = pool_at(&mig->task, task);

	return json_pack("{s:o, s:o}", "task", label_task_json(model, task),
			 "count", view_json_number(row->count));
}

static json_t *pair_json(const struct migrations_row *row)
{
	return json_pack("{s:o, s:o, s:o}", "from", view_json_number(row->from),
			 "to", view_json_number(row->to), "count", view_json_number(row->count));
}

static void put_tasks(struct view_json *json, const struct model *model,
		      const struct migrations *mig)
{
	uint32_t nr, i, *list = sort_rows(&mig->task, &nr);

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "tasks");
	for (i = 0; list && i < nr; i++)
		view_json_element(json, task_json(model, mig, list[i]));
	view_json_array_end(json);
	free(list);
}

static void put_pairs(struct view_json *json, const struct migrations *mig)
{
	uint32_t nr, i, *list = sort_rows(&mig->pair, &nr);

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "pairs");
	for (i = 0; list && i < nr; i++)
		view_json_element(json, pair_json(pool_at(&mig->pair, list[i])));
	view_json_array_end(json);
	free(list);
}

static int print_sums_json(const struct model *model, const struct migrations *mig)
{
	struct view_json json;

	view_json_begin(&json);
	view_json_member(&json, "event", json_string("summary"));
	put_tasks(&json, model, mig);
	put_pairs(&json, mig);
	view_json_member(&json, "lost", label_losses_json(model));
	return view_json_end(&json);
}

/**
 * migrations_print - print the sums
 * Return: 0 or -ENOMEM.
 */
int migrations_print(const struct model *model, const struct migrations *mig)
{
	int err;

	if (mig->runq->is_json)
		return print_sums_json(model, mig);
	if (mig->has_lines)
		putchar('\n');
	err = print_tasks(model, mig);
	if (mig->runq->columns.is_chosen)
		return err;
	if (!err)
		err = print_pairs(mig);
	label_print_losses(stdout, model);
	return err;
}
