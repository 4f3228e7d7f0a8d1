// SPDX-License-Identifier: GPL-2.0
/*
 * Class pipe: bytes in and out of pipes and FIFOs, and the waits for them.
 *
 * The number of bytes moved, and their positions in the pipe, are known exactly at
 * one point only: when the task that moved them is about to release the pipe's
 * mutex.  So mutex_unlock() is hooked, and its handler tests whether the current
 * task is in an operation on a pipe with this mutex:
 *
 *	pipe_write()           begin: iov_iter, pipe, entry time
 *	  mutex_lock
 *	  copy ...
 *	  mutex_unlock()       segment: bytes = progress of the iov_iter;
 *	                       their position is write_pos, which grows by bytes.
 *	                       iov_iter empty: the record, end of the operation
 *	  prepare_to_wait..()  the pipe is full: pipe_block with the segment
 *	  finish_wait()        pipe_unblock
 *	  mutex_lock, copy, mutex_unlock() ...
 *	sys_exit               errors and partial transfers: the record
 *
 * Reads work in the same way, with read_pos.  The bytes of a packet that a read
 * discards have positions, too: a pipe_discard record before the read's record.
 * Two writers cannot be between their lock and their unlock at the same time, so
 * positions are exact with many writers, too, and the record of a write comes
 * before the record of the read of its bytes.
 *
 * No call ends a request of io_uring or AIO, and its iov_iter may be freed after
 * the function has returned: the last unlock in the function ends the request.
 */
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched/task_stack.h>
#include <linux/uio.h>
#include <asm/syscall.h>

#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "epoch.h"
#include "hook.h"
#include "hook_pipe.h"
#include "hook_uring.h"
#include "hot.h"
#include "missed.h"
#include "op.h"
#include "pipe.h"
#include "user.h"
#include "vector.h"

/* ---- segments: at mutex_unlock(), the pipe's mutex still held ---- */

static const struct pipe_buffer *newest_buffer(const struct pipe_inode_info *pipe)
{
	return &pipe->bufs[(pipe->head - 1) & (pipe->ring_size - 1)];
}

/* True if the newest buffer's page is a reference to a page of a file. */
static bool newest_is_shared(const struct pipe_inode_info *pipe)
{
	const struct pipe_buffer *buf = newest_buffer(pipe);
	unsigned long mapping;

	if (pipe->head == pipe->tail || !buf->page)
		return false;
	mapping = (unsigned long)READ_ONCE(page_folio(buf->page)->mapping);
	return mapping && !(mapping & 3);	/* anonymous and movable pages are marked */
}

static bool is_empty(const struct pipe_inode_info *pipe)
{
	return pipe->head == pipe->tail;
}

/* Return: bytes that left or entered the pipe, from its contents before and after. */
static u32 moved_by_contents(const struct ipcprobe_op *op,
			     const struct ipcprobe_op_end *end)
{
	u32 before = end->obj->write_pos - end->obj->read_pos;
	u32 after;

	if (!end->obj->is_synced)
		return 0;
	after = ipcprobe_pipe_bytes(end->obj->pipe);
	if (end == &op->end[IPCPROBE_OP_IN])
		return after > before ? after - before : 0;
	return before > after ? before - after : 0;
}

/* True if the pipe stopped the copy after @bytes, not a fault. */
static bool is_stopped(const struct pipe_inode_info *pipe, bool is_read,
		       size_t bytes)
{
	if (is_read)
		return is_empty(pipe);
	return bytes >= PAGE_SIZE && newest_buffer(pipe)->len &&
	       pipe_full(pipe->head, pipe->tail, pipe->max_usage);
}

/*
 * Return: progress of the iov_iter in bytes.  A copy that faults in the middle
 * of a page advances the iov_iter by bytes that are discarded then.  In this
 * case the iov_iter is not empty, although the pipe is neither full nor empty,
 * and the pipe's contents decide.
 */
static u32 moved_by_iter(struct ipcprobe_op *op, struct ipcprobe_op_end *end)
{
	size_t left = iov_iter_count(op->iter), before = op->left;
	size_t bytes = left < before ? before - left : 0;
	bool is_read = end == &op->end[IPCPROBE_OP_OUT];

	op->left = left;
	if (unlikely(left && end->obj->is_synced &&
		     !is_stopped(end->obj->pipe, is_read, bytes)))
		return min_t(size_t, bytes, moved_by_contents(op, end));
	return bytes;
}

/* Return: bytes that this task moved since it took the mutex. */
static u32 moved_bytes(struct ipcprobe_op *op, struct ipcprobe_op_end *end)
{
	u32 bytes;

	if (op->iter)
		return moved_by_iter(op, end);
	bytes = moved_by_contents(op, end);
	if (end == &op->end[IPCPROBE_OP_IN] && op->in_file &&
	    !newest_is_shared(end->obj->pipe))
		op->copied += bytes;
	return bytes;
}

/*
 * Sets the positions anew after bytes went through unseen: the pipe existed
 * before the first session, or there was a miss.  The positions fit once @bytes
 * are added.  If this is the first operation seen on the pipe, readers of the
 * records have no old positions to forget.
 */
static void resync_end(struct ipcprobe_op *op, struct ipcprobe_op_end *end,
		       u32 bytes)
{
	struct ipcprobe_pipe *obj = end->obj;
	bool was_seen = obj->is_synced || obj->nr_checks;

	if (obj->is_synced)	/* otherwise the gap was known already */
		ipcprobe_missed(NULL, IPCPROBE_CLASS_PIPE, IPCPROBE_REASON_UNSEEN);
	ipcprobe_pipe_sync(obj);
	if (end == &op->end[IPCPROBE_OP_IN])
		obj->write_pos -= bytes;
	else
		obj->write_pos += bytes;
	/*
	 * Bytes that a splice moved are not distinguishable from bytes that
	 * were there before.
	 */
	if (was_seen || !op->iter)
		op->flags |= IPCPROBE_IO_RESYNC;
}

/*
 * True if the positions, with @bytes added, agree with the contents.  The test
 * is complete only while there is reason for doubt, otherwise only where it is
 * cheap.
 */
static bool is_synced(const struct ipcprobe_op *op,
		      const struct ipcprobe_op_end *end, u32 bytes)
{
	const struct ipcprobe_pipe *obj = end->obj;
	u64 content = obj->write_pos - obj->read_pos;

	content += end == &op->end[IPCPROBE_OP_IN] ? bytes : -(u64)bytes;
	if (unlikely(obj->nr_checks))
		return obj->is_synced &&
		       content == ipcprobe_pipe_bytes(obj->pipe);
	if (likely(is_empty(obj->pipe) ? !content : (s64)content > 0))
		return obj->is_synced;
	/* A write that faulted leaves a buffer without bytes. */
	return obj->is_synced && !content && !ipcprobe_pipe_bytes(obj->pipe);
}

static void check_sync(struct ipcprobe_op *op, struct ipcprobe_op_end *end,
		       u32 bytes)
{
	struct ipcprobe_pipe *obj = end->obj;

	if (unlikely(!is_synced(op, end, bytes)))
		resync_end(op, end, bytes);
	else if (unlikely(obj->nr_checks))
		obj->nr_checks--;
	if (unlikely(obj->epoch != READ_ONCE(ipcprobe_epoch)))
		ipcprobe_pipe_describe(obj, op->file ? &op->file->f_path : NULL,
				       NULL, obj->write_pos, obj->read_pos);
}

/* Return: bytes of a packet that were discarded when its first bytes were read. */
static u32 thrown_away(const struct ipcprobe_op *op,
		       const struct ipcprobe_op_end *end, u32 bytes)
{
	u32 counted;

	if (likely(!end->obj->has_packets || end != &op->end[IPCPROBE_OP_OUT]))
		return 0;
	counted = moved_by_contents(op, end);
	return counted > bytes ? counted - bytes : 0;
}

static void emit_discard(const struct ipcprobe_op_end *end, u64 pos, u32 bytes)
{
	struct ipcprobe_rec_pipe_discard rec = {
		.hdr.tid = current->pid,
		.pipe = end->id,
		.pos = pos,
		.bytes = bytes,
		.flags = end->obj_flags,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_discard, &rec);
}

/*
 * Notes that the pipe has packets: they stay packets when their pages move to
 * another pipe.
 */
static void note_packets(const struct ipcprobe_op *op,
			 const struct ipcprobe_op_end *end)
{
	if (!op->iter && end == &op->end[IPCPROBE_OP_IN] &&
	    ipcprobe_pipe_holds_packets(end->obj->pipe))
		end->obj->has_packets = true;
}

/*
 * Adds the bytes moved since the mutex was taken to the operation.  Return:
 * these bytes.
 */
static u32 add_segment(struct ipcprobe_op *op, struct ipcprobe_op_end *end)
{
	u32 bytes = moved_bytes(op, end);
	u32 thrown = thrown_away(op, end, bytes);
	u64 *pos;

	note_packets(op, end);
	check_sync(op, end, bytes + thrown);
	pos = end == &op->end[IPCPROBE_OP_IN] ? &end->obj->write_pos :
						&end->obj->read_pos;
	/*
	 * Other tasks moved bytes while the mutex was free, although this task
	 * did not wait.
	 */
	if (unlikely(end->bytes && end->pos + end->bytes != *pos)) {
		ipcprobe_pipe_block(op, end, end == &op->end[IPCPROBE_OP_IN] ?
					     IPCPROBE_IO_FULL : IPCPROBE_IO_EMPTY);
		ipcprobe_pipe_unblock(end);
	}
	if (!end->bytes)
		end->pos = *pos;
	end->bytes += bytes;
	*pos += bytes;
	if (unlikely(thrown))
		emit_discard(end, *pos, thrown);
	*pos += thrown;
	return bytes;
}

/* ---- read and write ---- */

/* Fills the fields that reads and writes have in common. */
static __always_inline void fill_io(struct ipcprobe_rec_pipe_io *rec,
				    const struct ipcprobe_op *op, int side, s32 ret)
{
	const struct ipcprobe_op_end *end = &op->end[side];

	rec->addr = op->addr;
	rec->pipe = end->id;
	rec->pos = end->pos;
	rec->count = op->count;
	rec->ret = ret;
	rec->call = op->call;
	rec->nr_segs = op->nr_segs;
	rec->flags = op->flags | end->obj_flags;
}

static __always_inline void fill_read(struct ipcprobe_rec_pipe_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_io(rec, op, IPCPROBE_OP_OUT, ret);
	ipcprobe_prints_brought(IPCPROBE_PRINTS(rec), op->addr, &op->buffer, ret);
}

static __always_inline void fill_write(struct ipcprobe_rec_pipe_io *rec,
				       const struct ipcprobe_op *op, s32 ret)
{
	fill_io(rec, op, IPCPROBE_OP_IN, ret);
	ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->addr, &op->buffer);
}

static void emit_moved(const struct ipcprobe_op *op, u64 room, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_PIPE, room, op->nr_segs > 1 ? op->io.nr : 0, ret);
}

static void emit_read(const struct ipcprobe_op *op, s32 ret)
{
	emit_moved(op, op->buffer.room, ret);
}

static void emit_written(const struct ipcprobe_op *op, s32 ret)
{
	emit_moved(op, op->buffer.prints.span, ret);
}

IPCPROBE_DEFINE_EMIT_IO(pipe_read, op->begin, fill_read, emit_read)
IPCPROBE_DEFINE_EMIT_IO(pipe_write, op->begin, fill_write, emit_written)

static __always_inline void emit_rw(const struct ipcprobe_op *op, bool is_read,
				    s32 ret)
{
	if (!is_read) {
		emit_pipe_write(op, ret);
		return;
	}
	if (unlikely(op->nr_segs > 1))
		ipcprobe_vector_end(op, op->buffer.room, ret, IPCPROBE_CLASS_PIPE);
	emit_pipe_read(op, ret);
}

/* True if this unlock comes before a wait, which is possible in a worker. */
static bool is_going_to_wait(const struct ipcprobe_op *op,
			     const struct pipe_inode_info *pipe, bool is_read)
{
	if (op->flags & IPCPROBE_IO_NONBLOCK)
		return false;
	if (is_read)
		return !op->copied && is_empty(pipe) && pipe->writers;
	return op->left && pipe->readers && !signal_pending(current) &&
	       pipe_full(pipe->head, pipe->tail, pipe->max_usage);
}

/*
 * Ends a request at its last unlock.  A request that moved nothing has failed,
 * or io_uring or AIO will try it again: no record.
 */
static void unlocking_request(struct ipcprobe_op *op, const struct mutex *lock,
			      bool is_read)
{
	struct ipcprobe_op_end *end =
		&op->end[is_read ? IPCPROBE_OP_OUT : IPCPROBE_OP_IN];

	if (lock != &end->pipe->mutex)
		return;
	if (ipcprobe_op_is_forgotten(op)) {
		ipcprobe_op_drop(op);
		return;
	}
	op->copied += add_segment(op, end);
	if (is_going_to_wait(op, end->pipe, is_read))
		return;
	ipcprobe_pipe_unblock(end);
	if (op->copied)
		emit_rw(op, is_read, op->copied);
	ipcprobe_op_drop(op);
}

/* Describes the pipe of a FIFO, which may be created inside open(2). */
static void describe_opened(struct ipcprobe_op *op, const struct mutex *lock)
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

/*
 * Called at the unlock inside pipe_release(): the counts of readers and writers
 * are final.
 */
static void emit_close(struct ipcprobe_op *op)
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
	ipcprobe_op_free(op);	/* no record at sys_exit */
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(pipe_close, &rec);
}

static noinline void unlocking_other(struct ipcprobe_op *op, const struct mutex *lock)
{
	const struct pipe_inode_info *pipe;
	struct ipcprobe_op_end *end;

	if (op->kind == IPCPROBE_OP_PIPE_OPEN) {
		describe_opened(op, lock);
		return;
	}
	if (ipcprobe_op_is_request(op)) {
		unlocking_request(op, lock,
				  op->kind == IPCPROBE_OP_PIPE_READ_REQUEST);
		return;
	}
	for (end = op->end; end < op->end + 2; end++) {
		pipe = end->obj ? READ_ONCE(end->obj->pipe) : NULL;
		if (!pipe || lock != &pipe->mutex)
			continue;
		if (op->kind == IPCPROBE_OP_PIPE_CLOSE)
			emit_close(op);
		else if (op->kind != IPCPROBE_OP_PIPE_RESIZE)
			add_segment(op, end);
		return;
	}
}

/*
 * True on the fast path: the pipe's state is fully known, and the operation has
 * not waited or moved bytes.
 */
static __always_inline bool is_plain(const struct ipcprobe_op_end *end)
{
	const struct ipcprobe_pipe *obj = end->obj;

	return obj->is_synced && !obj->is_special &&
	       obj->epoch == READ_ONCE(ipcprobe_epoch) && !end->bytes &&
	       !end->waiting;
}

/*
 * True if the call returns now, with all requested bytes or with all bytes that
 * there were.  This is the fast path; all other cases are left to add_segment() and
 * sys_exit.
 *
 * A read returns once it has bytes, a write once it has no more bytes.  In
 * these two cases no fault has advanced the iov_iter: see moved_by_iter().
 */
static __always_inline bool is_done(const struct ipcprobe_op *op,
				    const struct ipcprobe_op_end *end,
				    size_t left, bool is_read)
{
	const struct ipcprobe_pipe *obj = end->obj;
	u64 bytes = op->left - left;
	s64 content = obj->write_pos - obj->read_pos +
		      (is_read ? -bytes : bytes);
	bool is_drained = is_empty(end->pipe);

	if (left && !(is_read && is_drained))
		return false;
	return is_drained ? !content : content > 0;
}

/* Slow path of unlocking_rw(): emits the record if the call returns now. */
static noinline void unlocking_rw_slow_path(struct ipcprobe_op *op,
					    struct ipcprobe_op_end *end, bool is_read)
{
	bool is_first = !end->bytes && !end->waiting;

	if (!add_segment(op, end) || !is_first ||
	    (op->left && !(is_read && is_empty(end->pipe))))
		return;
	emit_rw(op, is_read, op->count - op->left);
	end->obj = NULL;
	ipcprobe_op_release(op);
}

static __always_inline void unlocking_rw(struct ipcprobe_op *op,
					 const struct mutex *lock, bool is_read)
{
	struct ipcprobe_op_end *end =
		&op->end[is_read ? IPCPROBE_OP_OUT : IPCPROBE_OP_IN];
	size_t left;
	u64 *pos;

	if (lock != &end->pipe->mutex)
		return;
	left = iov_iter_count(op->iter);
	pos = is_read ? &end->obj->read_pos : &end->obj->write_pos;
	if (unlikely(!is_plain(end))) {
		unlocking_rw_slow_path(op, end, is_read);
		return;
	}
	if (left == op->left) {		/* the task is going to wait, or failed */
		end->pos = *pos;
	} else if (likely(is_done(op, end, left, is_read))) {
		end->pos = *pos;
		*pos += op->left - left;
		emit_rw(op, is_read, op->count - left);
		end->obj = NULL;
		ipcprobe_op_release(op);
	} else {
		add_segment(op, end);
	}
}

/* Called at every mutex_unlock() of the machine: must return early. */
void ipcprobe_entry_mutex_unlock(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (likely(!op))
		return;
	if (op->kind == IPCPROBE_OP_PIPE_READ)
		unlocking_rw(op, ARG(fregs, 0), true);
	else if (op->kind == IPCPROBE_OP_PIPE_WRITE)
		unlocking_rw(op, ARG(fregs, 0), false);
	else
		unlocking_other(op, ARG(fregs, 0));
}

static __always_inline void set_buffer(struct ipcprobe_op *op, u64 addr, u32 bytes,
				       bool is_read)
{
	op->addr = addr;
	ipcprobe_buffer_begin(&op->buffer, addr, bytes, is_read);
}

static noinline void set_vector(struct ipcprobe_op *op,
				const struct iov_iter *iter, bool is_read)
{
	const struct iovec *iov;
	u8 i;

	op->nr_segs = 1;
	set_buffer(op, 0, 0, is_read);	/* buffers of the kernel have no user address */
	if (!iter_is_iovec(iter) || !iter->nr_segs)
		return;
	iov = iter_iov(iter);
	op->nr_segs = min_t(unsigned long, iter->nr_segs, U8_MAX);
	set_buffer(op, (unsigned long)iov->iov_base + iter->iov_offset,
		   min_t(size_t, iov->iov_len - iter->iov_offset, op->count), is_read);
	op->io.nr = 0;
	for (i = 1; i < op->nr_segs; i++)
		ipcprobe_vector_add(op, &iov[i], op->nr_segs, IPCPROBE_CLASS_PIPE, is_read);
}

static __always_inline void set_buffers(struct ipcprobe_op *op,
					const struct iov_iter *iter, bool is_read)
{
	if (unlikely(!iter_is_ubuf(iter))) {
		set_vector(op, iter, is_read);
		return;
	}
	op->nr_segs = 1;
	set_buffer(op, (unsigned long)iter->ubuf + iter->iov_offset, op->count, is_read);
}

/* Fills all flags except that of IOCB_NOWAIT; read(2) and write(2) never set it. */
static __always_inline void fill_rw(struct ipcprobe_op *op, int side,
				    struct ipcprobe_pipe *obj,
				    const struct kiocb *iocb,
				    const struct iov_iter *iter)
{
	struct file *file = iocb->ki_filp;

	ipcprobe_op_use_end(&op->end[side], obj, file->private_data);
	op->iter = iter;
	op->left = iov_iter_count(iter);
	op->count = op->left;	/* less than 2^31: MAX_RW_COUNT */
	op->file = file;
	op->flags = file->f_flags & O_NONBLOCK ? IPCPROBE_IO_NONBLOCK : 0;
	if (side == IPCPROBE_OP_IN && unlikely(file->f_flags & O_DIRECT))
		obj->has_packets = true;
	set_buffers(op, iter, side == IPCPROBE_OP_OUT);
}

/*
 * True if the kiocb may be a request's.  Multishot reads of io_uring look like
 * a call's kiocb, but never wait.
 */
static __always_inline bool may_be_request(struct kiocb *iocb)
{
	return !is_sync_kiocb(iocb) || iocb->ki_flags & IOCB_NOWAIT;
}

/*
 * True if the kiocb is a request's.  A call's kiocb is on the stack, a
 * request's never is.
 */
static bool is_request(struct kiocb *iocb)
{
	return !is_sync_kiocb(iocb) || !object_is_on_stack(iocb);
}

static struct ipcprobe_op *begin_request(struct ipcprobe_hook *hook, u8 kind)
{
	return ipcprobe_op_begin_request(hook, kind == IPCPROBE_OP_PIPE_READ ?
					 IPCPROBE_OP_PIPE_READ_REQUEST :
					 IPCPROBE_OP_PIPE_WRITE_REQUEST);
}

/*
 * Slow path: a pipe that was never seen, a call other than read(2) and
 * write(2), or a request, whose kiocb, iter and file need not exist until the
 * end of any call.
 */
static noinline void begin_rw_slow_path(struct ipcprobe_hook *hook,
					struct ftrace_regs *fregs, u8 kind,
					int side)
{
	const struct iov_iter *iter = ARG(fregs, 1);
	struct kiocb *iocb = ARG(fregs, 0);
	struct file *file = iocb->ki_filp;
	struct ipcprobe_pipe *obj;
	struct ipcprobe_op *op;

	if (is_request(iocb) && !iov_iter_count(iter))
		return;		/* the function returns without taking the mutex */
	op = is_request(iocb) ? begin_request(hook, kind) :
				ipcprobe_op_begin(hook, kind);
	if (!op) {
		ipcprobe_pipe_unseen(file_inode(file), file->private_data);
		return;
	}
	obj = ipcprobe_pipe_get(file_inode(file), file->private_data);
	if (!obj) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_PIPE, ipcprobe_pipe_reason(file->private_data));
		ipcprobe_op_free(op);
		return;
	}
	fill_rw(op, side, obj, iocb, iter);
	if (iocb->ki_flags & IOCB_NOWAIT)
		op->flags |= IPCPROBE_IO_NONBLOCK;
	/* The iterator of a registered buffer is a bvec, without a user address. */
	if (op->call == IPCPROBE_CALL_IO_URING && iov_iter_is_bvec(iter))
		op->addr = ipcprobe_uring_addr(iocb);
}

static __always_inline void
begin_rw(struct ipcprobe_hook *hook, struct ftrace_regs *fregs, u8 kind,
	 int side, long nr, u8 call)
{
	struct kiocb *iocb = ARG(fregs, 0);
	struct ipcprobe_pipe *obj;
	struct ipcprobe_op *op;

	obj = ipcprobe_pipe_find(iocb->ki_filp->private_data);
	op = likely(obj && !may_be_request(iocb)) ?
	     ipcprobe_op_begin_call(kind, nr, call) : NULL;
	if (likely(op))
		fill_rw(op, side, obj, iocb, ARG(fregs, 1));
	else
		begin_rw_slow_path(hook, fregs, kind, side);
}

void ipcprobe_entry_pipe_read(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs)
{
	begin_rw(hook, fregs, IPCPROBE_OP_PIPE_READ, IPCPROBE_OP_OUT,
		 __NR_read, IPCPROBE_CALL_READ);
}

void ipcprobe_entry_pipe_write(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs)
{
	begin_rw(hook, fregs, IPCPROBE_OP_PIPE_WRITE, IPCPROBE_OP_IN,
		 __NR_write, IPCPROBE_CALL_WRITE);
}

/* Called at the end of the call: errors, ends of file, and partial transfers. */
void ipcprobe_pipe_finish_rw(struct ipcprobe_op *op, s32 ret)
{
	ipcprobe_pipe_end_waits(op);
	if (op->kind == IPCPROBE_OP_PIPE_READ)
		emit_rw(op, true, ret);
	else
		emit_rw(op, false, ret);
}

struct ipcprobe_hook ipcprobe_pipe_io_hooks[] = {
	{ FN("mutex_unlock", ipcprobe_entry_mutex_unlock),
	  .hot = IPCPROBE_HOT_MUTEX_UNLOCK },
	{ FN("anon_pipe_read", ipcprobe_entry_pipe_read), .one_of = "pipe read",
	  .hot = IPCPROBE_HOT_PIPE_READ },
	{ FN("pipe_read", ipcprobe_entry_pipe_read), .one_of = "pipe read",
	  .hot = IPCPROBE_HOT_PIPE_READ },
	{ FN("anon_pipe_write", ipcprobe_entry_pipe_write), .one_of = "pipe write",
	  .hot = IPCPROBE_HOT_PIPE_WRITE },
	{ FN("pipe_write", ipcprobe_entry_pipe_write), .one_of = "pipe write",
	  .hot = IPCPROBE_HOT_PIPE_WRITE },
	{ FN("fifo_pipe_read", ipcprobe_entry_pipe_read), .one_of = "pipe read" },
	{ FN("fifo_pipe_write", ipcprobe_entry_pipe_write), .one_of = "pipe write" },
	{}
};
