// SPDX-License-Identifier: GPL-2.0
/*
 * Operations in causal order.
 *
 * The record of an operation is written when its call returns, and a reader may
 * return before the writer whose bytes it got: the writer was preempted when it
 * woke the reader, or continues to write. Such a read waits here ("parked") for the
 * writer's record. All later operations of the reader's process wait, too, since
 * they may pass these bytes on. So do later operations of other processes that take
 * bytes from the memory where the parked operation puts its bytes.
 *
 * An operation that had begun when the parked one ended cannot depend on it and
 * does not wait: so operations never wait for each other in a cycle.
 *
 * If a writer's record never comes (its process is filtered out), and too many
 * operations wait, the oldest are given up first: they run with an unknown writer.
 */
#include "model/copies/park.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/copies/copies.h"

static const struct span *copy_spans(struct span **room, const struct span *from, uint32_t nr)
{
	struct span *to = *room;

	if (nr)
		memcpy(to, from, nr * sizeof(*to));
	*room += nr;
	return to;
}

/*
 * Maximum number of checksums that a waiting operation keeps: all together keep no
 * more than memory does.
 */
static uint32_t nr_sums_to_keep(const struct parking *parking, const struct op *op)
{
	return parking->nr_sums + op->nr_sums <= SUMS_MAX ? op->nr_sums : 0;
}

static struct parked *make_parked(struct parking *parking, const struct op *op)
{
	const struct op_side *from = &op->side[FROM], *to = &op->side[TO];
	size_t spans = ((size_t)from->nr_spans + to->nr_spans) * sizeof(*from->span);
	size_t points = op->nr_points * sizeof(*op->point);
	uint32_t nr_sums = nr_sums_to_keep(parking, op);
	size_t sums = nr_sums * sizeof(*op->sum);
	struct parked *parked;
	struct span *room;

	parked = malloc(sizeof(*parked) + spans + points + sums);
	if (!parked)
		return NULL;
	*parked = (struct parked){ .op = *op };
	room = parked->span;
	parked->op.side[FROM].span = copy_spans(&room, from->span, from->nr_spans);
	parked->op.side[TO].span = copy_spans(&room, to->span, to->nr_spans);
	parked->op.point = points ? memcpy(room, op->point, points) : NULL;
	parked->op.sum = sums ? memcpy((char *)room + points, op->sum, sums) : NULL;
	parked->op.nr_sums = nr_sums;
	parking->nr_sums += nr_sums;
	return parked;
}

/* ---- waking ---- */

/* Let @proc try again after the running operation. */
static int queue_proc(struct parking *parking, uint32_t proc)
{
	uint32_t *grown;

	grown = array_reserve(parking->runnable, &parking->cap_runnable,
			      parking->nr_runnable + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	parking->runnable = grown;
	grown[parking->nr_runnable++] = proc;
	return 0;
}

/* Let all processes in a list of waiters try again. */
static int wake_list(struct copies *copies, uint32_t first)
{
	uint32_t proc = first;
	int err = 0;

	for (; proc && !err; proc = proc_io_at(copies, proc)->parked.next_waiter)
		err = queue_proc(&copies->parking, proc);
	return err;
}

/* ---- the lists ---- */

/*
 * Add @parked to @target's list, so that operations that take bytes from @target
 * wait for it.
 */
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

/* Remove @parked, which is about to run, from its target's list. */
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

static int park_op(struct copies *copies, struct proc_io *io, const struct op *op)
{
	struct parking *parking = &copies->parking;
	struct parked *parked = make_parked(parking, op);

	if (!parked)
		return -ENOMEM;
	if (io->parked.last)
		io->parked.last->next = parked;
	else
		io->parked.first = parked;
	io->parked.last = parked;
	parked->older = parking->newest;
	if (parking->newest)
		parking->newest->newer = parked;
	else
		parking->oldest = parked;
	parking->newest = parked;
	parking->nr++;
	add_put(op->is_fork ? NULL : memory_find(copies, op, TO), parked);
	return 0;
}

/* Remove a process's first operation from the lists. */
static struct parked *detach_first(struct parking *parking, struct proc_io *io)
{
	struct parked *parked = io->parked.first;

	io->parked.first = parked->next;
	if (!io->parked.first)
		io->parked.last = NULL;
	if (parked->older)
		parked->older->newer = parked->newer;
	else
		parking->oldest = parked->newer;
	if (parked->newer)
		parked->newer->older = parked->older;
	else
		parking->newest = parked->older;
	parking->nr--;
	parking->nr_sums -= parked->op.nr_sums;
	return parked;
}

/* ---- waiting for bytes ---- */

/*
 * True if no operation that ended before @op began is still waiting to put bytes
 * into @memory.
 */
static bool is_settled(const struct memory *memory, const struct op *op)
{
	return !memory || !memory->first_put || memory->first_put->op.end_ns > op->begin_ns;
}

static bool is_ready(const struct copies *copies, const struct op *op)
{
	const struct op_side *from = &op->side[FROM];
	const struct channel *channel;
	uint32_t i;

	if (op->is_fork)
		return true;
	if (!object_is_stream(copies, from->object))
		return is_settled(memory_find(copies, op, FROM), op);
	channel = channel_at(&copies->channels, object_number(from->object));
	for (i = 0; i < from->nr_spans; i++)
		if (!stream_has(channel, &from->span[i]))
			return false;
	return true;
}

/* The list of processes whose first operation waits for bytes that @op waits for. */
static uint32_t *waiters_for(const struct copies *copies, const struct op *op)
{
	uint32_t object = op->side[FROM].object;

	if (object_is_stream(copies, object))
		return &channel_at(&copies->channels, object_number(object))->waiters;
	return &memory_find(copies, op, FROM)->waiters;
}

/*
 * Put @proc, whose first operation is not ready, into the list of those that wait
 * for the bytes.
 */
static void wait_for_bytes(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);

	io->parked.wait_list = waiters_for(copies, &io->parked.first->op);
	io->parked.next_waiter = *io->parked.wait_list;
	*io->parked.wait_list = proc;
}

static void stop_waiting(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	uint32_t *link = io->parked.wait_list;

	if (!link)
		return;
	while (*link != proc)
		link = &proc_io_at(copies, *link)->parked.next_waiter;
	*link = io->parked.next_waiter;
	io->parked.wait_list = NULL;
}

/* ---- running ---- */

/* Runs a fork.  The child's waiting operations may run then; a child that has exited is gone. */
static int run_fork(struct copies *copies, const struct op *op)
{
	int err = proc_io_fork(copies, op);
	const struct proc_io *child = proc_io_at(copies, op->child);

	if (err || !child || !child->parked.first)
		return err;
	return queue_proc(&copies->parking, op->child);
}

/*
 * Run @op; operations that wait for bytes in the stream that it wrote may run
 * afterwards.
 */
static int run_op(struct copies *copies, const struct op *op)
{
	int err = op->is_fork ? run_fork(copies, op) : flow_run(copies, op);
	uint32_t to = op->side[TO].object;

	if (err || op->is_fork || !object_is_stream(copies, to))
		return err;
	return wake_list(copies, channel_at(&copies->channels, object_number(to))->waiters);
}

static int run_first(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	struct parked *parked = detach_first(&copies->parking, io);
	int err = remove_put(copies, parked);

	if (!err)
		err = run_op(copies, &parked->op);
	free(parked);
	return err;
}

/* Run those of @proc's waiting operations that are ready. */
static int run_waiting(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);
	int err = 0;

	if (!io)
		return 0;
	stop_waiting(copies, proc);
	while (!err && io->parked.first && !io->parked.waits_for_parent &&
	       is_ready(copies, &io->parked.first->op))
		err = run_first(copies, proc);
	if (!err && io->parked.first && !io->parked.waits_for_parent)
		wait_for_bytes(copies, proc);
	if (!io->parked.first && io->has_exited)
		proc_io_exit(copies, proc);
	return err;
}

static int drain_runnable(struct copies *copies)
{
	struct parking *parking = &copies->parking;
	uint32_t i;
	int err = 0;

	for (i = 0; i < parking->nr_runnable && !err; i++)
		err = run_waiting(copies, parking->runnable[i]);
	parking->nr_runnable = 0;
	return err;
}

/* Run the oldest operation, even if the writer of its bytes is not known. */
static int give_up_oldest(struct copies *copies)
{
	uint32_t proc = copies->parking.oldest->op.proc;
	int err;

	stop_waiting(copies, proc);
	err = run_first(copies, proc);
	if (!err)
		err = queue_proc(&copies->parking, proc);
	return err ? err : drain_runnable(copies);
}

/* True if @op must wait for operations of its process that wait already. */
static bool must_queue(const struct proc_io *io, const struct op *op)
{
	return io->parked.waits_for_parent ||
	       (io->parked.first && (op->is_fork || op->begin_ns >= io->parked.first->op.end_ns));
}

/* Let the child's operations wait for the fork. */
static int hold_child(struct copies *copies, const struct op *op)
{
	struct proc_io *child;

	if (!op->is_fork)
		return 0;
	child = sparse_reach(&copies->proc, op->child);
	if (!child)
		return -ENOMEM;
	child->parked.waits_for_parent = true;
	return 0;
}

/**
 * park_submit - run an operation, now or after the operations that it depends on
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
		err = run_op(copies, op);
		return err ? err : drain_runnable(copies);
	}
	is_first = !io->parked.first && !io->parked.waits_for_parent;
	err = park_op(copies, io, op);
	if (!err)
		err = hold_child(copies, op);
	if (!err && is_first)
		wait_for_bytes(copies, op->proc);
	if (!err && copies->parking.nr > copies->parking.max)
		err = give_up_oldest(copies);
	return err;
}

/**
 * park_flush - run all waiting operations: what they wait for will not come
 * Return: 0 or -ENOMEM.
 */
int park_flush(struct copies *copies)
{
	int err = 0;

	while (copies->parking.oldest && !err)
		err = give_up_oldest(copies);
	return err;
}

void parking_deinit(struct parking *parking)
{
	struct parked *parked, *newer;

	for (parked = parking->oldest; parked; parked = newer) {
		newer = parked->newer;
		free(parked);
	}
	free(parking->runnable);
}
