/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why something failed, for the user: kept in a buffer by what failed, printed
 * by the command.
 */
#ifndef IPCPROBE_LIB_WHY_H
#define IPCPROBE_LIB_WHY_H

#include <stddef.h>

/**
 * why_set - keep why
 * @why: buffer
 * @size: its size, bytes
 * @err: -errno
 * @format: as printf's
 *
 * Return: @err, so that "return why_set(...)" leaves with it.
 */
__attribute__((format(printf, 4, 5)))
int why_set(char *why, size_t size, int err, const char *format, ...);

#endif /* IPCPROBE_LIB_WHY_H */
