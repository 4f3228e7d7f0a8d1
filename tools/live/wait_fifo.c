// SPDX-License-Identifier: GPL-2.0
/*
 * A FIFO whose other end nobody has open: open(2) waits for it.
 */
#include "live/need.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Sets the whole path from /proc, or, if the kernel has none, the path that the
 * process passed.
 */
static void name_fifo(const struct wait *wait, uint32_t object, int fd, const char *name)
{
	char link[32], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	path[len > 0 ? len : 0] = 0;
	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%s",
		      *path == '/' ? path : name);
}

static void wait_for_fifo(const struct wait *wait, int fd, const char *name)
{
	uint32_t object;
	struct stat st;

	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return;
	object = live_get(wait->live, LIVE_TYPE_FIFO, st.st_dev, st.st_ino, 0);
	live_set_stat(wait->live, object, &st);
	if (live_object_value(wait->live, object, LIVE_COL_NAME)->state != LIVE_KNOWN)
		name_fifo(wait, object, fd, name);
	wait_outside(wait, object);
	wait_needs(wait, &(struct live_need){ .condition = LIVE_FOR_OTHER_END, .object = object });
}

static void wait_for_open(const struct wait *wait, int dir, uint64_t addr)
{
	char name[4096] = "", path[sizeof(name) + 32];
	int fd;

	/* the string may end shortly before unmapped memory */
	if (!wait_read_memory(wait, addr, name, 4096 - addr % 4096))
		return;
	if (strnlen(name, sizeof(name)) == 4096 - addr % 4096)
		wait_read_memory(wait, addr, name, sizeof(name));
	name[sizeof(name) - 1] = 0;
	if (*name == '/')
		snprintf(path, sizeof(path), "root%s", name);
	else if (dir == AT_FDCWD)
		snprintf(path, sizeof(path), "cwd/%s", name);
	else
		snprintf(path, sizeof(path), "fd/%d/%s", dir, name);
	fd = openat(wait->proc->dir, path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	wait_for_fifo(wait, fd, name);
	close(fd);
}

void wait_in_open(const struct wait *wait)
{
	wait_for_open(wait, AT_FDCWD, wait->call.arg[0]);
}

void wait_in_openat(const struct wait *wait)
{
	wait_for_open(wait, (int)wait->call.arg[0], wait->call.arg[1]);
}
