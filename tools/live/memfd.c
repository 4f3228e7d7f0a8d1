// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the seals of a memfd through a copy of the holder's descriptor: opening
 * the file again could break a lease.
 */
#include "live/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/array.h"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC	0x0020	/* since v6.3 */
#endif

static void set_seals(struct live_value *value, int seals)
{
	static const struct {
		int bit;
		const char *name;
	} names[] = {
		{ F_SEAL_SEAL, "seal" }, { F_SEAL_SHRINK, "shrink" }, { F_SEAL_GROW, "grow" },
		{ F_SEAL_WRITE, "write" }, { F_SEAL_FUTURE_WRITE, "future-write" },
		{ F_SEAL_EXEC, "exec" },
	};
	char text[64], *p = text;

	*p = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (seals & names[i].bit)
			p = stpcpy(stpcpy(p, p == text ? "" : ","), names[i].name);
	live_set_text(value, "%s", seals ? text : "none");
}

/* Returns a copy of descriptor @fd of the process, or -errno. */
static int copy_fd(const struct live_proc *proc, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, proc->pid, 0), copy;

	if (pidfd < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	copy = copy < 0 ? -errno : copy;
	close(pidfd);
	return copy;
}

/*
 * True if @fd is still the object: the pid may belong to another process by
 * now, or the descriptor to another file.
 */
static bool is_object(const struct live_object *object, int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_dev == object->scope && st.st_ino == object->id;
}

void live_read_seals(struct live *live, struct live_proc *proc, uint32_t object, int fd)
{
	struct live_value *value = live_object_value(live, object, LIVE_COL_SEALS);
	int copy, seals;

	if (value->state == LIVE_KNOWN)
		return;
	copy = copy_fd(proc, fd);
	if (copy < 0) {
		if (copy == -EPERM)
			live_miss(live, LIVE_GAP_SEALS, copy);
		return;
	}
	seals = is_object(live_object_at(live, object), copy) ? fcntl(copy, F_GET_SEALS) : -1;
	if (seals >= 0)
		set_seals(value, seals);
	close(copy);
}
