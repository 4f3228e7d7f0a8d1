// SPDX-License-Identifier: GPL-2.0
/*
 * storm SECONDS SEED: processes use /dev/ipcprobe in each way, right or wrong, in any
 * order, with several threads on one session, and are killed at any time; whenever no
 * session holds the module (IPCPROBE_KO), it is replaced.  Print how often.  For
 * storm_test.sh; failures are in the kernel's log.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/ipcprobe.h>

#include "lib/array.h"

#define NR_WORKERS	4
#define NR_THREADS	3
#define NR_STEPS	24	/* steps of each thread on one session */
#define NR_PIDS		4

static __thread unsigned int seed;

/* Random number from 0 to n - 1. */
static unsigned int any(unsigned int n)
{
	return (rand_r(&seed) >> 4) % n;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* ---- a session ---- */

struct session {
	int fd;
	unsigned int seed;
};

static void step_configure(int fd)
{
	uint32_t pids[NR_PIDS] = { getpid(), getppid(), 1 + any(5000), 1 };
	uint64_t cpus[2] = { 1 + any(4), any(20) ? 0 : any(4) };
	struct ipcprobe_config config = {
		.classes = __IPCPROBE_CLASSES_ALL,
		.flags = any(__IPCPROBE_F_ALL + 1),
		.ring_bytes = 4096 << any(9),
		.wakeup_bytes = any(4096),
		.nr_pids = any(NR_PIDS + 1),
		.pids = (uintptr_t)pids,
		.cpus = (uintptr_t)cpus,
		.nr_cpu_words = any(4) ? 0 : 1 + any(2),
	};

	if (any(3))
		config.classes &= 1 + any(0x1fff);
	if (config.nr_pids)
		config.filtered = config.classes & any(0x2000);
	if (!any(20))
		((uint32_t *)&config)[any(sizeof(config) / 4)] = any(0x10000);
	ioctl(fd, IPCPROBE_IOC_CONFIGURE, any(50) ? &config : NULL);
}

static void step_start(int fd)
{
	ioctl(fd, IPCPROBE_IOC_START);
}

static void step_stop(int fd)
{
	ioctl(fd, IPCPROBE_IOC_STOP);
}

static void step_resync(int fd)
{
	ioctl(fd, IPCPROBE_IOC_RESYNC);
}

static void step_stats(int fd)
{
	struct ipcprobe_stats stats = { .cpu = any(8), .resv = !any(10) };

	ioctl(fd, IPCPROBE_IOC_STATS, any(50) ? &stats : NULL);
}

static void step_poll(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	poll(&pollfd, 1, any(20));
}

/* Consume all records, or some, or write a consumer_pos that is wrong. */
static void consume(struct ipcprobe_ring_consumer *consumer,
		    const struct ipcprobe_ring_producer *producer)
{
	uint64_t pos = __atomic_load_n(&producer->producer_pos, __ATOMIC_ACQUIRE);

	if (!any(4))
		pos = any(2) ? pos - any(100000) : (uint64_t)any(1 << 27) << any(38);
	__atomic_store_n(&consumer->consumer_pos, pos, __ATOMIC_RELEASE);
}

static void step_map(int fd)
{
	struct ipcprobe_info info;
	void *consumer, *producer;
	uint64_t offset;
	size_t len;

	if (ioctl(fd, IPCPROBE_IOC_INFO, &info) || !info.ring_bytes)
		return;
	offset = any(3) * info.stride;
	len = info.page_size + 2 * (size_t)info.ring_bytes;
	consumer = mmap(NULL, info.page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	producer = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, offset + info.page_size);
	if (consumer != MAP_FAILED && producer != MAP_FAILED)
		consume(consumer, producer);
	if (producer != MAP_FAILED && !any(4))
		mprotect(producer, len, PROT_READ | PROT_WRITE);
	if (consumer != MAP_FAILED && any(8))
		munmap(consumer, info.page_size);
	if (producer != MAP_FAILED && any(8))
		munmap(producer, any(4) ? len : info.page_size);
}

static void step_map_wrong(int fd)
{
	size_t len = 4096 << any(6);
	void *page = mmap(NULL, len, any(8), any(2) ? MAP_SHARED : MAP_PRIVATE, fd,
			  (uint64_t)any(1 << 20) << 12 << any(30));

	if (page != MAP_FAILED)
		munmap(page, len);
}

/* A child shares the session, and may be the last to close it. */
static void step_fork(int fd)
{
	pid_t child = fork();

	if (child)
		return;
	if (any(2))
		step_start(fd);
	usleep(any(20000));
	_exit(0);
}

static void (*const steps[])(int fd) = {
	step_configure, step_configure, step_start, step_start, step_stop, step_resync,
	step_stats, step_poll, step_map, step_map, step_map_wrong, step_fork,
};

static void *use_session(void *arg)
{
	struct session *session = arg;
	unsigned int nr;

	seed = session->seed;
	for (nr = any(NR_STEPS); nr; nr--)
		steps[any(ARRAY_SIZE(steps))](session->fd);
	return NULL;
}

static void one_session(void)
{
	struct session session[NR_THREADS];
	pthread_t threads[NR_THREADS];
	unsigned int i, nr = 1 + any(NR_THREADS);
	int fd = open(IPCPROBE_DEVICE, O_RDWR | O_CLOEXEC);

	usleep(fd < 0 || !any(4) ? any(20000) : 0);
	if (fd < 0)
		return;
	if (any(8))
		step_configure(fd);
	for (i = 0; i < nr; i++) {
		session[i] = (struct session) { fd, rand_r(&seed) };
		if (pthread_create(&threads[i], NULL, use_session, &session[i]))
			break;
	}
	while (i)
		pthread_join(threads[--i], NULL);
	close(fd);
}

/* ---- processes ---- */

static void use_sessions(void)
{
	for (;;)
		one_session();
}

static unsigned int *replaced;

static void replace_module(void)
{
	int ko = open(getenv("IPCPROBE_KO"), O_RDONLY | O_CLOEXEC);

	for (;;) {
		if (!syscall(SYS_delete_module, "ipcprobe", O_NONBLOCK))
			++*replaced;
		syscall(SYS_finit_module, ko, "", 0);
		usleep(any(20000));
	}
}

static pid_t start(void (*function)(void))
{
	unsigned int child_seed = rand_r(&seed);
	pid_t child = fork();

	if (child)
		return child;
	seed = child_seed;
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	function();
	_exit(0);
}

static void end(pid_t child)
{
	if (child < 0)		/* there was no memory for fork() */
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void end_all(const pid_t *workers)
{
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++)
		end(workers[i]);
}

static void start_all(pid_t *workers)
{
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++)
		workers[i] = start(use_sessions);
}

int main(int argc, char **argv)
{
	pid_t workers[NR_WORKERS], replacer;
	uint64_t end_ms;
	unsigned int i;

	if (argc != 3)
		return 2;
	end_ms = now_ms() + 1000 * atoi(argv[1]);
	seed = atoi(argv[2]);
	replaced = mmap(NULL, sizeof(*replaced), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	replacer = start(replace_module);
	start_all(workers);
	while (now_ms() < end_ms) {
		usleep(1000 + any(200000));
		i = any(NR_WORKERS);
		end(workers[i]);
		workers[i] = start(use_sessions);
		if (any(8))
			continue;
		end_all(workers);	/* now the module may be unloaded */
		usleep(any(1000000));
		start_all(workers);
	}
	end_all(workers);
	end(replacer);
	printf("%u\n", *replaced);
	return 0;
}
