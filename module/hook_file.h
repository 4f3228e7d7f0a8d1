/* SPDX-License-Identifier: GPL-2.0 */
/* Functions of hook_file.c that other files call. */
#ifndef IPCPROBE_HOOK_FILE_H
#define IPCPROBE_HOOK_FILE_H

#include <linux/types.h>

struct inode;
struct ipcprobe_hook;
struct ipcprobe_op;

void ipcprobe_file_begin_resize(struct ipcprobe_hook *hook, u8 kind,
				const struct inode *inode, u32 id, u64 bytes);
void ipcprobe_file_finish_resize(const struct ipcprobe_op *op, s32 ret);

#endif /* IPCPROBE_HOOK_FILE_H */
