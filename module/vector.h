/* SPDX-License-Identifier: GPL-2.0 */
/* The buffers of vectored calls, after the first. */
#ifndef IPCPROBE_VECTOR_H
#define IPCPROBE_VECTOR_H

#include <linux/types.h>

struct iovec;
struct ipcprobe_op;

void ipcprobe_vector_add(struct ipcprobe_op *op, const struct iovec *iov, u8 nr_segs,
			 u32 class_id, bool is_brought);
void ipcprobe_vector_end(const struct ipcprobe_op *op, u64 first, s64 ret, u32 class_id);

#endif /* IPCPROBE_VECTOR_H */
