// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a process is frozen with its control group: /proc shows it as asleep in the
 * call that it was in, but it continues only when the group is thawed.
 */
#include "live/sources.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS	"/sys/fs/cgroup"

/* True if the file, whose folder is the group @path, has @line as one of its lines. */
static bool has_line(const char *root, const char *path, const char *name, const char *line)
{
	char file[PATH_MAX], *text, *rest, *one;
	bool is_there = false;

	if ((size_t)snprintf(file, sizeof(file), "%s%s/%s", root, path, name) >= sizeof(file))
		return false;
	text = live_read_file(AT_FDCWD, file);
	rest = text;
	while (text && !is_there && (one = live_line(&rest)))
		is_there = !strcmp(one, line);
	free(text);
	return is_there;
}

/* @line: of /proc/PID/cgroup: "0::/path", in version 1 "9:freezer:/path" */
static bool is_group_frozen(const char *line)
{
	const char *controllers = strchr(line, ':');
	const char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path || !strcmp(path, ":/"))
		return false;
	if (!strncmp(line, "0::", 3))
		return has_line(GROUPS, path + 1, "cgroup.events", "frozen 1");
	if (!strncmp(controllers, ":freezer:", 9))
		return has_line(GROUPS "/freezer", path + 1, "freezer.state", "FROZEN");
	return false;
}

/* live_is_frozen - true if the process is frozen with its control group */
bool live_is_frozen(const struct live_proc *proc)
{
	char *text = live_read_file(proc->dir, "cgroup"), *rest = text, *line;
	bool is_frozen = false;

	while (text && !is_frozen && (line = live_line(&rest)))
		is_frozen = is_group_frozen(line);
	free(text);
	return is_frozen;
}
