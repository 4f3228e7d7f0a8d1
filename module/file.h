/* SPDX-License-Identifier: GPL-2.0 */
/* The regular files seen so far. */
#ifndef IPCPROBE_FILE_H
#define IPCPROBE_FILE_H

#include <linux/types.h>

struct dentry;
struct file;
struct inode;
struct path;

int ipcprobe_file_init(void);
void ipcprobe_file_exit(void);
u32 ipcprobe_file_id(struct file *file);
u32 ipcprobe_file_known(const struct inode *inode);
void ipcprobe_file_renamed(const struct dentry *old, const struct dentry *new);
u32 ipcprobe_file_count(void);
int ipcprobe_path_print(const struct path *path, char *buf, int size);

#endif /* IPCPROBE_FILE_H */
