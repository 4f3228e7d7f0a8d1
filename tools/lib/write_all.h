/* SPDX-License-Identifier: GPL-2.0 */
/* A loop around write(2) that writes all bytes. */
#ifndef IPCPROBE_LIB_WRITE_ALL_H
#define IPCPROBE_LIB_WRITE_ALL_H

#include <stddef.h>

/**
 * write_all - write all @len bytes, even if signals interrupt write(2)
 * Return: 0, or -errno; a part of the bytes may have been written then.
 */
int write_all(int fd, const void *bytes, size_t len);

#endif /* IPCPROBE_LIB_WRITE_ALL_H */
