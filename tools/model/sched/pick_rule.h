/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Predict the task that the fair class picks from one queue: by the rules of CFS,
 * as Linux 6.1 has them in pick_next_entity(), and of EEVDF, as Linux 6.12 and 7.2
 * have them in pick_eevdf(), with the kernel's own arithmetic.
 */
#ifndef IPCPROBE_MODEL_SCHED_PICK_RULE_H
#define IPCPROBE_MODEL_SCHED_PICK_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

/* R(NAME, name, sentence): the rule that decided. */
#define PICK_RULES(R)							\
	R(UNDECIDED, "not decidable", "too few records to decide")		\
	R(ONLY, "only one", "there was no other candidate")		\
	R(LEFTMOST, "least vruntime", "it had the least virtual run time") \
	R(SKIP, "second, as the first yielded", "the task with the least virtual run time had yielded") \
	R(NEXT, "next buddy", "the kernel had marked it to run next")	\
	R(LAST, "last buddy", "it was preempted last: the cache may still have its data") \
	R(PROTECTED, "slice protected", "it was running and eligible, and had not used up its slice") \
	R(DEADLINE, "earliest eligible deadline",			\
	  "it had the earliest virtual deadline of the eligible candidates") \
	R(WAKEUP, "wake-up check", "the woken task was compared with the running one") \
	R(STOP, "class: stopper", "the stopper task runs before all classes") \
	R(DL, "class: earliest deadline",				\
	  "the deadline class runs first, and in it the earliest deadline") \
	R(RT, "class: highest priority",				\
	  "real-time tasks run before fair tasks, the highest priority first") \
	R(RT_EQUAL, "class: one of equal priority",			\
	  "it was one of several tasks of the highest priority")		\
	R(SERVER, "class: server",					\
	  "the server of its class had the earliest deadline, so it ran before higher classes") \
	R(FAIR, "class: fair", "fair tasks run before those of a BPF scheduler") \
	R(BPF, "class: BPF scheduler",					\
	  "a BPF scheduler (sched_ext) chose it, for reasons that are not recorded") \
	R(IDLE, "nobody to run", "no task on the queue was ready to run")

#define PICK_E(up, name, sentence)	PICK_BY_##up,
enum pick_rule { PICK_RULES(PICK_E) NR_PICK_RULES };
#undef PICK_E

extern const char *const pick_rule_names[NR_PICK_RULES];
extern const char *const pick_rule_sentences[NR_PICK_RULES];

/**
 * struct pick_entity - a candidate: a task or a group
 * @task: number of the task, unless @group
 * @group: group that the entity stands for, 0 = a task
 * @flags: IPCPROBE_PICK_CURR and others
 */
struct pick_entity {
	uint64_t vruntime;
	uint64_t deadline;
	uint32_t weight;
	uint32_t slice_ns;
	uint32_t task;
	uint32_t group;
	uint16_t flags;
};

enum pick_outcome { PICK_OPEN, PICK_RIGHT, PICK_WRONG, PICK_UNDECIDED };

/**
 * struct pick_level - a search of one queue
 * @zero_vruntime, @sum_w_vruntime, @sum_weight, @shift: as in fair_pick
 * @is_unscaled: weights in @sum_weight have the unit of those in @entity; if false,
 *	they are 1024 times smaller
 * @group: group of the queue
 * @nr_queued: number of entities in the queue, including those not recorded
 * @site: function that searches the queue
 * @flags: IPCPROBE_PICK_EEVDF and others
 * @is_cut: records are missing, or not all entities were recorded
 * @entity: candidates in the kernel's order
 * @rule: enum pick_rule
 * @predicted: predicted entity, an index in @entity, -1 = none
 * @chosen: entity that the kernel chose, an index in @entity, -1 = not known or not
 *	among them
 * @outcome: enum pick_outcome
 */
struct pick_level {
	uint64_t zero_vruntime;
	int64_t sum_w_vruntime;
	uint64_t sum_weight;
	uint16_t shift;
	bool is_unscaled;
	uint32_t group;
	uint32_t nr_queued;
	uint32_t site;
	uint16_t flags;
	bool is_cut;
	struct pick_entity *entity;
	uint32_t nr;
	uint32_t cap;
	uint8_t rule;
	int32_t predicted;
	int32_t chosen;
	uint8_t outcome;
};

/*
 * Set rule and predicted; @granularity_ns: sysctl_sched_wakeup_granularity of Linux
 * 6.1.
 */
void pick_predict(struct pick_level *level, uint64_t granularity_ns);

/* EEVDF: true if the entity is eligible now. */
bool pick_is_eligible(const struct pick_level *level, const struct pick_entity *entity);

/* EEVDF: the mean virtual run time; an entity with a lower one is owed time. */
uint64_t pick_mean_vruntime(const struct pick_level *level);

/* CFS: convert real time to virtual time of @entity, like __calc_delta() of Linux 6.1. */
uint64_t pick_virtual_time(uint64_t ns, const struct pick_entity *entity);

/* Weight of the entity in the unit of the sums of @level. */
uint64_t pick_weight(const struct pick_level *level, const struct pick_entity *entity);

/* Set is_unscaled, if the candidates show the unit; true if it is certain. */
bool pick_find_unit(struct pick_level *level);

#endif /* IPCPROBE_MODEL_SCHED_PICK_RULE_H */
