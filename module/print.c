// SPDX-License-Identifier: GPL-2.0
/* The slow path of fingerprints of user buffers; the fast path is inline (user.h). */
#include "user.h"

/* Variables, so that the compiler reads them from memory: see ipcprobe_put_print(). */
u64 ipcprobe_print_factor __ro_after_init = IPCPROBE_PRINT_FACTOR;
u64 ipcprobe_print_one __ro_after_init = BIT_ULL(32);

/*
 * The fingerprint of less than a word, read byte for byte: the bytes after
 * @span may not exist.
 */
static u32 print_of_part(u64 addr, u32 span)
{
	u32 shift = 0;
	u64 word = 0;
	u32 part4;
	u16 part2;
	u8 part1;

	ipcprobe_faults_off();
	if (!user_read_access_begin((void __user *)addr, span))
		goto out;
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
	user_read_access_end();
	ipcprobe_faults_on();
	return ipcprobe_print(word);
fault:
	user_read_access_end();
out:
	ipcprobe_faults_on();
	return 0;
}

static bool read_print(u32 *print, u64 addr)
{
	u64 word;

	if (!ipcprobe_read_u64(&word, (const u64 __user *)addr))
		return false;
	*print = ipcprobe_print(word);
	return true;
}

/**
 * ipcprobe_prints_slow_path - slow path of ipcprobe_prints_of()
 * @to: set to the fingerprints
 * @addr: address of the buffer
 * @bytes: size of the buffer; 0 or less: there are no fingerprints
 *
 * Context: same as ipcprobe_prints_of().
 */
void ipcprobe_prints_slow_path(struct ipcprobe_prints *to, u64 addr, s64 bytes)
{
	u32 span = clamp_t(s64, bytes, 0, U32_MAX);
	u64 last = addr + span - IPCPROBE_PRINT_BYTES;

	*to = (struct ipcprobe_prints) { .span = span };
	if (!span)
		return;
	if (span < IPCPROBE_PRINT_BYTES)
		to->head = print_of_part(addr, span);
	else if (last >= addr && read_print(&to->head, addr) &&
		 read_print(&to->mid, ipcprobe_print_mid(addr, span)))
		read_print(&to->tail, last);
}

/*
 * Slow path of ipcprobe_buffer_begin(). If not all words were read, head is set
 * to 0, so that the end of the call tries again.
 */
void ipcprobe_prints_begin_slow_path(struct ipcprobe_prints *to, u64 addr, s64 bytes)
{
	ipcprobe_prints_slow_path(to, addr, bytes);
	if (to->span >= IPCPROBE_PRINT_BYTES && !to->tail)
		to->head = 0;
}
