// SPDX-License-Identifier: GPL-2.0
/*
 * Class unix: the calls that send to and receive from UNIX sockets, from entry
 * to end, and their waits.
 *
 *	unix_stream_sendmsg()            begin: buffers, socket, entry time
 *	  prepare_to_wait()              no room: unix_block
 *	  finish_wait()                  unix_unblock
 *	  skb_copy_datagram_from_iter()  positions (hook_unix_skb.c)
 *	  ... until all is sent
 *	sys_exit                         one unix_send record
 *
 * sendfile and splice are operations of other classes as well, and keep the state
 * of their socket in the same struct ipcprobe_op.
 */
#include <linux/ftrace.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "buffer.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "epoch.h"
#include "finish.h"
#include "hook.h"
#include "hook_unix.h"
#include "missed.h"
#include "op.h"
#include "sock.h"
#include "user.h"
#include "vector.h"

static bool has_messages(const struct ipcprobe_op *op)
{
	return op->sock.obj->type != SOCK_STREAM;
}

/* ---- records ---- */

/* Fills the fields that sends and receives have in common. */
static __always_inline void fill_io(struct ipcprobe_rec_unix_io *rec,
				    const struct ipcprobe_op *op, s32 ret)
{
	rec->addr = op->sock.addr;
	rec->sock = op->sock.obj->id;
	rec->peer = op->sock.peer;
	rec->pos = op->sock.pos;
	rec->count = op->sock.count;
	rec->ret = ret;
	rec->wait_ns = op->sock.wait_ns;
	rec->call = op->call;
	rec->nr_segs = op->sock.nr_segs;
	rec->flags = op->sock.flags;
}

static __always_inline void fill_send(struct ipcprobe_rec_unix_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_io(rec, op, ret);
	ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->sock.addr, &op->sock.buffer);
}

static __always_inline void fill_recv(struct ipcprobe_rec_unix_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_io(rec, op, ret);
	ipcprobe_prints_brought(IPCPROBE_PRINTS(rec), op->sock.addr, &op->sock.buffer, ret);
}

static void emit_moved(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit(&(struct ipcprobe_moved) {
		.class_id = IPCPROBE_CLASS_UNIX,
		.tid = op->tid,
		.addr = op->sock.addr,
		.room = ipcprobe_buffer_room(&op->sock.buffer, !op->sock.is_send),
		.nr_more = op->sock.nr_segs > 1 ? op->io.nr : 0,
		.more = op->io.iov,
		.bytes = ret,
	});
}

IPCPROBE_DEFINE_EMIT_IO(unix_send, op->sock.begin, fill_send, emit_moved)
IPCPROBE_DEFINE_EMIT_IO(unix_recv, op->sock.begin, fill_recv, emit_moved)

static void emit_io(const struct ipcprobe_op *op, s32 ret)
{
	if (op->sock.is_send) {
		emit_unix_send(op, ret);
		return;
	}
	if (unlikely(op->sock.nr_segs > 1))
		ipcprobe_vector_end(op, op->sock.buffer.room, ret, IPCPROBE_CLASS_UNIX);
	emit_unix_recv(op, ret);
}

/* Return: bytes of the current message, or all bytes that a call moved in a stream. */
static s32 bytes_of_message(const struct ipcprobe_op *op)
{
	return op->sock.is_send && has_messages(op) ? op->sock.count : op->sock.total;
}

/*
 * sendmmsg and recvmmsg return the number of messages that succeeded; sendfile
 * and splice to a datagram socket return the bytes of all messages.
 *
 * Return: false if the result of the message under way is not known: it failed,
 * and the call did not return its error.
 */
static bool result_of_message(const struct ipcprobe_op *op, s32 ret, s32 *result)
{
	bool is_counted = op->call == IPCPROBE_CALL_SENDMMSG ||
			  op->call == IPCPROBE_CALL_RECVMMSG;

	*result = ret;
	if (ret < 0 || (!is_counted && !op->sock.nr_before))
		return true;
	*result = bytes_of_message(op);
	return is_counted ? op->sock.nr_before < ret : op->sock.is_done;
}

/*
 * Emits the record of a message.  The message may have succeeded although no
 * transfer was seen: the filter of the receiving socket dropped the message, or
 * a BPF program redirected the bytes.
 */
static void emit_maybe_unplaced(struct ipcprobe_op *op, s32 ret)
{
	if (!op->sock.is_done &&
	    (ret > 0 || (!ret && op->sock.is_send && has_messages(op)))) {
		op->sock.peer = 0;
		op->sock.flags |= IPCPROBE_UNIX_UNPLACED;
	}
	emit_io(op, ret);
}

/* Called when a splice or sendfile is over. */
void ipcprobe_unix_finish_io(struct ipcprobe_op *op, s32 ret)
{
	s32 result;

	ipcprobe_unix_end_wait(op);
	if (result_of_message(op, ret, &result))
		emit_maybe_unplaced(op, result);
}

/* Called by op_end.c when the operation is over. */
void ipcprobe_unix_finish_call(struct ipcprobe_op *op, s32 ret)
{
	if (likely(op->sock.is_done && !op->sock.waiting && !op->sock.nr_before &&
		   op->call != IPCPROBE_CALL_SENDMMSG &&
		   op->call != IPCPROBE_CALL_RECVMMSG))
		emit_io(op, ret);
	else
		ipcprobe_unix_finish_io(op, ret);
	ipcprobe_entry_put(&op->sock.obj->entry);
	op->sock.obj = NULL;
	ipcprobe_op_release(op);
}

/* ---- waits ---- */

/*
 * Return: id of the other end of a waiting transfer; 0: not known.  The
 * receiver of a datagram is known after the datagram was queued; before that,
 * only if it is sent to the socket's connected peer.
 */
static u32 other_end(const struct ipcprobe_op *op)
{
	if (op->kind == IPCPROBE_OP_UNIX_CONNECT)
		return op->sock.listener;
	if (!op->sock.peer && op->sock.is_send && op->sock.msg &&
	    !op->sock.msg->msg_namelen)
		return ipcprobe_sock_peer_id(op->sock.obj->entry.key);
	return op->sock.peer;
}

static void emit_block(const struct ipcprobe_op *op)
{
	struct ipcprobe_rec_unix_block rec = {
		.hdr.tid = op->tid,
		.sock = op->sock.obj->id,
		.peer = other_end(op),
		.flags = op->sock.waiting,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->sock.begin, &rec.dur_ns);
	IPCPROBE_EMIT(unix_block, &rec);
}

static void begin_wait(struct ipcprobe_op *op, u16 why)
{
	op->sock.waiting = why;
	op->sock.flags |= IPCPROBE_UNIX_BLOCKED;
	op->sock.wait_begin = ipcprobe_stamp();
	emit_block(op);
}

/* Ends the wait, if there is one.  A signal ends a wait without finish_wait(). */
void ipcprobe_unix_end_wait(struct ipcprobe_op *op)
{
	struct ipcprobe_rec_unix_unblock rec;
	u32 wait_ns;

	if (likely(!op->sock.waiting))
		return;
	rec = (struct ipcprobe_rec_unix_unblock) {
		.hdr.tid = op->tid,
		.sock = op->sock.obj->id,
		.flags = op->sock.waiting,
	};
	op->sock.waiting = 0;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->sock.wait_begin, &wait_ns);
	op->sock.wait_ns = ipcprobe_ns32((u64)op->sock.wait_ns + wait_ns);
	IPCPROBE_EMIT(unix_unblock, &rec);
}

/*
 * prepare_to_wait(wq, ...): a wait for bytes, a message, a connection, or room.
 * The wait queue is the socket's own, or that of the receiver, as set by
 * unix_wait_for_peer().
 */
static void entry_prepare_to_wait(struct ipcprobe_hook *hook,
				  struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (likely(!op || !op->sock.obj) || op->sock.waiting ||
	    ARG(fregs, 0) != op->sock.queue || signal_pending(current))
		return;
	begin_wait(op, op->sock.is_send ? IPCPROBE_UNIX_FULL : IPCPROBE_UNIX_EMPTY);
}

/**
 * ipcprobe_unix_id_of - get the number of a socket that is not the caller's own
 * @hook: counts a miss
 * @sk: the other socket; the kernel holds it during the call
 *
 * Context: task context, preemption off.  Return: its number; 0: not known.
 */
u32 ipcprobe_unix_id_of(struct ipcprobe_hook *hook, struct sock *sk)
{
	struct ipcprobe_sock *obj = ipcprobe_sock_get(sk);

	if (unlikely(!obj)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(sk));
		return 0;
	}
	if (obj->epoch != READ_ONCE(ipcprobe_epoch))
		ipcprobe_sock_describe(obj, sk, NULL);
	return obj->id;
}

/*
 * unix_wait_for_peer(other, timeout): @other's queue of messages or connections
 * is full
 */
static void entry_wait_for_peer(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct sock *other = ARG(fregs, 0);

	if (!op || !op->sock.obj || !op->sock.is_send)
		return;
	op->sock.queue = &unix_sk(other)->peer_wait;
	if (op->kind == IPCPROBE_OP_UNIX_CONNECT)
		op->sock.listener = ipcprobe_unix_id_of(hook, other);
	else
		op->sock.peer = ipcprobe_unix_id_of(hook, other);
}

void ipcprobe_unix_finish_wait(struct ipcprobe_op *op,
			       const wait_queue_head_t *queue)
{
	if (queue == op->sock.queue)
		ipcprobe_unix_end_wait(op);
}

/* ---- begin ---- */

static __always_inline void set_buffer(struct ipcprobe_op *op, u64 addr, u64 bytes,
				       bool is_send)
{
	op->sock.nr_segs = 1;
	op->sock.addr = addr;
	ipcprobe_buffer_begin(&op->sock.buffer, addr, bytes, !is_send);
}

/* The data is in pages of the kernel: there is no user buffer. */
static void set_pages(struct ipcprobe_op *op)
{
	op->sock.nr_segs = 0;
	op->sock.addr = 0;
	op->sock.buffer = (union ipcprobe_buffer) {};
	op->sock.flags |= IPCPROBE_UNIX_PAGES;
}

static __always_inline void set_vector(struct ipcprobe_op *op, const struct iov_iter *iter,
				       bool is_send)
{
	const struct iovec *iov = iter_iov(iter);
	u8 i;

	set_buffer(op, (unsigned long)iov->iov_base + iter->iov_offset,
		   min(iov->iov_len - iter->iov_offset, iov_iter_count(iter)), is_send);
	if (likely(iter->nr_segs == 1))
		return;
	op->sock.nr_segs = min_t(unsigned long, iter->nr_segs, U8_MAX);
	op->io.nr = 0;
	for (i = 1; i < op->sock.nr_segs; i++)
		ipcprobe_vector_add(op, &iov[i], op->sock.nr_segs, IPCPROBE_CLASS_UNIX,
				    !is_send);
}

static __always_inline void set_buffers(struct ipcprobe_op *op, const struct iov_iter *iter,
					bool is_send)
{
	if (iter_is_ubuf(iter))
		set_buffer(op, (unsigned long)iter->ubuf + iter->iov_offset,
			   iov_iter_count(iter), is_send);
	else if (iter_is_iovec(iter) && iter->nr_segs)
		set_vector(op, iter, is_send);
	else
		set_pages(op);
}

/*
 * Initialises the state of one message, or of a whole call on a stream.  @obj
 * is referenced.
 */
static __always_inline void reset_sock(struct ipcprobe_op *op,
				       struct ipcprobe_sock *obj, struct sock *sk,
				       bool is_send)
{
	struct ipcprobe_op_sock *s = &op->sock;

	/* Set field by field, for the same reason as in op.c. */
	s->obj = obj;
	s->msg = NULL;
	s->queue = sk_sleep(sk);
	s->begin = op->begin;
	s->count = 0;
	s->peer = 0;
	s->pos = 0;
	s->bytes = 0;
	s->total = 0;
	s->wait_ns = 0;
	s->nr_before = 0;
	s->nr_fds = 0;
	s->flags = obj->type == SOCK_STREAM ? 0 : IPCPROBE_UNIX_MESSAGE;
	s->waiting = 0;
	s->is_send = is_send;
	s->is_done = false;
}

/* Called at the begin of a call on a socket: no lock of the socket is held. */
static __always_inline void use_socket(struct ipcprobe_op *op,
				       struct ipcprobe_sock *obj,
				       struct sock *sk, bool is_send)
{
	refcount_inc(&obj->entry.refs);
	reset_sock(op, obj, sk, is_send);
	if (unlikely(obj->epoch != READ_ONCE(ipcprobe_epoch)))
		ipcprobe_sock_describe_pair(obj, sk);
}

/* Begins the next message of the same call. */
static void begin_next(struct ipcprobe_op *op, struct sock *sk)
{
	u32 nr = op->sock.nr_before + 1;

	ipcprobe_unix_end_wait(op);
	if (op->sock.is_done || op->sock.is_send)
		emit_maybe_unplaced(op, bytes_of_message(op));
	reset_sock(op, op->sock.obj, sk, op->sock.is_send);
	op->sock.begin = ipcprobe_stamp();
	op->sock.nr_before = nr;
}

/*
 * Continues in an operation: inside sendfile or splice, or with a further
 * message of the call.  Return: NULL if no new state begins.
 */
static struct ipcprobe_op *go_on(struct ipcprobe_op *op, struct sock *sk,
				 bool is_send)
{
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);

	if (op->sock.obj) {
		if (op->sock.obj != obj || op->sock.is_send != is_send)
			return NULL;
		if (!has_messages(op) && op->call != IPCPROBE_CALL_SENDMMSG &&
		    op->call != IPCPROBE_CALL_RECVMMSG)
			return NULL;
		begin_next(op, sk);
		return op;
	}
	if (op->kind != IPCPROBE_OP_SPLICE && op->kind != IPCPROBE_OP_FILE_COPY)
		return NULL;
	obj = ipcprobe_sock_get(sk);
	if (!obj)
		return NULL;
	use_socket(op, obj, sk, is_send);
	return op;
}

/*
 * Slow path: a socket that was never seen, or a task that is already in an
 * operation.
 */
static noinline struct ipcprobe_op *begin_op_slow(struct ipcprobe_hook *hook,
						  struct sock *sk, u8 kind,
						  bool is_send)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct ipcprobe_sock *obj;

	if (op)
		return go_on(op, sk, is_send);
	op = ipcprobe_op_begin(hook, kind);
	if (!op)
		return NULL;
	obj = ipcprobe_sock_get(sk);
	if (unlikely(!obj)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(sk));
		ipcprobe_op_free(op);
		return NULL;
	}
	use_socket(op, obj, sk, is_send);
	return op;
}

static __always_inline struct ipcprobe_op *
begin_op(struct ipcprobe_hook *hook, struct socket *socket, u8 kind, bool is_send)
{
	struct sock *sk = socket->sk;
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);
	struct ipcprobe_op *op = likely(obj) ? ipcprobe_op_try_begin(kind) : NULL;

	if (unlikely(!op))
		return begin_op_slow(hook, sk, kind, is_send);
	use_socket(op, obj, sk, is_send);
	return op;
}

/**
 * ipcprobe_unix_begin - begin an operation of the current task on a socket
 * @hook: counts a miss
 * @socket: socket
 * @kind: enum ipcprobe_op_kind
 * @is_send: a wait is a wait for room
 *
 * Return: the operation, its sock member reset; NULL: there is nothing to
 * record, or the operation continues.
 */
struct ipcprobe_op *ipcprobe_unix_begin(struct ipcprobe_hook *hook,
					struct socket *socket, u8 kind,
					bool is_send)
{
	struct ipcprobe_op *op = begin_op(hook, socket, kind, is_send);

	if (likely(op)) {
		op->sock.listener = 0;
		op->sock.ino = 0;
	}
	return op;
}

static __always_inline void begin_io(struct ipcprobe_hook *hook,
				     struct socket *socket, struct msghdr *msg,
				     size_t count, unsigned int flags, bool is_send)
{
	struct ipcprobe_op *op;

	op = begin_op(hook, socket, is_send ? IPCPROBE_OP_UNIX_SEND :
					   IPCPROBE_OP_UNIX_RECV, is_send);
	if (unlikely(!op))
		return;
	op->sock.msg = msg;
	op->sock.count = min_t(size_t, count, U32_MAX);
	if (op->sock.obj->type != SOCK_DGRAM)
		op->sock.peer = ipcprobe_sock_peer_id(socket->sk);
	if (flags & MSG_DONTWAIT)
		op->sock.flags |= IPCPROBE_UNIX_NONBLOCK;
	if (!is_send && flags & MSG_PEEK)
		op->sock.flags |= IPCPROBE_UNIX_PEEK;
	if (msg)
		set_buffers(op, &msg->msg_iter, is_send);
	else
		set_pages(op);
}

/* unix_stream_sendmsg(socket, msg, len); unix_dgram_sendmsg() has the same arguments */
static void entry_sendmsg(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct msghdr *msg = ARG(fregs, 1);

	begin_io(hook, ARG(fregs, 0), msg, ftrace_regs_get_argument(fregs, 2),
		 msg->msg_flags, true);
}

/* unix_stream_sendpage(socket, page, offset, size, flags), before 6.5 */
static void entry_sendpage(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_io(hook, ARG(fregs, 0), NULL, ftrace_regs_get_argument(fregs, 3),
		 ftrace_regs_get_argument(fregs, 4), true);
}

/* unix_stream_recvmsg(socket, msg, size, flags) */
static void entry_recvmsg(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_io(hook, ARG(fregs, 0), ARG(fregs, 1),
		 ftrace_regs_get_argument(fregs, 2),
		 ftrace_regs_get_argument(fregs, 3), false);
}

/* __unix_dgram_recvmsg(sk, msg, size, flags) */
static void entry_dgram_recvmsg(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs)
{
	const struct sock *sk = ARG(fregs, 0);

	begin_io(hook, sk->sk_socket, ARG(fregs, 1),
		 ftrace_regs_get_argument(fregs, 2),
		 ftrace_regs_get_argument(fregs, 3), false);
}

/* unix_stream_splice_read(socket, pos, pipe, size, flags) */
static void entry_splice_read(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs)
{
	begin_io(hook, ARG(fregs, 0), NULL, ftrace_regs_get_argument(fregs, 3),
		 0, false);
}

struct ipcprobe_hook ipcprobe_unix_io_hooks[] = {
	{ FN("unix_stream_sendmsg", entry_sendmsg) },
	{ FN("unix_dgram_sendmsg", entry_sendmsg) },
	{ FN("unix_stream_sendpage", entry_sendpage),
	  .is_absent = !IPCPROBE_UNIX_HAS_SENDPAGE },
	{ FN("unix_stream_recvmsg", entry_recvmsg) },
	{ FN("__unix_dgram_recvmsg", entry_dgram_recvmsg) },
	{ FN("unix_stream_splice_read", entry_splice_read) },
	{ FN("prepare_to_wait", entry_prepare_to_wait) },
	{ FN("prepare_to_wait_exclusive", entry_prepare_to_wait) },
	{ FN("unix_wait_for_peer", entry_wait_for_peer) },
	{}
};
