// SPDX-License-Identifier: GPL-2.0
/*
 * Class msg, System V message queues, and the numbers of messages, which POSIX
 * queues (hook_mq.c) have, too.  A message gets its number when the send has
 * allocated it, and loses the number when the receive is about to free it;
 * message.c explains why the number ties the two together.
 */
#include <linux/compat.h>
#include <linux/ftrace.h>
#include <linux/ipc_namespace.h>
#include <linux/msg.h>
#include <linux/sched.h>
#include <asm/syscall.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "finish.h"
#include "hook.h"
#include "hook_mq.h"
#include "message.h"
#include "missed.h"
#include "op.h"
#include "sysv.h"
#include "user.h"

/* ---- the kernel's private struct msg_queue ---- */

static const char *const queue_members[] = {
	"q_perm kern_ipc_perm", "q_qnum 8", "q_cbytes 8", "q_qbytes 8",
	"q_lspid *pid", "q_lrpid *pid",
};

static struct {
	int perm, nr, bytes, max_bytes, send_pid, receive_pid;
} queue;

static bool has_layout;

/* Finds the offsets.  Without BTF the contents of queues are not known. */
static void find_members(void)
{
	int *offsets = (int *)&queue;
	unsigned int i;

	has_layout = ipcprobe_btf_offsets("msg_queue", queue_members, offsets,
					  ARRAY_SIZE(queue_members)) > 0;
	for (i = 0; i < ARRAY_SIZE(queue_members); i++)
		has_layout &= offsets[i] >= 0;
}

#define MEMBER(perm, offset, type)	\
	READ_ONCE(*(type *)((char *)(perm) - queue.perm + (offset)))

/* ---- send and receive ---- */

static __always_inline void set_message(struct ipcprobe_op *op, s32 id, s64 type,
					u64 bytes, u16 msgflg)
{
	op->wait_begin_ns = 0;
	op->msg.ns = ipcprobe_ipc_ns();
	op->msg.id = id;
	op->msg.type = type;
	op->msg.bytes = min_t(u64, bytes, U32_MAX);
	op->msg.msgflg = msgflg;
	op->msg.seq = 0;
}

/* do_msgsnd(msqid, type, text, bytes, msgflg) */
static void entry_send(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_MSG_SEND);

	if (unlikely(!op))
		return;
	op->addr = ftrace_regs_get_argument(fregs, 2);
	set_message(op, ftrace_regs_get_argument(fregs, 0),
		    ftrace_regs_get_argument(fregs, 1),
		    ftrace_regs_get_argument(fregs, 3),
		    ftrace_regs_get_argument(fregs, 4));
	ipcprobe_buffer_begin(&op->buffer, op->addr, op->msg.bytes, false);
}

/*
 * Return: address of the text, which follows the type.  The type is a long of
 * the program.
 */
static u64 text_of(u64 msgp)
{
	return msgp + (in_compat_syscall() ? sizeof(s32) : sizeof(s64));
}

/* do_msgrcv(msqid, msgp, bytes, type, msgflg, handler) */
static void entry_receive(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_MSG_RECEIVE);

	if (unlikely(!op))
		return;
	op->addr = text_of(ftrace_regs_get_argument(fregs, 1));
	set_message(op, ftrace_regs_get_argument(fregs, 0),
		    ftrace_regs_get_argument(fregs, 3),
		    ftrace_regs_get_argument(fregs, 2),
		    ftrace_regs_get_argument(fregs, 4));
}

/*
 * security_msg_msg_alloc(msg): a message was allocated, and its text copied in.
 * With MSG_COPY the receiver allocates a message as well, which gets no number.
 */
static void entry_made(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	u32 seq;

	if (unlikely(!op) || (op->kind != IPCPROBE_OP_MSG_SEND &&
			      op->kind != IPCPROBE_OP_MQ_SEND))
		return;
	seq = ipcprobe_message_add(ARG(fregs, 0));
	if (unlikely(!seq))
		ipcprobe_missed(hook, IPCPROBE_CLASS_MSG, ipcprobe_message_reason(ARG(fregs, 0)));
	if (op->kind == IPCPROBE_OP_MSG_SEND)
		op->msg.seq = seq;
	else
		op->mq.seq = seq;
}

/* copy_msg(from, to): MSG_COPY found a message */
static void entry_copy(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct msg_msg *msg = ARG(fregs, 0);
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (!op || op->kind != IPCPROBE_OP_MSG_RECEIVE)
		return;
	op->msg.seq = ipcprobe_message_find(msg);
	op->msg.type = msg->m_type;
	op->msg.bytes = msg->m_ts;
}

/* Begins a receive that slept when the hooks were attached: its begin is not known. */
static struct ipcprobe_op *begin_late(struct ipcprobe_hook *hook)
{
	unsigned long args[6];
	struct ipcprobe_op *op;

	if (!ipcprobe_is_in_call(__NR_msgrcv))
		return ipcprobe_mq_begin_late(hook);
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_MSG_RECEIVE);
	if (!op)
		return NULL;
	syscall_get_arguments(current, task_pt_regs(current), args);
	op->begin = 0;
	op->addr = text_of(args[1]);
	set_message(op, args[0], args[3], args[2], args[4]);
	return op;
}

/*
 * free_msg(msg): it was received, or could not be sent, or its queue is
 * removed.
 */
static void entry_free(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct msg_msg *msg = ARG(fregs, 0);
	u32 seq = ipcprobe_message_remove(msg);
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (unlikely(!op))
		op = begin_late(hook);
	if (unlikely(!op))
		return;
	if (op->kind == IPCPROBE_OP_MQ_RECEIVE) {
		op->mq.seq = seq;
		op->mq.prio = msg->m_type;
		op->mq.bytes = msg->m_ts;
	} else if (op->kind == IPCPROBE_OP_MSG_RECEIVE &&
		   !(op->msg.msgflg & MSG_COPY)) {
		op->msg.seq = seq;
		op->msg.type = msg->m_type;
		op->msg.bytes = msg->m_ts;
	}
}

/* Called by wait.c, in the middle of a task switch. */
static void emit_block(struct ipcprobe_op *op)
{
	struct ipcprobe_rec_msg_block rec = {
		.hdr.tid = op->tid,
		.type = op->msg.type,
		.ns = op->msg.ns,
		.id = op->msg.id,
		.bytes = op->msg.bytes,
		.msgflg = op->msg.msgflg,
		.flags = op->kind == IPCPROBE_OP_MSG_SEND ? IPCPROBE_IO_FULL :
							    IPCPROBE_IO_EMPTY,
	};

	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(msg_block, &rec);
}

/* Fills the fields that sends and receives have in common. */
static __always_inline void fill_message(struct ipcprobe_rec_msg_io *rec,
					 const struct ipcprobe_op *op, s32 ret)
{
	rec->addr = op->addr;
	rec->type = op->msg.type;
	rec->ns = op->msg.ns;
	rec->id = op->msg.id;
	rec->seq = op->msg.seq;
	rec->bytes = op->msg.bytes;
	rec->ret = ret;
	rec->blocked_ns = ipcprobe_op_blocked_ns(op);
	rec->msgflg = op->msg.msgflg;
	rec->__pad = 0;
}

static __always_inline void fill_send(struct ipcprobe_rec_msg_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_message(rec, op, ret);
	ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->addr, &op->buffer);
}

/* Emits the bytes of a send; the call itself returns 0. */
static void emit_sent(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_MSG, U64_MAX, 0, ret < 0 ? ret : op->msg.bytes);
}

IPCPROBE_DEFINE_EMIT_IO(msg_send, op->begin, fill_send, emit_sent)

static __always_inline void fill_receive(struct ipcprobe_rec_msg_io *rec,
					 const struct ipcprobe_op *op, s32 ret)
{
	fill_message(rec, op, ret);
	ipcprobe_prints_of(IPCPROBE_PRINTS(rec), op->addr, ret);
}

static void emit_received(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_MSG, U64_MAX, 0, ret);
}

IPCPROBE_DEFINE_EMIT_IO(msg_receive, op->begin, fill_receive, emit_received)

/* The finish functions are called by op_end.c when the operation is over. */
void ipcprobe_msg_finish_send(struct ipcprobe_op *op, s32 ret)
{
	if (ret < 0)
		op->msg.seq = 0;
	emit_msg_send(op, ret);
	ipcprobe_op_release(op);
}

void ipcprobe_msg_finish_receive(struct ipcprobe_op *op, s32 ret)
{
	emit_msg_receive(op, ret);
	ipcprobe_op_release(op);
}

/* ---- life of queues ---- */

/* newque(ns, params) */
static void entry_create(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_op_begin(hook, IPCPROBE_OP_MSG_CREATE);
}

static void end_create(struct ipcprobe_op *op, s32 id)
{
	const struct kern_ipc_perm *perm = ipcprobe_sysv_find(IPCPROBE_SYSV_MSG, id);
	struct ipcprobe_rec_msg_create rec = {
		.hdr.tid = op->tid,
		.ns = ipcprobe_ipc_ns(),
		.id = id,
		.key = perm ? perm->key : 0,
		.max_bytes = current->nsproxy->ipc_ns->msg_ctlmnb,
	};

	if (id < 0)
		return;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(msg_create, &rec);
}

/* freeque(ns, perm), under the queue's lock */
static void entry_destroy(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct ipc_namespace *ns = ARG(fregs, 0);
	const struct kern_ipc_perm *perm = ARG(fregs, 1);
	struct ipcprobe_rec_msg_destroy rec = {
		.hdr.tid = current->pid,
		.ns = ns->ns.inum,
		.id = perm->id,
		.nr_messages = U32_MAX,
		.bytes = U32_MAX,
	};

	if (has_layout) {
		rec.nr_messages = MEMBER(perm, queue.nr, const unsigned long);
		rec.bytes = MEMBER(perm, queue.bytes, const unsigned long);
	}
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(msg_destroy, &rec);
}

/**
 * describe_queue - write a msg_snapshot record
 * @session: session that gets the record
 * @ns: number of the IPC namespace
 * @perm: the queue
 *
 * Context: task context, RCU read side.
 */
static void describe_queue(struct ipcprobe_session *session, u32 ns,
			   struct kern_ipc_perm *perm)
{
	struct ipcprobe_rec_msg_snapshot rec = {
		.ns = ns,
		.nr_messages = U32_MAX,
		.bytes = U32_MAX,
		.max_bytes = U32_MAX,
	};
	bool deleted;

	spin_lock(&perm->lock);
	deleted = perm->deleted;
	rec.id = perm->id;
	rec.key = perm->key;
	if (has_layout && !deleted) {
		rec.nr_messages = MEMBER(perm, queue.nr, unsigned long);
		rec.bytes = MEMBER(perm, queue.bytes, unsigned long);
		rec.max_bytes = MEMBER(perm, queue.max_bytes, unsigned long);
		rec.send_pid = pid_nr(MEMBER(perm, queue.send_pid, struct pid *));
		rec.receive_pid = pid_nr(MEMBER(perm, queue.receive_pid, struct pid *));
	}
	spin_unlock(&perm->lock);
	if (deleted)
		return;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(msg_snapshot, &rec, session);
}

static int snapshot_namespace(struct ipcprobe_session *session, struct ipc_namespace *ns)
{
	int err = ipcprobe_sysv_walk(session, ns, IPCPROBE_SYSV_MSG, describe_queue);

	if (err || !ns->mq_mnt)
		return err;
	return ipcprobe_mq_snapshot(session, ns->mq_mnt, ns->ns.inum);
}

static int snapshot_msg(struct ipcprobe_session *session)
{
	return ipcprobe_walk_ipc(session, snapshot_namespace);
}

static void init_msg(void)
{
	find_members();
	ipcprobe_mq_init();
}

static void detach_msg(u32 staying)
{
	ipcprobe_message_reset();
}

static void finish_msg(struct ipcprobe_op *op, s32 ret)
{
	if (op->kind == IPCPROBE_OP_MSG_CREATE)
		end_create(op, ret);
	else
		ipcprobe_mq_finish(op, ret);
}

static void block_msg(struct ipcprobe_op *op)
{
	if (op->kind == IPCPROBE_OP_MSG_SEND || op->kind == IPCPROBE_OP_MSG_RECEIVE)
		emit_block(op);
	else
		ipcprobe_mq_block(op);
}

static struct ipcprobe_hook hooks[] = {
	{ FN("do_msgsnd", entry_send) },
	{ FN("do_msgrcv", entry_receive), .one_of = "msgrcv" },
	/*
	 * name of the function without its last argument, in kernels without
	 * 32-bit calls
	 */
	{ FN("do_msgrcv.constprop.0", entry_receive), .one_of = "msgrcv" },
	{ FN("security_msg_msg_alloc", entry_made), .is_optional = true },
	{ FN("copy_msg", entry_copy),
	  .is_absent = !IS_ENABLED(CONFIG_CHECKPOINT_RESTORE), .is_optional = true },
	{ FN("free_msg", entry_free) },
	{ FN("newque", entry_create) },
	{ FN("freeque", entry_destroy) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_msg = {
	.hooks = { hooks, ipcprobe_mq_hooks },
	.init = init_msg,
	.detach = detach_msg,
	.snapshot = snapshot_msg,
	.finish = finish_msg,
	.block = block_msg,
};
