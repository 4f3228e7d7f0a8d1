/* SPDX-License-Identifier: GPL-2.0 */
/* Operations: begin and release. */
#ifndef IPCPROBE_OP_H
#define IPCPROBE_OP_H

#include <linux/compat.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "clock.h"
#include "op_call.h"
#include "op_state.h"
#include "op_table.h"
#include "pipe.h"

struct ipcprobe_hook;

/* Flags of tasks that are in no system call of their own. */
#define IPCPROBE_PF_NO_CALL	(PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER |	\
				 PF_EXITING | PF_SIGNALED | PF_DUMPCORE)

extern bool ipcprobe_op_enabled;	/* all hooks that end operations are attached */

int ipcprobe_op_init(void);
void ipcprobe_op_exit(void);
void ipcprobe_op_enable(bool on);
void ipcprobe_op_reset(void);
struct ipcprobe_op *ipcprobe_op_begin_close(struct ipcprobe_hook *hook);
struct ipcprobe_op *ipcprobe_op_begin_request(struct ipcprobe_hook *hook, u8 kind);
void ipcprobe_op_drop(struct ipcprobe_op *op);
void ipcprobe_op_forget_requests(void);
bool ipcprobe_op_is_forgotten(const struct ipcprobe_op *op);
bool ipcprobe_op_set_end(struct ipcprobe_op *op, int side, struct inode *inode,
			 struct pipe_inode_info *pipe);
struct ipcprobe_op *ipcprobe_op_begin(struct ipcprobe_hook *hook, u8 kind);
void ipcprobe_op_free(struct ipcprobe_op *op);
void ipcprobe_op_end_late(struct ipcprobe_op *op);

static __always_inline bool ipcprobe_op_is_request(const struct ipcprobe_op *op)
{
	return ipcprobe_op_has(op->kind, IPCPROBE_OP_IS_REQUEST);
}

/*
 * True if the call is a 32-bit program's.  Calls of x32 need no test: the
 * caller has compared the call's number, and numbers of x32 have a bit that no
 * other number has.
 */
static __always_inline bool ipcprobe_is_32bit(void)
{
#ifdef CONFIG_X86_64
	return in_ia32_syscall();
#else
	return in_compat_syscall();
#endif
}

/* Common part of ipcprobe_op_begin_call() and _begin_bare(), when the call is known. */
static __always_inline struct ipcprobe_op *ipcprobe_op_claim(u8 kind, u8 call)
{
	unsigned long *place = ipcprobe_op_place(current->pid);
	unsigned long entry = *place;
	struct ipcprobe_op *op;

	if (unlikely(current->flags & IPCPROBE_PF_NO_CALL || ipcprobe_is_32bit() ||
		     (entry & (IPCPROBE_OP_IDLE | IPCPROBE_OP_SLOW)) != IPCPROBE_OP_IDLE))
		return NULL;
	op = ipcprobe_op_at(entry - IPCPROBE_OP_IDLE);
	op->kind = kind;
	op->call = call;
	op->begin = ipcprobe_stamp();
	WRITE_ONCE(*place, (unsigned long)op);
	return op;
}

/**
 * ipcprobe_op_begin_call - begin an operation of the current task in one
 *	given system call
 * @kind: enum ipcprobe_op_kind
 * @nr: number of this system call
 * @call: enum ipcprobe_call of this system call
 *
 * Context: same as ipcprobe_op_begin().
 * Return: the operation, with tid, kind, call and begin set and nothing else;
 * NULL: the caller must try ipcprobe_op_begin(), the slow path.
 */
static __always_inline struct ipcprobe_op *
ipcprobe_op_begin_call(u8 kind, long nr, u8 call)
{
	if (unlikely(syscall_get_nr(current, task_pt_regs(current)) != nr))
		return NULL;
	return ipcprobe_op_claim(kind, call);
}

/**
 * ipcprobe_op_try_begin - fast path: begin an operation of the current task
 * @kind: enum ipcprobe_op_kind
 *
 * Context: same as ipcprobe_op_begin().
 * Return: the operation, with the members set that ipcprobe_op_begin_bare() sets;
 * NULL: the task may already be in an operation.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_try_begin(u8 kind)
{
	unsigned long nr = syscall_get_nr(current, task_pt_regs(current));

	if (unlikely(nr >= IPCPROBE_NR_CALLS ||
		     !ipcprobe_op_ends(kind, ipcprobe_calls[nr])))
		return NULL;
	return ipcprobe_op_claim(kind, ipcprobe_calls[nr]);
}

/**
 * ipcprobe_op_begin_bare - ipcprobe_op_begin() for frequent operations
 * @hook: counts a miss
 * @kind: enum ipcprobe_op_kind
 *
 * Context: same as ipcprobe_op_begin().
 * Return: same as ipcprobe_op_begin(), but no member is cleared: tid, kind, call
 * and begin are set, and the operation has no pipe or socket.
 */
static __always_inline struct ipcprobe_op *
ipcprobe_op_begin_bare(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op = ipcprobe_op_try_begin(kind);

	return likely(op) ? op : ipcprobe_op_begin(hook, kind);
}

/* Sets the pipe on one side of a read or write. */
static __always_inline void
ipcprobe_op_use_end(struct ipcprobe_op_end *end, struct ipcprobe_pipe *obj,
		    const struct pipe_inode_info *pipe)
{
	end->obj = obj;
	end->pipe = pipe;
	end->id = obj->id;
	end->obj_flags = obj->flags;
	end->bytes = 0;
	end->pos = 0;
	end->waiting = 0;
}

/* Return: how long the operation slept, as seen by wait.c; 0: it did not sleep. */
static __always_inline u32 ipcprobe_op_blocked_ns(const struct ipcprobe_op *op)
{
	if (likely(!op->wait_begin_ns) || op->wait_end_ns < op->wait_begin_ns)
		return 0;
	return max(ipcprobe_ns32(op->wait_end_ns - op->wait_begin_ns), 1U);
}

#endif /* IPCPROBE_OP_H */
