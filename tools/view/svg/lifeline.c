// SPDX-License-Identifier: GPL-2.0
/*
 * Draws lifelines: a row for each task between a legend and an axis.
 */
#include "view/svg/lifeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "view/label.h"
#include "view/svg/colour.h"

/* ---- tasks to draw ---- */

static uint64_t known_ns(const struct lifeline *line)
{
	uint64_t ns = 0;
	uint32_t i;

	for (i = 0; i < NR_LIFELINE_STATES; i++)
		ns += line->ns[i];
	return ns;
}

static uint64_t waited_ns(const struct lifeline *line)
{
	return line->ns[LIFELINE_QUEUED] + line->ns[LIFELINE_THROTTLED];
}

/* Tasks that ran longest come first, then tasks that waited longest. */
static int compare_tasks(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct lifeline *x = lifeline_at(arg, i), *y = lifeline_at(arg, j);

	if (x->wanted_ns != y->wanted_ns)
		return x->wanted_ns < y->wanted_ns ? 1 : -1;
	if (waited_ns(x) != waited_ns(y))
		return waited_ns(x) < waited_ns(y) ? 1 : -1;
	return i < j ? -1 : i > j;
}

static bool is_drawn(const struct rows *rows, const struct lifeline *line)
{
	return line->wanted_ns || (known_ns(line) && !rows->lines->scope->cpus.nr_words);
}

static int find_tasks(struct rows *rows, uint32_t top)
{
	const struct lifelines *lines = rows->lines;
	uint32_t i, nr = 0;

	rows->task = calloc(lines->line.nr, sizeof(*rows->task));
	if (!rows->task)
		return -ENOMEM;
	for (i = 1; i < lines->line.nr; i++)
		if (is_drawn(rows, lifeline_at(lines, i)))
			rows->task[nr++] = i;
	qsort_r(rows->task, nr, sizeof(*rows->task), compare_tasks, (void *)lines);
	rows->nr_tasks = top && top < nr ? top : nr;
	rows->nr_left = nr - rows->nr_tasks;
	return 0;
}

/* ---- what is in the picture ---- */

static void note_part(struct rows *rows, const struct lifeline_part *part)
{
	uint32_t i;

	for (i = 0; i < NR_LIFELINE_STATES; i++)
		rows->has_state[i] |= part->ns[i] > 0;
	rows->has_wakeup |= part->nr_wakeups > 0;
	rows->has_unknown |= part->time.known_ns != stretch_ns(&part->time);
	if (!part->ns[LIFELINE_RUNNING])
		return;
	if (part->cpu < rows->nr_cpus)
		rows->has_cpu[part->cpu] = true;
	else
		rows->has_several = true;
}

static void note_task(struct rows *rows, uint32_t task)
{
	const struct lifeline *line = lifeline_at(rows->lines, task);
	uint64_t end_ns = line->cut_until_ns;
	uint32_t i;

	for (i = 0; i < line->nr_parts; i++) {
		rows->has_unknown |= end_ns && line->part[i].time.from_ns != end_ns;
		end_ns = line->part[i].time.until_ns;
		note_part(rows, &line->part[i]);
	}
	rows->has_unknown |= line->cut_until_ns ||
			     (end_ns != rows->svg.until_ns && rows_ends_unknown(rows, task));
}

/* The first CPUs get colours, until no colour is left. */
static int give_colours(struct rows *rows)
{
	uint32_t i, nr = 0;

	rows->nr_cpus = rows->model->sched.nr_cpus;
	rows->has_cpu = calloc(rows->nr_cpus + 1, sizeof(*rows->has_cpu));
	rows->cpu_colour = calloc(rows->nr_cpus + 1, sizeof(*rows->cpu_colour));
	if (!rows->has_cpu || !rows->cpu_colour)
		return -ENOMEM;
	for (i = 0; i < rows->nr_tasks; i++)
		note_task(rows, rows->task[i]);
	for (i = 0; i < rows->nr_cpus; i++)
		rows->cpu_colour[i] = rows->has_cpu[i] && nr < COLOUR_NR ? colour_at(nr++) :
									   COLOUR_GREY;
	return 0;
}

/* ---- legend ---- */

static void write_cpus(const struct rows *rows, struct svg_legend *legend)
{
	char text[96], css[16];
	uint32_t cpu, nr_others = 0;

	for (cpu = 0; cpu < rows->nr_cpus; cpu++) {
		if (!rows->has_cpu[cpu])
			continue;
		if (rows->cpu_colour[cpu] == COLOUR_GREY) {
			nr_others++;
			continue;
		}
		snprintf(text, sizeof(text), "ran on CPU %u", cpu);
		snprintf(css, sizeof(css), "c%u", cpu);
		svg_legend_entry(legend, css, SVG_FULL, text);
	}
	snprintf(text, sizeof(text), "%s%s", rows->has_several ? "several CPUs within a pixel" : "",
		 rows->has_several && nr_others ? ", or " : "");
	if (nr_others)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "one of %u CPUs without a colour of their own", nr_others);
	if (*text)
		svg_legend_entry(legend, "n0", SVG_FULL, text);
}

static void write_legend(const struct rows *rows, struct svg_legend *legend)
{
	uint32_t i;

	write_cpus(rows, legend);
	svg_legend_line(legend);
	for (i = LIFELINE_QUEUED; i < NR_LIFELINE_STATES; i++)
		if (rows->has_state[i])
			svg_legend_entry(legend, rows_states[i].css,
					 rows_states[i].shape, i == LIFELINE_BLOCKED ?
					 "blocked on an IPC object" : rows_states[i].text);
	if (rows->has_unknown)
		svg_legend_entry(legend, "unknown", SVG_FULL,
				 "unknown: records were lost, or there was no room for them");
	if (rows->has_wakeup)
		svg_legend_entry(legend, "woken", SVG_THIN,
				 "tick above a row: the task was woken");
	svg_legend_marks(legend, &rows->model->marks);
}

/* ---- all ---- */

static void write_colours(const void *arg)
{
	const struct rows *rows = arg;
	uint32_t cpu;

	fputs(".waiting{fill:#444}.asleep{fill:#999}.blocked,.woken{fill:#222}.object{font-size:7.5px}",
	      rows->svg.out);
	for (cpu = 0; cpu < rows->nr_cpus; cpu++)
		if (rows->cpu_colour[cpu] != COLOUR_GREY)
			fprintf(rows->svg.out, ".c%u{fill:#%06x}", cpu, rows->cpu_colour[cpu]);
}

static void write_foot(const struct rows *rows, uint32_t y)
{
	char buf[LABEL_MAX];

	fprintf(rows->svg.out, "<text class=\"note\" x=\"%u\" y=\"%u\">", ROWS_LEFT, y);
	if (rows->nr_left)
		fprintf(rows->svg.out, "%u further tasks that ran less are not drawn. ", rows->nr_left);
	fprintf(rows->svg.out, "A row begins where the task is first seen. Intervals shorter than %s that are next to each other are drawn as shares of their time. ",
		label_ns(buf, rows->lines->window.grain_ns));
	fputs("Point at something to see its times.</text>\n", rows->svg.out);
}

static int write_all(const struct rows *rows)
{
	struct svg_legend legend;
	uint32_t i, top, bottom;
	int err = svg_legend_begin(&legend, &rows->svg);

	if (err)
		return err;
	write_legend(rows, &legend);
	err = svg_legend_end(&legend, &top);
	if (err)
		return err;
	bottom = top + SVG_AXIS_HEIGHT + rows->nr_tasks * ROWS_HEIGHT;
	svg_begin(&rows->svg, "Tasks", "What each task did, those that ran longest first",
		  bottom + SVG_FOOT_HEIGHT, write_colours, rows);
	svg_legend_put(&legend, &rows->svg);
	svg_axis(&rows->svg, top, bottom);
	for (i = 0; i < rows->nr_tasks; i++)
		rows_write(rows, rows->task[i], top + SVG_AXIS_HEIGHT + i * ROWS_HEIGHT);
	svg_marks(&rows->svg, &rows->model->marks, top, bottom);
	write_foot(rows, bottom + SVG_FOOT_HEIGHT - 8);
	svg_end(&rows->svg);
	return ferror(rows->svg.out) ? -EIO : 0;
}

/**
 * view_lifeline_write - write the picture as a complete file
 * @top: maximum number of tasks; 0 = all
 * @start_ns: start of the recording; printed times are relative to it
 * Return: 0, -ENOMEM or -EIO.
 */
int view_lifeline_write(FILE *out, const struct model *model, const struct lifelines *lines,
			uint32_t top, uint64_t start_ns)
{
	struct rows rows = {
		.svg = {
			.out = out, .left = ROWS_LEFT, .from_ns = lines->window.from_ns,
			.until_ns = lines->window.until_ns, .start_ns = start_ns,
		},
		.model = model, .lines = lines,
	};
	int err;

	err = find_tasks(&rows, top);
	if (!err)
		err = give_colours(&rows);
	if (!err)
		err = write_all(&rows);
	free(rows.task);
	free(rows.cpu_colour);
	free(rows.has_cpu);
	return err;
}
