// SPDX-License-Identifier: GPL-2.0
/*
 * The buffers of a vectored call behind its first: a record each, before that of
 * the call.
 *
 * A call that takes data out has its records written when it begins, with the
 * fingerprints of the data.  A call that brings data in has the data only when it
 * ends, and the kernel's vector is gone by then: so the operation keeps the
 * vector, if it is not longer than IPCPROBE_NR_LATE_SEGS.  The records of a longer
 * one are written when the call begins, without fingerprints.
 *
 * As many buffers of a call that takes data out are kept for data.c.
 */
#include <linux/uio.h>

#include "ipcprobe.h"
#include "emit.h"
#include "user.h"

static void emit_segment(const struct iovec *iov, u32 class_id,
			 const struct ipcprobe_prints *prints)
{
	struct ipcprobe_rec_io_segment rec = {
		.hdr.tid = current->pid,
		.addr = (unsigned long)iov->iov_base,
		.bytes = iov->iov_len,
	};

	IPCPROBE_SET_PRINTS(&rec, *prints);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_AS(io_segment, &rec, class_id);
}

/**
 * ipcprobe_vector_add - a buffer behind the first, in their order
 * @op: operation
 * @iov: the buffer, in the current task's memory
 * @nr_segs: buffers of the vector
 * @class_id: class of the record
 * @is_brought: the operation brings data in
 *
 * Context: task context, preemption off.
 */
void ipcprobe_vector_add(struct ipcprobe_op *op, const struct iovec *iov, u8 nr_segs,
			 u32 class_id, bool is_brought)
{
	struct ipcprobe_prints prints = {};

	op->io.is_late = is_brought && nr_segs - 1 <= IPCPROBE_NR_LATE_SEGS;
	if (op->io.nr < IPCPROBE_NR_LATE_SEGS)
		op->io.iov[op->io.nr++] = *iov;
	if (op->io.is_late)
		return;
	if (!is_brought)
		prints = ipcprobe_prints_of((unsigned long)iov->iov_base,
					    min_t(u64, iov->iov_len, U32_MAX));
	emit_segment(iov, class_id, &prints);
}

/**
 * ipcprobe_vector_end - write the records of the buffers that have none yet
 * @op: operation that ends
 * @first: size of the first buffer
 * @ret: bytes that it brought, or -errno
 * @class_id: class of the records
 *
 * Context: task context, preemption off.
 */
void ipcprobe_vector_end(const struct ipcprobe_op *op, u32 first, s64 ret, u32 class_id)
{
	struct ipcprobe_prints prints;
	const struct iovec *iov;
	s64 left = ret - first;

	if (!op->io.nr || !op->io.is_late)
		return;
	for (iov = op->io.iov; iov < op->io.iov + op->io.nr; iov++) {
		prints = ipcprobe_prints_brought((unsigned long)iov->iov_base,
						 min_t(u64, iov->iov_len, U32_MAX), left);
		emit_segment(iov, class_id, &prints);
		left -= min_t(u64, iov->iov_len, S32_MAX);
	}
}
