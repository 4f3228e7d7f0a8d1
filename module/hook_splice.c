// SPDX-License-Identifier: GPL-2.0
/*
 * Class pipe: splice, tee, vmsplice, and sendfile into a pipe. hook_pipe_io.c
 * takes bytes and positions at the pipes' mutexes, from the contents of the
 * pipe before and after, because these calls have no iov_iter that shows the
 * progress.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/splice.h>
#include <linux/stat.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <asm/syscall.h>

#include "buffer.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "file.h"
#include "hook.h"
#include "hook_pipe.h"
#include "missed.h"
#include "op.h"
#include "pipe.h"
#include "user.h"

static void set_side(struct ipcprobe_hook *hook, struct ipcprobe_op *op,
		     int side, struct file *file)
{
	struct pipe_inode_info *pipe = ipcprobe_pipe_of(file);

	if (pipe) {
		if (!ipcprobe_op_set_end(op, side, file_inode(file), pipe))
			ipcprobe_missed(hook, IPCPROBE_CLASS_PIPE, ipcprobe_pipe_reason(pipe));
	} else if (S_ISREG(file_inode(file)->i_mode)) {
		if (side == IPCPROBE_OP_OUT)
			op->in_file = ipcprobe_file_id(file);
		else
			op->out_file = ipcprobe_file_id(file);
	}
}

/*
 * Notes that bytes move unseen: there is no memory for the operation, or
 * nothing ends it.
 */
static void note_unseen(struct file *file)
{
	struct pipe_inode_info *pipe = ipcprobe_pipe_of(file);

	if (pipe)
		ipcprobe_pipe_unseen(file_inode(file), pipe);
}

static u16 nonblock_flag(unsigned long flags)
{
	return flags & SPLICE_F_NONBLOCK ? IPCPROBE_IO_NONBLOCK : 0;
}

/* do_splice(in, off_in, out, off_out, len, flags) */
static void entry_splice(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct file *in = ARG(fregs, 0), *out = ARG(fregs, 2);
	const loff_t *off_in = ARG(fregs, 1), *off_out = ARG(fregs, 3);
	struct ipcprobe_op *op;

	if (!ipcprobe_pipe_of(in) && !ipcprobe_pipe_of(out))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_SPLICE);
	if (!op) {
		note_unseen(in);
		note_unseen(out);
		return;
	}
	set_side(hook, op, IPCPROBE_OP_OUT, in);
	set_side(hook, op, IPCPROBE_OP_IN, out);
	op->addr = U64_MAX;
	if (op->in_file)
		op->addr = off_in ? *off_in : in->f_pos;
	else if (op->out_file)
		op->addr = off_out ? *off_out : out->f_pos;
	op->flags = nonblock_flag(ftrace_regs_get_argument(fregs, 5));
}

/* do_tee(in, out, len, flags) */
static void entry_tee(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct file *in = ARG(fregs, 0), *out = ARG(fregs, 1);
	struct ipcprobe_op *op;

	if (!ipcprobe_pipe_of(in) || !ipcprobe_pipe_of(out))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_SPLICE);
	if (!op) {
		note_unseen(out);
		return;
	}
	set_side(hook, op, IPCPROBE_OP_OUT, in);
	set_side(hook, op, IPCPROBE_OP_IN, out);
	op->call = IPCPROBE_CALL_TEE;	/* the call's number differs in 32-bit programs */
	op->addr = U64_MAX;
	op->flags = nonblock_flag(ftrace_regs_get_argument(fregs, 3));
}

#ifdef CONFIG_COMPAT
static bool read_compat_buffer(struct iovec *iov, const void __user *uiov)
{
	struct compat_iovec first;

	if (copy_from_user_nofault(&first, uiov, sizeof(first)))
		return false;
	iov->iov_base = compat_ptr(first.iov_base);
	iov->iov_len = first.iov_len;
	return true;
}
#else
static bool read_compat_buffer(struct iovec *iov, const void __user *uiov)
{
	return false;
}
#endif

static bool read_buffer(struct iovec *iov, const void __user *uiov)
{
	return in_compat_syscall() ? read_compat_buffer(iov, uiov) :
				     !copy_from_user_nofault(iov, uiov, sizeof(*iov));
}

/* True if vmsplice() moves user memory into the pipe, false if it fills user memory. */
static bool takes_from_user(const struct ipcprobe_op *op)
{
	return op->file->f_mode & FMODE_WRITE;
}

static void set_buffers(struct ipcprobe_op *op, const void __user *uiov,
			unsigned long nr_segs)
{
	struct iovec first;

	op->nr_segs = min_t(unsigned long, nr_segs, U8_MAX);
	if (!nr_segs || !read_buffer(&first, uiov))
		return;
	op->addr = (unsigned long)first.iov_base;
	ipcprobe_buffer_begin(&op->buffer, op->addr, first.iov_len, !takes_from_user(op));
}

/* vmsplice(fd, iov, nr_segs, flags): the function of the system call itself */
static void entry_vmsplice(struct ipcprobe_hook *hook,
			   struct ftrace_regs *fregs)
{
	struct pt_regs *regs = ARG(fregs, 0);
	unsigned long args[6];
	struct ipcprobe_op *op;
	struct file *file;

	syscall_get_arguments(current, regs, args);
	file = fget(args[0]);
	if (!file)
		return;
	op = ipcprobe_pipe_of(file) ?
	     ipcprobe_op_begin(hook, IPCPROBE_OP_SPLICE) : NULL;
	if (!op) {
		note_unseen(file);
		fput(file);
		return;
	}
	op->file = file;	/* ipcprobe_op_free() drops the reference */
	set_side(hook, op, takes_from_user(op) ? IPCPROBE_OP_IN : IPCPROBE_OP_OUT, file);
	set_buffers(op, (const void __user *)args[1], args[2]);
	op->flags = nonblock_flag(args[3]);
}

/* do_sendfile(out_fd, in_fd, ppos, count, max); into a pipe or a file */
static void begin_sendfile(struct ipcprobe_hook *hook, struct file *in,
			   struct file *out, const loff_t *pos)
{
	bool to_pipe = ipcprobe_pipe_of(out);
	struct ipcprobe_op *op;

	if (!to_pipe && !S_ISREG(file_inode(in)->i_mode) &&
	    !S_ISREG(file_inode(out)->i_mode))
		return;
	op = ipcprobe_op_begin(hook, to_pipe ? IPCPROBE_OP_SPLICE :
					       IPCPROBE_OP_FILE_COPY);
	if (!op) {
		note_unseen(out);
		return;
	}
	set_side(hook, op, IPCPROBE_OP_OUT, in);
	set_side(hook, op, IPCPROBE_OP_IN, out);
	op->in_offset = op->in_file ? (pos ? *pos : in->f_pos) : U64_MAX;
	op->out_offset = op->out_file ? out->f_pos : U64_MAX;
	op->addr = op->in_offset;
	/* To a socket or a similar file the pages are moved by reference. */
	if (!to_pipe && !op->out_file)
		op->flags = IPCPROBE_IO_OFFLOAD;
}

static void entry_sendfile(struct ipcprobe_hook *hook,
			   struct ftrace_regs *fregs)
{
	struct file *out = fget(ftrace_regs_get_argument(fregs, 0));
	struct file *in = fget(ftrace_regs_get_argument(fregs, 1));

	if (in && out)
		begin_sendfile(hook, in, out, ARG(fregs, 2));
	if (in)
		fput(in);
	if (out)
		fput(out);
}

static u32 copied_bytes(const struct ipcprobe_op *op, s32 ret)
{
	u32 moved = ret > 0 ? ret : 0;

	if (op->end[IPCPROBE_OP_IN].obj)
		return min(op->copied, moved);
	/* From a pipe into a file's page cache or into user memory: all is copied. */
	if (op->out_file || op->call == IPCPROBE_CALL_VMSPLICE)
		return moved;
	return 0;
}

static u16 side_flags(const struct ipcprobe_op *op)
{
	const struct ipcprobe_pipe *out = op->end[IPCPROBE_OP_OUT].obj;
	const struct ipcprobe_pipe *in = op->end[IPCPROBE_OP_IN].obj;
	u16 flags = 0;

	if (out)
		flags |= IPCPROBE_IO_IN_PIPE |
			 (out->flags ? IPCPROBE_IO_IN_FIFO : 0);
	if (in)
		flags |= IPCPROBE_IO_OUT_PIPE |
			 (in->flags ? IPCPROBE_IO_OUT_FIFO : 0);
	return flags;
}

/*
 * Checks whether a pipe changed by exactly what the call says it moved.  If
 * not, bytes of another task are among these bytes, and it is unknown which.
 */
static u16 check_end(const struct ipcprobe_op *op,
		     const struct ipcprobe_op_end *end, s32 ret)
{
	if (!end->obj || ret < 0 || end->bytes == (u32)ret ||
	    op->flags & (IPCPROBE_IO_BLOCKED | IPCPROBE_IO_RESYNC))
		return 0;
	WRITE_ONCE(end->obj->is_synced, false);
	return IPCPROBE_IO_RESYNC;
}

static u16 check_ends(const struct ipcprobe_op *op, s32 ret)
{
	u16 flags = check_end(op, &op->end[IPCPROBE_OP_IN], ret);

	if (op->call != IPCPROBE_CALL_TEE)	/* tee leaves the bytes in the pipe */
		flags |= check_end(op, &op->end[IPCPROBE_OP_OUT], ret);
	return flags;
}

/* Emits the buffer of vmsplice(); the other calls have no buffer. */
static void emit_buffer(const struct ipcprobe_op *op, struct ipcprobe_prints *prints, s32 ret)
{
	if (op->call != IPCPROBE_CALL_VMSPLICE)
		return;
	if (takes_from_user(op))
		ipcprobe_prints_taken(prints, op->addr, &op->buffer);
	else
		ipcprobe_prints_brought(prints, op->addr, &op->buffer, ret);
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_PIPE,
			      ipcprobe_buffer_room(&op->buffer, !takes_from_user(op)), 0, ret);
}

/* Called by op_end.c when the operation is over. */
void ipcprobe_splice_finish(struct ipcprobe_op *op, s32 ret)
{
	const struct ipcprobe_op_end *from = &op->end[IPCPROBE_OP_OUT];
	const struct ipcprobe_op_end *to = &op->end[IPCPROBE_OP_IN];
	struct ipcprobe_rec_pipe_splice rec = {
		.hdr.tid = op->tid,
		.addr = op->addr,
		.in = from->obj ? from->obj->id : op->in_file,
		.out = to->obj ? to->obj->id : op->out_file,
		.in_pos = from->pos,
		.out_pos = to->pos,
		.ret = ret,
		.copied = copied_bytes(op, ret),
		.call = op->call,
		.nr_segs = op->nr_segs,
		.flags = op->flags | side_flags(op) | check_ends(op, ret),
	};

	ipcprobe_pipe_end_waits(op);
	emit_buffer(op, IPCPROBE_PRINTS(&rec), ret);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(pipe_splice, &rec);
}

struct ipcprobe_hook ipcprobe_splice_hooks[] = {
	{ FN("do_splice", entry_splice) },
	{ FN("do_tee", entry_tee) },
	{ FN(SYS("vmsplice"), entry_vmsplice) },
#ifdef CONFIG_IA32_EMULATION
	{ FN("__ia32_sys_vmsplice", entry_vmsplice) },
#endif
	{ FN("do_sendfile", entry_sendfile), .classes = IPCPROBE_IO_CLASSES },
	{}
};
