// SPDX-License-Identifier: GPL-2.0
/* The activity of each CPU, in slots of equal time. */
#include "model/sched/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pool.h"

/*
 * Count @ns for @task. If there is no room, replace the task with the least time,
 * and keep its time.
 */
static void count_top(struct timeline_slot *slot, uint32_t task, uint64_t ns)
{
	struct timeline_top *least = &slot->top[0];
	uint32_t i;

	for (i = 0; i < slot->nr_top; i++) {
		if (slot->top[i].task == task) {
			slot->top[i].ns += ns;
			return;
		}
		if (slot->top[i].ns < least->ns)
			least = &slot->top[i];
	}
	if (slot->nr_top < TIMELINE_NR_TOP) {
		slot->top[slot->nr_top++] = (struct timeline_top){ .ns = ns, .task = task };
		return;
	}
	least->ns += ns;
	least->task = task;
}

void timeline_slot_merge(struct timeline_slot *to, const struct timeline_slot *from)
{
	uint32_t i;

	to->idle_ns += from->idle_ns;
	to->busy_ns += from->busy_ns;
	to->length_ns += from->length_ns;
	to->length_sum += from->length_sum;
	if (from->max_length > to->max_length)
		to->max_length = from->max_length;
	for (i = 0; i < from->nr_top; i++)
		count_top(to, from->top[i].task, from->top[i].ns);
}

/* Merge each two slots into one. */
static void merge_slots(struct timeline *line)
{
	uint32_t cpu, i;

	for (cpu = 0; cpu < line->nr_lanes; cpu++) {
		struct timeline_slot *slot = line->lane[cpu];

		if (!slot)
			continue;
		for (i = 0; i < TIMELINE_NR_SLOTS / 2; i++) {
			struct timeline_slot both = slot[2 * i];

			timeline_slot_merge(&both, &slot[2 * i + 1]);
			slot[i] = both;
		}
		memset(slot + TIMELINE_NR_SLOTS / 2, 0, TIMELINE_NR_SLOTS / 2 * sizeof(*slot));
	}
	line->slot_ns *= 2;
}

static struct timeline_slot *reach_lane(struct timeline *line, uint32_t cpu)
{
	struct timeline_slot **grown;

	grown = array_reserve(line->lane, &line->cap_lanes, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	line->lane = grown;
	while (line->nr_lanes <= cpu)
		grown[line->nr_lanes++] = NULL;
	if (!grown[cpu])
		grown[cpu] = calloc(TIMELINE_NR_SLOTS, sizeof(**grown));
	return grown[cpu];
}

/* Values to add to each slot of an interval. */
struct addition {
	uint32_t task;
	uint32_t length;
	int is_length;
};

static void add_to_slot(struct timeline_slot *slot, const struct addition *add, uint64_t ns)
{
	if (add->is_length) {
		slot->length_ns += ns;
		slot->length_sum += ns * add->length;
		if (add->length > slot->max_length)
			slot->max_length = add->length;
	} else if (add->task) {
		slot->busy_ns += ns;
		count_top(slot, add->task, ns);
	} else {
		slot->idle_ns += ns;
	}
}

static int add_interval(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
			const struct addition *add)
{
	struct timeline_slot *slot = reach_lane(line, cpu);

	if (!slot)
		return -ENOMEM;
	if (from_ns < line->start_ns)
		from_ns = line->start_ns;
	while (until_ns > line->start_ns &&
	       (until_ns - 1 - line->start_ns) / line->slot_ns >= TIMELINE_NR_SLOTS)
		merge_slots(line);
	while (from_ns < until_ns) {
		uint64_t i = (from_ns - line->start_ns) / line->slot_ns;
		uint64_t end_ns = line->start_ns + (i + 1) * line->slot_ns;

		if (end_ns > until_ns)
			end_ns = until_ns;
		add_to_slot(&slot[i], add, end_ns - from_ns);
		from_ns = end_ns;
	}
	return 0;
}

int timeline_add_run(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t task)
{
	struct addition add = { .task = task };

	return add_interval(line, cpu, from_ns, until_ns, &add);
}

int timeline_add_length(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
			uint32_t length)
{
	struct addition add = { .length = length, .is_length = 1 };

	return add_interval(line, cpu, from_ns, until_ns, &add);
}

static void fold_slot(struct timeline_slot *slot, const uint32_t *into, uint32_t nr)
{
	const struct timeline_slot old = *slot;
	uint32_t i;

	slot->nr_top = 0;
	for (i = 0; i < old.nr_top; i++) {
		uint32_t task = old.top[i].task;

		count_top(slot, task < nr && into[task] ? into[task] : task, old.top[i].ns);
	}
}

void timeline_fold(struct timeline *line, const uint32_t *into, uint32_t nr)
{
	uint32_t cpu, i;

	for (cpu = 0; cpu < line->nr_lanes; cpu++)
		for (i = 0; line->lane[cpu] && i < TIMELINE_NR_SLOTS; i++)
			fold_slot(&line->lane[cpu][i], into, nr);
}

void timeline_init(struct timeline *line, uint64_t start_ns)
{
	*line = (struct timeline){ .start_ns = start_ns, .slot_ns = TIMELINE_FIRST_SLOT_NS };
}

void timeline_deinit(struct timeline *line)
{
	uint32_t cpu;

	for (cpu = 0; cpu < line->nr_lanes; cpu++)
		free(line->lane[cpu]);
	free(line->lane);
	*line = (struct timeline){ 0 };
}
