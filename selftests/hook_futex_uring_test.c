// SPDX-License-Identifier: GPL-2.0
/* Class futex: waits that io_uring carries out are no waits of tasks. */
#include <kselftest_harness.h>

#include "futex_fixture.h"

#include <dirent.h>

/* Number of threads of this process, io_uring's workers included. */
static int nr_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int nr = 0;

	CHECK(dir);
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr - 2;	/* without "." and ".." */
}

static void put_wait(struct uring *uring, uint8_t opcode, uint32_t *word,
		     struct element *element)
{
	struct io_uring_sqe *sqe = uring_put(uring, opcode, 0, word, 0);

	sqe->flags = IOSQE_ASYNC;
	if (opcode == FUTEX_WAITV_REQUEST) {
		*element = (struct element)ELEMENT(word, 0);
		sqe->addr = (uintptr_t)element;
		sqe->len = 1;
		return;
	}
	sqe->fd = 2;		/* size of 32 bits; the expected value is 0 */
	sqe->addr3 = ~0U;
}

static bool has_futex_requests(struct page *page)
{
	struct uring uring;
	struct element element;
	int ret;

	CHECK(!uring_open(&uring));
	put_wait(&uring, FUTEX_WAIT_REQUEST, &page->words[0], &element);
	uring.sqes[0].off = 1;		/* the expected value differs from the futex's */
	uring_submit(&uring, 1);
	ret = uring_wait(&uring);
	close(uring.fd);
	return ret == -EAGAIN;
}

/* Keep a worker waiting for a FIFO's other end, so that the last worker never ends. */
static void occupy_worker(struct uring *uring)
{
	struct io_uring_sqe *sqe;

	unlink("/tmp/hook_futex_test.fifo");
	CHECK(!mkfifo("/tmp/hook_futex_test.fifo", 0600));
	sqe = uring_put(uring, IORING_OP_OPENAT, AT_FDCWD, "/tmp/hook_futex_test.fifo", 0);
	sqe->flags = IOSQE_ASYNC;
	uring_submit(uring, 1);
}

#define NR_REQUESTS	4

/* Workers queue the waits; a worker without work ends after some seconds. */
static void do_wait_by_requests(struct page *page)
{
	struct element elements[NR_REQUESTS];
	struct uring uring;
	int i;

	CHECK(!uring_open(&uring));
	occupy_worker(&uring);
	for (i = 0; i < NR_REQUESTS; i++)
		put_wait(&uring, i % 2 ? FUTEX_WAITV_REQUEST : FUTEX_WAIT_REQUEST,
			 &page->words[i], &elements[i]);
	uring_submit(&uring, NR_REQUESTS);
	while (nr_threads() < 3)
		sched_yield();
	while (nr_threads() > 2)
		usleep(10000);
	for (i = 0; i < NR_REQUESTS; i++) {
		while (wake(&page->words[i], 1) != 1)
			;
		CHECK(uring_wait(&uring) == 0);
	}
}

TEST_F_TIMEOUT(futex, requests_are_no_tasks, 120)
{
	const struct ipcprobe_rec_futex_wake *rec;
	struct cursor cursor;
	int i = 0;
	pid_t tid;

	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	if (!has_futex_requests(self->page))
		SKIP(return, "io_uring has no waits for futexes");
	tid = SPAWN(do_wait_by_requests, self->page);
	REAP(tid);
	FINISH_FUTEX(self);
	cursor = records_of(&self->cap, tid);
	while (i < NR_REQUESTS) {
		rec = NEXT(&cursor, futex_wake);
		EXPECT_EQ((uintptr_t)&self->page->words[i], rec->addr);
		i += rec->ret;
	}
	NO_MORE(&cursor);
}

TEST_HARNESS_MAIN
