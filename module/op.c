// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: how they begin, and how what they refer to is given back.
 *
 * A function entry hook begins one, hooks on the way (hook_pipe_io.c) note its
 * progress, and the sys_exit tracepoint, which has the result, ends it (op_end.c):
 * one record for a call, at a tenth of the cost of return probes.  Only the task
 * itself touches its operation, which op_table.c finds by the thread id.  A
 * task has one operation at a time, the outermost: what sendfile does inside is
 * not counted again.
 *
 * So an operation begins only inside a system call that is known to end it,
 * and that holds what it points to: files, buffers, the lists of buffers.  What
 * kernel threads and a core dump do is none, and the pipes they move bytes
 * through start their positions anew (IPCPROBE_IO_RESYNC).
 *
 * Nor are io_uring's requests.  io_uring_enter() and workers of io_uring are
 * known by the call and by the task.  But a request that had to wait is carried
 * out between two calls of its task, or before a call that a tracer stopped at
 * its entry: the registers then show a call that is over, or has not begun.
 * All such work goes through tctx_task_work(), at whose end the tracepoint
 * io_uring_task_work_run stands; meanwhile the task begins no operation.  A
 * task may have been in such work when the hooks came.  So one that is older
 * than the hooks and has used io_uring waits for the end of a call, which does
 * not come before that of the work (IPCPROBE_OP_LATE).
 *
 * Requests of io_uring and AIO to a pipe end inside the function that carries
 * them out (hook_pipe_io.c), those to a file when they complete (hook_uring.c).
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <trace/events/io_uring.h>

#include "buffer.h"
#include "class.h"
#include "clock.h"
#include "hook.h"
#include "missed.h"
#include "op.h"
#include "pipe.h"
#include "record.h"
#include "sock.h"

bool ipcprobe_op_enabled;
static u64 enabled_ns;		/* since when; as start_time of a task */
static u32 requests_epoch;	/* grows when what ends requests has gone */

int ipcprobe_op_init(void)
{
	return ipcprobe_op_table_init();
}

void ipcprobe_op_exit(void)
{
	ipcprobe_op_table_exit();
}

/* Off: ipcprobe_op_reset() follows, before it is on again. */
void ipcprobe_op_enable(bool on)
{
	if (on == ipcprobe_op_enabled)
		return;
	enabled_ns = ktime_get_ns();
	WRITE_ONCE(ipcprobe_op_enabled, on);
}

/**
 * ipcprobe_op_set_end - one side of an operation is a pipe
 * @op: operation, no plain read or write
 * @side: IPCPROBE_OP_OUT or IPCPROBE_OP_IN
 * @inode: of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * Context: task context, preemption off.  Return: false without memory.
 */
bool ipcprobe_op_set_end(struct ipcprobe_op *op, int side, struct inode *inode,
			 struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj = ipcprobe_pipe_get(inode, pipe);

	if (unlikely(!obj))
		return false;
	refcount_inc(&obj->entry.refs);
	ipcprobe_op_use_end(&op->end[side], obj, pipe);
	return true;
}

static void put_ends(struct ipcprobe_op *op)
{
	if (op->end[0].obj)
		ipcprobe_entry_put(&op->end[0].obj->entry);
	if (op->end[1].obj)
		ipcprobe_entry_put(&op->end[1].obj->entry);
}

/* Gives back what an operation refers to. */
static void put(struct ipcprobe_op *op)
{
	if (!ipcprobe_op_has(op->kind, IPCPROBE_OP_BORROWS))
		put_ends(op);
	op->end[0].obj = NULL;
	op->end[1].obj = NULL;
	op->end[0].waiting = 0;
	op->end[1].waiting = 0;
	if (op->sock.obj) {
		ipcprobe_entry_put(&op->sock.obj->entry);
		op->sock.obj = NULL;
	}
	if (ipcprobe_op_has(op->kind, IPCPROBE_OP_HOLDS) && op->file)
		fput(op->file);
}

/* Ends the operation of the current task.  Past its exit it has no other end. */
void ipcprobe_op_free(struct ipcprobe_op *op)
{
	put(op);
	ipcprobe_op_release(op);
	if (unlikely(current->flags & PF_EXITING))
		ipcprobe_op_discard();
}

/* No hook may be attached: forgets the operations of tasks that still wait. */
void ipcprobe_op_reset(void)
{
	ipcprobe_op_table_clear(put);
}

/*
 * No hook of class pipe may be attached: a request may end unseen now, its
 * slot waits for the task's next operation.
 */
void ipcprobe_op_forget_requests(void)
{
	WRITE_ONCE(requests_epoch, requests_epoch + 1);
}

/* Were hooks away since a request began?  It need not be the same any more. */
bool ipcprobe_op_is_forgotten(const struct ipcprobe_op *op)
{
	return op->io.epoch != READ_ONCE(requests_epoch);
}

/* A request is over, or left without a sign of its end; no record. */
void ipcprobe_op_drop(struct ipcprobe_op *op)
{
	ipcprobe_pipe_end_waits(op);
	ipcprobe_op_free(op);
}

/* The operation that the task begins another in; a request has none in it. */
static struct ipcprobe_op *find_outer(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (likely(!op))
		return NULL;
	if (ipcprobe_op_is_request(op)) {
		ipcprobe_op_drop(op);
		return NULL;
	}
	if (unlikely(op->kind == IPCPROBE_OP_LATE))
		ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_LATE_HOOK);
	return op;
}

/* Field by field: memset() is a string instruction, at a cycle a byte or so. */
static __always_inline void clear(struct ipcprobe_op *op)
{
	int side;

	op->nr_segs = 0;
	op->flags = 0;
	op->addr = 0;
	op->buffer = (union ipcprobe_buffer) {};
	for (side = 0; side < 2; side++) {
		op->end[side].obj = NULL;
		op->end[side].pos = 0;
		op->end[side].bytes = 0;
		op->end[side].waiting = 0;
	}
	op->iter = NULL;
	op->file = NULL;
	op->inode = NULL;
	op->count = 0;
	op->copied = 0;
	op->in_file = 0;
	op->out_file = 0;
	op->wait_begin_ns = 0;
}

/* Does io_uring or AIO carry out a request in the current task? */
static bool is_of_request(const struct ipcprobe_op *own)
{
	if (current->flags & PF_IO_WORKER || own->work_depth)
		return true;
	return !(current->flags & IPCPROBE_PF_NO_CALL) &&
	       (ipcprobe_is_io_submit() ||
		syscall_get_nr(current, task_pt_regs(current)) == __NR_io_uring_enter);
}

/*
 * An operation that no call ends makes no record.  The kernel's own are none
 * of a program, but that the bytes of a pipe move.
 */
static void miss_other(struct ipcprobe_hook *hook, u8 kind, const struct ipcprobe_op *own)
{
	if (is_of_request(own) || ipcprobe_op_class(kind) == IPCPROBE_CLASS_PIPE)
		ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_UNSEEN);
	else if (in_compat_syscall() && !ipcprobe_is_32bit())
		ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_COMPAT);
}

/* Is the current task in a system call that will end the operation? */
static bool in_own_call(u8 kind, u8 *call)
{
	if (current->flags & IPCPROBE_PF_NO_CALL)
		return false;
	*call = ipcprobe_op_call();
	return ipcprobe_op_ends(kind, *call);
}

/* May the current task be in work of io_uring since before the hooks came? */
static bool may_be_in_work(void)
{
	return current->io_uring && current->start_time < READ_ONCE(enabled_ns);
}

/* What holds the current task's operations. */
static struct ipcprobe_op *own(void)
{
	struct ipcprobe_op *op = ipcprobe_op_own();

	if (likely(op) && unlikely(op->is_new)) {
		op->is_new = false;
		op->is_late = may_be_in_work();
		ipcprobe_op_update(op);
	}
	return op;
}

static struct ipcprobe_op *begin(struct ipcprobe_op *op, u8 kind, u8 call)
{
	clear(op);
	op->kind = kind;
	op->call = call;
	op->begin = ipcprobe_stamp();
	WRITE_ONCE(*op->place, (unsigned long)op);
	return op;
}

static struct ipcprobe_op *miss_memory(struct ipcprobe_hook *hook, u8 kind)
{
	ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_NO_MEMORY);
	return NULL;
}

/**
 * ipcprobe_op_begin - the current task enters an operation
 * @hook: counts a miss: there is no memory, or nothing would end it
 * @kind: enum ipcprobe_op_kind
 *
 * Context: function entry, task context, preemption off.
 * Return: it, cleared but for the begin; NULL: it is part of a larger
 * operation, or missed.
 */
struct ipcprobe_op *ipcprobe_op_begin(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op;
	u8 call;

	if (unlikely(!READ_ONCE(ipcprobe_op_enabled) || !in_task() || !current->pid ||
		     find_outer(hook, kind)))
		return NULL;
	op = own();
	if (unlikely(!op))
		return miss_memory(hook, kind);
	if (unlikely(op->work_depth || !in_own_call(kind, &call))) {
		miss_other(hook, kind, op);
		return NULL;
	}
	if (likely(!op->is_late))
		return begin(op, kind, call);
	ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_LATE_HOOK);
	begin(op, IPCPROBE_OP_LATE, call);
	return NULL;
}

/* What ends inside the function that begins it. */
static struct ipcprobe_op *begin_anywhere(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op;

	if (!READ_ONCE(ipcprobe_op_enabled) || !in_task() || !current->pid ||
	    find_outer(hook, kind))
		return NULL;
	op = own();
	return likely(op) ? begin(op, kind, IPCPROBE_CALL_OTHER) : miss_memory(hook, kind);
}

/**
 * ipcprobe_op_begin_close - the current task releases a pipe's open file
 * @hook: counts a miss
 *
 * It ends inside pipe_release() itself, so any context will do.
 *
 * Context, return: as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_close(struct ipcprobe_hook *hook)
{
	return begin_anywhere(hook, IPCPROBE_OP_PIPE_CLOSE);
}

/**
 * ipcprobe_op_begin_request - the current task carries out a request of
 *	io_uring or AIO to a pipe
 * @hook: counts a miss
 * @kind: IPCPROBE_OP_PIPE_READ_REQUEST or IPCPROBE_OP_PIPE_WRITE_REQUEST
 *
 * It ends inside the function that begins it.
 *
 * Context, return: as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_request(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op = begin_anywhere(hook, kind);

	if (!op)
		return NULL;
	/* AIO carries its requests to a pipe out in the call that submits them. */
	if (op->work_depth || current->flags & IPCPROBE_PF_NO_CALL ||
	    !ipcprobe_is_io_submit())
		op->call = IPCPROBE_CALL_IO_URING;
	op->io.epoch = READ_ONCE(requests_epoch);
	return op;
}

/* ---- work of io_uring between calls ---- */

/* tctx_task_work(work) */
static void entry_work(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op;

	if (!READ_ONCE(ipcprobe_op_enabled))
		return;
	op = own();
	if (unlikely(!op)) {	/* who is in such work is not known any more */
		WRITE_ONCE(enabled_ns, ktime_get_ns());
		return;
	}
	op->work_depth++;
	ipcprobe_op_update(op);
}

/* The task is not in work of io_uring that began before the hooks came. */
void ipcprobe_op_end_late(struct ipcprobe_op *op)
{
	op->is_late = false;
	ipcprobe_op_update(op);
}

static void probe_work_end(void *data, IPCPROBE_URING_WORK_ARGS)
{
	struct ipcprobe_op *op, *late;

	guard(preempt_notrace)();
	if (!READ_ONCE(ipcprobe_op_enabled))
		return;
	late = ipcprobe_op_find();
	if (unlikely(late && late->kind == IPCPROBE_OP_LATE))
		ipcprobe_op_free(late);
	op = ipcprobe_op_made();
	if (!op)
		return;
	if (op->work_depth)
		op->work_depth--;
	ipcprobe_op_end_late(op);
}

/* begin_new_exec(bprm): a thread that is not the first takes the number of that */
static void entry_exec(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (thread_group_leader(current))
		return;
	if (op)
		ipcprobe_op_free(op);
	ipcprobe_op_discard();
}

struct ipcprobe_hook ipcprobe_op_hooks[] = {
	{ FN("begin_new_exec", entry_exec), .classes = IPCPROBE_OP_CLASSES },
#ifdef CONFIG_IO_URING
	{ FN("tctx_task_work", entry_work), .classes = IPCPROBE_OP_CLASSES },
	{ TP("io_uring_task_work_run", probe_work_end), .classes = IPCPROBE_OP_CLASSES },
#endif
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_io_uring_task_work_run(probe_work_end);
}
