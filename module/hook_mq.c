// SPDX-License-Identifier: GPL-2.0
/*
 * Class msg, POSIX message queues.  The queues are files of the mqueue file
 * system.  The numbers of their messages come from hook_msg.c.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/mount.h>
#include <linux/mqueue.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "finish.h"
#include "hook.h"
#include "hook_mq.h"
#include "op.h"
#include "session.h"
#include "sysv.h"
#include "user.h"

/* ---- the kernel's private struct mqueue_inode_info ---- */

static const char *const info_members[] = { "vfs_inode inode", "attr mq_attr" };

static struct {
	int inode, attr;
} info;

static bool has_layout;

/* Finds the offsets.  Without BTF the sizes and contents of queues are not known. */
void ipcprobe_mq_init(void)
{
	has_layout = ipcprobe_btf_offsets("mqueue_inode_info", info_members,
					  (int *)&info, 2) > 0 &&
		     info.inode >= 0 && info.attr >= 0;
}

static const struct mq_attr *attr_of(const struct inode *inode)
{
	return (const void *)inode - info.inode + info.attr;
}

#define MQUEUE_MAGIC	0x19800202	/* the kernel's own, in ipc/mqueue.c */

static bool is_queue(const struct inode *inode)
{
	return S_ISREG(inode->i_mode) && inode->i_sb->s_magic == MQUEUE_MAGIC;
}

/* ---- send and receive ---- */

/* Sets the queue of a descriptor, if the descriptor is a queue's. */
static void set_queue(struct ipcprobe_op *op, s32 fd)
{
	struct file *file = fget(fd);
	const struct inode *inode;

	op->wait_begin_ns = 0;
	op->flags = 0;
	op->mq.fd = fd;
	op->mq.dev = 0;
	op->mq.ino = 0;
	if (!file)
		return;
	inode = file_inode(file);
	if (is_queue(inode)) {
		op->mq.dev = inode->i_sb->s_dev;
		op->mq.ino = inode->i_ino;
		if (file->f_flags & O_NONBLOCK)
			op->flags = IPCPROBE_IO_NONBLOCK;
	}
	fput(file);
}

/* do_mq_timedsend(fd, text, bytes, prio, timeout) */
static void begin_send(struct ipcprobe_hook *hook, s32 fd, u64 addr, u64 bytes, u32 prio)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_MQ_SEND);

	if (unlikely(!op))
		return;
	set_queue(op, fd);
	op->addr = addr;
	op->mq.bytes = min_t(u64, bytes, U32_MAX);
	op->mq.prio = prio;
	op->mq.seq = 0;
	ipcprobe_buffer_begin(&op->buffer, addr, op->mq.bytes, false);
}

static void entry_send(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_send(hook, ftrace_regs_get_argument(fregs, 0),
		   ftrace_regs_get_argument(fregs, 1),
		   ftrace_regs_get_argument(fregs, 2),
		   ftrace_regs_get_argument(fregs, 3));
}

/* mq_timedsend(2) itself: the function's argument is the task's registers. */
static void entry_send_call(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	unsigned long args[6];

	syscall_get_arguments(current, task_pt_regs(current), args);
	begin_send(hook, args[0], args[1], args[2], args[3]);
}

static void set_receive(struct ipcprobe_op *op, s32 fd, u64 addr, u64 bytes)
{
	set_queue(op, fd);
	op->addr = addr;
	op->mq.bytes = min_t(u64, bytes, U32_MAX);
	op->mq.prio = 0;
	op->mq.seq = 0;
}

/* do_mq_timedreceive(fd, text, bytes, prio, timeout) */
static void begin_receive(struct ipcprobe_hook *hook, s32 fd, u64 addr, u64 bytes)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_MQ_RECEIVE);

	if (likely(op))
		set_receive(op, fd, addr, bytes);
}

static void entry_receive(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_receive(hook, ftrace_regs_get_argument(fregs, 0),
		      ftrace_regs_get_argument(fregs, 1),
		      ftrace_regs_get_argument(fregs, 2));
}

static void entry_receive_call(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	unsigned long args[6];

	syscall_get_arguments(current, task_pt_regs(current), args);
	begin_receive(hook, args[0], args[1], args[2]);
}

/**
 * ipcprobe_mq_begin_late - begin a receive that slept when the hooks were attached
 * @hook: counts a miss
 *
 * Context: task context, preemption off.
 * Return: the operation; NULL when the current task is in no such call.
 */
struct ipcprobe_op *ipcprobe_mq_begin_late(struct ipcprobe_hook *hook)
{
	unsigned long args[6];
	struct ipcprobe_op *op;

	if (!ipcprobe_is_in_call(__NR_mq_timedreceive))
		return NULL;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_MQ_RECEIVE);
	if (!op)
		return NULL;
	syscall_get_arguments(current, task_pt_regs(current), args);
	op->begin = 0;
	set_receive(op, args[0], args[1], args[2]);
	return op;
}

/* Called by wait.c, in the middle of a task switch. */
void ipcprobe_mq_block(struct ipcprobe_op *op)
{
	struct ipcprobe_rec_mq_block rec = {
		.hdr.tid = op->tid,
		.dev = op->mq.dev,
		.ino = op->mq.ino,
		.fd = op->mq.fd,
		.flags = op->kind == IPCPROBE_OP_MQ_SEND ? IPCPROBE_IO_FULL :
							   IPCPROBE_IO_EMPTY,
	};

	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(mq_block, &rec);
}

/* Fills the fields that sends and receives have in common. */
static __always_inline void fill_message(struct ipcprobe_rec_mq_io *rec,
					 const struct ipcprobe_op *op, s32 ret)
{
	rec->addr = op->addr;
	rec->dev = op->mq.dev;
	rec->ino = op->mq.ino;
	rec->fd = op->mq.fd;
	rec->seq = op->mq.seq;
	rec->bytes = op->mq.bytes;
	rec->prio = op->mq.prio;
	rec->ret = ret;
	rec->blocked_ns = ipcprobe_op_blocked_ns(op);
	rec->flags = op->flags;
	rec->__pad = 0;
}

static __always_inline void fill_send(struct ipcprobe_rec_mq_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_message(rec, op, ret);
	ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->addr, &op->buffer);
}

/* Emits the bytes of a send; the call itself returns 0. */
static void emit_sent(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_MSG, U64_MAX, 0, ret < 0 ? ret : op->mq.bytes);
}

IPCPROBE_DEFINE_EMIT_IO(mq_send, op->begin, fill_send, emit_sent)

static __always_inline void fill_receive(struct ipcprobe_rec_mq_io *rec,
					 const struct ipcprobe_op *op, s32 ret)
{
	fill_message(rec, op, ret);
	ipcprobe_prints_of(IPCPROBE_PRINTS(rec), op->addr, ret);
}

static void emit_received(const struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_MSG, U64_MAX, 0, ret);
}

IPCPROBE_DEFINE_EMIT_IO(mq_receive, op->begin, fill_receive, emit_received)

/* Called by op_end.c when the operation is over. */
void ipcprobe_mq_finish_transfer(struct ipcprobe_op *op, s32 ret)
{
	if (op->kind == IPCPROBE_OP_MQ_RECEIVE) {
		emit_mq_receive(op, ret);
	} else {
		if (ret < 0)
			op->mq.seq = 0;
		emit_mq_send(op, ret);
	}
	ipcprobe_op_release(op);
}

/* ---- names ---- */

#define NAME_SPACE	ALIGN(NAME_MAX + 1, 8)

/*
 * Pads a name of @len bytes with zeroes to a multiple of 8.  Return: the padded
 * length in bytes.
 */
static u32 pad_name(char *name, u32 len)
{
	u32 bytes = ALIGN(len + 1, 8);

	memset(name + len, 0, bytes - len);
	return bytes;
}

static u32 copy_name(char *to, struct dentry *dentry)
{
	u32 len;

	spin_lock(&dentry->d_lock);
	len = min_t(u32, dentry->d_name.len, NAME_MAX);
	memcpy(to, dentry->d_name.name, len);
	spin_unlock(&dentry->d_lock);
	return pad_name(to, len);
}

/*
 * Copies the name from user memory.  It has no slash: the library removes the
 * slash before the call.
 */
static u32 copy_user_name(char *to, const char __user *name)
{
	u32 len;

	for (len = 0; len < NAME_MAX; len++)
		if (copy_from_user_nofault(to + len, name + len, 1) || !to[len])
			break;
	return pad_name(to, len);
}

/*
 * Emits mq_info to the session @only, or if @only is NULL, to all sessions with
 * the class.
 */
static void describe_queue(struct dentry *dentry, u32 ns,
			   struct ipcprobe_session *only)
{
	u8 buf[sizeof(struct ipcprobe_rec_mq_info) + NAME_SPACE] __aligned(8);
	struct ipcprobe_rec_mq_info *rec = (void *)buf;
	const struct inode *inode = d_inode(dentry);
	u32 len;

	*rec = (struct ipcprobe_rec_mq_info) {
		.hdr.tid = only ? 0 : current->pid,
		.dev = inode->i_sb->s_dev,
		.ino = inode->i_ino,
		.ns = ns,
		.nr_messages = U32_MAX,
		.max_messages = U32_MAX,
		.max_bytes = U32_MAX,
	};
	if (has_layout) {
		rec->nr_messages = READ_ONCE(attr_of(inode)->mq_curmsgs);
		rec->max_messages = attr_of(inode)->mq_maxmsg;
		rec->max_bytes = attr_of(inode)->mq_msgsize;
	}
	len = sizeof(*rec) + copy_name(rec->name, dentry);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_NAME(mq_info, rec, len, s,
			   only ? s == only : s->classes & IPCPROBE_BIT(MSG));
}

/* ---- open, unlink, notify ---- */

/* do_mq_open(name, oflag, mode, attr) */
static void entry_open(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_MQ_OPEN);

	if (!op)
		return;
	op->mq.name = (void __user *)ftrace_regs_get_argument(fregs, 0);
	op->mq.oflag = ftrace_regs_get_argument(fregs, 1);
}

static void end_open(struct ipcprobe_op *op, s32 ret)
{
	u8 buf[sizeof(struct ipcprobe_rec_mq_open) + NAME_SPACE] __aligned(8);
	struct ipcprobe_rec_mq_open *rec = (void *)buf;
	struct file *file = ret >= 0 ? fget(ret) : NULL;
	u32 len = sizeof(*rec);

	*rec = (struct ipcprobe_rec_mq_open) {
		.hdr.tid = op->tid,
		.ret = ret,
		.oflag = op->mq.oflag,
	};
	if (file && is_queue(file_inode(file))) {
		describe_queue(file->f_path.dentry, ipcprobe_ipc_ns(), NULL);
		rec->dev = file_inode(file)->i_sb->s_dev;
		rec->ino = file_inode(file)->i_ino;
		len += copy_name(rec->name, file->f_path.dentry);
	} else {
		len += copy_user_name(rec->name, op->mq.name);
	}
	if (file)
		fput(file);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec->dur_ns);
	IPCPROBE_EMIT_NAME(mq_open, rec, len, s,
			   ipcprobe_session_wants(s, IPCPROBE_CLASS_MSG,
						  rec->hdr.tid, rec->hdr.tid,
						  smp_processor_id()));
}

/* mq_unlink(name): the function of the system call itself */
static void entry_unlink(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_MQ_UNLINK);

	if (!op)
		return;
	op->mq.dev = 0;
	op->mq.ino = 0;
}

/* mqueue_unlink(dir, dentry): also called for rm in a mounted mqueue file system */
static void entry_unlink_found(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs)
{
	const struct dentry *dentry = ARG(fregs, 1);
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (!op || op->kind != IPCPROBE_OP_MQ_UNLINK)
		return;
	op->mq.dev = d_inode(dentry)->i_sb->s_dev;
	op->mq.ino = d_inode(dentry)->i_ino;
}

static void end_unlink(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_mq_unlink rec = {
		.hdr.tid = op->tid,
		.dev = op->mq.dev,
		.ino = op->mq.ino,
		.ret = ret,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(mq_unlink, &rec);
}

/* do_mq_notify(fd, notification) */
static void entry_notify(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct sigevent *event = ARG(fregs, 1);
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_MQ_NOTIFY);

	if (!op)
		return;
	set_queue(op, ftrace_regs_get_argument(fregs, 0));
	op->mq.notify = event ? event->sigev_notify : -1;
	op->mq.signo = event && event->sigev_notify == SIGEV_SIGNAL ?
		       event->sigev_signo : 0;
}

static void end_notify(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_mq_notify rec = {
		.hdr.tid = op->tid,
		.dev = op->mq.dev,
		.ino = op->mq.ino,
		.fd = op->mq.fd,
		.ret = ret,
		.notify = op->mq.notify,
		.signo = op->mq.signo,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(mq_notify, &rec);
}

/* mqueue_evict_inode(inode) */
static void entry_evict(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct inode *inode = ARG(fregs, 0);
	struct ipcprobe_rec_mq_destroy rec = {
		.hdr.tid = current->pid,
		.dev = inode->i_sb->s_dev,
		.ino = inode->i_ino,
		.nr_messages = has_layout ? attr_of(inode)->mq_curmsgs : U32_MAX,
	};

	if (!S_ISREG(inode->i_mode))
		return;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(mq_destroy, &rec);
}

/* Called by op_end.c when the operation is over. */
void ipcprobe_mq_finish(struct ipcprobe_op *op, s32 ret)
{
	switch (op->kind) {
	case IPCPROBE_OP_MQ_OPEN:
		end_open(op, ret);
		break;
	case IPCPROBE_OP_MQ_UNLINK:
		end_unlink(op, ret);
		break;
	case IPCPROBE_OP_MQ_NOTIFY:
		end_notify(op, ret);
		break;
	}
}

/* ---- snapshot ---- */

struct listing {
	struct dir_context ctx;
	struct ipcprobe_session *session;
	struct dentry *root;
	u32 ns;
};

/* Describes one queue.  Names are in the dentry cache as long as their queues exist. */
static bool list_name(struct dir_context *ctx, const char *name, int len,
		      loff_t offset, u64 ino, unsigned int type)
{
	struct listing *listing = container_of(ctx, struct listing, ctx);
	struct qstr qstr = QSTR_INIT(name, len);
	struct dentry *dentry;

	qstr.hash = full_name_hash(listing->root, name, len);
	dentry = d_lookup(listing->root, &qstr);
	if (dentry && d_is_reg(dentry)) {
		preempt_disable();
		describe_queue(dentry, listing->ns, listing->session);
		preempt_enable();
	}
	dput(dentry);
	return !fatal_signal_pending(current);
}

/**
 * ipcprobe_mq_snapshot - write mq_info records for the queues of a namespace
 * @session: session that gets the records
 * @mnt: mqueue file system of the namespace
 * @ns: number of the namespace
 *
 * A queue that the caller may not list is described when it is opened.
 *
 * Context: process.
 * Return: 0 or -EINTR.
 */
int ipcprobe_mq_snapshot(struct ipcprobe_session *session,
			 struct vfsmount *mnt, u32 ns)
{
	struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct listing listing = {
		.ctx.actor = list_name,
		.session = session,
		.root = mnt->mnt_root,
		.ns = ns,
	};
	struct file *dir;

	dir = dentry_open(&path, O_RDONLY | O_DIRECTORY, current_cred());
	if (!IS_ERR(dir)) {
		iterate_dir(dir, &listing.ctx);
		fput(dir);
	}
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* Flags of all hooks: a kernel may have no POSIX message queues. */
#define MQ	.is_optional = true, .is_absent = !IS_ENABLED(CONFIG_POSIX_MQUEUE)

struct ipcprobe_hook ipcprobe_mq_hooks[] = {
	{ FN("do_mq_timedsend", entry_send), .one_of = "mq send", MQ },
	/*
	 * functions of the system calls, for kernels where the function that
	 * they call is inlined
	 */
	{ FN(SYS("mq_timedsend"), entry_send_call), .one_of = "mq send", MQ,
	  .is_fallback = true },
	{ FN("do_mq_timedreceive", entry_receive), .one_of = "mq receive", MQ },
	{ FN(SYS("mq_timedreceive"), entry_receive_call), .one_of = "mq receive", MQ,
	  .is_fallback = true },
	{ FN("do_mq_open", entry_open), MQ },
	{ FN(SYS("mq_unlink"), entry_unlink), MQ },
#ifdef CONFIG_IA32_EMULATION
	{ FN("__ia32_sys_mq_unlink", entry_unlink), MQ },
#endif
	{ FN("mqueue_unlink", entry_unlink_found), MQ },
	{ FN("do_mq_notify", entry_notify), MQ },
	{ FN("mqueue_evict_inode", entry_evict), MQ },
	{}
};
