/* SPDX-License-Identifier: GPL-2.0 */
/* Facts about a user buffer, kept while a call is under way. */
#ifndef IPCPROBE_BUFFER_H
#define IPCPROBE_BUFFER_H

#include <linux/types.h>

/**
 * struct ipcprobe_prints - fields of a record that describe the data in a user buffer
 * @span: bytes of the buffer that the fingerprints are taken from; 0: none, and all
 *	fingerprints are 0
 * @head: fingerprint of the first word
 * @mid: fingerprint of the word at the roundest address
 * @tail: fingerprint of the last word
 */
struct ipcprobe_prints {
	u32 span;
	u32 head;
	u32 mid;
	u32 tail;
};

/**
 * union ipcprobe_buffer - facts about a user buffer, kept until a call ends
 * @prints: a call that takes data out: fingerprints of the data when the call begins
 * @room: a call that brings data in: size of the buffer
 *
 * All 0: the buffer is not known, or it is in kernel memory.
 */
union ipcprobe_buffer {
	struct ipcprobe_prints prints;
	u64 room;
};

#endif /* IPCPROBE_BUFFER_H */
