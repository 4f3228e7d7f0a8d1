/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread that is in a system call, while the call's arguments are read.
 */
#ifndef IPCPROBE_LIVE_NEED_H
#define IPCPROBE_LIVE_NEED_H

#include "live/sources.h"
#include "live/thread.h"

/**
 * struct wait - one waiting thread
 * @live: the inventory
 * @proc: its process
 * @name: name of the system call
 * @condition: what a call like this waits for; the arguments may say more
 * @call: number and arguments of the call
 * @tid: thread id
 * @thread: number of the thread; 0: threads are not read
 */
struct wait {
	struct live *live;
	struct live_proc *proc;
	const char *name;
	enum live_condition condition;
	struct live_call call;
	uint32_t tid;
	uint32_t thread;
};

/* The thread waits for @need, too. */
void wait_needs(const struct wait *wait, const struct live_need *need);

/* The thread waits for something that is no object of the inventory. */
void wait_needs_condition(const struct wait *wait, enum live_condition condition);

/* The thread waits for all of its needs, not for one of them. */
void wait_needs_all(const struct wait *wait);

/* The wait has a time limit: it ends by itself. */
void wait_has_limit(const struct wait *wait);

/* Copies memory of the waiter; returns the number of bytes that could be read. */
size_t wait_read_memory(const struct wait *wait, uint64_t addr, void *buf, size_t len);

/*
 * Adds a waiter for an object that the process does not hold; the threads of a process
 * share one entry.
 */
void wait_outside(const struct wait *wait, uint32_t object);

/* The thread waits for descriptor @fd. */
void wait_for_fd(const struct wait *wait, int fd, enum live_condition condition);

/* ---- the calls, by what they wait for ---- */

void wait_in_fd(const struct wait *wait);		/* wait_fd.c */
void wait_in_splice(const struct wait *wait);
void wait_in_tee(const struct wait *wait);
void wait_in_poll(const struct wait *wait);
void wait_in_select(const struct wait *wait);
void wait_in_epoll(const struct wait *wait);
void wait_in_open(const struct wait *wait);		/* wait_fifo.c */
void wait_in_openat(const struct wait *wait);
void wait_in_sem(const struct wait *wait);		/* wait_sysv.c */
void wait_in_msg(const struct wait *wait);
void wait_in_futex(const struct wait *wait);		/* wait_futex.c */
void wait_in_futex_wait(const struct wait *wait);
void wait_in_futex_waitv(const struct wait *wait);
void wait_in_flock(const struct wait *wait);		/* wait_lock.c */
void wait_in_fcntl(const struct wait *wait);
void wait_in_wait4(const struct wait *wait);		/* wait_task.c */
void wait_in_waitid(const struct wait *wait);
void wait_in_fork(const struct wait *wait);
void wait_in_signal(const struct wait *wait);

#endif /* IPCPROBE_LIVE_NEED_H */
