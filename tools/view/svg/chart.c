// SPDX-License-Identifier: GPL-2.0
/*
 * Draws a chart: its lanes between a legend and an axis.
 */
#include "view/svg/chart.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "view/label.h"

#define MANY_CPUS	16U	/* with more CPUs, lanes are low */

static const struct queues_size high = {
	.run = 26, .queue = 30, .wait = 8, .space = 3, .gap = 14, .nr_rows = QUEUES_NR_ROWS,
	.least_share = 0.05, .has_names = true,
};

static const struct queues_size low = {
	.run = 8, .queue = 6, .wait = 2, .space = 1, .gap = 6, .nr_rows = 4, .least_share = 1.5,
};

/* ---- lanes ---- */

static int compare_waits(const void *a, const void *b)
{
	const struct chart_wait *x = ((const struct queues_wait *)a)->wait;
	const struct chart_wait *y = ((const struct queues_wait *)b)->wait;

	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

/* Puts each wait into the first row that is free when the wait begins. */
static void place_waits(const struct queues *q, struct queues_lane *lane)
{
	uint64_t free_ns[QUEUES_NR_ROWS] = { 0 };
	uint32_t i;

	for (i = 0; i < lane->nr_waits; i++) {
		struct queues_wait *wait = &lane->wait[i];

		while (wait->row < q->size->nr_rows && free_ns[wait->row] > wait->wait->from_ns)
			wait->row++;
		if (wait->row == q->size->nr_rows) {
			lane->has_more = true;
			continue;
		}
		free_ns[wait->row] = wait->wait->until_ns;
		if (wait->row >= lane->nr_rows)
			lane->nr_rows = wait->row + 1;
	}
}

static int sort_waits(const struct queues *q, struct queues_lane *lane)
{
	const struct chart_lane *chart = chart_lane(q->chart, lane->cpu);
	uint32_t i;

	lane->nr_waits = chart->nr_waits;
	if (!chart->nr_waits)
		return 0;
	lane->wait = calloc(chart->nr_waits, sizeof(*lane->wait));
	if (!lane->wait)
		return -ENOMEM;
	for (i = 0; i < chart->nr_waits; i++)
		lane->wait[i].wait = &chart->wait[i];
	qsort(lane->wait, chart->nr_waits, sizeof(*lane->wait), compare_waits);
	place_waits(q, lane);
	return 0;
}

static void note_length(struct queues *q, uint32_t cpu)
{
	const struct chart_lane *lane = chart_lane(q->chart, cpu);
	uint32_t i;

	for (i = 0; i < lane->nr_lengths; i++)
		if (lane->length[i].max > q->max_length)
			q->max_length = lane->length[i].max;
}

static bool is_idle(const struct chart_lane *lane)
{
	uint32_t i;

	for (i = 0; i < lane->nr_runs; i++)
		if (lane->run[i].busy_ns)
			return false;
	for (i = 0; i < lane->nr_lengths; i++)
		if (lane->length[i].max)
			return false;
	return !lane->nr_waits && !lane->nr_short;
}

static bool is_drawn(const struct queues *q, uint32_t cpu)
{
	return q->model->sched.cpu[cpu].is_seen && scope_has_cpu(q->chart->scope, cpu);
}

static uint32_t nr_busy(const struct queues *q)
{
	uint32_t cpu, nr = 0;

	for (cpu = 0; cpu < q->model->sched.nr_cpus; cpu++)
		nr += is_drawn(q, cpu) && !is_idle(chart_lane(q->chart, cpu));
	return nr;
}

/* Adds a CPU; an idle CPU is added to the lane of the idle CPUs directly before it. */
static int add_lane(struct queues *q, uint32_t cpu)
{
	struct queues_lane *lane = &q->lane[q->nr_lanes];
	bool idle = is_idle(chart_lane(q->chart, cpu));

	if (idle && q->nr_lanes && lane[-1].is_idle && lane[-1].last_cpu == cpu - 1) {
		lane[-1].last_cpu = cpu;
		return 0;
	}
	*lane = (struct queues_lane){ .cpu = cpu, .last_cpu = cpu, .is_idle = idle };
	q->nr_lanes++;
	note_length(q, cpu);
	return sort_waits(q, lane);
}

static int place_lanes(struct queues *q)
{
	uint32_t cpu, nr = q->model->sched.nr_cpus;
	int err = 0;

	q->size = nr_busy(q) > MANY_CPUS ? &low : &high;
	q->lane = calloc(nr + 1, sizeof(*q->lane));
	if (!q->lane)
		return -ENOMEM;
	for (cpu = 0; cpu < nr && !err; cpu++)
		if (is_drawn(q, cpu))
			err = add_lane(q, cpu);
	return err;
}

static void free_lanes(struct queues *q)
{
	uint32_t i;

	for (i = 0; i < q->nr_lanes; i++)
		free(q->lane[i].wait);
	free(q->lane);
}

/* ---- legend ---- */

/* what occurs in the picture, besides names */
struct contents {
	bool has_idle;
	bool has_unknown;
	bool has_others;
	bool has_max;
	bool has_more;
	bool has_state[SCHED_MIGRATING + 1];
};

/* True if a part of @time is unknown, or the time between @end_ns and @time. */
static bool is_unknown(const struct stretch *time, uint64_t end_ns)
{
	return time->from_ns != end_ns || time->known_ns != stretch_ns(time);
}

static bool has_others(const struct queues *q, const struct chart_run *run)
{
	uint64_t ns = run->busy_ns;
	uint32_t i;

	for (i = 0; i < run->nr_shares; i++)
		if (queues_css(q, run->share[i].name))
			ns -= run->share[i].ns;
	return ns;
}

static void add_runs(const struct queues *q, const struct chart_lane *lane,
		     struct contents *contents)
{
	uint64_t end_ns = q->chart->window.from_ns;
	uint32_t i;

	for (i = 0; i < lane->nr_runs; i++) {
		const struct chart_run *run = &lane->run[i];

		contents->has_idle |= run->busy_ns < run->time.known_ns;
		contents->has_others |= has_others(q, run);
		contents->has_unknown |= is_unknown(&run->time, end_ns);
		end_ns = run->time.until_ns;
	}
	contents->has_unknown |= end_ns != q->chart->window.until_ns;
}

static void add_lengths(const struct queues *q, const struct chart_lane *lane,
			struct contents *contents)
{
	uint64_t end_ns = q->chart->window.from_ns;
	uint32_t i;

	for (i = 0; i < lane->nr_lengths; i++) {
		const struct chart_length *length = &lane->length[i];

		contents->has_max |= length->sum_ns < length->time.known_ns * length->max;
		contents->has_unknown |= is_unknown(&length->time, end_ns);
		end_ns = length->time.until_ns;
	}
	contents->has_unknown |= end_ns != q->chart->window.until_ns;
}

static struct contents contents_of(const struct queues *q)
{
	struct contents contents = { 0 };
	uint32_t i, j, cpu;

	for (i = 0; i < q->nr_lanes; i++) {
		const struct queues_lane *lane = &q->lane[i];

		for (cpu = lane->cpu; cpu <= lane->last_cpu; cpu++) {
			add_runs(q, chart_lane(q->chart, cpu), &contents);
			add_lengths(q, chart_lane(q->chart, cpu), &contents);
		}
		for (j = 0; j < lane->nr_waits; j++)
			if (lane->wait[j].row < q->size->nr_rows)
				contents.has_state[lane->wait[j].wait->state] = true;
		contents.has_more |= lane->has_more;
	}
	return contents;
}

static void write_name(const struct queues *q, struct svg_legend *legend, uint32_t number)
{
	const struct chart_name *name = &q->chart->name[number];
	char text[17 + LABEL_MAX], ns[LABEL_MAX], css[16];

	snprintf(text, sizeof(text), "%.16s%s%s", name->comm, name->run_ns ? " " : "",
		 name->run_ns ? label_ns(ns, name->run_ns) : "");
	snprintf(css, sizeof(css), "n%u", number);
	svg_legend_entry(legend, css, SVG_FULL, text);
}

/* Writes the time of all names that have no colour of their own. */
static void write_others(const struct queues *q, struct svg_legend *legend)
{
	uint32_t i, nr = 0;
	char text[96], ns[LABEL_MAX];
	uint64_t sum_ns = 0;
	int len;

	for (i = 0; i < q->chart->nr_names; i++) {
		sum_ns += queues_css(q, i) ? 0 : q->chart->name[i].run_ns;
		nr += q->names.name[i].is_drawn && i && !queues_css(q, i);
	}
	len = snprintf(text, sizeof(text), "others%s%s", sum_ns ? " " : "",
		       sum_ns ? label_ns(ns, sum_ns) : "");
	if (nr)
		snprintf(text + len, sizeof(text) - len, ", %u names without a colour of their own", nr);
	svg_legend_entry(legend, "n0", SVG_FULL, text);
}

/* Writes the names, then what else occurs. */
static void write_legend(const struct queues *q, struct svg_legend *legend)
{
	struct contents contents = contents_of(q);
	uint32_t i;

	for (i = 0; i < q->names.nr; i++)
		if (queues_css(q, q->names.sorted[i]))
			write_name(q, legend, q->names.sorted[i]);
	if (contents.has_others)
		write_others(q, legend);
	svg_legend_line(legend);
	if (contents.has_idle)
		svg_legend_entry(legend, "blank", SVG_FULL, "idle");
	if (contents.has_unknown)
		svg_legend_entry(legend, "unknown", SVG_FULL,
				 "unknown: records were lost, or none were there yet");
	for (i = 0; i < queues_nr_states; i++)
		if (contents.has_state[queues_states[i].state])
			svg_legend_entry(legend, "sample", queues_states[i].shape,
					 queues_states[i].text);
	if (contents.has_more)
		svg_legend_entry(legend, "more", SVG_THIN, "more wait than are drawn");
	svg_legend_entry(legend, "mean", SVG_FULL, "queue length, the running task included");
	if (contents.has_max)
		svg_legend_entry(legend, "max", SVG_FULL,
				 "its greatest, where it changes too often to be drawn");
	svg_legend_marks(legend, &q->model->marks);
}

/* ---- all ---- */

static void write_colours(const void *arg)
{
	const struct queues *q = arg;
	uint32_t i;

	for (i = 0; i < q->names.nr; i++)
		if (queues_css(q, q->names.sorted[i]))
			fprintf(q->svg.out, ".n%u{fill:#%06x}", q->names.sorted[i],
				q->names.name[q->names.sorted[i]].colour);
}

/* Returns the greatest of the lanes' limits below which waits are not drawn. */
static uint64_t greatest_least_ns(const struct queues *q)
{
	uint64_t ns = q->chart->window.grain_ns / 2 + 1;
	uint32_t i;

	for (i = 0; i < q->nr_lanes; i++)
		if (chart_lane(q->chart, q->lane[i].cpu)->wait_least_ns > ns)
			ns = chart_lane(q->chart, q->lane[i].cpu)->wait_least_ns;
	return ns;
}

static void write_foot(const struct queues *q, uint32_t y)
{
	uint64_t least_ns = q->chart->window.grain_ns / 2 + 1, greatest_ns = greatest_least_ns(q);
	char buf[LABEL_MAX];

	fprintf(q->svg.out, "<text class=\"note\" x=\"%u\" y=\"%u\">", QUEUES_LEFT, y);
	fprintf(q->svg.out, "Intervals shorter than %s that are next to each other are drawn as shares of their time; ",
		label_ns(buf, q->chart->window.grain_ns));
	fprintf(q->svg.out, "who waited for less than %s is not drawn", label_ns(buf, least_ns));
	if (greatest_ns > least_ns)
		fprintf(q->svg.out, ", on CPUs with many waits for less than up to %s",
			label_ns(buf, greatest_ns));
	fputs(". Point at something to see its times.</text>\n", q->svg.out);
}

static int write_all(const struct queues *q)
{
	struct svg_legend legend;
	uint32_t i, top, bottom;
	int err = svg_legend_begin(&legend, &q->svg);

	if (err)
		return err;
	write_legend(q, &legend);
	err = svg_legend_end(&legend, &top);
	if (err)
		return err;
	bottom = top + SVG_AXIS_HEIGHT;
	for (i = 0; i < q->nr_lanes; i++) {
		q->lane[i].y = bottom;
		bottom += queues_lane_height(q, &q->lane[i]);
	}
	svg_begin(&q->svg, "Run queues", "Who ran and who was queued on each CPU",
		  bottom + SVG_FOOT_HEIGHT, write_colours, q);
	svg_legend_put(&legend, &q->svg);
	svg_axis(&q->svg, top, bottom - q->size->gap / 2);
	for (i = 0; i < q->nr_lanes; i++)
		queues_write_lane(q, &q->lane[i]);
	svg_marks(&q->svg, &q->model->marks, top, bottom - q->size->gap / 2);
	write_foot(q, bottom + SVG_FOOT_HEIGHT - 8);
	svg_end(&q->svg);
	return ferror(q->svg.out) ? -EIO : 0;
}

/**
 * view_svg_write - write the picture as a complete file
 * @start_ns: start of the recording; printed times are relative to it
 * Return: 0, -ENOMEM or -EIO.
 */
int view_svg_write(FILE *out, const struct model *model, const struct chart *chart,
		   uint64_t start_ns)
{
	struct queues q = {
		.svg = {
			.out = out, .left = QUEUES_LEFT, .from_ns = chart->window.from_ns,
			.until_ns = chart->window.until_ns, .start_ns = start_ns,
		},
		.model = model, .chart = chart, .max_length = 1,
	};
	int err;

	err = place_lanes(&q);
	if (!err)
		err = queues_names_init(&q);
	if (!err)
		err = write_all(&q);
	queues_names_deinit(&q);
	free_lanes(&q);
	return err;
}
