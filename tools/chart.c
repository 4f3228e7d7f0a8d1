// SPDX-License-Identifier: GPL-2.0
/*
 * What each CPU did in a stretch of time, as exactly as it can be drawn.
 */
#include "chart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

/* chart_name - the number of a name, 0 if there are too many */
uint32_t chart_name(struct chart *chart, const char comm[16])
{
	uint32_t i;

	for (i = 1; i < chart->nr_names; i++)
		if (!strncmp(chart->name[i].comm, comm, sizeof(chart->name[i].comm)))
			return i;
	if (i == CHART_NR_NAMES)
		return 0;
	memcpy(chart->name[i].comm, comm, sizeof(chart->name[i].comm));
	return chart->nr_names++;
}

/* ---- spans ---- */

/* Count @ns for @name; without room the least is counted among the others. */
static void add_share(struct chart_span *span, uint32_t name, uint64_t ns)
{
	struct chart_share *least = &span->share[0];
	uint32_t i;

	for (i = 0; i < span->nr_shares; i++) {
		if (span->share[i].name == name) {
			span->share[i].ns += ns;
			return;
		}
		if (span->share[i].ns < least->ns)
			least = &span->share[i];
	}
	if (span->nr_shares < CHART_NR_SHARES)
		span->share[span->nr_shares++] = (struct chart_share){ name, ns };
	else if (ns > least->ns)
		*least = (struct chart_share){ name, ns };
}

static void merge(struct chart_span *to, const struct chart_span *from)
{
	uint32_t i;

	to->is_mixed = true;
	to->task = 0;
	to->until_ns = from->until_ns;
	to->known_ns += from->known_ns;
	to->length_ns += from->length_ns;
	to->busy_ns += from->busy_ns;
	if (from->max_length > to->max_length)
		to->max_length = from->max_length;
	for (i = 0; i < from->nr_shares; i++)
		add_share(to, from->share[i].name, from->share[i].ns);
}

static bool is_short(const struct chart_span *span, uint64_t grain_ns)
{
	return span->is_mixed || span->until_ns - span->from_ns < grain_ns / 2;
}

static int add_span(struct chart_list *list, const struct chart_span *span, uint64_t grain_ns)
{
	struct chart_span *last = list->nr ? &list->span[list->nr - 1] : NULL, *grown;

	if (last && is_short(last, grain_ns) && is_short(span, grain_ns) &&
	    span->until_ns - last->from_ns <= grain_ns) {
		merge(last, span);
		return 0;
	}
	grown = array_reserve(list->span, &list->cap, list->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->span = grown;
	grown[list->nr++] = *span;
	return 0;
}

/* In place: there are never more spans than before. */
static void coarsen(struct chart_track *track)
{
	uint32_t i, cpu;

	track->grain_ns *= 2;
	track->nr = 0;
	for (cpu = 0; cpu < track->nr_lists; cpu++) {
		struct chart_list *list = &track->list[cpu];
		uint32_t nr = list->nr;

		list->nr = 0;
		for (i = 0; i < nr; i++) {
			struct chart_span span = list->span[i];

			add_span(list, &span, track->grain_ns);
		}
		track->nr += list->nr;
	}
}

static struct chart_list *reach_list(struct chart_track *track, uint32_t cpu)
{
	uint32_t old = track->nr_lists;
	struct chart_list *grown;

	grown = array_reserve(track->list, &track->nr_lists, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + old, 0, (track->nr_lists - old) * sizeof(*grown));
	track->list = grown;
	return &grown[cpu];
}

static int add_to_track(const struct chart *chart, struct chart_track *track, uint32_t cpu,
			const struct chart_span *span)
{
	struct chart_list *list = reach_list(track, cpu);
	uint32_t nr;
	int err;

	if (!list)
		return -ENOMEM;
	nr = list->nr;
	err = add_span(list, span, track->grain_ns);
	track->nr += list->nr - nr;
	while (track->nr > CHART_NR_SPANS && track->grain_ns < chart->until_ns - chart->from_ns)
		coarsen(track);
	return err;
}

/* where the last span of a CPU ends */
static uint64_t end_of(const struct chart_track *track, uint32_t cpu)
{
	const struct chart_list *list = chart_list(track, cpu);

	return list->nr ? list->span[list->nr - 1].until_ns : 0;
}

/* The part of an interval that is drawn: is there any? */
static bool clip(const struct chart *chart, uint64_t *from_ns, uint64_t *until_ns)
{
	if (*from_ns < chart->from_ns)
		*from_ns = chart->from_ns;
	if (*until_ns > chart->until_ns)
		*until_ns = chart->until_ns;
	return *from_ns < *until_ns;
}

/* chart_add_run - @task, named @name, ran; task 0: idle */
int chart_add_run(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		  uint32_t task, uint32_t name)
{
	struct chart_span span = { .task = task };
	uint64_t ns, end_ns = end_of(&chart->run, cpu);

	if (from_ns < end_ns)
		from_ns = end_ns;
	if (!clip(chart, &from_ns, &until_ns))
		return 0;
	ns = until_ns - from_ns;
	span.from_ns = from_ns;
	span.until_ns = until_ns;
	span.known_ns = ns;
	if (task) {
		span.busy_ns = ns;
		add_share(&span, name, ns);
		chart->name[name].run_ns += ns;
	}
	return add_to_track(chart, &chart->run, cpu, &span);
}

int chart_add_length(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t length)
{
	struct chart_span span = { .max_length = length };
	uint64_t end_ns = end_of(&chart->length, cpu);

	if (from_ns < end_ns)
		from_ns = end_ns;
	if (!clip(chart, &from_ns, &until_ns))
		return 0;
	span.from_ns = from_ns;
	span.until_ns = until_ns;
	span.known_ns = until_ns - from_ns;
	span.length_ns = span.known_ns * length;
	return add_to_track(chart, &chart->length, cpu, &span);
}

/* ---- waits ---- */

/* Leave out those that are too short now. */
static void drop_short_waits(struct chart *chart)
{
	uint32_t i, nr = 0;

	for (i = 0; i < chart->nr_waits; i++)
		if (chart->wait[i].until_ns - chart->wait[i].from_ns >= chart->wait_least_ns)
			chart->wait[nr++] = chart->wait[i];
	chart->nr_waits = nr;
}

/* chart_add_wait - those that are too short to be drawn are left out */
void chart_add_wait(struct chart *chart, const struct chart_wait *wait)
{
	struct chart_wait clipped = *wait;

	if (!clip(chart, &clipped.from_ns, &clipped.until_ns))
		return;
	while (clipped.until_ns - clipped.from_ns >= chart->wait_least_ns) {
		if (chart->nr_waits < CHART_NR_WAITS) {
			chart->wait[chart->nr_waits++] = clipped;
			return;
		}
		chart->wait_least_ns += chart->wait_least_ns / 4 + 1;
		drop_short_waits(chart);
	}
}

/* ---- all ---- */

/**
 * chart_init - what is drawn is @from_ns to @until_ns, which is later
 * Return: 0 or -ENOMEM.
 */
int chart_init(struct chart *chart, const struct source_opts *source, uint64_t from_ns,
	       uint64_t until_ns)
{
	uint64_t grain_ns = (until_ns - from_ns) / CHART_NR_COLUMNS;

	*chart = (struct chart){
		.from_ns = from_ns, .until_ns = until_ns, .nr_names = 1, .source = source,
	};
	chart->run.grain_ns = grain_ns ? grain_ns : 1;
	chart->length.grain_ns = chart->run.grain_ns;
	chart->wait_least_ns = grain_ns / 2 + 1;
	chart->wait = calloc(CHART_NR_WAITS, sizeof(*chart->wait));
	chart->name = calloc(CHART_NR_NAMES, sizeof(*chart->name));
	if (chart->wait && chart->name && !pool_init(&chart->task, sizeof(struct chart_task)))
		return 0;
	chart_deinit(chart);
	return -ENOMEM;
}

static void free_track(struct chart_track *track)
{
	uint32_t cpu;

	for (cpu = 0; cpu < track->nr_lists; cpu++)
		free(track->list[cpu].span);
	free(track->list);
}

void chart_deinit(struct chart *chart)
{
	free_track(&chart->run);
	free_track(&chart->length);
	free(chart->wait);
	free(chart->name);
	free(chart->cpu);
	free(chart->waiter);
	pool_deinit(&chart->task);
	*chart = (struct chart){ 0 };
}
