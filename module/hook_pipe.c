// SPDX-License-Identifier: GPL-2.0
/* Class pipe: creation, changes and end of pipes and FIFOs. */
#include <linux/ftrace.h>
#include <linux/pipe_fs_i.h>
#include <linux/stat.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "hook.h"
#include "hook_pipe.h"
#include "hot.h"
#include "missed.h"
#include "op.h"
#include "pipe.h"
#include "snapshot.h"

/* pipe(2) creates its first open file: the pipe is complete. */
static void entry_create(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct inode *inode = ARG(fregs, 0);
	struct ipcprobe_rec_pipe_create rec = {};
	struct ipcprobe_pipe *obj;

	if (!S_ISFIFO(inode->i_mode) || !inode->i_pipe)
		return;
	obj = ipcprobe_pipe_get(inode, inode->i_pipe);
	if (!obj) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_PIPE, ipcprobe_pipe_reason(inode->i_pipe));
		return;
	}
	obj->is_synced = true;	/* no other task has the pipe yet */
	obj->epoch = READ_ONCE(ipcprobe_epoch);
	rec.hdr.tid = current->pid;
	rec.pipe = obj->id;
	rec.capacity = obj->pipe->max_usage * PAGE_SIZE;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_create, &rec);
}

static u16 mode_flags(const struct file *file)
{
	return (file->f_mode & FMODE_READ ? IPCPROBE_IO_READ_END : 0) |
	       (file->f_mode & FMODE_WRITE ? IPCPROBE_IO_WRITE_END : 0);
}

/* fifo_open(inode, file): opens a FIFO, or a pipe by its name in /proc/PID/fd */
static void entry_open(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct inode *inode = ARG(fregs, 0);
	struct file *file = ARG(fregs, 1);
	struct ipcprobe_op *op;

	if (!S_ISFIFO(inode->i_mode))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_PIPE_OPEN);
	if (!op)
		return;
	op->file = file;
	op->inode = inode;
	op->flags = mode_flags(file);
}

static void end_open(struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_pipe_open rec = {};

	if (!op->end[0].obj)
		return;
	rec.hdr.tid = op->tid;
	rec.pipe = op->end[0].id;
	rec.ret = ret;
	rec.flags = op->flags | op->end[0].obj_flags;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(pipe_open, &rec);
}

static void entry_fcntl(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct file *file = ARG(fregs, 0);
	unsigned int cmd = ftrace_regs_get_argument(fregs, 1);
	struct pipe_inode_info *pipe = ipcprobe_pipe_of(file);
	struct ipcprobe_op *op;

	if (cmd != F_SETPIPE_SZ || !pipe)
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_PIPE_RESIZE);
	if (!op)
		return;
	if (!ipcprobe_op_set_end(op, 0, file_inode(file), pipe)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_PIPE, ipcprobe_pipe_reason(pipe));
		ipcprobe_op_free(op);
	}
}

static void end_resize(struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_pipe_resize rec = {};

	rec.hdr.tid = op->tid;
	rec.pipe = op->end[0].id;
	rec.ret = ret;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_resize, &rec);
}

static void entry_release(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct inode *inode = ARG(fregs, 0);
	struct file *file = ARG(fregs, 1);
	struct pipe_inode_info *pipe = file->private_data;
	struct ipcprobe_op *op;

	if (!S_ISFIFO(inode->i_mode) || !pipe)
		return;
	op = ipcprobe_op_begin_close(hook);
	if (!op)
		return;
	op->flags = mode_flags(file);
	if (!ipcprobe_op_set_end(op, 0, inode, pipe)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_PIPE, ipcprobe_pipe_reason(pipe));
		ipcprobe_op_free(op);
	}
}

static void entry_free(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_table_forget(&ipcprobe_pipes, ARG(fregs, 0));
}

static void finish_pipe(struct ipcprobe_op *op, s32 ret)
{
	switch (op->kind) {
	case IPCPROBE_OP_PIPE_READ:
	case IPCPROBE_OP_PIPE_WRITE:
		ipcprobe_pipe_finish_rw(op, ret);
		break;
	case IPCPROBE_OP_PIPE_READ_REQUEST:
	case IPCPROBE_OP_PIPE_WRITE_REQUEST:
		ipcprobe_pipe_end_waits(op);
		break;
	case IPCPROBE_OP_PIPE_OPEN:
		end_open(op, ret);
		break;
	case IPCPROBE_OP_PIPE_RESIZE:
		end_resize(op, ret);
		break;
	case IPCPROBE_OP_SPLICE:
		ipcprobe_splice_finish(op, ret);
		break;
	}
}

/* From now on requests may end unseen. */
static void detach_pipe(u32 staying)
{
	ipcprobe_op_forget_requests();
}

static struct ipcprobe_hook hooks[] = {
	{ FN("alloc_file_pseudo", entry_create) },
	{ FN("fifo_open", entry_open) },
	{ FN("pipe_fcntl", entry_fcntl) },
	{ FN("pipe_release", entry_release) },
	{ FN("free_pipe_info", entry_free), .classes = IPCPROBE_OP_CLASSES },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_pipe = {
	.hooks = { hooks, ipcprobe_pipe_io_hooks, ipcprobe_splice_hooks },
	.attach = ipcprobe_pipe_unsync,
	.detach = detach_pipe,
	.snapshot = ipcprobe_snapshot_files,
	.finish = finish_pipe,
};
