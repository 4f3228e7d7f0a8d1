// SPDX-License-Identifier: GPL-2.0
/*
 * Use and queue of each CPU, time of each task in each state, as text and JSON.
 */
#include "view/sched_views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

/* ---- CPUs ---- */

enum {
	CPU_NUMBER, CPU_BUSY, CPU_IDLE, CPU_OFFLINE, CPU_SWITCHES, CPU_MEAN, CPU_MAX,
	CPU_WAKEUPS, CPU_IN, CPU_OUT, CPU_KNOWN,
};

static const struct table_column cpu_columns[] = {
	{ "CPU", true }, { "BUSY", true }, { "IDLE", true }, { "OFFLINE", true },
	{ "SWITCHES", true }, { "MEAN-LENGTH", true }, { "MAX", true }, { "WAKE-UPS", true },
	{ "MOVED-IN", true }, { "OUT", true }, { "KNOWN", true }, { NULL, false }
};

static void set_counts(struct table *table, const struct sched_cpu *cpu)
{
	label_set_ns(table, CPU_BUSY, cpu->busy_ns);
	label_set_ns(table, CPU_IDLE, cpu->idle_ns);
	label_set_ns(table, CPU_OFFLINE, cpu->offline_ns);
	table_set(table, CPU_SWITCHES, "%llu", (unsigned long long)cpu->nr_switches);
	table_set(table, CPU_WAKEUPS, "%llu", (unsigned long long)cpu->nr_wakeups);
	table_set(table, CPU_IN, "%llu", (unsigned long long)cpu->nr_in);
	table_set(table, CPU_OUT, "%llu", (unsigned long long)cpu->nr_out);
}

static void add_to_all(struct sched_cpu *sum, const struct sched_cpu *cpu)
{
	sum->busy_ns += cpu->busy_ns;
	sum->idle_ns += cpu->idle_ns;
	sum->offline_ns += cpu->offline_ns;
	sum->nr_switches += cpu->nr_switches;
	sum->nr_wakeups += cpu->nr_wakeups;
	sum->nr_in += cpu->nr_in;
	sum->nr_out += cpu->nr_out;
}

static int print_cpus(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *list = view_cpus(model, view, &nr);
	struct sched_cpu all = { 0 };
	struct table *table;

	if (!list)
		return -ENOMEM;
	puts("CPUs");
	table = view_cpu_table(model, cpu_columns, CPU_OFFLINE, list, nr);
	for (i = 0; i < nr; i++) {
		const struct sched_cpu *cpu = &model->sched.cpu[list[i]];

		table_add(table);
		table_set(table, CPU_NUMBER, "%u", list[i]);
		set_counts(table, cpu);
		table_set(table, CPU_KNOWN, "%.1f %%", 100 * view_known_share(model, cpu));
		if (sched_known_ns(cpu)) {
			table_set(table, CPU_MEAN, "%.3f", sched_mean_length(cpu));
			table_set(table, CPU_MAX, "%u", sched_max_length(cpu));
		}
		add_to_all(&all, cpu);
	}
	if (nr > 1) {
		table_add(table);
		table_set(table, CPU_NUMBER, "all");
		set_counts(table, &all);
	}
	table_print(table);
	table_destroy(table);
	free(list);
	return 0;
}

/* ---- tasks ---- */

enum {
	TASK_NAME, TASK_RUN, TASK_QUEUED, TASK_THROTTLED, TASK_MIGRATING, TASK_DELAYED,
	TASK_ASLEEP, TASK_WAKEUPS, TASK_VOLUNTARY, TASK_PREEMPTED, TASK_MIGRATIONS, TASK_BLOCKED,
};

const struct table_column view_stat_columns[] = {
	{ "TASK", false }, { "RUNNING", true }, { "QUEUED", true }, { "THROTTLED", true },
	{ "MIGRATING", true }, { "DELAYED", true }, { "ASLEEP", true }, { "WAKE-UPS", true },
	{ "GAVE-UP-CPU", true }, { "PREEMPTED", true }, { "MIGRATIONS", true },
	{ "BLOCKED-ON", false }, { NULL, false }
};

/* "pipe:1.5ms,futex:20us", longest time first; NULL: the task did not block */
static char *blocked_on(const struct sched_task *task)
{
	uint64_t left[NR_WAIT_KINDS];
	char buf[LABEL_MAX], *text = NULL;
	const char *comma = "";
	size_t len;
	FILE *out = open_memstream(&text, &len);
	uint32_t i, most;

	if (!out)
		return NULL;
	memcpy(left, task->blocked_ns, sizeof(left));
	left[WAIT_NONE] = 0;
	for (;;) {
		for (most = WAIT_NONE, i = 1; i < NR_WAIT_KINDS; i++)
			if (left[i] > left[most])
				most = i;
		if (!most)
			break;
		fprintf(out, "%s%s:%s", comma, sched_wait_names[most],
			label_word_ns(buf, left[most]));
		comma = ",";
		left[most] = 0;
	}
	fclose(out);
	return text;
}

static void add_task(struct table *table, const struct model *model, uint32_t number)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);

	table_add(table);
	label_set(table, TASK_NAME, label_task(model, number));
	label_set_ns(table, TASK_RUN, task->run_ns);
	label_set_ns(table, TASK_QUEUED, task->wait_ns);
	label_set_ns(table, TASK_THROTTLED, task->throttled_ns);
	label_set_ns(table, TASK_MIGRATING, task->migrating_ns);
	label_set_ns(table, TASK_DELAYED, task->delayed_ns);
	label_set_ns(table, TASK_ASLEEP, task->sleep_ns);
	table_set(table, TASK_WAKEUPS, "%u", task->nr_wakeups);
	table_set(table, TASK_VOLUNTARY, "%u", task->nr_voluntary);
	table_set(table, TASK_PREEMPTED, "%u", task->nr_preempted);
	table_set(table, TASK_MIGRATIONS, "%u", task->nr_migrations);
	label_set(table, TASK_BLOCKED, blocked_on(task));
}

static int print_tasks(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *list = view_tasks_sorted(model, view, &nr);
	uint32_t shown = view->top && nr > view->top ? view->top : nr;
	struct table *table;

	if (!list)
		return -ENOMEM;
	if (!view->columns.is_chosen)
		puts("\nTasks: time in each state; delayed: asleep, but still on its queue");
	table = table_create_view(view_stat_columns, &view->columns);
	for (i = 0; i < shown; i++)
		add_task(table, model, list[i]);
	table_print(table);
	if (nr > shown && !view->columns.is_chosen)
		printf("%u further %s\n", nr - shown, nr - shown == 1 ? "task" : "tasks");
	table_destroy(table);
	free(list);
	return 0;
}

/**
 * view_stat_print - print CPUs, tasks, objects, audits
 * Return: 0 or -ENOMEM.
 */
int view_stat_print(const struct model *model, const struct view_stat *view)
{
	int err;

	if (view->runq->columns.is_chosen)
		return print_tasks(model, view->runq);
	err = print_cpus(model, view->runq);
	if (!err)
		err = print_tasks(model, view->runq);
	if (!err)
		err = view_blocked_print(model, view);
	if (!err)
		view_trust_print(model, view->runq->start_ns);
	return err;
}

/* ---- JSON ---- */

static json_t *cpu_json(const struct model *model, uint32_t number)
{
	const struct sched_cpu *cpu = &model->sched.cpu[number];
	uint64_t known_ns = sched_known_ns(cpu);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "cpu", view_json_number(number),
			 "known_ns", view_json_number(known_ns),
			 "known_share", json_real(view_known_share(model, cpu)),
			 "busy_ns", view_json_number(cpu->busy_ns),
			 "idle_ns", view_json_number(cpu->idle_ns),
			 "offline_ns", view_json_number(cpu->offline_ns),
			 "switches", view_json_number(cpu->nr_switches),
			 "mean_length", known_ns ? json_real(sched_mean_length(cpu)) : json_null(),
			 "max_length", view_json_known(known_ns, sched_max_length(cpu)),
			 "wakeups", view_json_number(cpu->nr_wakeups),
			 "unknown_wakers", view_json_number(cpu->nr_unknown_wakers),
			 "migrations_in", view_json_number(cpu->nr_in),
			 "migrations_out", view_json_number(cpu->nr_out),
			 "figures", view_cpu_figures(model, number));
}

/* {"pipe": 1500000, ...} */
static json_t *blocked_json(const struct sched_task *task)
{
	json_t *kinds = json_object();
	uint32_t i;

	for (i = WAIT_NONE + 1; i < NR_WAIT_KINDS; i++)
		if (task->blocked_ns[i])
			json_object_set_new(kinds, sched_wait_names[i],
					    view_json_number(task->blocked_ns[i]));
	return kinds;
}

static json_t *task_json(const struct model *model, uint32_t number)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "task", label_task_json(model, number),
			 "run_ns", view_json_number(task->run_ns),
			 "queued_ns", view_json_number(task->wait_ns),
			 "throttled_ns", view_json_number(task->throttled_ns),
			 "migrating_ns", view_json_number(task->migrating_ns),
			 "delayed_ns", view_json_number(task->delayed_ns),
			 "asleep_ns", view_json_number(task->sleep_ns),
			 "blocked_ns", blocked_json(task),
			 "wakeups", view_json_number(task->nr_wakeups),
			 "voluntary", view_json_number(task->nr_voluntary),
			 "preempted", view_json_number(task->nr_preempted),
			 "migrations", view_json_number(task->nr_migrations));
}

/**
 * view_stat_json - print everything as one JSON object on one line
 * Return: 0 or -errno.
 */
int view_stat_json(const struct model *model, const struct view_stat *view)
{
	struct view_json json;

	view_queues_json_begin(&json, model, view->runq, cpu_json, task_json);
	view_blocked_json(&json, model, view);
	return view_queues_json_end(&json, model);
}
