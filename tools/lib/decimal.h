/* SPDX-License-Identifier: GPL-2.0 */
/* Decimal digits, written faster than by printf(), for what is printed for each record. */
#ifndef IPCPROBE_LIB_DECIMAL_H
#define IPCPROBE_LIB_DECIMAL_H

#include <stdint.h>

#define DECIMAL_MAX	20	/* maximum number of digits */

/*
 * decimal_write - write the digits of @number so that they end at the end of @text
 *
 * Return: the first digit.
 */
char *decimal_write(char text[DECIMAL_MAX], uint64_t number);

#endif /* IPCPROBE_LIB_DECIMAL_H */
