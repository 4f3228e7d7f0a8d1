// SPDX-License-Identifier: GPL-2.0
/* Properties of the terminal that reports are printed on. */
#include "lib/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_WIDTH	80U	/* width of a terminal that does not report its width */
#define WIDTH_MAX	10000U

unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (width && width <= WIDTH_MAX)
		return width;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return DEFAULT_WIDTH;
	return size.ws_col;
}
