// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the descriptors of a process that are IPC objects. The file opens
 * nothing but message queues: it reads links and follows them with stat() only.
 */
#include "live/sources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/array.h"

#define MQUEUE_MAGIC		0x19800202
#define MQUEUE_FILE_SIZE	80	/* st_size of every message queue */

/* One descriptor of the process. */
struct fd {
	int number;
	char path[24];			/* "fd/N" */
	char link[PATH_MAX];		/* target of the link */
	struct stat st;
	struct live_fdinfo info;
};

/* ---- fdinfo ---- */

void live_parse_fdinfo(char *text, struct live_fdinfo *ret)
{
	char *line;

	*ret = (struct live_fdinfo){ 0 };
	while ((line = live_line(&text))) {
		unsigned long long number;

		if (sscanf(line, "pos: %llu", &number) == 1)
			ret->pos = number;
		else if (sscanf(line, "flags: %llo", &number) == 1)
			ret->flags = (uint32_t)number;
		else if (sscanf(line, "mnt_id: %llu", &number) == 1)
			ret->mnt_id = (uint32_t)number;
		else if (sscanf(line, "eventfd-count: %llx", &number) == 1)
			ret->event_count = number;
		else if (sscanf(line, "eventfd-semaphore: %llu", &number) == 1)
			ret->is_semaphore = number, ret->has_semaphore = true;
		else if (sscanf(line, "eventfd-id: %llu", &number) == 1)
			ret->event_id = number, ret->has_event = true;
	}
}

static int read_fdinfo(const struct live_proc *proc, struct fd *fd)
{
	char path[32], *text;

	snprintf(path, sizeof(path), "fdinfo/%d", fd->number);
	text = live_read_file(proc->dir, path);
	if (!text)
		return -errno;
	live_parse_fdinfo(text, &fd->info);
	free(text);
	return 0;
}

/* ---- which object a descriptor is ---- */

static uint32_t find_pipe(struct live *live, const struct fd *fd)
{
	static const enum live_column asked[] = { LIVE_COL_SIZE, LIVE_COL_USED, LIVE_COL_READERS,
						  LIVE_COL_WRITERS, LIVE_COL_RWAITS,
						  LIVE_COL_WWAITS };
	bool is_named = *fd->link == '/';
	uint32_t nr = live->object.nr;
	uint32_t object = live_get(live, is_named ? LIVE_TYPE_FIFO : LIVE_TYPE_PIPE,
				   fd->st.st_dev, fd->st.st_ino, 0);

	if (object < nr)
		return object;
	for (unsigned int i = 0; i < ARRAY_SIZE(asked); i++)
		live_set_unknown(live_object_value(live, object, asked[i]));
	live_set_text(live_object_value(live, object, LIVE_COL_NAME), "%s", fd->link);
	return object;
}

static uint32_t find_socket(struct live *live, const struct live_proc *proc, const struct fd *fd)
{
	uint32_t object = live_find(live, LIVE_TYPE_UNIX, 0, fd->st.st_ino, 0);
	struct live_value *name;
	char path[64], proto[32];
	ssize_t len;

	if (object && live_object_value(live, object, LIVE_COL_PROTONAME)->state == LIVE_KNOWN)
		return object;
	snprintf(path, sizeof(path), "/proc/%u/%s", proc->pid, fd->path);
	len = getxattr(path, "system.sockprotoname", proto, sizeof(proto) - 1);
	if (len < 4 || strncmp(proto, "UNIX", 4))
		return object;
	proto[len] = 0;
	if (!object) {
		object = live_get(live, LIVE_TYPE_UNIX, 0, fd->st.st_ino, 0);
		live_set_unknown(live_object_value(live, object, LIVE_COL_USED));
		live_set_unknown(live_object_value(live, object, LIVE_COL_STATUS));
		live_set_unknown(live_object_value(live, object, LIVE_COL_PEER));
		live_miss(live, LIVE_GAP_UNIX, -ENOENT);
	}
	live_set_text(live_object_value(live, object, LIVE_COL_PROTONAME), "%s", proto);
	name = live_object_value(live, object, LIVE_COL_NAME);
	if (name->state != LIVE_KNOWN)
		live_set_text(name, "%s", fd->link);
	return object;
}

static uint32_t find_eventfd(struct live *live, const struct fd *fd)
{
	uint32_t object;

	if (!fd->info.has_event)
		return 0;
	object = live_get(live, LIVE_TYPE_EVENTFD, 0, fd->info.event_id, 0);
	live_set_text(live_object_value(live, object, LIVE_COL_NAME), "[eventfd]");
	live_set_text(live_object_value(live, object, LIVE_COL_VALUE), "%llu",
		      (unsigned long long)fd->info.event_count);
	if (fd->info.has_semaphore)
		live_set(live_object_value(live, object, LIVE_COL_SEMAPHORE),
			 fd->info.is_semaphore);
	else
		live_set_unknown(live_object_value(live, object, LIVE_COL_SEMAPHORE));
	return object;
}

/*
 * Finds a message queue that is in no list: its namespace was not entered, or
 * the queue is deleted.
 */
static uint32_t find_queue(struct live *live, const struct live_proc *proc, const struct fd *fd)
{
	uint32_t object = live_find(live, LIVE_TYPE_MQ, fd->st.st_dev, fd->st.st_ino, 0);
	struct statfs fs;
	char path[64];

	if (object || fd->st.st_size != MQUEUE_FILE_SIZE)
		return object;
	snprintf(path, sizeof(path), "/proc/%u/%s", proc->pid, fd->path);
	if (statfs(path, &fs) || fs.f_type != MQUEUE_MAGIC)
		return 0;
	object = live_get(live, LIVE_TYPE_MQ, fd->st.st_dev, fd->st.st_ino, 0);
	live_set_text(live_object_value(live, object, LIVE_COL_NAME), "%s", fd->link);
	live_read_queue(live, object, path);
	return object;
}

static uint32_t find_file(struct live *live, struct live_proc *proc, const struct fd *fd)
{
	uint32_t object;

	if (!S_ISREG(fd->st.st_mode))
		return S_ISFIFO(fd->st.st_mode) ? find_pipe(live, fd) : 0;
	object = live_memory_object(live, fd->link, fd->st.st_dev, fd->st.st_ino);
	if (!object)
		return find_queue(live, proc, fd);
	live_set_file(live, object, &fd->st);
	if (live_object_at(live, object)->type == LIVE_TYPE_MEMFD)
		live_read_seals(live, proc, object, fd->number);
	return object;
}

static uint32_t find_object(struct live *live, struct live_proc *proc, const struct fd *fd)
{
	if (!strncmp(fd->link, "pipe:", 5))
		return find_pipe(live, fd);
	if (!strncmp(fd->link, "socket:", 7))
		return find_socket(live, proc, fd);
	if (!strcmp(fd->link, "anon_inode:[eventfd]"))
		return find_eventfd(live, fd);
	return *fd->link == '/' ? find_file(live, proc, fd) : 0;
}

/* ---- how the process holds the object ---- */

static void set_flags(struct live_value *value, uint32_t flags)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ O_APPEND, "append" }, { O_NONBLOCK, "nonblock" }, { O_DSYNC, "dsync" },
		{ O_ASYNC, "fasync" }, { O_DIRECT, "direct" }, { O_NOATIME, "noatime" },
		{ O_CLOEXEC, "cloexec" }, { O_PATH, "path" },
	};
	static const char *const access[] = { "rdonly", "wronly", "rdwr", "none" };
	char text[128], *p = text;

	p = stpcpy(p, access[flags & O_ACCMODE]);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].bit)
			p = stpcpy(stpcpy(p, ","), names[i].name);
	live_set_text(value, "%s", text);
}

static uint32_t access_of(uint32_t flags)
{
	static const uint32_t how[] = { LIVE_READ, LIVE_WRITE, LIVE_READ | LIVE_WRITE, 0 };

	return flags & O_PATH ? 0 : how[flags & O_ACCMODE];
}

static void hold_object(struct live *live, struct live_proc *proc, const struct fd *fd,
			uint32_t object)
{
	static const char *const names[] = { "path", "read", "write", "read+write" };
	uint32_t how = access_of(fd->info.flags);
	uint32_t holder = live_proc_hold(live, proc, object, fd->number, how);

	live_set_text(live_holder_value(live, holder, LIVE_COL_ACCESS), "%s", names[how]);
	live_set_text(live_holder_value(live, holder, LIVE_COL_MODE), "%c%c-",
		      how & LIVE_READ ? 'r' : '-', how & LIVE_WRITE ? 'w' : '-');
	set_flags(live_holder_value(live, holder, LIVE_COL_FLAGS), fd->info.flags);
	live_set(live_holder_value(live, holder, LIVE_COL_POS), fd->info.pos);
	live_set(live_holder_value(live, holder, LIVE_COL_MNTID), fd->info.mnt_id);
}

static void read_fd(struct live *live, struct live_proc *proc, struct fd *fd)
{
	uint32_t object;
	ssize_t len;

	snprintf(fd->path, sizeof(fd->path), "fd/%d", fd->number);
	len = readlinkat(proc->dir, fd->path, fd->link, sizeof(fd->link) - 1);
	if (len <= 0)
		return;
	fd->link[len] = 0;
	if (*fd->link != '/' && !strchr("psa", *fd->link))
		return;
	if (fstatat(proc->dir, fd->path, &fd->st, 0) || read_fdinfo(proc, fd))
		return;
	object = find_object(live, proc, fd);
	if (!object)
		return;
	live_set_stat(live, object, &fd->st);
	hold_object(live, proc, fd, object);
}

void live_read_fds(struct live *live, struct live_proc *proc)
{
	int dir = openat(proc->dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *entry;
	struct fd fd;

	if (!list) {
		if (errno == EACCES || errno == EPERM)
			live_miss(live, LIVE_GAP_PROCESS, -errno);
		return;
	}
	while ((entry = readdir(list))) {
		if (!isdigit(*entry->d_name))
			continue;
		fd.number = atoi(entry->d_name);
		read_fd(live, proc, &fd);
	}
	closedir(list);
}
