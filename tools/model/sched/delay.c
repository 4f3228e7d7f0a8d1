// SPDX-License-Identifier: GPL-2.0
/* Delays of tasks and the parts of a delay. */
#include "model/sched/delay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PARTS	4U

const char *const delay_kind_names[NR_DELAY_KINDS] = {
	[DELAY_WAKING] = "waking", [DELAY_SIGNALLED] = "signalled", [DELAY_QUEUED] = "queued",
	[DELAY_THROTTLED] = "throttled", [DELAY_MOVED] = "moved", [DELAY_PUT_BACK] = "put_back",
};

/* delay_clear - the task does not wait any more */
void delay_clear(struct sched_delay *delay)
{
	delay->nr = 0;
	delay->is_known = false;
	delay->is_moving = false;
}

/* delay_deinit - free the parts; the task is not going to wait soon */
void delay_deinit(struct sched_delay *delay)
{
	free(delay->part);
	*delay = (struct sched_delay){ 0 };
}

/* Sum up the parts of the older half by kind. */
static void sum_up(struct sched_delay *delay)
{
	uint64_t ns[NR_DELAY_KINDS] = { 0 }, at_ns = delay->part[0].from_ns;
	uint16_t half = delay->nr / 2, nr = 0, i;
	struct delay_part sums[NR_DELAY_KINDS];

	for (i = 0; i < half; i++)
		ns[delay->part[i].kind] += delay_part_ns(&delay->part[i], 0);
	for (i = 0; i < NR_DELAY_KINDS; i++) {
		if (!ns[i])
			continue;
		sums[nr++] = (struct delay_part){
			.from_ns = at_ns, .until_ns = at_ns + ns[i], .kind = i,
			.cpu = DELAY_SEVERAL_CPUS,
		};
		at_ns += ns[i];
	}
	memcpy(delay->part, sums, nr * sizeof(*sums));
	memmove(delay->part + nr, delay->part + half, (delay->nr - half) * sizeof(*sums));
	delay->nr -= half - nr;
}

static int make_room(struct sched_delay *delay)
{
	uint16_t cap = delay->cap ? delay->cap * 2 : FIRST_PARTS;
	struct delay_part *grown;

	if (delay->nr < delay->cap)
		return 0;
	if (cap > DELAY_PARTS_MAX) {
		sum_up(delay);
		return 0;
	}
	grown = reallocarray(delay->part, cap, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	delay->part = grown;
	delay->cap = cap;
	return 0;
}

/*
 * End the last part at @ts_ns. A part of length 0 is removed, except the first
 * @nr_kept parts. Return: the begin of the next part.
 */
static uint64_t end_part(struct sched_delay *delay, uint64_t ts_ns, uint16_t nr_kept)
{
	struct delay_part *last = delay->nr ? &delay->part[delay->nr - 1] : NULL;

	if (!last)
		return ts_ns;
	if (!last->until_ns)
		last->until_ns = ts_ns > last->from_ns ? ts_ns : last->from_ns;
	ts_ns = last->until_ns;
	if (last->until_ns == last->from_ns && delay->nr > nr_kept)
		delay->nr--;
	return ts_ns;
}

static bool is_same(const struct delay_part *a, const struct delay_part *b)
{
	return a->kind == b->kind && a->cpu == b->cpu && a->group == b->group;
}

/* The task is back on the queue that it was taken from, and no migration moved it. */
static void note_put_back(struct sched_delay *delay, const struct delay_part *next)
{
	struct delay_part *last = &delay->part[delay->nr - 1];

	if (last->kind == DELAY_MOVED && !delay->is_moving && last->cpu == next->cpu)
		last->kind = DELAY_PUT_BACK;
	delay->is_moving = false;
}

/**
 * delay_enter - begin part @part of the delay at @ts_ns; the times in @part are
 * ignored
 *
 * The first part is the begin of the delay, unless delay_woken() adds a part before
 * it.
 *
 * Return: 0 or -ENOMEM.
 */
int delay_enter(struct sched_delay *delay, uint64_t ts_ns, const struct delay_part *part)
{
	if (delay->nr && !delay->part[delay->nr - 1].until_ns &&
	    is_same(&delay->part[delay->nr - 1], part))
		return 0;
	if (delay->nr)
		note_put_back(delay, part);
	ts_ns = end_part(delay, ts_ns, 0);
	if (make_room(delay))
		return -ENOMEM;
	delay->part[delay->nr] = *part;
	delay->part[delay->nr].from_ns = ts_ns;
	delay->part[delay->nr++].until_ns = 0;
	return 0;
}

/**
 * delay_woken - set the begin of the delay that was just entered to @waker's call
 *
 * If another task put the woken task on its queue, the waker notified that CPU.
 *
 * Return: 0 or -ENOMEM.
 */
int delay_woken(struct sched_delay *delay, uint64_t wake_ns, uint32_t waker)
{
	struct delay_part *first;

	delay->is_known = delay->nr;
	if (!delay->nr || wake_ns >= delay->part[0].from_ns)
		return 0;
	if (make_room(delay))
		return -ENOMEM;
	first = delay->part;
	memmove(first + 1, first, delay->nr++ * sizeof(*first));
	*first = (struct delay_part){ .from_ns = wake_ns, .until_ns = first[1].from_ns,
				      .kind = first[1].by == waker ? DELAY_WAKING : DELAY_SIGNALLED,
				      .cpu = first[1].cpu, .by = waker };
	return 0;
}

/* delay_migrate - a waiting task is moved; keep which task moved it, and why */
void delay_migrate(struct sched_delay *delay, const struct ipcprobe_rec_rq_migrate *rec,
		   uint32_t by)
{
	struct delay_part *last = delay->nr ? &delay->part[delay->nr - 1] : NULL;

	if (!last || last->until_ns || last->kind != DELAY_MOVED)
		return;
	last->by = by;
	last->site = rec->site;
	last->context = rec->context;
	delay->is_moving = true;
}

/* delay_end - the task runs: keep its delay until delay_clear() */
void delay_end(struct sched_delay *delay, uint64_t ts_ns)
{
	end_part(delay, ts_ns, 1);
}

uint64_t delay_kind_ns(const struct sched_delay *delay, enum delay_kind kind)
{
	uint64_t ns = 0;
	uint32_t i;

	for (i = 0; i < delay->nr; i++)
		if (delay->part[i].kind == kind)
			ns += delay_part_ns(&delay->part[i], 0);
	return ns;
}
