/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of a user buffer while a call is under way. */
#ifndef IPCPROBE_BUFFER_H
#define IPCPROBE_BUFFER_H

#include <linux/types.h>

/**
 * struct ipcprobe_prints - what records tell of the data in a user buffer
 * @span: bytes of it that the fingerprints are of; 0: none, all are 0
 * @head: fingerprint of the first word
 * @mid: of the one at the roundest address
 * @tail: of the last
 */
struct ipcprobe_prints {
	u32 span;
	u32 head;
	u32 mid;
	u32 tail;
};

/**
 * union ipcprobe_buffer - what is known of a user buffer until a call ends
 * @prints: of what takes data out: of the data, as of the begin
 * @room: of what brings data in: its size
 *
 * All 0: it is not known, or the kernel's own.
 */
union ipcprobe_buffer {
	struct ipcprobe_prints prints;
	u64 room;
};

#endif /* IPCPROBE_BUFFER_H */
