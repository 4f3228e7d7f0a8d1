/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lock of glibc a futex belongs to, from the memory around it.
 */
#ifndef IPCPROBE_LIVE_LOCK_TYPE_H
#define IPCPROBE_LIVE_LOCK_TYPE_H

#include <stdint.h>

#include <linux/ipcprobe.h>

enum lock_type {
	LOCK_FUTEX,	/* none of these, or not for certain */
	LOCK_MUTEX, LOCK_COND, LOCK_RWLOCK, LOCK_BARRIER, LOCK_SEM,
};

/**
 * struct lock - what a waiter waits for
 * @type: which lock
 * @kind: of a mutex, for example "recursive"; else NULL
 * @addr: where it begins
 * @owner: MUTEX: the task that holds it.  RWLOCK: the writer that does, as a
 *	number in the waiter's pid namespace.  0: nobody, or not known
 */
struct lock {
	enum lock_type type;
	const char *kind;
	uint64_t addr;
	uint32_t owner;
};

const char *lock_type_name(enum lock_type type);
struct lock lock_recognise(const struct ipcprobe_rec_futex_block *rec);

#endif /* IPCPROBE_LIVE_LOCK_TYPE_H */
