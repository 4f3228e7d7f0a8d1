// SPDX-License-Identifier: GPL-2.0
/*
 * Ends operations: at the exit of the system call in which they began, or at
 * the exit of their task.  The class of the kind writes the record.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
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
 * D(KIND, function): the kinds with IPCPROBE_OP_IS_DIRECT, and what ends them. The
 * function releases the operation as its last step.
 */
#define DIRECT(D)					\
	D(FILE_READ, ipcprobe_file_finish_read)		\
	D(FILE_WRITE, ipcprobe_file_finish_write)	\
	D(FUTEX, ipcprobe_futex_finish)			\
	D(UNIX_SEND, ipcprobe_unix_finish_call)		\
	D(UNIX_RECV, ipcprobe_unix_finish_call)		\
	D(EVENTFD_READ, ipcprobe_eventfd_finish_read)	\
	D(EVENTFD_WRITE, ipcprobe_eventfd_finish_write)	\
	D(MSG_SEND, ipcprobe_msg_finish_send)		\
	D(MSG_RECEIVE, ipcprobe_msg_finish_receive)	\
	D(MQ_SEND, ipcprobe_mq_finish_transfer)		\
	D(MQ_RECEIVE, ipcprobe_mq_finish_transfer)	\
	D(SEM_OP, ipcprobe_sem_finish_op)		\
	D(PROCVM, ipcprobe_procvm_finish)

#define D(kind, finish)			| BIT_ULL(IPCPROBE_OP_##kind)
#define K(kind, class, flags, calls)	\
	| ((flags) & IPCPROBE_OP_IS_DIRECT ? BIT_ULL(IPCPROBE_OP_##kind) : 0)
static_assert((0 DIRECT(D)) == (0 IPCPROBE_OP_KINDS(K)),
	      "DIRECT has other kinds than those with IPCPROBE_OP_IS_DIRECT in op_kind.h");
#undef K
#undef D

/*
 * Fast path: calls the finish functions of frequent operations directly. Not
 * inlined: nearly every system call of the machine ends no operation.
 */
static noinline void finish_op(struct ipcprobe_op *op, long ret)
{
	switch (op->kind) {
	default:
		finish_slow(op, ret);
		break;
#define D(kind, finish)	case IPCPROBE_OP_##kind: finish(op, ret); break;
	DIRECT(D)
#undef D
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
