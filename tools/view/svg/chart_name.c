// SPDX-License-Identifier: GPL-2.0
/*
 * The names in a picture of run queues: which names occur, and their colours.
 */
#include "view/svg/chart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "view/svg/colour.h"

static void note_task(struct queues_name *name, uint32_t task)
{
	name->is_several |= name->task && name->task != task;
	name->task = task;
}

static void note_run(struct queues *q, const struct chart_run *run)
{
	uint32_t i;

	for (i = 0; i < run->nr_shares; i++)
		q->names.name[run->share[i].name].is_drawn = true;
	if (run->task)
		note_task(&q->names.name[run->share[0].name], run->task);
}

static void note_lane(struct queues *q, const struct queues_lane *lane)
{
	const struct chart_lane *chart = chart_lane(q->chart, lane->cpu);
	uint32_t i;

	for (i = 0; i < chart->nr_runs; i++)
		note_run(q, &chart->run[i]);
	for (i = 0; i < lane->nr_waits; i++) {
		struct queues_name *name = &q->names.name[lane->wait[i].wait->name];

		if (lane->wait[i].row == q->size->nr_rows)
			continue;
		name->is_drawn = true;
		note_task(name, lane->wait[i].wait->task);
	}
}

static int compare_names(const void *a, const void *b, void *arg)
{
	const struct chart_name *name = arg;
	const struct chart_name *x = &name[*(const uint32_t *)a], *y = &name[*(const uint32_t *)b];

	if (x->run_ns != y->run_ns)
		return x->run_ns < y->run_ns ? 1 : -1;
	return strncmp(x->comm, y->comm, sizeof(x->comm));
}

/* Assigns colours, beginning with the names that ran longest. */
static void give_colours(struct queues *q)
{
	struct colours colours = { 0 };
	uint32_t i;

	for (i = 0; i < q->names.nr; i++) {
		struct queues_name *name = &q->names.name[q->names.sorted[i]];
		char comm[17] = "";

		memcpy(comm, q->chart->name[q->names.sorted[i]].comm, 16);
		name->place = i;
		name->colour = colours_take(&colours, comm);
	}
}

/* queues_names_init - must be called after the lanes are known */
int queues_names_init(struct queues *q)
{
	uint32_t i, nr = q->chart->nr_names;

	q->names.name = calloc(nr, sizeof(*q->names.name));
	q->names.sorted = calloc(nr, sizeof(*q->names.sorted));
	if (!q->names.name || !q->names.sorted)
		return -ENOMEM;
	for (i = 0; i < q->nr_lanes; i++)
		note_lane(q, &q->lane[i]);
	for (i = 0; i < nr; i++)
		q->names.name[i].colour = COLOUR_GREY;
	for (i = 1; i < nr; i++)
		if (q->names.name[i].is_drawn)
			q->names.sorted[q->names.nr++] = i;
	qsort_r(q->names.sorted, q->names.nr, sizeof(*q->names.sorted), compare_names,
		q->chart->name);
	give_colours(q);
	return 0;
}

void queues_names_deinit(struct queues *q)
{
	free(q->names.name);
	free(q->names.sorted);
}
