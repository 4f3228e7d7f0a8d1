// SPDX-License-Identifier: GPL-2.0
/*
 * holdup CLASS THREADS FILES PIPES: measure how long snapshots delay other tasks.
 *
 * A task of the highest priority sleeps for 100 us again and again, while snapshots of
 * a class are taken on a machine with so many sleeping threads, and a process with so
 * many descriptors of files and of a pipe.  The task's largest delay is printed,
 * without snapshots and with them.  On one processor that counts instructions (run.sh
 * -c), 1 ns is one instruction.
 */
#include <kselftest_harness.h>

#include "capture.h"

#include <pthread.h>
#include <sys/resource.h>

#define PERIOD_NS	100000
#define NR_SNAPSHOTS	3

static volatile bool is_over;

static void *sleep_again(void *arg)
{
	uint64_t *late = arg, now, due = now_ns();
	struct timespec at;

	*late = 0;
	while (!is_over) {
		due += PERIOD_NS;
		at = (struct timespec) { due / 1000000000, due % 1000000000 };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		now = now_ns();
		if (now - due > *late)
			*late = now - due;
		if (now > due)
			due = now;
	}
	return NULL;
}

/* Measure the largest delay of the task while @work runs. */
static uint64_t measure(void (*work)(void *arg), void *arg)
{
	struct sched_param param = { .sched_priority = 99 };
	pthread_attr_t attr;
	pthread_t thread;
	uint64_t late;

	pthread_attr_init(&attr);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &param);
	is_over = false;
	CHECK(!pthread_create(&thread, &attr, sleep_again, &late));
	work(arg);
	is_over = true;
	pthread_join(thread, NULL);
	return late;
}

static void take_snapshots(void *arg)
{
	struct capture *cap = arg;
	int i;

	for (i = 0; i < NR_SNAPSHOTS; i++)
		CHECK(!ioctl(cap->fd, IPCPROBE_IOC_RESYNC));
}

static void do_nothing(void *arg)
{
	(void)arg;
	usleep(20000);
}

static void *wait_for_end(void *arg)
{
	pause();
	return arg;
}

static void make_threads(long nr)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	while (nr--)
		CHECK(!pthread_create(&thread, &attr, wait_for_end, NULL));
}

static void make_descriptors(int fd, long nr)
{
	while (nr--)
		CHECK(dup(fd) >= 0);
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };
	struct ipcprobe_config config = { 0 };
	struct capture cap;
	uint64_t idle, late, begin;
	int fd[2];

	CHECK(argc == 5);
	config.classes = 1U << atoi(argv[1]);
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit) && !pipe(fd));
	make_threads(atol(argv[2]));
	make_descriptors(open("/dev/null", O_RDWR), atol(argv[3]));
	make_descriptors(fd[0], atol(argv[4]));
	CHECK(!capture_open(&cap, &config) && !capture_start(&cap));
	idle = measure(do_nothing, NULL);
	begin = now_ns();
	late = measure(take_snapshots, &cap);
	printf("class %s, %s threads, %s files, %s of a pipe: late by %llu ns, else %llu ns; %d snapshots in %llu us\n",
	       argv[1], argv[2], argv[3], argv[4], (unsigned long long)late,
	       (unsigned long long)idle, NR_SNAPSHOTS,
	       (unsigned long long)(now_ns() - begin) / 1000);
	return 0;
}
