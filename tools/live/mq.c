// SPDX-License-Identifier: GPL-2.0
/*
 * Reads POSIX message queues from their file system. If we may, we mount a
 * detached instance; else we use the place where distributions mount it.
 */
#include "live/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "lib/array.h"

#define MQUEUE_MAGIC	0x19800202

/* Returns the mount of @context, for the caller's IPC namespace, or -1. */
static int mount_context(int context)
{
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -1;
	return (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
}

/* Returns the root of a mount of our own, which vanishes on close, or -errno. */
static int open_own(void)
{
	int context = (int)syscall(SYS_fsopen, "mqueue", FSOPEN_CLOEXEC), mount, fd;

	if (context < 0)
		return -errno;
	mount = mount_context(context);
	fd = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = fd < 0 ? -errno : fd;
	if (mount >= 0)
		close(mount);
	close(context);
	return fd;
}

static int open_mounted(void)
{
	struct statfs fs;
	int fd = open("/dev/mqueue", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!fstatfs(fd, &fs) && fs.f_type == MQUEUE_MAGIC)
		return fd;
	close(fd);
	return -ENOENT;
}

/* @text: "QSIZE:129 NOTIFY:2 SIGNO:0 NOTIFY_PID:8260" */
static void set_contents(struct live_value *value, const char *text)
{
	static const char *const how[] = { "signal", "nothing", "thread" };
	unsigned long bytes;
	unsigned int notify, signo, pid;

	if (sscanf(text, "QSIZE:%lu NOTIFY:%u SIGNO:%u NOTIFY_PID:%u", &bytes, &notify, &signo,
		   &pid) != 4)
		return;
	live_set(&value[LIVE_COL_USED], bytes);
	value[LIVE_COL_NOTIFY].state = LIVE_NONE;
	if (!pid)
		return;
	live_set_text(&value[LIVE_COL_NOTIFY], "%u: %s", pid, notify < 3 ? how[notify] : "?");
	if (notify == 0)
		live_set_text(&value[LIVE_COL_NOTIFY], "%u: signal %u", pid, signo);
}

/* Closes @queue. @queue is -1 if the queue could not be opened. */
static void set_attributes(struct live_value *value, mqd_t queue)
{
	struct mq_attr attr;

	if (queue < 0)
		return;
	if (!mq_getattr(queue, &attr)) {
		live_set(&value[LIVE_COL_MSGS], (uint64_t)attr.mq_curmsgs);
		live_set(&value[LIVE_COL_MAXMSG], (uint64_t)attr.mq_maxmsg);
		live_set(&value[LIVE_COL_MSGSIZE], (uint64_t)attr.mq_msgsize);
		live_set(&value[LIVE_COL_SIZE], (uint64_t)(attr.mq_maxmsg * attr.mq_msgsize));
	}
	mq_close(queue);
}

/* Reads the contents of a queue from its file @path, relative to folder @dir. */
static void read_contents(struct live *live, uint32_t object, int dir, const char *path)
{
	static const enum live_column columns[] = { LIVE_COL_USED, LIVE_COL_NOTIFY, LIVE_COL_MSGS,
						    LIVE_COL_MAXMSG, LIVE_COL_MSGSIZE,
						    LIVE_COL_SIZE };
	struct live_value *value = live_object_at(live, object)->value;
	char *text = live_read_file(dir, path);

	if (!text && errno != ENOENT && errno != ESRCH)
		live_miss(live, LIVE_GAP_MQ, -errno);
	for (unsigned int i = 0; i < ARRAY_SIZE(columns); i++)
		live_set_unknown(&value[columns[i]]);
	if (text)
		set_contents(value, text);
	free(text);
}

/**
 * live_read_queue - read the contents of a queue that has no name
 * @path: in /proc: link of a descriptor of the queue
 *
 * The descriptor of a queue can be read like any other file.
 */
void live_read_queue(struct live *live, uint32_t object, const char *path)
{
	read_contents(live, object, -1, path);
	set_attributes(live_object_at(live, object)->value,
		       open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

static void add_queue(struct live *live, uint64_t ns, int dir, const char *name)
{
	char path[NAME_MAX + 2];
	struct live_value *value;
	struct stat st;
	uint32_t object;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	object = live_get(live, LIVE_TYPE_MQ, st.st_dev, st.st_ino, 0);
	value = live_object_at(live, object)->value;
	live_set_stat(live, object, &st);
	live_set_text(&value[LIVE_COL_NAME], "/%s", name);
	if (ns)
		live_set(&value[LIVE_COL_IPCNS], ns);
	read_contents(live, object, dir, name);
	/* open by mq_open(), which removes no message */
	snprintf(path, sizeof(path), "/%s", name);
	set_attributes(value, mq_open(path, O_RDONLY | O_NONBLOCK));
}

void live_read_mq(struct live *live, uint64_t ns)
{
	struct dirent *entry;
	int fd = open_own();
	DIR *dir;

	if (fd < 0)
		fd = open_mounted();
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		live_miss(live, LIVE_GAP_MQ, fd < 0 ? fd : -errno);
		return;
	}
	while ((entry = readdir(dir)))
		add_queue(live, ns, dirfd(dir), entry->d_name);
	closedir(dir);
}
