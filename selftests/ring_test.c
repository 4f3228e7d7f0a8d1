// SPDX-License-Identifier: GPL-2.0
/*
 * Rings: the records that are read and those that are lost add up to those that were
 * produced.
 */
#include <kselftest_harness.h>

#include "capture.h"

#include <sys/prctl.h>

static char buf[4096];

/* Cause records of each class, as many as possible. */
static void do_traffic(unsigned int nr)
{
	char path[32];
	int fd[2], file;
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "/tmp/traffic.%d", getpid());
	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unlink(path);
	CHECK(file >= 0 && !pipe(fd));
	for (i = 0; i < nr; i++) {
		CHECK(write(fd[1], buf, 1 + i % 4000) > 0);
		CHECK(read(fd[0], buf, sizeof(buf)) > 0);
		CHECK(pwrite(file, buf, 100, 0) == 100);
		CHECK(pread(file, buf, 100, 0) == 100);
		if (i % 16 == 0)
			sched_yield();
		if (i % 64 == 0) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
	}
}

/* Sums of the records of one CPU and class. @lost_ns: time of the last lost record. */
struct sum {
	uint64_t read;
	uint64_t lost;
	uint64_t lost_ns;
};

/* @at_ns: time of the record before this one; of another loss, its begin. */
static void check_lost(struct __test_metadata *_metadata, const struct ipcprobe_rec_lost *lost,
		       uint64_t at_ns, struct sum *sums)
{
	ASSERT_GT(IPCPROBE_NR_CLASSES, lost->class_id);
	ASSERT_NE(IPCPROBE_CLASS_META, lost->class_id);
	EXPECT_NE(0, lost->nr_lost);
	EXPECT_EQ(0, lost->hdr.tid);
	EXPECT_LE(lost->begin_ns, lost->hdr.ts_ns);
	EXPECT_LE(at_ns, lost->begin_ns);
	EXPECT_LE(sums[lost->class_id].lost_ns, lost->begin_ns);
	sums[lost->class_id].lost_ns = lost->hdr.ts_ns;
	sums[lost->class_id].lost += lost->nr_lost;
}

/* Add up the records of one CPU in the order of the ring. */
static void sum_cpu(struct __test_metadata *_metadata, const struct capture *cap, uint32_t cpu,
		    struct sum *sums)
{
	uint64_t at_ns = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;
		const struct ipcprobe_rec_lost *lost = (const void *)rec;
		uint32_t class_id = rec->type >> 8;

		if (cap->recs[i].cpu != cpu)
			continue;
		if (rec->type == IPCPROBE_REC_lost) {
			check_lost(_metadata, lost, at_ns, sums);
			at_ns = lost->begin_ns;
			continue;
		}
		sums[class_id].read++;
		at_ns = rec->ts_ns;
	}
}

/*
 * Check for each CPU and class that produced = read + lost, and that each loss has a
 * record.
 */
static uint64_t check_balance(struct __test_metadata *_metadata, struct capture *cap)
{
	uint64_t nr_lost = 0;
	uint32_t cpu, c;

	for (cpu = 0; cpu < cap->info.nr_cpus; cpu++) {
		struct sum sums[IPCPROBE_NR_CLASSES] = { 0 };
		struct ipcprobe_stats stats;

		memset(&stats, 0xcc, sizeof(stats));
		stats.cpu = cpu;
		stats.resv = 0;
		ASSERT_EQ(0, ioctl(cap->fd, IPCPROBE_IOC_STATS, &stats));
		sum_cpu(_metadata, cap, cpu, sums);
		for (c = 0; c < IPCPROBE_NR_CLASSES; c++) {
			const struct ipcprobe_ring_producer *page = cap->rings[cpu].producer;

			EXPECT_EQ(stats.produced[c], sums[c].read + stats.lost[c])
				TH_LOG("CPU %u class %u", cpu, c);
			EXPECT_EQ(stats.lost[c], sums[c].lost) TH_LOG("CPU %u class %u", cpu, c);
			if (page) {
				EXPECT_EQ(stats.produced[c], page->produced[c]);
				EXPECT_EQ(stats.lost[c], page->lost[c]);
			}
			nr_lost += stats.lost[c];
		}
	}
	return nr_lost;
}

/* Unlike FINISH this does not sort: the order of each ring is checked. */
#define STOP_AND_DRAIN(cap) do {					\
	ASSERT_EQ(0, capture_stop(cap));				\
	capture_drain(cap);						\
	ASSERT_STREQ("", (cap)->error ? (cap)->error : "");		\
} while (0)

#define NR_TASKS	4

#define START_TRAFFIC(pids, nr) do {					\
	size_t __i;							\
	for (__i = 0; __i < NR_TASKS; __i++)				\
		pids[__i] = SPAWN(do_traffic, nr);			\
} while (0)

#define END_TRAFFIC(pids) do {						\
	size_t __i;							\
	for (__i = 0; __i < NR_TASKS; __i++)				\
		REAP(pids[__i]);					\
} while (0)

static struct ipcprobe_config small_rings(void)
{
	return (struct ipcprobe_config) {
		.classes = __IPCPROBE_CLASSES_ALL,
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 4096,
		.wakeup_bytes = 1,
	};
}

TEST(losses_of_a_slow_reader_are_exact)
{
	struct ipcprobe_config config = small_rings();
	pid_t pids[NR_TASKS], pid = 0;
	struct capture cap;
	uint64_t nr_lost;
	size_t i;

	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	START_TRAFFIC(pids, 2000);
	for (i = 0; i < NR_TASKS;) {
		if (capture_drain(&cap))
			sched_yield();
		pid = waitpid(pids[i], NULL, WNOHANG);
		ASSERT_LE(0, pid);
		i += pid > 0;
	}
	STOP_AND_DRAIN(&cap);
	nr_lost = check_balance(_metadata, &cap);
	EXPECT_LT(1000, nr_lost) TH_LOG("the ring never overflowed: nothing was tested");
	EXPECT_LT(1000, cap.nr);
	printf("# %zu records read, %llu lost\n", cap.nr, (unsigned long long)nr_lost);
	capture_close(&cap);
}

/* Nothing is read before STOP: the losses at the end have their records nevertheless. */
TEST(no_reader_until_the_end)
{
	struct ipcprobe_config config = small_rings();
	pid_t pids[NR_TASKS];
	struct capture cap;
	size_t i, nr_recorded = 0;

	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	START_TRAFFIC(pids, 500);
	END_TRAFFIC(pids);
	STOP_AND_DRAIN(&cap);
	EXPECT_LT(1000, check_balance(_metadata, &cap));
	for (i = 0; i < cap.nr; i++)
		nr_recorded += cap.recs[i].rec->type == IPCPROBE_REC_lost;
	EXPECT_NE(0, nr_recorded);
	/* a second run of the same session starts with a ring that is not full */
	ASSERT_EQ(0, capture_start(&cap));
	START_TRAFFIC(pids, 500);
	END_TRAFFIC(pids);
	STOP_AND_DRAIN(&cap);
	check_balance(_metadata, &cap);
	capture_close(&cap);
}

/* The losses also have their records if the ring is still full from the run before. */
TEST(two_runs_without_reading)
{
	struct ipcprobe_config config = small_rings();
	pid_t pids[NR_TASKS];
	struct capture cap;
	int i;

	ASSERT_EQ(0, capture_open(&cap, &config));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, capture_start(&cap));
		START_TRAFFIC(pids, 300);
		END_TRAFFIC(pids);
		ASSERT_EQ(0, capture_stop(&cap));
	}
	/* a loss that the full ring has no room for is recorded in the next run */
	capture_drain(&cap);
	ASSERT_EQ(0, capture_start(&cap));
	STOP_AND_DRAIN(&cap);
	check_balance(_metadata, &cap);
	capture_close(&cap);
}

TEST(large_rings_lose_nothing)
{
	struct ipcprobe_config config = small_rings();
	pid_t pids[NR_TASKS];
	struct capture cap;

	config.ring_bytes = 8 << 20;
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	START_TRAFFIC(pids, 1000);
	END_TRAFFIC(pids);
	STOP_AND_DRAIN(&cap);
	EXPECT_EQ(0, check_balance(_metadata, &cap));
	EXPECT_LT(4 * NR_TASKS * 1000, cap.nr);
	capture_close(&cap);
}

/* The smallest ring wraps around many times while the reader keeps up. */
TEST(ring_wraps_around)
{
	struct ipcprobe_config config = small_rings();
	uint32_t pos[2] = { 0 };
	struct cursor cursor;
	struct capture cap;
	int fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	config.classes = CLASS_BIT(PIPE);
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	pin_to(0);
	for (i = 0; i < 2000; i++) {
		ASSERT_EQ(1 + i % 1000, write(fd[1], buf, 1 + i % 1000));
		ASSERT_EQ(1 + i % 1000, read(fd[0], buf, sizeof(buf)));
		if (i % 16 == 0)
			capture_drain(&cap);
	}
	STOP_AND_DRAIN(&cap);
	EXPECT_EQ(0, check_balance(_metadata, &cap));
	cursor = records_of(&cap, getpid());
	for (i = 0; i < 2000; i++) {
		const struct ipcprobe_rec_pipe_write *in = NEXT(&cursor, pipe_write);
		const struct ipcprobe_rec_pipe_read *out = NEXT(&cursor, pipe_read);

		ASSERT_EQ(pos[0], in->pos);
		ASSERT_EQ(pos[1], out->pos);
		ASSERT_EQ(1 + i % 1000, in->ret);
		pos[0] += in->ret;
		pos[1] += out->ret;
	}
	NO_MORE(&cursor);
	EXPECT_LT(20, cap.rings[0].pos / 4096);
	capture_close(&cap);
}

static size_t nr_of_type(const struct capture *cap, uint16_t type)
{
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->type == type;
	return nr;
}

/*
 * A resync of class sched alone describes each online CPU's queue and the groups,
 * nothing else.
 */
TEST(resync_of_queues_describes_nothing_else)
{
	struct ipcprobe_config config = small_rings();
	uint16_t others[] = { IPCPROBE_REC_task_snapshot, IPCPROBE_REC_pipe_snapshot,
			      IPCPROBE_REC_pipe_holder };
	struct capture cap;
	size_t k;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	config.ring_bytes = 1 << 20;
	ASSERT_EQ(0, capture_open(&cap, &config));
	EXPECT_EQ(-1, ioctl(cap.fd, IPCPROBE_IOC_RESYNC_QUEUES));
	EXPECT_EQ(EBADFD, errno);
	ASSERT_EQ(0, capture_start(&cap));
	ASSERT_EQ(0, ioctl(cap.fd, IPCPROBE_IOC_RESYNC_QUEUES));
	STOP_AND_DRAIN(&cap);
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), nr_of_type(&cap, IPCPROBE_REC_rq_snapshot_end));
	EXPECT_LT(0, nr_of_type(&cap, IPCPROBE_REC_rq_snapshot));
	for (k = 0; k < NR(others); k++) {
		unsigned int nr = nr_of_type(&cap, others[k]);

		EXPECT_EQ(0, nr) TH_LOG("type %#x", others[k]);
	}
	capture_close(&cap);

	config.classes = CLASS_BIT(PIPE);
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	EXPECT_EQ(-1, ioctl(cap.fd, IPCPROBE_IOC_RESYNC_QUEUES));
	EXPECT_EQ(EINVAL, errno);
	STOP_AND_DRAIN(&cap);
	capture_close(&cap);
}

/* After a loss a reader asks for snapshots again. */
TEST(resync_writes_snapshots_again)
{
	struct ipcprobe_config config = small_rings();
	uint16_t types[] = { IPCPROBE_REC_task_snapshot, IPCPROBE_REC_pipe_snapshot,
			     IPCPROBE_REC_pipe_holder, IPCPROBE_REC_rq_snapshot_end };
	struct capture cap;
	size_t i, k;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	config.ring_bytes = 1 << 20;
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	capture_drain(&cap);
	for (k = 0; k < NR(types); k++)
		for (i = 0; i < cap.nr; i++)
			ASSERT_NE(types[k], cap.recs[i].rec->type)
				TH_LOG("a snapshot although NO_SNAPSHOT was given");
	ASSERT_EQ(0, ioctl(cap.fd, IPCPROBE_IOC_RESYNC));
	STOP_AND_DRAIN(&cap);
	for (k = 0; k < NR(types); k++) {
		unsigned int nr = nr_of_type(&cap, types[k]);

		EXPECT_NE(0, nr) TH_LOG("no record of type %#x", types[k]);
	}
	capture_close(&cap);
}

TEST_HARNESS_MAIN
