/* SPDX-License-Identifier: GPL-2.0 */
/* Marks: texts that user space puts into the stream of every session. */
#ifndef IPCPROBE_MARK_H
#define IPCPROBE_MARK_H

#include <linux/types.h>

struct file;

ssize_t ipcprobe_mark_write(struct file *file, const char __user *from, size_t len, loff_t *pos);

#endif /* IPCPROBE_MARK_H */
