/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes that a call moved. */
#ifndef IPCPROBE_DATA_H
#define IPCPROBE_DATA_H

#include <linux/types.h>

struct iovec;
struct ipcprobe_op;

/**
 * struct ipcprobe_moved - bytes that a call moved, in the current task's memory
 * @class_id: class of the call
 * @tid: thread id in the call's record
 * @addr: address of the first user buffer
 * @room: size of the first buffer; may be larger if all moved bytes are in it
 * @nr_more: number of further buffers
 * @more: the further buffers
 * @bytes: bytes that were moved, or -errno
 */
struct ipcprobe_moved {
	u32 class_id;
	u32 tid;
	u64 addr;
	u64 room;
	u32 nr_more;
	const struct iovec *more;
	s64 bytes;
};

void ipcprobe_data_emit(const struct ipcprobe_moved *moved);
void ipcprobe_data_emit_op(const struct ipcprobe_op *op, u32 class_id, u64 room, u32 nr_more,
			   s64 bytes);

#endif /* IPCPROBE_DATA_H */
