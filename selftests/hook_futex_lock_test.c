// SPDX-License-Identifier: GPL-2.0
/* Class futex: locks with owners, priority inheritance, and owners that end. */
#include <kselftest_harness.h>

#include "futex_fixture.h"

/* ---- one object in two processes ---- */

static void lock_and_unlock(pthread_mutex_t *mutex)
{
	CHECK(!pthread_mutex_lock(mutex));
	CHECK(!pthread_mutex_unlock(mutex));
}

static void do_lock_elsewhere(int *fd)
{
	char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 4096);

	CHECK(map != MAP_FAILED);
	lock_and_unlock((pthread_mutex_t *)(map + 64));
}

TEST_F(futex, mutex_at_two_addresses)
{
	const struct ipcprobe_rec_file_info *info;
	const struct ipcprobe_rec_futex_block *block;
	const struct ipcprobe_rec_futex_woken *woken;
	const struct ipcprobe_rec_futex_wake *rec;
	struct cursor cursor;
	pthread_mutex_t *mutex;
	int fd = syscall(SYS_memfd_create, "lock", 0);
	pid_t tid;
	char *map;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, 8192));
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mutex = (pthread_mutex_t *)(map + 4096 + 64);
	init_shared(mutex, PTHREAD_MUTEX_STALLED);
	pthread_mutex_lock(mutex);
	tid = SPAWN(do_lock_elsewhere, &fd);
	AWAIT_BLOCK(self, tid);
	pthread_mutex_unlock(mutex);
	REAP(tid);
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, tid);
	info = NEXT(&cursor, file_info);
	EXPECT_EQ(inode_of(fd), info->ino);
	EXPECT_EQ(0, strncmp(info->path, "/memfd:lock", 11));
	block = NEXT(&cursor, futex_block);
	EXPECT_EQ(getpid(), block->owner);
	EXPECT_EQ(4096 + 64, block->offset);
	EXPECT_EQ(info->file, block->file);
	EXPECT_NE((uintptr_t)mutex, block->addr);
	EXPECT_EQ(0, NEXT(&cursor, futex_wait)->ret);
	/* The mutex was locked in the state "with waiters", so unlocking it wakes. */
	EXPECT_EQ(0, NEXT(&cursor, futex_wake)->ret);
	NO_MORE(&cursor);
	woken = NEXT_WOKEN(&self->own);
	if (woken) {
		EXPECT_EQ(tid, woken->wakee);
		EXPECT_EQ(block->offset, woken->addr);
	}
	rec = NEXT(&self->own, futex_wake);
	EXPECT_EQ((uintptr_t)mutex, rec->addr);
	EXPECT_EQ(block->file, rec->file);
	EXPECT_EQ(block->offset, rec->offset);
	EXPECT_EQ(1, rec->ret);
	NO_MORE(&self->own);
}

/* ---- priority inheritance ---- */

static void do_lock_pi(struct page *page)
{
	uint32_t tid = getpid();

	CHECK(futex(&page->a, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0) < 0 && errno == EAGAIN);
	CHECK(futex(&page->a, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
	CHECK((__atomic_load_n(&page->a, __ATOMIC_RELAXED) & FUTEX_TID_MASK) == tid);
	CHECK(futex(&page->a, FUTEX_LOCK_PI, 0, NULL, NULL, 0) < 0 && errno == EDEADLK);
	CHECK(futex(&page->a, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
	CHECK(futex(&page->a, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) < 0 && errno == EPERM);
}

TEST_F(futex, lock_pi)
{
	const struct ipcprobe_rec_futex_block *block;
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tid;

	page->a = getpid();
	tid = SPAWN(do_lock_pi, page);
	AWAIT_BLOCK(self, tid);
	/* The child is queued, but may not have set FUTEX_WAITERS yet. */
	while (!(__atomic_load_n(&page->a, __ATOMIC_RELAXED) & FUTEX_WAITERS))
		;
	ASSERT_EQ(0, futex(&page->a, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
	REAP(tid);
	FINISH_FUTEX(self);
	EXPECT_WOKEN(self, &self->own, &page->a, UNLOCK_PI, tid);
	EXPECT_WAKE(self, &self->own, &page->a, UNLOCK_PI, 0, 0);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	EXPECT_WAIT(self, &cursor, &page->a, TRYLOCK_PI, 0, -EAGAIN, 0);
	block = EXPECT_BLOCK(self, &cursor, &page->a, LOCK_PI, 0, 0);
	EXPECT_EQ(getpid(), block->owner);
	EXPECT_WAIT(self, &cursor, &page->a, LOCK_PI, 0, 0, IPCPROBE_FUTEX_BLOCKED);
	EXPECT_WAIT(self, &cursor, &page->a, LOCK_PI, 0, -EDEADLK, 0);
	EXPECT_WAKE(self, &cursor, &page->a, UNLOCK_PI, 0, 0);
	EXPECT_WAKE(self, &cursor, &page->a, UNLOCK_PI, 0, -EPERM);
	NO_MORE(&cursor);
}

static void do_wait_requeue_pi(struct page *page)
{
	CHECK(futex(&page->a, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &page->b, 0) == 0);
	CHECK(futex(&page->b, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0 || errno == EPERM);
}

/* The lock is free: the woken task gets it, and the other task inherits it. */
TEST_F(futex, requeue_pi)
{
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tids[2];
	int i;

	for (i = 0; i < 2; i++) {
		tids[i] = SPAWN(do_wait_requeue_pi, page);
		AWAIT_BLOCK(self, tids[i]);
	}
	ASSERT_EQ(2, futex(&page->a, FUTEX_CMP_REQUEUE_PI, 1, (void *)1, &page->b, 0));
	for (i = 0; i < 2; i++)
		REAP(tids[i]);
	FINISH_FUTEX(self);
	EXPECT_WOKEN(self, &self->own, &page->b, CMP_REQUEUE_PI, tids[0]);
	EXPECT_EQ(2, NEXT(&self->own, futex_requeue)->ret);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tids[0]);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT_REQUEUE_PI, 0, 0);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT_REQUEUE_PI, 0, 0, IPCPROBE_FUTEX_BLOCKED);
	EXPECT_WOKEN(self, &cursor, &page->b, UNLOCK_PI, tids[1]);
	EXPECT_WAKE(self, &cursor, &page->b, UNLOCK_PI, 0, 0);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, tids[1]);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT_REQUEUE_PI, 0, 0);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT_REQUEUE_PI, 0, 0, IPCPROBE_FUTEX_BLOCKED);
}

/* ---- tasks that end ---- */

static void *wait_to_go(void *word)
{
	while (!__atomic_load_n((uint32_t *)word, __ATOMIC_ACQUIRE))
		usleep(100);
	return NULL;
}

static void do_join(uint32_t *go)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, wait_to_go, go));
	CHECK(!pthread_join(thread, NULL));
}

TEST_F(futex, thread_exit_wakes_the_joiner)
{
	const struct ipcprobe_rec_futex_woken *woken = NULL;
	const struct ipcprobe_rec_futex_block *block;
	struct cursor cursor;
	pid_t tid;
	size_t i;

	tid = SPAWN(do_join, &self->page->c);
	AWAIT_BLOCK(self, tid);
	__atomic_store_n(&self->page->c, 1, __ATOMIC_RELEASE);
	REAP(tid);
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, tid);
	block = NEXT(&cursor, futex_block);
	EXPECT_EQ(0, NEXT(&cursor, futex_wait)->ret);
	for (i = 0; i < self->cap.nr; i++)
		if (self->cap.recs[i].rec->type == IPCPROBE_REC_futex_woken)
			woken = (const void *)self->cap.recs[i].rec;
	if (!has_btf())
		return;
	ASSERT_NE(NULL, woken);
	EXPECT_EQ(tid, woken->wakee);
	EXPECT_EQ(block->val, woken->hdr.tid);
	EXPECT_EQ(block->addr, woken->addr);
	EXPECT_EQ(IPCPROBE_FUTEX_OP_EXIT, woken->op);
	EXPECT_EQ(IPCPROBE_CALL_OTHER, woken->call);
	EXPECT_EQ(0, woken->flags);
}

static void do_die_holding(struct page *page)
{
	CHECK(!pthread_mutex_lock(&page->mutex));
	__atomic_store_n(&page->nr_ready, 1, __ATOMIC_RELEASE);
	wait_to_go(&page->c);
}

static void do_inherit(struct page *page)
{
	wait_to_go(&page->nr_ready);
	CHECK(pthread_mutex_lock(&page->mutex) == EOWNERDEAD);
}

/* The owner ends while the heir waits: the kernel hands the mutex over. */
static void expect_handed_over(struct __test_metadata *_metadata, struct _test_data_futex *self,
			       pid_t owner, pid_t heir)
{
	struct page *page = self->page;
	struct cursor cursor;

	__atomic_store_n(&page->c, 1, __ATOMIC_RELEASE);
	REAP(owner);
	REAP(heir);
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, heir);
	EXPECT_EQ(owner, NEXT(&cursor, futex_block)->owner);
	EXPECT_EQ(0, NEXT(&cursor, futex_wait)->ret);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, owner);
	EXPECT_WOKEN(self, &cursor, &page->mutex, EXIT, heir);
	NO_MORE(&cursor);
}

TEST_F(futex, robust_mutex_of_a_dead_owner)
{
	struct page *page = self->page;
	pid_t owner, heir;

	init_shared(&page->mutex, PTHREAD_MUTEX_ROBUST);
	owner = SPAWN(do_die_holding, page);
	heir = SPAWN(do_inherit, page);
	AWAIT_BLOCK(self, heir);
	expect_handed_over(_metadata, self, owner, heir);
}

static void init_inherited(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(mutex, &attr);
}

static void do_execute_holding(struct page *page)
{
	do_die_holding(page);
	execl("/bin/true", "true", NULL);
	_exit(1);
}

/* Wait for state S: then the heir is in the lock's own queue, not only in the futex's. */
static void await_sleep(pid_t pid)
{
	char path[32], line[256], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'S') {
		FILE *file = fopen(path, "r");

		CHECK(file && fgets(line, sizeof(line), file));
		fclose(file);
		state = strrchr(line, ')')[2];
	}
}

/* The kernel hands over a lock with priority inheritance without futex_wake(). */
static void expect_inheritance(struct __test_metadata *_metadata,
			       struct _test_data_futex *self, void (*do_leave)(struct page *))
{
	struct page *page = self->page;
	pid_t owner, heir;

	init_inherited(&page->mutex);
	owner = SPAWN(do_leave, page);
	heir = SPAWN(do_inherit, page);
	AWAIT_BLOCK(self, heir);
	await_sleep(heir);
	expect_handed_over(_metadata, self, owner, heir);
}

TEST_F(futex, inherited_from_a_dead_owner)
{
	expect_inheritance(_metadata, self, do_die_holding);
}

TEST_F(futex, inherited_from_an_owner_that_executes)
{
	expect_inheritance(_metadata, self, do_execute_holding);
}

TEST_HARNESS_MAIN
