/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command that is run to be recorded: forked first, so that its process
 * can be named to the module, and started when recording has begun.
 */
#ifndef IPCPROBE_TRACE_WORKLOAD_H
#define IPCPROBE_TRACE_WORKLOAD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct workload - a command
 * @pid: its process, 0 if there is none
 * @go_fd: written to when it may start, then -1; no pipe, since those are
 *	recorded
 * @exec_errno: shared with the child: why it could not start
 * @has_ended: @status is valid
 * @status: as from wait(2)
 */
struct workload {
	pid_t pid;
	int go_fd;
	int *exec_errno;
	bool has_ended;
	int status;
};

int workload_init(struct workload *workload, char **argv, const sigset_t *signals);
void workload_deinit(struct workload *workload);

static inline bool workload_is_started(const struct workload *workload)
{
	return workload->pid && workload->go_fd < 0;
}

int workload_start(struct workload *workload);
bool workload_poll(struct workload *workload);
void workload_wait(struct workload *workload);
int workload_exit_status(const struct workload *workload);
int workload_exec_error(const struct workload *workload);

int workload_exit_status_of(int status);

#endif /* IPCPROBE_TRACE_WORKLOAD_H */
