// SPDX-License-Identifier: GPL-2.0
/* The chain of causes that ends with a task at an instant. */
#include "watch/chain.h"

#include <errno.h>
#include <stdlib.h>

/**
 * struct sleep - a sleep in whose place the chain goes on with other tasks
 * @task: task that slept
 * @from_ns: begin of the sleep, or of a sleep around it if that begins later
 * @wait: IPC object that the task blocked on
 */
struct sleep {
	uint64_t from_ns;
	struct sched_wait wait;
	uint32_t task;
};

/**
 * struct follower - where the chain has come to
 * @from_ns: the chain ends here
 * @task: task that is followed
 * @now_ns: instant up to which, back in time, the links are known
 * @woke: task that @task woke at @now_ns, 0 = none
 * @sleep: sleeps that @now_ns is in, the outermost first
 */
struct follower {
	struct chain *chain;
	const struct steps *steps;
	uint64_t from_ns;
	uint64_t now_ns;
	uint32_t task;
	uint32_t woke;
	struct sleep *sleep;
	uint32_t nr_sleeps;
	uint32_t cap_sleeps;
};

static const struct sleep *innermost(const struct follower *follower)
{
	return follower->nr_sleeps ? &follower->sleep[follower->nr_sleeps - 1] : NULL;
}

/* In place of the sleep of the task that it followed, the chain goes on with its waker. */
static int begin_sleep(struct follower *follower, const struct step *step, uint64_t from_ns)
{
	const struct sleep *around = innermost(follower);
	struct sleep *grown;

	if (around && from_ns < around->from_ns)
		from_ns = around->from_ns;
	grown = array_reserve(follower->sleep, &follower->cap_sleeps, follower->nr_sleeps + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	follower->sleep = grown;
	grown[follower->nr_sleeps++] = (struct sleep){ .task = follower->task, .wait = step->wait,
						       .from_ns = from_ns };
	follower->woke = follower->task;
	follower->task = step->waker.task;
	return 0;
}

/* Where sleeps began, the chain goes on with the task of the outermost of them. */
static void end_sleeps(struct follower *follower)
{
	const struct sleep *sleep;

	while ((sleep = innermost(follower)) && sleep->from_ns == follower->now_ns) {
		follower->task = sleep->task;
		follower->nr_sleeps--;
	}
}

/* Add a link that begins at @from_ns and ends where the chain has come to. */
static int add_link(struct follower *follower, const struct chain_link *link, uint64_t from_ns)
{
	const struct sleep *sleep = innermost(follower);
	struct chain *chain = follower->chain;
	struct chain_link *grown, *added;

	if (from_ns < follower->from_ns)
		from_ns = follower->from_ns;
	if (sleep && from_ns < sleep->from_ns)
		from_ns = sleep->from_ns;
	grown = array_reserve(chain->link, &chain->cap, chain->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	chain->link = grown;
	added = &grown[chain->nr++];
	*added = *link;
	added->from_ns = from_ns;
	added->until_ns = follower->now_ns;
	added->task = follower->task;
	added->woke = follower->woke;
	if (sleep) {
		added->sleeper = sleep->task;
		added->wait = sleep->wait;
	}
	follower->now_ns = from_ns;
	follower->woke = 0;
	end_sleeps(follower);
	return 0;
}

/* True if the step ended before the instant with which the chain ends. */
static bool is_over(const struct follower *follower, const struct step *step)
{
	return follower->chain->nr && step->until_ns == follower->now_ns;
}

/* True if a task ended the sleep, or it is not known who did. */
static bool is_by_task(const struct step *step, uint32_t task)
{
	if (step->waker.kind == WAKER_UNKNOWN)
		return true;
	return step->waker.kind == WAKER_TASK && step->waker.task && step->waker.task != task;
}

static int add_step_link(struct follower *follower, const struct step *step, uint64_t from_ns)
{
	struct chain_link link = { .kind = step->kind, .cpu = step->cpu, .group = step->group,
				   .object = step->wait };

	if (step->kind == STEP_SLEPT && !is_over(follower, step))
		link.kind = STEP_SLEEPS;
	else if (step->kind == STEP_SLEPT && is_by_task(step, follower->task))
		link.kind = STEP_UNKNOWN;
	return add_link(follower, &link, from_ns);
}

static int add_unknown(struct follower *follower, uint64_t from_ns)
{
	return add_link(follower, &(struct chain_link){ .cpu = SCHED_NO_CPU }, from_ns);
}

/* True if the step's sleep was ended by a task that is known to have run then. */
static bool has_waker(const struct steps *steps, const struct step *step, uint32_t task)
{
	const struct step_line *line;
	int64_t i;

	if (step->kind != STEP_SLEPT || step->waker.kind != WAKER_TASK || !is_by_task(step, task))
		return false;
	line = steps_of(steps, step->waker.task);
	i = step_line_find(line, step->until_ns);
	return i >= 0 && line->step[i].kind == STEP_RAN;
}

/* Go one step back. */
static int follow_step(struct follower *follower)
{
	const struct step_line *line = steps_of(follower->steps, follower->task);
	int64_t i = step_line_find(line, follower->now_ns);
	const struct step *step;

	if (i < 0) {
		bool is_after = line->nr && follower->now_ns > line->from_ns;

		return add_unknown(follower, is_after ? line->step[line->nr - 1].until_ns : 0);
	}
	step = &line->step[i];
	if (is_over(follower, step) && has_waker(follower->steps, step, follower->task))
		return begin_sleep(follower, step, step_begin_ns(line, i));
	return add_step_link(follower, step, step_begin_ns(line, i));
}

static void reverse_links(struct chain *chain)
{
	uint32_t i;

	for (i = 0; i < chain->nr / 2; i++) {
		struct chain_link link = chain->link[i];

		chain->link[i] = chain->link[chain->nr - 1 - i];
		chain->link[chain->nr - 1 - i] = link;
	}
}

/**
 * chain_follow - the chain from @from_ns to what @task did before @until_ns
 * @chain: filled; the memory of an earlier chain is reused
 * @steps: what all tasks did, complete
 *
 * Return: 0 or -ENOMEM.
 */
int chain_follow(struct chain *chain, const struct steps *steps, uint32_t task,
		 uint64_t from_ns, uint64_t until_ns)
{
	struct follower follower = { .chain = chain, .steps = steps, .task = task,
				     .from_ns = from_ns, .now_ns = until_ns };
	int err = 0;

	chain->nr = 0;
	while (follower.now_ns > from_ns && !err)
		err = follow_step(&follower);
	reverse_links(chain);
	free(follower.sleep);
	return err;
}

void chain_deinit(struct chain *chain)
{
	free(chain->link);
	*chain = (struct chain){ 0 };
}
