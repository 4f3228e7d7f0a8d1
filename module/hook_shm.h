/* SPDX-License-Identifier: GPL-2.0 */
/* What hook_shm.c offers to others. */
#ifndef IPCPROBE_HOOK_SHM_H
#define IPCPROBE_HOOK_SHM_H

#include <linux/types.h>

struct file;
struct ipcprobe_session;
struct mm_struct;
struct task_struct;

void ipcprobe_shm_describe(const struct file *file, u32 id);
int ipcprobe_shm_snapshot(struct ipcprobe_session *only,
			  const struct task_struct *task, struct mm_struct *mm);

#endif /* IPCPROBE_HOOK_SHM_H */
