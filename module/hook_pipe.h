/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of class pipe that are defined outside hook_pipe.c. */
#ifndef IPCPROBE_HOOK_PIPE_H
#define IPCPROBE_HOOK_PIPE_H

#include <linux/types.h>

struct ipcprobe_hook;
struct ipcprobe_op;

extern struct ipcprobe_hook ipcprobe_pipe_io_hooks[];
extern struct ipcprobe_hook ipcprobe_splice_hooks[];

void ipcprobe_pipe_finish_rw(struct ipcprobe_op *op, s32 ret);
void ipcprobe_splice_finish(struct ipcprobe_op *op, s32 ret);

#endif /* IPCPROBE_HOOK_PIPE_H */
