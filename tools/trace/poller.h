/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events that a recording waits for: filled rings, and the end, which is a
 * signal or the end of all watched processes.
 */
#ifndef IPCPROBE_TRACE_POLLER_H
#define IPCPROBE_TRACE_POLLER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/parse.h"

struct pollfd;

/**
 * struct watch - the events that are waited for
 * @fds: one for the signals, one for the session, then one for each process
 * @nr_pids: number of watched processes
 * @nr_running: number of watched processes that have not ended
 * @signals: mask of blocked signals before watch_init()
 * @is_stopped_by_signal: SIGINT, SIGTERM or SIGHUP has arrived
 */
struct watch {
	struct pollfd *fds;
	uint32_t nr_pids;
	uint32_t nr_running;
	sigset_t signals;
	bool is_stopped_by_signal;
};

int watch_init(struct watch *watch, const struct pid_list *pids, int session_fd);
void watch_deinit(struct watch *watch);
void watch_release_signals(struct watch *watch);

int watch_wait(struct watch *watch, int timeout_ms);
bool watch_is_over(struct watch *watch);

#endif /* IPCPROBE_TRACE_POLLER_H */
