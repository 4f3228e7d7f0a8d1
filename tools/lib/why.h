/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reason of a failure, for the user: the function that failed stores the text
 * in a buffer, the command prints the text.
 */
#ifndef IPCPROBE_LIB_WHY_H
#define IPCPROBE_LIB_WHY_H

#include <stddef.h>

/**
 * why_set - store the reason of a failure
 * @why: buffer for the text
 * @size: size of @why, bytes
 * @err: -errno of the failure
 * @format: format of the text, as for printf()
 *
 * Return: @err, so that a caller can write "return why_set(...)".
 */
__attribute__((format(printf, 4, 5)))
int why_set(char *why, size_t size, int err, const char *format, ...);

#endif /* IPCPROBE_LIB_WHY_H */
