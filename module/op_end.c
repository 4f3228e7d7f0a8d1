// SPDX-License-Identifier: GPL-2.0
/*
 * Ends operations: at the exit of the system call in which they began, or at
 * the exit of their task.  The class of the kind writes the record.
 */
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <trace/syscall.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>

#include "class.h"
#include "finish.h"
#include "hook.h"
#include "op.h"

/* Slow path: ends operations that are rare, or that hold references. */
static noinline void finish_slow(struct ipcprobe_op *op, long result)
{
	s32 ret = clamp_t(long, result, -INT_MAX, INT_MAX);

	if (op->kind == IPCPROBE_OP_LATE)
		ipcprobe_op_end_late(op);
	else
		ipcprobe_classes[ipcprobe_op_class(op->kind)]->finish(op, ret);
	/* The socket of a splice or sendfile has a record of its own. */
	if (op->sock.obj && (op->kind == IPCPROBE_OP_SPLICE ||
			     op->kind == IPCPROBE_OP_FILE_COPY))
		ipcprobe_unix_finish_io(op, ret);
	ipcprobe_op_free(op);
}

/*
 * Fast path: calls the finish functions of frequent operations directly; they
 * release the operation as their last step.  Not inlined: nearly every system
 * call of the machine ends no operation.
 */
static noinline void finish_op(struct ipcprobe_op *op, long ret)
{
	switch (op->kind) {
	case IPCPROBE_OP_FILE_READ:
		ipcprobe_file_finish_read(op, ret);
		break;
	case IPCPROBE_OP_FILE_WRITE:
		ipcprobe_file_finish_write(op, ret);
		break;
	case IPCPROBE_OP_FUTEX:
		ipcprobe_futex_finish(op, ret);
		break;
	case IPCPROBE_OP_UNIX_SEND:
	case IPCPROBE_OP_UNIX_RECV:
		ipcprobe_unix_finish_call(op, ret);
		break;
	case IPCPROBE_OP_EVENTFD_READ:
		ipcprobe_eventfd_finish_read(op, ret);
		break;
	case IPCPROBE_OP_EVENTFD_WRITE:
		ipcprobe_eventfd_finish_write(op, ret);
		break;
	case IPCPROBE_OP_MSG_SEND:
		ipcprobe_msg_finish_send(op, ret);
		break;
	case IPCPROBE_OP_MSG_RECEIVE:
		ipcprobe_msg_finish_receive(op, ret);
		break;
	case IPCPROBE_OP_MQ_SEND:
	case IPCPROBE_OP_MQ_RECEIVE:
		ipcprobe_mq_finish_transfer(op, ret);
		break;
	case IPCPROBE_OP_SEM_OP:
		ipcprobe_sem_finish_op(op, ret);
		break;
	case IPCPROBE_OP_PROCVM:
		ipcprobe_procvm_finish(op, ret);
		break;
	default:
		finish_slow(op, ret);
		break;
	}
}

static void probe_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	op = ipcprobe_op_find();
	if (unlikely(op))
		finish_op(op, ret);
}

/*
 * Frees the task's struct ipcprobe_op at the task's exit; no operation should
 * be under way.
 */
static void probe_task_exit(void *data, IPCPROBE_SCHED_PROCESS_EXIT_ARGS)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	op = ipcprobe_op_find();
	if (unlikely(op && ipcprobe_op_is_request(op)))
		ipcprobe_op_drop(op);
	else if (unlikely(op))
		ipcprobe_op_free(op);
	ipcprobe_op_discard();
}

struct ipcprobe_hook ipcprobe_op_end_hooks[] = {
	{ TP("sys_exit", probe_sys_exit), .classes = IPCPROBE_OP_CLASSES },
	{ TP("sched_process_exit", probe_task_exit), .classes = IPCPROBE_OP_CLASSES },
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sys_exit(probe_sys_exit);
	check_trace_callback_type_sched_process_exit(probe_task_exit);
}
