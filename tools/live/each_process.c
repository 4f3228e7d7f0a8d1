// SPDX-License-Identifier: GPL-2.0
/*
 * Walks the processes that exist now.
 */
#include "live/sources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int live_each_process(bool (*visit)(void *arg, int dir, uint32_t pid), void *arg)
{
	DIR *list = opendir("/proc");
	struct dirent *entry;
	bool goes_on = true;

	if (!list)
		return -errno;
	while (goes_on && (entry = readdir(list))) {
		int dir = isdigit(*entry->d_name) ?
			  openat(dirfd(list), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

		if (dir < 0)
			continue;
		goes_on = visit(arg, dir, (uint32_t)strtoul(entry->d_name, NULL, 10));
		close(dir);
	}
	closedir(list);
	return 0;
}
