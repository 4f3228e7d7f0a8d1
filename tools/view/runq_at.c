// SPDX-License-Identifier: GPL-2.0
/*
 * Every run queue at one instant, as text and as JSON.
 */
#include "view/runq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

enum { COL_CPU, COL_LENGTH, COL_TASK, COL_CLASS, COL_GROUP, COL_STATE, COL_FOR };

const struct table_column view_at_columns[] = {
	{ "CPU", true }, { "LENGTH", true }, { "TASK", false }, { "CLASS", false },
	{ "GROUP", false }, { "STATE", false }, { "FOR", true }, { NULL, false }
};

static const char *state_name(const struct sched_cpu *cpu, uint32_t number, uint8_t state)
{
	return label_state(number == cpu->current ? SCHED_RUNNING : state);
}

static int compare_members(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct sched_task *x = sched_task_at(arg, i), *y = sched_task_at(arg, j);

	if (x->since_ns != y->since_ns)
		return x->since_ns < y->since_ns ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* Returns the running task, then the other members, the longest wait first. */
static uint32_t *sort_members(const struct model *model, const struct sched_cpu *cpu, uint32_t *nr)
{
	uint32_t *list = calloc(cpu->nr_members + 2, sizeof(*list));
	uint32_t task = 0, first = 0;

	*nr = 0;
	if (!list)
		return NULL;
	if (cpu->current) {
		list[(*nr)++] = cpu->current;
		first = 1;
	}
	while ((task = sched_next_member(&model->sched, cpu, task)))
		if (task != cpu->current)
			list[(*nr)++] = task;
	qsort_r(list + first, *nr - first, sizeof(*list), compare_members, (void *)&model->sched);
	return list;
}

/*
 * Members without a name; negative: named members that do not count, though
 * they are not known to be throttled.
 */
static int64_t nr_unnamed(const struct model *model, const struct sched_cpu *cpu)
{
	return cpu->length - sched_nr_counted(&model->sched, cpu);
}

/* ---- text ---- */

static void add_task(struct table *table, const struct model *model, const struct sched_cpu *cpu,
		     uint32_t number, uint64_t at_ns)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);
	char buf[LABEL_MAX];

	label_set(table, COL_TASK, label_task(model, number));
	table_set_phrase(table, COL_CLASS, label_class(task->sched_class));
	label_set(table, COL_GROUP, label_group(model, task->group));
	table_set_phrase(table, COL_STATE, state_name(cpu, number, task->state));
	table_set(table, COL_FOR, "%s%s", task->is_since_least ? ">=" : "",
		  label_word_ns(buf, at_ns > task->since_ns ? at_ns - task->since_ns : 0));
}

static void set_cpu(struct table *table, uint32_t number, const struct sched_cpu *cpu)
{
	table_set(table, COL_CPU, "%u", number);
	if (cpu->is_known)
		table_set(table, COL_LENGTH, "%lld", (long long)cpu->length);
}

/* Begins another line of a CPU; a table for programs has the CPU in each line. */
static void add_line(struct table *table, const struct view_runq *view, uint32_t number,
		     const struct sched_cpu *cpu)
{
	table_add(table);
	if (view->columns.is_chosen)
		set_cpu(table, number, cpu);
}

static int add_known(struct table *table, const struct model *model, const struct view_runq *view,
		     uint32_t number)
{
	const struct sched_cpu *cpu = &model->sched.cpu[number];
	uint32_t nr, i, *list = sort_members(model, cpu, &nr);
	int64_t unnamed = nr_unnamed(model, cpu);

	if (!list)
		return -ENOMEM;
	if (!nr)
		table_set(table, COL_TASK, "idle");
	for (i = 0; i < nr; i++) {
		if (i)
			add_line(table, view, number, cpu);
		add_task(table, model, cpu, list[i], view->at_ns);
	}
	if (unnamed) {
		add_line(table, view, number, cpu);
		table_set(table, COL_TASK, "%s:%lld", unnamed > 0 ? "without-name" : "throttled",
			  llabs(unnamed));
	}
	free(list);
	return 0;
}

/**
 * view_at_print - print which tasks run and which are queued, and for how long
 * Return: 0 or -ENOMEM.
 */
int view_at_print(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *list = view_cpus(model, view, &nr);
	struct table *table;
	int err = 0;

	if (!list)
		return -ENOMEM;
	if (!view->columns.is_chosen)
		printf("Run queues %.9f s after the start\n", (view->at_ns - view->start_ns) / 1e9);
	table = table_create_view(view_at_columns, &view->columns);
	for (i = 0; i < nr && !err; i++) {
		const struct sched_cpu *cpu = &model->sched.cpu[list[i]];

		table_add(table);
		set_cpu(table, list[i], cpu);
		if (cpu->is_known)
			err = add_known(table, model, view, list[i]);
		else
			table_set(table, COL_TASK, "unknown");
	}
	if (nr)
		table_print(table);
	else
		puts("No queue was known yet.");
	if (!view->columns.is_chosen)
		label_print_losses(stdout, model);
	table_destroy(table);
	free(list);
	return err;
}

/* ---- JSON ---- */

static json_t *member_json(const struct model *model, const struct sched_cpu *cpu,
			   uint32_t number, uint64_t at_ns)
{
	const struct sched_task *task = sched_task_at(&model->sched, number);
	uint64_t for_ns = at_ns > task->since_ns ? at_ns - task->since_ns : 0;

	return json_pack("{s:o, s:s, s:o, s:s, s:o, s:s}",
			 "task", label_task_json(model, number),
			 "class", label_class(task->sched_class),
			 "group", label_group_json(model, task->group),
			 "state", state_name(cpu, number, task->state),
			 "for_ns", view_json_number(for_ns),
			 "for", task->is_since_least ? "at least" : "exact");
}

static json_t *cpu_json(const struct model *model, uint32_t number, uint64_t at_ns)
{
	const struct sched_cpu *cpu = &model->sched.cpu[number];
	uint32_t nr, i, *list;
	json_t *members_list;

	if (!cpu->is_known)
		return json_pack("{s:I, s:b}", "cpu", (json_int_t)number, "known", 0);
	members_list = json_array();
	list = sort_members(model, cpu, &nr);
	for (i = 0; list && i < nr; i++)
		json_array_append_new(members_list, member_json(model, cpu, list[i], at_ns));
	free(list);
	return json_pack("{s:I, s:b, s:I, s:I, s:o}", "cpu", (json_int_t)number, "known", 1,
			 "length", (json_int_t)cpu->length,
			 "unnamed", (json_int_t)nr_unnamed(model, cpu), "members", members_list);
}

/**
 * view_at_json - print every queue as one JSON object on one line
 * Return: 0 or -ENOMEM.
 */
int view_at_json(const struct model *model, const struct view_runq *view)
{
	uint32_t nr, i, *cpus = view_cpus(model, view, &nr);
	json_t *list = json_array(), *root;

	for (i = 0; cpus && i < nr; i++)
		json_array_append_new(list, cpu_json(model, cpus[i], view->at_ns));
	free(cpus);
	root = json_pack("{s:I, s:o, s:o}", "at_ns", (json_int_t)view->at_ns, "cpus", list,
			 "lost", label_losses_json(model));
	return view_json_print(root);
}
