// SPDX-License-Identifier: GPL-2.0
/*
 * path_cast HOLDER WRITER READER: three stages, each of which ends the wait of the next
 * one, for path_test.sh. The times are in ms of CPU time.
 *
 *	thread "holder"	 locks a mutex, uses the CPU for HOLDER ms, unlocks the mutex
 *	thread "writer"	 waits for the mutex, uses the CPU for WRITER ms, writes to a pipe
 *	main thread	 waits for the pipe, uses the CPU for READER ms
 *
 * Prints three times in ns: from the begin of the holder's work to the end of the
 * reader's, in which the writer waited for the mutex, and the reader for the pipe.
 */
#include <err.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t is_locked;
static int channel[2];
static uint64_t holder_ns, writer_ns, reader_ns, begin_ns, locking_ns;

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void use(uint64_t ns)
{
	uint64_t end_ns = now_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (now_ns(CLOCK_THREAD_CPUTIME_ID) < end_ns)
		;
}

static void *hold(void *arg)
{
	prctl(PR_SET_NAME, "holder");
	pthread_mutex_lock(&mutex);
	begin_ns = now_ns(CLOCK_MONOTONIC);
	sem_post(&is_locked);
	use(holder_ns);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void *write_after(void *arg)
{
	prctl(PR_SET_NAME, "writer");
	sem_wait(&is_locked);
	locking_ns = now_ns(CLOCK_MONOTONIC);
	pthread_mutex_lock(&mutex);
	locking_ns = now_ns(CLOCK_MONOTONIC) - locking_ns;
	use(writer_ns);
	if (write(channel[1], "x", 1) != 1)
		err(1, "write");
	return arg;
}

static uint64_t ms_of(const char *word)
{
	return strtoull(word, NULL, 10) * 1000000;
}

int main(int argc, char **argv)
{
	uint64_t reading_ns;
	pthread_t holder, writer;
	char byte;

	if (argc != 4)
		errx(2, "usage: path_cast HOLDER WRITER READER");
	holder_ns = ms_of(argv[1]);
	writer_ns = ms_of(argv[2]);
	reader_ns = ms_of(argv[3]);
	if (pipe(channel) || sem_init(&is_locked, 0, 0))
		err(1, "pipe");
	if (pthread_create(&writer, NULL, write_after, NULL) ||
	    pthread_create(&holder, NULL, hold, NULL))
		errx(1, "pthread_create");
	reading_ns = now_ns(CLOCK_MONOTONIC);
	if (read(channel[0], &byte, 1) != 1)
		err(1, "read");
	reading_ns = now_ns(CLOCK_MONOTONIC) - reading_ns;
	use(reader_ns);
	printf("%llu %llu %llu\n", (unsigned long long)(now_ns(CLOCK_MONOTONIC) - begin_ns),
	       (unsigned long long)locking_ns, (unsigned long long)reading_ns);
	return 0;
}
