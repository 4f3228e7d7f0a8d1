// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for file locks: of flock(2), of a process (POSIX), and of an open file (OFD).
 *
 * /proc/locks says which locks a file has, and /proc/PID/fdinfo/N which locks were taken
 * through that open file: each process that has the open file can give such a lock back.
 * A POSIX lock belongs to the process that took it.
 */
#include "live/need.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef F_OFD_SETLKW
#define F_OFD_SETLKW	38
#endif

#define NR_HOLDERS_MAX	64U	/* with so many, there may be more */

/**
 * struct file_lock - what a thread asks for, or a line of /proc/locks
 * @is_flock: of flock(2)
 * @is_posix: of a process
 * @is_write: exclusive
 * @pid: process that took it; -1 = OFD
 * @file: "MAJOR:MINOR:INODE", as /proc/locks has it
 * @start: first byte
 * @end: last byte
 */
struct file_lock {
	bool is_flock;
	bool is_posix;
	bool is_write;
	int pid;
	char file[48];
	uint64_t start;
	uint64_t end;
};

/* Parses "3: FLOCK  ADVISORY  WRITE 712 08:01:131 0 EOF". Waiters have "->" after the number. */
static bool parse_lock(const char *line, struct file_lock *ret)
{
	char kind[16], access[16], start[24], end[24];

	if (sscanf(line, "%*u: %15s %*s %15s %d %47s %23s %23s", kind, access, &ret->pid, ret->file,
		   start, end) != 6)
		return false;
	ret->is_flock = !strcmp(kind, "FLOCK");
	ret->is_posix = !strcmp(kind, "POSIX");
	ret->is_write = !strcmp(access, "WRITE");
	ret->start = strtoull(start, NULL, 10);
	ret->end = strcmp(end, "EOF") ? strtoull(end, NULL, 10) : UINT64_MAX;
	return ret->is_flock || ret->is_posix || !strcmp(kind, "OFDLCK");
}

static bool is_conflict(const struct file_lock *asked, const struct file_lock *held)
{
	return asked->is_flock == held->is_flock && !strcmp(asked->file, held->file) &&
	       (asked->is_write || held->is_write) &&
	       asked->start <= held->end && held->start <= asked->end;
}

/* ---- who has the open file of a lock ---- */

/* True if an open file of the process has @line among its locks. */
static bool has_lock(int proc, const char *line)
{
	int dir = openat(proc, "fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *entry;
	bool is_found = false;

	while (list && !is_found && (entry = readdir(list))) {
		char *text = isdigit(*entry->d_name) ? live_read_file(dir, entry->d_name) : NULL;
		const char *lock = text ? strstr(text, "\nlock:") : NULL;

		for (; lock && !is_found; lock = strstr(lock + 1, "\nlock:")) {
			const char *kind = strchr(lock + 6, ':');

			is_found = kind && !strncmp(kind + 1, line, strlen(line));
		}
		free(text);
	}
	if (list)
		closedir(list);
	return is_found;
}

/* The processes that have the open file of a lock. */
struct holders {
	const char *line;	/* the lock, as the kernel prints it */
	uint32_t pid[NR_HOLDERS_MAX];
	unsigned int nr;
};

static bool add_holder(void *arg, int dir, uint32_t pid)
{
	struct holders *holders = arg;

	if (has_lock(dir, holders->line))
		holders->pid[holders->nr++] = pid;
	return holders->nr < NR_HOLDERS_MAX;
}

/* ---- what the thread waits for ---- */

static void need_holder(const struct wait *wait, uint32_t pid)
{
	wait_needs(wait, &(struct live_need){ .condition = LIVE_FOR_FILE_LOCK, .task = pid });
}

/*
 * Of one lock that is in the way any holder can give it back; of several each has to.
 * Several locks with several holders are more than this says: then it is not known.
 */
static void need_lock(const struct wait *wait, const struct file_lock *held, const char *line,
		      bool is_only)
{
	struct holders holders = { .line = line };
	unsigned int i;

	if (held->is_posix) {
		need_holder(wait, (uint32_t)held->pid);
		return;
	}
	live_each_process(add_holder, &holders);
	if (!holders.nr || holders.nr == NR_HOLDERS_MAX || (holders.nr > 1 && !is_only)) {
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
		return;
	}
	for (i = 0; i < holders.nr; i++)
		need_holder(wait, holders.pid[i]);
}

/*
 * Counts the conflicting locks in /proc/locks. Calls need_lock() for each if @nr_all, the
 * result of an earlier count, is not 0.
 */
static unsigned int each_conflict(const struct wait *wait, const struct file_lock *asked,
				  unsigned int nr_all)
{
	char *text = live_read_file(AT_FDCWD, "/proc/locks"), *rest = text, *line;
	unsigned int nr = 0;

	while (text && (line = live_line(&rest))) {
		struct file_lock held;
		const char *kind = strchr(line, ':');

		if (!kind || !parse_lock(line, &held) || !is_conflict(asked, &held) ||
		    (held.is_posix && held.pid == (int)wait->proc->pid))
			continue;
		nr++;
		if (nr_all)
			need_lock(wait, &held, kind + 1, nr_all == 1);
	}
	free(text);
	return nr;
}

static void wait_for_lock(const struct wait *wait, struct file_lock *asked)
{
	unsigned int nr;
	struct stat st;
	char path[32];

	if (!wait->thread)
		return;
	snprintf(path, sizeof(path), "fd/%d", (int)wait->call.arg[0]);
	if (fstatat(wait->proc->dir, path, &st, 0)) {
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
		return;
	}
	snprintf(asked->file, sizeof(asked->file), "%02x:%02x:%llu", major(st.st_dev),
		 minor(st.st_dev), (unsigned long long)st.st_ino);
	nr = each_conflict(wait, asked, 0);
	if (!nr)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	else
		each_conflict(wait, asked, nr);
	if (nr > 1)
		wait_needs_all(wait);
}

void wait_in_flock(const struct wait *wait)
{
	struct file_lock asked = {
		.is_flock = true, .is_write = (wait->call.arg[1] & 3) == 2 /* LOCK_EX */,
		.end = UINT64_MAX,
	};

	wait_for_lock(wait, &asked);
}

void wait_in_fcntl(const struct wait *wait)
{
	struct file_lock asked = { .end = UINT64_MAX };
	struct flock lock;

	if (wait->call.arg[1] != F_SETLKW && wait->call.arg[1] != F_OFD_SETLKW) {
		wait_needs_condition(wait, LIVE_FOR_OUTSIDE);
		return;
	}
	if (wait_read_memory(wait, wait->call.arg[2], &lock, sizeof(lock)) != sizeof(lock)) {
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
		return;
	}
	asked.is_write = lock.l_type == F_WRLCK;
	/* from another place than the file's begin: any lock of the file may be in the way */
	if (lock.l_whence == SEEK_SET && lock.l_start >= 0 && lock.l_len >= 0) {
		asked.start = (uint64_t)lock.l_start;
		if (lock.l_len)
			asked.end = (uint64_t)(lock.l_start + lock.l_len - 1);
	}
	wait_for_lock(wait, &asked);
}
