// SPDX-License-Identifier: GPL-2.0
/*
 * Writes records of the buffers of a vectored call after the first: one record
 * each, before the record of the call.
 *
 * For a call that takes data out, the records are written when the call begins,
 * with the fingerprints of the data. A call that brings data in has the data
 * only when it ends, and then the kernel's vector no longer exists: therefore
 * the operation keeps the vector, if it has at most IPCPROBE_NR_LATE_SEGS
 * further buffers. The records of a longer vector are written when the call
 * begins, without fingerprints.
 *
 * For data.c, as many buffers of a call that takes data out are kept, too.
 */
#include <linux/uio.h>

#include "clock.h"
#include "emit.h"
#include "op.h"
#include "user.h"
#include "vector.h"

/*
 * Emits a record of one buffer; if @bytes is 0 or less, the record has no
 * fingerprints.
 */
static void emit_segment(const struct iovec *iov, u32 class_id, s64 bytes)
{
	struct ipcprobe_rec_io_segment rec = {
		.hdr.tid = current->pid,
		.addr = (unsigned long)iov->iov_base,
		.bytes = iov->iov_len,
	};

	ipcprobe_prints_of(IPCPROBE_PRINTS(&rec), rec.addr, bytes);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_AS(io_segment, &rec, class_id);
}

/**
 * ipcprobe_vector_add - add a buffer after the first, in the order of the vector
 * @op: operation
 * @iov: the buffer, in the current task's memory
 * @nr_segs: number of buffers in the vector
 * @class_id: class of the record
 * @is_brought: the operation brings data in
 *
 * Context: task context, preemption off.
 */
void ipcprobe_vector_add(struct ipcprobe_op *op, const struct iovec *iov, u8 nr_segs,
			 u32 class_id, bool is_brought)
{
	op->io.is_late = is_brought && nr_segs - 1 <= IPCPROBE_NR_LATE_SEGS;
	if (op->io.nr < IPCPROBE_NR_LATE_SEGS)
		op->io.iov[op->io.nr++] = *iov;
	if (op->io.is_late)
		return;
	emit_segment(iov, class_id, is_brought ? 0 : iov->iov_len);
}

/**
 * ipcprobe_vector_end - write the records of the buffers that have none yet
 * @op: operation that ends
 * @first: size of the first buffer
 * @ret: bytes that the operation brought in, or -errno
 * @class_id: class of the records
 *
 * Context: task context, preemption off.
 */
void ipcprobe_vector_end(const struct ipcprobe_op *op, u64 first, s64 ret, u32 class_id)
{
	const struct iovec *iov;
	s64 left = ret - first;

	if (!op->io.nr || !op->io.is_late)
		return;
	for (iov = op->io.iov; iov < op->io.iov + op->io.nr; iov++) {
		emit_segment(iov, class_id, min_t(s64, iov->iov_len, left));
		left -= min_t(u64, iov->iov_len, S32_MAX);
	}
}
