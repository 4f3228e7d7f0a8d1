// SPDX-License-Identifier: GPL-2.0
/*
 * System V objects and IPC namespaces: finds an object by its id, and walks
 * over all existing objects and namespaces. This file uses only public headers
 * of the kernel; the file of each class handles the private parts of its
 * objects.
 */
#include <linux/idr.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/proc_ns.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/xarray.h>

#include "sysv.h"
#include "walk.h"

/* Bits of an id that are the index of the object; the long form is a boot parameter. */
#define INDEX_MASK	0x7fff
#define LONG_INDEX_MASK	0xffffff

/**
 * ipcprobe_sysv_find - find an object in the current task's IPC namespace
 * @kind: IPCPROBE_SYSV_SEM, ...
 * @id: id, as returned by semget(2) or msgget(2)
 *
 * Context: task context, RCU read side (preemption off is one).
 * Return: the object; NULL: none.
 */
struct kern_ipc_perm *ipcprobe_sysv_find(int kind, int id)
{
	struct idr *idr = &current->nsproxy->ipc_ns->ids[kind].ipcs_idr;
	struct kern_ipc_perm *perm;

	if (id < 0)
		return NULL;
	perm = idr_find(idr, id & INDEX_MASK);
	if (!perm || perm->id != id)
		perm = idr_find(idr, id & LONG_INDEX_MASK);
	return perm && perm->id == id ? perm : NULL;
}

/**
 * ipcprobe_sysv_walk - visit every System V object of a namespace
 * @session: passed to @describe
 * @ns: namespace
 * @kind: IPCPROBE_SYSV_SEM, ...
 * @describe: called for each object, in an RCU read side
 *
 * The walk visits one object at a time. Between two objects only the namespace is
 * held, and the search continues after the index of the last object, even if that
 * object was removed.
 *
 * Context: process.  Return: 0 or -EINTR.
 */
int ipcprobe_sysv_walk(struct ipcprobe_session *session,
		       struct ipc_namespace *ns, int kind,
		       void (*describe)(struct ipcprobe_session *session,
					u32 ns, struct kern_ipc_perm *perm))
{
	struct kern_ipc_perm *perm;
	int index;

	for (index = 0; ; index++) {
		scoped_guard(rcu) {
			perm = idr_get_next(&ns->ids[kind].ipcs_idr, &index);
			if (perm)
				describe(session, ns->ns.inum, perm);
		}
		if (!perm)
			return 0;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
}

/* ---- namespaces ---- */

/*
 * The kernel does not export its functions for references to namespaces, but
 * every namespace points to them. No functions: the kernel has only one
 * namespace.
 */
static struct ipc_namespace *namespace_get(struct task_struct *task)
{
	struct ipc_namespace *own = current->nsproxy->ipc_ns;
	struct ns_common *ns;

	if (!own->ns.ops)
		return own;
	ns = own->ns.ops->get(task);
	return ns ? container_of(ns, struct ipc_namespace, ns) : NULL;
}

static void namespace_put(struct ipc_namespace *ns)
{
	if (ns->ns.ops)
		ns->ns.ops->put(&ns->ns);
}

/* @seen: inode numbers of the namespaces that were visited already */
static int visit_thread(struct ipcprobe_session *session, ipcprobe_ipc_visit_fn visit,
			struct xarray *seen, struct task_struct *task)
{
	struct ipc_namespace *ns = namespace_get(task);
	int err = 0;

	if (!ns)
		return 0;
	if (!xa_load(seen, ns->ns.inum))
		err = visit(session, ns) ?:
		      xa_err(xa_store(seen, ns->ns.inum, xa_mk_value(1),
				      GFP_KERNEL));
	namespace_put(ns);
	return err;
}

/**
 * ipcprobe_walk_ipc - visit every IPC namespace that a task is in
 * @session: passed to @visit
 * @visit: called for each namespace; a return value other than 0 ends the walk
 *
 * Other namespaces are left out: no task can use the objects in them.
 *
 * Context: process.  Return: 0, -ENOMEM or what @visit returned last.
 */
int ipcprobe_walk_ipc(struct ipcprobe_session *session, ipcprobe_ipc_visit_fn visit)
{
	struct task_struct *task;
	struct xarray seen;
	pid_t tid = 1;
	int err = 0;

	xa_init(&seen);
	/*
	 * All threads: the first thread may have ended, and threads may have
	 * other namespaces.
	 */
	while (!err && (task = ipcprobe_next_thread(tid))) {
		tid = task->pid + 1;
		err = visit_thread(session, visit, &seen, task);
		put_task_struct(task);
		cond_resched();
	}
	xa_destroy(&seen);
	return err;
}
