/* SPDX-License-Identifier: GPL-2.0 */
/* What hook_msg.c offers to others. */
#ifndef IPCPROBE_HOOK_MSG_H
#define IPCPROBE_HOOK_MSG_H

#include <linux/types.h>

struct ipcprobe_op;
struct ipcprobe_session;
struct kern_ipc_perm;

void ipcprobe_msg_block(struct ipcprobe_op *op);
bool ipcprobe_msg_in_call(long nr);
void ipcprobe_msg_describe(struct ipcprobe_session *session, u32 ns,
			   struct kern_ipc_perm *perm);

#endif /* IPCPROBE_HOOK_MSG_H */
