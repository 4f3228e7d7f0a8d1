// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the waiters: the system call that each sleeping thread is in, and the
 * object that the call's arguments refer to.
 */
#include "live/sources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/array.h"

#define NR_POLLED_MAX	4096U
#define FUTEX_WAIT_NR	455	/* futex_wait(), since v6.7 */
#define FUTEX_WAITERS_MAX 128U

/* One waiting thread. */
struct wait {
	struct live *live;
	struct live_proc *proc;
	const char *name;	/* name of the system call */
	struct live_call call;
	uint32_t tid;
};

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

/* Copies memory of the waiter; returns the number of bytes that could be read. */
static size_t read_memory(const struct wait *wait, uint64_t addr, void *buf, size_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };
	ssize_t got = process_vm_readv((pid_t)wait->tid, &local, 1, &remote, 1, 0);

	if (got < 0 && errno == EPERM)
		live_miss(wait->live, LIVE_GAP_MEMORY, -errno);
	return got < 0 ? 0 : (size_t)got;
}

/*
 * Adds a waiter for an object that the process does not hold; the threads of a
 * process share one entry.
 */
static void wait_outside(const struct wait *wait, uint32_t object)
{
	uint32_t holder = live_object_at(wait->live, object)->last_holder;
	const struct live_holder *last = live_holder_at(wait->live, holder);

	if (last->pid != wait->proc->pid || last->how != LIVE_WAITING) {
		holder = live_proc_hold(wait->live, wait->proc, object, -1, LIVE_WAITING);
		live_set_text(live_holder_value(wait->live, holder, LIVE_COL_ACCESS), "waits");
	}
	live_wait(wait->live, holder, wait->name, wait->tid);
}

/* ---- descriptors ---- */

static void wait_for_fd(const struct wait *wait, int fd)
{
	uint32_t holder = live_fd_holder(wait->proc, fd);

	if (holder)
		live_wait(wait->live, holder, wait->name, wait->tid);
}

static void in_fd(const struct wait *wait)
{
	wait_for_fd(wait, (int)wait->call.arg[0]);
}

static void in_splice(const struct wait *wait)
{
	wait_for_fd(wait, (int)wait->call.arg[0]);
	wait_for_fd(wait, (int)wait->call.arg[2]);
}

static void in_tee(const struct wait *wait)
{
	wait_for_fd(wait, (int)wait->call.arg[0]);
	wait_for_fd(wait, (int)wait->call.arg[1]);
}

static void in_poll(const struct wait *wait)
{
	uint64_t nr = wait->call.arg[1];
	struct pollfd *fds = nr && nr <= NR_POLLED_MAX ? calloc(nr, sizeof(*fds)) : NULL;

	if (!fds)
		return;
	nr = read_memory(wait, wait->call.arg[0], fds, nr * sizeof(*fds)) / sizeof(*fds);
	for (uint64_t i = 0; i < nr; i++)
		wait_for_fd(wait, fds[i].fd);
	free(fds);
}

static void in_select(const struct wait *wait)
{
	uint64_t nr = wait->call.arg[0] < NR_POLLED_MAX ? wait->call.arg[0] : NR_POLLED_MAX;
	uint8_t sets[2][NR_POLLED_MAX / 8] = { 0 };

	for (unsigned int i = 0; i < 2; i++)
		if (wait->call.arg[1 + i])
			read_memory(wait, wait->call.arg[1 + i], sets[i], (nr + 63) / 64 * 8);
	for (uint64_t fd = 0; fd < nr; fd++)
		if ((sets[0][fd / 8] | sets[1][fd / 8]) >> fd % 8 & 1)
			wait_for_fd(wait, (int)fd);
}

/* The set of descriptors is in the kernel, which lists it in fdinfo. */
static void in_epoll(const struct wait *wait)
{
	char path[40], *text, *rest, *line;
	int fd;

	snprintf(path, sizeof(path), "fdinfo/%d", (int)wait->call.arg[0]);
	text = live_read_file(wait->proc->dir, path);
	rest = text;
	while (text && (line = live_line(&rest)))
		if (sscanf(line, "tfd: %d", &fd) == 1)
			wait_for_fd(wait, fd);
	free(text);
}

/* ---- a FIFO that has no open other end yet ---- */

/*
 * Sets the whole path from /proc, or, if the kernel has none, the path that the
 * process passed.
 */
static void name_fifo(const struct wait *wait, uint32_t object, int fd, const char *name)
{
	char link[32], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = 0;
	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%s",
		      *path == '/' ? path : name);
}

static void wait_for_fifo(const struct wait *wait, int fd, const char *name)
{
	uint32_t object;
	struct stat st;

	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return;
	object = live_get(wait->live, LIVE_TYPE_FIFO, st.st_dev, st.st_ino, 0);
	live_set_stat(wait->live, object, &st);
	if (live_object_value(wait->live, object, LIVE_COL_NAME)->state != LIVE_KNOWN)
		name_fifo(wait, object, fd, name);
	wait_outside(wait, object);
}

static void wait_for_open(const struct wait *wait, int dir, uint64_t addr)
{
	char name[4096] = "", path[sizeof(name) + 32];
	int fd;

	/* the string may end shortly before unmapped memory */
	if (!read_memory(wait, addr, name, 4096 - addr % 4096))
		return;
	if (strnlen(name, sizeof(name)) == 4096 - addr % 4096)
		read_memory(wait, addr, name, sizeof(name));
	name[sizeof(name) - 1] = 0;
	if (*name == '/')
		snprintf(path, sizeof(path), "root%s", name);
	else if (dir == AT_FDCWD)
		snprintf(path, sizeof(path), "cwd/%s", name);
	else
		snprintf(path, sizeof(path), "fd/%d/%s", dir, name);
	fd = openat(wait->proc->dir, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	wait_for_fifo(wait, fd, name);
	close(fd);
}

static void in_open(const struct wait *wait)
{
	wait_for_open(wait, AT_FDCWD, wait->call.arg[0]);
}

static void in_openat(const struct wait *wait)
{
	wait_for_open(wait, (int)wait->call.arg[0], wait->call.arg[1]);
}

/* ---- SysV ---- */

static void wait_for_id(const struct wait *wait, enum live_type type)
{
	uint32_t object = live_find(wait->live, type, wait->proc->ipc_ns,
				    (uint32_t)wait->call.arg[0], 0);

	if (object)
		wait_outside(wait, object);
}

static void in_sem(const struct wait *wait)
{
	wait_for_id(wait, LIVE_TYPE_SEM);
}

static void in_msg(const struct wait *wait)
{
	wait_for_id(wait, LIVE_TYPE_MSG);
}

/* ---- futexes ---- */

static uint32_t private_futex(const struct wait *wait, uint64_t addr)
{
	uint32_t object = live_get(wait->live, LIVE_TYPE_FUTEX,
				   (uint64_t)wait->proc->pid << 32, addr, 0);

	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%#llx in %s[%u]",
		      (unsigned long long)addr, wait->proc->comm, wait->proc->pid);
	return object;
}

static const char *memory_name(const struct wait *wait, const struct live_map *map)
{
	uint32_t object = live_holder_at(wait->live, map->holder)->object;
	const struct live_value *name = live_object_value(wait->live, object, LIVE_COL_NAME);

	if (name->state == LIVE_KNOWN)
		return name->text;
	return *map->path ? map->path : "shared memory";
}

/* The same lock in two processes is one object: its key is the offset in the mapped object. */
static uint32_t shared_futex(const struct wait *wait, const struct live_map *map, uint64_t addr)
{
	uint64_t offset = map->offset + (addr - map->start);
	uint32_t object = live_get(wait->live, LIVE_TYPE_FUTEX, map->dev, map->ino, offset);

	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%s+0x%llx",
		      memory_name(wait, map), (unsigned long long)offset);
	return object;
}

static void set_word(const struct wait *wait, uint32_t object, uint64_t addr, bool is_owned)
{
	struct live_value *value = live_object_at(wait->live, object)->value;
	uint32_t word;

	value[LIVE_COL_ID].state = LIVE_NONE;
	live_set_unknown(&value[LIVE_COL_VALUE]);
	if (read_memory(wait, addr, &word, sizeof(word)) != sizeof(word))
		return;
	live_set_text(&value[LIVE_COL_VALUE], "%#x", word);
	if (is_owned && word & FUTEX_TID_MASK)
		live_set_text(&value[LIVE_COL_STATUS], "owned by [%u]", word & FUTEX_TID_MASK);
}

static void wait_for_futex(const struct wait *wait, uint64_t addr, bool is_private, bool is_owned)
{
	const struct live_map *map = live_map_at(wait->proc, addr);
	bool is_shared = !is_private && map && map->mode[3] == 's';
	uint32_t object;

	/* a POSIX semaphore is an object of its own */
	if (is_shared && map->holder &&
	    live_object_at(wait->live, live_holder_at(wait->live, map->holder)->object)->type ==
	    LIVE_TYPE_POSIX_SEM) {
		live_wait(wait->live, map->holder, wait->name, wait->tid);
		return;
	}
	object = is_shared ? shared_futex(wait, map, addr) : private_futex(wait, addr);
	set_word(wait, object, addr, is_owned);
	wait_outside(wait, object);
}

static void in_futex(const struct wait *wait)
{
	uint64_t op = wait->call.arg[1];
	bool is_private = op & FUTEX_PRIVATE_FLAG;

	switch (op & (uint64_t)FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
		wait_for_futex(wait, wait->call.arg[0], is_private, false);
		break;
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		wait_for_futex(wait, wait->call.arg[0], is_private, true);
		break;
	}
}

static void in_futex_wait(const struct wait *wait)
{
	wait_for_futex(wait, wait->call.arg[0], wait->call.arg[3] & FUTEX_PRIVATE_FLAG, false);
}

static void in_futex_waitv(const struct wait *wait)
{
	struct futex_waitv list[FUTEX_WAITERS_MAX];
	uint64_t nr = wait->call.arg[1];

	if (nr > FUTEX_WAITERS_MAX)
		return;
	nr = read_memory(wait, wait->call.arg[0], list, nr * sizeof(*list)) / sizeof(*list);
	for (uint64_t i = 0; i < nr; i++)
		wait_for_futex(wait, list[i].uaddr, list[i].flags & FUTEX_PRIVATE_FLAG, false);
}

/* ---- calls ---- */

static const struct {
	uint32_t nr;
	const char *name;
	void (*find)(const struct wait *wait);
} calls[] = {
	{ SYS_read, "read", in_fd }, { SYS_write, "write", in_fd },
	{ SYS_readv, "readv", in_fd }, { SYS_writev, "writev", in_fd },
	{ SYS_vmsplice, "vmsplice", in_fd }, { SYS_sendfile, "sendfile", in_fd },
	{ SYS_splice, "splice", in_splice }, { SYS_tee, "tee", in_tee },
	{ SYS_open, "open", in_open }, { SYS_openat, "openat", in_openat },
	{ SYS_recvfrom, "recvfrom", in_fd }, { SYS_sendto, "sendto", in_fd },
	{ SYS_recvmsg, "recvmsg", in_fd }, { SYS_sendmsg, "sendmsg", in_fd },
	{ SYS_recvmmsg, "recvmmsg", in_fd }, { SYS_sendmmsg, "sendmmsg", in_fd },
	{ SYS_accept, "accept", in_fd }, { SYS_accept4, "accept4", in_fd },
	{ SYS_connect, "connect", in_fd },
	{ SYS_mq_timedsend, "mq_timedsend", in_fd },
	{ SYS_mq_timedreceive, "mq_timedreceive", in_fd },
	{ SYS_semop, "semop", in_sem }, { SYS_semtimedop, "semtimedop", in_sem },
	{ SYS_msgsnd, "msgsnd", in_msg }, { SYS_msgrcv, "msgrcv", in_msg },
	{ SYS_futex, "futex", in_futex }, { SYS_futex_waitv, "futex_waitv", in_futex_waitv },
	{ FUTEX_WAIT_NR, "futex_wait", in_futex_wait },
	{ SYS_poll, "poll", in_poll }, { SYS_ppoll, "ppoll", in_poll },
	{ SYS_select, "select", in_select }, { SYS_pselect6, "pselect6", in_select },
	{ SYS_epoll_wait, "epoll_wait", in_epoll }, { SYS_epoll_pwait, "epoll_pwait", in_epoll },
	{ SYS_epoll_pwait2, "epoll_pwait2", in_epoll },
};

/* True if the thread is stopped: it shows the call that it was in, but is in no wait queue. */
static bool is_stopped(const struct wait *wait)
{
	struct live_stat stat = { 0 };
	char path[40], *text;

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
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].nr != wait->call.nr || is_stopped(wait))
			continue;
		wait->name = calls[i].name;
		calls[i].find(wait);
	}
}

void live_read_waits(struct live *live, struct live_proc *proc)
{
	int dir = openat(proc->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		struct wait wait = { .live = live, .proc = proc };

		wait.tid = (uint32_t)strtoul(entry->d_name, NULL, 10);
		if (wait.tid)
			read_wait(&wait);
	}
	if (list)
		closedir(list);
}
