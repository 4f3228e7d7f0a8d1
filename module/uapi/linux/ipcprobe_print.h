/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Fingerprints of what a transfer left in a buffer, or took out: of three words
 * of 8 bytes each, at its two ends and at the roundest address, where another
 * transfer of a part of the same memory is likely to have a word as well.
 */
#ifndef _UAPI_LINUX_IPCPROBE_PRINT_H
#define _UAPI_LINUX_IPCPROBE_PRINT_H

#include <linux/stddef.h>
#include <linux/types.h>

#define IPCPROBE_PRINT_BYTES	8	/* that one is of */

/**
 * ipcprobe_print - the fingerprint of a word
 * @word: 8 bytes, as a little-endian number
 *
 * Return: never 0, which stands for a word that was not read.
 */
static __always_inline __u32 ipcprobe_print(__u64 word)
{
	__u32 print = (word * 0x9e3779b97f4a7c15ULL) >> 32;

	return print ? print : 1;
}

/**
 * ipcprobe_print_mid - the roundest address at which a word of a span begins
 * @addr: of the span; the addresses are those of user memory, below 2^63
 * @span: its bytes, IPCPROBE_PRINT_BYTES at least
 *
 * Below the highest bit in which @addr - 1 and the last such address differ the
 * latter may have zeroes and still be @addr or more.
 *
 * Return: the multiple of the greatest power of two in [@addr, @addr + @span - 8].
 */
static __always_inline __u64 ipcprobe_print_mid(__u64 addr, __u64 span)
{
	__u64 last = addr + span - IPCPROBE_PRINT_BYTES;

	return last & (~0ULL << (63 - __builtin_clzll((addr - 1) ^ last)));
}

#endif /* _UAPI_LINUX_IPCPROBE_PRINT_H */
