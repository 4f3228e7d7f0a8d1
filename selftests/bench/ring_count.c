// SPDX-License-Identifier: GPL-2.0
/*
 * ring_count CLASSES COMMAND [ARG...]: record all processes while COMMAND runs, keep
 * nothing, and print on stderr how many records and bytes came through the ring and how
 * many were lost. CLASSES is a mask.
 *
 * No reader can do less. Only for a machine with one processor.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session.h"

static void drain(const struct bench_session *session, struct bench_count *count)
{
	uint64_t until = bench_session_pos(session);

	bench_session_count(session, session->consumer->consumer_pos, until, count);
	bench_session_consume(session, until);
}

/* Return: the command's exit status, or -1 while it runs. */
static int poll_command(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int follow(const struct bench_session *session, pid_t pid, struct bench_count *count)
{
	struct pollfd pollfd = { .fd = session->fd, .events = POLLIN };
	int status;

	while ((status = poll_command(pid)) < 0) {
		poll(&pollfd, 1, 100);
		if (pollfd.revents & POLLIN)
			drain(session, count);
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct bench_session session;
	static struct bench_count count;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: ring_count CLASSES COMMAND [ARG...]\n");
		return 2;
	}
	bench_session_start(&session, strtoul(argv[1], NULL, 0), 0, 0);
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		die("%s", argv[2]);
	}
	status = follow(&session, pid, &count);
	bench_session_stop(&session);
	drain(&session, &count);
	fprintf(stderr, "ring_count: %llu bytes, %llu events, %llu lost\n",
		(unsigned long long)count.bytes, (unsigned long long)count.all,
		(unsigned long long)bench_session_lost(&session));
	bench_session_close(&session);
	return status;
}
