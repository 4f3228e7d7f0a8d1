// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU's lane of a picture: who ran, the queue's length, who waited.
 */
#include "view_svg.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "label.h"
#include "xml.h"

#define RUN_HEIGHT	26U
#define QUEUE_Y		(RUN_HEIGHT + 3U)
#define QUEUE_HEIGHT	30U
#define WAIT_Y		(QUEUE_Y + QUEUE_HEIGHT + 3U)
#define WAIT_HEIGHT	8U
#define WAIT_STEP	9U
#define GAP		14U	/* below a lane */
#define RUN_LETTER	6.2	/* width of a character in a running task's label */
#define WAIT_LETTER	4.2	/* ... in a waiting one's */
#define LEAST_HEIGHT	0.05	/* of a share, to be drawn */
#define APART		4.0	/* least width of a bar with a border */

/* A state without a row here is drawn as SCHED_QUEUED is. */
const struct svg_state svg_states[] = {
	{ SCHED_QUEUED, "queued", "" },
	{ SCHED_DELAYED, "asleep, still queued", " light" },
	{ SCHED_THROTTLED, "throttled", " faint" },
};

const uint32_t svg_nr_states = ARRAY_SIZE(svg_states);

uint32_t svg_lane_height(const struct svg_lane *lane)
{
	return WAIT_Y + lane->nr_rows * WAIT_STEP + GAP;
}

static const struct svg_state *state_of(uint8_t state)
{
	uint32_t i;

	for (i = 0; i < svg_nr_states; i++)
		if (svg_states[i].state == state)
			return &svg_states[i];
	return &svg_states[0];
}

/* ---- bars ---- */

static const struct task *task_named(const struct svg *svg, uint32_t task)
{
	return task_at(&svg->model->tasks, task);
}

/* "cat 1234"; the task's last name may be another one than it had then */
static void write_task(const struct svg *svg, uint32_t task, uint32_t name)
{
	const char *comm = name ? svg->chart->name[name].comm : task_named(svg, task)->comm;
	char text[17] = "";

	memcpy(text, comm, 16);
	xml_text(svg->out, text);
	fprintf(svg->out, "%s%u", *text ? " " : "", task_named(svg, task)->tid);
}

static void write_times(const struct svg *svg, uint64_t from_ns, uint64_t until_ns)
{
	char buf[LABEL_MAX];

	fprintf(svg->out, "%.9f to %.9f s, %s", svg_seconds(svg, from_ns),
		svg_seconds(svg, until_ns), label_ns(buf, until_ns - from_ns));
}

static void write_rect(const struct svg *svg, double x, double y, double width, double height)
{
	fprintf(svg->out, " x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"", x, y, width,
		height);
}

/* Time of which nothing is known. */
static void write_unknown(const struct svg *svg, uint64_t from_ns, uint64_t until_ns, uint32_t y,
			  uint32_t height)
{
	fputs("<rect class=\"unknown\"", svg->out);
	write_rect(svg, svg_x(svg, from_ns), y, svg_dx(svg, until_ns - from_ns), height);
	fputs("><title>unknown: ", svg->out);
	write_times(svg, from_ns, until_ns);
	fputs("</title></rect>\n", svg->out);
}

/* What is missing between the spans of a list. */
static void write_gaps(const struct svg *svg, const struct chart_list *list, uint32_t y,
		       uint32_t height)
{
	uint64_t ns = svg->chart->from_ns;
	uint32_t i;

	for (i = 0; i < list->nr; i++) {
		if (list->span[i].from_ns > ns)
			write_unknown(svg, ns, list->span[i].from_ns, y, height);
		ns = list->span[i].until_ns;
	}
	if (ns < svg->chart->until_ns)
		write_unknown(svg, ns, svg->chart->until_ns, y, height);
}

/* ---- who ran ---- */

/* The task's label in its bar, shorter where there is less room; or none. */
static void write_bar_label(const struct svg *svg, uint32_t task, uint32_t name, double x, double y,
			    double width, double letter)
{
	const char *comm = svg->chart->name[name].comm;
	char tid[16];
	size_t len = strnlen(comm, 16);
	size_t tid_len = snprintf(tid, sizeof(tid), " %u", task_named(svg, task)->tid);
	char text[17] = "";

	if (!name || width < (len + 1) * letter)
		return;
	memcpy(text, comm, len);
	fprintf(svg->out, "<text x=\"%.2f\" y=\"%.2f\">", x + letter / 2, y);
	xml_text(svg->out, text);
	fprintf(svg->out, "%s</text>", width < (len + tid_len + 1) * letter ? "" : tid);
}

static void write_run(const struct svg *svg, const struct svg_lane *lane,
		      const struct chart_span *span)
{
	uint32_t name = span->share[0].name;
	double x = svg_x(svg, span->from_ns);
	double width = svg_dx(svg, span->until_ns - span->from_ns);

	fprintf(svg->out, "<g><title>");
	write_task(svg, span->task, name);
	fprintf(svg->out, " ran on CPU %u: ", lane->cpu);
	write_times(svg, span->from_ns, span->until_ns);
	fprintf(svg->out, "</title><rect class=\"n%u%s\"", name, width < APART ? "" : " apart");
	write_rect(svg, x, lane->y, width, RUN_HEIGHT);
	fputs("/>", svg->out);
	write_bar_label(svg, span->task, name, x, lane->y + RUN_HEIGHT / 2.0 + 4, width, RUN_LETTER);
	fputs("</g>\n", svg->out);
}

static uint64_t share_of(const struct chart_span *span, uint32_t name)
{
	uint32_t i;

	for (i = 0; i < span->nr_shares; i++)
		if (span->share[i].name == name)
			return span->share[i].ns;
	return 0;
}

/* busy time that no share tells */
static uint64_t others_of(const struct chart_span *span)
{
	uint64_t ns = span->busy_ns;
	uint32_t i;

	for (i = 0; i < span->nr_shares; i++)
		ns -= span->share[i].ns;
	return ns;
}

static uint64_t span_ns(const struct chart_span *span)
{
	return span->until_ns - span->from_ns;
}

static void write_share(const struct svg *svg, const char *text, uint64_t ns,
			const struct chart_span *span)
{
	char name[17] = "";

	if (!ns)
		return;
	memcpy(name, text, strnlen(text, 16));
	fputs(", ", svg->out);
	xml_text(svg->out, name);
	fprintf(svg->out, " %.1f %%", 100.0 * ns / span_ns(span));
}

static void write_shares_title(const struct svg *svg, const struct svg_lane *lane,
			       const struct chart_span *span)
{
	uint32_t i;

	fprintf(svg->out, "<title>CPU %u: ", lane->cpu);
	write_times(svg, span->from_ns, span->until_ns);
	for (i = 0; i < span->nr_shares; i++)
		if (span->share[i].name)
			write_share(svg, svg->chart->name[span->share[i].name].comm,
				    span->share[i].ns, span);
	write_share(svg, "others", others_of(span) + share_of(span, 0), span);
	write_share(svg, "idle", span->known_ns - span->busy_ns, span);
	write_share(svg, "unknown", span_ns(span) - span->known_ns, span);
	fputs("</title>", svg->out);
}

/* One share of the stack whose top is at @y; return its new top. */
static double stack(const struct svg *svg, const struct chart_span *span, double y,
		    const char *css, uint64_t ns)
{
	double height = (double)RUN_HEIGHT * ns / span_ns(span);
	double width = svg_dx(svg, span_ns(span));

	if (height < LEAST_HEIGHT)
		return y;
	fprintf(svg->out, "<path class=\"%s\" d=\"M%.2f %.2fh%.2fv%.2fh-%.2fz\"/>", css,
		svg_x(svg, span->from_ns), y - height, width, height, width);
	return y - height;
}

static int compare_shares(const void *a, const void *b, void *arg)
{
	const struct chart_share *x = a, *y = b;
	const struct svg *svg = arg;

	return svg->place[x->name] < svg->place[y->name] ? -1 : 1;
}

/* Shares from below in the order of the legend; what is unknown at the top. */
static void write_shares(const struct svg *svg, const struct svg_lane *lane,
			 const struct chart_span *span)
{
	uint64_t unknown_ns = span_ns(span) - span->known_ns;
	struct chart_span sorted = *span;
	double y = lane->y + RUN_HEIGHT;
	char css[16];
	uint32_t i;

	qsort_r(sorted.share, sorted.nr_shares, sizeof(sorted.share[0]), compare_shares,
		(void *)svg);
	fputs("<g class=\"mixed\">", svg->out);
	write_shares_title(svg, lane, &sorted);
	for (i = 0; i < sorted.nr_shares; i++) {
		snprintf(css, sizeof(css), "n%u", sorted.share[i].name);
		y = stack(svg, span, y, css, sorted.share[i].ns);
	}
	stack(svg, span, y, "n0", others_of(span));
	stack(svg, span, lane->y + (double)RUN_HEIGHT * unknown_ns / span_ns(span), "unknown",
	      unknown_ns);
	fputs("</g>\n", svg->out);
}

static void write_runs(const struct svg *svg, const struct svg_lane *lane)
{
	const struct chart_list *list = chart_list(&svg->chart->run, lane->cpu);
	uint32_t i;

	write_gaps(svg, list, lane->y, RUN_HEIGHT);
	for (i = 0; i < list->nr; i++) {
		if (list->span[i].is_mixed)
			write_shares(svg, lane, &list->span[i]);
		else if (list->span[i].task)
			write_run(svg, lane, &list->span[i]);
	}
}

/* ---- the queue's length ---- */

static double mean_length(const struct chart_span *span)
{
	return (double)span->length_ns / span->known_ns;
}

static double greatest_length(const struct chart_span *span)
{
	return span->max_length;
}

/* A stepped area, of as many parts as there are gaps. */
static void write_area(const struct svg *svg, const struct svg_lane *lane, const char *css,
		       double (*value)(const struct chart_span *span))
{
	const struct chart_list *list = chart_list(&svg->chart->length, lane->cpu);
	double bottom = lane->y + QUEUE_Y + QUEUE_HEIGHT;
	double unit = (double)QUEUE_HEIGHT / svg->max_length;
	uint64_t ns = 0;
	uint32_t i;

	fprintf(svg->out, "<path class=\"%s\" d=\"", css);
	for (i = 0; i < list->nr; i++) {
		const struct chart_span *span = &list->span[i];

		if (span->from_ns != ns)
			fprintf(svg->out, "%sM%.2f %.2fV", i ? "Z" : "", svg_x(svg, span->from_ns),
				bottom);
		else
			putc('V', svg->out);
		fprintf(svg->out, "%.2fH%.2f", bottom - unit * value(span),
			svg_x(svg, span->until_ns));
		ns = span->until_ns;
		if (i + 1 == list->nr || list->span[i + 1].from_ns != ns)
			fprintf(svg->out, "V%.2f", bottom);
	}
	fputs(list->nr ? "Z\"/>\n" : "\"/>\n", svg->out);
}

static void write_queue(const struct svg *svg, const struct svg_lane *lane)
{
	const struct sched_cpu *cpu = &svg->model->sched.cpu[lane->cpu];

	write_gaps(svg, chart_list(&svg->chart->length, lane->cpu), lane->y + QUEUE_Y,
		   QUEUE_HEIGHT);
	fprintf(svg->out, "<g><title>CPU %u: length of the queue, with the running task", lane->cpu);
	if (sched_known_ns(cpu))
		fprintf(svg->out, ": mean %.3f, greatest %u", sched_mean_length(cpu),
			sched_max_length(cpu));
	fputs("</title>\n", svg->out);
	write_area(svg, lane, "max", greatest_length);
	write_area(svg, lane, "mean", mean_length);
	fputs("</g>\n", svg->out);
}

/* ---- who waited ---- */

static void write_wait(const struct svg *svg, const struct svg_lane *lane,
		       const struct svg_wait *place)
{
	const struct chart_wait *wait = place->wait;
	const struct svg_state *state = state_of(wait->state);
	double x = svg_x(svg, wait->from_ns), y = lane->y + WAIT_Y + place->row * WAIT_STEP;
	double width = svg_dx(svg, wait->until_ns - wait->from_ns);

	fputs("<g><title>", svg->out);
	write_task(svg, wait->task, wait->name);
	fprintf(svg->out, " %s on CPU %u: ", state->text, lane->cpu);
	write_times(svg, wait->from_ns, wait->until_ns);
	fprintf(svg->out, "</title><rect class=\"n%u%s%s\"", wait->name, state->css,
		width < APART ? "" : " apart");
	write_rect(svg, x, y, width, WAIT_HEIGHT);
	fputs("/>", svg->out);
	write_bar_label(svg, wait->task, wait->name, x, y + WAIT_HEIGHT - 1.5, width, WAIT_LETTER);
	fputs("</g>\n", svg->out);
}

/* ---- all ---- */

static void write_head(const struct svg *svg, const struct svg_lane *lane)
{
	const struct sched_cpu *cpu = &svg->model->sched.cpu[lane->cpu];
	uint64_t both_ns = cpu->busy_ns + cpu->idle_ns;

	fprintf(svg->out, "<text class=\"cpu\" x=\"8\" y=\"%u\">CPU %u</text>\n", lane->y + 12,
		lane->cpu);
	if (both_ns)
		fprintf(svg->out, "<text class=\"note\" x=\"8\" y=\"%u\">%.1f %% busy</text>\n",
			lane->y + 24, 100.0 * cpu->busy_ns / both_ns);
	fprintf(svg->out, "<text class=\"note\" x=\"8\" y=\"%u\">queue</text>\n",
		lane->y + QUEUE_Y + QUEUE_HEIGHT / 2 + 3);
	fprintf(svg->out, "<text class=\"note end\" x=\"%u\" y=\"%u\">%u</text>\n", SVG_LEFT - 4,
		lane->y + QUEUE_Y + 7, svg->max_length);
	fprintf(svg->out, "<text class=\"note end\" x=\"%u\" y=\"%u\">0</text>\n", SVG_LEFT - 4,
		lane->y + QUEUE_Y + QUEUE_HEIGHT);
	if (lane->nr_rows)
		fprintf(svg->out, "<text class=\"note\" x=\"8\" y=\"%u\">waiting</text>\n",
			lane->y + WAIT_Y + WAIT_HEIGHT - 1);
	fprintf(svg->out, "<path class=\"frame\" d=\"M%u %uh%uM%u %uh%u\"/>\n",
		SVG_LEFT, lane->y + RUN_HEIGHT, SVG_WIDTH,
		SVG_LEFT, lane->y + QUEUE_Y + QUEUE_HEIGHT, SVG_WIDTH);
}

void svg_write_lane(const struct svg *svg, const struct svg_lane *lane)
{
	uint32_t i;

	fputs("<g class=\"run\">\n", svg->out);
	write_runs(svg, lane);
	fputs("</g>\n", svg->out);
	write_queue(svg, lane);
	fputs("<g class=\"wait\">\n", svg->out);
	for (i = 0; i < lane->nr_waits; i++)
		if (lane->wait[i].row < SVG_NR_ROWS)
			write_wait(svg, lane, &lane->wait[i]);
	fputs("</g>\n", svg->out);
	write_head(svg, lane);
}
