// SPDX-License-Identifier: GPL-2.0
/*
 * Draws one task's row: what the task did.
 */
#include "view/svg/lifeline.h"

#include <stdlib.h>
#include <string.h>

#include "view/label.h"
#include "view/svg/colour.h"
#include "view/svg/xml.h"

#define BAR_Y		5U	/* below the marks of wake-ups */
#define BAR_HEIGHT	14U
#define RUN_LETTER	6.2	/* width of a character at 11 px */
#define SMALL_LETTER	4.4	/* width of a character at 7.5 px */
#define LEAST_HEIGHT	0.05	/* least height of a share that is drawn */

const struct rows_state rows_states[NR_LIFELINE_STATES] = {
	[LIFELINE_RUNNING] = { "ran", NULL, SVG_FULL, 0, BAR_HEIGHT },
	[LIFELINE_QUEUED] = { "queued", "waiting", SVG_FULL, 7, 7 },
	[LIFELINE_THROTTLED] = { "throttled", "waiting", SVG_STRIPED, 7, 7 },
	[LIFELINE_MOVED] = { "moved to another queue", "blank", SVG_FULL, 7, 7 },
	[LIFELINE_ASLEEP] = { "asleep", "asleep", SVG_THIN, 3.5, 7 },
	[LIFELINE_BLOCKED] = { "blocked", "blocked", SVG_THIN, 1, 12 },
};

bool rows_ends_unknown(const struct rows *rows, uint32_t task)
{
	return !task_at(&rows->model->tasks, task)->has_exited;
}

static void write_task(const struct rows *rows, uint32_t number)
{
	const struct task *task = task_at(&rows->model->tasks, number);

	svg_comm(&rows->svg, task->comm);
	fprintf(rows->svg.out, "%s%u", *task->comm ? " " : "", task->tid);
}

/*
 * Returns the CSS class of a CPU; CPUs without a colour, and several CPUs, have
 * the class of others.
 */
static const char *cpu_css(const struct rows *rows, uint32_t cpu, char css[16])
{
	if (cpu >= rows->nr_cpus || rows->cpu_colour[cpu] == COLOUR_GREY)
		return "n0";
	snprintf(css, 16, "c%u", cpu);
	return css;
}

static const char *state_css(const struct rows *rows, const struct lifeline_part *part,
			     enum lifeline_state state, char css[16])
{
	return state == LIFELINE_RUNNING ? cpu_css(rows, part->cpu, css) : rows_states[state].css;
}

/* ---- wake-ups ---- */

static void write_waker(const struct rows *rows, const struct sched_waker *waker)
{
	FILE *out = rows->svg.out;

	switch ((enum sched_waker_kind)waker->kind) {
	case WAKER_TASK:
		fputs(" by ", out);
		if (waker->task)
			write_task(rows, waker->task);
		else
			fputs("the idle task", out);
		break;
	case WAKER_SOFTIRQ:
		fputs(" by a softirq", out);
		break;
	case WAKER_HARDIRQ:
		fputs(" by an interrupt", out);
		break;
	default:
		fputs(", by whom is not known", out);
		return;
	}
	fprintf(out, " on CPU %u", waker->cpu);
}

/* Draws a mark where the task was woken; of several wake-ups, the last one. */
static void write_wakeup(const struct rows *rows, const struct lifeline_part *part, uint32_t y)
{
	if (!part->nr_wakeups)
		return;
	fputs("<g><title>", rows->svg.out);
	if (part->nr_wakeups > 1)
		fprintf(rows->svg.out, "woken %u times, at last", part->nr_wakeups);
	else
		fputs("woken", rows->svg.out);
	fprintf(rows->svg.out, " at %.9f s", svg_seconds(&rows->svg, part->wake_ns));
	write_waker(rows, &part->waker);
	fprintf(rows->svg.out, "</title><path class=\"woken\" d=\"M%.2f %ul-2-4h4z\"/></g>\n",
		svg_x(&rows->svg, part->wake_ns), y + BAR_Y - 1);
}

/* ---- one interval ---- */

static enum lifeline_state only_state(const struct lifeline_part *part)
{
	uint32_t state = 0;

	while (state + 1 < NR_LIFELINE_STATES && !part->ns[state])
		state++;
	return state;
}

static void write_single_title(const struct rows *rows, uint32_t task,
			       const struct lifeline_part *part, enum lifeline_state state,
			       const char *object)
{
	fputs("<title>", rows->svg.out);
	write_task(rows, task);
	fprintf(rows->svg.out, " %s", rows_states[state].text);
	if (*object) {
		fputs(" on ", rows->svg.out);
		xml_text(rows->svg.out, object);
	}
	if (part->cpu != LIFELINE_CPUS)
		fprintf(rows->svg.out, " on CPU %u", part->cpu);
	fputs(": ", rows->svg.out);
	svg_times(&rows->svg, part->time.from_ns, part->time.until_ns);
	fputs("</title>", rows->svg.out);
}

/* Writes the number of the CPU, or the object, if there is room. */
static void write_label(const struct rows *rows, const struct lifeline_part *part,
			enum lifeline_state state, const char *object, double x, double y,
			double width)
{
	char cpu[16];

	snprintf(cpu, sizeof(cpu), "%u", part->cpu);
	if (state == LIFELINE_RUNNING && width >= (strlen(cpu) + 1) * RUN_LETTER) {
		fprintf(rows->svg.out, "<text x=\"%.2f\" y=\"%.2f\">%s</text>", x + RUN_LETTER / 2,
			y + 11, cpu);
	} else if (*object && width >= (strlen(object) + 1) * SMALL_LETTER) {
		fprintf(rows->svg.out, "<text class=\"object\" x=\"%.2f\" y=\"%.2f\">", x, y + 4.5);
		xml_text(rows->svg.out, object);
		fputs("</text>", rows->svg.out);
	}
}

static void write_single(const struct rows *rows, uint32_t task, const struct lifeline_part *part,
			 uint32_t y)
{
	double x = svg_x(&rows->svg, part->time.from_ns);
	double width = svg_dx(&rows->svg, stretch_ns(&part->time));
	enum lifeline_state state = only_state(part);
	const struct rows_state *style = &rows_states[state];
	char *object = state == LIFELINE_BLOCKED ? label_wait(rows->model, &part->wait) : NULL;
	char css[16];

	fputs("<g>", rows->svg.out);
	write_single_title(rows, task, part, state, object ? object : "");
	svg_bar(&rows->svg, state_css(rows, part, state, css), style->shape, x,
		y + BAR_Y + style->y, width, style->height);
	write_label(rows, part, state, object ? object : "", x, y + BAR_Y, width);
	fputs("</g>\n", rows->svg.out);
	free(object);
}

/* ---- several intervals ---- */

static void write_mixed_title(const struct rows *rows, uint32_t task,
			      const struct lifeline_part *part)
{
	uint64_t unknown_ns = stretch_ns(&part->time) - part->time.known_ns;
	uint32_t i;

	fputs("<title>", rows->svg.out);
	write_task(rows, task);
	fputs(": ", rows->svg.out);
	svg_times(&rows->svg, part->time.from_ns, part->time.until_ns);
	for (i = 0; i < NR_LIFELINE_STATES; i++)
		if (part->ns[i])
			fprintf(rows->svg.out, ", %s %.1f %%", rows_states[i].text,
				100.0 * part->ns[i] / stretch_ns(&part->time));
	if (unknown_ns)
		fprintf(rows->svg.out, ", unknown %.1f %%",
			100.0 * unknown_ns / stretch_ns(&part->time));
	if (part->ns[LIFELINE_RUNNING] && part->cpu != LIFELINE_CPUS)
		fprintf(rows->svg.out, "; on CPU %u", part->cpu);
	fputs("</title>", rows->svg.out);
}

/* Draws one share on the stack, whose top is at @y; returns the new top. */
static double stack_share(const struct rows *rows, const struct lifeline_part *part, double y,
			  const char *css, uint64_t ns)
{
	double height = (double)BAR_HEIGHT * ns / stretch_ns(&part->time);
	double width = svg_dx(&rows->svg, stretch_ns(&part->time));

	if (height < LEAST_HEIGHT)
		return y;
	fprintf(rows->svg.out, "<path class=\"%s\" d=\"M%.2f %.2fh%.2fv%.2fh-%.2fz\"/>", css,
		svg_x(&rows->svg, part->time.from_ns), y - height, width, height, width);
	return y - height;
}

/* Draws running at the bottom, then waits; sleep takes the rest. */
static void write_mixed(const struct rows *rows, uint32_t task, const struct lifeline_part *part,
			uint32_t row)
{
	double y = row + BAR_Y + BAR_HEIGHT, top;
	char css[16];

	fputs("<g class=\"mixed\">", rows->svg.out);
	write_mixed_title(rows, task, part);
	if (part->ns[LIFELINE_ASLEEP] || part->ns[LIFELINE_BLOCKED])
		svg_bar(&rows->svg, "asleep", SVG_THIN, svg_x(&rows->svg, part->time.from_ns),
			row + BAR_Y + 3.5, svg_dx(&rows->svg, stretch_ns(&part->time)), 7);
	y = stack_share(rows, part, y, cpu_css(rows, part->cpu, css), part->ns[LIFELINE_RUNNING]);
	y = stack_share(rows, part, y, "waiting", part->ns[LIFELINE_QUEUED]);
	top = stack_share(rows, part, y, "waiting", part->ns[LIFELINE_THROTTLED]);
	stack_share(rows, part, y, "striped", part->ns[LIFELINE_THROTTLED]);
	stack_share(rows, part, top, "blank", part->ns[LIFELINE_MOVED]);
	fputs("</g>\n", rows->svg.out);
}

/* ---- all ---- */

static void write_gap(const struct rows *rows, const char *why, uint64_t from_ns,
		      uint64_t until_ns, uint32_t y)
{
	if (from_ns < until_ns)
		svg_unknown(&rows->svg, why, from_ns, until_ns, y + BAR_Y, BAR_HEIGHT);
}

static void write_head(const struct rows *rows, uint32_t task, uint32_t y)
{
	const struct lifeline *line = lifeline_at(rows->lines, task);
	uint64_t all_ns = rows->svg.until_ns - rows->svg.from_ns;

	fprintf(rows->svg.out, "<text x=\"8\" y=\"%u\">", y + 13);
	write_task(rows, task);
	fprintf(rows->svg.out, "</text>\n<text class=\"note\" x=\"8\" y=\"%u\">ran %.1f %%, woken %u times</text>\n",
		y + 23, 100.0 * line->ns[LIFELINE_RUNNING] / all_ns, line->nr_wakeups);
}

/* A row begins where the task is first seen, and ends where the task ended. */
void rows_write(const struct rows *rows, uint32_t task, uint32_t y)
{
	const struct lifeline *line = lifeline_at(rows->lines, task);
	uint64_t end_ns = line->cut_until_ns;
	uint32_t i;

	write_head(rows, task, y);
	fputs("<g class=\"run\">\n", rows->svg.out);
	write_gap(rows, "not kept for want of room, ", line->cut_from_ns, line->cut_until_ns, y);
	for (i = 0; i < line->nr_parts; i++) {
		const struct lifeline_part *part = &line->part[i];

		if (end_ns)
			write_gap(rows, "", end_ns, part->time.from_ns, y);
		end_ns = part->time.until_ns;
		(part->time.is_mixed ? write_mixed : write_single)(rows, task, part, y);
		write_wakeup(rows, part, y);
	}
	if (rows_ends_unknown(rows, task))
		write_gap(rows, "", end_ns, rows->svg.until_ns, y);
	fputs("</g>\n", rows->svg.out);
}
