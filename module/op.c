// SPDX-License-Identifier: GPL-2.0
/*
 * Operations: begin, and release of the references that they hold.
 *
 * An operation begins in a function entry hook; hooks on the way
 * (hook_pipe_io.c) note its progress; the sys_exit tracepoint, which has the
 * result, ends it (op_end.c).  So a call makes one record, at a tenth of the
 * cost of return probes.  Only the task itself accesses its operation, which
 * op_table.c finds by the thread id.  A task has one operation at a time, the
 * outermost: the reads and writes inside sendfile are not counted again.
 *
 * An operation therefore begins only inside a system call that is known to end
 * it.  The call also keeps the objects that the operation points to: files,
 * buffers, lists of buffers.  Kernel threads and core dumps have no operations;
 * the pipes through which they move bytes start their positions anew
 * (IPCPROBE_IO_RESYNC).
 *
 * Requests of io_uring have no operations of this kind either. io_uring_enter()
 * is known by the call, workers of io_uring by the task.  But a request that
 * had to wait is carried out between two calls of its task, or before a call
 * that a tracer stopped at its entry: the registers then show a call that is
 * over, or that has not begun.  All such work goes through tctx_task_work(),
 * which ends with the tracepoint io_uring_task_work_run; during the work the
 * task begins no operation.  A task may have been in such work when the hooks
 * were attached.  A task that is older than the hooks and has used io_uring
 * therefore first waits for the end of a call, which cannot come before the end
 * of the work (IPCPROBE_OP_LATE).
 *
 * Requests of io_uring and AIO to a pipe end inside the function that carries
 * them out (hook_pipe_io.c), requests to a file when they complete
 * (hook_uring.c).
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
static u64 enabled_ns;		/* when enabled; same clock as a task's start_time */
static u32 requests_epoch;	/* incremented when the hooks that end requests were detached */

int ipcprobe_op_init(void)
{
	return ipcprobe_op_table_init();
}

void ipcprobe_op_exit(void)
{
	ipcprobe_op_table_exit();
}

/*
 * Enables or disables operations.  After disabling, ipcprobe_op_reset() must be
 * called before enabling again.
 */
void ipcprobe_op_enable(bool on)
{
	if (on == ipcprobe_op_enabled)
		return;
	enabled_ns = ktime_get_ns();
	WRITE_ONCE(ipcprobe_op_enabled, on);
}

/**
 * ipcprobe_op_set_end - set the pipe on one side of an operation
 * @op: operation other than a plain read or write
 * @side: IPCPROBE_OP_OUT or IPCPROBE_OP_IN
 * @inode: inode of the pipe
 * @pipe: the kernel's pipe; the caller keeps it from being freed
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

/* Drops the references that an operation holds. */
static void put_refs(struct ipcprobe_op *op)
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

/*
 * Ends the operation of the current task.  An operation that began after the
 * task's exit has no other end.
 */
void ipcprobe_op_free(struct ipcprobe_op *op)
{
	put_refs(op);
	ipcprobe_op_release(op);
	if (unlikely(current->flags & PF_EXITING))
		ipcprobe_op_discard();
}

/* Forgets the operations of tasks that still wait.  No hook may be attached. */
void ipcprobe_op_reset(void)
{
	ipcprobe_op_table_clear(put_refs);
}

/*
 * Forgets requests to pipes.  No hook of class pipe may be attached.  The end
 * of a request may not be seen from now on; its operation stays until the
 * task's next operation.
 */
void ipcprobe_op_forget_requests(void)
{
	WRITE_ONCE(requests_epoch, requests_epoch + 1);
}

/*
 * True if hooks were detached since the request began.  The operation then need
 * not belong to the current request.
 */
bool ipcprobe_op_is_forgotten(const struct ipcprobe_op *op)
{
	return op->io.epoch != READ_ONCE(requests_epoch);
}

/*
 * Ends a request that is over, or whose end was not seen.  Emits no record of
 * the end.
 */
void ipcprobe_op_drop(struct ipcprobe_op *op)
{
	ipcprobe_pipe_end_waits(op);
	ipcprobe_op_free(op);
}

/*
 * Return: the outer operation, if the task is already in one.  A request has no
 * inner operations.
 */
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

/*
 * Clears field by field: memset() is a string instruction that takes about one
 * cycle per byte.
 */
static __always_inline void clear_op(struct ipcprobe_op *op)
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

/* True if io_uring or AIO carries out a request in the current task. */
static bool is_of_request(const struct ipcprobe_op *own)
{
	if (current->flags & PF_IO_WORKER || own->work_depth)
		return true;
	return !(current->flags & IPCPROBE_PF_NO_CALL) &&
	       (ipcprobe_is_io_submit() ||
		syscall_get_nr(current, task_pt_regs(current)) == __NR_io_uring_enter);
}

/*
 * Counts a miss: an operation that no call ends makes no record.  Operations of
 * the kernel itself belong to no program and are not counted, except on pipes,
 * whose bytes move.
 */
static void miss_other(struct ipcprobe_hook *hook, u8 kind, const struct ipcprobe_op *own)
{
	if (is_of_request(own) || ipcprobe_op_class(kind) == IPCPROBE_CLASS_PIPE)
		ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_UNSEEN);
	else if (in_compat_syscall() && !ipcprobe_is_32bit())
		ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_COMPAT);
}

/* True if the current task is in a system call that will end the operation. */
static bool in_own_call(u8 kind, u8 *call)
{
	if (current->flags & IPCPROBE_PF_NO_CALL)
		return false;
	*call = ipcprobe_op_call();
	return ipcprobe_op_ends(kind, *call);
}

/*
 * True if the current task may be in work of io_uring that began before the
 * hooks were attached.
 */
static bool may_be_in_work(void)
{
	return current->io_uring && current->start_time < READ_ONCE(enabled_ns);
}

/* Return: the current task's struct ipcprobe_op, initialised; NULL without memory. */
static struct ipcprobe_op *own_op(void)
{
	struct ipcprobe_op *op = ipcprobe_op_own();

	if (likely(op) && unlikely(op->is_new)) {
		op->is_new = false;
		op->is_late = may_be_in_work();
		ipcprobe_op_update(op);
	}
	return op;
}

static struct ipcprobe_op *begin_op(struct ipcprobe_op *op, u8 kind, u8 call)
{
	clear_op(op);
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
 * ipcprobe_op_begin - begin an operation of the current task
 * @hook: counts a miss: no memory, or nothing would end the operation
 * @kind: enum ipcprobe_op_kind
 *
 * Context: function entry, task context, preemption off.
 * Return: the operation, cleared except for kind, call and begin; NULL: it is part
 * of a larger operation, or missed.
 */
struct ipcprobe_op *ipcprobe_op_begin(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op;
	u8 call;

	if (unlikely(!READ_ONCE(ipcprobe_op_enabled) || !in_task() || !current->pid ||
		     find_outer(hook, kind)))
		return NULL;
	op = own_op();
	if (unlikely(!op))
		return miss_memory(hook, kind);
	if (unlikely(op->work_depth || !in_own_call(kind, &call))) {
		miss_other(hook, kind, op);
		return NULL;
	}
	if (likely(!op->is_late))
		return begin_op(op, kind, call);
	ipcprobe_missed(hook, ipcprobe_op_class(kind), IPCPROBE_REASON_LATE_HOOK);
	begin_op(op, IPCPROBE_OP_LATE, call);
	return NULL;
}

/* Begins an operation that ends inside the function that begins it. */
static struct ipcprobe_op *begin_anywhere(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op;

	if (!READ_ONCE(ipcprobe_op_enabled) || !in_task() || !current->pid ||
	    find_outer(hook, kind))
		return NULL;
	op = own_op();
	return likely(op) ? begin_op(op, kind, IPCPROBE_CALL_OTHER) : miss_memory(hook, kind);
}

/**
 * ipcprobe_op_begin_close - begin the release of a pipe's open file
 * @hook: counts a miss
 *
 * The operation ends inside pipe_release() itself, so it may begin in any context.
 *
 * Context, return: same as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_close(struct ipcprobe_hook *hook)
{
	return begin_anywhere(hook, IPCPROBE_OP_PIPE_CLOSE);
}

/**
 * ipcprobe_op_begin_request - begin a request of io_uring or AIO to a pipe that
 *	the current task carries out
 * @hook: counts a miss
 * @kind: IPCPROBE_OP_PIPE_READ_REQUEST or IPCPROBE_OP_PIPE_WRITE_REQUEST
 *
 * The operation ends inside the function that begins it.
 *
 * Context, return: same as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_request(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op = begin_anywhere(hook, kind);

	if (!op)
		return NULL;
	/* AIO carries out requests to a pipe inside the call that submits them. */
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
	op = own_op();
	if (unlikely(!op)) {	/* which tasks are in such work is now unknown */
		WRITE_ONCE(enabled_ns, ktime_get_ns());
		return;
	}
	op->work_depth++;
	ipcprobe_op_update(op);
}

/* The task is not in work of io_uring that began before the hooks were attached. */
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

/* begin_new_exec(bprm): a thread other than the leader takes the leader's thread id */
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
