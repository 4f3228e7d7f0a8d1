/* SPDX-License-Identifier: GPL-2.0 */
/* Attaches the hooks of the classes that have users. */
#ifndef IPCPROBE_ATTACH_H
#define IPCPROBE_ATTACH_H

#include <linux/types.h>

struct ipcprobe_hook;

int ipcprobe_hooks_get(u32 classes);
void ipcprobe_hooks_put(u32 classes);
int ipcprobe_hooks_trace_reg(u32 class_id);
void ipcprobe_hooks_trace_unreg(u32 class_id);
u32 ipcprobe_hooks_attached(void);
u32 ipcprobe_hooks_incomplete(u32 classes);
u8 ipcprobe_hook_optional(const struct ipcprobe_hook *hook);
void ipcprobe_hooks_start(void);
void ipcprobe_hooks_exit(void);

#endif /* IPCPROBE_ATTACH_H */
