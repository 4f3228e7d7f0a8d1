// SPDX-License-Identifier: GPL-2.0
/* Wait for rings, signals and the end of processes with one poll(2). */
#include "trace/poller.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Indexes in watch->fds. */
enum { FD_SIGNALS, FD_SESSION, FD_PIDS };

static int catch_signals(struct watch *watch)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &watch->signals);
	watch->fds[FD_SIGNALS].fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return watch->fds[FD_SIGNALS].fd < 0 ? -errno : 0;
}

/**
 * watch_init - catch signals and watch processes
 * @watch: watch to set up; watch_deinit() must be called on error, too
 * @pids: processes whose end is the end of the watch; empty = only a signal ends
 *	the watch
 * @session_fd: descriptor of the session; the caller closes it
 *
 * Return: 0; -ESRCH if a process does not exist, -EINVAL if a number is that of a
 * thread, or -errno. On these errors pids->pid[watch->nr_running] is the one that
 * failed.
 */
int watch_init(struct watch *watch, const struct pid_list *pids, int session_fd)
{
	int err;

	memset(watch, 0, sizeof(*watch));
	watch->fds = calloc(FD_PIDS + pids->nr, sizeof(*watch->fds));
	if (!watch->fds)
		return -ENOMEM;
	watch->nr_pids = pids->nr;
	for (uint32_t i = 0; i < FD_PIDS + pids->nr; i++)
		watch->fds[i] = (struct pollfd) { .fd = -1, .events = POLLIN };
	watch->fds[FD_SESSION].fd = session_fd;
	err = catch_signals(watch);
	for (uint32_t i = 0; !err && i < pids->nr; i++) {
		watch->fds[FD_PIDS + i].fd = syscall(SYS_pidfd_open, pids->pid[i], 0);
		if (watch->fds[FD_PIDS + i].fd < 0)
			err = -errno;
		else
			watch->nr_running++;
	}
	return err;
}

/* watch_release_signals - give signals their usual effect again */
void watch_release_signals(struct watch *watch)
{
	if (!watch->fds || watch->fds[FD_SIGNALS].fd < 0)
		return;
	close(watch->fds[FD_SIGNALS].fd);
	watch->fds[FD_SIGNALS].fd = -1;
	sigprocmask(SIG_SETMASK, &watch->signals, NULL);
}

void watch_deinit(struct watch *watch)
{
	watch_release_signals(watch);
	for (uint32_t i = 0; i < watch->nr_pids; i++)
		if (watch->fds[FD_PIDS + i].fd >= 0)
			close(watch->fds[FD_PIDS + i].fd);
	free(watch->fds);
	memset(watch, 0, sizeof(*watch));
}

/* watch_wait - sleep until something happens, at most @timeout_ms; 0 or -errno */
int watch_wait(struct watch *watch, int timeout_ms)
{
	if (poll(watch->fds, FD_PIDS + watch->nr_pids, timeout_ms) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static bool is_stop_signal(struct watch *watch)
{
	struct signalfd_siginfo info;

	while (read(watch->fds[FD_SIGNALS].fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			watch->is_stopped_by_signal = true;
	return watch->is_stopped_by_signal;
}

static bool have_pids_ended(struct watch *watch)
{
	for (uint32_t i = 0; i < watch->nr_pids; i++) {
		struct pollfd *fd = &watch->fds[FD_PIDS + i];

		if (fd->fd < 0 || !fd->revents)
			continue;
		close(fd->fd);
		fd->fd = -1;
		watch->nr_running--;
	}
	return watch->nr_pids && !watch->nr_running;
}

/*
 * watch_is_over - after watch_wait(): true if a signal has come, or all processes
 * have ended
 */
bool watch_is_over(struct watch *watch)
{
	return is_stop_signal(watch) || have_pids_ended(watch);
}
