/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chain of causes that ends with a task at an instant: what the task did before,
 * and before each sleep what the task did that ended the sleep.
 *
 * The chain is followed back in time. While a task ran, or wanted to run, the chain
 * stays with it. Where the task slept until another task woke it, the chain goes on
 * with that task, from the wake-up back to the begin of the sleep; from there on back
 * it goes on with the task that slept. Where an interrupt woke the task, the sleep
 * itself is a link. So the links have neither gap nor overlap, and their lengths add
 * up to the time that was asked for.
 */
#ifndef IPCPROBE_WATCH_CHAIN_H
#define IPCPROBE_WATCH_CHAIN_H

#include <stdint.h>

#include "watch/step.h"

/**
 * struct chain_link - a time of the chain, with one task and one reason
 * @task: 0 = not known
 * @sleeper: task in whose sleep the link is: what @task did meanwhile is in its
 *	place; 0 = the link is of the task with which the chain ends
 * @wait: IPC object that @sleeper blocked on
 * @woke: task that @task woke at @until_ns; 0 = none that the chain goes on with
 * @group: with STEP_THROTTLED: task group
 * @cpu: CPU on which the task ran, or on whose queue it was; SCHED_NO_CPU = none
 * @kind: enum step_kind
 * @object: with STEP_SLEPT and STEP_SLEEPS: IPC object that the task blocked on
 */
struct chain_link {
	uint64_t from_ns;
	uint64_t until_ns;
	struct sched_wait wait;
	struct sched_wait object;
	uint32_t task;
	uint32_t sleeper;
	uint32_t woke;
	uint32_t group;
	uint16_t cpu;
	uint8_t kind;
};

/* The object on which the task that was woken had blocked, or @link's task itself. */
static inline const struct sched_wait *chain_link_object(const struct chain_link *link)
{
	return link->woke ? &link->wait : &link->object;
}

/**
 * struct chain - the links in order of time
 */
struct chain {
	struct chain_link *link;
	uint32_t nr;
	uint32_t cap;
};

int chain_follow(struct chain *chain, const struct steps *steps, uint32_t task,
		 uint64_t from_ns, uint64_t until_ns);
void chain_deinit(struct chain *chain);

#endif /* IPCPROBE_WATCH_CHAIN_H */
