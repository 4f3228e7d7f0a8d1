// SPDX-License-Identifier: GPL-2.0
/*
 * Reads processes one after the other: the identity of each process, then what
 * it holds and waits for. A process that ends meanwhile is read in part.
 */
#include "live/sources.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD	0x00200000U	/* from the kernel's <linux/sched.h> */

/* Adds the process to the tree of tasks, by a record like those at the start of a trace. */
static int add_to_family(struct live *live, const struct live_stat *stat)
{
	struct ipcprobe_rec_task_snapshot rec = {
		.hdr.type = IPCPROBE_REC_task_snapshot,
		.hdr.len = sizeof(rec),
		.hdr.tid = stat->pid,
		.pid = stat->pid,
		.ppid = stat->ppid,
		.start_ns = (stat->start_ticks + 1) * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK)),
	};

	memcpy(rec.comm, stat->comm, sizeof(rec.comm));
	return tasks_apply(&live->tasks, &rec.hdr);
}

static int identify_process(struct live *live, struct live_proc *proc)
{
	char *text = live_read_file(proc->dir, "stat");
	struct live_stat stat;
	struct passwd *user;
	struct stat st;
	int err;

	if (!text)
		return -errno;
	err = live_parse_stat(text, &stat);
	free(text);
	if (err || fstat(proc->dir, &st))
		return -ESRCH;
	proc->ipc_ns = live_ns_of(proc->dir, "ipc");
	proc->uid = st.st_uid;
	user = getpwuid(st.st_uid);
	if (user)
		snprintf(proc->user, sizeof(proc->user), "%s", user->pw_name);
	else
		snprintf(proc->user, sizeof(proc->user), "%u", st.st_uid);
	memcpy(proc->comm, stat.comm, sizeof(proc->comm));
	proc->is_stopped = stat.is_stopped;
	proc->is_kthread = stat.flags & PF_KTHREAD;
	proc->is_frozen = !proc->is_kthread && live_is_frozen(proc);
	if (add_to_family(live, &stat))
		live->is_out_of_memory = true;
	return 0;
}

static bool read_proc(void *arg, int dir, uint32_t pid)
{
	struct live_proc proc = { .dir = dir, .pid = pid };
	struct live *live = arg;

	if (identify_process(live, &proc))
		return true;
	live_read_fds(live, &proc);
	live_read_maps(live, &proc);
	live_read_waits(live, &proc);
	live_free_maps(&proc);
	map_deinit(&proc.by_fd);
	return true;
}

void live_read_procs(struct live *live, uint32_t types)
{
	int err = live_each_process(read_proc, live);

	(void)types;
	if (err)
		live_miss(live, LIVE_GAP_PROCESS, err);
}
