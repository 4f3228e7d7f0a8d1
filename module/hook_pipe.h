/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of class pipe offer to others. */
#ifndef IPCPROBE_HOOK_PIPE_H
#define IPCPROBE_HOOK_PIPE_H

struct ftrace_regs;
struct ipcprobe_hook;
struct ipcprobe_op;
struct mutex;

void ipcprobe_entry_prepare_to_wait(struct ipcprobe_hook *hook,
				    struct ftrace_regs *fregs);
void ipcprobe_entry_finish_wait(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs);
void ipcprobe_pipe_end_waits(struct ipcprobe_op *op);

/* hook_pipe.c: at the unlock of the pipe's mutex */
void ipcprobe_pipe_opening(struct ipcprobe_op *op, const struct mutex *lock);
void ipcprobe_pipe_closing(struct ipcprobe_op *op);

#endif /* IPCPROBE_HOOK_PIPE_H */
