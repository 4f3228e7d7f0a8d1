// SPDX-License-Identifier: GPL-2.0
/*
 * Prints run queues over time: two rows for each CPU, one character for each
 * slot of time.
 */
#include "view/runq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/terminal.h"
#include "view/json.h"
#include "view/label.h"

static const char keys[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#define NR_KEYS	(sizeof(keys) - 1)

#define DEFAULT_WIDTH	80U
#define LANE_HEAD	14U	/* characters before the first slot */

uint32_t view_map_width(void)
{
	unsigned int width = terminal_width();

	return width > LANE_HEAD ? width - LANE_HEAD : DEFAULT_WIDTH;
}

/**
 * struct map_view - layout of the timeline
 * @nr_columns: characters in a row
 * @per_column: slots of the model in a character
 * @cpu: CPUs that are drawn
 * @task: tasks that have a character of their own, by time running
 */
struct map_view {
	const struct model *model;
	const struct timeline *line;
	uint64_t column_ns;
	uint32_t nr_columns;
	uint32_t per_column;
	uint32_t *cpu;
	uint32_t nr_cpus;
	uint32_t *task;
	uint32_t nr_tasks;
};

static int lanes_init(struct map_view *map, const struct model *model,
		      const struct view_runq *view)
{
	const struct timeline *line = model->sched.timeline;
	uint64_t all_ns = model->sched.until_ns - line->start_ns;
	uint32_t nr_slots = all_ns / line->slot_ns + (all_ns % line->slot_ns != 0);

	if (nr_slots > TIMELINE_NR_SLOTS)
		nr_slots = TIMELINE_NR_SLOTS;
	*map = (struct map_view){ .model = model, .line = line };
	map->per_column = nr_slots / view->width + (nr_slots % view->width != 0);
	if (!map->per_column)
		map->per_column = 1;
	map->nr_columns = (nr_slots + map->per_column - 1) / map->per_column;
	map->column_ns = line->slot_ns * map->per_column;
	map->cpu = view_cpus(model, view, &map->nr_cpus);
	map->task = view_tasks_sorted(model, view, &map->nr_tasks);
	if (map->nr_tasks > NR_KEYS)
		map->nr_tasks = NR_KEYS;
	return map->cpu && map->task ? 0 : -ENOMEM;
}

static void lanes_deinit(struct map_view *map)
{
	free(map->cpu);
	free(map->task);
}

/* Returns the sum of @cpu's slots for @column. */
static struct timeline_slot column_of(const struct map_view *map, uint32_t cpu, uint32_t column)
{
	struct timeline_slot sum = { 0 };
	uint32_t i, first = column * map->per_column;

	if (cpu >= map->line->nr_lanes || !map->line->lane[cpu])
		return sum;
	for (i = first; i < first + map->per_column && i < TIMELINE_NR_SLOTS; i++)
		timeline_slot_merge(&sum, &map->line->lane[cpu][i]);
	return sum;
}

/* Returns the task that ran longest, 0 = none. */
static uint32_t longest_task(const struct timeline_slot *slot)
{
	const struct timeline_top *top = &slot->top[0];
	uint32_t i;

	for (i = 1; i < slot->nr_top; i++)
		if (slot->top[i].ns > top->ns)
			top = &slot->top[i];
	return slot->nr_top ? top->task : 0;
}

static char task_key(const struct map_view *map, const struct timeline_slot *slot)
{
	uint32_t i, task = longest_task(slot);

	if (!slot->busy_ns && !slot->idle_ns)
		return '?';
	if (slot->idle_ns > slot->busy_ns)
		return '.';
	for (i = 0; i < map->nr_tasks; i++)
		if (map->task[i] == task)
			return keys[i];
	return '*';
}

static char length_key(const struct timeline_slot *slot)
{
	if (!slot->length_ns)
		return '?';
	return slot->max_length > 9 ? '+' : '0' + slot->max_length;
}

static void print_lane(const struct map_view *map, uint32_t cpu)
{
	uint32_t i;

	printf("CPU %-3u runs  ", cpu);
	for (i = 0; i < map->nr_columns; i++) {
		struct timeline_slot slot = column_of(map, cpu, i);

		putchar(task_key(map, &slot));
	}
	printf("\n        queue ");
	for (i = 0; i < map->nr_columns; i++) {
		struct timeline_slot slot = column_of(map, cpu, i);

		putchar(length_key(&slot));
	}
	putchar('\n');
}

/* Prints a row with a | for each mark, or nothing if there is no mark. */
static void print_marks(const struct map_view *map)
{
	const struct marks *marks = &map->model->marks;
	uint32_t i, column = 0;

	if (!marks_nr(marks))
		return;
	printf("marks         ");
	for (i = 0; i < marks_nr(marks); i++) {
		uint64_t at = (marks_at(marks, i)->ts_ns - map->line->start_ns) / map->column_ns;

		for (; column < at && column < map->nr_columns; column++)
			putchar(' ');
		if (column == at && column < map->nr_columns) {
			putchar('|');
			column++;
		}
	}
	putchar('\n');
}

static void print_legend(const struct map_view *map)
{
	char buf[LABEL_MAX];
	uint32_t i;

	puts("\nruns: who ran longest in that time, . = idle for most of it, ? = unknown,\n"
	     "* = a task without a letter; queue: its greatest length, + = more than 9");
	for (i = 0; i < map->nr_tasks; i++) {
		const struct sched_task *task = sched_task_at(&map->model->sched, map->task[i]);

		printf("  %c  ", keys[i]);
		label_print_task(stdout, map->model, map->task[i]);
		printf(", ran %s\n", label_ns(buf, task->run_ns));
	}
}

/**
 * view_map_print - print a lane for each CPU
 * Return: 0 or -ENOMEM.
 */
int view_map_print(const struct model *model, const struct view_runq *view)
{
	struct map_view map;
	char buf[LABEL_MAX];
	uint32_t i;
	int err;

	err = lanes_init(&map, model, view);
	if (!err) {
		printf("from %.9f s after the start, %s a character\n",
		       (map.line->start_ns - view->start_ns) / 1e9, label_ns(buf, map.column_ns));
		print_marks(&map);
		for (i = 0; i < map.nr_cpus; i++)
			print_lane(&map, map.cpu[i]);
		print_legend(&map);
		label_print_marks(stdout, &model->marks, view->start_ns);
		label_print_losses(stdout, model);
	}
	lanes_deinit(&map);
	return err;
}

/* ---- JSON ---- */

static json_t *slot_json(const struct map_view *map, uint32_t cpu, uint32_t column)
{
	struct timeline_slot slot = column_of(map, cpu, column);
	double mean = slot.length_ns ? (double)slot.length_sum / slot.length_ns : 0;

	return json_pack("{s:o, s:I, s:I, s:o, s:I}",
			 "task", label_task_json(map->model, longest_task(&slot)),
			 "busy_ns", (json_int_t)slot.busy_ns, "idle_ns", (json_int_t)slot.idle_ns,
			 "mean_length", slot.length_ns ? json_real(mean) : json_null(),
			 "max_length", (json_int_t)slot.max_length);
}

static json_t *lane_json(const struct map_view *map, uint32_t cpu)
{
	json_t *slots = json_array();
	uint32_t i;

	for (i = 0; i < map->nr_columns; i++)
		json_array_append_new(slots, slot_json(map, cpu, i));
	return json_pack("{s:I, s:o}", "cpu", (json_int_t)cpu, "slots", slots);
}

/**
 * view_map_json - print the timeline as one JSON object on one line
 * Return: 0 or -ENOMEM.
 */
int view_map_json(const struct model *model, const struct view_runq *view)
{
	json_t *lanes = json_array(), *root;
	struct map_view map;
	uint32_t i;
	int err;

	err = lanes_init(&map, model, view);
	for (i = 0; !err && i < map.nr_cpus; i++)
		json_array_append_new(lanes, lane_json(&map, map.cpu[i]));
	root = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "start_ns",
			 (json_int_t)map.line->start_ns, "slot_ns", (json_int_t)map.column_ns,
			 "lanes", lanes, "marks", label_marks_json(&model->marks),
			 "marks_not_shown", view_json_number(model->marks.nr_more),
			 "lost", label_losses_json(model));
	lanes_deinit(&map);
	if (err)
		json_decref(root);
	return err ? err : view_json_print(root);
}
