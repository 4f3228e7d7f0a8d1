/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The activity of each CPU, in slots of equal time. The number of slots is bounded:
 * when a recording needs more, each two slots are merged into one.
 */
#ifndef IPCPROBE_MODEL_SCHED_TIMELINE_H
#define IPCPROBE_MODEL_SCHED_TIMELINE_H

#include <stdint.h>

#define TIMELINE_NR_SLOTS	1024U
#define TIMELINE_NR_TOP		4U
#define TIMELINE_FIRST_SLOT_NS	1024U

/**
 * struct timeline_slot - the activity of one CPU in one slot
 * @idle_ns: time in which no task ran
 * @busy_ns: time in which a task ran; the rest of the slot is unknown
 * @length_ns: time for which the queue's length is known
 * @length_sum: sum of length times time
 * @max_length: longest queue
 * @top: tasks that ran longest; the time of the last of them may be too high
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
 * struct timeline - the activity of all CPUs
 * @start_ns: begin of the first slot
 * @slot_ns: length of a slot
 * @lane: slots of each CPU, NULL = nothing is known of the CPU
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

/* Task @task ran; 0 = the CPU was idle. */
int timeline_add_run(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t task);
int timeline_add_length(struct timeline *line, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
			uint32_t length);

/*
 * Replace each task number by @into[task] if that is not 0; @nr is the length of
 * @into.
 */
void timeline_fold(struct timeline *line, const uint32_t *into, uint32_t nr);

/* Add the times of @from to @to. */
void timeline_slot_merge(struct timeline_slot *to, const struct timeline_slot *from);

#endif /* IPCPROBE_MODEL_SCHED_TIMELINE_H */
