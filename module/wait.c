// SPDX-License-Identifier: GPL-2.0
/*
 * Records when operations begin to wait, and when they continue.  Waits for
 * pipes are seen at the functions that every wait queue uses.  Waits for
 * semaphores and message queues have no such function; they are seen at the
 * task's switches.
 *
 * Semaphore operations and message queues sleep interruptibly when they wait
 * for the object.  Of all other reasons to sleep in the call, only a page fault
 * that a process handles (userfaultfd, FUSE) sleeps interruptibly, too.  Such a
 * fault is in the caller's memory, before the operation waits for the object
 * (the message to send, a list of operations) or after the wait (the message
 * received).
 */
#include <linux/ftrace.h>
#include <linux/pipe_fs_i.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <trace/events/sched.h>
#if __has_include("trace/events/exceptions.h")
#include <trace/events/exceptions.h>
#elif defined(CONFIG_X86)
#include <asm/trace/exceptions.h>
#endif

#include "class.h"
#include "clock.h"
#include "fault.h"
#include "hook.h"
#include "hook_eventfd.h"
#include "hook_unix.h"
#include "op.h"
#include "pipe.h"

static __always_inline bool may_wait(const struct ipcprobe_op *op)
{
	return ipcprobe_op_has(op->kind, IPCPROBE_OP_WAITS);
}

static bool is_receive(const struct ipcprobe_op *op)
{
	return op->kind == IPCPROBE_OP_MSG_RECEIVE ||
	       op->kind == IPCPROBE_OP_MQ_RECEIVE;
}

static bool is_eventfd(const struct ipcprobe_op *op)
{
	return op->kind == IPCPROBE_OP_EVENTFD_READ ||
	       op->kind == IPCPROBE_OP_EVENTFD_WRITE;
}

/* ---- waits for pipes, and ends of waits for UNIX sockets ---- */

/* Return: the side whose pipe has this wait queue.  @why: what the task waits for. */
static struct ipcprobe_op_end *
find_wait(struct ipcprobe_op *op, const wait_queue_head_t *wq, u16 *why)
{
	const struct pipe_inode_info *pipe;
	struct ipcprobe_op_end *end;

	for (end = op->end; end < op->end + 2; end++) {
		if (!end->obj)
			continue;
		pipe = end->pipe;
		*why = IPCPROBE_IO_EMPTY;
		if (wq == &pipe->rd_wait)
			return end;
		*why = IPCPROBE_IO_FULL;
		if (wq == &pipe->wr_wait)
			return end;
	}
	return NULL;
}

/* prepare_to_wait_event(wq, ...) */
static void entry_prepare_to_wait(struct ipcprobe_hook *hook,
				  struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct ipcprobe_op_end *end;
	u16 why;

	if (likely(!op))
		return;
	end = find_wait(op, ARG(fregs, 0), &why);
	if (!end)
		return;
	/*
	 * A read that a signal interrupts returns without taking the mutex
	 * again, unless it finds bytes at this last test: in both cases its
	 * wait is over.
	 */
	if (op->kind == IPCPROBE_OP_PIPE_READ_REQUEST && signal_pending(current))
		ipcprobe_pipe_unblock(end);
	else if (!end->waiting)
		ipcprobe_pipe_block(op, end, why);
}

/* finish_wait(wq, ...) */
static void entry_finish_wait(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct ipcprobe_op_end *end;
	u16 why;

	if (likely(!op))
		return;
	if (op->sock.obj)
		ipcprobe_unix_finish_wait(op, ARG(fregs, 0));
	end = find_wait(op, ARG(fregs, 0), &why);
	if (end)
		ipcprobe_pipe_unblock(end);
}

/* ---- semaphores, message queues, eventfds ---- */

/* page_fault_kernel(address, regs, error_code): a page fault in kernel mode */
static void probe_fault(void *data, unsigned long addr, struct pt_regs *regs,
			unsigned long error_code)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	if (pagefault_disabled() || addr >= TASK_SIZE_MAX)
		return;
	op = ipcprobe_op_find();
	if (likely(!op))
		return;
	if (is_eventfd(op)) {
		ipcprobe_eventfd_fault(op, instruction_pointer(regs));
	} else if (may_wait(op)) {
		op->is_wait_over = true;
		op->fault_ip = instruction_pointer(regs);
		if (!op->wait_begin_ns)
			op->wait_begin_ns = IPCPROBE_IN_FAULT;
	}
}

/* True if a wait for the object may begin with this sleep; false: a wait continues. */
static bool begins_waiting(const struct ipcprobe_op *op)
{
	if (!op->wait_begin_ns)
		return true;
	return op->wait_begin_ns == IPCPROBE_IN_FAULT && !is_receive(op) &&
	       ipcprobe_fault_is_over(op->fault_ip);
}

static void begin_wait(struct ipcprobe_op *op)
{
	if (!begins_waiting(op))
		return;
	op->is_wait_over = false;
	op->wait_begin_ns = ipcprobe_clock();
	ipcprobe_classes[ipcprobe_op_class(op->kind)]->block(op);
}

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	op = ipcprobe_op_of(prev->pid);
	if (unlikely(op) && may_wait(op) && !preempt &&
	    prev_state & TASK_INTERRUPTIBLE)
		begin_wait(op);
	op = ipcprobe_op_of(next->pid);
	if (unlikely(op) && may_wait(op) && op->wait_begin_ns && !op->is_wait_over)
		op->wait_end_ns = ipcprobe_clock();
}

struct ipcprobe_hook ipcprobe_wait_hooks[] = {
	{ FN("prepare_to_wait_event", entry_prepare_to_wait), .classes = IPCPROBE_BIT(PIPE) },
	{ FN("finish_wait", entry_finish_wait),
	  .classes = IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(UNIX) },
	{ TP("sched_switch", probe_switch),
	  .classes = IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG) },
	{ TP("page_fault_kernel", probe_fault), .is_optional = true,
	  .classes = IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG) | IPCPROBE_BIT(EVENTFD) },
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
#ifdef CONFIG_X86
	check_trace_callback_type_page_fault_kernel(probe_fault);
#endif
}
