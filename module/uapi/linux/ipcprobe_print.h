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

#define IPCPROBE_PRINT_FACTOR	0x9e3779b97f4a7c15ULL

/**
 * ipcprobe_print - the fingerprint of a word
 * @word: 8 bytes, as a little-endian number
 *
 * Return: 0, which stands for a word that was not read, of one word in 2^32 as well;
 * that of constant data never is.
 */
static __always_inline __u32 ipcprobe_print(__u64 word)
{
	return ((word * IPCPROBE_PRINT_FACTOR) >> 32) + 1;
}

/*
 * For who has the last such address. Below the highest bit in which it and @addr - 1
 * differ it may have zeroes and still be @addr or more.
 */
static __always_inline __u64 __ipcprobe_print_mid(__u64 addr, __u64 last)
{
	int bit = 63 - __builtin_clzll((addr - 1) ^ last);

	return last >> bit << bit;
}

/**
 * ipcprobe_print_mid - the roundest address at which a word of a span begins
 * @addr: of the span; the addresses are those of user memory, below 2^63
 * @span: its bytes, IPCPROBE_PRINT_BYTES at least
 *
 * Return: the multiple of the greatest power of two in [@addr, @addr + @span - 8].
 */
static __always_inline __u64 ipcprobe_print_mid(__u64 addr, __u64 span)
{
	return __ipcprobe_print_mid(addr, addr + span - IPCPROBE_PRINT_BYTES);
}

#define IPCPROBE_SUM_BYTES	64	/* that a checksum is of, at most */

/**
 * ipcprobe_sum - the checksum of a block
 * @words: its bytes, as little-endian numbers, with zeroes behind them
 * @bytes: how many; IPCPROBE_SUM_BYTES at most
 *
 * Blocks that differ in one word never give the same 64 bits, of which 32 are left.
 *
 * Return: never 0, which stands for a block that was not read.
 */
static __always_inline __u32 ipcprobe_sum(const __u64 *words, __u32 bytes)
{
	__u64 sum = bytes;
	__u32 i;

	for (i = 0; i < (bytes + 7) / 8; i++)
		sum = ((sum << 29 | sum >> 35) ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	sum ^= sum >> 32;
	return (__u32)sum ? (__u32)sum : 1;
}

#endif /* _UAPI_LINUX_IPCPROBE_PRINT_H */
