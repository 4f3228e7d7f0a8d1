// SPDX-License-Identifier: GPL-2.0
/* Names of tasks by thread id, from the records of class "task". */
#include "trace/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Maximum thread id in the kernel (PID_MAX_LIMIT). */
#define NR_TIDS_MAX	(1U << 22)

static struct name *get_slot(struct names *names, uint32_t tid)
{
	uint32_t nr = names->nr ? names->nr : 4096;
	struct name *name;

	while (nr <= tid)
		nr *= 2;
	if (nr == names->nr)
		return &names->name[tid];
	name = reallocarray(names->name, nr, sizeof(*name));
	if (!name)
		return NULL;
	memset(name + names->nr, 0, (nr - names->nr) * sizeof(*name));
	names->name = name;
	names->nr = nr;
	return &name[tid];
}

/*
 * @pid 0: the process id is not changed.
 */
static int set_name(struct names *names, uint32_t tid, uint32_t pid, const char *comm)
{
	struct name *name;

	if (tid >= NR_TIDS_MAX)
		return 0;
	name = get_slot(names, tid);
	if (!name)
		return -ENOMEM;
	if (pid)
		name->pid = pid;
	else if (!name->pid)
		name->pid = tid;
	memcpy(name->comm, comm, sizeof(name->comm));
	return 0;
}

/**
 * names_apply - apply a record; only records of class "task" have an effect
 *
 * Return: 0 or -ENOMEM.
 */
int names_apply(struct names *names, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_task_snapshot: {
		const struct ipcprobe_rec_task_snapshot *task = (const void *)rec;

		return set_name(names, rec->tid, task->pid, task->comm);
	}
	case IPCPROBE_REC_task_fork: {
		const struct ipcprobe_rec_task_fork *task = (const void *)rec;

		return set_name(names, task->child_tid, task->child_pid, task->comm);
	}
	case IPCPROBE_REC_task_exec: {
		const struct ipcprobe_rec_task_exec *task = (const void *)rec;

		return set_name(names, rec->tid, task->pid, task->comm);
	}
	case IPCPROBE_REC_task_comm: {
		const struct ipcprobe_rec_task_comm *task = (const void *)rec;

		return set_name(names, rec->tid, 0, task->comm);
	}
	default:
		return 0;
	}
}

/* names_get - name and process of @tid; for an unknown thread, pid 0 and name "?" */
const struct name *names_get(const struct names *names, uint32_t tid)
{
	static const struct name idle = { .comm = "idle" };
	static const struct name unknown = { .comm = "?" };

	if (!tid)
		return &idle;
	if (tid >= names->nr || !names->name[tid].pid)
		return &unknown;
	return &names->name[tid];
}

void names_deinit(struct names *names)
{
	free(names->name);
	names->name = NULL;
	names->nr = 0;
}
