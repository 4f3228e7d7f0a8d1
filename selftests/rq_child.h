/* SPDX-License-Identifier: GPL-2.0 */
/* Children of the programs that load the scheduler: rq_load.c, rq_rare.c. */
#ifndef RQ_CHILD_H
#define RQ_CHILD_H

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline void spin(long n)
{
	volatile long i;

	for (i = 0; i < n; i++)
		;
}

static inline void spin_ns(uint64_t ns)
{
	uint64_t end_ns = now_ns() + ns;

	while (now_ns() < end_ns)
		;
}

/* Start a child that dies with its parent. */
static inline pid_t start(void (*job)(void *), void *arg)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		job(arg);
	_exit(0);
}

static inline void reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || (WIFEXITED(status) && WEXITSTATUS(status)))
		errx(1, "a child failed");
}

static inline void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Put the task on the n-th CPU of @all, modulo their number. */
static inline void put_on(pid_t pid, const cpu_set_t *all, unsigned int n)
{
	unsigned int cpu, k = n % CPU_COUNT(all);
	cpu_set_t set;

	for (cpu = 0; !CPU_ISSET(cpu, all) || k--; cpu++)
		;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		err(1, "CPU %u", cpu);
}

static inline void get_cpus(cpu_set_t *all)
{
	if (sched_getaffinity(0, sizeof(*all), all))
		err(1, "sched_getaffinity");
}

/* Make the calling task SCHED_FIFO. */
static inline void become_fifo(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		err(1, "SCHED_FIFO");
}

/* ---- values in /proc ---- */

/* Read the number after "NAME:" in a file of /proc/PID; -1: there is none. */
static inline long value(pid_t pid, const char *file, const char *name)
{
	char path[64], line[256];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && strchr(line, ':'))
			number = strtol(strchr(line, ':') + 1, NULL, 10);
	if (f)
		fclose(f);
	return number;
}

/*
 * Wait until the task's last switch is counted: a task that ended or stopped may still
 * be on its CPU.
 */
static inline void await_off_cpu(pid_t pid, int how)
{
	char path[32], line[16];
	siginfo_t info;
	FILE *f;

	if (waitid(P_PID, pid, &info, how | WNOWAIT))
		err(1, "waitid");
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	do {
		f = fopen(path, "r");
		if (!f || !fgets(line, sizeof(line), f))
			err(1, "%s", path);
		fclose(f);
	} while (!strncmp(line, "running", 7));
}

#endif /* RQ_CHILD_H */
