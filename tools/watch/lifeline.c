// SPDX-License-Identifier: GPL-2.0
/* The activity of each task in an interval, as exactly as it can be drawn. */
#include "watch/lifeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- room ---- */

static void drop_parts(struct lifelines *lines, struct lifeline *line)
{
	if (!line->nr_parts)
		return;
	if (!line->cut_until_ns)
		line->cut_from_ns = line->part[0].time.from_ns;
	line->cut_until_ns = line->part[line->nr_parts - 1].time.until_ns;
	lines->nr_parts -= line->nr_parts;
	free(line->part);
	line->part = NULL;
	line->nr_parts = 0;
	line->cap_parts = 0;
}

static int compare_least(const void *a, const void *b)
{
	const struct lifeline *x = *(struct lifeline *const *)a, *y = *(struct lifeline *const *)b;

	return x->wanted_ns < y->wanted_ns ? -1 : x->wanted_ns > y->wanted_ns;
}

/*
 * Make room: remove the parts of the tasks that ran least so far, until half is
 * left; not of @keep.
 */
static int make_room(struct lifelines *lines, const struct lifeline *keep)
{
	struct lifeline **sorted = calloc(lines->line.nr, sizeof(*sorted));
	uint32_t i, nr = 0;

	if (!sorted)
		return -ENOMEM;
	for (i = 1; i < lines->line.nr; i++)
		if (lifeline_at(lines, i)->nr_parts && lifeline_at(lines, i) != keep)
			sorted[nr++] = lifeline_at(lines, i);
	qsort(sorted, nr, sizeof(*sorted), compare_least);
	for (i = 0; i < nr && lines->nr_parts > lines->most_parts / 2; i++)
		drop_parts(lines, sorted[i]);
	free(sorted);
	return 0;
}

/* ---- parts ---- */

/* The part of an interval: the last part, or a new one. */
static struct lifeline_part *reach_part(struct lifelines *lines, struct lifeline *line,
					const struct stretch *time)
{
	struct lifeline_part *last = line->nr_parts ? &line->part[line->nr_parts - 1] : NULL, *grown;

	if (last && stretch_join(&last->time, time, lines->window.grain_ns))
		return last;
	if (lines->nr_parts >= lines->most_parts && make_room(lines, line))
		return NULL;
	grown = array_reserve(line->part, &line->cap_parts, line->nr_parts + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	line->part = grown;
	grown[line->nr_parts] = (struct lifeline_part){ .time = *time, .cpu = LIFELINE_CPUS };
	lines->nr_parts++;
	return &grown[line->nr_parts++];
}

/* Store the CPU on which the task ran; several CPUs count as none. */
static void note_cpu(struct lifeline_part *part, const struct lifeline *line)
{
	if (line->state == LIFELINE_RUNNING && part->time.is_mixed && part->ns[LIFELINE_RUNNING] &&
	    part->cpu != line->cpu)
		part->cpu = LIFELINE_CPUS;
	else if (line->state == LIFELINE_RUNNING || !part->time.is_mixed)
		part->cpu = line->cpu;
}

/* Store the wake-up, if the task was woken in this time, or at its end. */
static void note_wakeup(const struct lifelines *lines, struct lifeline_part *part,
			struct lifeline *line)
{
	uint64_t wake_ns = line->wake_ns;

	line->wake_ns = 0;
	if (wake_ns < lines->window.from_ns || wake_ns >= lines->window.until_ns)
		return;
	part->wake_ns = wake_ns;
	part->waker = line->waker;
	part->nr_wakeups++;
	line->nr_wakeups++;
}

/**
 * lifeline_end - end the time in which the task was in its state
 * @wait: if the task blocked: the object
 *
 * Return: 0 or -ENOMEM.
 */
int lifeline_end(struct lifelines *lines, struct lifeline *line, uint64_t until_ns,
		 struct sched_wait wait)
{
	uint64_t end_ns = line->nr_parts ? line->part[line->nr_parts - 1].time.until_ns : 0;
	struct lifeline_part *part;
	struct stretch time;

	if (line->state == LIFELINE_UNKNOWN ||
	    !stretch_begin(&time, &lines->window, end_ns, line->since_ns, until_ns))
		return 0;
	part = reach_part(lines, line, &time);
	if (!part)
		return -ENOMEM;
	note_cpu(part, line);
	part->ns[line->state] += time.known_ns;
	line->ns[line->state] += time.known_ns;
	if (line->state == LIFELINE_RUNNING && scope_has_cpu(lines->scope, line->cpu))
		line->wanted_ns += time.known_ns;
	if (line->state == LIFELINE_BLOCKED)
		part->wait = wait;
	note_wakeup(lines, part, line);
	return 0;
}

/* ---- all lines ---- */

/**
 * lifelines_init - set up lines for @from_ns to @until_ns, which must be later
 * Return: 0 or -ENOMEM.
 */
int lifelines_init(struct lifelines *lines, const struct scope *scope, uint64_t from_ns,
		   uint64_t until_ns)
{
	*lines = (struct lifelines){
		.window = stretch_window(from_ns, until_ns), .scope = scope,
		.most_parts = LIFELINE_NR_PARTS,
	};
	return pool_init(&lines->line, sizeof(struct lifeline));
}

void lifelines_deinit(struct lifelines *lines)
{
	uint32_t i;

	for (i = 0; i < lines->line.nr; i++)
		free(lifeline_at(lines, i)->part);
	pool_deinit(&lines->line);
}
