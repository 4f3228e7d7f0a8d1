// SPDX-License-Identifier: GPL-2.0
/*
 * pingpong ROUNDS: pass one byte to and fro between two processes over two pipes, and
 * print how many ns it took.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP	20

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void check(int ok)
{
	if (ok)
		return;
	perror("pingpong");
	exit(1);
}

static void answer(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		check(write(to, &byte, 1) == 1);
	_exit(0);
}

static void play(int to, int from, long rounds)
{
	char byte = 0;

	while (rounds--)
		check(write(to, &byte, 1) == 1 && read(from, &byte, 1) == 1);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1000;
	int ping[2], pong[2];
	uint64_t begin;
	pid_t child;

	check(!pipe(ping) && !pipe(pong));
	child = fork();
	check(child >= 0);
	if (!child) {
		close(ping[1]);
		answer(ping[0], pong[1]);
	}
	play(ping[1], pong[0], WARM_UP);
	begin = now_ns();
	play(ping[1], pong[0], rounds);
	printf("%llu\n", (unsigned long long)(now_ns() - begin));
	close(ping[1]);
	waitpid(child, NULL, 0);
	return 0;
}
