/* SPDX-License-Identifier: GPL-2.0 */
/*
 * write(2) until all is written.
 */
#ifndef IPCPROBE_LIB_WRITE_ALL_H
#define IPCPROBE_LIB_WRITE_ALL_H

#include <stddef.h>

/**
 * write_all - write @len bytes, whatever signals come
 * Return: 0, or -errno after some part of them.
 */
int write_all(int fd, const void *bytes, size_t len);

#endif /* IPCPROBE_LIB_WRITE_ALL_H */
