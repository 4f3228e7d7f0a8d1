/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the memory of the current task without page faults and inline: for one
 * or two words copy_from_user_nofault() costs ten times as much.
 */
#ifndef IPCPROBE_USER_H
#define IPCPROBE_USER_H

#include <linux/lockdep.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/ipcprobe_print.h>

#include "buffer.h"

/* 0: to measure the cost of fingerprints (selftests/bench); then records have none. */
#ifndef IPCPROBE_HAS_PRINTS
#define IPCPROBE_HAS_PRINTS	1
#endif

/*
 * While preemption is off no page fault is handled: memory that is not present
 * is not read. Only a kernel without a preemption count needs the call of
 * pagefault_disable().
 */
static __always_inline void ipcprobe_faults_off(void)
{
	lockdep_assert_preemption_disabled();
	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		pagefault_disable();
}

static __always_inline void ipcprobe_faults_on(void)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		pagefault_enable();
}

/*
 * Checks only where an access begins. The last page of user memory is never
 * mapped, so an access of less than a page that begins in user memory at worst
 * ends in a fault. A check of the size would take three more instructions on
 * 6.1.
 */
#define ipcprobe_user_access_begin(from)	user_read_access_begin((from), 0)

/**
 * ipcprobe_read_u64 - read a word of the current task's memory
 * @value: set to the word
 * @from: address of the word
 *
 * Context: task context of user space, preemption off.
 * Return: false: the word is not in memory now.
 */
static __always_inline bool ipcprobe_read_u64(u64 *value, const u64 __user *from)
{
	bool is_read = false;

	ipcprobe_faults_off();
	if (ipcprobe_user_access_begin(from)) {
		unsafe_get_user(*value, from, fault);
		is_read = true;
fault:
		user_read_access_end();
	}
	ipcprobe_faults_on();
	return is_read;
}

/* Like ipcprobe_read_u64(), for an element of a vector. */
static __always_inline bool ipcprobe_read_iovec(struct iovec *iov,
						const struct iovec __user *from)
{
	bool is_read = false;

	ipcprobe_faults_off();
	if (ipcprobe_user_access_begin(from)) {
		unsafe_get_user(iov->iov_base, &from->iov_base, fault);
		unsafe_get_user(iov->iov_len, &from->iov_len, fault);
		is_read = true;
fault:
		user_read_access_end();
	}
	ipcprobe_faults_on();
	return is_read;
}

/* print.c */
extern u64 ipcprobe_print_factor, ipcprobe_print_one;

void ipcprobe_prints_slow_path(struct ipcprobe_prints *to, u64 addr, s64 bytes);
void ipcprobe_prints_begin_slow_path(struct ipcprobe_prints *to, u64 addr, s64 bytes);

/*
 * ipcprobe_print() is the upper half of a product. The whole product is stored
 * so that its upper half goes to @print, and its lower half to the field
 * before, which is written next. The barrier lets each multiplication read its
 * factor from memory, which takes fewer instructions than a register that holds
 * the factor.
 */
static __always_inline void ipcprobe_put_print(u32 *print, u64 word)
{
	barrier();
	put_unaligned_le64(word * ipcprobe_print_factor + ipcprobe_print_one, print - 1);
}

/*
 * Every recorded read and write calls this function, so instructions count: the
 * words are read in one window, and each fingerprint goes straight to its
 * field.
 *
 * Return: false: some words are not in memory, or the address is not in user
 * memory.
 */
static __always_inline bool ipcprobe_read_words(struct ipcprobe_prints *to, u64 addr, u64 span)
{
	u64 last, word;

	if (unlikely(check_add_overflow(addr, span - IPCPROBE_PRINT_BYTES, &last)))
		return false;
	ipcprobe_faults_off();
	/* If the last word is in user memory, the words before it are, too. */
	if (unlikely(!ipcprobe_user_access_begin((void __user *)last)))
		goto out;
	unsafe_get_user(word, (u64 __user *)last, fault);
	ipcprobe_put_print(&to->tail, word);
	unsafe_get_user(word, (u64 __user *)__ipcprobe_print_mid(addr, last), fault);
	ipcprobe_put_print(&to->mid, word);
	unsafe_get_user(word, (u64 __user *)addr, fault);
	ipcprobe_put_print(&to->head, word);
	user_read_access_end();
	ipcprobe_faults_on();
	to->span = span;
	return true;
fault: __cold;
	user_read_access_end();
out:
	ipcprobe_faults_on();
	return false;
}

/*
 * Fingerprint of less than a word: of the word at @addr, the bytes after the
 * span do not count. A word that continues in the next page is left to
 * ipcprobe_prints_slow_path().
 */
static __always_inline bool ipcprobe_read_part(struct ipcprobe_prints *to, u64 addr, u64 span)
{
	u32 unused = -8 * (u32)span & 63;	/* bits */
	u64 word;

	if (unlikely(span - 1 >= IPCPROBE_PRINT_BYTES - 1 ||
		     (addr & ~PAGE_MASK) > PAGE_SIZE - IPCPROBE_PRINT_BYTES ||
		     !ipcprobe_read_u64(&word, (const u64 __user *)addr)))
		return false;
	ipcprobe_put_print(&to->head, word << unused >> unused);
	to->span = span;
	to->mid = 0;
	to->tail = 0;
	return true;
}

/* Return: false: the caller must use ipcprobe_prints_slow_path(). */
static __always_inline bool ipcprobe_prints_try(struct ipcprobe_prints *to, u64 addr, u64 span)
{
	if (likely(span - IPCPROBE_PRINT_BYTES <= S32_MAX))
		return ipcprobe_read_words(to, addr, span);
	return ipcprobe_read_part(to, addr, span);
}

/**
 * ipcprobe_prints_of - take the fingerprints of the data in a buffer
 * @to: set to the fingerprints
 * @addr: address of the buffer, in the current task's memory
 * @bytes: size of the buffer; 0 or less: there are no fingerprints, or the buffer is
 *	not known
 *
 * A word that is not in memory now is left out, and all words after it.
 *
 * Context: task context of user space, or an interrupt of it; preemption off.
 */
static __always_inline void ipcprobe_prints_of(struct ipcprobe_prints *to, u64 addr, s64 bytes)
{
	if (IPCPROBE_HAS_PRINTS && unlikely(!ipcprobe_prints_try(to, addr, bytes)))
		ipcprobe_prints_slow_path(to, addr, bytes);
}

/**
 * ipcprobe_buffer_begin - keep the facts about a buffer when a call begins
 * @buffer: set to these facts
 * @addr: address of the buffer, in the current task's memory
 * @bytes: size of the buffer
 * @is_brought: the call brings data into the buffer
 *
 * Context: same as ipcprobe_prints_of().
 */
static __always_inline void ipcprobe_buffer_begin(union ipcprobe_buffer *buffer, u64 addr,
						  u64 bytes, bool is_brought)
{
	if (!IPCPROBE_HAS_PRINTS)
		return;
	if (is_brought)
		buffer->room = bytes;
	else if (unlikely(!ipcprobe_prints_try(&buffer->prints, addr, bytes)))
		ipcprobe_prints_begin_slow_path(&buffer->prints, addr, bytes);
}

/* Return: size of the buffer, for users that need no fingerprints. */
static inline u64 ipcprobe_buffer_room(const union ipcprobe_buffer *buffer, bool is_brought)
{
	return is_brought ? buffer->room : buffer->prints.span;
}

/**
 * ipcprobe_prints_taken - get the fingerprints of the data that a call took out of a
 *	buffer
 * @to: set to the fingerprints
 * @addr: address of the buffer, in the current task's memory
 * @buffer: facts from ipcprobe_buffer_begin()
 *
 * A page that was not in memory when the call began is in memory now.
 *
 * Context: same as ipcprobe_prints_of().
 */
static __always_inline void ipcprobe_prints_taken(struct ipcprobe_prints *to, u64 addr,
						  const union ipcprobe_buffer *buffer)
{
	u64 first;

	if (!IPCPROBE_HAS_PRINTS)
		return;
	first = *(const u64 *)&buffer->prints.span;
	*(u64 *)&to->span = first;
	*(u64 *)&to->mid = *(const u64 *)&buffer->prints.mid;
	if (unlikely(!upper_32_bits(first)))	/* no head */
		ipcprobe_prints_slow_path(to, addr, lower_32_bits(first));
}

/**
 * ipcprobe_prints_brought - get the fingerprints of the data that a call brought into
 *	a buffer
 * @to: set to the fingerprints
 * @addr: address of the buffer, in the current task's memory
 * @buffer: facts from ipcprobe_buffer_begin()
 * @ret: bytes brought into this buffer and the buffers after it, or -errno
 *
 * Context: same as ipcprobe_prints_of().
 */
static __always_inline void ipcprobe_prints_brought(struct ipcprobe_prints *to, u64 addr,
						    const union ipcprobe_buffer *buffer, s64 ret)
{
	ipcprobe_prints_of(to, addr, min_t(s64, ret, buffer->room));
}

/* Return: the fields of a record that have the layout of a struct ipcprobe_prints. */
#define IPCPROBE_PRINTS(rec)							\
({										\
	static_assert(offsetof(typeof(*(rec)), tail) -				\
		      offsetof(typeof(*(rec)), span) ==				\
		      offsetof(struct ipcprobe_prints, tail));			\
	(struct ipcprobe_prints *)((char *)(rec) + offsetof(typeof(*(rec)), span)); \
})

#endif /* IPCPROBE_USER_H */
