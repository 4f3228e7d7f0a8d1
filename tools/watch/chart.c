// SPDX-License-Identifier: GPL-2.0
/* The activity of each CPU in an interval, as exactly as it can be drawn. */
#include "watch/chart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

/* chart_name - number of a name, 0 if there are too many names */
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

/* ---- lanes ---- */

static uint64_t least_wait_ns(const struct chart *chart)
{
	return chart->window.grain_ns / 2 + 1;
}

static struct chart_lane *reach_lane(struct chart *chart, uint32_t cpu)
{
	uint32_t old = chart->nr_lanes, i;
	struct chart_lane *grown;

	grown = array_reserve(chart->lane, &chart->nr_lanes, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	chart->lane = grown;
	for (i = old; i < chart->nr_lanes; i++)
		grown[i] = (struct chart_lane){ .wait_least_ns = least_wait_ns(chart) };
	if (!grown[cpu].name_ns)
		grown[cpu].name_ns = calloc(CHART_NR_NAMES, sizeof(*grown[cpu].name_ns));
	return grown[cpu].name_ns ? &grown[cpu] : NULL;
}

/* ---- running tasks ---- */

/* Forget the times of the names: they are kept exactly only for the last span. */
static void forget_names(struct chart_lane *lane)
{
	while (lane->nr_used)
		lane->name_ns[lane->used[--lane->nr_used]] = 0;
}

static int count_name(struct chart_lane *lane, uint32_t name, uint64_t ns)
{
	uint32_t *grown;

	if (!lane->name_ns[name]) {
		grown = array_reserve(lane->used, &lane->cap_used, lane->nr_used + 1,
				      sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		lane->used = grown;
		grown[lane->nr_used++] = name;
	}
	lane->name_ns[name] += ns;
	return 0;
}

/*
 * @name has run @ns in total. Times only grow, so the list always has the longest.
 */
static void set_share(struct chart_run *run, uint32_t name, uint64_t ns)
{
	struct chart_share *least = &run->share[0];
	uint32_t i;

	for (i = 0; i < run->nr_shares; i++) {
		if (run->share[i].name == name) {
			run->share[i].ns = ns;
			return;
		}
		if (run->share[i].ns < least->ns)
			least = &run->share[i];
	}
	if (run->nr_shares < CHART_NR_SHARES)
		run->share[run->nr_shares++] = (struct chart_share){ name, ns };
	else if (ns > least->ns)
		*least = (struct chart_share){ name, ns };
}

/* The span of an interval: the last span, or a new one. */
static struct chart_run *reach_run(struct chart *chart, struct chart_lane *lane,
				   const struct stretch *time, uint32_t task)
{
	struct chart_run *last = lane->nr_runs ? &lane->run[lane->nr_runs - 1] : NULL, *grown;

	if (last && stretch_join(&last->time, time, chart->window.grain_ns)) {
		last->task = 0;
		return last;
	}
	grown = array_reserve(lane->run, &lane->cap_runs, lane->nr_runs + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	lane->run = grown;
	forget_names(lane);
	grown[lane->nr_runs] = (struct chart_run){ .time = *time, .task = task };
	return &grown[lane->nr_runs++];
}

/* chart_add_run - task @task, with name @name, ran; 0 = the CPU was idle */
int chart_add_run(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		  uint32_t task, uint32_t name)
{
	struct chart_lane *lane = reach_lane(chart, cpu);
	struct chart_run *run;
	struct stretch time;
	uint64_t end_ns;

	if (!lane)
		return -ENOMEM;
	end_ns = lane->nr_runs ? lane->run[lane->nr_runs - 1].time.until_ns : 0;
	if (!stretch_begin(&time, &chart->window, end_ns, from_ns, until_ns))
		return 0;
	run = reach_run(chart, lane, &time, task);
	if (!run || (task && count_name(lane, name, time.known_ns)))
		return -ENOMEM;
	if (!task)
		return 0;
	run->busy_ns += time.known_ns;
	set_share(run, name, lane->name_ns[name]);
	chart->name[name].run_ns += time.known_ns;
	return 0;
}

/* ---- lengths ---- */

int chart_add_length(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t length)
{
	struct chart_lane *lane = reach_lane(chart, cpu);
	struct chart_length *last, *grown;
	struct stretch time;

	if (!lane)
		return -ENOMEM;
	last = lane->nr_lengths ? &lane->length[lane->nr_lengths - 1] : NULL;
	if (!stretch_begin(&time, &chart->window, last ? last->time.until_ns : 0, from_ns,
			   until_ns))
		return 0;
	if (last && stretch_join(&last->time, &time, chart->window.grain_ns)) {
		last->sum_ns += time.known_ns * length;
		last->max = length > last->max ? length : last->max;
		return 0;
	}
	grown = array_reserve(lane->length, &lane->cap_lengths, lane->nr_lengths + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	lane->length = grown;
	grown[lane->nr_lengths++] = (struct chart_length){
		.time = time, .sum_ns = time.known_ns * length, .max = length };
	return 0;
}

/* ---- waits ---- */

/* Remove waits that are too short now. */
static void drop_short_waits(struct chart_lane *lane)
{
	uint32_t i, nr = 0;

	for (i = 0; i < lane->nr_waits; i++)
		if (lane->wait[i].until_ns - lane->wait[i].from_ns >= lane->wait_least_ns)
			lane->wait[nr++] = lane->wait[i];
	lane->nr_short += lane->nr_waits - nr;
	lane->nr_waits = nr;
}

/* chart_add_wait - add a wait; waits that are too short to be drawn are only counted */
int chart_add_wait(struct chart *chart, uint32_t cpu, const struct chart_wait *wait)
{
	struct chart_lane *lane = reach_lane(chart, cpu);
	struct chart_wait clipped = *wait, *grown;

	if (!lane)
		return -ENOMEM;
	if (!stretch_clip(&chart->window, &clipped.from_ns, &clipped.until_ns))
		return 0;
	while (lane->nr_waits == CHART_NR_WAITS) {
		lane->wait_least_ns += lane->wait_least_ns / 4 + 1;
		drop_short_waits(lane);
	}
	if (clipped.until_ns - clipped.from_ns < lane->wait_least_ns) {
		lane->nr_short++;
		return 0;
	}
	grown = array_reserve(lane->wait, &lane->cap_waits, lane->nr_waits + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	lane->wait = grown;
	grown[lane->nr_waits++] = clipped;
	return 0;
}

/* ---- the whole chart ---- */

/**
 * chart_init - set up a chart of @from_ns to @until_ns, which must be later
 * Return: 0 or -ENOMEM.
 */
int chart_init(struct chart *chart, const struct scope *scope, uint64_t from_ns,
	       uint64_t until_ns)
{
	*chart = (struct chart){
		.window = stretch_window(from_ns, until_ns), .nr_names = 1, .scope = scope,
	};
	chart->name = calloc(CHART_NR_NAMES, sizeof(*chart->name));
	if (chart->name && !pool_init(&chart->task, sizeof(struct chart_task)))
		return 0;
	chart_deinit(chart);
	return -ENOMEM;
}

static void free_lane(struct chart_lane *lane)
{
	free(lane->run);
	free(lane->length);
	free(lane->wait);
	free(lane->name_ns);
	free(lane->used);
}

void chart_deinit(struct chart *chart)
{
	uint32_t cpu;

	for (cpu = 0; cpu < chart->nr_lanes; cpu++)
		free_lane(&chart->lane[cpu]);
	free(chart->lane);
	free(chart->name);
	free(chart->cpu);
	free(chart->waiter);
	pool_deinit(&chart->task);
	*chart = (struct chart){ 0 };
}
