/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class futex: a recording, a page of futexes in a file, and
 * checks of records.  For a file that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_FUTEX_FIXTURE_H
#define IPCPROBE_FUTEX_FIXTURE_H

#include "uring.h"
#include "capture.h"

#include <linux/futex.h>
#include <pthread.h>

/* Class futex: each call gives exactly its records, and each wake names both its tasks. */
#include <kselftest_harness.h>

#include "uring.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>

#define ERESTARTNOINTR		513
#define ERESTART_RESTARTBLOCK	516

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2	13
#endif
#define FUTEX_WAIT_REQUEST	51	/* operations of io_uring, since v6.7 */
#define FUTEX_WAITV_REQUEST	53
#define SYS_FUTEX_WAITV		449
#define SYS_FUTEX_WAKE		454
#define SYS_FUTEX_WAIT		455
#define SYS_FUTEX_REQUEUE	456

struct element {	/* struct futex_waitv */
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags;
	uint32_t resv;
};

#define ELEMENT(word, val_)	{ .val = val_, .uaddr = (uintptr_t)(word), .flags = 2 }

/* Page that most tests share with their children: futexes in a file of their own. */
struct page {
	uint32_t a;
	uint32_t b;
	uint32_t c;
	uint32_t go[2];
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	uint32_t nr_ready;
	uint32_t words[8];
	uint64_t called_ns;
};

FIXTURE(futex)
{
	struct capture cap;
	struct page *page;
	struct cursor own;
	uint32_t file;
};

static MAYBE_UNUSED int futex(uint32_t *word, int op, uint32_t val, const void *timeout, uint32_t *word2,
			      uint32_t val3)
{
	return syscall(SYS_futex, word, op, val, timeout, word2, val3);
}

static MAYBE_UNUSED int wake(uint32_t *word, int nr)
{
	return futex(word, FUTEX_WAKE, nr, NULL, NULL, 0);
}

FIXTURE_SETUP(futex)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(FUTEX),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	self->page = shared_memory(4096);
	ASSERT_NE(NULL, self->page);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	/*
	 * Describe the file now, so that its description is not among the children's
	 * records.
	 */
	ASSERT_EQ(0, wake(&self->page->a, 1));
}

FIXTURE_TEARDOWN(futex)
{
	capture_close(&self->cap);
}

/* STOP; then iterate over the test's own records from its first call on. */
#define FINISH_FUTEX(self) do {							\
	FINISH(&(self)->cap);							\
	(self)->own = records_of(&(self)->cap, getpid());			\
	NEXT(&(self)->own, file_info);						\
	(self)->file = NEXT(&(self)->own, futex_wake)->file;			\
	ASSERT_NE(0, (self)->file);						\
} while (0)

#define AWAIT_BLOCK(self, tid)							\
	ASSERT_NE(NULL, capture_wait(&(self)->cap, IPCPROBE_REC_futex_block, tid))

static MAYBE_UNUSED uint64_t offset_in(const struct page *page, const void *word)
{
	return (uintptr_t)word - (uintptr_t)page;
}

/* Check the futex in a record: a word in the test's page. */
#define EXPECT_AT(self, rec, word_) do {					\
	EXPECT_EQ((uintptr_t)(word_), (rec)->addr);				\
	EXPECT_EQ(offset_in((self)->page, word_), (rec)->offset);		\
	EXPECT_EQ((self)->file, (rec)->file);					\
} while (0)

#define EXPECT_WAIT(self, cursor, word_, op_, val_, ret_, flags_) ({		\
	const struct ipcprobe_rec_futex_wait *__wait = NEXT(cursor, futex_wait); \
	EXPECT_AT(self, __wait, word_);						\
	EXPECT_EQ(IPCPROBE_FUTEX_OP_##op_, __wait->op);				\
	EXPECT_EQ(val_, __wait->val);						\
	EXPECT_EQ(ret_, __wait->ret);						\
	EXPECT_EQ((flags_) | IPCPROBE_FUTEX_SHARED, __wait->flags);		\
	EXPECT_NE(0, __wait->dur_ns);						\
	__wait;									\
})

#define EXPECT_BLOCK(self, cursor, word_, op_, val_, flags_) ({			\
	const struct ipcprobe_rec_futex_block *__block = NEXT(cursor, futex_block); \
	EXPECT_AT(self, __block, word_);					\
	EXPECT_EQ(IPCPROBE_FUTEX_OP_##op_, __block->op);			\
	EXPECT_EQ(val_, __block->val);						\
	EXPECT_EQ((flags_) | IPCPROBE_FUTEX_SHARED | IPCPROBE_FUTEX_ABOVE,	\
		  __block->flags & ~IPCPROBE_FUTEX_BELOW);			\
	__block;								\
})

#define EXPECT_WAKE(self, cursor, word_, op_, nr_, ret_) do {			\
	const struct ipcprobe_rec_futex_wake *__wake = NEXT(cursor, futex_wake); \
	EXPECT_AT(self, __wake, word_);						\
	EXPECT_EQ(IPCPROBE_FUTEX_OP_##op_, __wake->op);				\
	EXPECT_EQ(nr_, __wake->nr_wake);					\
	EXPECT_EQ(ret_, __wake->ret);						\
	EXPECT_EQ(IPCPROBE_FUTEX_SHARED, __wake->flags);			\
} while (0)

/* Without BTF the waker is not known; the result is NULL then. */
#define NEXT_WOKEN(cursor)							\
	(has_btf() ? NEXT(cursor, futex_woken) : NULL)

#define EXPECT_WOKEN(self, cursor, word_, op_, tid_) do {			\
	const struct ipcprobe_rec_futex_woken *__woken = NEXT_WOKEN(cursor);	\
	if (__woken) {								\
		EXPECT_EQ(offset_in((self)->page, word_), __woken->addr);	\
		EXPECT_EQ(IPCPROBE_FUTEX_IN_FILE, __woken->flags);		\
		EXPECT_EQ(IPCPROBE_FUTEX_OP_##op_, __woken->op);		\
		EXPECT_EQ(tid_, __woken->wakee);				\
	}									\
} while (0)

static MAYBE_UNUSED void init_shared(pthread_mutex_t *mutex, int robustness)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, robustness);
	pthread_mutex_init(mutex, &attr);
}

#endif /* IPCPROBE_FUTEX_FIXTURE_H */
