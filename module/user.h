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

#endif /* IPCPROBE_USER_H */
