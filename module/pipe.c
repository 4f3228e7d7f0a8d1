// SPDX-License-Identifier: GPL-2.0
/*
 * The pipes and FIFOs seen so far, with the positions of their bytes.
 *
 * The kernel does not count the bytes that went through a pipe, so this file
 * counts them. Only a task that holds the pipe's mutex changes the count
 * (hook_pipe_io.c looks at the pipe when the task is about to release the
 * mutex). An entry is found by the address of the kernel's pipe, and stays in
 * the table until that pipe is freed (hook on free_pipe_info()).
 */
#include <linux/magic.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/stat.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "file.h"
#include "op.h"
#include "pipe.h"
#include "session.h"
#include "table.h"

/* After so many operations, no operation that began unseen is under way any more. */
#define NR_CHECKS	64

static void forget_pipe(struct ipcprobe_entry *entry);

struct ipcprobe_table ipcprobe_pipes = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ipcprobe_pipes.lock),
};

static atomic_t last_fifo;

/* Buffer of IPCPROBE_REC_MAX bytes for a record that is being made; preemption off. */
static struct ipcprobe_rec_pipe_snapshot __percpu *snapshot_buf;

int ipcprobe_pipe_init(void)
{
	/*
	 * Set at run time: an initialiser would put the whole table into the
	 * file of the module.
	 */
	ipcprobe_pipes.removed = forget_pipe;
	snapshot_buf = __alloc_percpu(IPCPROBE_REC_MAX, __alignof__(*snapshot_buf));
	return snapshot_buf ? 0 : -ENOMEM;
}

/* Context: module exit; the table became empty when the last hook was detached. */
void ipcprobe_pipe_exit(void)
{
	free_percpu(snapshot_buf);
}

u32 ipcprobe_pipe_count(void)
{
	return READ_ONCE(ipcprobe_pipes.nr);
}

/* True if the inode is a FIFO of some file system, false if it belongs to pipefs. */
static bool is_fifo(const struct inode *inode)
{
	return inode->i_sb->s_magic != PIPEFS_MAGIC;
}

static struct ipcprobe_pipe *pipe_of(struct ipcprobe_entry *entry)
{
	return container_of(entry, struct ipcprobe_pipe, entry);
}

/* The kernel frees the pipe: operations under way must no longer read it. */
static void forget_pipe(struct ipcprobe_entry *entry)
{
	WRITE_ONCE(pipe_of(entry)->pipe, NULL);
}

/*
 * Allocates an entry for ipcprobe_pipe_add(). The caller frees an unused entry
 * with kfree().
 */
struct ipcprobe_pipe *ipcprobe_pipe_alloc(gfp_t gfp)
{
	return kzalloc(sizeof(struct ipcprobe_pipe), gfp | __GFP_ACCOUNT | __GFP_NOWARN);
}

/**
 * ipcprobe_pipe_add - get the entry of a pipe; if there is none, add an
 *	allocated one
 * @inode: inode of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 * @unused: entry from ipcprobe_pipe_alloc(); set to NULL if it was added
 *
 * Context: task context, preemption off.  Return: the entry; NULL: the table is
 * full.
 */
struct ipcprobe_pipe *ipcprobe_pipe_add(struct inode *inode,
					struct pipe_inode_info *pipe,
					struct ipcprobe_pipe **unused)
{
	struct ipcprobe_pipe *obj = *unused;
	struct ipcprobe_entry *entry;

	obj->entry.key = pipe;
	obj->pipe = pipe;
	obj->ino = inode->i_ino;
	obj->dev = inode->i_sb->s_dev;
	obj->flags = is_fifo(inode) ? IPCPROBE_IO_FIFO : 0;
	obj->id = obj->flags ? atomic_inc_return(&last_fifo) : obj->ino;
	obj->epoch = READ_ONCE(ipcprobe_epoch) - 1;
	entry = ipcprobe_table_add(&ipcprobe_pipes, &obj->entry);
	if (entry == &obj->entry)
		*unused = NULL;
	return entry ? pipe_of(entry) : NULL;
}

/* Context, return: same as ipcprobe_pipe_get(). */
struct ipcprobe_pipe *ipcprobe_pipe_create(struct inode *inode,
					   struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *unused = ipcprobe_pipe_alloc(GFP_NOWAIT), *obj;

	if (!unused)
		return NULL;
	obj = ipcprobe_pipe_add(inode, pipe, &unused);
	kfree(unused);
	return obj;
}

/* Return: the reason why a pipe has no entry. */
enum ipcprobe_reason ipcprobe_pipe_reason(const struct pipe_inode_info *pipe)
{
	return ipcprobe_table_reason(&ipcprobe_pipes, pipe);
}

static void unsync_pipe(struct ipcprobe_entry *entry)
{
	WRITE_ONCE(pipe_of(entry)->is_synced, false);
}

/* Marks all positions as unknown: bytes may have moved while no hook was attached. */
void ipcprobe_pipe_unsync(void)
{
	ipcprobe_table_visit(&ipcprobe_pipes, unsync_pipe);
}

/* ---- contents ---- */

/**
 * ipcprobe_pipe_of - get the pipe of an open file
 * @file: open file; the caller has a reference
 *
 * The type of the inode does not suffice: some file systems (rpc_pipefs) have FIFOs
 * that are not pipes, and keep something else in file->private_data.
 *
 * Return: the pipe; NULL: the file is not a pipe or FIFO open for reading or writing.
 */
struct pipe_inode_info *ipcprobe_pipe_of(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct pipe_inode_info *pipe;

	if (!S_ISFIFO(inode->i_mode) || !(file->f_mode & (FMODE_READ | FMODE_WRITE)))
		return NULL;
	pipe = READ_ONCE(file->private_data);
	return pipe == READ_ONCE(inode->i_pipe) ? pipe : NULL;
}

/**
 * ipcprobe_pipe_bytes - count the bytes in a pipe
 * @pipe: pipe; its mutex is held
 */
u32 ipcprobe_pipe_bytes(const struct pipe_inode_info *pipe)
{
	u32 mask = pipe->ring_size - 1, tail = pipe->tail, bytes = 0;

	for (; tail != pipe->head; tail++)
		bytes += pipe->bufs[tail & mask].len;
	return bytes;
}

/**
 * ipcprobe_pipe_holds_packets - true if a read discards the unread rest of a
 *	buffer
 * @pipe: pipe; its mutex is held
 */
bool ipcprobe_pipe_holds_packets(const struct pipe_inode_info *pipe)
{
	u32 mask = pipe->ring_size - 1, tail = pipe->tail;

	for (; tail != pipe->head; tail++)
		if (pipe->bufs[tail & mask].flags & PIPE_BUF_FLAG_PACKET)
			return true;
	return false;
}

/*
 * Makes the positions agree with the contents: the bytes in the pipe get
 * positions after all positions recorded so far, with no known writer.
 *
 * Context: the pipe's mutex is held.
 */
void ipcprobe_pipe_sync(struct ipcprobe_pipe *obj)
{
	obj->write_pos = max(obj->write_pos, obj->read_pos);
	obj->read_pos = obj->write_pos;
	obj->write_pos += ipcprobe_pipe_bytes(obj->pipe);
	if (ipcprobe_pipe_holds_packets(obj->pipe))
		obj->has_packets = true;
	obj->nr_checks = NR_CHECKS;
	WRITE_ONCE(obj->is_synced, true);
}

/* True if the pipe is a side of the operation that the current task is in. */
static bool is_followed(const struct pipe_inode_info *pipe)
{
	const struct ipcprobe_op *op = ipcprobe_op_find();

	return op && ((op->end[0].obj && op->end[0].pipe == pipe) ||
		      (op->end[1].obj && op->end[1].pipe == pipe));
}

/**
 * ipcprobe_pipe_unseen - mark positions as unknown: bytes will move outside any
 *	operation
 * @inode: inode of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * The positions start again at the next recorded operation. They are compared with the
 * contents for some operations more, because the bytes may move later.
 *
 * Context: task context, preemption off.
 */
void ipcprobe_pipe_unseen(struct inode *inode, struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj;

	if (is_followed(pipe))
		return;
	obj = ipcprobe_pipe_get(inode, pipe);
	if (!obj)
		return;
	WRITE_ONCE(obj->nr_checks, NR_CHECKS);
	WRITE_ONCE(obj->is_synced, false);
}

/* ---- description ---- */

/**
 * ipcprobe_pipe_describe - write a pipe_snapshot record
 * @obj: pipe
 * @path: path of a FIFO, or NULL
 * @only: session that gets the record; NULL: all sessions.  If further sessions
 *	run, the pipe is described to all of them when it is used next.
 * @write_pos: write position for the record
 * @read_pos: read position for the record
 *
 * Context: task context, preemption off; the pipe's mutex is held.
 */
void ipcprobe_pipe_describe(struct ipcprobe_pipe *obj, const struct path *path,
			    struct ipcprobe_session *only, u64 write_pos,
			    u64 read_pos)
{
	struct ipcprobe_rec_pipe_snapshot *rec;
	u32 len;

	rec = this_cpu_ptr(snapshot_buf);
	*rec = (struct ipcprobe_rec_pipe_snapshot) {
		.ino = obj->ino,
		.dev = obj->dev,
		.pipe = obj->id,
		.write_pos = write_pos,
		.read_pos = read_pos,
		.capacity = obj->pipe->max_usage * PAGE_SIZE,
		.flags = obj->flags,
		.nr_bufs = obj->pipe->head - obj->pipe->tail,
	};
	len = offsetof(struct ipcprobe_rec_pipe_snapshot, path) +
	      ipcprobe_path_print(obj->flags ? path : NULL, rec->path,
				  IPCPROBE_PATH_MAX);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	if (!only || ipcprobe_session_is_sole(only))
		WRITE_ONCE(obj->epoch, READ_ONCE(ipcprobe_epoch));
	IPCPROBE_EMIT_NAME(pipe_snapshot, rec, len, s,
			   only ? s == only : s->classes & IPCPROBE_BIT(PIPE));
}

/* ---- waits ---- */

static u16 end_flag(const struct ipcprobe_op *op,
		    const struct ipcprobe_op_end *end)
{
	return end == &op->end[IPCPROBE_OP_IN] ? IPCPROBE_IO_WRITE_END :
						 IPCPROBE_IO_READ_END;
}

static void emit_block(struct ipcprobe_op *op, struct ipcprobe_op_end *end,
		       u16 why)
{
	struct ipcprobe_rec_pipe_block rec = {
		.hdr.tid = current->pid,
		.pipe = end->id,
		.pos = end->pos,
		.bytes = end->bytes,
		.flags = end->obj_flags | why | end_flag(op, end),
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(pipe_block, &rec);
}

static void emit_unblock(struct ipcprobe_op_end *end)
{
	struct ipcprobe_rec_pipe_unblock rec = {
		.hdr.tid = current->pid,
		.pipe = end->id,
		.flags = end->obj_flags | end->waiting,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_unblock, &rec);
}

/**
 * ipcprobe_pipe_block - an operation begins to wait for a pipe
 * @op: operation
 * @end: side of the operation that waits
 * @why: IPCPROBE_IO_FULL or IPCPROBE_IO_EMPTY
 */
void ipcprobe_pipe_block(struct ipcprobe_op *op, struct ipcprobe_op_end *end, u16 why)
{
	emit_block(op, end, why);
	end->pos += end->bytes;
	end->bytes = 0;
	end->waiting = why;
	op->flags |= IPCPROBE_IO_BLOCKED;
}

/* Ends the wait of one side, if that side waits. */
void ipcprobe_pipe_unblock(struct ipcprobe_op_end *end)
{
	if (!end->waiting)
		return;
	emit_unblock(end);
	end->waiting = 0;
}

/* Ends the waits of both sides: a signal ends a wait without finish_wait(). */
void ipcprobe_pipe_end_waits(struct ipcprobe_op *op)
{
	ipcprobe_pipe_unblock(&op->end[0]);
	ipcprobe_pipe_unblock(&op->end[1]);
}
