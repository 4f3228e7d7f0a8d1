/* SPDX-License-Identifier: GPL-2.0 */
/* Marks: texts that user space puts into the stream of every session. */
#ifndef IPCPROBE_MARK_H
#define IPCPROBE_MARK_H

#include <linux/types.h>

struct iov_iter;
struct kiocb;

ssize_t ipcprobe_mark_write(struct kiocb *iocb, struct iov_iter *from);

#endif /* IPCPROBE_MARK_H */
