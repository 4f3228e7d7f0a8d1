// SPDX-License-Identifier: GPL-2.0
/* /dev/ipcprobe: who may open it, and each wrong use of it is refused. */
#include <kselftest_harness.h>

#include "device_fixture.h"

#include <linux/capability.h>
#include <sys/resource.h>

TEST(open_needs_cap_perfmon)
{
	keep_capabilities(0);
	EXPECT_EQ(-1, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_EQ(EPERM, errno);
}

TEST(cap_perfmon_is_enough_to_open)
{
	keep_capabilities(1ULL << CAP_PERFMON);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(cap_sys_admin_is_enough_to_open)
{
	keep_capabilities(1ULL << CAP_SYS_ADMIN);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(device_is_for_root_only)
{
	struct stat st;

	ASSERT_EQ(0, stat(IPCPROBE_DEVICE, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
}

/* ---- a session that is not configured ---- */

TEST_F(blank, ioctls_that_need_configure)
{
	struct ipcprobe_stats stats = { .cpu = 0 };

	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_START));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_RESYNC));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_STATS, &stats));
}

TEST_F(blank, mmap_needs_configure)
{
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0));
	EXPECT_EQ(EBADFD, errno);
}

TEST_F(blank, poll_says_error)
{
	struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };

	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLERR, pollfd.revents);
}

TEST_F(blank, info)
{
	struct ipcprobe_info info;
	size_t i;

	memset(&info, 0xcc, sizeof(info));
	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(IPCPROBE_ABI_MAJOR, info.abi_major);
	EXPECT_EQ(IPCPROBE_ABI_MINOR, info.abi_minor);
	EXPECT_EQ(CLASSES_ALL, info.classes);
	EXPECT_LE(sysconf(_SC_NPROCESSORS_CONF), info.nr_cpus);
	EXPECT_EQ(sysconf(_SC_PAGESIZE), info.page_size);
	EXPECT_EQ(0, info.ring_bytes);
	EXPECT_EQ(0, info.stride);
	EXPECT_NE(0, info.session);
	EXPECT_EQ(0, info.running);
	for (i = 0; i < NR(info.resv); i++)
		EXPECT_EQ(0, info.resv[i]);
}

TEST_F(blank, unknown_ioctls)
{
	char arg[256] = { 0 };

	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb7, 0x07)));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb6, 0x02)));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IOR(0xb7, 0x00, char[8]), arg));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IOW(0xb7, 0x01, char[8]), arg));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb7, 0x01), arg));
}

TEST_F(blank, bad_addresses)
{
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_INFO, 8));
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, 8));
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_STATS, 8));
}

TEST_F(blank, read_and_write_are_refused)
{
	char byte = 0;

	EXPECT_ERROR(EINVAL, read(self->fd, &byte, 1));
	EXPECT_ERROR(EINVAL, write(self->fd, &byte, 1));
	EXPECT_ERROR(ESPIPE, lseek(self->fd, 0, SEEK_SET));
}

/* ---- a configured session ---- */

TEST_F(session, start_and_stop_in_turn)
{
	struct ipcprobe_info info;
	int fd = self->cap.fd;

	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_START));
	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_START));
	EXPECT_EQ(0, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(1, info.running);
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(0, info.running);
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_START));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_STOP));
}

TEST_F(session, stats)
{
	struct ipcprobe_stats stats, sum = { 0 };
	uint32_t cpu, i;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 10; i++)
		use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
		memset(&stats, 0xcc, sizeof(stats));
		stats.cpu = cpu;
		stats.resv = 0;
		ASSERT_EQ(0, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
		EXPECT_EQ(cpu, stats.cpu);
		for (i = 0; i < IPCPROBE_NR_CLASSES; i++) {
			sum.produced[i] += stats.produced[i];
			EXPECT_EQ(0, stats.lost[i]);
			if (i != IPCPROBE_CLASS_PIPE)
				EXPECT_EQ(0, stats.produced[i]);
		}
	}
	/* one of these is a pipe_snapshot */
	EXPECT_LE(21, sum.produced[IPCPROBE_CLASS_PIPE]);

	stats = (struct ipcprobe_stats) { .cpu = self->cap.info.nr_cpus };
	EXPECT_ERROR(ENXIO, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
	stats.cpu = ~0U;
	EXPECT_ERROR(ENXIO, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
	stats = (struct ipcprobe_stats) { .resv = 1 };
	EXPECT_ERROR(EINVAL, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
}

/* ---- poll ---- */

TEST_F(session, poll)
{
	struct pollfd pollfd = { .fd = self->cap.fd, .events = POLLIN };
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	EXPECT_EQ(0, poll(&pollfd, 1, 0)) TH_LOG("nothing happened, but it is readable");
	use_pipe(fd);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLIN, pollfd.revents);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	capture_drain(&self->cap);
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	EXPECT_EQ(1, poll(&pollfd, 1, 0)) TH_LOG("what is left after STOP is readable");
}

static void do_use_pipe_often(int *fd)
{
	int i;

	for (i = 0; i < 200; i++)
		use_pipe(fd);
}

/* A task that sleeps in poll() is woken at wakeup_bytes, not before. */
TEST(poll_wakes_at_wakeup_bytes)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
		.wakeup_bytes = 4096,
	};
	struct pollfd pollfd = { .events = POLLIN };
	struct capture cap;
	int fd[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	pollfd.fd = cap.fd;
	pin_to(0);
	use_pipe(fd);
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	pid = SPAWN(do_use_pipe_often, fd);
	EXPECT_EQ(1, poll(&pollfd, 1, PATIENCE_MS));
	EXPECT_LE(4096, cap.rings[0].producer->producer_pos);
	REAP(pid);
	capture_close(&cap);
}

/*
 * If wakeup_bytes is nearly the size of the ring, the ring may never hold so many
 * bytes: the record that finds no room wakes the reader.
 */
TEST(poll_reports_a_full_ring)
{
	const uint32_t wakeups[] = { 4096, 4096 - 511, 4096 - 520, 4096 - 600 };
	struct pollfd pollfd = { .events = POLLIN };
	struct capture cap;
	int fd[2];
	size_t i;

	pin_to(0);
	ASSERT_EQ(0, pipe(fd));
	for (i = 0; i < NR(wakeups); i++) {
		struct ipcprobe_config config = {
			.classes = CLASS_BIT(PIPE),
			.flags = IPCPROBE_F_NO_SNAPSHOT,
			.ring_bytes = 4096,
			.wakeup_bytes = wakeups[i],
		};
		pid_t pid;

		ASSERT_EQ(0, capture_open(&cap, &config));
		ASSERT_EQ(0, capture_start(&cap));
		pollfd.fd = cap.fd;
		EXPECT_EQ(0, poll(&pollfd, 1, 0));
		pid = SPAWN(do_use_pipe_often, fd);
		EXPECT_EQ(1, poll(&pollfd, 1, PATIENCE_MS))
			TH_LOG("wakeup_bytes %u, in the ring %llu", wakeups[i],
			       (unsigned long long)cap.rings[0].producer->producer_pos);
		REAP(pid);
		EXPECT_LT(0, cap.rings[0].producer->lost[IPCPROBE_CLASS_PIPE]);
		/* an empty ring is not readable, even if records were lost */
		capture_drain(&cap);
		EXPECT_EQ(0, poll(&pollfd, 1, 0));
		capture_close(&cap);
	}
}

struct turns {
	int fd[2];
	uint32_t nr;
};

static void do_turns(struct turns *turns)
{
	uint32_t i;

	pin_to(1);
	for (i = 1; i <= 300; i++) {
		while (__atomic_load_n(&turns->nr, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		use_pipe(turns->fd);
	}
}

/* Emit one record at a time, just when the reader begins to sleep. */
TEST_F(session, no_wakeup_is_missed)
{
	struct pollfd pollfd = { .fd = self->cap.fd, .events = POLLIN };
	struct turns *turns = shared_memory(sizeof(*turns));
	uint32_t i, nr_seen = 0;
	pid_t pid;

	ASSERT_NE(NULL, turns);
	ASSERT_EQ(0, pipe(turns->fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_turns, turns);
	pin_to(0);
	for (i = 1; i <= 300; i++) {
		__atomic_store_n(&turns->nr, i, __ATOMIC_RELEASE);
		while (nr_seen < i) {
			ASSERT_EQ(1, poll(&pollfd, 1, PATIENCE_MS)) TH_LOG("turn %u", i);
			capture_drain(&self->cap);
			for (; self->cap.mark < self->cap.nr; self->cap.mark++) {
				const struct ipcprobe_rec *rec =
					self->cap.recs[self->cap.mark].rec;

				nr_seen += rec->tid == (uint32_t)pid &&
					   rec->type == IPCPROBE_REC_pipe_read;
			}
		}
	}
	REAP(pid);
}

TEST_F(session, epoll)
{
	/* edge-triggered: armed again after each check */
	struct epoll_event { uint32_t events; uint64_t data; } __attribute__((packed))
		event = { .events = POLLIN | 1U << 31 };
	int epoll = syscall(SYS_epoll_create1, 0), fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, syscall(SYS_epoll_ctl, epoll, 1, self->cap.fd, &event));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 3; i++) {
		pid_t pid = SPAWN(use_pipe, fd);

		EXPECT_EQ(1, syscall(SYS_epoll_wait, epoll, &event, 1, PATIENCE_MS));
		REAP(pid);
		/* poll() arms the wake-up when the ring is empty again */
		capture_drain(&self->cap);
		EXPECT_EQ(0, poll(&(struct pollfd) { self->cap.fd, POLLIN, 0 }, 1, 0));
	}
}

/* ---- limits ---- */

TEST(open_refuses_too_many_sessions)
{
	struct rlimit files = { IPCPROBE_NR_SESSIONS_MAX + 100, IPCPROBE_NR_SESSIONS_MAX + 100 };
	int fd[IPCPROBE_NR_SESSIONS_MAX];
	uint32_t i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	for (i = 0; i < IPCPROBE_NR_SESSIONS_MAX; i++) {
		fd[i] = open(IPCPROBE_DEVICE, O_RDWR);
		ASSERT_LE(0, fd[i]) TH_LOG("session %u: %m", i);
	}
	EXPECT_ERROR(EUSERS, open(IPCPROBE_DEVICE, O_RDWR));
	close(fd[7]);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_ERROR(EUSERS, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(start_refuses_too_many_running_sessions)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 4096,
	};
	struct capture caps[IPCPROBE_NR_RUNNING_MAX + 1];
	uint32_t i;

	for (i = 0; i < NR(caps); i++)
		ASSERT_EQ(0, capture_open(&caps[i], &config));
	for (i = 0; i < IPCPROBE_NR_RUNNING_MAX; i++)
		ASSERT_EQ(0, capture_start(&caps[i]));
	EXPECT_EQ(-EUSERS, capture_start(&caps[i]));
	ASSERT_EQ(0, capture_stop(&caps[3]));
	EXPECT_EQ(0, capture_start(&caps[i]));
	EXPECT_EQ(-EUSERS, capture_start(&caps[3]));
	/* closing gives memory back, too */
	capture_close(&caps[5]);
	EXPECT_EQ(0, capture_start(&caps[3]));
}

/*
 * The memory of all sessions is limited to a quarter of the machine's; each of these
 * takes a part of it.  @i counts the sessions that fit.
 */
TEST(configure_refuses_memory_beyond_all_sessions_quarter)
{
	uint64_t quarter = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 4;
	uint64_t bytes = quarter / 3 / sysconf(_SC_NPROCESSORS_CONF);
	struct ipcprobe_config config = { .classes = CLASS_BIT(TASK), .ring_bytes = 4096 };
	int fd[8];
	size_t i;

	while (config.ring_bytes * 2 <= bytes)
		config.ring_bytes *= 2;
	for (i = 0; i < NR(fd); i++) {
		fd[i] = open(IPCPROBE_DEVICE, O_RDWR);
		if (ioctl(fd[i], IPCPROBE_IOC_CONFIGURE, &config))
			break;
	}
	EXPECT_EQ(ENOSPC, errno);
	/* counting the data alone, 3 to 6 would fit */
	EXPECT_LE(2, i);
	EXPECT_GE(6, i);
	close(fd[0]);
	EXPECT_EQ(0, ioctl(fd[i], IPCPROBE_IOC_CONFIGURE, &config));
}

/* ---- several sessions ---- */

TEST_F(session, two_sessions_are_independent)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(TASK),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
	};
	struct capture other;
	struct cursor cursor;
	int fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_open(&other, &config));
	EXPECT_NE(self->cap.info.session, other.info.session);
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_start(&other));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_start(&self->cap));
	FINISH(&other);
	use_pipe(fd);
	FINISH(&self->cap);
	/*
	 * the first session recorded uses 1, 2 and 4 of the pipe, the other one uses 2
	 * and 3
	 */
	cursor = records_of(&self->cap, getpid());
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(i, NEXT(&cursor, pipe_write)->pos - (i == 2));
		NEXT(&cursor, pipe_read);
	}
	NO_MORE(&cursor);
	cursor = records_of(&other, getpid());
	for (i = 1; i < 3; i++) {
		EXPECT_EQ(i, NEXT(&cursor, pipe_write)->pos);
		NEXT(&cursor, pipe_read);
	}
	NO_MORE(&cursor);
	capture_close(&other);
}

TEST_F(session, nothing_is_added_after_stop)
{
	uint64_t pos;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	pin_to(0);
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	pos = self->cap.rings[0].producer->producer_pos;
	use_pipe(fd);
	EXPECT_EQ(pos, self->cap.rings[0].producer->producer_pos);
}

/* ---- a reader that writes wrong positions ---- */

static void do_use_pipe_for_ever(int *fd)
{
	for (;;)
		use_pipe(fd);
}

/*
 * Write random values to consumer_pos, among them each kind that looks right: the
 * session with the wrong reader may lose its records, another session may not; once the
 * reader writes right positions again, its session works again.
 */
TEST_F(session, wrong_consumer_pos)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 32 << 20,	/* room for all records, even if the reader is slow */
	};
	uint64_t until = now_ns() + 2000000000ULL;
	struct capture sane;
	uint32_t cpu, seed = 1;
	pid_t pids[4];
	int fd[4][2];
	size_t i;

	ASSERT_EQ(0, capture_open(&sane, &config));
	for (i = 0; i < NR(pids); i++) {
		ASSERT_EQ(0, pipe(fd[i]));
		pids[i] = SPAWN(do_use_pipe_for_ever, fd[i]);
	}
	ASSERT_EQ(0, capture_start(&sane));
	ASSERT_EQ(0, capture_start(&self->cap));
	while (now_ns() < until) {
		for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
			struct capture_ring *ring = &self->cap.rings[cpu];
			uint64_t pos = ring->producer->producer_pos, value = rand_r(&seed);

			switch (rand_r(&seed) % 5) {
			case 0:
				value = value << 33 ^ rand_r(&seed);
				break;
			case 1:
				value = pos + value % 65536;
				break;
			case 2:
				value = pos - value % 65536;
				break;
			case 3:
				value = pos + (value & 7) - 16384;
				break;
			default:
				value = -value;
			}
			__atomic_store_n(&ring->consumer->consumer_pos, value, __ATOMIC_RELEASE);
		}
		capture_drain(&sane);
		ASSERT_EQ(NULL, sane.error);
	}
	for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
		struct capture_ring *ring = &self->cap.rings[cpu];

		ring->pos = ring->producer->producer_pos;
		__atomic_store_n(&ring->consumer->consumer_pos, ring->pos, __ATOMIC_RELEASE);
	}
	for (i = 0; i < NR(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	FINISH(&sane);
	for (i = 0; i < sane.nr; i++)
		ASSERT_NE(IPCPROBE_REC_lost, sane.recs[i].rec->type);
	EXPECT_LT(1000, sane.nr);
	capture_close(&sane);
}

TEST_HARNESS_MAIN
