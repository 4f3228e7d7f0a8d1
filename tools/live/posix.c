// SPDX-License-Identifier: GPL-2.0
/*
 * Reads files in memory: POSIX shared memory and semaphores, which have a name
 * below /dev/shm, memfds, which have no name, and anonymous shared mappings,
 * which the kernel keeps as files, too.
 */
#include "live/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define SHM_DIR		"/dev/shm/"
#define DELETED		" (deleted)"
#define ANONYMOUS	"/dev/zero" DELETED

/* live_set_stat - set what stat() reports for every kind of object */
void live_set_stat(struct live *live, uint32_t object, const struct stat *st)
{
	static const char *const sources[LIVE_NR_TYPES] = {
		[LIVE_TYPE_PIPE] = "pipefs", [LIVE_TYPE_POSIX_SHM] = "tmpfs",
		[LIVE_TYPE_POSIX_SEM] = "tmpfs", [LIVE_TYPE_MQ] = "mqueue",
		[LIVE_TYPE_MEMFD] = "tmpfs", [LIVE_TYPE_ANON_SHM] = "tmpfs",
		[LIVE_TYPE_UNIX] = "sockfs",
		[LIVE_TYPE_EVENTFD] = "anon_inodefs",
	};
	struct live_value *value = live_object_at(live, object)->value;
	const char *source = sources[live_object_at(live, object)->type];

	if (value[LIVE_COL_INODE].state == LIVE_KNOWN)
		return;
	live_set(&value[LIVE_COL_INODE], st->st_ino);
	live_set_text(&value[LIVE_COL_DEV], "%u:%u", major(st->st_dev), minor(st->st_dev));
	live_set(&value[LIVE_COL_NLINK], st->st_nlink);
	live_set(&value[LIVE_COL_DELETED], !st->st_nlink);
	live_set(&value[LIVE_COL_PERMS], st->st_mode & 07777);
	live_set_user(&value[LIVE_COL_OWNER], &value[LIVE_COL_UID], st->st_uid);
	live_set_group(&value[LIVE_COL_GROUP], &value[LIVE_COL_GID], st->st_gid);
	if (source)
		live_set_text(&value[LIVE_COL_SOURCE], "%s", source);
}

/* live_set_file - set what stat() reports for files in memory */
void live_set_file(struct live *live, uint32_t object, const struct stat *st)
{
	struct live_value *value = live_object_at(live, object)->value;

	live_set(&value[LIVE_COL_SIZE], (uint64_t)st->st_size);
	live_set(&value[LIVE_COL_USED], (uint64_t)st->st_blocks * 512);
	live_set(&value[LIVE_COL_CTIME], (uint64_t)st->st_ctime);
}

static size_t name_len(const char *path)
{
	size_t len = strlen(path), tail = strlen(DELETED);

	if (len > tail && !strcmp(path + len - tail, DELETED))
		len -= tail;
	return len;
}

static void set_name(struct live_value *value, enum live_type type, const char *path, uint64_t ino)
{
	if (type == LIVE_TYPE_ANON_SHM)
		live_set_text(value, "anonymous:[%llu]", (unsigned long long)ino);
	else
		live_set_text(value, "%.*s", (int)name_len(path), path);
}

/* live_memory_object - the object for @path as printed in /proc; 0: not a file in memory */
uint32_t live_memory_object(struct live *live, const char *path, uint64_t dev, uint64_t ino)
{
	enum live_type type = LIVE_TYPE_POSIX_SHM;
	uint32_t object;

	if (!strncmp(path, "/memfd:", 7))
		type = LIVE_TYPE_MEMFD;
	else if (!strcmp(path, ANONYMOUS))
		type = LIVE_TYPE_ANON_SHM;
	else if (!strncmp(path, SHM_DIR "sem.", strlen(SHM_DIR "sem.")))
		type = LIVE_TYPE_POSIX_SEM;
	else if (strncmp(path, SHM_DIR, strlen(SHM_DIR)))
		return 0;
	object = live_get(live, type, dev, ino, 0);
	if (live_object_value(live, object, LIVE_COL_NAME)->state == LIVE_KNOWN)
		return object;
	set_name(live_object_value(live, object, LIVE_COL_NAME), type, path, ino);
	live_set_unknown(live_object_value(live, object, LIVE_COL_SIZE));
	live_set_unknown(live_object_value(live, object, LIVE_COL_USED));
	if (type == LIVE_TYPE_MEMFD)
		live_set_unknown(live_object_value(live, object, LIVE_COL_SEALS));
	if (type == LIVE_TYPE_POSIX_SEM)
		live_set_unknown(live_object_value(live, object, LIVE_COL_VALUE));
	return object;
}

/**
 * live_read_sem - read the value of a POSIX semaphore, which glibc keeps in the
 * first four bytes
 * @path: file of the semaphore, relative to folder @dir
 *
 * Return: 0 or -errno.
 */
int live_read_sem(struct live *live, uint32_t object, int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_NOATIME | O_CLOEXEC);
	uint32_t value;

	if (fd < 0)
		return -errno;
	if (pread(fd, &value, sizeof(value), 0) == sizeof(value))
		live_set_text(live_object_value(live, object, LIVE_COL_VALUE), "%u", value);
	close(fd);
	return 0;
}

void live_read_shm_dir(struct live *live, uint32_t types)
{
	DIR *dir = opendir(SHM_DIR);
	struct dirent *entry;

	(void)types;
	while (dir && (entry = readdir(dir))) {
		char path[sizeof(SHM_DIR) + NAME_MAX];
		struct stat st;
		uint32_t object;

		snprintf(path, sizeof(path), SHM_DIR "%s", entry->d_name);
		if (lstat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		object = live_memory_object(live, path, st.st_dev, st.st_ino);
		live_set_stat(live, object, &st);
		live_set_file(live, object, &st);
		if (live_object_at(live, object)->type == LIVE_TYPE_POSIX_SEM)
			live_read_sem(live, object, AT_FDCWD, path);
	}
	if (dir)
		closedir(dir);
}
