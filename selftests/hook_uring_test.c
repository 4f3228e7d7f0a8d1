// SPDX-License-Identifier: GPL-2.0
/*
 * Class file: reads and writes of regular files by io_uring.  Each request that has a
 * completion gives one record, with the completion's result.
 */
#include <kselftest_harness.h>

#include "prints.h"
#include "uring.h"

#include <sys/prctl.h>

static uint8_t out[65536], in[65536];

FIXTURE(uring_file)
{
	struct capture cap;
	FILE *file;
	int fd;
};

FIXTURE_SETUP(uring_file)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	fill(out, sizeof(out), 0);
	self->file = tmpfile();
	ASSERT_NE(NULL, self->file);
	self->fd = fileno(self->file);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(uring_file)
{
	capture_close(&self->cap);
	fclose(self->file);
}

/* The next record of a request on a file. */
static const struct ipcprobe_rec_file_read *next_request(const struct capture *cap, size_t *at)
{
	while (*at < cap->nr) {
		const struct ipcprobe_rec_file_read *io = (const void *)cap->recs[(*at)++].rec;

		if ((io->hdr.type == IPCPROBE_REC_file_read ||
		     io->hdr.type == IPCPROBE_REC_file_write) &&
		    io->call == IPCPROBE_CALL_IO_URING)
			return io;
	}
	return NULL;
}

/* ---- each kind ---- */

static void do_each(int *fd)
{
	struct iovec iov[] = { { in, 100 }, { in + 4096, 200 } };
	struct io_uring_sqe *sqe;
	struct uring uring;
	char path[32];

	CHECK(!uring_open(&uring));
	CHECK(uring_do(&uring, IORING_OP_WRITE, *fd, out, 5000, 0) == 5000);
	uring_put(&uring, IORING_OP_WRITE, *fd, out, 3000)->off = 5000;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 3000);
	sqe = uring_put(&uring, IORING_OP_READ, *fd, in, 8192);
	sqe->off = 1000;
	sqe->flags = IOSQE_ASYNC;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 7000);
	CHECK(is_filled(in, 4000, 1000) && is_filled(in + 4000, 3000, 0));
	uring_put(&uring, IORING_OP_READ, *fd, (void *)8, 8192)->off = 0;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == -EFAULT);
	CHECK(uring_do(&uring, IORING_OP_READ, *fd, in, 8192, 0) == 3000);
	CHECK(uring_do(&uring, IORING_OP_READ, *fd, in, 8192, 0) == 0);

	uring_register(&uring, out, sizeof(out));
	sqe = uring_put(&uring, IORING_OP_WRITE_FIXED, *fd, out + 50, 100);
	sqe->off = 8000;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 100);
	CHECK(uring_do(&uring, IORING_OP_READ_FIXED, *fd, out, 4096, IOSQE_ASYNC) == 4096);
	CHECK(uring_do(&uring, IORING_OP_READV, *fd, iov, 2, 0) == 300);
	uring_put(&uring, IORING_OP_WRITE, *fd, out, 10)->rw_flags = RWF_APPEND;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 10);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	*fd = open(path, O_WRONLY);
	CHECK(*fd >= 0);
	CHECK(uring_do(&uring, IORING_OP_READ, *fd, in, 10, 0) == -EBADF);
}

TEST_F(uring_file, every_kind_of_request)
{
	static const struct {
		uint16_t type;
		const void *addr;
		uint64_t offset;
		int ret;
		uint8_t nr_segs;
		uint16_t flags;
	} want[] = {
		{ IPCPROBE_REC_file_write, out, 0, 5000, 1, 0 },
		{ IPCPROBE_REC_file_write, out, 5000, 3000, 1, 0 },
		{ IPCPROBE_REC_file_read, in, 1000, 7000, 1, 0 },
		{ IPCPROBE_REC_file_read, (void *)8, 0, -EFAULT, 1, 0 },
		{ IPCPROBE_REC_file_read, in, 5000, 3000, 1, 0 },
		{ IPCPROBE_REC_file_read, in, 8000, 0, 1, 0 },
		{ IPCPROBE_REC_file_write, out + 50, 8000, 100, 1, 0 },
		{ IPCPROBE_REC_file_read, out, 0, 4096, 1, 0 },
		{ IPCPROBE_REC_file_read, NULL, 0, 300, 2, 0 },
		{ IPCPROBE_REC_file_write, out, 8100, 10, 1, IPCPROBE_IO_APPEND },
		{ IPCPROBE_REC_file_read, in, 8000, -EBADF, 1, 0 },
	};
	const struct ipcprobe_rec_file_read *io;
	uint32_t file = 0;
	unsigned int n = 0;
	size_t at = 0;
	pid_t tid;

	tid = SPAWN(do_each, &self->fd);
	REAP(tid);
	FINISH(&self->cap);
	while ((io = next_request(&self->cap, &at))) {
		ASSERT_GT(NR(want), n) record_print(&io->hdr);
		EXPECT_EQ(want[n].type, io->hdr.type) record_print(&io->hdr);
		EXPECT_EQ((uintptr_t)want[n].addr, io->addr) record_print(&io->hdr);
		EXPECT_EQ(want[n].ret, io->ret) record_print(&io->hdr);
		EXPECT_EQ(want[n].nr_segs, io->nr_segs) record_print(&io->hdr);
		EXPECT_EQ(want[n].flags, io->flags) record_print(&io->hdr);
		if (io->ret != -EBADF)
			EXPECT_EQ(want[n].offset, io->offset) record_print(&io->hdr);
		file = file ? file : io->file;
		EXPECT_EQ(file, io->file);
		n++;
	}
	EXPECT_EQ(NR(want), n);
}

/* ---- many at a time ---- */

#define ROUNDS	500

struct sums {
	uint64_t nr;
	uint64_t errors;
	uint64_t bytes;
	uint64_t places;	/* sum of offset times result */
};

struct many {
	int fd;
	struct sums seen[2];	/* by completions: reads, writes */
};

static void add_up(struct sums *sums, uint64_t offset, int ret)
{
	sums->nr++;
	if (ret < 0)
		sums->errors++;
	else
		sums->bytes += ret;
	sums->places += offset * ret;
}

static void put_any(struct uring *uring, int fd, unsigned int *seed)
{
	unsigned int way = rand_r(seed) >> 4;
	bool is_write = way % 2;
	struct io_uring_sqe *sqe;

	sqe = uring_put(uring, is_write ? IORING_OP_WRITE : IORING_OP_READ, fd,
			is_write ? out : in, 1 + rand_r(seed) % sizeof(in));
	sqe->off = rand_r(seed) % 100000;
	sqe->flags = way % 3 ? 0 : IOSQE_ASYNC;
	if (way % 11 == 0)
		sqe->addr = 8;
	sqe->user_data = sqe->off << 1 | is_write;
}

static void do_many(struct many *many)
{
	unsigned int seed = 1, round, i;
	struct uring uring;

	CHECK(!uring_open(&uring));
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < ENTRIES; i++)
			put_any(&uring, many->fd, &seed);
		uring_submit(&uring, ENTRIES);
		for (i = 0; i < ENTRIES; i++) {
			uint64_t data = uring_data(&uring);

			add_up(&many->seen[data & 1], data >> 1, uring_wait(&uring));
		}
	}
}

TEST_F(uring_file, many_requests_at_a_time)
{
	struct many *many = shared_memory(sizeof(*many));
	const struct ipcprobe_rec_file_read *io;
	struct sums recorded[2] = {};
	size_t at = 0;
	pid_t tid;
	int i;

	ASSERT_NE(NULL, many);
	many->fd = self->fd;
	tid = SPAWN(do_many, many);
	REAP(tid);
	FINISH(&self->cap);
	while ((io = next_request(&self->cap, &at)))
		add_up(&recorded[io->hdr.type == IPCPROBE_REC_file_write], io->offset, io->ret);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(many->seen[i].nr, recorded[i].nr);
		EXPECT_EQ(many->seen[i].errors, recorded[i].errors);
		EXPECT_EQ(many->seen[i].bytes, recorded[i].bytes);
		EXPECT_EQ(many->seen[i].places, recorded[i].places);
	}
	EXPECT_EQ(ROUNDS * ENTRIES, recorded[0].nr + recorded[1].nr);
}

/* ---- without a completion ---- */

#define NR_SILENT	1000

static void do_silent(int *fd)
{
	struct io_uring_sqe *sqe;
	struct uring uring;
	int i;

	CHECK(!uring_open(&uring));
	for (i = 0; i < NR_SILENT; i++) {
		sqe = uring_put(&uring, IORING_OP_WRITE, *fd, out, 10);
		sqe->flags = IOSQE_CQE_SKIP_SUCCESS | (i % 2 ? IOSQE_ASYNC : 0);
		uring_submit(&uring, 1);
		CHECK(uring_do(&uring, IORING_OP_READ, *fd, in, 0, 0) == 0);
		CHECK(uring_do(&uring, IORING_OP_WRITE, *fd, (void *)8, 1,
			       IOSQE_CQE_SKIP_SUCCESS) == -EFAULT);
	}
}

/* Successful requests without a completion are missed; failed ones and the others are not. */
TEST_F(uring_file, requests_without_a_completion)
{
	const struct ipcprobe_rec_file_read *io;
	unsigned int reads = 0, failed = 0;
	size_t at = 0;
	pid_t tid;

	tid = SPAWN(do_silent, &self->fd);
	REAP(tid);
	FINISH(&self->cap);
	while ((io = next_request(&self->cap, &at))) {
		bool is_read = io->hdr.type == IPCPROBE_REC_file_read;

		EXPECT_EQ(is_read ? 0 : -EFAULT, io->ret) record_print(&io->hdr);
		reads += is_read;
		failed += !is_read;
	}
	EXPECT_EQ(NR_SILENT, reads);
	EXPECT_EQ(NR_SILENT, failed);
}

static void do_killed(struct many *many)
{
	unsigned int seed = 1, i;
	struct uring uring;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CHECK(!uring_open(&uring));
	for (;;) {
		for (i = 0; i < ENTRIES; i++)
			put_any(&uring, many->fd, &seed);
		/* also frees room for completions that found none */
		syscall(SYS_io_uring_enter, uring.fd, ENTRIES, 0, IORING_ENTER_GETEVENTS,
			NULL, 0);
		__atomic_add_fetch(&many->seen[0].nr, ENTRIES, __ATOMIC_RELAXED);
		uring_forget(&uring);
	}
}

/*
 * Requests whose completions find no room, and cancelled ones, give at most one record
 * each.
 */
TEST_F(uring_file, requests_of_a_process_that_is_killed)
{
	struct many *many = shared_memory(sizeof(*many));
	const struct ipcprobe_rec_file_read *io;
	uint64_t nr = 0;
	size_t at = 0;
	pid_t tid;

	ASSERT_NE(NULL, many);
	many->fd = self->fd;
	tid = SPAWN(do_killed, many);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_file_write, tid));
	ASSERT_EQ(0, kill(tid, SIGKILL));
	ASSERT_EQ(tid, waitpid(tid, NULL, 0));
	FINISH(&self->cap);
	while ((io = next_request(&self->cap, &at))) {
		EXPECT_GE((int)sizeof(in), io->ret) record_print(&io->hdr);
		nr++;
	}
	EXPECT_GE(many->seen[0].nr + ENTRIES, nr);

	/* nothing of that process disturbs others */
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, ftruncate(self->fd, 0));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	tid = SPAWN(do_each, &self->fd);
	REAP(tid);
	at = self->cap.nr;
	FINISH(&self->cap);
	nr = 0;
	while ((io = next_request(&self->cap, &at)))
		nr++;
	EXPECT_EQ(11, nr);
}

/* ---- fingerprints ---- */

static void request_words(struct prints_log *log)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	fill_words(out, 8192);
	expect_prints(log, out + 3, 5000);
	CHECK(uring_do(&uring, IORING_OP_WRITE, log->id, out + 3, 5000, 0) == 5000);
	expect_prints(log, out + 3, 7);
	CHECK(uring_do(&uring, IORING_OP_WRITE, log->id, out + 3, 7, 0) == 7);
	uring_put(&uring, IORING_OP_READ, log->id, in + 5, 4000)->off = 3000;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 2007);
	expect_prints(log, in + 5, 2007);
	/* a registered buffer may belong to another process */
	uring_register(&uring, out, sizeof(out));
	expect_prints(log, NULL, 0);
	uring_put(&uring, IORING_OP_WRITE_FIXED, log->id, out + 50, 100)->off = 0;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 100);
}

TEST_F(uring_file, fingerprints)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	log->id = self->fd;
	tid = SPAWN(request_words, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
