// SPDX-License-Identifier: GPL-2.0
/*
 * Operations in causal order.
 *
 * An operation's record is written when its call returns, and a reader may
 * return before the writer whose bytes it got: the writer was preempted as it
 * woke the reader, or goes on writing.  Such a read waits here ("parked") for
 * the writer's record, and with it all later operations of its process, since
 * they may pass the same bytes on; and all later ones of other processes that
 * take bytes from the memory where those of the parked one go.
 *
 * An operation that had begun when the parked one ended cannot depend on it and
 * does not wait: so nothing here can wait in a circle.
 *
 * If a writer's record never comes (its process is filtered out), operations
 * are given up, oldest first, when too many wait: then the writer is unknown.
 */
#include "model/copies/copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct span *copy_spans(struct span **room, const struct span *from, uint32_t nr)
{
	struct span *to = *room;

	if (nr)
		memcpy(to, from, nr * sizeof(*to));
	*room += nr;
	return to;
}

/* Operations that wait keep no more checksums than memory does. */
static uint32_t nr_sums_to_keep(const struct copies *copies, const struct op *op)
{
	return copies->nr_parked_sums + op->nr_sums <= SUMS_MAX ? op->nr_sums : 0;
}

static struct parked *make_parked(struct copies *copies, const struct op *op)
{
	size_t nr = op->nr_in + op->nr_out, points = op->nr_points * sizeof(*op->point);
	uint32_t nr_sums = nr_sums_to_keep(copies, op);
	size_t sums = nr_sums * sizeof(*op->sum);
	struct parked *parked;
	struct span *room;

	parked = malloc(sizeof(*parked) + nr * sizeof(struct span) + points + sums);
	if (!parked)
		return NULL;
	*parked = (struct parked){ .op = *op };
	room = parked->span;
	parked->op.in = copy_spans(&room, op->in, op->nr_in);
	parked->op.out = copy_spans(&room, op->out, op->nr_out);
	parked->op.point = points ? memcpy(room, op->point, points) : NULL;
	parked->op.sum = sums ? memcpy((char *)room + points, op->sum, sums) : NULL;
	parked->op.nr_sums = nr_sums;
	copies->nr_parked_sums += nr_sums;
	return parked;
}

/* ---- waking ---- */

/* Let @proc try again as soon as the running operation is done. */
static int wake(struct copies *copies, uint32_t proc)
{
	uint32_t *grown;

	grown = array_reserve(copies->runnable, &copies->cap_runnable,
			      copies->nr_runnable + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	copies->runnable = grown;
	grown[copies->nr_runnable++] = proc;
	return 0;
}

/* Let all processes of a list of waiters try again. */
static int wake_list(struct copies *copies, uint32_t first)
{
	uint32_t proc = first;
	int err = 0;

	for (; proc && !err; proc = proc_io_at(copies, proc)->next_waiter)
		err = wake(copies, proc);
	return err;
}

/* ---- the lists ---- */

/* Let those who take bytes from @target wait for @parked. */
static void add_put(struct memory *target, struct parked *parked)
{
	parked->target = target;
	if (!target)
		return;
	if (target->last_put)
		target->last_put->next_put = parked;
	else
		target->first_put = parked;
	target->last_put = parked;
}

/* @parked is about to run. */
static int remove_put(struct copies *copies, const struct parked *parked)
{
	struct memory *target = parked->target;
	struct parked *before = NULL, **link;

	if (!target)
		return 0;
	for (link = &target->first_put; *link != parked; link = &before->next_put)
		before = *link;
	*link = parked->next_put;
	if (target->last_put == parked)
		target->last_put = before;
	return wake_list(copies, target->waiters);
}

static int append(struct copies *copies, struct proc_io *io, const struct op *op)
{
	struct parked *parked = make_parked(copies, op);

	if (!parked)
		return -ENOMEM;
	if (io->last)
		io->last->next = parked;
	else
		io->first = parked;
	io->last = parked;
	parked->older = copies->newest;
	if (copies->newest)
		copies->newest->newer = parked;
	else
		copies->oldest = parked;
	copies->newest = parked;
	copies->nr_parked++;
	add_put(op->is_fork ? NULL : flow_memory(copies, op, op->to), parked);
	return 0;
}

/* Take a process's first operation out of the lists. */
static struct parked *detach_first(struct copies *copies, struct proc_io *io)
{
	struct parked *parked = io->first;

	io->first = parked->next;
	if (!io->first)
		io->last = NULL;
	if (parked->older)
		parked->older->newer = parked->newer;
	else
		copies->oldest = parked->newer;
	if (parked->newer)
		parked->newer->older = parked->older;
	else
		copies->newest = parked->older;
	copies->nr_parked--;
	copies->nr_parked_sums -= parked->op.nr_sums;
	return parked;
}

/* ---- waiting for bytes ---- */

/* Nothing that ended before @op began still waits to put bytes into @memory. */
static bool is_settled(const struct memory *memory, const struct op *op)
{
	return !memory || !memory->first_put || memory->first_put->op.end_ns > op->begin_ns;
}

static bool is_ready(const struct copies *copies, const struct op *op)
{
	const struct channel *channel;
	uint32_t i;

	if (op->is_fork)
		return true;
	if (!object_is_stream(copies, op->from))
		return is_settled(flow_memory(copies, op, op->from), op);
	channel = channel_at(&copies->channels, object_number(op->from));
	for (i = 0; i < op->nr_in; i++)
		if (!stream_has(channel, &op->in[i]))
			return false;
	return true;
}

/* @proc's first operation, which is not ready, waits for what it takes. */
static void wait_for_bytes(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	const struct op *op = &io->first->op;

	if (object_is_stream(copies, op->from))
		io->wait_list = &channel_at(&copies->channels, object_number(op->from))->waiters;
	else
		io->wait_list = &flow_memory(copies, op, op->from)->waiters;
	io->next_waiter = *io->wait_list;
	*io->wait_list = proc;
}

static void stop_waiting(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	uint32_t *link = io->wait_list;

	if (!link)
		return;
	while (*link != proc)
		link = &proc_io_at(copies, *link)->next_waiter;
	*link = io->next_waiter;
	io->wait_list = NULL;
}

/* ---- running ---- */

/* Run a fork.  Operations of the child that wait may run then; a child that has exited is gone. */
static int run_fork(struct copies *copies, const struct op *op)
{
	int err = flow_fork(copies, op);
	const struct proc_io *child = proc_io_at(copies, op->child);

	if (err || !child || !child->first)
		return err;
	return wake(copies, op->child);
}

/* Run @op; those who wait for bytes in the stream that it wrote may run then. */
static int run(struct copies *copies, const struct op *op)
{
	int err = op->is_fork ? run_fork(copies, op) : flow_run(copies, op);

	if (err || op->is_fork || !object_is_stream(copies, op->to))
		return err;
	return wake_list(copies, channel_at(&copies->channels, object_number(op->to))->waiters);
}

static int run_first(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	struct parked *parked = detach_first(copies, io);
	int err = remove_put(copies, parked);

	if (!err)
		err = run(copies, &parked->op);
	free(parked);
	return err;
}

/* Run what can be run of @proc's waiting operations. */
static int drain(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	int err = 0;

	if (!io)
		return 0;
	stop_waiting(copies, proc);
	while (!err && io->first && !io->waits_for_parent && is_ready(copies, &io->first->op))
		err = run_first(copies, proc);
	if (!err && io->first && !io->waits_for_parent)
		wait_for_bytes(copies, proc);
	if (!io->first && io->has_exited)
		flow_exit(copies, proc);
	return err;
}

static int drain_runnable(struct copies *copies)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < copies->nr_runnable && !err; i++)
		err = drain(copies, copies->runnable[i]);
	copies->nr_runnable = 0;
	return err;
}

/* Run the oldest operation whether its bytes are known or not. */
static int give_up_oldest(struct copies *copies)
{
	uint32_t proc = copies->oldest->op.proc;
	int err;

	stop_waiting(copies, proc);
	err = run_first(copies, proc);
	if (!err)
		err = wake(copies, proc);
	return err ? err : drain_runnable(copies);
}

/* Must @op wait behind what waits already? */
static bool must_queue(const struct proc_io *io, const struct op *op)
{
	return io->waits_for_parent ||
	       (io->first && (op->is_fork || op->begin_ns >= io->first->op.end_ns));
}

/* A child's operations come after the fork it comes from. */
static int hold_child(struct copies *copies, const struct op *op)
{
	struct proc_io *child;

	if (!op->is_fork)
		return 0;
	child = sparse_reach(&copies->proc, op->child);
	if (!child)
		return -ENOMEM;
	child->waits_for_parent = true;
	return 0;
}

/**
 * park_submit - run an operation, now or when what it depends on has run
 * Return: 0 or -ENOMEM.
 */
int park_submit(struct copies *copies, const struct op *op)
{
	struct proc_io *io = sparse_reach(&copies->proc, op->proc);
	bool is_first;
	int err;

	if (!io)
		return -ENOMEM;
	if (!must_queue(io, op) && is_ready(copies, op)) {
		err = run(copies, op);
		return err ? err : drain_runnable(copies);
	}
	is_first = !io->first && !io->waits_for_parent;
	err = append(copies, io, op);
	if (!err)
		err = hold_child(copies, op);
	if (!err && is_first)
		wait_for_bytes(copies, op->proc);
	if (!err && copies->nr_parked > copies->parked_max)
		err = give_up_oldest(copies);
	return err;
}

/**
 * park_flush - run all that waits: nothing it waits for will come
 * Return: 0 or -ENOMEM.
 */
int park_flush(struct copies *copies)
{
	int err = 0;

	while (copies->oldest && !err)
		err = give_up_oldest(copies);
	return err;
}
