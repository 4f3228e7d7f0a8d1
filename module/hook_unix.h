/* SPDX-License-Identifier: GPL-2.0 */
/* Functions and hooks of class unix that several files use. */
#ifndef IPCPROBE_HOOK_UNIX_H
#define IPCPROBE_HOOK_UNIX_H

#include <linux/types.h>
#include <linux/wait.h>

struct file;
struct ipcprobe_hook;
struct ipcprobe_op;
struct sock;
struct socket;

extern struct ipcprobe_hook ipcprobe_unix_io_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_skb_hooks[];

struct ipcprobe_op *ipcprobe_unix_begin(struct ipcprobe_hook *hook,
					struct socket *socket, u8 kind,
					bool is_send);
u32 ipcprobe_unix_id_of(struct ipcprobe_hook *hook, struct sock *sk);
void ipcprobe_unix_emit_fd(const struct ipcprobe_op *op, const struct file *file,
			   u32 pos, s32 fd, u16 index);
void ipcprobe_unix_finish_wait(struct ipcprobe_op *op,
			       const wait_queue_head_t *queue);
void ipcprobe_unix_end_wait(struct ipcprobe_op *op);

#endif /* IPCPROBE_HOOK_UNIX_H */
