/* SPDX-License-Identifier: GPL-2.0 */
/* The regular files seen so far, and positions in files. */
#ifndef IPCPROBE_FILE_H
#define IPCPROBE_FILE_H

#include <linux/fs.h>
#include <linux/types.h>

#include "record.h"

struct dentry;
struct path;

int ipcprobe_file_init(void);
void ipcprobe_file_exit(void);
u32 ipcprobe_file_id(struct file *file);
u32 ipcprobe_file_known(const struct inode *inode);
void ipcprobe_file_renamed(const struct dentry *old, const struct dentry *new);
bool ipcprobe_file_is_segment(const struct file *file);
u32 ipcprobe_file_count(void);
int ipcprobe_path_print(const struct path *path, char *buf, int size);

/* ---- position of a read or write ---- */

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND	0	/* came with v6.9 */
#endif

static inline bool ipcprobe_file_appends(const struct file *file, unsigned int rwf)
{
	return rwf & (__force unsigned int)RWF_APPEND ||
	       (file->f_flags & O_APPEND &&
		!(rwf & (__force unsigned int)RWF_NOAPPEND));
}

static __always_inline u16 ipcprobe_file_flags(const struct file *file)
{
	return file->f_flags & O_DIRECT ? IPCPROBE_IO_DIRECT : 0;
}

static inline u16 ipcprobe_file_set_append(const struct file *file, u64 *offset)
{
	*offset = i_size_read(file_inode(file));
	return IPCPROBE_IO_APPEND;
}

/**
 * ipcprobe_file_position - position and flags of a read or write
 * @file: regular file
 * @is_write: true: a write; false: a read
 * @rwf: RWF_* of the call
 * @offset: position at entry; for an append, set to the end of the file
 *
 * Return: mask of IPCPROBE_IO_DIRECT and IPCPROBE_IO_APPEND.
 */
static inline u16 ipcprobe_file_position(const struct file *file, bool is_write,
					 unsigned int rwf, u64 *offset)
{
	u16 flags = ipcprobe_file_flags(file);

	if (is_write && ipcprobe_file_appends(file, rwf))
		flags |= ipcprobe_file_set_append(file, offset);
	return flags;
}

#endif /* IPCPROBE_FILE_H */
