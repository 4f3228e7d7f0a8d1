// SPDX-License-Identifier: GPL-2.0
/*
 * Class unix: the positions of bytes and messages in UNIX sockets.
 *
 * The bytes of a stream get their positions when they are copied into an
 * sk_buff, before other tasks see it: skb_copy_datagram_from_iter().  Datagrams
 * and sequenced packets are numbered at skb_queue_tail() instead, where the
 * receiver is known.  The sk_buff is labelled with its position (sock.c).  A
 * receive calls skb_copy_datagram_iter() or skb_splice_bits() once for each
 * sk_buff, in the order of the queue, which a mutex preserves; the label gives
 * the position.
 *
 * Labels are given to all senders' data; records are emitted for system calls
 * only.
 */
#include <linux/ftrace.h>
#include <linux/skbuff.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "hook.h"
#include "hook_unix.h"
#include "missed.h"
#include "op.h"
#include "sock.h"

/* ---- an operation moves bytes or messages ---- */

static noinline void emit_segment(const struct ipcprobe_op *op)
{
	struct ipcprobe_rec_unix_segment rec = {
		.hdr.tid = op->tid,
		.sock = op->sock.obj->id,
		.pos = op->sock.pos,
		.bytes = op->sock.bytes,
		.flags = (op->sock.is_send ? IPCPROBE_UNIX_SENT : 0) |
			 (op->sock.flags & IPCPROBE_UNIX_PEEK),
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(unix_segment, &rec);
}

/*
 * Adds @bytes at @pos to the operation.  If they do not follow its last
 * position, the run of bytes before is emitted as a segment.
 */
static __always_inline void add_transfer(struct ipcprobe_op *op, u32 pos, u32 bytes)
{
	struct ipcprobe_op_sock *s = &op->sock;

	if (unlikely(s->bytes && s->pos + s->bytes != pos)) {
		emit_segment(op);
		s->bytes = 0;
	}
	if (!s->bytes)
		s->pos = pos;
	s->bytes += bytes;
	s->total += bytes;
	s->is_done = true;
}

/* Return: the operation that sends this sk_buff; or NULL. */
static struct ipcprobe_op *sender_of(const struct sk_buff *skb)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	return op && op->sock.obj && op->sock.obj->entry.key == skb->sk &&
	       op->sock.is_send ? op : NULL;
}

/* ---- descriptors passed with messages ---- */

/**
 * ipcprobe_unix_emit_fd - write a unix_fd record
 * @op: operation that sends or receives the file
 * @file: file
 * @pos: position of the message or of the bytes that carry the file
 * @fd: the file's descriptor in the current task; -1: not known
 * @index: the file's number among the files of the same message
 */
void ipcprobe_unix_emit_fd(const struct ipcprobe_op *op, const struct file *file,
			   u32 pos, s32 fd, u16 index)
{
	const struct inode *inode = file_inode(file);
	struct ipcprobe_rec_unix_fd rec = {
		.hdr.tid = op->tid,
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.sock = op->sock.obj->id,
		.pos = pos,
		.fd = fd,
		.mode = inode->i_mode,
		.index = index,
		.flags = (op->sock.is_send ? IPCPROBE_UNIX_SENT : 0) |
			 (op->sock.flags & IPCPROBE_UNIX_PEEK),
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(unix_fd, &rec);
}

/*
 * Emits one of the caller's lists of descriptors; its first file is number
 * @sent of @files.
 */
static int emit_rights(const struct ipcprobe_op *op,
		       const struct scm_fp_list *files, u32 pos,
		       struct cmsghdr *cmsg, int sent)
{
	const int *fd = (const int *)CMSG_DATA(cmsg);
	int nr = (cmsg->cmsg_len - sizeof(*cmsg)) / sizeof(*fd), i;

	for (i = 0; i < nr && sent < files->count; i++, sent++)
		ipcprobe_unix_emit_fd(op, files->fp[sent], pos, fd[i], sent);
	return sent;
}

/*
 * Emits the files that an sk_buff carries.  Its position is @pos; it is not in
 * the queue yet.
 */
static void emit_files_sent(struct ipcprobe_op *op, const struct sk_buff *skb,
			    u32 pos)
{
	const struct scm_fp_list *files = ipcprobe_sock_files(skb);
	struct msghdr *msg = op->sock.msg;
	struct cmsghdr *cmsg;
	int sent = 0;

	op->sock.flags |= IPCPROBE_UNIX_FDS;
	if (msg && !msg->msg_control_is_user)
		for_each_cmsghdr(cmsg, msg) {
			if (!CMSG_OK(msg, cmsg))
				break;
			if (cmsg->cmsg_level == SOL_SOCKET &&
			    cmsg->cmsg_type == SCM_RIGHTS)
				sent = emit_rights(op, files, pos, cmsg, sent);
		}
	for (; sent < files->count; sent++)
		ipcprobe_unix_emit_fd(op, files->fp[sent], pos, -1, sent);
}

/* ---- sending ---- */

/*
 * Return: the peer of the connected stream socket that allocated this sk_buff;
 * or NULL.
 */
static struct sock *stream_peer(const struct sk_buff *skb)
{
	const struct sock *sk = skb->sk;

	return sk && sk->sk_family == AF_UNIX && sk->sk_type == SOCK_STREAM ?
	       READ_ONCE(unix_peer(sk)) : NULL;
}

/* Assigns positions to @bytes that are sent to @peer and are now in an sk_buff. */
static __always_inline u32 send_bytes(struct ipcprobe_op *op,
				      struct ipcprobe_sock *peer, u32 bytes)
{
	u32 pos = atomic_fetch_add(bytes, &peer->write_pos);

	if (unlikely(!op))
		return pos;
	op->sock.peer = peer->id;
	add_transfer(op, pos, bytes);
	return pos;
}

/* skb_copy_datagram_from_iter(skb, offset, iter, len), also called for other sockets */
static void entry_copy_in(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct sk_buff *skb = ARG(fregs, 0);
	struct sock *peer_sk = stream_peer(skb);
	struct ipcprobe_sock *peer;
	struct ipcprobe_op *op;
	u32 pos;

	if (!peer_sk)
		return;
	peer = ipcprobe_sock_get(peer_sk);
	if (unlikely(!peer)) {
		ipcprobe_sock_unlabel(skb);
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(peer_sk));
		return;
	}
	op = sender_of(skb);
	pos = send_bytes(op, peer, ftrace_regs_get_argument(fregs, 3));
	ipcprobe_sock_label(skb, pos);
	if (unlikely(ipcprobe_sock_files(skb)) && op)
		emit_files_sent(op, skb, pos);
}

/*
 * True if skb_append_pagefrags() will find room: a new fragment, or a longer
 * last fragment.
 */
static bool has_room(struct sk_buff *skb, const struct page *page, int offset)
{
	int nr = skb_shinfo(skb)->nr_frags;

	return nr < MAX_SKB_FRAGS || skb_can_coalesce(skb, nr, page, offset);
}

/*
 * skb_append_pagefrags(skb, page, offset, size): a page that sendfile or splice
 * sends.  Before 6.5 the lock of the receive queue is held, and the sk_buff may
 * already be in this queue.  Its later pages follow the first one, unless
 * several tasks do this on one socket at the same time.  Descriptors that the
 * sk_buff carries came with its earlier contents.
 */
static void entry_append(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct sk_buff *skb = ARG(fregs, 0);
	struct sock *peer_sk = stream_peer(skb);
	struct ipcprobe_sock *peer = peer_sk ? ipcprobe_sock_find(peer_sk) : NULL;
	bool is_new = !skb->len && !skb_shinfo(skb)->nr_frags;
	u32 pos;

	if (!peer) {
		if (peer_sk && is_new)
			ipcprobe_sock_unlabel(skb);
		return;
	}
	if (!has_room(skb, ARG(fregs, 1), ftrace_regs_get_argument(fregs, 2)))
		return;
	pos = send_bytes(sender_of(skb), peer, ftrace_regs_get_argument(fregs, 3));
	if (is_new)
		ipcprobe_sock_label(skb, pos);
}

/*
 * Return: the socket whose receive queue this is; NULL: it is another queue.
 * Inside a call that sends, the first queue that its message is added to is a
 * receive queue; only then may the handler read a socket that was never seen.
 */
static struct ipcprobe_sock *receiver_of(struct ipcprobe_hook *hook,
					 struct ipcprobe_op *op,
					 struct sk_buff_head *queue)
{
	struct sock *sk = container_of(queue, struct sock, sk_receive_queue);
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);

	if (!op || op->sock.is_done)
		return obj;
	if (!obj)
		obj = ipcprobe_sock_get(sk);
	if (unlikely(!obj)) {
		op->sock.is_done = true;	/* the next queue may not be a socket's */
		op->sock.peer = 0;
		op->sock.flags |= IPCPROBE_UNIX_UNPLACED;
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(sk));
	} else if (unlikely(obj->epoch != READ_ONCE(ipcprobe_epoch))) {
		ipcprobe_sock_describe(obj, sk, NULL);
	}
	return obj;
}

/* skb_queue_tail(queue, skb): a message, with its receiver's lock held */
static void entry_queue_tail(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	const struct sk_buff *skb = ARG(fregs, 1);
	const struct sock *sk = skb->sk;
	struct ipcprobe_sock *peer;
	struct ipcprobe_op *op;
	u32 pos;

	if (!sk || sk->sk_family != AF_UNIX || sk->sk_type == SOCK_STREAM)
		return;
	op = sender_of(skb);
	peer = receiver_of(hook, op, ARG(fregs, 0));
	if (unlikely(!peer)) {
		ipcprobe_sock_unlabel(skb);
		return;
	}
	pos = atomic_fetch_inc(&peer->write_pos);
	ipcprobe_sock_label(skb, pos);
	if (unlikely(!op))
		return;
	op->sock.peer = peer->id;
	add_transfer(op, pos, skb->len);
	if (unlikely(ipcprobe_sock_files(skb)))
		emit_files_sent(op, skb, pos);
}

/* ---- receiving ---- */

/*
 * Return: the position of the bytes or the message received next.  Without a
 * label it follows the position received last.  A position after the last one
 * sent is impossible.
 */
static __always_inline u32 receive_position(struct ipcprobe_op *op,
					    const struct sk_buff *skb, u32 offset, u32 units)
{
	struct ipcprobe_sock *obj = op->sock.obj;
	u32 pos;

	if (likely(ipcprobe_sock_read_label(skb, &pos)))
		return obj->type == SOCK_STREAM ? pos + offset : pos;
	pos = obj->read_pos;
	if (op->sock.flags & IPCPROBE_UNIX_PEEK)
		pos += op->sock.bytes;
	if (unlikely(!obj->is_synced ||
		     (s32)(atomic_read(&obj->write_pos) - (pos + units)) < 0))
		op->sock.flags |= IPCPROBE_UNIX_RESYNC;
	return pos;
}

static void note_received(struct ipcprobe_op *op, const struct sk_buff *skb, u32 offset,
			  u32 bytes)
{
	struct ipcprobe_sock *obj = op->sock.obj, *from;
	bool is_stream = obj->type == SOCK_STREAM;
	u32 units = is_stream ? bytes : 1;
	u32 pos = receive_position(op, skb, offset, units);

	add_transfer(op, pos, bytes);
	op->sock.last_pos = pos;
	if (!(op->sock.flags & IPCPROBE_UNIX_PEEK)) {
		obj->read_pos = pos + units;
		obj->is_synced = true;
	}
	if (is_stream)
		return;
	from = ipcprobe_sock_find(skb->sk);
	op->sock.peer = from ? from->id : 0;
	if (bytes < skb->len - offset)
		op->sock.flags |= IPCPROBE_UNIX_TRUNC;
}

/* Return: the operation, if the current task receives; or NULL. */
static struct ipcprobe_op *receiving_op(void)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	return op && op->sock.obj && !op->sock.is_send ? op : NULL;
}

/* skb_copy_datagram_iter(skb, offset, iter, len), also called for other sockets */
static void entry_copy_out(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = receiving_op();

	if (op)
		note_received(op, ARG(fregs, 0), ftrace_regs_get_argument(fregs, 1),
			      ftrace_regs_get_argument(fregs, 3));
}

/*
 * Counts the bytes copied by the CPU.  The kernel copies the head of an sk_buff
 * into a page, unless the head is a page itself, and moves the other pages to
 * the pipe by reference.
 */
static void count_copied(struct ipcprobe_op *op, const struct sk_buff *skb,
			 u32 offset, u32 bytes)
{
	if (op->kind == IPCPROBE_OP_SPLICE && skb_head_is_locked(skb) &&
	    offset < skb_headlen(skb))
		op->copied += min(bytes, skb_headlen(skb) - offset);
}

/* skb_splice_bits(skb, sk, offset, pipe, len, flags), also called for other sockets */
static void entry_splice_out(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	const struct sk_buff *skb = ARG(fregs, 0);
	u32 offset = ftrace_regs_get_argument(fregs, 2);
	u32 bytes = ftrace_regs_get_argument(fregs, 4);
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (!op)
		return;
	count_copied(op, skb, offset, bytes);
	if (op->sock.obj && !op->sock.is_send)
		note_received(op, skb, offset, bytes);
}

struct ipcprobe_hook ipcprobe_unix_skb_hooks[] = {
	{ FN("skb_copy_datagram_from_iter", entry_copy_in) },
	{ FN("skb_append_pagefrags", entry_append) },
	{ FN("skb_queue_tail", entry_queue_tail) },
	{ FN("skb_copy_datagram_iter", entry_copy_out) },
	{ FN("skb_splice_bits", entry_splice_out),
	  .classes = IPCPROBE_BIT(UNIX) | IPCPROBE_BIT(PIPE) },
	{}
};
