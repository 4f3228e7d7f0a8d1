// SPDX-License-Identifier: GPL-2.0
/*
 * rq_truth FILE COMMAND [ARG...]: run the command under ipcprobe record, have a
 * snapshot of all run queues recorded every 50 ms meanwhile, and write to FILE, as
 * JSON, the kernel's counts for COMMAND and for all tasks that it created and waited
 * for.
 *
 * The session is that of the recorder, the parent: this program duplicates its
 * descriptor.
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/ipcprobe.h>

#include "rq_child.h"

#define DEVICE		"/dev/ipcprobe"
#define NR_FDS		256
#define INTERVAL_MS	50

/* ---- snapshots ---- */

static int open_pidfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		err(1, "pidfd_open %d", pid);
	return fd;
}

static int has_device(pid_t pid, int fd)
{
	char path[64], target[sizeof(DEVICE) + 1] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && !strcmp(target, DEVICE);
}

static int duplicate_session(pid_t recorder)
{
	int pidfd = open_pidfd(recorder), fd, session;

	for (fd = 0; fd < NR_FDS && !has_device(recorder, fd); fd++)
		;
	session = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (session < 0)
		err(1, "the parent's descriptor of %s", DEVICE);
	close(pidfd);
	return session;
}

static void snapshots_until_end(int session, pid_t pid)
{
	struct pollfd end = { .fd = open_pidfd(pid), .events = POLLIN };

	do {
		if (ioctl(session, IPCPROBE_IOC_RESYNC_QUEUES))
			err(1, "the members of the run queues");
	} while (!poll(&end, 1, INTERVAL_MS));
	close(end.fd);
}

/* ---- counts ---- */

static void print_long(FILE *out, const char *name, long number)
{
	fprintf(out, ", \"%s\": ", name);
	fprintf(out, number < 0 ? "null" : "%ld", number);
}

static void print_own(FILE *out, pid_t pid)
{
	fprintf(out, "{\"pid\": %d", pid);
	print_long(out, "voluntary", value(pid, "status", "voluntary_ctxt_switches"));
	print_long(out, "preempted", value(pid, "status", "nonvoluntary_ctxt_switches"));
	print_long(out, "migrations", value(pid, "sched", "se.nr_migrations"));
}

/* Print the counts of the command and of all its descendants; none is left. */
static void print_all(FILE *out)
{
	struct rusage usage;

	if (getrusage(RUSAGE_CHILDREN, &usage))
		err(1, "getrusage");
	print_long(out, "all_voluntary", usage.ru_nvcsw);
	print_long(out, "all_preempted", usage.ru_nivcsw);
	fprintf(out, "}\n");
}

static pid_t run(char **command)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	execvp(command[0], command);
	err(127, "%s", command[0]);
}

int main(int argc, char **argv)
{
	int status, session;
	FILE *out;
	pid_t pid;

	if (argc < 3)
		errx(2, "usage: rq_truth FILE COMMAND [ARG...]");
	session = duplicate_session(getppid());
	out = fopen(argv[1], "w");
	if (!out)
		err(1, "%s", argv[1]);
	/* for descendants that their parent does not wait for */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = run(argv + 2);
	snapshots_until_end(session, pid);
	await_off_cpu(pid, WEXITED);
	print_own(out, pid);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	while (wait(NULL) > 0)
		;
	print_all(out);
	fclose(out);
	close(session);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
