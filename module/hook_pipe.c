// SPDX-License-Identifier: GPL-2.0
/*
 * Class pipe: how pipes and FIFOs come, change and go.
 */
#include <linux/ftrace.h>
#include <linux/pipe_fs_i.h>
#include <linux/stat.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "finish.h"
#include "hook.h"
#include "hook_pipe.h"
#include "hot.h"
#include "missed.h"
#include "op.h"
#include "pipe.h"
#include "session.h"

#define ARG(fregs, n)	((void *)ftrace_regs_get_argument(fregs, n))

/* pipe(2) makes its first open file: the pipe is complete. */
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
	obj->is_synced = true;	/* nobody else has the pipe yet */
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

/* fifo_open(inode, file): of a FIFO, or of a pipe by its name in /proc/PID/fd */
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

/* A FIFO may get its pipe inside open(2), which has the inode at hand. */
void ipcprobe_pipe_opening(struct ipcprobe_op *op, const struct mutex *lock)
{
	struct pipe_inode_info *pipe;
	struct ipcprobe_pipe *obj;

	if (op->end[0].obj)
		return;
	pipe = READ_ONCE(op->inode->i_pipe);
	if (!pipe || lock != &pipe->mutex ||
	    !ipcprobe_op_set_end(op, 0, op->inode, pipe))
		return;
	obj = op->end[0].obj;
	if (!obj->is_synced)
		ipcprobe_pipe_sync(obj);
	if (obj->epoch != READ_ONCE(ipcprobe_epoch))
		ipcprobe_pipe_describe(obj, &op->file->f_path, NULL,
				       obj->write_pos, obj->read_pos);
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

/* At the unlock inside pipe_release(): the counts are those after it. */
void ipcprobe_pipe_closing(struct ipcprobe_op *op)
{
	const struct pipe_inode_info *pipe = op->end[0].obj->pipe;
	struct ipcprobe_rec_pipe_close rec = {
		.hdr.tid = op->tid,
		.pipe = op->end[0].id,
		.unread = ipcprobe_pipe_bytes(pipe),
		.readers = min_t(u32, pipe->readers, U16_MAX),
		.writers = min_t(u32, pipe->writers, U16_MAX),
		.flags = op->flags | op->end[0].obj_flags,
	};

	if (!pipe->readers && !pipe->writers)
		rec.flags |= IPCPROBE_IO_LAST;
	ipcprobe_op_free(op);	/* nothing at sys_exit */
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_close, &rec);
}

static void entry_free(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_pipe_forget(ARG(fregs, 0));
}

/* Called by op.c when the operation is over. */
void ipcprobe_pipe_finish(struct ipcprobe_op *op, s32 ret)
{
	if (op->kind == IPCPROBE_OP_PIPE_OPEN)
		end_open(op, ret);
	else if (op->kind == IPCPROBE_OP_PIPE_RESIZE)
		end_resize(op, ret);
}

enum { ALT_READ = 1, ALT_WRITE, };

#define PIPE_FN(name, fn, alt)	IPCPROBE_FN(name, fn, IPCPROBE_BIT(PIPE), alt)
#define PIPE_HOT(name, fn, alt, hot)	\
	IPCPROBE_HOT_FN(name, fn, IPCPROBE_BIT(PIPE), alt, IPCPROBE_HOT_##hot)

struct ipcprobe_hook ipcprobe_pipe_hooks[] = {
	PIPE_HOT("mutex_unlock", ipcprobe_entry_mutex_unlock, 0, MUTEX_UNLOCK),
	PIPE_HOT("anon_pipe_read", ipcprobe_entry_pipe_read, ALT_READ, PIPE_READ),
	PIPE_HOT("pipe_read", ipcprobe_entry_pipe_read, ALT_READ, PIPE_READ),
	PIPE_HOT("anon_pipe_write", ipcprobe_entry_pipe_write, ALT_WRITE, PIPE_WRITE),
	PIPE_HOT("pipe_write", ipcprobe_entry_pipe_write, ALT_WRITE, PIPE_WRITE),
	PIPE_FN("fifo_pipe_read", ipcprobe_entry_pipe_read, ALT_READ),
	PIPE_FN("fifo_pipe_write", ipcprobe_entry_pipe_write, ALT_WRITE),
	PIPE_FN("prepare_to_wait_event", ipcprobe_entry_prepare_to_wait, 0),
	IPCPROBE_FN("finish_wait", ipcprobe_entry_finish_wait,
		    IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(UNIX), 0),
	PIPE_FN("alloc_file_pseudo", entry_create, 0),
	PIPE_FN("fifo_open", entry_open, 0),
	PIPE_FN("pipe_fcntl", entry_fcntl, 0),
	PIPE_FN("pipe_release", entry_release, 0),
	IPCPROBE_FN("free_pipe_info", entry_free, IPCPROBE_OP_CLASSES, 0),
	{}
};
