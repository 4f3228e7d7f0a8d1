// SPDX-License-Identifier: GPL-2.0
/*
 * Enters namespaces in turn: the kernel lists SysV objects, message queues and
 * UNIX sockets only to a task within their namespace.
 */
#include "live/sources.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* live_ns_of - number of a process's namespace; 0 = unknown */
uint64_t live_ns_of(int proc, const char *kind)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "ns/%s", kind);
	return fstatat(proc, path, &st, 0) ? 0 : st.st_ino;
}

/* Namespaces that are already read. */
struct seen {
	struct map map;
	int own;	/* the caller's namespace, to come back to */
	const char *kind;
	enum live_gap gap;
	void (*read)(struct live *live, uint64_t ns);
};

/*
 * Enters the namespace of process @pid, reads there and comes back.
 *
 * Return: false if the caller could not come back. The only effect is that the
 * remaining namespaces are not read.
 */
static bool visit_namespace(struct live *live, struct seen *seen, const char *pid, uint64_t ns)
{
	bool is_back = true;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%.10s/ns/%s", pid, seen->kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, 0)) {
		live_miss(live, seen->gap, -errno);
	} else {
		seen->read(live, ns);
		is_back = !setns(seen->own, 0);
		if (!is_back)
			live_miss(live, seen->gap, -errno);
	}
	if (fd >= 0)
		close(fd);
	return is_back;
}

static void visit_all(struct live *live, struct seen *seen, DIR *proc)
{
	struct dirent *entry;
	bool is_back = true;

	while (is_back && (entry = readdir(proc))) {
		char path[64];
		struct stat st;

		if (!isdigit(*entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%.10s/ns/%s", entry->d_name, seen->kind);
		if (fstatat(dirfd(proc), path, &st, 0) || map_get(&seen->map, st.st_ino))
			continue;
		if (map_set(&seen->map, st.st_ino, 1))
			live->is_out_of_memory = true;
		is_back = visit_namespace(live, seen, entry->d_name, st.st_ino);
	}
}

/* live_each_ns - call @read in the caller's own namespace, then in each other one */
void live_each_ns(struct live *live, const char *kind, enum live_gap gap,
		  void (*read)(struct live *live, uint64_t ns))
{
	struct seen seen = { .kind = kind, .gap = gap, .read = read, .own = -1 };
	DIR *proc = opendir("/proc");
	struct stat st;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	seen.own = open(path, O_RDONLY | O_CLOEXEC);
	if (seen.own < 0 || fstat(seen.own, &st) || !proc) {
		read(live, 0);
	} else {
		read(live, st.st_ino);
		if (map_set(&seen.map, st.st_ino, 1))
			live->is_out_of_memory = true;
		visit_all(live, &seen, proc);
	}
	if (seen.own >= 0)
		close(seen.own);
	if (proc)
		closedir(proc);
	map_deinit(&seen.map);
}
