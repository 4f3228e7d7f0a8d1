// SPDX-License-Identifier: GPL-2.0
/*
 * Class task: fork, exec, exit, names.  The fork hook also passes the sessions'
 * pid filters on to new tasks, so every class needs it.
 */
#include <linux/binfmts.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "filter.h"
#include "hook.h"
#include "walk.h"

/* Return: pid of the parent.  Context: RCU read side or the task itself. */
static u32 parent_process(struct task_struct *task)
{
	struct task_struct *parent;
	u32 pid;

	rcu_read_lock();
	parent = rcu_dereference(task->real_parent);
	pid = parent ? parent->tgid : 0;
	rcu_read_unlock();
	return pid;
}

/*
 * task_newtask, not sched_process_fork: it is also called for tasks that were
 * not created by fork (io_uring's workers).
 */
static void probe_fork(void *data, struct task_struct *child,
		       IPCPROBE_CLONE_FLAGS_T clone_flags)
{
	struct ipcprobe_rec_task_fork rec = {};

	guard(preempt_notrace)();
	ipcprobe_filter_fork(current->pid, child->pid);
	rec.hdr.tid = current->pid;
	rec.start_ns = child->start_time;
	rec.child_tid = child->pid;
	rec.child_pid = child->tgid;
	rec.pid = current->tgid;
	rec.ppid = parent_process(child);
	memcpy(rec.comm, child->comm, sizeof(rec.comm));
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(task_fork, &rec);
}

static void probe_exec(void *data, struct task_struct *p, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	struct ipcprobe_rec_task_exec rec = {};

	guard(preempt_notrace)();
	rec.hdr.tid = p->pid;
	rec.old_tid = old_pid;
	rec.pid = p->tgid;
	memcpy(rec.comm, p->comm, sizeof(rec.comm));
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(task_exec, &rec);
}

static void probe_exit(void *data, IPCPROBE_SCHED_PROCESS_EXIT_ARGS)
{
	struct ipcprobe_rec_task_exit rec = {};

	guard(preempt_notrace)();
	rec.hdr.tid = p->pid;
	rec.pid = p->tgid;
	rec.exit_code = p->exit_code;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(task_exit, &rec);
}

static void probe_rename(void *data, struct task_struct *task,
			 const char *comm)
{
	struct ipcprobe_rec_task_comm rec = {};

	guard(preempt_notrace)();
	rec.hdr.tid = task->pid;
	strscpy(rec.comm, comm, sizeof(rec.comm));
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(task_comm, &rec);
}

static void snapshot_task(struct ipcprobe_session *session,
			  struct task_struct *task)
{
	struct ipcprobe_rec_task_snapshot rec = {};

	rec.hdr.tid = task->pid;
	rec.start_ns = task->start_time;
	rec.pid = task->tgid;
	rec.ppid = parent_process(task);
	memcpy(rec.comm, task->comm, sizeof(rec.comm));
	rec.comm[sizeof(rec.comm) - 1] = 0;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(task_snapshot, &rec, session);
}

/* Emits a task_snapshot record for every task. */
static int snapshot_tasks(struct ipcprobe_session *session)
{
	struct task_struct *task;
	pid_t tid = 1;

	while ((task = ipcprobe_next_thread(tid))) {
		tid = task->pid + 1;
		/* If the task was reaped meanwhile, its parent may be freed. */
		scoped_guard(rcu)
			if (pid_alive(task))
				snapshot_task(session, task);
		put_task_struct(task);
		cond_resched();
	}
	return 0;
}

static struct ipcprobe_hook hooks[] = {
	{ TP("task_newtask", probe_fork), .classes = __IPCPROBE_CLASSES_ALL },
	{ TP("sched_process_exec", probe_exec) },
	{ TP("sched_process_exit", probe_exit) },
	{ TP("task_rename", probe_rename) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_task = {
	.hooks = { hooks },
	.snapshot = snapshot_tasks,
};

static inline void check_types(void)
{
	check_trace_callback_type_task_newtask(probe_fork);
	check_trace_callback_type_sched_process_exec(probe_exec);
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_task_rename(probe_rename);
}
