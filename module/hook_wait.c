// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that wait inside a function that has no hook at the right place:
 * when their task gave up the CPU, and when it had it back.
 *
 * Semaphore operations and message queues sleep interruptibly for the object.
 * Of what else may put the task to sleep meanwhile, only a page fault that a
 * process handles (userfaultfd, FUSE) does that interruptibly.  Such a fault is
 * in memory of the caller, before the operation waits for the object (what is
 * sent, a list of operations) or after that (what is received).
 */
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/stacktrace.h>
#include <trace/events/sched.h>
#if __has_include(<trace/events/exceptions.h>)
#include <trace/events/exceptions.h>
#elif defined(CONFIG_X86)
#include <asm/trace/exceptions.h>
#endif

#include "class.h"
#include "clock.h"
#include "hook.h"
#include "hook_eventfd.h"
#include "hook_mq.h"
#include "hook_msg.h"
#include "hook_sem.h"
#include "op.h"
#include "wait.h"

static __always_inline bool may_wait(const struct ipcprobe_op *op)
{
	return op->kind >= IPCPROBE_OP_SEM_OP && op->kind <= IPCPROBE_OP_MQ_RECEIVE;
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

/**
 * ipcprobe_fault_is_over - the current task has left a page fault of the kernel's
 * @ip: the instruction that touched the page
 *
 * While the fault is handled, that instruction is on the stack. That the page is
 * there says less: who handles the fault gives the page before it wakes the task.
 *
 * Context: task context, also in the middle of a task switch.
 * Return: false also if the stack is too deep to tell.
 */
noinline bool ipcprobe_fault_is_over(unsigned long ip)
{
	unsigned long frames[64];
	unsigned int i, nr = stack_trace_save(frames, ARRAY_SIZE(frames), 0);

	for (i = 0; i < nr; i++)
		if (frames[i] == ip)
			return false;
	return nr < ARRAY_SIZE(frames);
}

/* page_fault_kernel(address, regs, error_code): the kernel faults */
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

/* May the sleep that begins be a wait for the object?  Else it goes on. */
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
	if (op->kind == IPCPROBE_OP_SEM_OP)
		ipcprobe_sem_block(op);
	else if (op->kind <= IPCPROBE_OP_MSG_RECEIVE)
		ipcprobe_msg_block(op);
	else
		ipcprobe_mq_block(op);
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

#define EXTRA_TP(tp_name, fn, class_mask) {				\
	.name = tp_name, .kind = IPCPROBE_HOOK_TRACEPOINT, .probe = fn,	\
	.classes = class_mask, .alt = IPCPROBE_HOOK_EXTRA }

struct ipcprobe_hook ipcprobe_wait_hooks[] = {
	IPCPROBE_TP("sched_switch", probe_switch,
		    IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG)),
	EXTRA_TP("page_fault_kernel", probe_fault,
		 IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG) | IPCPROBE_BIT(EVENTFD)),
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
#ifdef CONFIG_X86
	check_trace_callback_type_page_fault_kernel(probe_fault);
#endif
}
