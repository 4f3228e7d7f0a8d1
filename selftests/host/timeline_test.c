// SPDX-License-Identifier: GPL-2.0
/*
 * What each CPU did in slots of equal time: at the slots' borders, and when there are
 * too many slots.
 */
#include <stdlib.h>

#include "ktap.h"
#include "model/sched/timeline.h"

#define START_NS	5000000ULL
#define SLOT_NS		TIMELINE_FIRST_SLOT_NS
#define ALL_NS		(TIMELINE_NR_SLOTS * (uint64_t)SLOT_NS)

static uint64_t top_ns(const struct timeline_slot *slot, uint32_t task)
{
	uint32_t i;

	for (i = 0; i < slot->nr_top; i++)
		if (slot->top[i].task == task)
			return slot->top[i].ns;
	return 0;
}

static void run(struct timeline *line, uint64_t from_ns, uint64_t until_ns, uint32_t task)
{
	if (timeline_add_run(line, 0, START_NS + from_ns, START_NS + until_ns, task))
		abort();
}

static void test_tasks(void)
{
	const struct timeline_slot *slot;
	struct timeline line;

	timeline_init(&line, START_NS);
	run(&line, 0, 100, 11);
	run(&line, 100, 300, 12);
	run(&line, 300, 500, 12);
	run(&line, 500, 550, 11);
	slot = line.lane[0];
	ktap_eq(slot->nr_top, 2);
	ktap_eq(top_ns(slot, 11), 150);
	ktap_eq(top_ns(slot, 12), 400);
	ktap_result("two runs in a slot count as one of %u tasks: %llu, %llu ns", slot->nr_top,
		    (unsigned long long)top_ns(slot, 11), (unsigned long long)top_ns(slot, 12));
	run(&line, 550, 600, 13);
	run(&line, 600, 700, 14);
	run(&line, 700, 705, 15);
	ktap_eq(slot->nr_top, TIMELINE_NR_TOP);
	ktap_eq(top_ns(slot, 15), 55);
	ktap_false(top_ns(slot, 13));
	ktap_result("one too many takes the place of the one with the least time, and its time");
	timeline_deinit(&line);
}

static void test_borders(void)
{
	struct timeline line;

	timeline_init(&line, START_NS);
	run(&line, 0, ALL_NS, 11);
	ktap_eq(line.slot_ns, SLOT_NS);
	ktap_eq(line.lane[0][TIMELINE_NR_SLOTS - 1].busy_ns, SLOT_NS);
	ktap_result("what ends with the last slot fits");
	run(&line, ALL_NS, ALL_NS + 1, 12);
	ktap_eq(line.slot_ns, 2 * SLOT_NS);
	ktap_eq(line.lane[0][TIMELINE_NR_SLOTS / 2 - 1].busy_ns, 2 * SLOT_NS);
	ktap_eq(line.lane[0][TIMELINE_NR_SLOTS / 2].busy_ns, 1);
	ktap_false(line.lane[0][TIMELINE_NR_SLOTS / 2 + 1].busy_ns);
	ktap_result("one nanosecond more makes each slot twice as long");
	timeline_deinit(&line);
}

static void test_merge(void)
{
	struct timeline_slot to = { 1, 2, 3, 4, 5, 0, { { 0 } } };
	const struct timeline_slot from = { 10, 20, 30, 40, 4, 0, { { 0 } } };

	timeline_slot_merge(&to, &from);
	ktap_eq(to.idle_ns, 11);
	ktap_eq(to.busy_ns, 22);
	ktap_eq(to.length_ns, 33);
	ktap_eq(to.length_sum, 44);
	ktap_eq(to.max_length, 5);
	ktap_result("of two slots times add up, and the longest queue is that of both");
}

static void test_fold(void)
{
	const uint32_t into[13] = { [11] = 20, [12] = 20 };
	const struct timeline_slot *slot;
	struct timeline line;

	timeline_init(&line, START_NS);
	run(&line, 0, 100, 11);
	run(&line, 100, 300, 12);
	run(&line, 300, 350, 13);
	timeline_fold(&line, into, 13);
	slot = line.lane[0];
	ktap_eq(slot->nr_top, 2);
	ktap_eq(top_ns(slot, 20), 300);
	ktap_eq(top_ns(slot, 13), 50);
	ktap_result("tasks that are folded into one are one in each slot");
	timeline_deinit(&line);
}

int main(void)
{
	ktap_begin(6);
	test_fold();
	test_tasks();
	test_borders();
	test_merge();
	return ktap_end();
}
