// SPDX-License-Identifier: GPL-2.0
/* The state of processes, and whose memory the bytes of an operation lie in. */
#include "model/copies/memory.h"

#include <errno.h>
#include <string.h>

#include "model/copies/copies.h"

static void forget_memory(struct proc_io *io)
{
	ranges_drop(&io->memory.ranges);
	io->nr_recent = 0;
}

/* True if @io is of no further use and no waiting operation refers to it. */
static bool is_over(const struct proc_io *io)
{
	return io->has_exited && !io->parked.first && !io->parked.wait_list &&
	       !io->parked.waits_for_parent && !io->memory.first_put && !io->memory.waiters;
}

/* proc_io_exit - process @proc has ended: free its state when nothing refers to it */
void proc_io_exit(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);

	forget_memory(io);
	intervals_put(io->mappings);
	io->mappings = NULL;
	if (is_over(io))
		sparse_drop(&copies->proc, proc);
}

/**
 * proc_io_get - get the state of process @proc, on behalf of @image
 * Return: the state; NULL without memory.
 */
struct proc_io *proc_io_get(struct copies *copies, uint32_t proc, uint32_t image)
{
	struct proc_io *io = sparse_reach(&copies->proc, proc);

	if (!io)
		return NULL;
	if (io->gen != copies->gen) {
		forget_memory(io);
		io->has_unknown = true;
		io->gen = copies->gen;
	}
	if (io->image != image) {
		if (io->image)
			forget_memory(io);
		io->has_unknown = image_at(copies->tasks, image)->is_older;
		io->image = image;
	}
	return io;
}

/**
 * proc_io_fork - the child gets a copy of its parent's memory
 * Return: 0 or -ENOMEM.
 */
int proc_io_fork(struct copies *copies, const struct op *op)
{
	struct proc_io *child = sparse_reach(&copies->proc, op->child);
	struct proc_io *parent = proc_io_get(copies, op->proc, op->image);

	if (!child || !parent)
		return -ENOMEM;
	ranges_drop(&child->memory.ranges);
	ranges_copy(&child->memory.ranges, &parent->memory.ranges);
	child->gen = parent->gen;
	child->has_unknown = parent->has_unknown;
	child->parked.waits_for_parent = false;
	if (!child->parked.first && child->has_exited)
		proc_io_exit(copies, op->child);
	return 0;
}

/* proc_io_add_recent - bytes came into the memory of the process by @hop */
void proc_io_add_recent(struct proc_io *io, uint32_t hop)
{
	uint32_t i;

	if (io->nr_recent && io->recent[0] == hop)
		return;
	for (i = 0; i < io->nr_recent && io->recent[i] != hop; i++)
		;
	if (i == io->nr_recent && i < COPY_NR_RECENT)
		io->nr_recent++;
	if (i == COPY_NR_RECENT)
		i--;
	memmove(io->recent + 1, io->recent, i * sizeof(*io->recent));
	io->recent[0] = hop;
}

/* ---- whose memory ---- */

/*
 * memory_image - image whose memory is the object on one side of @op; 0 = it is no
 * process's memory
 */
uint32_t memory_image(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t object = op->side[side].object;
	const struct channel *channel;

	if (object == OBJECT_MEMORY)
		return op->image;
	if (object_type(object) != OBJECT_CHANNEL)
		return 0;
	channel = channel_at(&copies->channels, object_number(object));
	return channel->kind == CHANNEL_PROCESS ? channel->key : 0;
}

/*
 * memory_owner - process whose memory is the object on one side of @op; 0 = it is no
 * process's memory
 */
uint32_t memory_owner(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t image;

	if (op->side[side].object == OBJECT_MEMORY)
		return op->proc;
	image = memory_image(copies, op, side);
	return image ? proc_real(copies->tasks, image_at(copies->tasks, image)->proc) : 0;
}

/* memory_find - memory on one side of @op; NULL = the object there is not memory */
struct memory *memory_find(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t proc = memory_owner(copies, op, side), number;
	struct channel *channel;

	if (proc)
		return proc_io_at(copies, proc) ? &proc_io_at(copies, proc)->memory : NULL;
	number = object_channel(copies, op->side[side].object);
	channel = channel_at(&copies->channels, number);
	return !number || channel_is_stream(channel) ? NULL : &channel->memory;
}

/*
 * memory_find_current - same as memory_find(), but NULL if the process has other memory
 * by now, because it runs another program
 */
struct memory *memory_find_current(struct copies *copies, const struct op *op, enum side side)
{
	const struct proc_io *io;
	uint32_t image, proc;

	if (op->side[side].object == OBJECT_MEMORY)
		return memory_find(copies, op, side);
	image = memory_image(copies, op, side);
	proc = memory_owner(copies, op, side);
	io = proc_io_at(copies, proc);
	if (io && (image_at(copies->tasks, io->image)->order >
		   image_at(copies->tasks, image)->order || !proc_io_get(copies, proc, image)))
		return NULL;
	return memory_find(copies, op, side);
}
