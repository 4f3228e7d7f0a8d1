/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command that is run to be recorded. It is forked first, so that its process
 * id can be passed to the module, and it is started when recording has begun.
 */
#ifndef IPCPROBE_TRACE_WORKLOAD_H
#define IPCPROBE_TRACE_WORKLOAD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct workload - a command
 * @pid: process id of the command, 0 = none
 * @go_fd: descriptor that is written to start the command, afterwards -1; not a
 *	pipe, since pipes are recorded
 * @exec_errno: errno because of which the command could not start; shared with the
 *	child
 * @has_ended: @status is valid
 * @status: status of the command, as from wait(2)
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
