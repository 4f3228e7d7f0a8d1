// SPDX-License-Identifier: GPL-2.0
/*
 * The pipes and FIFOs seen so far, with the positions of their bytes.
 *
 * The kernel keeps no count of the bytes that went through a pipe, so it is
 * kept here, changed only by tasks that hold the pipe's mutex (hook_pipe_io.c
 * looks when they are about to give it back).  An entry is found by the
 * kernel's pipe and lives until that is freed (hook on free_pipe_info()).
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

#define NR_CHECKS	64	/* by then nobody is left who began unseen */

static void forget_pipe(struct ipcprobe_entry *entry);

struct ipcprobe_table ipcprobe_pipes = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ipcprobe_pipes.lock),
};
static atomic_t last_fifo;

/* Of IPCPROBE_REC_MAX bytes: a pipe on its way to the rings; preemption off. */
static struct ipcprobe_rec_pipe_snapshot __percpu *snapshot_buf;

int ipcprobe_pipe_init(void)
{
	/* Not in the initialiser: the whole table would be in the file. */
	ipcprobe_pipes.removed = forget_pipe;
	snapshot_buf = __alloc_percpu(IPCPROBE_REC_MAX, __alignof__(*snapshot_buf));
	return snapshot_buf ? 0 : -ENOMEM;
}

/* All pipes were forgotten when the last hook went. */
void ipcprobe_pipe_exit(void)
{
	free_percpu(snapshot_buf);
}

u32 ipcprobe_pipe_count(void)
{
	return READ_ONCE(ipcprobe_pipes.nr);
}

/* Does the inode belong to pipefs, or is it a FIFO somewhere? */
static bool is_fifo(const struct inode *inode)
{
	return inode->i_sb->s_magic != PIPEFS_MAGIC;
}

static struct ipcprobe_pipe *pipe_of(struct ipcprobe_entry *entry)
{
	return container_of(entry, struct ipcprobe_pipe, entry);
}

/* The kernel frees the pipe: operations under way must not look into it. */
static void forget_pipe(struct ipcprobe_entry *entry)
{
	WRITE_ONCE(pipe_of(entry)->pipe, NULL);
}

/* An entry for ipcprobe_pipe_add().  Who does not need it any more calls kfree(). */
struct ipcprobe_pipe *ipcprobe_pipe_alloc(gfp_t gfp)
{
	return kzalloc(sizeof(struct ipcprobe_pipe), gfp | __GFP_ACCOUNT | __GFP_NOWARN);
}

/**
 * ipcprobe_pipe_add - the entry of a pipe, made of another when there is none
 * @inode: its inode
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 * @unused: from ipcprobe_pipe_alloc(); set to NULL when it was used
 *
 * Context: task context, preemption off.  Return: NULL when the table is full.
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

/* Context, return: as ipcprobe_pipe_get(). */
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

/* Why a pipe has no entry. */
enum ipcprobe_reason ipcprobe_pipe_reason(const struct pipe_inode_info *pipe)
{
	return ipcprobe_table_reason(&ipcprobe_pipes, pipe);
}

static void unsync(struct ipcprobe_entry *entry)
{
	WRITE_ONCE(pipe_of(entry)->is_synced, false);
}

/* Bytes moved unseen while nothing was attached: count anew. */
void ipcprobe_pipe_unsync(void)
{
	ipcprobe_table_visit(&ipcprobe_pipes, unsync);
}

/* ---- contents ---- */

/**
 * ipcprobe_pipe_of - the pipe behind an open file
 * @file: held by the caller
 *
 * That the inode is a FIFO's is not enough: some file systems (rpc_pipefs) have
 * FIFOs that are no pipes, and keep something else in the file.
 *
 * Return: NULL when it is no pipe or FIFO that can be read or written.
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
 * ipcprobe_pipe_bytes - bytes in a pipe
 * @pipe: its mutex is held
 */
u32 ipcprobe_pipe_bytes(const struct pipe_inode_info *pipe)
{
	u32 mask = pipe->ring_size - 1, tail = pipe->tail, bytes = 0;

	for (; tail != pipe->head; tail++)
		bytes += pipe->bufs[tail & mask].len;
	return bytes;
}

/**
 * ipcprobe_pipe_holds_packets - does a read throw away what it leaves of a buffer?
 * @pipe: its mutex is held
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
 * Makes positions fit the contents: what is in the pipe stands behind all that
 * was told so far, where no writer is known.
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

/* Is the pipe a side of the operation that the current task is in? */
static bool is_followed(const struct pipe_inode_info *pipe)
{
	const struct ipcprobe_op *op = ipcprobe_op_find();

	return op && ((op->end[0].obj && op->end[0].pipe == pipe) ||
		      (op->end[1].obj && op->end[1].pipe == pipe));
}

/**
 * ipcprobe_pipe_unseen - bytes are going to move where no operation follows them
 * @inode: of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * Its positions start anew at the next operation that is followed, and are
 * compared with the contents for some time: the bytes may move later.
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
 * @path: of a FIFO, or NULL
 * @only: the session it is for, or NULL for all.  Where there are others, it
 *	is described to all of them when it is used next.
 * @write_pos: to report
 * @read_pos: to report
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
	if (!only || ipcprobe_session_is_alone(only))
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
 * @end: its side that waits
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

/* Ends the wait of one side, if there is one. */
void ipcprobe_pipe_unblock(struct ipcprobe_op_end *end)
{
	if (!end->waiting)
		return;
	emit_unblock(end);
	end->waiting = 0;
}

/* A signal ends a wait without finish_wait(). */
void ipcprobe_pipe_end_waits(struct ipcprobe_op *op)
{
	ipcprobe_pipe_unblock(&op->end[0]);
	ipcprobe_pipe_unblock(&op->end[1]);
}
