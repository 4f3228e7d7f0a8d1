// SPDX-License-Identifier: GPL-2.0
/*
 * A command that waits for its start.
 */
#include "trace/workload.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit status of a shell when a command was not found, or could not be run. */
#define STATUS_NOT_FOUND	127
#define STATUS_NOT_RUN		126

__attribute__((noreturn))
static void run_child(const struct workload *workload, char **argv, const sigset_t *signals,
		      pid_t parent)
{
	uint64_t go;

	/* Until it runs the command, the child must not outlive its parent. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || read(workload->go_fd, &go, sizeof(go)) != sizeof(go))
		_exit(STATUS_NOT_RUN);
	prctl(PR_SET_PDEATHSIG, 0);
	sigprocmask(SIG_SETMASK, signals, NULL);
	signal(SIGXFSZ, SIG_DFL);	/* this program ignores the signal */
	execvp(argv[0], argv);
	*workload->exec_errno = errno;
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN);
}

/**
 * workload_init - fork a child that will run a command
 * @workload: workload to set up
 * @argv: command and its arguments, searched in $PATH
 * @signals: mask of blocked signals that the command starts with
 *
 * Return: 0 or -errno.
 */
int workload_init(struct workload *workload, char **argv, const sigset_t *signals)
{
	pid_t parent = getpid();
	int err;

	memset(workload, 0, sizeof(*workload));
	workload->exec_errno = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (workload->exec_errno == MAP_FAILED)
		return -errno;
	workload->go_fd = eventfd(0, EFD_CLOEXEC);
	if (workload->go_fd < 0) {
		err = -errno;
		goto err_unmap;
	}
	workload->pid = fork();
	if (workload->pid < 0) {
		err = -errno;
		goto err_close;
	}
	if (!workload->pid)
		run_child(workload, argv, signals, parent);
	return 0;

err_close:
	close(workload->go_fd);
err_unmap:
	munmap(workload->exec_errno, sizeof(int));
	memset(workload, 0, sizeof(*workload));
	return err;
}

/* workload_deinit - release the command; if it has not started, it never will */
void workload_deinit(struct workload *workload)
{
	if (!workload->pid)
		return;
	if (!workload_is_started(workload)) {
		kill(workload->pid, SIGKILL);
		workload_wait(workload);
		close(workload->go_fd);
	}
	munmap(workload->exec_errno, sizeof(int));
	memset(workload, 0, sizeof(*workload));
}

/* workload_start - start the command; 0 or -errno */
int workload_start(struct workload *workload)
{
	uint64_t go = 1;

	if (write(workload->go_fd, &go, sizeof(go)) != sizeof(go))
		return -errno;
	close(workload->go_fd);
	workload->go_fd = -1;
	return 0;
}

/* workload_poll - true if the command has ended */
bool workload_poll(struct workload *workload)
{
	if (!workload->has_ended)
		workload->has_ended = waitpid(workload->pid, &workload->status, WNOHANG) > 0;
	return workload->has_ended;
}

void workload_wait(struct workload *workload)
{
	while (!workload->has_ended) {
		pid_t pid = waitpid(workload->pid, &workload->status, 0);

		workload->has_ended = pid > 0 || errno != EINTR;
	}
}

/* workload_exit_status_of - convert a wait(2) status to the exit status of a shell */
int workload_exit_status_of(int status)
{
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int workload_exit_status(const struct workload *workload)
{
	return workload->has_ended ? workload_exit_status_of(workload->status) : 0;
}

/*
 * workload_exec_error - errno because of which the command did not start, 0 = it
 * started
 */
int workload_exec_error(const struct workload *workload)
{
	return workload->pid ? *workload->exec_errno : 0;
}
