// SPDX-License-Identifier: GPL-2.0
/*
 * Operations that wait inside a function that has no hook at the right place:
 * when their task gave up the CPU, and when it had it back.
 *
 * Semaphore operations and message queues sleep interruptibly and only for the
 * object; what else may put the task to sleep meanwhile (page faults, memory)
 * does so uninterruptibly.
 */
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <trace/events/sched.h>

#include "ipcprobe.h"

static __always_inline bool may_wait(const struct ipcprobe_op *op)
{
	return op->kind >= IPCPROBE_OP_SEM_OP && op->kind <= IPCPROBE_OP_MQ_RECEIVE;
}

static void begin_wait(struct ipcprobe_op *op)
{
	if (op->wait_begin_ns)		/* woken in vain, it waits on */
		return;
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
	if (unlikely(op) && may_wait(op) && op->wait_begin_ns)
		op->wait_end_ns = ipcprobe_clock();
}

struct ipcprobe_hook ipcprobe_wait_hooks[] = {
	IPCPROBE_TP("sched_switch", probe_switch,
		    IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG)),
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
}
