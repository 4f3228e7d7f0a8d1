/* SPDX-License-Identifier: GPL-2.0 */
/* System V objects and IPC namespaces. */
#ifndef IPCPROBE_SYSV_H
#define IPCPROBE_SYSV_H

#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>

struct ipcprobe_session;
struct kern_ipc_perm;

/* index of the kernel's ipc_namespace.ids[] */
#define IPCPROBE_SYSV_SEM	0
#define IPCPROBE_SYSV_MSG	1

/* Context: task context, in a system call or exit_sem(). */
static __always_inline u32 ipcprobe_ipc_ns(void)
{
	return current->nsproxy->ipc_ns->ns.inum;
}

/*
 * Return: number of the IPC namespace; 0: the current task is exiting and has
 * left it.
 */
static inline u32 ipcprobe_ipc_ns_if_any(void)
{
	return current->nsproxy ? ipcprobe_ipc_ns() : 0;
}

struct kern_ipc_perm *ipcprobe_sysv_find(int kind, int id);

/* Called for each IPC namespace; a return value other than 0 ends the walk. */
typedef int (*ipcprobe_ipc_visit_fn)(struct ipcprobe_session *session,
				     struct ipc_namespace *ns);

int ipcprobe_walk_ipc(struct ipcprobe_session *session, ipcprobe_ipc_visit_fn visit);
int ipcprobe_sysv_walk(struct ipcprobe_session *session,
		       struct ipc_namespace *ns, int kind,
		       void (*describe)(struct ipcprobe_session *session,
					u32 ns, struct kern_ipc_perm *perm));

#endif /* IPCPROBE_SYSV_H */
