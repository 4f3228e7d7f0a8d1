/* SPDX-License-Identifier: GPL-2.0 */
/* What hook_file.c offers to others. */
#ifndef IPCPROBE_HOOK_FILE_H
#define IPCPROBE_HOOK_FILE_H

#include <linux/types.h>

struct file;
struct inode;
struct ipcprobe_hook;

u16 ipcprobe_file_position(const struct file *file, bool is_write,
			   unsigned int rwf, u64 *offset);
void ipcprobe_file_begin_resize(struct ipcprobe_hook *hook, u8 kind,
				const struct inode *inode, u32 id, u64 bytes);

#endif /* IPCPROBE_HOOK_FILE_H */
