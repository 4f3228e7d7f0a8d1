/* SPDX-License-Identifier: GPL-2.0 */
/* Functions and hooks of hook_mq.c that other files use. */
#ifndef IPCPROBE_HOOK_MQ_H
#define IPCPROBE_HOOK_MQ_H

#include <linux/types.h>

struct ipcprobe_hook;
struct ipcprobe_op;
struct ipcprobe_session;
struct vfsmount;

extern struct ipcprobe_hook ipcprobe_mq_hooks[];

void ipcprobe_mq_init(void);
void ipcprobe_mq_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_mq_block(struct ipcprobe_op *op);
struct ipcprobe_op *ipcprobe_mq_begin_late(struct ipcprobe_hook *hook);
int ipcprobe_mq_snapshot(struct ipcprobe_session *session,
			 struct vfsmount *mnt, u32 ns);

#endif /* IPCPROBE_HOOK_MQ_H */
