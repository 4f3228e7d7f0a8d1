// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the bytes that a call moved, for sessions that want the first bytes of
 * each transfer: io_data records, before the record of the call.
 *
 * The bytes are read when the call ends: then the number of moved bytes is
 * known, and the buffers are in memory, because the call has used them. If the
 * call takes data out, another thread may have changed the buffer in between.
 *
 * While no session wants these bytes, nothing in this file runs: the rings of a
 * session that wants them are not "plain" for the classes concerned, and
 * therefore the slow path emit_<name>_slowly() calls this file.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "clock.h"
#include "data.h"
#include "emit.h"
#include "op.h"
#include "ring.h"
#include "session.h"
#include "sum.h"

/**
 * struct piece - a record under construction
 * @rec: head of the record
 * @data: the bytes of @rec.data
 *
 * One for each CPU, used in task context with preemption off: an interrupt that
 * runs in between moves no bytes of a user buffer.
 */
struct piece {
	struct ipcprobe_rec_io_data rec;
	u8 data[IPCPROBE_DATA_MAX];
};

static DEFINE_PER_CPU(struct piece, pieces);

/**
 * struct transfer - how far the bytes of a call are recorded
 * @moved: the transfer of the call
 * @done: bytes already recorded
 * @left: bytes still to be recorded
 */
struct transfer {
	const struct ipcprobe_moved *moved;
	u32 done;
	u32 left;
};

/* Writes the part of a piece that one session wants. */
static void write_piece(struct ipcprobe_session *session, const struct ipcprobe_rec_io_data *rec)
{
	u32 wanted = session->snap_bytes - rec->offset;
	u16 bytes = min_t(u32, rec->bytes, wanted);
	u32 len = ALIGN(sizeof(*rec) + bytes, 8);
	struct ipcprobe_rec_io_data *to;
	struct ipcprobe_ring *ring;
	u64 end;

	ring = ipcprobe_session_ring(session, IPCPROBE_CLASS_FILE);
	if (unlikely(!ring))
		return;
	to = ipcprobe_ring_reserve(ring, len, IPCPROBE_CLASS_FILE, rec->hdr.ts_ns, 0, &end);
	if (unlikely(!to))
		return;
	memcpy(to, rec, sizeof(*rec) + bytes);
	memset(to->data + bytes, 0, len - sizeof(*rec) - bytes);
	to->hdr.len = len;
	to->bytes = bytes;
	to->missing = min_t(u32, rec->missing, wanted);
	ipcprobe_ring_commit(ring, end);
}

static void emit_piece(struct ipcprobe_rec_io_data *rec, u32 class_id)
{
	struct ipcprobe_session *s;
	u32 tid = rec->hdr.tid;

	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	if (trace_io_data_enabled())
		trace_io_data(rec);
	list_for_each_entry_rcu(s, &ipcprobe_sessions, active_node)
		if (rec->offset < s->snap_bytes &&
		    ipcprobe_session_wants(s, class_id, tid, tid, -1))
			write_piece(s, rec);
}

/*
 * Emits the next bytes, at most up to a multiple of IPCPROBE_DATA_MAX, and thus
 * of one page.
 */
static u32 emit_next_piece(const struct transfer *transfer, u64 addr, u64 room)
{
	struct ipcprobe_rec_io_data *rec = &this_cpu_ptr(&pieces)->rec;
	u32 bytes = IPCPROBE_DATA_MAX - addr % IPCPROBE_DATA_MAX;

	bytes = min3(room, (u64)transfer->left, (u64)bytes);
	*rec = (struct ipcprobe_rec_io_data) {
		.hdr.type = IPCPROBE_REC_io_data,
		.hdr.tid = transfer->moved->tid,
		.addr = addr,
		.offset = transfer->done,
		.bytes = bytes,
	};
	if (copy_from_user_nofault(rec->data, (void __user *)addr, bytes)) {
		rec->bytes = 0;
		rec->missing = bytes;
	}
	emit_piece(rec, transfer->moved->class_id);
	return bytes;
}

static void emit_buffer(struct transfer *transfer, u64 addr, u64 room)
{
	u32 bytes;

	while (room && transfer->left) {
		bytes = emit_next_piece(transfer, addr, room);
		addr += bytes;
		room -= bytes;
		transfer->done += bytes;
		transfer->left -= bytes;
	}
}

static void emit_data(const struct ipcprobe_moved *moved, u32 bytes)
{
	struct transfer transfer = { .moved = moved, .left = bytes };
	const struct iovec *iov;

	emit_buffer(&transfer, moved->addr, moved->room);
	for (iov = moved->more; iov < moved->more + moved->nr_more; iov++)
		emit_buffer(&transfer, (unsigned long)iov->iov_base, iov->iov_len);
}

/**
 * ipcprobe_data_emit - write the bytes that a call moved, or their
 *	checksums, for the sessions that want them
 * @moved: the transfer of the call
 *
 * Context: same as ipcprobe_prints_of(), preemption off.
 */
void ipcprobe_data_emit(const struct ipcprobe_moved *moved)
{
	u32 bytes = clamp_t(s64, moved->bytes, 0, READ_ONCE(ipcprobe_snap_bytes));

	if (unlikely(bytes))
		emit_data(moved, bytes);
	if (unlikely(READ_ONCE(ipcprobe_has_sums)))
		ipcprobe_sums_emit(moved);
}

/**
 * ipcprobe_data_emit_op - ipcprobe_data_emit() for an operation that has its
 *	buffer in op->addr
 * @op: the operation, which has ended
 * @class_id: class of the operation
 * @room: size of the buffer; U64_MAX: not known
 * @nr_more: number of buffers after the first, in op->io
 * @bytes: bytes that were moved, or -errno
 *
 * Context: same as ipcprobe_data_emit().
 */
void ipcprobe_data_emit_op(const struct ipcprobe_op *op, u32 class_id, u64 room, u32 nr_more,
			   s64 bytes)
{
	ipcprobe_data_emit(&(struct ipcprobe_moved) {
		.class_id = class_id,
		.tid = op->tid,
		.addr = op->addr,
		.room = room,
		.nr_more = nr_more,
		.more = op->io.iov,
		.bytes = bytes,
	});
}
