/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chain of causes that ends with a task at an instant: what the task did before,
 * and before each sleep what the task did that ended the sleep.
 *
 * The chain is followed back in time. While a task ran, or wanted to run, the chain
 * stays with it. Where the task slept until another task woke it, the chain goes on
 * with that task, at the instant of the wake-up. Where an interrupt woke the task,
 * the sleep itself is a link. So the links have neither gap nor overlap, and their
 * lengths add up to the time that was asked for.
 */
#ifndef IPCPROBE_WATCH_CHAIN_H
#define IPCPROBE_WATCH_CHAIN_H

#include <stdint.h>

#include "watch/step.h"

/**
 * struct chain_link - a time of the chain, with one task and one reason
 * @task: 0 = not known
 * @wait: if @woke is set: IPC object that @woke blocked on
 * @woke: task that @task woke at @until_ns, whose later steps are the next links; 0 =
 *	the next link is of the same task
 * @waker: with STEP_SLEPT: the interrupt that ended the sleep
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
	struct sched_waker waker;
	uint32_t task;
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
