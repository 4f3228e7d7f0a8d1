/* SPDX-License-Identifier: GPL-2.0 */
/* What hook_uring.c offers to others. */
#ifndef IPCPROBE_HOOK_URING_H
#define IPCPROBE_HOOK_URING_H

#include <linux/types.h>

struct kiocb;

u64 ipcprobe_uring_addr(const struct kiocb *iocb);

#endif /* IPCPROBE_HOOK_URING_H */
