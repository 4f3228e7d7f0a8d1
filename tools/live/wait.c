// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the waiters: the system call that each sleeping thread is in, and the
 * object that the call's arguments refer to.
 */
#include "live/need.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/array.h"

#define FUTEX_WAIT_NR	455	/* futex_wait(), since v6.7 */

/**
 * live_parse_call - parse /proc/PID/task/TID/syscall
 * Return: 0, or -EINVAL if the thread runs, or waits outside of a system call.
 */
int live_parse_call(const char *text, struct live_call *ret)
{
	unsigned long long arg[6], sp;
	int nr;

	if (sscanf(text, "%d %llx %llx %llx %llx %llx %llx %llx", &nr, &arg[0], &arg[1], &arg[2],
		   &arg[3], &arg[4], &arg[5], &sp) != 8 || nr < 0)
		return -EINVAL;
	ret->nr = (uint64_t)nr;
	for (unsigned int i = 0; i < ARRAY_SIZE(arg); i++)
		ret->arg[i] = arg[i];
	ret->sp = sp;
	return 0;
}

static void in_unknown(const struct wait *wait)
{
	wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
}

static void in_outside(const struct wait *wait)
{
	wait_needs_condition(wait, LIVE_FOR_OUTSIDE);
}

/* ---- calls ---- */

/* where a call has its time limit */
enum limit {
	NO_LIMIT,
	MS_2, MS_3,	/* argument 2, 3: milliseconds; negative: none */
	AT_2, AT_3, AT_4,	/* argument: address of a time; 0: none */
};

struct call {
	uint32_t nr;
	const char *name;
	void (*find)(const struct wait *wait);
	enum live_condition condition;
	enum limit limit;
};

#define CALL(call, ...)	{ .nr = SYS_##call, .name = #call, .find = __VA_ARGS__ }

static const struct call calls[] = {
	CALL(read, wait_in_fd, LIVE_FOR_BYTES), CALL(readv, wait_in_fd, LIVE_FOR_BYTES),
	CALL(write, wait_in_fd, LIVE_FOR_ROOM), CALL(writev, wait_in_fd, LIVE_FOR_ROOM),
	CALL(vmsplice, wait_in_fd, LIVE_FOR_EITHER),
	CALL(sendfile, wait_in_fd, LIVE_FOR_ROOM),
	CALL(splice, wait_in_splice), CALL(tee, wait_in_tee),
	CALL(open, wait_in_open), CALL(openat, wait_in_openat),
	CALL(recvfrom, wait_in_fd, LIVE_FOR_BYTES), CALL(recvmsg, wait_in_fd, LIVE_FOR_BYTES),
	CALL(recvmmsg, wait_in_fd, LIVE_FOR_BYTES, AT_4),
	CALL(sendto, wait_in_fd, LIVE_FOR_ROOM), CALL(sendmsg, wait_in_fd, LIVE_FOR_ROOM),
	CALL(sendmmsg, wait_in_fd, LIVE_FOR_ROOM),
	CALL(accept, wait_in_fd, LIVE_FOR_CONNECTION),
	CALL(accept4, wait_in_fd, LIVE_FOR_CONNECTION),
	CALL(connect, wait_in_fd, LIVE_FOR_ROOM),
	CALL(mq_timedsend, wait_in_fd, LIVE_FOR_ROOM, AT_4),
	CALL(mq_timedreceive, wait_in_fd, LIVE_FOR_BYTES, AT_4),
	CALL(semop, wait_in_sem), CALL(semtimedop, wait_in_sem, 0, AT_3),
	CALL(msgsnd, wait_in_msg, LIVE_FOR_ROOM), CALL(msgrcv, wait_in_msg, LIVE_FOR_BYTES),
	CALL(futex, wait_in_futex), CALL(futex_waitv, wait_in_futex_waitv),
	{ .nr = FUTEX_WAIT_NR, .name = "futex_wait", .find = wait_in_futex_wait },
	CALL(poll, wait_in_poll, 0, MS_2), CALL(ppoll, wait_in_poll, 0, AT_2),
	CALL(select, wait_in_select, 0, AT_4), CALL(pselect6, wait_in_select, 0, AT_4),
	CALL(epoll_wait, wait_in_epoll, 0, MS_3), CALL(epoll_pwait, wait_in_epoll, 0, MS_3),
	CALL(epoll_pwait2, wait_in_epoll, 0, AT_3),
	CALL(wait4, wait_in_wait4), CALL(waitid, wait_in_waitid),
	CALL(vfork, wait_in_fork), CALL(clone, wait_in_fork), CALL(clone3, wait_in_fork),
	CALL(nanosleep, wait_has_limit), CALL(clock_nanosleep, wait_has_limit),
	CALL(restart_syscall, wait_has_limit),	/* only calls with a time limit are restarted so */
	CALL(pause, wait_in_signal), CALL(rt_sigsuspend, wait_in_signal),
	CALL(rt_sigtimedwait, wait_in_signal, 0, AT_2),
	CALL(ioctl, in_outside), CALL(fsync, in_outside), CALL(fdatasync, in_outside),
	CALL(io_uring_enter, in_unknown), CALL(flock, wait_in_flock), CALL(fcntl, wait_in_fcntl),
};

static bool has_limit(const struct call *call, const uint64_t *arg)
{
	switch (call->limit) {
	case MS_2:
		return (int32_t)arg[2] >= 0;
	case MS_3:
		return (int32_t)arg[3] >= 0;
	case AT_2:
		return arg[2];
	case AT_3:
		return arg[3];
	case AT_4:
		return arg[4];
	default:
		return false;
	}
}

static void read_call(struct wait *wait, const struct call *call)
{
	wait->name = call->name;
	wait->condition = call->condition;
	if (wait->thread)
		live_thread_at(wait->live->threads, wait->thread)->call = call->name;
	if (has_limit(call, wait->call.arg))
		wait_has_limit(wait);
	call->find(wait);
}

/* True if the thread is stopped or frozen: it shows the call that it was in, but does not wait. */
static bool is_stopped(const struct wait *wait)
{
	struct live_stat stat = { 0 };
	char path[40], *text;

	if (wait->thread)
		return live_thread_at(wait->live->threads, wait->thread)->doing != LIVE_SLEEPS;
	if (wait->proc->is_frozen)
		return true;
	snprintf(path, sizeof(path), "task/%u/stat", wait->tid);
	text = live_read_file(wait->proc->dir, path);
	if (text)
		live_parse_stat(text, &stat);
	free(text);
	return stat.is_stopped;
}

static void read_wait(struct wait *wait)
{
	char path[40], *text;
	int err;

	snprintf(path, sizeof(path), "task/%u/syscall", wait->tid);
	text = live_read_file(wait->proc->dir, path);
	if (!text) {
		if (errno == EPERM || errno == EACCES || access("/proc/self/syscall", F_OK))
			live_miss(wait->live, LIVE_GAP_WAITS, -errno);
		return;
	}
	err = live_parse_call(text, &wait->call);
	free(text);
	/* in a 32-bit program the numbers mean other calls */
	if (err || wait->call.sp <= UINT32_MAX)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].nr == wait->call.nr && !is_stopped(wait))
			read_call(wait, &calls[i]);
}

static void read_thread(struct live *live, struct live_proc *proc, uint32_t tid)
{
	struct wait wait = { .live = live, .proc = proc, .tid = tid };

	if (live->threads) {
		wait.thread = live_read_thread(live, proc, tid);
		if (!wait.thread)
			return;
		live_process_at(live->threads, proc->number)->nr_threads++;
	}
	read_wait(&wait);
}

/* Threads of the kernel make no system calls. */
void live_read_waits(struct live *live, struct live_proc *proc)
{
	int dir = proc->is_kthread ? -1 :
		  openat(proc->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *entry;

	if (live->threads)
		proc->number = live_add_process(live, proc);
	while (list && (!live->threads || proc->number) && (entry = readdir(list))) {
		uint32_t tid = (uint32_t)strtoul(entry->d_name, NULL, 10);

		if (tid)
			read_thread(live, proc, tid);
	}
	if (list)
		closedir(list);
}
