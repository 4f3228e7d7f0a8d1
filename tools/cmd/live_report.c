// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the commands that look at what exists now: what could not be read, and
 * processes that do not exist.
 */
#include "cmd/live_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/array.h"

static const struct {
	uint32_t types;		/* types of objects that are incomplete then */
	const char *what;
	const char *remedy;
} gaps[] = {
	[LIVE_GAP_MODULE] = { LIVE_BIT(PIPE) | LIVE_BIT(FIFO),
			      "capacity, bytes and waits of pipes and FIFOs are not known",
			      "load the module ('modprobe ipcprobe') and run this as root" },
	[LIVE_GAP_PROCESS] = { LIVE_ALL, "what some processes hold is not known",
			       "run this as root, with CAP_SYS_PTRACE" },
	[LIVE_GAP_WAITS] = { LIVE_ALL, "what some threads wait for is not known",
			     "run this as root, with CAP_SYS_PTRACE" },
	[LIVE_GAP_MEMORY] = { LIVE_ALL, "the memory of some processes that wait cannot be read",
			      "run this as root, with CAP_SYS_PTRACE" },
	[LIVE_GAP_SYSV] = { LIVE_SYSV, "some SysV objects, or their values, are not known",
			    "run this as root" },
	[LIVE_GAP_MQ] = { LIVE_BIT(MQ), "POSIX message queues, or their contents, are not known",
			  "run this as root, or mount the file system mqueue on /dev/mqueue" },
	[LIVE_GAP_UNIX] = { LIVE_BIT(UNIX), "queues and peers of some UNIX sockets are not known",
			    "load the module unix_diag ('modprobe unix_diag')" },
	[LIVE_GAP_SEALS] = { LIVE_BIT(MEMFD), "seals of some memfds are not known",
			     "run this as root" },
	[LIVE_GAP_IPCNS] = { LIVE_SYSV | LIVE_BIT(MQ), "some IPC namespaces were not looked into",
			     "run this as root" },
	[LIVE_GAP_NETNS] = { LIVE_BIT(UNIX), "some network namespaces were not looked into",
			     "run this as root" },
};

static const char *gap_reason(enum live_gap gap, int err)
{
	if (gap == LIVE_GAP_MODULE && err == -ENOENT)
		return "the module is not loaded";
	return strerror(-err);
}

void live_print_gaps(const struct live *live, uint32_t types)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(gaps); i++)
		if (live->loss[i].nr && gaps[i].types & types)
			fprintf(stderr, "ipcprobe: %s: %s: %s\n", gaps[i].what,
				gap_reason(i, live->loss[i].err), gaps[i].remedy);
}

uint32_t live_find_processes(const struct pid_list *pids)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < pids->nr; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/%u", pids->pid[i]);
		if (!access(path, F_OK))
			nr++;
		else
			fprintf(stderr, "ipcprobe: process %u: %s\n", pids->pid[i], strerror(ESRCH));
	}
	return nr;
}
