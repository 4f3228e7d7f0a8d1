/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes that a call moved. */
#ifndef IPCPROBE_DATA_H
#define IPCPROBE_DATA_H

#include <linux/types.h>

struct iovec;
struct ipcprobe_op;

/**
 * struct ipcprobe_moved - what a call moved, in the current task's memory
 * @class_id: class of the call
 * @tid: of its record
 * @addr: first user buffer
 * @room: size of that, or more if all that was moved is in it
 * @nr_more: further buffers
 * @more: these
 * @bytes: that were moved, or -errno
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

void ipcprobe_tell_moved(const struct ipcprobe_moved *moved);
void ipcprobe_tell_op(const struct ipcprobe_op *op, u32 class_id, u64 room, u32 nr_more,
		      s64 bytes);

#endif /* IPCPROBE_DATA_H */
