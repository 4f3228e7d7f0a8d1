/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The caller's memory, read without faulting and inline: for a word or two
 * copy_from_user_nofault() costs ten times as much.
 */
#ifndef IPCPROBE_USER_H
#define IPCPROBE_USER_H

#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/ipcprobe_print.h>

#include "ipcprobe.h"

/**
 * ipcprobe_read_u64 - a word of the current task's memory
 * @value: set to it
 * @from: where it is
 *
 * Context: task context of user space.  Return: false: it is not there now.
 */
static __always_inline bool ipcprobe_read_u64(u64 *value, const u64 __user *from)
{
	bool is_read = false;

	pagefault_disable();
	if (user_read_access_begin(from, sizeof(*from))) {
		unsafe_get_user(*value, from, fault);
		is_read = true;
fault:
		user_read_access_end();
	}
	pagefault_enable();
	return is_read;
}

/* Likewise, an element of a vector. */
static __always_inline bool ipcprobe_read_iovec(struct iovec *iov,
						const struct iovec __user *from)
{
	bool is_read = false;

	pagefault_disable();
	if (user_read_access_begin(from, sizeof(*from))) {
		unsafe_get_user(iov->iov_base, &from->iov_base, fault);
		unsafe_get_user(iov->iov_len, &from->iov_len, fault);
		is_read = true;
fault:
		user_read_access_end();
	}
	pagefault_enable();
	return is_read;
}

/* print.c */
struct ipcprobe_prints ipcprobe_short_prints(u64 addr, u32 span);
struct ipcprobe_prints ipcprobe_prints_again(u64 addr, u32 span);

/* Of less than a word: of what stands there the bytes behind the span do not count. */
static __always_inline struct ipcprobe_prints ipcprobe_prints_of_part(u64 addr, u32 span)
{
	struct ipcprobe_prints prints = { .span = span };
	u64 word;

	if (!span)
		return prints;
	if (unlikely((addr & ~PAGE_MASK) > PAGE_SIZE - IPCPROBE_PRINT_BYTES))
		return ipcprobe_short_prints(addr, span);
	if (likely(ipcprobe_read_u64(&word, (const u64 __user *)addr)))
		prints.head = ipcprobe_print(word & ~0ULL >> (64 - 8 * span));
	return prints;
}

/**
 * ipcprobe_prints_of - the fingerprints of the data in a buffer
 * @addr: of the buffer, in the current task's memory
 * @span: bytes; 0: there are none, or the buffer is not known
 *
 * What is not in memory now is left out, and what stands behind it.
 *
 * Context: task context of user space, or an interrupt of it.
 */
static __always_inline struct ipcprobe_prints ipcprobe_prints_of(u64 addr, u32 span)
{
	u64 word, last = addr + span - IPCPROBE_PRINT_BYTES;
	struct ipcprobe_prints prints = { .span = span };

	if (unlikely(span < IPCPROBE_PRINT_BYTES))
		return ipcprobe_prints_of_part(addr, span);
	if (unlikely(last < addr))
		return prints;
	pagefault_disable();
	/* If the last word is user memory, what stands before it is, too. */
	if (user_read_access_begin((void __user *)last, IPCPROBE_PRINT_BYTES)) {
		unsafe_get_user(word, (u64 __user *)addr, fault);
		prints.head = ipcprobe_print(word);
		unsafe_get_user(word, (u64 __user *)ipcprobe_print_mid(addr, span), fault);
		prints.mid = ipcprobe_print(word);
		unsafe_get_user(word, (u64 __user *)last, fault);
		prints.tail = ipcprobe_print(word);
fault:
		user_read_access_end();
	}
	pagefault_enable();
	return prints;
}

/**
 * ipcprobe_prints_at_begin - what is known of a buffer when a call begins
 * @addr: of the buffer, as above
 * @bytes: its size
 * @is_brought: the call brings data into it, so only its size is known yet
 *
 * Context: as above.
 */
static __always_inline struct ipcprobe_prints
ipcprobe_prints_at_begin(u64 addr, u64 bytes, bool is_brought)
{
	u32 span = min_t(u64, bytes, U32_MAX);

	return is_brought ? (struct ipcprobe_prints) { .span = span } :
			    ipcprobe_prints_of(addr, span);
}

/**
 * ipcprobe_prints_brought - the fingerprints of what a call brought into a buffer
 * @addr: of the buffer, as above
 * @room: its bytes; 0: it is not known
 * @ret: bytes that came, into this buffer and those behind it, or -errno
 *
 * Context: as above.
 */
static __always_inline struct ipcprobe_prints
ipcprobe_prints_brought(u64 addr, u32 room, s64 ret)
{
	return ipcprobe_prints_of(addr, clamp_t(s64, ret, 0, room));
}

/**
 * ipcprobe_prints_taken - the fingerprints of what a call took out of a buffer
 * @addr: of the buffer, as above
 * @prints: what ipcprobe_prints_of() gave when the call began
 *
 * A page that was not in memory then is there now.
 *
 * Context: as above.
 */
static __always_inline struct ipcprobe_prints
ipcprobe_prints_taken(u64 addr, struct ipcprobe_prints prints)
{
	bool is_short = prints.span < IPCPROBE_PRINT_BYTES;

	if (unlikely(prints.span && !(prints.head && (prints.tail || is_short))))
		return ipcprobe_prints_again(addr, prints.span);
	return prints;
}

#endif /* IPCPROBE_USER_H */
