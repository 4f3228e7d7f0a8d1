// SPDX-License-Identifier: GPL-2.0
/* The reason of a failure, for the user. */
#include "lib/why.h"

#include <stdarg.h>
#include <stdio.h>

int why_set(char *why, size_t size, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return err;
}
