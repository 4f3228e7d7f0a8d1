// SPDX-License-Identifier: GPL-2.0
/*
 * The operation of each task, found by its thread id.
 *
 * A thread id has a place of its own in a leaf of the table, so that no task
 * depends on what others do, however many wait.  A leaf is made with the first
 * operation of one of its 512 ids, an operation with the first of its task; it
 * serves the task until that ends or has another id.  So the memory is bound by
 * the threads that exist (600 bytes each, charged to their memory group) and by
 * the ids that there can be (4 KiB per 512, 32 MiB at most).  All goes when
 * nobody records such a class any more.
 *
 * Only the task itself writes its place.
 */
#include <linux/slab.h>
#include <linux/threads.h>

#include "op_table.h"

#define LEAF_SIZE	BIT(IPCPROBE_OP_LEAF_BITS)
#define NR_LEAVES	DIV_ROUND_UP(PID_MAX_LIMIT, LEAF_SIZE)
#define NOTHING		(IPCPROBE_OP_IDLE | IPCPROBE_OP_SLOW)	/* no operation was made */

/* Of ids that never had an operation. */
static struct ipcprobe_op_leaf no_leaf;

struct ipcprobe_op_leaf *ipcprobe_op_leaves[NR_LEAVES];
static struct kmem_cache *cache;

static void fill(struct ipcprobe_op_leaf *leaf)
{
	u32 i;

	for (i = 0; i < LEAF_SIZE; i++)
		leaf->places[i] = NOTHING;
}

/**
 * ipcprobe_op_table_init - the table, empty
 *
 * Return: 0 or -ENOMEM.
 */
int ipcprobe_op_table_init(void)
{
	u32 i;

	fill(&no_leaf);
	for (i = 0; i < NR_LEAVES; i++)
		ipcprobe_op_leaves[i] = &no_leaf;
	/* At a task's last switch its id may be another's, which may end meanwhile. */
	cache = KMEM_CACHE(ipcprobe_op, SLAB_TYPESAFE_BY_RCU | SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/* Context: as for ipcprobe_op_table_clear(), which was called. */
void ipcprobe_op_table_exit(void)
{
	kmem_cache_destroy(cache);
}

/* Two tasks may want it at the same time. */
static bool make_leaf(u32 nr)
{
	struct ipcprobe_op_leaf *leaf = kmalloc(sizeof(*leaf), GFP_ATOMIC | __GFP_NOWARN);

	if (!leaf)
		return false;
	fill(leaf);
	if (cmpxchg(&ipcprobe_op_leaves[nr], &no_leaf, leaf) != &no_leaf)
		kfree(leaf);
	return true;
}

/* GFP_ATOMIC: a memory group that is full of page cache must not be blind. */
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

static struct ipcprobe_op *at(const unsigned long *place)
{
	return (struct ipcprobe_op *)(READ_ONCE(*place) & ~NOTHING);
}

/**
 * ipcprobe_op_own - what holds the current task's operations
 *
 * It is made when there is none: with is_new set.
 *
 * Context: task context, preemption off, not of an idle task.
 * Return: it, whether the task is in an operation or not; NULL without memory.
 */
struct ipcprobe_op *ipcprobe_op_own(void)
{
	u32 tid = current->pid, nr = tid >> IPCPROBE_OP_LEAF_BITS;

	if (READ_ONCE(ipcprobe_op_leaves[nr]) == &no_leaf && !make_leaf(nr))
		return NULL;
	return at(ipcprobe_op_place(tid)) ?: make_op(ipcprobe_op_place(tid));
}

/* Context: task context, preemption off.  Return: as above, NULL: there is none. */
struct ipcprobe_op *ipcprobe_op_made(void)
{
	return at(ipcprobe_op_place(current->pid));
}

/**
 * ipcprobe_op_update - work_depth or is_late has changed
 * @op: the current task's
 */
void ipcprobe_op_update(struct ipcprobe_op *op)
{
	op->idle = (unsigned long)op | IPCPROBE_OP_IDLE |
		   (op->work_depth || op->is_late ? IPCPROBE_OP_SLOW : 0);
	if (READ_ONCE(*op->place) & IPCPROBE_OP_IDLE)
		WRITE_ONCE(*op->place, op->idle);
}

static void discard(unsigned long *place)
{
	struct ipcprobe_op *op = at(place);

	if (!op)
		return;
	WRITE_ONCE(*place, NOTHING);
	kmem_cache_free(cache, op);
}

/* The current task ends, or goes on with another thread id; it is in no operation. */
void ipcprobe_op_discard(void)
{
	discard(ipcprobe_op_place(current->pid));
}

static void clear_leaf(struct ipcprobe_op_leaf *leaf, void (*put)(struct ipcprobe_op *op))
{
	unsigned long *place;

	for (place = leaf->places; place < leaf->places + LEAF_SIZE; place++) {
		if (!(*place & IPCPROBE_OP_IDLE))
			put(at(place));
		discard(place);
	}
}

/**
 * ipcprobe_op_table_clear - give all back
 * @put: gives back what an operation under way refers to
 *
 * Context: process; no hook may be attached that looks into the table.
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
