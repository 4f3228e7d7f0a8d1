// SPDX-License-Identifier: GPL-2.0
/*
 * One line of /proc/PID/maps.
 */
#include "lib/maps_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int maps_line_parse(const char *line, struct maps_line *ret)
{
	int name_at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
		   &ret->start, &ret->end, ret->prot, &ret->offset, &ret->major, &ret->minor,
		   &ret->inode, &name_at) != 7 ||
	    ret->start >= ret->end || strlen(ret->prot) != 4)
		return -EINVAL;
	ret->name = line + name_at;
	return 0;
}
