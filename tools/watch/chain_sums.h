/* SPDX-License-Identifier: GPL-2.0 */
/* Sums of a chain of causes: by task, by object and by reason. */
#ifndef IPCPROBE_WATCH_CHAIN_SUMS_H
#define IPCPROBE_WATCH_CHAIN_SUMS_H

#include <stdint.h>

#include "lib/pool.h"
#include "watch/chain.h"

/**
 * struct chain_task - a task's share of the chain
 * @ns: time of its links, by kind
 * @instead_ns: time for which it ran while a task of the chain was queued on that CPU
 * @nr: number of times that the chain came to it
 */
struct chain_task {
	uint64_t ns[NR_STEP_KINDS];
	uint64_t instead_ns;
	uint32_t nr;
};

/**
 * struct chain_object - an object's share of the chain
 * @wait: the object; kind WAIT_NONE: none, or not recorded
 * @proc: of a futex in a process's own memory: the process; else 0
 * @ns: time of the links in place of sleeps of tasks that blocked on the object
 * @nr: number of wake-ups of these tasks
 */
struct chain_object {
	struct sched_wait wait;
	uint32_t proc;
	uint64_t ns;
	uint64_t nr;
};

/**
 * struct chain_sums - all sums; those of the tasks, those of the objects with
 * @own_ns, and those of the kinds are the length of the chain
 * @task: struct chain_task, by task; number 0: not known
 * @object: objects, longest time first
 * @own_ns: time of the links that are in place of no sleep
 * @ns: time of all links, by kind
 * @idle_ns: of the time queued, time in which the CPU was idle
 * @unknown_ns: of the time queued, time of which it is not known who ran
 */
struct chain_sums {
	struct pool task;
	struct chain_object *object;
	uint32_t nr_objects;
	uint32_t cap_objects;
	uint64_t own_ns;
	uint64_t ns[NR_STEP_KINDS];
	uint64_t idle_ns;
	uint64_t unknown_ns;
};

int chain_sums_init(struct chain_sums *sums, const struct chain *chain,
		    const struct steps *steps, const struct tasks *tasks);
void chain_sums_deinit(struct chain_sums *sums);

/* Share of task @task; zeroes if it is not in the chain. */
static inline const struct chain_task *chain_task_at(const struct chain_sums *sums, uint32_t task)
{
	return pool_at(&sums->task, task);
}

/* Sum over all kinds. */
uint64_t chain_kinds_ns(const uint64_t ns[NR_STEP_KINDS]);

#endif /* IPCPROBE_WATCH_CHAIN_SUMS_H */
