// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for descriptors: one, two, or a set of them.
 */
#include "live/need.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define NR_POLLED_MAX	4096U
#define DEPTH_MAX	5U	/* of epoll sets in epoll sets, as in the kernel */

/* ---- descriptors that are no IPC object ---- */

/* Return: what the kernel says of the descriptor, to be freed; NULL if it cannot be read. */
static char *read_fdinfo(const struct wait *wait, int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "fdinfo/%d", fd);
	return live_read_file(wait->proc->dir, path);
}

static void need_pidfd(const struct wait *wait, int fd)
{
	char *text = read_fdinfo(wait, fd), *rest = text, *line;
	uint32_t pid = 0;

	while (text && (line = live_line(&rest)))
		if (sscanf(line, "Pid: %u", &pid) == 1)
			break;
	free(text);
	wait_needs(wait, &(struct live_need){
		.condition = pid ? LIVE_FOR_CHILD : LIVE_FOR_UNKNOWN, .task = pid,
	});
}

/* A timer that is armed ends the wait by itself. */
static void need_timer(const struct wait *wait, int fd)
{
	char *text = read_fdinfo(wait, fd), *found = text ? strstr(text, "it_value: (") : NULL;
	unsigned long long seconds, ns;

	if (!found || sscanf(found, "it_value: (%llu, %llu)", &seconds, &ns) != 2)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	else if (seconds || ns)
		wait_has_limit(wait);
	free(text);
}

static void need_epoll(const struct wait *wait, int fd, unsigned int depth);

static void need_other(const struct wait *wait, int fd, unsigned int depth)
{
	char path[32], link[64];
	ssize_t len;

	snprintf(path, sizeof(path), "fd/%d", fd);
	len = readlinkat(wait->proc->dir, path, link, sizeof(link) - 1);
	link[len > 0 ? len : 0] = 0;
	if (len <= 0)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	else if (strstr(link, "pidfd"))
		need_pidfd(wait, fd);
	else if (!strcmp(link, "anon_inode:[timerfd]"))
		need_timer(wait, fd);
	else if (!strcmp(link, "anon_inode:[signalfd]"))
		wait_needs_condition(wait, LIVE_FOR_SIGNAL);
	else if (!strcmp(link, "anon_inode:[eventpoll]"))
		need_epoll(wait, fd, depth + 1);
	else if (!strcmp(link, "anon_inode:[io_uring]"))
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	else
		wait_needs_condition(wait, LIVE_FOR_OUTSIDE);
}

static void need_fd(const struct wait *wait, int fd, enum live_condition condition,
		    unsigned int depth)
{
	uint32_t holder = live_fd_holder(wait->proc, fd);

	if (!holder) {
		if (wait->thread)
			need_other(wait, fd, depth);
		return;
	}
	live_wait(wait->live, holder, wait->name, wait->tid);
	wait_needs(wait, &(struct live_need){
		.condition = condition, .object = live_holder_at(wait->live, holder)->object,
	});
}

void wait_for_fd(const struct wait *wait, int fd, enum live_condition condition)
{
	if (fd >= 0)
		need_fd(wait, fd, condition, 0);
}

/* ---- calls ---- */

static bool is_unix(const struct live *live, uint32_t holder)
{
	return live_object_at(live, live_holder_at(live, holder)->object)->type == LIVE_TYPE_UNIX;
}

/* The time limit of a socket is in no file of /proc: ask a duplicate of the descriptor. */
static bool has_socket_limit(const struct wait *wait, int fd)
{
	int option = wait->condition == LIVE_FOR_ROOM ? SO_SNDTIMEO : SO_RCVTIMEO;
	int process = (int)syscall(SYS_pidfd_open, wait->proc->pid, 0);
	int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	struct timeval limit = { 0 };
	socklen_t len = sizeof(limit);

	if (copy >= 0) {
		if (getsockopt(copy, SOL_SOCKET, option, &limit, &len))
			limit = (struct timeval){ 0 };
		close(copy);
	}
	if (process >= 0)
		close(process);
	return limit.tv_sec || limit.tv_usec;
}

void wait_in_fd(const struct wait *wait)
{
	int fd = (int)wait->call.arg[0];
	uint32_t holder = live_fd_holder(wait->proc, fd);

	wait_for_fd(wait, fd, wait->condition);
	if (wait->thread && holder && is_unix(wait->live, holder) && has_socket_limit(wait, fd))
		wait_has_limit(wait);
}

/* The kernel waits for bytes first, and then for room. */
void wait_in_splice(const struct wait *wait)
{
	wait_for_fd(wait, (int)wait->call.arg[0], LIVE_FOR_BYTES);
	wait_for_fd(wait, (int)wait->call.arg[2], LIVE_FOR_ROOM);
}

void wait_in_tee(const struct wait *wait)
{
	wait_for_fd(wait, (int)wait->call.arg[0], LIVE_FOR_BYTES);
	wait_for_fd(wait, (int)wait->call.arg[1], LIVE_FOR_ROOM);
}

static enum live_condition condition_of(uint32_t events)
{
	if (!(events & (POLLOUT | POLLWRNORM | POLLWRBAND)))
		return LIVE_FOR_BYTES;
	return events & (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI) ? LIVE_FOR_EITHER : LIVE_FOR_ROOM;
}

void wait_in_poll(const struct wait *wait)
{
	uint64_t nr = wait->call.arg[1], i;
	struct pollfd *fds = nr && nr <= NR_POLLED_MAX ? calloc(nr, sizeof(*fds)) : NULL;

	if (!nr)
		wait_needs_condition(wait, LIVE_FOR_SIGNAL);
	if (!fds)
		return;
	nr = wait_read_memory(wait, wait->call.arg[0], fds, nr * sizeof(*fds)) / sizeof(*fds);
	for (i = 0; i < nr; i++)
		wait_for_fd(wait, fds[i].fd, condition_of((uint16_t)fds[i].events));
	if (nr < wait->call.arg[1])
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	free(fds);
}

static bool is_in_set(const uint8_t *set, uint64_t fd)
{
	return set[fd / 8] >> fd % 8 & 1;
}

void wait_in_select(const struct wait *wait)
{
	static const enum live_condition conditions[] = {
		LIVE_FOR_UNKNOWN, LIVE_FOR_BYTES, LIVE_FOR_ROOM, LIVE_FOR_EITHER,
	};
	uint64_t nr = wait->call.arg[0] < NR_POLLED_MAX ? wait->call.arg[0] : NR_POLLED_MAX;
	uint8_t sets[3][NR_POLLED_MAX / 8] = { 0 };
	bool is_empty = true;

	for (unsigned int i = 0; i < 3; i++)
		if (wait->call.arg[1 + i])
			wait_read_memory(wait, wait->call.arg[1 + i], sets[i], (nr + 63) / 64 * 8);
	for (uint64_t fd = 0; fd < nr; fd++) {
		bool is_read = is_in_set(sets[0], fd) || is_in_set(sets[2], fd);
		unsigned int in = is_read | (unsigned int)is_in_set(sets[1], fd) << 1;

		if (!in)
			continue;
		is_empty = false;
		wait_for_fd(wait, (int)fd, conditions[in]);
	}
	if (wait->call.arg[0] > nr)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	else if (is_empty)
		wait_needs_condition(wait, LIVE_FOR_SIGNAL);
}

/* The set of descriptors is in the kernel, which lists it in fdinfo. */
static void need_epoll(const struct wait *wait, int fd, unsigned int depth)
{
	char *text = depth < DEPTH_MAX ? read_fdinfo(wait, fd) : NULL, *rest = text, *line;
	uint32_t events;
	int in_set;

	if (!text)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	while (text && (line = live_line(&rest)))
		if (sscanf(line, "tfd: %d events: %x", &in_set, &events) == 2)
			need_fd(wait, in_set, condition_of(events), depth);
	free(text);
}

void wait_in_epoll(const struct wait *wait)
{
	need_epoll(wait, (int)wait->call.arg[0], 0);
}
