// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers of the sources: files of /proc as text, and their parsers.
 */
#include "live/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * live_read_file - read a whole file as a string that ends with two zero bytes
 * Return: the string, to be freed; or NULL with errno set.
 */
char *live_read_file(int dir, const char *path)
{
	size_t len = 0, size = 4096;
	char *text = malloc(size), *grown;
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : 1;

	while (text && got > 0) {
		got = read(fd, text + len, size - len - 2);
		len += got > 0 ? (size_t)got : 0;
		if (len + 2 < size)
			continue;
		grown = realloc(text, size *= 2);
		if (!grown)
			got = -1;
		else
			text = grown;
	}
	if (fd >= 0)
		close(fd);	/* close() of a file opened for reading keeps errno */
	if (!text || got < 0) {
		int err = errno;

		free(text);
		errno = err;
		return NULL;
	}
	text[len] = 0;
	text[len + 1] = 0;
	return text;
}

/* live_line - cut the next line off @rest; NULL: no line is left */
char *live_line(char **rest)
{
	char *line = strsep(rest, "\n");

	return line && (*line || *rest) ? line : NULL;
}

void live_set_user(struct live_value *name, struct live_value *number, uint32_t uid)
{
	const struct passwd *user = getpwuid(uid);

	live_set(number, uid);
	if (user)
		live_set_text(name, "%s", user->pw_name);
	else
		live_set_text(name, "%u", uid);
}

void live_set_group(struct live_value *name, struct live_value *number, uint32_t gid)
{
	const struct group *group = getgrgid(gid);

	live_set(number, gid);
	if (group)
		live_set_text(name, "%s", group->gr_name);
	else
		live_set_text(name, "%u", gid);
}

/**
 * live_parse_stat - parse /proc/PID/stat; the name may contain blanks and
 * parentheses
 * Return: 0 or -EINVAL.
 */
int live_parse_stat(const char *text, struct live_stat *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long start;
	char state;
	size_t len;

	*ret = (struct live_stat){ 0 };
	if (!open || !close || close < open || sscanf(text, "%u ", &ret->pid) != 1)
		return -EINVAL;
	len = (size_t)(close - open) - 1;
	if (len > sizeof(ret->comm) - 1)	/* names of kernel threads may be longer */
		len = sizeof(ret->comm) - 1;
	memcpy(ret->comm, open + 1, len);
	if (sscanf(close + 1, " %c %u %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &state, &ret->ppid, &ret->flags, &start) != 4)
		return -EINVAL;
	ret->is_stopped = state == 'T' || state == 't';
	ret->start_ticks = start;
	return 0;
}
