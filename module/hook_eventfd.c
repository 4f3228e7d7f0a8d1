// SPDX-License-Identifier: GPL-2.0
/*
 * Class eventfd: reads, writes and waits of eventfd counters.
 *
 * No function that all kernels have is called for these waits, so they are seen
 * at task switches: a task that sleeps interruptibly inside such a read or
 * write waits for the eventfd.
 */
#include <linux/eventfd.h>
#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <trace/events/sched.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "fault.h"
#include "finish.h"
#include "hook.h"
#include "hook_eventfd.h"
#include "op.h"
#include "user.h"

/* Offsets of members of struct eventfd_ctx; -1: not known in this kernel. */
static int ctx_offsets[] = { -1, -1 };
enum { CTX_ID, CTX_FLAGS };

static void init_eventfd(void)
{
	static const char *const members[] = {
		[CTX_ID] = "id 4",
		[CTX_FLAGS] = "flags 4",
	};

	ipcprobe_btf_offsets("eventfd_ctx", members, ctx_offsets,
			     ARRAY_SIZE(members));
}

static u32 number_of(const void *ctx)
{
	int offset = ctx_offsets[CTX_ID];

	return offset < 0 ? U32_MAX : *(const u32 *)(ctx + offset);
}

static bool is_semaphore(const void *ctx)
{
	int offset = ctx_offsets[CTX_FLAGS];

	return offset >= 0 && *(const u32 *)(ctx + offset) & EFD_SEMAPHORE;
}

/* ---- read and write ---- */

static __always_inline u64 read_value(u64 addr)
{
	u64 value;

	return ipcprobe_read_u64(&value, (const u64 __user *)addr) ? value : U64_MAX;
}

static __always_inline struct ipcprobe_op *
begin_io(struct ipcprobe_hook *hook, const struct file *file, u8 kind)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, kind);

	if (unlikely(!op))
		return NULL;
	op->eventfd.id = number_of(file->private_data);
	op->eventfd.is_semaphore = is_semaphore(file->private_data);
	op->eventfd.wait_begin = 0;
	op->flags = file->f_flags & O_NONBLOCK ? IPCPROBE_IO_NONBLOCK : 0;
	return op;
}

/* eventfd_read(kiocb, iter): at the end of the call the value is in the buffer */
static void entry_read(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct kiocb *iocb = ARG(fregs, 0);
	const struct iov_iter *iter = ARG(fregs, 1);
	struct ipcprobe_op *op;

	op = begin_io(hook, iocb->ki_filp, IPCPROBE_OP_EVENTFD_READ);
	if (unlikely(!op))
		return;
	op->addr = 0;
	if (iter_is_ubuf(iter))
		op->addr = (unsigned long)iter->ubuf + iter->iov_offset;
	else if (iter_is_iovec(iter) && iter->nr_segs &&
		 iter_iov(iter)->iov_len >= sizeof(u64))
		op->addr = (unsigned long)iter_iov(iter)->iov_base;
}

/* eventfd_write(file, buf, count, pos) */
static void entry_write(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op;

	op = begin_io(hook, ARG(fregs, 0), IPCPROBE_OP_EVENTFD_WRITE);
	if (likely(op))
		op->eventfd.value = ftrace_regs_get_argument(fregs, 2) < sizeof(u64) ?
			U64_MAX : read_value(ftrace_regs_get_argument(fregs, 1));
}

static u32 time_waited(const struct ipcprobe_op *op)
{
	u32 wait_ns;

	ipcprobe_clock_since(op->eventfd.wait_begin, &wait_ns);
	return wait_ns;
}

/* Fills the fields that reads and writes have in common: all. */
static __always_inline void fill_io(struct ipcprobe_rec_eventfd_io *rec,
				    const struct ipcprobe_op *op, s32 ret)
{
	rec->value = op->eventfd.value;
	rec->eventfd = op->eventfd.id;
	rec->ret = ret;
	rec->wait_ns = op->eventfd.wait_ns;
	rec->call = op->call;
	rec->is_semaphore = op->eventfd.is_semaphore;
	rec->flags = op->flags;
	rec->__pad = 0;
}

IPCPROBE_DEFINE_EMIT_OP(eventfd_write, op->begin, fill_io)
IPCPROBE_DEFINE_EMIT_OP(eventfd_read, op->begin, fill_io)

static __always_inline void end_wait(struct ipcprobe_op *op)
{
	if (likely(!op->eventfd.wait_begin))
		op->eventfd.wait_ns = 0;
	else if (op->eventfd.wait_begin != IPCPROBE_IN_FAULT)
		op->eventfd.wait_ns = time_waited(op);
}

/*
 * Called by wait.c at a page fault in the buffer: before the wait of a write,
 * after the wait of a read.
 */
void ipcprobe_eventfd_fault(struct ipcprobe_op *op, unsigned long ip)
{
	op->fault_ip = ip;
	if (op->eventfd.wait_begin == IPCPROBE_IN_FAULT)
		return;
	end_wait(op);
	op->eventfd.wait_begin = IPCPROBE_IN_FAULT;
}

/* Called by op_end.c when the operation is over. */
void ipcprobe_eventfd_finish_write(struct ipcprobe_op *op, s32 ret)
{
	end_wait(op);
	emit_eventfd_write(op, ret);
	ipcprobe_op_release(op);
}

void ipcprobe_eventfd_finish_read(struct ipcprobe_op *op, s32 ret)
{
	end_wait(op);
	op->eventfd.value = ret > 0 && op->addr ? read_value(op->addr) : U64_MAX;
	emit_eventfd_read(op, ret);
	ipcprobe_op_release(op);
}

/* ---- waits ---- */

static bool is_eventfd(const struct ipcprobe_op *op)
{
	return op->kind == IPCPROBE_OP_EVENTFD_READ ||
	       op->kind == IPCPROBE_OP_EVENTFD_WRITE;
}

static void emit_block(const struct ipcprobe_op *op)
{
	struct ipcprobe_rec_eventfd_block rec = {
		.hdr.tid = op->tid,
		.eventfd = op->eventfd.id,
		.flags = op->kind == IPCPROBE_OP_EVENTFD_READ ?
			 IPCPROBE_IO_EMPTY : IPCPROBE_IO_FULL,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(eventfd_block, &rec);
}

static bool begins_waiting(const struct ipcprobe_op *op)
{
	if (!op->eventfd.wait_begin)
		return true;
	return op->eventfd.wait_begin == IPCPROBE_IN_FAULT &&
	       op->kind == IPCPROBE_OP_EVENTFD_WRITE &&
	       ipcprobe_fault_is_over(op->fault_ip);
}

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	if (preempt || !(prev_state & TASK_INTERRUPTIBLE))
		return;
	op = ipcprobe_op_find();
	if (likely(!op || !is_eventfd(op)) || !begins_waiting(op))
		return;
	op->eventfd.wait_begin = ipcprobe_stamp();
	op->flags |= IPCPROBE_IO_BLOCKED;
	emit_block(op);
}

/* ---- signals by the kernel, close ---- */

/* eventfd_signal_mask(ctx, ...): from any context */
static void entry_signal(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_rec_eventfd_signal rec = {
		.hdr.tid = current->pid,
		.eventfd = number_of(ARG(fregs, 0)),
		.value = IPCPROBE_EVENTFD_SIGNAL_VALUE(fregs),
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(eventfd_signal, &rec);
}

/* eventfd_release(inode, file) */
static void entry_release(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct file *file = ARG(fregs, 1);
	struct ipcprobe_rec_eventfd_close rec = {
		.hdr.tid = current->pid,
		.eventfd = number_of(file->private_data),
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(eventfd_close, &rec);
}

static struct ipcprobe_hook hooks[] = {
	{ FN("eventfd_read", entry_read) },
	{ FN("eventfd_write", entry_write) },
	{ FN("eventfd_signal_mask", entry_signal) },
	{ FN("eventfd_release", entry_release) },
	{ TP("sched_switch", probe_switch) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_eventfd = {
	.hooks = { hooks },
	.init = init_eventfd,
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
}
