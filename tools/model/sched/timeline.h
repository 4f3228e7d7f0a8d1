/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU did, in slots of equal time.  The number of slots is bounded:
 * when time runs out of them, each two become one.
 */
#ifndef IPCPROBE_MODEL_SCHED_TIMELINE_H
#define IPCPROBE_MODEL_SCHED_TIMELINE_H

#include <stdint.h>

#define TIMELINE_NR_SLOTS	1024U
#define TIMELINE_NR_TOP		4U
#define TIMELINE_FIRST_SLOT_NS	1024U

/**
 * struct timeline_slot - one CPU for the time of one slot
 * @idle_ns: nobody ran
 * @busy_ns: somebody ran; what is missing to the slot's time is unknown
 * @length_ns: time for which the queue's length is known
 * @length_sum: sum of length times time
 * @max_length: longest queue
 * @top: who ran longest; the least of them may be overrated
 */
struct timeline_slot {
	uint64_t idle_ns;
	uint64_t busy_ns;
	uint64_t length_ns;
	uint64_t length_sum;
	uint32_t max_length;
	uint32_t nr_top;
	struct timeline_top {
		uint64_t ns;
		uint32_t task;
	} top[TIMELINE_NR_TOP];
};

/**
 * struct timeline - all CPUs
 * @start_ns: begin of the first slot
 * @slot_ns: time of a slot
 * @lane: slots of each CPU, NULL = nothing known of it
 */
struct timeline {
	uint64_t start_ns;
	uint64_t slot_ns;
	struct timeline_slot **lane;
	uint32_t nr_lanes;
	uint32_t cap_lanes;
};

void timeline_init(struct timeline *line, uint64_t start_ns);
void timeline_deinit(struct timeline *line);

/* @task 0: idle */
int timeline_add_run(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t task);
int timeline_add_length(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
			uint32_t length);

/* tasks [@nr] are called @into[task] from now on, if that is not 0 */
void timeline_fold(struct timeline *line, const uint32_t *into, uint32_t nr);

/* @from's time added to @to's */
void timeline_slot_merge(struct timeline_slot *to, const struct timeline_slot *from);

#endif /* IPCPROBE_MODEL_SCHED_TIMELINE_H */
