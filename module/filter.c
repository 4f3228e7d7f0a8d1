// SPDX-License-Identifier: GPL-2.0
/*
 * The set of tasks that a session follows: one bit per thread id.
 *
 * A bit is set for each thread of the requested processes. From then on each
 * new task gets the bit of its creator, set or clear, before the task first
 * runs (task_newtask). Therefore a bit never goes stale: a task that has ended
 * makes no events, and the next task with the same id gets a bit of its own.
 * This holds as long as every new task is seen: from CONFIGURE to the end of
 * the session, also while the session does not run. The session attaches the
 * hooks of class task for this time.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/threads.h>
#include <linux/vmalloc.h>

#include "filter.h"

static LIST_HEAD(filters);		/* RCU */
static DEFINE_SPINLOCK(filters_lock);	/* protects changes of the list */

/**
 * ipcprobe_filter_bytes - bytes of memory that a filter takes
 *
 * Context: any.
 */
size_t ipcprobe_filter_bytes(void)
{
	return BITS_TO_LONGS(PID_MAX_LIMIT) * sizeof(long);
}

/**
 * ipcprobe_filter_init - make an empty filter that sees every new task from
 *	now on
 * @filter: filter, all zero
 *
 * The caller keeps the hooks of class task attached from now on until
 * ipcprobe_filter_deinit() has returned.
 *
 * Context: process.  Return: 0 or -ENOMEM.
 */
int ipcprobe_filter_init(struct ipcprobe_filter *filter)
{
	filter->tids = __vmalloc(ipcprobe_filter_bytes(),
				 GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!filter->tids)
		return -ENOMEM;
	spin_lock_init(&filter->lock);
	scoped_guard(spinlock, &filters_lock)
		list_add_tail_rcu(&filter->node, &filters);
	synchronize_rcu();	/* ipcprobe_filter_fork() runs with preemption off */
	return 0;
}

/* Context: process; ipcprobe_filter_pass() is no longer called for the filter. */
void ipcprobe_filter_deinit(struct ipcprobe_filter *filter)
{
	scoped_guard(spinlock, &filters_lock)
		list_del_rcu(&filter->node);
	synchronize_rcu();
	vfree(filter->tids);
	filter->tids = NULL;
}

/*
 * A thread that ends meanwhile gives its id back, and then the bit belongs to
 * the next task with that id. Under the lock, the bit of that task is assigned
 * either before the thread is found to have ended, or after the bit of the
 * thread was set.
 */
static bool add_thread(struct ipcprobe_filter *filter,
		       const struct task_struct *thread)
{
	guard(spinlock)(&filter->lock);
	if (!pid_alive(thread))
		return false;
	set_bit(thread->pid, filter->tids);
	return true;
}

/**
 * ipcprobe_filter_add_process - follow a process and all its threads
 * @filter: filter after ipcprobe_filter_init()
 * @tid: any thread of the process
 *
 * A thread that is created meanwhile is not missed: either the thread is in the
 * list that is walked here (new threads join at the end of the list), or the bit of
 * its creator was already set.
 *
 * Context: process.  Return: 0 or -ESRCH.
 */
int ipcprobe_filter_add_process(struct ipcprobe_filter *filter, u32 tid)
{
	struct task_struct *task, *thread;
	bool is_found = false;
	struct pid *pid;

	guard(rcu)();
	pid = find_pid_ns(tid, &init_pid_ns);
	task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;
	if (!task)
		return -ESRCH;
	for_each_thread(task, thread)
		is_found |= add_thread(filter, thread);
	return is_found ? 0 : -ESRCH;
}

/**
 * ipcprobe_filter_fork - give a new task the bit of its creator in every filter
 * @parent: thread id of the creator
 * @child: thread id of the new task, which has not run yet
 *
 * Context: in the creator, preemption off.
 */
void ipcprobe_filter_fork(u32 parent, u32 child)
{
	struct ipcprobe_filter *filter;

	list_for_each_entry_rcu(filter, &filters, node) {
		guard(spinlock)(&filter->lock);
		assign_bit(child, filter->tids, test_bit(parent, filter->tids));
	}
}
