// SPDX-License-Identifier: GPL-2.0
/*
 * The table of operations: finds the operation of a task by its thread id.
 *
 * Each thread id has its own place in a leaf of the table, so that no task
 * depends on other tasks, however many wait.  A leaf is allocated with the
 * first operation of one of its 512 ids, an operation with the first operation
 * of its task.  The task uses this object until the task ends or gets another
 * id.  So the memory is limited by the number of threads (600 bytes each,
 * charged to their memory group) and by the number of possible ids (4 KiB for
 * 512 ids, 32 MiB at most).  All memory is freed when no session records such a
 * class any more.
 *
 * Only the task itself writes its place.
 */
#include <linux/slab.h>
#include <linux/threads.h>

#include "op_table.h"

#define LEAF_SIZE	BIT(IPCPROBE_OP_LEAF_BITS)
#define NR_LEAVES	DIV_ROUND_UP(PID_MAX_LIMIT, LEAF_SIZE)
#define NOTHING		(IPCPROBE_OP_IDLE | IPCPROBE_OP_SLOW)	/* no operation was allocated */

/* The leaf of ids that never had an operation. */
static struct ipcprobe_op_leaf no_leaf;

struct ipcprobe_op_leaf *ipcprobe_op_leaves[NR_LEAVES];
static struct kmem_cache *cache;

static void fill_leaf(struct ipcprobe_op_leaf *leaf)
{
	u32 i;

	for (i = 0; i < LEAF_SIZE; i++)
		leaf->places[i] = NOTHING;
}

/**
 * ipcprobe_op_table_init - initialise the table, empty
 *
 * Return: 0 or -ENOMEM.
 */
int ipcprobe_op_table_init(void)
{
	u32 i;

	fill_leaf(&no_leaf);
	for (i = 0; i < NR_LEAVES; i++)
		ipcprobe_op_leaves[i] = &no_leaf;
	/*
	 * At a task's last switch its id may belong to another task already,
	 * and that task may end during the access.
	 */
	cache = KMEM_CACHE(ipcprobe_op, SLAB_TYPESAFE_BY_RCU | SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/*
 * Frees the cache. ipcprobe_op_table_clear() was called before.  Context:
 * process; no hook is attached that uses the table.
 */
void ipcprobe_op_table_exit(void)
{
	kmem_cache_destroy(cache);
}

/* Allocates a leaf.  Two tasks may do this for the same leaf at the same time. */
static bool make_leaf(u32 nr)
{
	struct ipcprobe_op_leaf *leaf = kmalloc(sizeof(*leaf), GFP_ATOMIC | __GFP_NOWARN);

	if (!leaf)
		return false;
	fill_leaf(leaf);
	if (cmpxchg(&ipcprobe_op_leaves[nr], &no_leaf, leaf) != &no_leaf)
		kfree(leaf);
	return true;
}

/*
 * GFP_ATOMIC: the tasks of a memory group that is full of page cache must be
 * recorded, too.
 */
static struct ipcprobe_op *make_op(unsigned long *place)
{
	struct ipcprobe_op *op = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_ZERO | __GFP_NOWARN);

	if (!op)
		return NULL;
	op->tid = current->pid;
	op->place = place;
	op->is_new = true;
	op->idle = (unsigned long)op | IPCPROBE_OP_IDLE;
	WRITE_ONCE(*place, op->idle);
	return op;
}

static struct ipcprobe_op *op_at_place(const unsigned long *place)
{
	return (struct ipcprobe_op *)(READ_ONCE(*place) & ~NOTHING);
}

/**
 * ipcprobe_op_own - get the current task's struct ipcprobe_op
 *
 * If there is none, one is allocated, with is_new set.
 *
 * Context: task context, preemption off, not an idle task.
 * Return: the object, even if the task is in no operation; NULL without memory.
 */
struct ipcprobe_op *ipcprobe_op_own(void)
{
	u32 tid = current->pid, nr = tid >> IPCPROBE_OP_LEAF_BITS;

	if (READ_ONCE(ipcprobe_op_leaves[nr]) == &no_leaf && !make_leaf(nr))
		return NULL;
	return op_at_place(ipcprobe_op_place(tid)) ?: make_op(ipcprobe_op_place(tid));
}

/*
 * Return: the current task's struct ipcprobe_op; NULL if none was allocated.
 * Context: task context, preemption off.
 */
struct ipcprobe_op *ipcprobe_op_made(void)
{
	return op_at_place(ipcprobe_op_place(current->pid));
}

/**
 * ipcprobe_op_update - call after a change of work_depth or is_late
 * @op: the current task's struct ipcprobe_op
 */
void ipcprobe_op_update(struct ipcprobe_op *op)
{
	op->idle = (unsigned long)op | IPCPROBE_OP_IDLE |
		   (op->work_depth || op->is_late ? IPCPROBE_OP_SLOW : 0);
	if (READ_ONCE(*op->place) & IPCPROBE_OP_IDLE)
		WRITE_ONCE(*op->place, op->idle);
}

static void discard_op(unsigned long *place)
{
	struct ipcprobe_op *op = op_at_place(place);

	if (!op)
		return;
	WRITE_ONCE(*place, NOTHING);
	kmem_cache_free(cache, op);
}

/*
 * Called when the current task ends, or changes its thread id; the task is in
 * no operation.
 */
void ipcprobe_op_discard(void)
{
	discard_op(ipcprobe_op_place(current->pid));
}

static void clear_leaf(struct ipcprobe_op_leaf *leaf, void (*put)(struct ipcprobe_op *op))
{
	unsigned long *place;

	for (place = leaf->places; place < leaf->places + LEAF_SIZE; place++) {
		if (!(*place & IPCPROBE_OP_IDLE))
			put(op_at_place(place));
		discard_op(place);
	}
}

/**
 * ipcprobe_op_table_clear - free all operations and leaves
 * @put: drops the references that an operation under way holds
 *
 * Context: process; no hook may be attached that uses the table.
 */
void ipcprobe_op_table_clear(void (*put)(struct ipcprobe_op *op))
{
	struct ipcprobe_op_leaf *leaf;
	u32 i;

	for (i = 0; i < NR_LEAVES; i++) {
		leaf = ipcprobe_op_leaves[i];
		if (leaf == &no_leaf)
			continue;
		clear_leaf(leaf, put);
		ipcprobe_op_leaves[i] = &no_leaf;
		kfree(leaf);
		cond_resched();
	}
}
