// SPDX-License-Identifier: GPL-2.0
/* Class procvm: process_vm_readv and process_vm_writev; each call is one copy. */
#include <linux/compat.h>
#include <linux/ftrace.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/uio.h>

#include "buffer.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "finish.h"
#include "hook.h"
#include "op.h"
#include "user.h"

/*
 * Return: global id of the process with this number in the caller's namespace;
 * 0: none.
 */
static u32 process_of(pid_t nr)
{
	const struct task_struct *task;
	u32 pid;

	rcu_read_lock();
	task = pid_task(find_vpid(nr), PIDTYPE_PID);
	pid = task ? task->tgid : 0;
	rcu_read_unlock();
	return pid;
}

static void emit_segment(const struct iovec *iov, u32 target, u16 index,
			 bool is_remote, u64 taken)
{
	struct ipcprobe_rec_procvm_segment rec = {
		.hdr.tid = current->pid,
		.addr = (unsigned long)iov->iov_base,
		.bytes = iov->iov_len,
		.target = target,
		.index = index,
		.is_remote = is_remote,
	};

	ipcprobe_prints_of(IPCPROBE_PRINTS(&rec), rec.addr, taken);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(procvm_segment, &rec);
}

/*
 * Reads one element of a list, which is still in user memory, without faults.
 * Return: false if it cannot be read.
 */
static __always_inline bool read_range(const struct iovec __user *vec, u32 i,
				       struct iovec *iov)
{
	return !in_compat_syscall() &&	/* the list has another layout */
	       ipcprobe_read_iovec(iov, vec + i);
}

static bool takes_from_local(const struct ipcprobe_op *op)
{
	return op->call == IPCPROBE_CALL_PROCESS_VM_WRITEV;
}

static noinline void emit_ranges(const struct ipcprobe_op *op,
				 const struct iovec __user *vec, u32 nr, bool is_remote)
{
	bool is_taken = !is_remote && takes_from_local(op);
	struct iovec iov;
	u32 i;

	for (i = 0; i < nr && read_range(vec, i, &iov); i++)
		emit_segment(&iov, op->procvm.target, i, is_remote, is_taken ? iov.iov_len : 0);
}

static __always_inline void set_local(struct ipcprobe_op *op, const struct iovec *iov)
{
	op->procvm.local = (unsigned long)iov->iov_base;
	ipcprobe_buffer_begin(&op->buffer, op->procvm.local, iov->iov_len,
			      !takes_from_local(op));
}

/*
 * Adds all ranges of a list.  Return: their total length; all ones if it is not
 * known.
 */
static noinline u32 add_ranges(struct ipcprobe_op *op, const struct iovec __user *vec,
			       unsigned long nr)
{
	unsigned long i;
	struct iovec iov;
	u64 sum = 0;

	if (nr > UIO_MAXIOV)
		return U32_MAX;
	for (i = 0; i < nr; i++) {
		if (!read_range(vec, i, &iov))
			return U32_MAX;
		sum += min_t(u64, iov.iov_len, U32_MAX);
		if (i == 0)
			set_local(op, &iov);
	}
	return min_t(u64, sum, U32_MAX);
}

/* Fast path of add_ranges() for a list with one range. */
static __always_inline void set_range(struct ipcprobe_op *op,
				      const struct iovec __user *vec)
{
	struct iovec iov;

	op->count = U32_MAX;
	if (unlikely(!read_range(vec, 0, &iov)))
		return;
	op->count = min_t(u64, iov.iov_len, U32_MAX);
	set_local(op, &iov);
}

/* process_vm_rw(pid, lvec, liovcnt, rvec, riovcnt, flags, vm_write) */
static void entry_process_vm_rw(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs)
{
	const struct iovec __user *local = (void __user *)ftrace_regs_get_argument(fregs, 1);
	const struct iovec __user *remote = (void __user *)ftrace_regs_get_argument(fregs, 3);
	unsigned long nr_local = ftrace_regs_get_argument(fregs, 2);
	unsigned long nr_remote = ftrace_regs_get_argument(fregs, 4);
	struct ipcprobe_op *op;
	struct iovec iov;

	op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_PROCVM);
	if (unlikely(!op))
		return;
	op->procvm.target = process_of(ftrace_regs_get_argument(fregs, 0));
	op->procvm.remote = nr_remote && read_range(remote, 0, &iov) ?
			    (unsigned long)iov.iov_base : 0;
	op->procvm.local = 0;
	op->buffer = (union ipcprobe_buffer) {};
	op->procvm.nr_local = min(nr_local, 255UL);
	op->procvm.nr_remote = min(nr_remote, 255UL);
	if (likely(nr_local == 1 && nr_remote <= 1)) {
		set_range(op, local);
		return;
	}
	op->count = add_ranges(op, local, nr_local);
	if (nr_local <= 1 && nr_remote <= 1)
		return;
	emit_ranges(op, local, op->procvm.nr_local, false);
	emit_ranges(op, remote, op->procvm.nr_remote, true);
}

static __always_inline void fill_procvm(struct ipcprobe_rec_procvm *rec,
					const struct ipcprobe_op *op, s32 ret)
{
	rec->local = op->procvm.local;
	rec->remote = op->procvm.remote;
	rec->target = op->procvm.target;
	rec->count = op->count;
	rec->ret = ret;
	rec->call = op->call;
	rec->nr_local = op->procvm.nr_local;
	rec->nr_remote = op->procvm.nr_remote;
	rec->__pad = 0;
	if (takes_from_local(op))
		ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->procvm.local, &op->buffer);
	else
		ipcprobe_prints_brought(IPCPROBE_PRINTS(rec), op->procvm.local, &op->buffer, ret);
}

static void emit_moved(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit(&(struct ipcprobe_moved) {
		.class_id = IPCPROBE_CLASS_PROCVM,
		.tid = op->tid,
		.addr = op->procvm.local,
		.room = ipcprobe_buffer_room(&op->buffer, !takes_from_local(op)),
		.bytes = ret,
	});
}

IPCPROBE_DEFINE_EMIT_IO(procvm, op->begin, fill_procvm, emit_moved)

/* Called by op_end.c when the operation is over. */
void ipcprobe_procvm_finish(struct ipcprobe_op *op, s32 ret)
{
	emit_procvm(op, ret);
	ipcprobe_op_release(op);
}

static struct ipcprobe_hook hooks[] = {
	{ FN("process_vm_rw", entry_process_vm_rw) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_procvm = {
	.hooks = { hooks },
};
