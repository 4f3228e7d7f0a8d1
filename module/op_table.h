/* SPDX-License-Identifier: GPL-2.0 */
/* The operation of each task; op_table.c describes the table. */
#ifndef IPCPROBE_OP_TABLE_H
#define IPCPROBE_OP_TABLE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/sched.h>

#include "op_state.h"

#define IPCPROBE_OP_LEAF_BITS	9

struct ipcprobe_op_leaf {
	unsigned long places[BIT(IPCPROBE_OP_LEAF_BITS)];
};

/*
 * Bits of a place.  If neither is set, the place is the address of the task's
 * operation.
 */
#define IPCPROBE_OP_IDLE	1UL	/* the task is in no operation */
#define IPCPROBE_OP_SLOW	2UL	/* ipcprobe_op_begin() decides if an operation begins */

extern struct ipcprobe_op_leaf *ipcprobe_op_leaves[];	/* by thread id; never NULL */

int ipcprobe_op_table_init(void);
struct ipcprobe_op *ipcprobe_op_own(void);
struct ipcprobe_op *ipcprobe_op_made(void);
void ipcprobe_op_update(struct ipcprobe_op *op);
void ipcprobe_op_discard(void);
void ipcprobe_op_table_clear(void (*put)(struct ipcprobe_op *op));
void ipcprobe_op_table_exit(void);

static __always_inline unsigned long *ipcprobe_op_place(u32 tid)
{
	struct ipcprobe_op_leaf *leaf =
		READ_ONCE(ipcprobe_op_leaves[tid >> IPCPROBE_OP_LEAF_BITS]);

	return &leaf->places[tid & (BIT(IPCPROBE_OP_LEAF_BITS) - 1)];
}

/*
 * Converts the address of an operation.  The address is never NULL, so the
 * compiler need not test it.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_at(unsigned long address)
{
	struct ipcprobe_op *op = (struct ipcprobe_op *)address;

	if (!op)
		__builtin_unreachable();
	return op;
}

/*
 * Return: the operation of the task @tid, or NULL.  The task must not be able
 * to end its operation during the call.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_of(u32 tid)
{
	unsigned long entry = READ_ONCE(*ipcprobe_op_place(tid));

	return likely(entry & IPCPROBE_OP_IDLE) ? NULL : ipcprobe_op_at(entry);
}

/**
 * ipcprobe_op_find - find the operation that the current task is in
 *
 * Context: task context, preemption off.  Return: the operation, or NULL.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_find(void)
{
	return ipcprobe_op_of(current->pid);
}

/* Ends an operation that holds no references. */
static __always_inline void ipcprobe_op_release(struct ipcprobe_op *op)
{
	WRITE_ONCE(*op->place, op->idle);
}

#endif /* IPCPROBE_OP_TABLE_H */
