// SPDX-License-Identifier: GPL-2.0
/*
 * sched_cast NAME:POLICY:PRIORITY:ROLE:N[:GROUP]...: start tasks with these names, all
 * on the last CPU, which begin together, for sched_explain_test.sh.
 *
 *	POLICY	  normal, batch or idle, PRIORITY a nice level; fifo, PRIORITY its
 *		  priority; deadline, PRIORITY its runtime, of 20 ms, in ms (on one
 *		  CPU only if kernel.sched_rt_runtime_us is -1)
 *	GROUP	  a control group's folder
 *	ROLE	  hog    uses the CPU for N ms
 *		  roam   uses the CPU for N ms, and may go to any CPU
 *		  sleep  N times sleeps 5 ms and uses the CPU for 0.5 ms
 *		  yield  N times uses the CPU for 0.5 ms and yields
 *		  fork   N times forks a child that ends at once
 *		  read   reads N bytes from the pipe whose inode is printed at first
 *		  write  writes N bytes to it, with 0.5 ms between
 *		  move   moves all tasks named before it to CPU N
 *
 * Time is what the kernel charged to the task itself.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include "deadline.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
#define NR_TASKS	32
#define MS		1000000ULL

static pid_t pids[NR_TASKS];
static unsigned int nr_tasks;
static int channel[2];

static uint64_t used_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void use(uint64_t ns)
{
	uint64_t end_ns = used_ns() + ns;

	while (used_ns() < end_ns)
		;
}

static void put_on(pid_t pid, unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(pid, sizeof(set), &set))
		err(1, "CPU %u", cpu);
}

static void put_anywhere(void)
{
	cpu_set_t set;

	memset(&set, 0xff, sizeof(set));
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "all CPUs");
}

/* ---- roles ---- */

static void hog(unsigned long n)
{
	use(n * MS);
}

static void roam(unsigned long n)
{
	put_anywhere();
	use(n * MS);
}

static void sleeper(unsigned long n)
{
	const struct timespec ts = { .tv_nsec = 5 * MS };

	while (n--) {
		nanosleep(&ts, NULL);
		use(MS / 2);
	}
}

static void yielder(unsigned long n)
{
	while (n--) {
		use(MS / 2);
		sched_yield();
	}
}

static void forker(unsigned long n)
{
	pid_t pid;

	while (n--) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			err(1, "fork");
	}
}

static void reader(unsigned long n)
{
	char byte;

	while (n--)
		if (read(channel[0], &byte, 1) != 1)
			err(1, "read");
}

static void writer(unsigned long n)
{
	while (n--) {
		use(MS / 2);
		if (write(channel[1], "", 1) != 1)
			err(1, "write");
	}
}

static void mover(unsigned long n)
{
	unsigned int i;

	for (i = 0; i < nr_tasks; i++)
		put_on(pids[i], n);
}

static const struct {
	const char *name;
	void (*play)(unsigned long n);
} roles[] = {
	{ "hog", hog }, { "roam", roam }, { "sleep", sleeper }, { "yield", yielder },
	{ "fork", forker }, { "read", reader }, { "write", writer }, { "move", mover },
};

/* ---- before the tasks begin ---- */

static void set_policy(const char *name, int priority)
{
	struct sched_param param = { 0 };
	int policy = SCHED_OTHER;

	if (!strcmp(name, "deadline")) {
		if (set_deadline(priority * MS, 20 * MS, 20 * MS))
			err(1, "SCHED_DEADLINE");
		return;
	}
	if (!strcmp(name, "batch")) {
		policy = SCHED_BATCH;
	} else if (!strcmp(name, "idle")) {
		policy = SCHED_IDLE;
	} else if (!strcmp(name, "fifo")) {
		policy = SCHED_FIFO;
		param.sched_priority = priority;
	} else if (strcmp(name, "normal")) {
		errx(2, "no policy '%s'", name);
	}
	if (sched_setscheduler(0, policy, &param))
		err(1, "policy %s", name);
	if (policy != SCHED_FIFO && setpriority(PRIO_PROCESS, 0, priority))
		err(1, "nice %d", priority);
}

static void join(const char *group)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

static void play(const char *spec, int ready, int begin)
{
	char name[16], policy[16], role[16], group[128] = "", byte;
	unsigned long n;
	int priority;
	size_t i;

	if (sscanf(spec, "%15[^:]:%15[^:]:%d:%15[^:]:%lu:%127s", name, policy, &priority, role, &n,
		   group) < 5)
		errx(2, "no part: %s", spec);
	prctl(PR_SET_NAME, name);
	put_on(0, get_nprocs() - 1);
	if (*group)
		join(group);
	set_policy(policy, priority);
	if (write(ready, "", 1) != 1 || read(begin, &byte, 1) != 0)
		err(1, "%s cannot begin", name);
	for (i = 0; i < NR(roles); i++) {
		if (!strcmp(role, roles[i].name)) {
			roles[i].play(n);
			return;
		}
	}
	errx(2, "no role '%s'", role);
}

/* Start a task. When it has its name, policy and CPU it waits until all tasks have theirs. */
static void start(const char *spec, const int begin[2])
{
	pid_t parent = getpid();
	int ready[2];
	char byte;

	if (pipe(ready))
		err(1, "pipe");
	pids[nr_tasks] = fork();
	if (pids[nr_tasks] < 0)
		err(1, "fork");
	if (!pids[nr_tasks]) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			exit(1);
		close(begin[1]);
		play(spec, ready[1], begin[0]);
		exit(0);
	}
	nr_tasks++;
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(1, "%s failed", spec);
	close(ready[0]);
}

static void print_channel(void)
{
	struct stat st;

	if (pipe(channel) || fstat(channel[0], &st))
		err(1, "pipe");
	printf("%lu\n", (unsigned long)st.st_ino);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int begin[2], i, status, failed = 0;

	if (argc < 2 || argc > NR_TASKS + 1)
		errx(2, "usage: sched_cast NAME:POLICY:PRIORITY:ROLE:N[:GROUP]...");
	put_on(0, 0);
	print_channel();
	if (pipe(begin))
		err(1, "pipe");
	for (i = 1; i < argc; i++)
		start(argv[i], begin);
	close(begin[1]);
	for (i = 0; i < argc - 1; i++)
		failed |= waitpid(pids[i], &status, 0) != pids[i] || status;
	return failed;
}
