// SPDX-License-Identifier: GPL-2.0
/*
 * System V objects and IPC namespaces: how to find one by its id, and walks over
 * all that exist.  Everything used here is in the kernel's public
 * headers; what is private to a kind of object, the file of its class knows.
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

/* Low bits of an id that are its place; the long form is a boot parameter. */
#define INDEX_MASK	0x7fff
#define LONG_INDEX_MASK	0xffffff

/**
 * ipcprobe_sysv_find - an object of the current task's IPC namespace
 * @kind: IPCPROBE_SYSV_SEM, ...
 * @id: as semget() and its like return it
 *
 * Context: task context, RCU read side (preemption off is one).
 * Return: NULL when there is none.
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
 * @session: passed on
 * @ns: namespace
 * @kind: IPCPROBE_SYSV_SEM, ...
 * @describe: called for each, in an RCU read side
 *
 * One object at a time: between two nothing is held but the namespace, and the
 * search goes on after the last one's place, whatever has become of it.
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
 * The kernel's functions for references to namespaces are not exported, but
 * every namespace names them.  None: the kernel has one namespace only.
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

/* @seen: the namespaces visited already, by number */
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
 * @session: passed on
 * @visit: called for each; not 0 ends the walk
 *
 * Other namespaces are left out: nobody can use what they hold.
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
	/* A process's first thread may have ended, others have a namespace of their own. */
	while (!err && (task = ipcprobe_next_thread(tid))) {
		tid = task->pid + 1;
		err = visit_thread(session, visit, &seen, task);
		put_task_struct(task);
		cond_resched();
	}
	xa_destroy(&seen);
	return err;
}
