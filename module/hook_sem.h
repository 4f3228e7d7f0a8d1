/* SPDX-License-Identifier: GPL-2.0 */
/* What hook_sem.c offers to others. */
#ifndef IPCPROBE_HOOK_SEM_H
#define IPCPROBE_HOOK_SEM_H

#include <linux/types.h>

struct ipcprobe_op;
struct ipcprobe_session;
struct kern_ipc_perm;

void ipcprobe_sem_block(struct ipcprobe_op *op);
void ipcprobe_sem_describe(struct ipcprobe_session *session, u32 ns,
			   struct kern_ipc_perm *perm);

#endif /* IPCPROBE_HOOK_SEM_H */
