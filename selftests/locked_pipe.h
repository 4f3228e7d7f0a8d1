/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A pipe whose mutex a child holds, as any user can do: the child splices to a terminal
 * that nothing reads.  For a file that includes capture.h first.
 */
#ifndef IPCPROBE_LOCKED_PIPE_H
#define IPCPROBE_LOCKED_PIPE_H

struct locked_pipe {
	int fd[2];
	int master;
	pid_t child;
};

/* True if the child sleeps inside its call: then it sleeps until it is killed. */
static bool is_splicing(pid_t pid)
{
	char path[64], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	file = fopen(path, "r");
	CHECK(file);
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	/* the file has "running" if the child does not sleep */
	return atoi(line) == SYS_splice;
}

static void lock_pipe(struct locked_pipe *locked)
{
	int tty;

	locked->master = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK(locked->master >= 0 && !grantpt(locked->master) && !unlockpt(locked->master));
	tty = open(ptsname(locked->master), O_RDWR | O_NOCTTY);
	CHECK(tty >= 0 && !pipe(locked->fd));
	CHECK(write(locked->fd[1], (char [65536]) { 0 }, 65536) == 65536);
	locked->child = fork();
	if (!locked->child)
		_exit(splice(locked->fd[0], NULL, tty, NULL, 65536, 0) < 0);
	close(tty);
	while (!is_splicing(locked->child))
		sched_yield();
}

static void unlock_pipe(struct locked_pipe *locked)
{
	CHECK(!kill(locked->child, SIGKILL));
	close(locked->master);
	CHECK(waitpid(locked->child, NULL, 0) == locked->child);
	close(locked->fd[0]);
	close(locked->fd[1]);
}

#endif /* IPCPROBE_LOCKED_PIPE_H */
