// SPDX-License-Identifier: GPL-2.0
/* Fingerprints of the data in user buffers: what is too rare to be inline (user.h). */
#include "user.h"

/**
 * ipcprobe_short_prints - the fingerprint of less than a word
 * @addr: of the buffer
 * @span: its bytes
 *
 * Context, return: as ipcprobe_prints_of(), of which this is a part.
 */
struct ipcprobe_prints ipcprobe_short_prints(u64 addr, u32 span)
{
	struct ipcprobe_prints prints = { .span = span };
	u64 word = 0;
	u32 shift = 0;
	u32 part4;
	u16 part2;
	u8 part1;

	pagefault_disable();
	if (user_read_access_begin((void __user *)addr, span)) {
		if (span & 4) {
			unsafe_get_user(part4, (u32 __user *)addr, fault);
			word = part4;
			shift = 32;
		}
		if (span & 2) {
			unsafe_get_user(part2, (u16 __user *)(addr + shift / 8), fault);
			word |= (u64)part2 << shift;
			shift += 16;
		}
		if (span & 1) {
			unsafe_get_user(part1, (u8 __user *)(addr + shift / 8), fault);
			word |= (u64)part1 << shift;
		}
		prints.head = ipcprobe_print(word);
fault:
		user_read_access_end();
	}
	pagefault_enable();
	return prints;
}

/* ipcprobe_prints_of(), not inline. */
struct ipcprobe_prints ipcprobe_prints_again(u64 addr, u32 span)
{
	return ipcprobe_prints_of(addr, span);
}
