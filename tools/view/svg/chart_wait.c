// SPDX-License-Identifier: GPL-2.0
/*
 * Draws the waits in one CPU's lane.
 */
#include "view/svg/chart.h"

#include "lib/array.h"

#define WAIT_LETTER	4.2	/* width of a character in a label */
#define MORE_HEIGHT	1.5

/* A state without a row here is drawn as SCHED_QUEUED is. */
const struct queues_state queues_states[] = {
	{ SCHED_QUEUED, SVG_FULL, "queued" },
	{ SCHED_DELAYED, SVG_THIN, "asleep, still queued" },
	{ SCHED_THROTTLED, SVG_STRIPED, "throttled" },
};

const uint32_t queues_nr_states = ARRAY_SIZE(queues_states);

static const struct queues_state *state_of(uint8_t state)
{
	uint32_t i;

	for (i = 0; i < queues_nr_states; i++)
		if (queues_states[i].state == state)
			return &queues_states[i];
	return &queues_states[0];
}

static void write_wait(const struct queues *q, const struct queues_lane *lane,
		       const struct queues_wait *place)
{
	const struct chart_wait *wait = place->wait;
	const struct queues_state *state = state_of(wait->state);
	double x = svg_x(&q->svg, wait->from_ns), y = queues_wait_y(q, lane, place->row);
	double width = svg_dx(&q->svg, wait->until_ns - wait->from_ns);
	char css[16];

	snprintf(css, sizeof(css), "n%u", queues_css(q, wait->name));
	fputs("<g><title>", q->svg.out);
	queues_write_task(q, wait->task, wait->name);
	fprintf(q->svg.out, " %s on CPU %u: ", state->text, lane->cpu);
	svg_times(&q->svg, wait->from_ns, wait->until_ns);
	fputs("</title>", q->svg.out);
	svg_bar(&q->svg, css, state->shape, x, y, width, q->size->wait);
	if (q->size->has_names && state->shape != SVG_THIN)
		queues_write_label(q, wait->task, wait->name, x, y + q->size->wait - 1.5, width,
				   WAIT_LETTER);
	fputs("</g>\n", q->svg.out);
}

static void write_more_until(const struct queues *q, const struct queues_lane *lane,
			     uint64_t from_ns, uint64_t until_ns, uint32_t nr)
{
	if (!nr)
		return;
	fprintf(q->svg.out, "<g><title>%u more waited on CPU %u: ", nr, lane->cpu);
	svg_times(&q->svg, from_ns, until_ns);
	fputs("</title><rect class=\"more\"", q->svg.out);
	svg_place(&q->svg, svg_x(&q->svg, from_ns), queues_wait_y(q, lane, lane->nr_rows),
		  svg_dx(&q->svg, until_ns - from_ns), MORE_HEIGHT);
	fputs("/></g>\n", q->svg.out);
}

/* Marks when there were waits that found no free row. */
static void write_more(const struct queues *q, const struct queues_lane *lane)
{
	uint64_t from_ns = 0, until_ns = 0;
	uint32_t i, nr = 0;

	for (i = 0; i < lane->nr_waits; i++) {
		const struct chart_wait *wait = lane->wait[i].wait;

		if (lane->wait[i].row < q->size->nr_rows)
			continue;
		if (wait->from_ns > until_ns) {
			write_more_until(q, lane, from_ns, until_ns, nr);
			from_ns = wait->from_ns;
			until_ns = 0;
			nr = 0;
		}
		nr++;
		until_ns = wait->until_ns > until_ns ? wait->until_ns : until_ns;
	}
	write_more_until(q, lane, from_ns, until_ns, nr);
}

void queues_write_waits(const struct queues *q, const struct queues_lane *lane)
{
	uint32_t i;

	fputs("<g class=\"wait small\">\n", q->svg.out);
	for (i = 0; i < lane->nr_waits; i++)
		if (lane->wait[i].row < q->size->nr_rows)
			write_wait(q, lane, &lane->wait[i]);
	write_more(q, lane);
	fputs("</g>\n", q->svg.out);
}
