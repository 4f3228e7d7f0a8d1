// SPDX-License-Identifier: GPL-2.0
/* Class shm: the first touch of each page gives a record. */
#include <kselftest_harness.h>

#include "shm_fixture.h"

#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>

#define NR_TOUCHED	50

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static void touch(volatile char *addr, bool is_write)
{
	int i;

	for (i = 0; i < NR_TOUCHED; i++) {
		if (is_write)
			addr[i * PAGE] = 1;
		else
			(void)addr[i * PAGE];
	}
}

/* Touch each page twice, and count the faults. */
static void do_touch(struct shared *shared, char *addr, bool is_write)
{
	long before;

	CHECK(addr != MAP_FAILED && addr != (void *)-1);
	shared->addr = addr;
	shared->count = minor_faults();	/* touches the page of @shared, and pages on the way */
	before = minor_faults();
	touch(addr, is_write);
	touch(addr, true);
	shared->count = minor_faults() - before;
}

static char *map_memfd(void)
{
	int fd = memfd_create("touched", 0);

	CHECK(ftruncate(fd, NR_TOUCHED * PAGE) == 0);
	return mmap(NULL, NR_TOUCHED * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static void do_write_memfd(struct shared *shared)
{
	do_touch(shared, map_memfd(), true);
}

static void do_write_sysv(struct shared *shared)
{
	do_touch(shared, shmat(shared->id, NULL, 0), true);
}

static void do_read_sysv(struct shared *shared)
{
	do_touch(shared, shmat(shared->id, NULL, 0), false);
}

static void do_read_holes(struct shared *shared)
{
	do_touch(shared, map_memfd(), false);
}

/* Expect a fault for each page, in order. */
static void expect_touches(struct __test_metadata *_metadata, struct capture *cap, pid_t pid,
			   const struct shared *shared, bool is_write)
{
	struct cursor cursor = records_of(cap, pid);
	const struct ipcprobe_rec *rec;
	unsigned int nr = 0;

	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_shm_fault *fault = (const void *)rec;

		if (rec->type != IPCPROBE_REC_shm_fault)
			continue;
		EXPECT_EQ((uintptr_t)shared->addr + nr * PAGE, fault->addr);
		EXPECT_EQ(nr * PAGE, fault->offset);
		EXPECT_EQ(is_write, fault->is_write);
		EXPECT_EQ(1, fault->around);
		nr++;
	}
	EXPECT_EQ(NR_TOUCHED, nr);
	EXPECT_EQ(shared->count, nr);
}

TEST_F(shm, touches)
{
	static const struct {
		void (*run)(struct shared *shared);
		bool is_write;
	} cases[] = {
		{ do_write_memfd, true },
		{ do_read_holes, false },
		{ do_read_sysv, false },	/* the pages are not in memory yet */
		{ do_write_sysv, true },
		{ do_read_sysv, false },	/* now they are */
	};
	struct shared *shared = self->shared;
	struct shared seen[NR(cases)];
	pid_t pids[NR(cases)];
	size_t i;

	shared->id = shmget(IPC_PRIVATE, NR_TOUCHED * PAGE, 0600);
	ASSERT_LE(0, shared->id);
	for (i = 0; i < NR(cases); i++) {
		pids[i] = SPAWN(cases[i].run, shared);
		REAP(pids[i]);
		seen[i] = *shared;
	}
	shmctl(shared->id, IPC_RMID, NULL);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	for (i = 0; i < NR(cases); i++)
		expect_touches(_metadata, &self->cap, pids[i], &seen[i], cases[i].is_write);
}

static void do_read_around(struct shared *shared)
{
	char *addr = map_memfd();

	touch(addr, true);
	CHECK(madvise(addr, NR_TOUCHED * PAGE, MADV_DONTNEED) == 0);
	do_touch(shared, addr, false);
}

/* A load also maps pages around it that are in memory: the windows cover all pages. */
TEST_F(shm, touches_with_neighbours)
{
	struct shared *shared = self->shared;
	const struct ipcprobe_rec *rec;
	uint64_t covered = 0, pages = 0;
	unsigned int nr = 0;
	struct cursor cursor;
	pid_t pid;

	pid = SPAWN(do_read_around, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_shm_fault *fault = (const void *)rec;

		if (rec->type != IPCPROBE_REC_shm_fault || fault->is_write)
			continue;
		EXPECT_LE(covered, fault->offset);
		/* At an end of the mapping the window may be a single page. */
		EXPECT_LE(1, fault->around);
		covered = fault->offset;
		pages += fault->around;
		nr++;
	}
	EXPECT_EQ(shared->count, nr);
	EXPECT_GT(NR_TOUCHED, nr);
	EXPECT_LE(NR_TOUCHED, pages);
}

TEST_HARNESS_MAIN
