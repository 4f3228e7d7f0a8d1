// SPDX-License-Identifier: GPL-2.0
/*
 * Run queues, as text.
 */
#include "view/runq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/label.h"
#include "view/line.h"

#define NR_LENGTHS	8U	/* columns of the histogram; the last column has no upper limit */

/* ---- what the recording contains ---- */

double view_known_share(const struct model *model, const struct sched_cpu *cpu)
{
	uint64_t all_ns = model->sched.until_ns - model->sched.from_ns;

	return all_ns ? (double)(sched_known_ns(cpu) + cpu->offline_ns) / all_ns : 0;
}

const char *view_cpu_figures(const struct model *model, uint32_t cpu)
{
	return sched_cpu_is_exact(&model->sched, cpu) ? "exact" : "at least";
}

static bool has_offline(const struct model *model, const uint32_t *cpus, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		if (model->sched.cpu[cpus[i]].offline_ns)
			return true;
	return false;
}

struct table *view_cpu_table(const struct model *model, const struct table_column *columns,
			     unsigned int offline, const uint32_t *cpus, uint32_t nr)
{
	bool is_shown = has_offline(model, cpus, nr);
	struct table_view view = { 0 };
	unsigned int i;

	for (i = 0; columns[i].name; i++)
		if (i != offline || is_shown)
			view.column[view.nr++] = i;
	return table_create_view(columns, &view);
}

uint32_t *view_cpus(const struct model *model, const struct view_runq *view, uint32_t *nr)
{
	uint32_t *list = calloc(model->sched.nr_cpus + 1, sizeof(*list));
	uint32_t i;

	*nr = 0;
	for (i = 0; list && i < model->sched.nr_cpus; i++)
		if (model->sched.cpu[i].is_seen && scope_has_cpu(view->scope, i))
			list[(*nr)++] = i;
	return list;
}

static int compare_tasks(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct sched_task *x = sched_task_at(arg, i), *y = sched_task_at(arg, j);

	if (x->run_ns != y->run_ns)
		return x->run_ns < y->run_ns ? 1 : -1;
	if (x->wait_ns != y->wait_ns)
		return x->wait_ns < y->wait_ns ? 1 : -1;
	return i < j ? -1 : i > j;
}

static bool is_wanted(const struct model *model, uint32_t number, const struct view_runq *view)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);

	return (task->run_ns || task->wait_ns || task->nr_wakeups || task->nr_migrations) &&
	       task_in_scope(&model->tasks, number, view->scope);
}

uint32_t *view_tasks_sorted(const struct model *model, const struct view_runq *view,
			    uint32_t *nr)
{
	uint32_t *list = calloc(model->sched.task.nr, sizeof(*list));
	uint32_t i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 1; i < model->sched.task.nr; i++)
		if (is_wanted(model, i, view))
			list[(*nr)++] = i;
	qsort_r(list, *nr, sizeof(*list), compare_tasks, (void *)&model->sched);
	return list;
}

/* ---- CPUs ---- */

enum { CPU_NUMBER, CPU_MEAN, CPU_MAX, CPU_BUSY, CPU_OFFLINE, CPU_SWITCHES, CPU_KNOWN, CPU_LENGTHS };

static const struct table_column cpu_columns[] = {
	{ "CPU", true }, { "MEAN-LENGTH", true }, { "MAX", true }, { "BUSY", true },
	{ "OFFLINE", true }, { "SWITCHES", true }, { "KNOWN", true }, { "AT-0", true },
	{ "1", true }, { "2", true }, { "3", true }, { "4", true }, { "5", true },
	{ "6", true }, { "7+", true }, { NULL, false }
};

static void set_lengths(struct table *table, const struct sched_cpu *cpu, uint64_t known_ns)
{
	uint64_t ns[NR_LENGTHS] = { 0 };
	uint32_t i;

	for (i = 0; i < cpu->nr_lengths; i++)
		ns[i < NR_LENGTHS ? i : NR_LENGTHS - 1] += cpu->length_ns[i];
	for (i = 0; i < NR_LENGTHS; i++)
		if (ns[i])
			table_set(table, CPU_LENGTHS + i, "%.1f %%", 100.0 * ns[i] / known_ns);
}

static void add_cpu(struct table *table, const struct model *model, uint32_t number)
{
	const struct sched_cpu *cpu = &model->sched.cpu[number];
	uint64_t known_ns = sched_known_ns(cpu), both_ns = cpu->busy_ns + cpu->idle_ns;

	table_add(table);
	table_set(table, CPU_NUMBER, "%u", number);
	label_set_ns(table, CPU_OFFLINE, cpu->offline_ns);
	table_set(table, CPU_KNOWN, "%.1f %%", 100 * view_known_share(model, cpu));
	table_set(table, CPU_SWITCHES, "%llu", (unsigned long long)cpu->nr_switches);
	if (both_ns)
		table_set(table, CPU_BUSY, "%.1f %%", 100.0 * cpu->busy_ns / both_ns);
	if (!known_ns)
		return;
	table_set(table, CPU_MEAN, "%.3f", sched_mean_length(cpu));
	table_set(table, CPU_MAX, "%u", sched_max_length(cpu));
	set_lengths(table, cpu, known_ns);
}

static int print_cpus(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *list = view_cpus(model, view, &nr);
	struct table *table;

	if (!list)
		return -ENOMEM;
	puts("Run queues: tasks that run or want to; share of time at each length");
	table = view_cpu_table(model, cpu_columns, CPU_OFFLINE, list, nr);
	for (i = 0; i < nr; i++)
		add_cpu(table, model, list[i]);
	table_print(table);
	table_destroy(table);
	free(list);
	return 0;
}

/* ---- tasks ---- */

enum {
	TASK_NAME, TASK_RUN, TASK_WAIT, TASK_WAKEUPS, TASK_COUNT, TASK_MEAN, TASK_P50,
	TASK_P99, TASK_MAX, TASK_VOLUNTARY, TASK_PREEMPTED, TASK_MIGRATIONS,
};

const struct table_column view_runq_columns[] = {
	{ "TASK", false }, { "RUNNING", true }, { "QUEUED", true }, { "WAKE-UPS", true },
	{ "LATENCIES", true }, { "MEAN", true }, { "P50", true }, { "P99", true },
	{ "MAX", true }, { "GAVE-UP-CPU", true }, { "PREEMPTED", true },
	{ "MIGRATIONS", true }, { NULL, false }
};

static void set_latency(struct table *table, const struct hist *latency)
{
	table_set(table, TASK_COUNT, "%llu", (unsigned long long)latency->count);
	if (!latency->count) {
		for (unsigned int column = TASK_MEAN; column <= TASK_MAX; column++)
			table_set(table, column, "-");
		return;
	}
	label_set_ns(table, TASK_MEAN, hist_mean(latency));
	label_set_ns(table, TASK_P50, hist_percentile(latency, 50));
	label_set_ns(table, TASK_P99, hist_percentile(latency, 99));
	label_set_ns(table, TASK_MAX, latency->max);
}

static void set_counts(struct table *table, const struct sched_task *task)
{
	table_set(table, TASK_WAKEUPS, "%u", task->nr_wakeups);
	table_set(table, TASK_VOLUNTARY, "%u", task->nr_voluntary);
	table_set(table, TASK_PREEMPTED, "%u", task->nr_preempted);
	table_set(table, TASK_MIGRATIONS, "%u", task->nr_migrations);
}

static void add_task(struct table *table, const struct model *model, uint32_t number)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);

	table_add(table);
	label_set(table, TASK_NAME, label_task(model, number));
	label_set_ns(table, TASK_RUN, task->run_ns);
	label_set_ns(table, TASK_WAIT, task->wait_ns);
	set_counts(table, task);
	set_latency(table, &task->latency);
}

static int add_all_tasks(struct table *table, const struct model *model, const uint32_t *list,
			 uint32_t nr)
{
	struct sched_task sum = { 0 };
	uint32_t i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		const struct sched_task *task = sched_task_at(&model->sched, list[i]);

		sum.run_ns += task->run_ns;
		sum.wait_ns += task->wait_ns;
		sum.nr_wakeups += task->nr_wakeups;
		sum.nr_voluntary += task->nr_voluntary;
		sum.nr_preempted += task->nr_preempted;
		sum.nr_migrations += task->nr_migrations;
		err = hist_merge(&sum.latency, &task->latency);
	}
	table_add(table);
	table_set(table, TASK_NAME, "all:%u", nr);
	label_set_ns(table, TASK_RUN, sum.run_ns);
	label_set_ns(table, TASK_WAIT, sum.wait_ns);
	set_counts(table, &sum);
	set_latency(table, &sum.latency);
	hist_deinit(&sum.latency);
	return err;
}

static int print_tasks(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *list = view_tasks_sorted(model, view, &nr);
	uint32_t shown = view->top && nr > view->top ? view->top : nr;
	struct table *table;
	int err = 0;

	if (!list)
		return -ENOMEM;
	if (!view->columns.is_chosen)
		puts("\nTasks: time running, time queued, from a waker's call until running");
	table = table_create_view(view_runq_columns, &view->columns);
	for (i = 0; i < shown; i++)
		add_task(table, model, list[i]);
	if (nr > 1 && !view->columns.is_chosen)
		err = add_all_tasks(table, model, list, nr);
	table_print(table);
	if (nr > shown && !view->columns.is_chosen)
		printf("%u further %s\n", nr - shown, nr - shown == 1 ? "task" : "tasks");
	table_destroy(table);
	free(list);
	return err;
}

/**
 * view_runq_print - print CPUs, tasks, audits
 * Return: 0 or -ENOMEM.
 */
int view_runq_print(const struct model *model, const struct view_runq *view)
{
	int err;

	if (view->columns.is_chosen)
		return print_tasks(model, view);
	err = print_cpus(model, view);
	if (!err)
		err = print_tasks(model, view);
	if (!err)
		view_trust_print(model, view->start_ns);
	return err;
}
