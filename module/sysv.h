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

struct kern_ipc_perm *ipcprobe_sysv_find(int kind, int id);

#endif /* IPCPROBE_SYSV_H */
