// SPDX-License-Identifier: GPL-2.0
/* Class futex: each call gives exactly its records, and each wake names both its tasks. */
#include <kselftest_harness.h>

#include "futex_fixture.h"

#include <stdatomic.h>

static int wait_for(uint32_t *word, uint32_t val)
{
	return futex(word, FUTEX_WAIT, val, NULL, NULL, 0);
}

/* ---- waits and wakes ---- */

static void do_wait(uint32_t *word)
{
	CHECK(wait_for(word, 0) == 0);
}

TEST_F(futex, wait_and_wake)
{
	const struct ipcprobe_rec_futex_block *block;
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tid;

	page->b = 0x1234;
	tid = SPAWN(do_wait, &page->a);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(1, wake(&page->a, 5));
	REAP(tid);
	FINISH_FUTEX(self);
	EXPECT_WOKEN(self, &self->own, &page->a, WAKE, tid);
	EXPECT_WAKE(self, &self->own, &page->a, WAKE, 5, 1);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	block = EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, 0);
	EXPECT_EQ(0, memcmp(block->mem + IPCPROBE_FUTEX_NEAR, page, IPCPROBE_FUTEX_NEAR));
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, 0, IPCPROBE_FUTEX_BLOCKED);
	NO_MORE(&cursor);
}

static void do_bitset(uint32_t *word)
{
	CHECK(futex(word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0x6) == 0);
}

TEST_F(futex, bits_that_do_not_match)
{
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tid;

	tid = SPAWN(do_bitset, &page->a);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(0, futex(&page->a, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0x1));
	ASSERT_EQ(1, futex(&page->a, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0x2));
	REAP(tid);
	FINISH_FUTEX(self);
	EXPECT_WAKE(self, &self->own, &page->a, WAKE_BITSET, 1, 0);
	EXPECT_WOKEN(self, &self->own, &page->a, WAKE_BITSET, tid);
	EXPECT_EQ(0x2, NEXT(&self->own, futex_wake)->mask);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT_BITSET, 0, 0);
	EXPECT_EQ(0x6, EXPECT_WAIT(self, &cursor, &page->a, WAIT_BITSET, 0, 0,
				   IPCPROBE_FUTEX_BLOCKED)->mask);
	NO_MORE(&cursor);
}

#define TIMEOUT_NS	1000000

static void do_errors(struct page *page)
{
	struct timespec soon = { .tv_nsec = TIMEOUT_NS }, bad = { .tv_nsec = -1 };
	uint32_t *word = &page->a, *odd = (uint32_t *)((char *)word + 1);

	CHECK(wait_for(word, 1) < 0 && errno == EAGAIN);
	page->called_ns = now_ns();
	CHECK(futex(word, FUTEX_WAIT, 0, &soon, NULL, 0) < 0 && errno == ETIMEDOUT);
	CHECK(wait_for(odd, 0) < 0 && errno == EINVAL);
	CHECK(futex(word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0) < 0 && errno == EINVAL);
	CHECK(wait_for((uint32_t *)4096, 0) < 0 && errno == EFAULT);
	CHECK(futex((uint32_t *)4096, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) < 0 && errno == EFAULT);
	CHECK(futex((uint32_t *)-8, FUTEX_WAKE, 1, NULL, NULL, 0) < 0 && errno == EFAULT);
	CHECK(futex((uint32_t *)4096, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0);
	/* A call with a wrong argument is no operation on a futex. */
	CHECK(futex(word, 99, 0, NULL, NULL, 0) < 0 && errno == ENOSYS);
	CHECK(futex(word, FUTEX_WAIT, 0, &bad, NULL, 0) < 0 && errno == EINVAL);
}

TEST_F(futex, errors)
{
	const struct ipcprobe_rec_futex_block *block;
	const struct ipcprobe_rec_futex_wait *wait;
	const struct ipcprobe_rec_futex_wake *rec;
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tid;

	tid = SPAWN(do_errors, page);
	REAP(tid);
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, tid);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 1, -EAGAIN, 0);
	block = EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, IPCPROBE_FUTEX_TIMEOUT);
	wait = EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, -ETIMEDOUT,
			   IPCPROBE_FUTEX_BLOCKED | IPCPROBE_FUTEX_TIMEOUT);
	/* The kernel's time limit begins before the operation begins. */
	EXPECT_LE(page->called_ns + TIMEOUT_NS, wait->hdr.ts_ns);
	EXPECT_LE(page->called_ns, wait->hdr.ts_ns - wait->dur_ns);
	EXPECT_GE(block->hdr.ts_ns, wait->hdr.ts_ns - wait->dur_ns);
	EXPECT_WAIT(self, &cursor, (char *)&page->a + 1, WAIT, 0, -EINVAL, 0);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT_BITSET, 0, -EINVAL, 0);
	wait = NEXT(&cursor, futex_wait);
	EXPECT_EQ(4096, wait->addr);
	EXPECT_EQ(0, wait->file);
	EXPECT_EQ(-EFAULT, wait->ret);
	EXPECT_EQ(IPCPROBE_FUTEX_SHARED, wait->flags);
	wait = NEXT(&cursor, futex_wait);
	EXPECT_EQ(-EFAULT, wait->ret);
	EXPECT_EQ(0, wait->flags);
	rec = NEXT(&cursor, futex_wake);
	EXPECT_EQ(-8ULL, rec->addr);
	EXPECT_EQ(-EFAULT, rec->ret);
	rec = NEXT(&cursor, futex_wake);
	EXPECT_EQ(0, rec->ret);
	EXPECT_EQ(0, rec->flags);
	NO_MORE(&cursor);
}

/* ---- waits that no other task ends ---- */

static void on_signal(int number)
{
	(void)number;
}

static void do_interrupted(uint32_t *word)
{
	struct sigaction action = { .sa_handler = on_signal };

	CHECK(!sigaction(SIGUSR1, &action, NULL));
	CHECK(wait_for(word, 0) < 0 && errno == EINTR);
}

TEST_F(futex, interrupted)
{
	struct page *page = self->page;
	struct cursor cursor;
	pid_t tid;

	tid = SPAWN(do_interrupted, &page->a);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(0, kill(tid, SIGUSR1));
	REAP(tid);
	FINISH_FUTEX(self);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, 0);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, -ERESTARTSYS, IPCPROBE_FUTEX_BLOCKED);
	NO_MORE(&cursor);
}

TEST_F(futex, killed)
{
	struct page *page = self->page;
	struct cursor cursor;
	int status;
	pid_t tid;

	tid = SPAWN(do_wait, &page->a);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(0, kill(tid, SIGKILL));
	ASSERT_EQ(tid, waitpid(tid, &status, 0));
	ASSERT_EQ(0, wake(&page->a, 1));
	FINISH_FUTEX(self);
	EXPECT_WAKE(self, &self->own, &page->a, WAKE, 1, 0);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, 0);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, -ERESTARTSYS, IPCPROBE_FUTEX_BLOCKED);
	NO_MORE(&cursor);
}

static void do_long_wait(uint32_t *word)
{
	struct timespec long_time = { .tv_sec = 1000 };
	uint32_t own = 0;

	CHECK(futex(word, FUTEX_WAIT, 0, &long_time, NULL, 0) == 0);
	CHECK(futex(&own, FUTEX_WAIT_PRIVATE, 0, &long_time, NULL, 0) < 0 && errno == EINTR);
}

static void stop_and_continue(pid_t tid)
{
	int status;

	kill(tid, SIGSTOP);
	waitpid(tid, &status, WUNTRACED);
	kill(tid, SIGCONT);
}

/* A time limit continues without a new call after a stop interrupted it. */
TEST_F(futex, stopped)
{
	const int flags = IPCPROBE_FUTEX_BLOCKED | IPCPROBE_FUTEX_TIMEOUT;
	const struct ipcprobe_rec_futex_wait *first, *second;
	struct page *page = self->page;
	struct cursor cursor;
	int status;
	pid_t tid;

	tid = SPAWN(do_long_wait, &page->a);
	AWAIT_BLOCK(self, tid);
	stop_and_continue(tid);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(1, wake(&page->a, 1));
	AWAIT_BLOCK(self, tid);
	stop_and_continue(tid);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(0, kill(tid, SIGKILL));
	ASSERT_EQ(tid, waitpid(tid, &status, 0));
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, IPCPROBE_FUTEX_TIMEOUT);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, -ERESTART_RESTARTBLOCK, flags);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, IPCPROBE_FUTEX_TIMEOUT);
	EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, 0, flags);
	NEXT(&cursor, futex_block);
	first = NEXT(&cursor, futex_wait);
	NEXT(&cursor, futex_block);
	second = NEXT(&cursor, futex_wait);
	EXPECT_EQ(first->addr, second->addr);
	EXPECT_EQ(flags, first->flags);
	EXPECT_EQ(flags, second->flags);
	EXPECT_EQ(IPCPROBE_CALL_FUTEX, second->call);
	NO_MORE(&cursor);
}

/* ---- several at once ---- */

struct waiters {
	pid_t tids[3];
};

static int index_of(const struct waiters *waiters, pid_t tid)
{
	int i;

	for (i = 0; i < 3 && waiters->tids[i] != tid; i++)
		;
	return i;
}

static uint32_t woken_mask(struct __test_metadata *_metadata, struct cursor *cursor,
			   const struct waiters *waiters, uint64_t offset, int nr)
{
	uint32_t mask = 0;

	while (nr--) {
		const struct ipcprobe_rec_futex_woken *woken = NEXT(cursor, futex_woken);

		EXPECT_EQ(offset, woken->addr);
		mask |= 1U << index_of(waiters, woken->wakee);
	}
	return mask;
}

TEST_F(futex, requeue)
{
	const struct ipcprobe_rec_futex_requeue *rec;
	struct page *page = self->page;
	struct waiters waiters;
	uint32_t first, rest;
	int i;

	for (i = 0; i < 3; i++) {
		waiters.tids[i] = SPAWN(do_wait, &page->a);
		AWAIT_BLOCK(self, waiters.tids[i]);
	}
	ASSERT_GT(0, futex(&page->a, FUTEX_CMP_REQUEUE, 1, (void *)5, &page->b, 7));
	ASSERT_EQ(3, futex(&page->a, FUTEX_CMP_REQUEUE, 1, (void *)5, &page->b, 0));
	ASSERT_EQ(2, wake(&page->b, 9));
	for (i = 0; i < 3; i++)
		REAP(waiters.tids[i]);
	FINISH_FUTEX(self);
	rec = NEXT(&self->own, futex_requeue);
	EXPECT_EQ(-EAGAIN, rec->ret);
	EXPECT_EQ(7, rec->val);
	if (has_btf())
		first = woken_mask(_metadata, &self->own, &waiters,
				   offset_in(page, &page->a), 1);
	rec = NEXT(&self->own, futex_requeue);
	EXPECT_AT(self, rec, &page->a);
	EXPECT_EQ((uintptr_t)&page->b, rec->addr2);
	EXPECT_EQ(offset_in(page, &page->b), rec->offset2);
	EXPECT_EQ(self->file, rec->file2);
	EXPECT_EQ(1, rec->nr_wake);
	EXPECT_EQ(5, rec->nr_requeue);
	EXPECT_EQ(3, rec->ret);
	EXPECT_EQ(IPCPROBE_FUTEX_OP_CMP_REQUEUE, rec->op);
	EXPECT_EQ(IPCPROBE_FUTEX_SHARED | IPCPROBE_FUTEX_SHARED2, rec->flags);
	if (has_btf()) {
		rest = woken_mask(_metadata, &self->own, &waiters,
				  offset_in(page, &page->b), 2);
		EXPECT_EQ(7, first + rest);
	}
	EXPECT_WAKE(self, &self->own, &page->b, WAKE, 9, 2);
	NO_MORE(&self->own);
	for (i = 0; i < 3; i++) {
		struct cursor cursor = records_of(&self->cap, waiters.tids[i]);

		EXPECT_BLOCK(self, &cursor, &page->a, WAIT, 0, 0);
		EXPECT_WAIT(self, &cursor, &page->a, WAIT, 0, 0, IPCPROBE_FUTEX_BLOCKED);
		NO_MORE(&cursor);
	}
}

TEST_F(futex, wake_op)
{
	const uint32_t how = FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0);
	const struct ipcprobe_rec_futex_wake_op *rec;
	struct page *page = self->page;
	pid_t a, b;

	a = SPAWN(do_wait, &page->a);
	AWAIT_BLOCK(self, a);
	b = SPAWN(do_wait, &page->b);
	AWAIT_BLOCK(self, b);
	ASSERT_EQ(2, futex(&page->a, FUTEX_WAKE_OP, 3, (void *)4, &page->b, how));
	ASSERT_EQ(1, page->b);
	REAP(a);
	REAP(b);
	FINISH_FUTEX(self);
	EXPECT_WOKEN(self, &self->own, &page->a, WAKE_OP, a);
	EXPECT_WOKEN(self, &self->own, &page->b, WAKE_OP, b);
	rec = NEXT(&self->own, futex_wake_op);
	EXPECT_AT(self, rec, &page->a);
	EXPECT_EQ((uintptr_t)&page->b, rec->addr2);
	EXPECT_EQ(3, rec->nr_wake);
	EXPECT_EQ(4, rec->nr_wake2);
	EXPECT_EQ(how, rec->val);
	EXPECT_EQ(2, rec->ret);
	NO_MORE(&self->own);
}

/* ---- condition variables ---- */

static void do_cond_wait(struct page *page)
{
	CHECK(!pthread_mutex_lock(&page->mutex));
	CHECK(!pthread_cond_wait(&page->cond, &page->mutex));
	CHECK(!pthread_mutex_unlock(&page->mutex));
}

/* Number of waits of a task that a wake ended. */
static unsigned int count_woken_waits(const struct capture *cap, uint32_t tid)
{
	struct cursor cursor = records_of(cap, tid);
	const struct ipcprobe_rec *rec;
	unsigned int nr = 0;

	while ((rec = cursor_next(&cursor)))
		if (rec->type == IPCPROBE_REC_futex_wait)
			nr += ((const struct ipcprobe_rec_futex_wait *)rec)->ret == 0;
	return nr;
}

/* Sum up the session: wakes name their own task, futex_woken records name the woken one. */
static void count_wakes(const struct capture *cap, unsigned int *nr_woken, unsigned int *sum)
{
	size_t i;

	*nr_woken = *sum = 0;
	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;

		*nr_woken += rec->type == IPCPROBE_REC_futex_woken;
		if (rec->type == IPCPROBE_REC_futex_wake)
			*sum += ((const struct ipcprobe_rec_futex_wake *)rec)->ret;
	}
}

TEST_F(futex, cond_broadcast)
{
	unsigned int nr_woken, sum, nr_waits = 0;
	struct page *page = self->page;
	pthread_condattr_t attr;
	pid_t tids[3];
	int i;

	init_shared(&page->mutex, PTHREAD_MUTEX_STALLED);
	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&page->cond, &attr);
	for (i = 0; i < 3; i++) {
		tids[i] = SPAWN(do_cond_wait, page);
		AWAIT_BLOCK(self, tids[i]);
	}
	pthread_cond_broadcast(&page->cond);
	for (i = 0; i < 3; i++)
		REAP(tids[i]);
	FINISH_FUTEX(self);
	if (has_btf())
		for (i = 0; i < 3; i++) {
			const struct ipcprobe_rec_futex_woken *woken =
				NEXT(&self->own, futex_woken);

			EXPECT_EQ(tids[i], woken->wakee);
		}
	EXPECT_EQ(3, NEXT(&self->own, futex_wake)->ret);
	for (i = 0; i < 3; i++)
		nr_waits += count_woken_waits(&self->cap, tids[i]);
	count_wakes(&self->cap, &nr_woken, &sum);
	EXPECT_EQ(nr_waits, sum);
	if (has_btf())
		EXPECT_EQ(nr_waits, nr_woken);
}

/* ---- vectors ---- */

static void do_waitv(struct page *page)
{
	struct element elements[3] = {
		ELEMENT(&page->a, 0), ELEMENT(&page->b, 0), ELEMENT(&page->c, 0),
	};

	CHECK(syscall(SYS_FUTEX_WAITV, elements, 3, 0, NULL, 0) == 1);
	elements[2].val = 1;
	CHECK(syscall(SYS_FUTEX_WAITV, elements, 3, 0, NULL, 0) < 0 && errno == EAGAIN);
	CHECK(syscall(SYS_FUTEX_WAITV, elements, 200, 0, NULL, 0) < 0 && errno == EINVAL);
}

TEST_F(futex, waitv)
{
	const struct ipcprobe_rec_futex_waitv *element;
	const struct ipcprobe_rec_futex_wait *wait;
	struct page *page = self->page;
	struct cursor cursor;
	int i;
	pid_t tid;

	tid = SPAWN(do_waitv, page);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(1, wake(&page->b, 1));
	REAP(tid);
	FINISH_FUTEX(self);
	EXPECT_WOKEN(self, &self->own, &page->b, WAKE, tid);
	cursor = records_of(&self->cap, tid);
	for (i = 2; i >= 0; i--) {
		element = NEXT(&cursor, futex_waitv);
		EXPECT_AT(self, element, &page->a + i);
		EXPECT_EQ(i, element->index);
		EXPECT_EQ(IPCPROBE_FUTEX_SHARED, element->flags);
	}
	EXPECT_BLOCK(self, &cursor, &page->a, WAITV, 3, 0);
	wait = EXPECT_WAIT(self, &cursor, &page->a, WAITV, 3, 1, IPCPROBE_FUTEX_BLOCKED);
	EXPECT_EQ(IPCPROBE_CALL_FUTEX_WAITV, wait->call);
	EXPECT_EQ(1, NEXT(&cursor, futex_waitv)->val);
	NEXT(&cursor, futex_waitv);
	NEXT(&cursor, futex_waitv);
	EXPECT_WAIT(self, &cursor, &page->a, WAITV, 3, -EAGAIN, 0);
	wait = NEXT(&cursor, futex_wait);
	EXPECT_EQ(200, wait->val);
	EXPECT_EQ(-EINVAL, wait->ret);
	NO_MORE(&cursor);
}

/* ---- system calls for one thing each ---- */

static void do_wait2(uint32_t *word)
{
	CHECK(syscall(SYS_FUTEX_WAIT, word, 0, 0xffffffff, 2, NULL, 0) == 0);
}

TEST_F(futex, calls_for_one_thing_each)
{
	const struct ipcprobe_rec_futex_requeue *rec;
	struct page *page = self->page;
	struct element elements[2] = { ELEMENT(&page->a, 0), ELEMENT(&page->b, 0) };
	struct cursor cursor;
	pid_t tid;

	if (syscall(SYS_FUTEX_WAKE, &page->a, 1, 1, 2) < 0 && errno == ENOSYS)
		SKIP(return, "the kernel has no futex_wake(2)");
	tid = SPAWN(do_wait2, &page->a);
	AWAIT_BLOCK(self, tid);
	ASSERT_EQ(1, syscall(SYS_FUTEX_REQUEUE, elements, 0, 0, 1));
	ASSERT_EQ(1, syscall(SYS_FUTEX_WAKE, &page->b, 1, 7, 2));
	REAP(tid);
	FINISH_FUTEX(self);
	EXPECT_WAKE(self, &self->own, &page->a, WAKE_BITSET, 1, 0);
	rec = NEXT(&self->own, futex_requeue);
	EXPECT_AT(self, rec, &page->a);
	EXPECT_EQ((uintptr_t)&page->b, rec->addr2);
	EXPECT_EQ(0, rec->nr_wake);
	EXPECT_EQ(1, rec->nr_requeue);
	EXPECT_EQ(1, rec->ret);
	EXPECT_EQ(IPCPROBE_CALL_FUTEX_REQUEUE, rec->call);
	EXPECT_WOKEN(self, &self->own, &page->b, WAKE_BITSET, tid);
	EXPECT_WAKE(self, &self->own, &page->b, WAKE_BITSET, 7, 1);
	NO_MORE(&self->own);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(self, &cursor, &page->a, WAIT_BITSET, 0, 0);
	EXPECT_EQ(IPCPROBE_CALL_FUTEX_WAIT,
		  EXPECT_WAIT(self, &cursor, &page->a, WAIT_BITSET, 0, 0,
			      IPCPROBE_FUTEX_BLOCKED)->call);
	NO_MORE(&cursor);
}

/* ---- no call is missed ---- */

/* Counted by the callers. */
struct tally {
	atomic_uint waits;
	atomic_uint slept;
	atomic_uint wakes;
	atomic_uint woken;
	uint32_t lock;
	uint32_t inside;
	pthread_barrier_t start;
};

#define NR_THREADS	4
#define NR_TURNS	300

static void tally_lock(struct tally *tally)
{
	uint32_t free = 0;

	if (__atomic_compare_exchange_n(&tally->lock, &free, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&tally->lock, 2, __ATOMIC_ACQUIRE)) {
		tally->waits++;
		if (!futex(&tally->lock, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0))
			tally->slept++;
	}
}

static void tally_unlock(struct tally *tally)
{
	if (__atomic_exchange_n(&tally->lock, 0, __ATOMIC_RELEASE) != 2)
		return;
	tally->wakes++;
	tally->woken += futex(&tally->lock, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *contend(void *arg)
{
	struct tally *tally = arg;
	int i;

	pthread_barrier_wait(&tally->start);
	for (i = 0; i < NR_TURNS; i++) {
		tally_lock(tally);
		CHECK(tally->inside++ == 0);
		sched_yield();
		tally->inside--;
		tally_unlock(tally);
	}
	return NULL;
}

/*
 * All tasks are on one CPU and begin together: a yield inside the lock makes others
 * contend.
 */
static void do_contend(struct tally *tally)
{
	pthread_t threads[NR_THREADS];
	cpu_set_t one;
	int i;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	CHECK(!sched_setaffinity(0, sizeof(one), &one));
	CHECK(!pthread_barrier_init(&tally->start, NULL, NR_THREADS));
	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, contend, tally));
	for (i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
}

/* All tasks use one address of one process, so the wait is private. */
TEST_F(futex, contention)
{
	unsigned int waits = 0, slept = 0, blocks = 0, wakes = 0, sum = 0, woken = 0;
	struct tally *tally = shared_memory(4096);
	uint64_t addr = (uintptr_t)&tally->lock;
	size_t i;
	pid_t pid;

	pid = SPAWN(do_contend, tally);
	REAP(pid);
	FINISH_FUTEX(self);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec *rec = self->cap.recs[i].rec;
		const struct ipcprobe_rec_futex_wait *wait = (const void *)rec;

		/* addr is the first field of each of these records */
		if (rec->type >> 8 != IPCPROBE_CLASS_FUTEX || wait->addr != addr)
			continue;
		if (rec->type == IPCPROBE_REC_futex_wait) {
			waits++;
			slept += wait->ret == 0;
			EXPECT_EQ(0, wait->file);
		} else if (rec->type == IPCPROBE_REC_futex_wake) {
			wakes++;
			sum += wait->ret;
		}
		blocks += rec->type == IPCPROBE_REC_futex_block;
		woken += rec->type == IPCPROBE_REC_futex_woken;
	}
	EXPECT_LT(0, waits);
	EXPECT_EQ(tally->waits, waits);
	EXPECT_EQ(tally->slept, slept);
	EXPECT_LE(slept, blocks);
	EXPECT_EQ(tally->wakes, wakes);
	EXPECT_EQ(tally->woken, sum);
	EXPECT_EQ(sum, slept);
	if (has_btf())
		EXPECT_EQ(sum, woken);
}

TEST_HARNESS_MAIN
