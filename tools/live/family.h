/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that descend from one process, and how much they have run.
 */
#ifndef IPCPROBE_LIVE_FAMILY_H
#define IPCPROBE_LIVE_FAMILY_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct family - the descendants of a process, as they were at one moment
 * @pid: process ids; the caller frees them
 * @nr: number of processes
 * @run_ns: how long their threads that exist now have run in all
 * @nr_runs: how often these began to run
 */
struct family {
	pid_t *pid;
	uint32_t nr;
	uint64_t run_ns;
	uint64_t nr_runs;
};

/*
 * family_read - find the descendants of process @root, without itself
 * Return: 0 or -errno.
 */
int family_read(struct family *family, pid_t root);
void family_deinit(struct family *family);

#endif /* IPCPROBE_LIVE_FAMILY_H */
