// SPDX-License-Identifier: GPL-2.0
/*
 * Class unix: connections of UNIX sockets, the descriptors that they pass, and
 * their end.
 */
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/net.h>
#include <linux/stat.h>
#include <net/af_unix.h>
#include <net/scm.h>
#include <net/sock.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "finish.h"
#include "hook.h"
#include "hook_unix.h"
#include "missed.h"
#include "op.h"
#include "snapshot.h"
#include "sock.h"

static u16 nonblock_flag(const struct socket *socket)
{
	return socket->file && socket->file->f_flags & O_NONBLOCK ?
	       IPCPROBE_UNIX_NONBLOCK : 0;
}

/* ---- socketpair ---- */

/* unix_socketpair(a, b): no other task has the sockets yet */
static void entry_socketpair(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	struct socket *a = ARG(fregs, 0), *b = ARG(fregs, 1);
	struct ipcprobe_sock *sock = ipcprobe_sock_get(a->sk);
	struct ipcprobe_sock *peer = ipcprobe_sock_get(b->sk);
	struct ipcprobe_rec_unix_pair rec = {};

	if (unlikely(!sock || !peer)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(!sock ? a->sk : b->sk));
		return;
	}
	sock->epoch = READ_ONCE(ipcprobe_epoch);
	peer->epoch = sock->epoch;
	rec.hdr.tid = current->pid;
	rec.sock = sock->id;
	rec.peer = peer->id;
	rec.ino = sock->ino;
	rec.peer_ino = peer->ino;
	rec.type = sock->type;
	rec.state = TCP_ESTABLISHED;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(unix_pair, &rec);
}

/* ---- connect ---- */

/* unix_stream_connect(socket, address, len, flags), unix_dgram_connect() */
static void entry_connect(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op;

	op = ipcprobe_unix_begin(hook, ARG(fregs, 0), IPCPROBE_OP_UNIX_CONNECT,
				 true);
	if (op && ftrace_regs_get_argument(fregs, 3) & O_NONBLOCK)
		op->sock.flags |= IPCPROBE_UNIX_NONBLOCK;
}

static struct ipcprobe_op *find_connect(void)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	return op && op->kind == IPCPROBE_OP_UNIX_CONNECT ? op : NULL;
}

/*
 * security_unix_stream_connect(sk, listener, new): the last step that can fail.
 * No task has the new socket yet; its name will be the listener's.
 */
static void entry_stream_connect(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs)
{
	struct sock *listener = ARG(fregs, 1);
	struct ipcprobe_op *op = find_connect();
	struct ipcprobe_sock *peer;

	if (!op)
		return;
	op->sock.listener = ipcprobe_unix_id_of(hook, listener);
	peer = ipcprobe_sock_get(ARG(fregs, 2));
	if (unlikely(!peer)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_UNIX, ipcprobe_sock_reason(ARG(fregs, 2)));
		return;
	}
	peer->type = listener->sk_type;	/* the type of the new socket is not set yet */
	op->sock.peer = peer->id;
}

/* security_unix_may_send(socket, other): the address of a datagram socket is valid */
static void entry_may_send(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct socket *other = ARG(fregs, 1);
	struct ipcprobe_op *op = find_connect();

	if (op)
		op->sock.peer = ipcprobe_unix_id_of(hook, other->sk);
}

static void end_connect(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_unix_connect rec = {
		.hdr.tid = op->tid,
		.sock = op->sock.obj->id,
		.peer = ret ? 0 : op->sock.peer,
		.listener = op->sock.listener,
		.ret = ret,
		.wait_ns = op->sock.wait_ns,
		.call = op->call,
		.type = op->sock.obj->type,
		.flags = op->sock.flags & ~IPCPROBE_UNIX_MESSAGE,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(unix_connect, &rec);
}

/* ---- accept ---- */

/* unix_accept(socket, new_socket, ...) */
static void entry_accept(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct socket *socket = ARG(fregs, 0);
	struct ipcprobe_op *op;

	op = ipcprobe_unix_begin(hook, socket, IPCPROBE_OP_UNIX_ACCEPT, false);
	if (op)
		op->sock.flags |= nonblock_flag(socket);
}

/* The new socket gets its descriptor: before this no process had its number. */
static void note_accepted(struct ipcprobe_op *op, struct file *file)
{
	struct socket *socket = sock_from_file(file);
	struct ipcprobe_sock *obj = socket ? ipcprobe_sock_get(socket->sk) : NULL;

	if (!obj)
		return;
	obj->ino = SOCK_INODE(socket)->i_ino;
	op->sock.accepted = obj->id;
	op->sock.ino = obj->ino;
	op->sock.peer = ipcprobe_sock_peer_id(socket->sk);
}

static void end_accept(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_unix_accept rec = {
		.hdr.tid = op->tid,
		.sock = op->sock.accepted,
		.listener = op->sock.obj->id,
		.peer = op->sock.peer,
		.ino = op->sock.ino,
		.ret = ret,
		.wait_ns = op->sock.wait_ns,
		.call = op->call,
		.type = op->sock.obj->type,
		.flags = op->sock.flags & ~IPCPROBE_UNIX_MESSAGE,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(unix_accept, &rec);
}

/* ---- descriptors ---- */

/*
 * fd_install(fd, file): inside a call that receives, @file either came through
 * the socket, and its message refers to it as well; or the kernel has just
 * created it (with SO_PASSPIDFD, a descriptor of the sending process), and it
 * has no other reference.
 */
static void entry_fd_install(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct file *file = ARG(fregs, 1);

	if (likely(!op))
		return;
	if (op->kind == IPCPROBE_OP_UNIX_ACCEPT) {
		note_accepted(op, file);
	} else if (op->kind == IPCPROBE_OP_UNIX_RECV && op->sock.is_done &&
		   file_count(file) > 1) {
		op->sock.flags |= IPCPROBE_UNIX_FDS;
		ipcprobe_unix_emit_fd(op, file, op->sock.last_pos,
				      ftrace_regs_get_argument(fregs, 0),
				      op->sock.nr_fds++);
	}
}

/* ---- names, ends ---- */

/* unix_bind(socket, address, len): the next use of the socket describes its name */
static void entry_bind(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct socket *socket = ARG(fregs, 0);
	struct ipcprobe_sock *obj = ipcprobe_sock_find(socket->sk);

	if (obj)
		WRITE_ONCE(obj->epoch, READ_ONCE(ipcprobe_epoch) - 1);
}

/* unix_release_sock(sk, ...) */
static void entry_release(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct sock *sk = ARG(fregs, 0);
	const struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);
	struct ipcprobe_rec_unix_close rec;

	if (!obj)
		return;
	rec = (struct ipcprobe_rec_unix_close) {
		.hdr.tid = current->pid,
		.sock = obj->id,
	};
	ipcprobe_sock_queued(obj, sk, &rec.unread);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(unix_close, &rec);
}

/* unix_sock_destructor(sk) */
static void entry_destroy(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_table_forget(&ipcprobe_socks, ARG(fregs, 0));
}

static void finish_unix(struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_unix_end_wait(op);
	if (op->kind == IPCPROBE_OP_UNIX_CONNECT)
		end_connect(op, ret);
	else if (op->kind == IPCPROBE_OP_UNIX_ACCEPT)
		end_accept(op, ret);
	else
		ipcprobe_unix_finish_io(op, ret);
}

static void detach_unix(u32 staying)
{
	ipcprobe_sock_reset();
}

static struct ipcprobe_hook hooks[] = {
	{ FN("unix_socketpair", entry_socketpair) },
	{ FN("unix_stream_connect", entry_connect) },
	{ FN("unix_dgram_connect", entry_connect) },
	{ FN("security_unix_stream_connect", entry_stream_connect), .is_optional = true },
	{ FN("security_unix_may_send", entry_may_send), .is_optional = true },
	{ FN("unix_accept", entry_accept) },
	{ FN("fd_install", entry_fd_install) },
	{ FN("unix_bind", entry_bind) },
	{ FN("unix_release_sock", entry_release) },
	{ FN("unix_sock_destructor", entry_destroy) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_unix = {
	.hooks = { hooks, ipcprobe_unix_io_hooks, ipcprobe_unix_skb_hooks },
	.attach = ipcprobe_sock_reset,
	.detach = detach_unix,
	.snapshot = ipcprobe_snapshot_files,
	.finish = finish_unix,
};
