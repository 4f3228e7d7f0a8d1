// SPDX-License-Identifier: GPL-2.0
/*
 * Draws one CPU's lane: the tasks that ran, and the queue's length.
 * Neighbouring CPUs that were idle throughout share one lane.
 */
#include "view/svg/chart.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "view/label.h"

#define IDLE_HEIGHT	8U	/* height of a lane of idle CPUs */
#define RUN_LETTER	6.2	/* width of a character in the label of a running task */

/* ---- positions ---- */

uint32_t queues_lane_height(const struct queues *q, const struct queues_lane *lane)
{
	if (lane->is_idle)
		return IDLE_HEIGHT + q->size->gap;
	return queues_wait_y(q, lane, lane->nr_rows) + 2 * lane->has_more + q->size->gap - lane->y;
}

/* ---- unknown time ---- */

/* Draws the unknown time between two intervals, of which the second begins at @from_ns. */
static void write_gap(const struct queues *q, const char *whose, uint64_t end_ns, uint64_t from_ns,
		      uint32_t y, uint32_t height)
{
	if (from_ns > end_ns)
		svg_unknown(&q->svg, whose, end_ns, from_ns, y, height);
}

static void write_run_gaps(const struct queues *q, uint32_t cpu, const char *whose, uint32_t y,
			   uint32_t height)
{
	const struct chart_lane *lane = chart_lane(q->chart, cpu);
	uint64_t ns = q->chart->window.from_ns;
	uint32_t i;

	for (i = 0; i < lane->nr_runs; i++) {
		write_gap(q, whose, ns, lane->run[i].time.from_ns, y, height);
		ns = lane->run[i].time.until_ns;
	}
	write_gap(q, whose, ns, q->chart->window.until_ns, y, height);
}

static void write_length_gaps(const struct queues *q, uint32_t cpu, uint32_t y, uint32_t height)
{
	const struct chart_lane *lane = chart_lane(q->chart, cpu);
	uint64_t ns = q->chart->window.from_ns;
	uint32_t i;

	for (i = 0; i < lane->nr_lengths; i++) {
		write_gap(q, "", ns, lane->length[i].time.from_ns, y, height);
		ns = lane->length[i].time.until_ns;
	}
	write_gap(q, "", ns, q->chart->window.until_ns, y, height);
}

/* ---- running tasks ---- */

static void write_run(const struct queues *q, const struct queues_lane *lane,
		      const struct chart_run *run)
{
	uint64_t from_ns = run->time.from_ns, until_ns = run->time.until_ns;
	double x = svg_x(&q->svg, from_ns), width = svg_dx(&q->svg, until_ns - from_ns);
	uint32_t name = run->share[0].name;
	char css[16];

	snprintf(css, sizeof(css), "n%u", queues_css(q, name));
	fputs("<g><title>", q->svg.out);
	queues_write_task(q, run->task, name);
	fprintf(q->svg.out, " ran on CPU %u: ", lane->cpu);
	svg_times(&q->svg, from_ns, until_ns);
	fputs("</title>", q->svg.out);
	svg_bar(&q->svg, css, SVG_FULL, x, lane->y, width, q->size->run);
	if (q->size->has_names)
		queues_write_label(q, run->task, name, x, lane->y + q->size->run / 2.0 + 4, width,
				   RUN_LETTER);
	fputs("</g>\n", q->svg.out);
}

static void write_percent(const struct queues *q, const char *comm, uint64_t ns,
			  const struct chart_run *run)
{
	if (!ns)
		return;
	fputs(", ", q->svg.out);
	svg_comm(&q->svg, comm);
	fprintf(q->svg.out, " %.1f %%", 100.0 * ns / stretch_ns(&run->time));
}

static void write_shares_title(const struct queues *q, const struct queues_lane *lane,
			       const struct chart_run *run)
{
	uint64_t others_ns = run->busy_ns;
	uint32_t i;

	fprintf(q->svg.out, "<title>CPU %u: ", lane->cpu);
	svg_times(&q->svg, run->time.from_ns, run->time.until_ns);
	for (i = 0; i < run->nr_shares; i++)
		if (run->share[i].name) {
			write_percent(q, q->chart->name[run->share[i].name].comm, run->share[i].ns, run);
			others_ns -= run->share[i].ns;
		}
	write_percent(q, "others", others_ns, run);
	write_percent(q, "idle", run->time.known_ns - run->busy_ns, run);
	write_percent(q, "unknown", stretch_ns(&run->time) - run->time.known_ns, run);
	fputs("</title>", q->svg.out);
}

static double share_height(const struct queues *q, const struct chart_run *run, uint64_t ns)
{
	return (double)q->size->run * ns / stretch_ns(&run->time);
}

/* Draws one share on the stack, whose top is at @y; returns the new top. */
static double stack_share(const struct queues *q, const struct chart_run *run, double y,
			  const char *css, uint64_t ns)
{
	double height = share_height(q, run, ns), width = svg_dx(&q->svg, stretch_ns(&run->time));

	if (!ns)
		return y;
	fprintf(q->svg.out, "<path class=\"%s\" d=\"M%.2f %.2fh%.2fv%.2fh-%.2fz\"/>", css,
		svg_x(&q->svg, run->time.from_ns), y - height, width, height, width);
	return y - height;
}

static int compare_shares(const void *a, const void *b, void *arg)
{
	const struct chart_share *x = a, *y = b;
	const struct queues *q = arg;

	return q->names.name[x->name].place < q->names.name[y->name].place ? -1 : 1;
}

/*
 * True if the share is drawn separately. It is drawn as others if it is too
 * small, or has no colour.
 */
static bool is_apart(const struct queues *q, const struct chart_run *run,
		     const struct chart_share *share)
{
	return queues_css(q, share->name) &&
	       share_height(q, run, share->ns) >= q->size->least_share;
}

/* Draws shares from the bottom, in the order of the legend; unknown time is at the top. */
static void write_shares(const struct queues *q, const struct queues_lane *lane,
			 const struct chart_run *run)
{
	uint64_t unknown_ns = stretch_ns(&run->time) - run->time.known_ns, others_ns = run->busy_ns;
	struct chart_run sorted = *run;
	double y = lane->y + q->size->run;
	char css[16];
	uint32_t i;

	qsort_r(sorted.share, sorted.nr_shares, sizeof(sorted.share[0]), compare_shares, (void *)q);
	fputs("<g class=\"mixed\">", q->svg.out);
	write_shares_title(q, lane, &sorted);
	for (i = 0; i < sorted.nr_shares; i++) {
		if (!is_apart(q, run, &sorted.share[i]))
			continue;
		snprintf(css, sizeof(css), "n%u", sorted.share[i].name);
		y = stack_share(q, run, y, css, sorted.share[i].ns);
		others_ns -= sorted.share[i].ns;
	}
	stack_share(q, run, y, "n0", others_ns);
	stack_share(q, run, lane->y + share_height(q, run, unknown_ns), "unknown", unknown_ns);
	fputs("</g>\n", q->svg.out);
}

static void write_runs(const struct queues *q, const struct queues_lane *lane)
{
	const struct chart_lane *chart = chart_lane(q->chart, lane->cpu);
	uint32_t i;

	write_run_gaps(q, lane->cpu, "", lane->y, q->size->run);
	for (i = 0; i < chart->nr_runs; i++) {
		if (chart->run[i].time.is_mixed)
			write_shares(q, lane, &chart->run[i]);
		else if (chart->run[i].task)
			write_run(q, lane, &chart->run[i]);
	}
}

/* ---- the queue's length ---- */

static double mean_length(const struct chart_length *length)
{
	return (double)length->sum_ns / length->time.known_ns;
}

static double greatest_length(const struct chart_length *length)
{
	return length->max;
}

/* Draws a stepped area, in several parts if there are gaps. */
static void write_area(const struct queues *q, const struct queues_lane *lane, const char *css,
		       double (*value)(const struct chart_length *length))
{
	const struct chart_lane *chart = chart_lane(q->chart, lane->cpu);
	double bottom = queues_queue_y(q, lane) + q->size->queue;
	double unit = (double)q->size->queue / q->max_length;
	uint64_t ns = 0;
	uint32_t i;

	fprintf(q->svg.out, "<path class=\"%s\" d=\"", css);
	for (i = 0; i < chart->nr_lengths; i++) {
		const struct chart_length *length = &chart->length[i];

		if (length->time.from_ns != ns)
			fprintf(q->svg.out, "%sM%.2f %.2fV", i ? "Z" : "",
				svg_x(&q->svg, length->time.from_ns), bottom);
		else
			putc('V', q->svg.out);
		fprintf(q->svg.out, "%.2fH%.2f", bottom - unit * value(length),
			svg_x(&q->svg, length->time.until_ns));
		ns = length->time.until_ns;
		if (i + 1 == chart->nr_lengths || chart->length[i + 1].time.from_ns != ns)
			fprintf(q->svg.out, "V%.2f", bottom);
	}
	fputs(chart->nr_lengths ? "Z\"/>\n" : "\"/>\n", q->svg.out);
}

static void write_queue(const struct queues *q, const struct queues_lane *lane)
{
	const struct sched_cpu *cpu = &q->model->sched.cpu[lane->cpu];

	write_length_gaps(q, lane->cpu, queues_queue_y(q, lane), q->size->queue);
	fprintf(q->svg.out, "<g><title>CPU %u: length of the queue, with the running task", lane->cpu);
	if (sched_known_ns(cpu))
		fprintf(q->svg.out, ": mean %.3f, greatest %u", sched_mean_length(cpu),
			sched_max_length(cpu));
	fputs("</title>\n", q->svg.out);
	write_area(q, lane, "max", greatest_length);
	write_area(q, lane, "mean", mean_length);
	fputs("</g>\n", q->svg.out);
}

/* ---- all ---- */

static void write_scale(const struct queues *q, const struct queues_lane *lane)
{
	uint32_t y = queues_queue_y(q, lane);

	fprintf(q->svg.out, "<text class=\"note\" x=\"8\" y=\"%u\">queue</text>\n",
		y + q->size->queue / 2 + 3);
	fprintf(q->svg.out, "<text class=\"note end\" x=\"%u\" y=\"%u\">%u</text>\n", QUEUES_LEFT - 4,
		y + 7, q->max_length);
	fprintf(q->svg.out, "<text class=\"note end\" x=\"%u\" y=\"%u\">0</text>\n", QUEUES_LEFT - 4,
		y + q->size->queue);
	if (lane->nr_rows)
		fprintf(q->svg.out, "<text class=\"note\" x=\"8\" y=\"%u\">waiting</text>\n",
			queues_wait_y(q, lane, 1) - 2);
}

static void write_busy(const struct queues *q, const struct queues_lane *lane, uint32_t x,
		       uint32_t y)
{
	const struct sched_cpu *cpu = &q->model->sched.cpu[lane->cpu];
	uint64_t both_ns = cpu->busy_ns + cpu->idle_ns;

	if (both_ns)
		fprintf(q->svg.out, "<text class=\"note%s\" x=\"%u\" y=\"%u\">%.*f %%%s</text>\n",
			q->size->has_names ? "" : " end", x, y, q->size->has_names,
			100.0 * cpu->busy_ns / both_ns, q->size->has_names ? " busy" : "");
}

/* Writes how many waits were too short to be drawn. */
static void write_short(const struct queues *q, const struct queues_lane *lane)
{
	const struct chart_lane *chart = chart_lane(q->chart, lane->cpu);
	char buf[LABEL_MAX];

	if (chart->nr_short)
		fprintf(q->svg.out, "<title>not drawn: who waited for less than %s, %" PRIu64 " times</title>",
			label_ns(buf, chart->wait_least_ns), chart->nr_short);
}

static void write_head(const struct queues *q, const struct queues_lane *lane)
{
	bool is_high = q->size->has_names;

	fprintf(q->svg.out, "<text class=\"%s\" x=\"8\" y=\"%u\">", is_high ? "cpu" : "note",
		lane->y + (is_high ? 12 : 8));
	write_short(q, lane);
	fprintf(q->svg.out, "CPU %u</text>\n", lane->cpu);
	write_busy(q, lane, is_high ? 8 : QUEUES_LEFT - 4, lane->y + (is_high ? 24 : 8));
	if (is_high)
		write_scale(q, lane);
	fprintf(q->svg.out, "<path class=\"frame\" d=\"M%u %uh%uM%u %uh%u\"/>\n",
		QUEUES_LEFT, lane->y + q->size->run, SVG_WIDTH,
		QUEUES_LEFT, queues_queue_y(q, lane) + q->size->queue, SVG_WIDTH);
}

/* Draws CPUs on which nothing happened: a line, and their unknown times. */
static void write_idle(const struct queues *q, const struct queues_lane *lane)
{
	char whose[32];
	uint32_t cpu;

	for (cpu = lane->cpu; cpu <= lane->last_cpu; cpu++) {
		snprintf(whose, sizeof(whose), "CPU %u: ", cpu);
		write_run_gaps(q, cpu, whose, lane->y, IDLE_HEIGHT);
	}
	fprintf(q->svg.out, "<text class=\"note\" x=\"8\" y=\"%u\"><title>nobody was seen to run or wait</title>CPU %u",
		lane->y + IDLE_HEIGHT, lane->cpu);
	if (lane->last_cpu > lane->cpu)
		fprintf(q->svg.out, "-%u", lane->last_cpu);
	fprintf(q->svg.out, "</text>\n<path class=\"frame\" d=\"M%u %uh%u\"/>\n", QUEUES_LEFT,
		lane->y + IDLE_HEIGHT, SVG_WIDTH);
}

void queues_write_lane(const struct queues *q, const struct queues_lane *lane)
{
	if (lane->is_idle) {
		write_idle(q, lane);
		return;
	}
	fputs("<g class=\"run\">\n", q->svg.out);
	write_runs(q, lane);
	fputs("</g>\n", q->svg.out);
	write_queue(q, lane);
	queues_write_waits(q, lane);
	write_head(q, lane);
}
