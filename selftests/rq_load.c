// SPDX-License-Identifier: GPL-2.0
/*
 * rq_load KIND N: loads with a given number of steps that no other program makes, for
 *	rq_exact_test.sh.  KIND:
 *
 *	policy    children that spin, sleep and stop get N other policies,
 *		  priorities and CPUs
 *	deadline  two tasks under SCHED_DEADLINE use up their runtime N times
 *	fifo      a SCHED_FIFO task spins for N times 10 ms beside a normal one
 *	affinity  a task that spins is put on another CPU N times; prints the task and
 *		  how often the kernel moved it (-1: not known)
 */
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>

#include "deadline.h"
#include "rq_child.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
#define NR_CHILDREN	4

static long nr_steps;

/* ---- loads ---- */

static void spin_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		spin(1000);
}

static void spin_and_sleep(void *arg)
{
	struct timespec ts = { .tv_nsec = 200000 };

	(void)arg;
	for (;;) {
		spin(20000);
		nanosleep(&ts, NULL);
	}
}

static void change_policy(pid_t pid, unsigned int n)
{
	static const int policies[] = { SCHED_FIFO, SCHED_OTHER, SCHED_RR, SCHED_BATCH, SCHED_IDLE };
	int policy = policies[n % 5];
	struct sched_param param = {
		.sched_priority = policy == SCHED_FIFO || policy == SCHED_RR ? 1 + n % 3 : 0,
	};

	if (sched_setscheduler(pid, policy, &param))
		err(1, "policy %d", policy);
}

static void load_policy(void)
{
	pid_t pids[NR_CHILDREN];
	unsigned int n, i;
	cpu_set_t all;

	get_cpus(&all);
	become_fifo(50);
	for (i = 0; i < NR_CHILDREN; i++) {
		pids[i] = start(i % 2 ? spin_and_sleep : spin_for_ever, NULL);
		change_policy(pids[i], 1);
	}
	for (n = 0; n < nr_steps; n++) {
		pid_t pid = pids[n % NR_CHILDREN];

		change_policy(pid, n / NR_CHILDREN + n);
		put_on(pid, &all, n + n / 7);
		if (n % 5 == 0)
			setpriority(PRIO_PROCESS, pid, n % 20);
		kill(pid, n % 3 ? SIGCONT : SIGSTOP);
		if (n % 4 == 0) {
			struct timespec ts = { .tv_nsec = 1000000 };

			nanosleep(&ts, NULL);
		}
	}
	/* stop all children before waiting for one: it may never run beside the next one */
	for (i = 0; i < NR_CHILDREN; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < NR_CHILDREN; i++)
		waitpid(pids[i], NULL, 0);
}

static void do_deadline(void *arg)
{
	long n;

	(void)arg;
	if (set_deadline(2000000, 20000000, 20000000))
		err(1, "SCHED_DEADLINE");
	for (n = 0; n < nr_steps; n++) {
		/* every other time more than the runtime: the task is throttled */
		spin_ns(n % 2 ? 500000 : 3000000);
		sched_yield();
	}
}

static void load_deadline(void)
{
	pid_t pids[2] = { start(do_deadline, NULL), start(do_deadline, NULL) };

	reap(pids[0]);
	reap(pids[1]);
}

static void do_fifo(void *arg)
{
	put_on(0, arg, 0);
	become_fifo(10);
	spin_ns(10000000ULL * nr_steps);
}

static void load_fifo(void)
{
	pid_t normal, fifo;
	cpu_set_t all;

	get_cpus(&all);
	normal = start(spin_for_ever, NULL);
	put_on(normal, &all, 0);
	put_on(0, &all, 1);
	fifo = start(do_fifo, &all);
	reap(fifo);
	end(normal);
}

static void do_echo(void *arg)
{
	int *fd = arg;
	char byte;

	while (read(fd[0], &byte, 1) == 1 && write(fd[1], &byte, 1) == 1)
		spin(2000);
}

static void do_ask(void *arg)
{
	int to[2], from[2];
	char byte = 0;
	pid_t pid;
	long n;

	(void)arg;
	if (pipe(to) || pipe(from))
		err(1, "pipe");
	pid = start(do_echo, (int[]){ to[0], from[1] });
	for (n = 0; n < nr_steps; n++) {
		if (write(to[1], &byte, 1) != 1 || read(from[0], &byte, 1) != 1)
			err(1, "pipe");
		spin(n % 16 ? 2000 : 200000);
	}
	end(pid);
}

static void load_mix(void)
{
	pid_t pids[2] = { start(do_ask, NULL), start(do_ask, NULL) };

	reap(pids[0]);
	reap(pids[1]);
}

/* Print the task and the kernel's count of its migrations (-1: the kernel does not count). */
static void load_affinity(void)
{
	pid_t pid = start(spin_for_ever, NULL);
	cpu_set_t all;
	long n;

	get_cpus(&all);
	for (n = 0; n < nr_steps; n++)
		put_on(pid, &all, n);
	/* stopped, and then killed on its CPU: it migrates no more */
	kill(pid, SIGSTOP);
	await_off_cpu(pid, WSTOPPED);
	printf("%d %ld\n", pid, value(pid, "sched", "se.nr_migrations"));
	end(pid);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} loads[] = {
		{ "policy", load_policy }, { "deadline", load_deadline }, { "fifo", load_fifo },
		{ "affinity", load_affinity }, { "mix", load_mix },
	};
	size_t i;

	if (argc != 3)
		errx(2, "usage: rq_load KIND N");
	nr_steps = atol(argv[2]);
	for (i = 0; i < NR(loads); i++) {
		if (strcmp(argv[1], loads[i].name))
			continue;
		loads[i].run();
		return 0;
	}
	errx(2, "%s: no such load", argv[1]);
}
