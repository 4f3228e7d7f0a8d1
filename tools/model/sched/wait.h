/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC objects that tasks block on: a wait begins with a *_block record and ends
 * with the record that ends the wait or the operation.
 */
#ifndef IPCPROBE_MODEL_SCHED_WAIT_H
#define IPCPROBE_MODEL_SCHED_WAIT_H

#include <stdint.h>

#include <linux/ipcprobe.h>

enum wait_kind {
	WAIT_NONE, WAIT_PIPE, WAIT_FIFO, WAIT_FUTEX, WAIT_SEM, WAIT_MSG, WAIT_MQ, WAIT_UNIX,
	WAIT_EVENTFD, NR_WAIT_KINDS
};

/**
 * struct sched_wait - the object that a task blocks on
 * @kind: enum wait_kind
 * @file: of a futex: file that contains it, 0 = the process's own memory
 * @key: of a channel, its key; of a set of semaphores, channel_sysv_key(); of a
 *	futex, its address or, with @file, its position in the file; of others, the
 *	object's number
 */
struct sched_wait {
	uint8_t kind;
	uint32_t file;
	uint64_t key;
};

enum wait_change { WAIT_UNCHANGED, WAIT_BEGINS, WAIT_ENDS };

enum wait_change sched_wait_change(const struct ipcprobe_rec *rec, struct sched_wait *ret);

extern const char *const sched_wait_names[NR_WAIT_KINDS];

#endif /* IPCPROBE_MODEL_SCHED_WAIT_H */
