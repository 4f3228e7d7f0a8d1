/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that descend from one process, and how much they run.
 */
#ifndef IPCPROBE_LIVE_FAMILY_H
#define IPCPROBE_LIVE_FAMILY_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct family - the descendants of a process, as they were at one moment
 * @pid: process ids
 * @nr: number of processes
 */
struct family {
	pid_t *pid;
	uint32_t nr;
};

/**
 * struct family_runs - how much the threads of a family that exist now have run
 * @ns: how long
 * @nr: how often they began to run
 */
struct family_runs {
	uint64_t ns;
	uint64_t nr;
};

/*
 * family_read - find the descendants of process @root, without itself
 * Return: 0 or -errno.
 */
int family_read(struct family *family, pid_t root);
struct family_runs family_count_runs(const struct family *family);
void family_deinit(struct family *family);

#endif /* IPCPROBE_LIVE_FAMILY_H */
