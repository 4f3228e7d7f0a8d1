/* SPDX-License-Identifier: GPL-2.0 */
/* Functions and hooks of hook_uring.c that other files use. */
#ifndef IPCPROBE_HOOK_URING_H
#define IPCPROBE_HOOK_URING_H

#include <linux/types.h>

struct ipcprobe_hook;
struct kiocb;

extern struct ipcprobe_hook ipcprobe_uring_hooks[];

void ipcprobe_uring_init(void);
void ipcprobe_uring_reset(void);
u64 ipcprobe_uring_addr(const struct kiocb *iocb);

#endif /* IPCPROBE_HOOK_URING_H */
