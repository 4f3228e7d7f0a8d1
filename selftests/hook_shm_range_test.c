// SPDX-License-Identifier: GPL-2.0
/*
 * Class shm: the mappings rebuilt from the records agree with /proc/PID/maps after any
 * change, fork(), exec() and exit.
 */
#include <kselftest_harness.h>

#include "shm_fixture.h"

#include <pthread.h>

/* ---- exact ranges ---- */

static void do_ranges(struct shared *shared)
{
	int fd = memfd_create("ranges", 0);
	char *a, *b, *moved;

	CHECK(ftruncate(fd, 64 * PAGE) == 0);
	a = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(a != MAP_FAILED);
	/* a hole, a private mapping over the middle, another offset over the end */
	CHECK(munmap(a + 4 * PAGE, 2 * PAGE) == 0);
	CHECK(mmap(a + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) == a + 8 * PAGE);
	CHECK(mmap(a + 12 * PAGE, 2 * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 40 * PAGE) ==
	      a + 12 * PAGE);
	/* calls that only split a mapping */
	CHECK(mprotect(a + PAGE, PAGE, PROT_READ) == 0);
	CHECK(madvise(a, 3 * PAGE, MADV_DONTNEED) == 0);
	CHECK(mprotect(a + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	/* neighbours that merge */
	b = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(b != MAP_FAILED);
	CHECK(mmap(b, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == b);
	CHECK(mmap(b + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 2 * PAGE) ==
	      b + 2 * PAGE);
	CHECK(mmap(b + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, PAGE) == b + PAGE);
	/* mremap: shrink, move and grow, grow in place, duplicate, leave the old mapping */
	CHECK(mremap(b, 3 * PAGE, 2 * PAGE, 0) == b);
	CHECK(mremap(b, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
	moved = mremap(a, 4 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != a);
	CHECK(munmap(moved + 16 * PAGE, 16 * PAGE) == 0);
	CHECK(mremap(moved, 16 * PAGE, 24 * PAGE, 0) == moved);
	CHECK(mremap(moved, 0, 8 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
	CHECK(mremap(moved, 24 * PAGE, 24 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP) !=
	      MAP_FAILED);
	/* calls that fail map nothing */
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, -1, 0) == MAP_FAILED);
	CHECK(mremap(moved, PAGE, 1UL << 48, MREMAP_MAYMOVE) == MAP_FAILED);
	meet(shared);
}

/* The process has come to a rest: its mappings are those that /proc lists. It goes on then. */
static void expect_mappings_of(struct __test_metadata *_metadata, struct _test_data_shm *self,
			       pid_t pid)
{
	wait_for(self->shared);
	table_of_proc(&of_proc, pid);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(self->shared);
}

TEST_F(shm, ranges_are_exact)
{
	pid_t pid;

	pid = SPAWN(do_ranges, self->shared);
	expect_mappings_of(_metadata, self, pid);
	ASSERT_LT(8, of_proc.nr);
	REAP(pid);
	FINISH(&self->cap);
	of_proc.nr = 0;
	EXPECT_SAME_TABLE(&self->cap, pid);
}

static void do_random(struct shared *shared)
{
	int fds[3] = { memfd_create("x", 0), memfd_create("y", 0),
		       open("/tmp/shm-test-file", O_RDWR | O_CREAT, 0600) };
	char *arena = mmap(NULL, ARENA * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, n;

	CHECK(arena != MAP_FAILED);
	for (i = 0; i < 3; i++)
		CHECK(ftruncate(fds[i], 2 * ARENA * PAGE) == 0);
	for (n = 0; n < 20; n++) {
		for (i = 0; i < 100; i++)
			change(arena, fds);
		meet(shared);
	}
}

/* 2000 changes, compared after each hundred. */
TEST_F(shm, ranges_after_anything)
{
	pid_t pid;
	int n;

	random_state = 1;
	pid = SPAWN(do_random, self->shared);
	for (n = 0; n < 20; n++)
		expect_mappings_of(_metadata, self, pid);
	REAP(pid);
	unlink("/tmp/shm-test-file");
}

struct arena_user {
	char *arena;
	const int *fds;
};

static void *change_often(void *arg)
{
	const struct arena_user *user = arg;
	int i;

	for (i = 0; i < 500; i++)
		change(user->arena, user->fds);
	return NULL;
}

static void do_threads(struct shared *shared)
{
	int fds[3] = { memfd_create("x", 0), memfd_create("y", 0), memfd_create("z", 0) };
	struct arena_user user = { .fds = fds };
	pthread_t threads[4];
	int i;

	user.arena = mmap(NULL, ARENA * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(user.arena != MAP_FAILED);
	for (i = 0; i < 3; i++)
		CHECK(ftruncate(fds[i], 2 * ARENA * PAGE) == 0);
	for (i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, change_often, &user));
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	meet(shared);
}

/* Four threads change the same ranges; the records are in the kernel's order. */
TEST_F(shm, ranges_of_threads)
{
	pid_t pid;

	pid = SPAWN(do_threads, self->shared);
	expect_mappings_of(_metadata, self, pid);
	REAP(pid);
}

/* ---- fork, exec, the end ---- */

static void do_fork(struct shared *shared)
{
	char *kept = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *dropped = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(kept != MAP_FAILED && dropped != MAP_FAILED);
	CHECK(madvise(dropped, PAGE, MADV_DONTFORK) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		shared->count = getpid();
		meet(shared);
		_exit(0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
}

TEST_F(shm, fork_inherits_what_the_kernel_copies)
{
	struct shared *shared = self->shared;
	pid_t pid;

	pid = SPAWN(do_fork, shared);
	wait_for(shared);
	table_of_proc(&of_proc, shared->count);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	ASSERT_LE(2, of_proc.nr);
	EXPECT_SAME_TABLE(&self->cap, shared->count);
	table_of_proc(&of_proc, pid);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(shared);
	REAP(pid);
}

static void do_exec(struct shared *shared)
{
	shared->addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared->addr != MAP_FAILED);
	execl("/bin/true", "true", NULL);
	_exit(1);
}

static void do_die(struct shared *shared)
{
	shared->addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared->addr != MAP_FAILED);
	raise(SIGKILL);
}

static bool ends_at(const struct capture *cap, pid_t pid, const void *addr)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_shm_unmap *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_shm_unmap && rec->pid == (uint32_t)pid &&
		    rec->addr == (uintptr_t)addr && rec->is_end)
			return true;
	}
	return false;
}

TEST_F(shm, exec_and_death_unmap_everything)
{
	void *addr;
	pid_t pids[2];

	pids[0] = SPAWN(do_exec, self->shared);
	REAP(pids[0]);
	addr = self->shared->addr;
	pids[1] = SPAWN(do_die, self->shared);
	waitpid(pids[1], NULL, 0);
	FINISH(&self->cap);
	EXPECT_TRUE(ends_at(&self->cap, pids[0], addr));
	EXPECT_TRUE(ends_at(&self->cap, pids[1], self->shared->addr));
	of_proc.nr = 0;
	EXPECT_SAME_TABLE(&self->cap, pids[0]);
	EXPECT_SAME_TABLE(&self->cap, pids[1]);
}

/* vfork's child has no mappings of its own until it executes. */
static void do_vfork(struct shared *shared)
{
	pid_t pid = vfork();

	if (pid == 0)
		execl("/bin/true", "true", NULL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	meet(shared);
}

TEST_F(shm, vfork_leaves_the_parents_mappings)
{
	pid_t pid;

	pid = SPAWN(do_vfork, self->shared);
	expect_mappings_of(_metadata, self, pid);
	ASSERT_LT(0, of_proc.nr);
	REAP(pid);
}

TEST_HARNESS_MAIN
