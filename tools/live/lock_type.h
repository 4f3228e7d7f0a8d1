/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recognises the lock of glibc that a futex belongs to, from the memory around
 * the futex.
 */
#ifndef IPCPROBE_LIVE_LOCK_TYPE_H
#define IPCPROBE_LIVE_LOCK_TYPE_H

#include <stdint.h>

#include <linux/ipcprobe.h>

enum lock_type {
	LOCK_FUTEX,	/* no lock of glibc, or uncertain */
	LOCK_MUTEX, LOCK_COND, LOCK_RWLOCK, LOCK_BARRIER, LOCK_SEM,
};

/**
 * struct lock - lock that a waiter waits for
 * @type: which lock
 * @kind: for a mutex: its kind, for example "recursive"; else NULL
 * @addr: address of the lock's first byte
 * @owner: for MUTEX: tid of the task that holds the mutex. For RWLOCK: tid of
 *	the writer that holds the lock, in the waiter's pid namespace. 0: no
 *	owner, or unknown
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
