// SPDX-License-Identifier: GPL-2.0
/*
 * Which tasks a session follows: one bit per thread id.
 *
 * A bit is set for the threads of the processes asked for, and from then on
 * each new task gets its creator's bit, set or clear, before it first runs
 * (sched_process_fork).  So a bit never goes stale: an ended task makes no
 * events, and its number's next owner gets a bit of its own.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/threads.h>
#include <linux/vmalloc.h>

#include "ipcprobe.h"

int ipcprobe_filter_init(struct ipcprobe_filter *filter)
{
	filter->tids = __vmalloc(BITS_TO_LONGS(PID_MAX_LIMIT) * sizeof(long),
				 GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	return filter->tids ? 0 : -ENOMEM;
}

void ipcprobe_filter_deinit(struct ipcprobe_filter *filter)
{
	vfree(filter->tids);
	filter->tids = NULL;
}

/**
 * ipcprobe_filter_add_process - follow a process with all its threads
 * @filter: of a session that ipcprobe_session_fork() already knows
 * @tid: any thread of the process
 *
 * A thread created meanwhile is not missed: it is either in the list that is
 * walked here (new threads join at its end) or its creator had its bit.
 *
 * Context: process.  Return: 0 or -ESRCH.
 */
int ipcprobe_filter_add_process(struct ipcprobe_filter *filter, u32 tid)
{
	struct task_struct *task, *thread;
	struct pid *pid;
	int err = -ESRCH;

	rcu_read_lock();
	pid = find_pid_ns(tid, &init_pid_ns);
	task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;
	if (task) {
		for_each_thread(task, thread)
			set_bit(thread->pid, filter->tids);
		err = 0;
	}
	rcu_read_unlock();
	return err;
}

/* Context: the creator, before the new task runs. */
void ipcprobe_filter_inherit(struct ipcprobe_filter *filter, u32 parent,
			     u32 child)
{
	assign_bit(child, filter->tids, test_bit(parent, filter->tids));
}
