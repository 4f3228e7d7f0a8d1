/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Fingerprints of the data that a transfer brought into a buffer or took out of
 * it. A buffer has fingerprints of three words of 8 bytes: the words at its two
 * ends and the word at the roundest address, where another transfer of a part
 * of the same memory is likely to have a word as well.
 */
#ifndef _UAPI_LINUX_IPCPROBE_PRINT_H
#define _UAPI_LINUX_IPCPROBE_PRINT_H

#include <linux/stddef.h>
#include <linux/types.h>

#define IPCPROBE_PRINT_BYTES	8	/* bytes that one fingerprint is taken from */

#define IPCPROBE_PRINT_FACTOR	0x9e3779b97f4a7c15ULL

/**
 * ipcprobe_print - the fingerprint of a word
 * @word: 8 bytes, as a little-endian number
 *
 * Return: the fingerprint. 0 stands for a word that was not read; one word in 2^32
 * has the fingerprint 0, too, but no word of constant data has it.
 */
static __always_inline __u32 ipcprobe_print(__u64 word)
{
	return ((word * IPCPROBE_PRINT_FACTOR) >> 32) + 1;
}

/*
 * Like ipcprobe_print_mid(), for callers that have the address @last of the
 * last word. Below the highest bit in which @last and @addr - 1 differ, the
 * result may have zeroes and is still @addr or more.
 */
static __always_inline __u64 __ipcprobe_print_mid(__u64 addr, __u64 last)
{
	int bit = 63 - __builtin_clzll((addr - 1) ^ last);

	return last >> bit << bit;
}

/**
 * ipcprobe_print_mid - find the roundest address at which a word of a span begins
 * @addr: address of the span, in user memory: below 2^63
 * @span: bytes of the span, at least IPCPROBE_PRINT_BYTES
 *
 * Return: the multiple of the greatest power of two in [@addr, @addr + @span - 8].
 */
static __always_inline __u64 ipcprobe_print_mid(__u64 addr, __u64 span)
{
	return __ipcprobe_print_mid(addr, addr + span - IPCPROBE_PRINT_BYTES);
}

#define IPCPROBE_SUM_BYTES	64	/* bytes that one checksum is made of, at most */

/**
 * ipcprobe_sum - the checksum of a block
 * @words: bytes of the block, as little-endian numbers, with zeroes after them
 * @bytes: number of bytes; at most IPCPROBE_SUM_BYTES
 *
 * Blocks that differ in one word never give equal 64-bit sums; 32 bits of the sum are
 * kept.
 *
 * Return: the checksum; never 0, because 0 stands for a block that was not read.
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
