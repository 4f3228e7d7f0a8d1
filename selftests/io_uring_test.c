// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring: no system call ends its requests, wherever the kernel carries them out: in
 * io_uring_enter(), at the end of any other call of the task, in a worker.
 * Nevertheless each read and write gives a record, the calls around it give theirs, and
 * positions stay exact.
 */
#include <kselftest_harness.h>

#include "uring.h"

#include <sys/eventfd.h>

#define CAPACITY	65536
#define READ_MULTISHOT	49	/* an opcode, since v6.7 */

static uint8_t out[CAPACITY], in[CAPACITY];

/* ---- each way to carry out a request ---- */

FIXTURE(uring)
{
	struct capture cap;
	int fd[2];
	int other[2];
	int event;
	uint32_t ino;
	uint32_t other_ino;
};

FIXTURE_SETUP(uring)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	fill(out, sizeof(out), 0);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, pipe(self->fd));
	ASSERT_EQ(0, pipe(self->other));
	self->ino = inode_of(self->fd[0]);
	self->other_ino = inode_of(self->other[0]);
	self->event = eventfd(0, 0);
	ASSERT_LE(0, self->event);
}

FIXTURE_TEARDOWN(uring)
{
	capture_close(&self->cap);
}

/* The next record of a read or write of this pipe, by any task. */
static const struct ipcprobe_rec_pipe_read *next_io(const struct capture *cap, uint32_t ino,
						    size_t *at)
{
	while (*at < cap->nr) {
		const struct ipcprobe_rec_pipe_read *io = (const void *)cap->recs[(*at)++].rec;

		if ((io->hdr.type == IPCPROBE_REC_pipe_read ||
		     io->hdr.type == IPCPROBE_REC_pipe_write) && io->pipe == ino)
			return io;
	}
	return NULL;
}

#define EXPECT_IO(at, ino, what, of_call, buf, bytes, at_pos)			\
({										\
	const struct ipcprobe_rec_pipe_read *io = next_io(&self->cap, ino, at);	\
										\
	ASSERT_NE(NULL, io);							\
	EXPECT_EQ(IPCPROBE_REC_##what, io->hdr.type) record_print(&io->hdr);	\
	EXPECT_EQ(IPCPROBE_CALL_##of_call, io->call);				\
	EXPECT_EQ((uintptr_t)(buf), io->addr);					\
	EXPECT_EQ(bytes, io->ret);						\
	EXPECT_EQ(at_pos, io->pos);						\
	EXPECT_EQ(0, io->flags & IPCPROBE_IO_RESYNC);				\
	io->hdr.tid;								\
})

static void do_inline(int *fd)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[1], out, 5000, 0) == 5000);
	CHECK(uring_do(&uring, IORING_OP_READ, fd[0], in, 8192, 0) == 5000);
	CHECK(is_filled(in, 5000, 0));
	getppid();
}

TEST_F(uring, requests_done_at_once)
{
	pid_t tid = SPAWN(do_inline, self->fd);

	size_t at = 0;

	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out, 5000, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 5000, 0);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
}

static void do_in_workers(int *fd)
{
	struct io_uring_sqe *sqe;
	struct uring uring;

	CHECK(!uring_open(&uring));
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[1], out, 5000, IOSQE_ASYNC) == 5000);
	sqe = uring_put(&uring, IORING_OP_SPLICE, fd[3], NULL, 4000);
	sqe->splice_fd_in = fd[0];
	sqe->off = -1;
	sqe->splice_off_in = -1;
	uring_submit(&uring, 1);
	CHECK(uring_wait(&uring) == 4000);
	CHECK(uring_do(&uring, IORING_OP_READ, fd[2], in, 8192, IOSQE_ASYNC) == 4000);
	CHECK(is_filled(in, 4000, 0));
	CHECK(uring_do(&uring, IORING_OP_READ, fd[0], in, 8192, IOSQE_ASYNC) == 1000);
	CHECK(is_filled(in, 1000, 4000));
}

TEST_F(uring, requests_done_by_workers)
{
	int fd[] = { self->fd[0], self->fd[1], self->other[0], self->other[1] };
	pid_t tid = SPAWN(do_in_workers, fd);

	const struct ipcprobe_rec_pipe_read *io;
	size_t at = 0;

	REAP(tid);
	FINISH(&self->cap);
	EXPECT_NE(tid, EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out, 5000, 0));
	/*
	 * the splice between them gives no record; its effect shows when the pipes are
	 * empty
	 */
	io = next_io(&self->cap, self->ino, &at);
	ASSERT_NE(NULL, io);
	EXPECT_EQ(1000, io->ret);
	EXPECT_EQ(IPCPROBE_CALL_IO_URING, io->call);
	EXPECT_EQ(IPCPROBE_IO_RESYNC, io->flags & IPCPROBE_IO_RESYNC);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
	at = 0;
	io = next_io(&self->cap, self->other_ino, &at);
	ASSERT_NE(NULL, io);
	EXPECT_EQ(4000, io->ret);
	EXPECT_EQ(NULL, next_io(&self->cap, self->other_ino, &at));
}

/* ---- bytes that io_uring's splice moves without a record ---- */

#define NR_STEPS	6

/* The letter of the bytes that each recorded call moved, in order. */
struct story {
	int fd[2];
	int other[2];
	char letters[NR_STEPS];
};

static void do_splice(struct uring *uring, int from, int to, uint32_t len)
{
	struct io_uring_sqe *sqe = uring_put(uring, IORING_OP_SPLICE, to, NULL, len);

	sqe->splice_fd_in = from;
	sqe->off = -1;
	sqe->splice_off_in = -1;
	uring_submit(uring, 1);
	CHECK(uring_wait(uring) == (int)len);
}

static void put_letters(int fd, char letter, size_t len)
{
	memset(out, letter, len);
	CHECK(write(fd, out, len) == (ssize_t)len);
}

/* Read bytes, all of which must be the same letter. */
static char get_letters(int fd, size_t len)
{
	CHECK(read(fd, in, len) == (ssize_t)len);
	CHECK(in[0] == in[len - 1]);
	return in[0];
}

/* "u" enters the pipe without a record, behind bytes that are read only later. */
static void do_splice_in(struct story *story)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	put_letters(story->other[1], 'u', 50);
	put_letters(story->fd[1], 'a', 100);
	do_splice(&uring, story->other[0], story->fd[1], 50);
	put_letters(story->fd[1], 'b', 100);
	memcpy(story->letters, "ab", 2);
	story->letters[2] = get_letters(story->fd[0], 100);
	story->letters[3] = get_letters(story->fd[0], 50);
	story->letters[4] = get_letters(story->fd[0], 60);
	story->letters[5] = get_letters(story->fd[0], 40);
}

/* Half of "a" leaves the pipe without a record; the pipe is never empty meanwhile. */
static void do_splice_out(struct story *story)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	put_letters(story->fd[1], 'a', 100);
	do_splice(&uring, story->fd[0], story->other[1], 50);
	put_letters(story->fd[1], 'b', 100);
	put_letters(story->fd[1], 'c', 100);
	memcpy(story->letters, "abc", 3);
	story->letters[3] = get_letters(story->fd[0], 50);
	story->letters[4] = get_letters(story->fd[0], 100);
	story->letters[5] = get_letters(story->fd[0], 60);
}

/* No read has the positions of a write of other bytes, and records warn of the uncertainty. */
static void expect_story(struct __test_metadata *_metadata, struct _test_data_uring *self,
			 void (*do_story)(struct story *))
{
	struct story *story = shared_memory(sizeof(*story));
	const struct ipcprobe_rec_pipe_read *io[NR_STEPS];
	size_t at = 0, i, w;
	uint16_t flags = 0;
	pid_t tid;

	memcpy(story->fd, self->fd, sizeof(story->fd));
	memcpy(story->other, self->other, sizeof(story->other));
	tid = SPAWN(do_story, story);
	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < NR_STEPS; i++) {
		io[i] = next_io(&self->cap, self->ino, &at);
		ASSERT_NE(NULL, io[i]);
		flags |= io[i]->flags;
		for (w = 0; io[i]->hdr.type == IPCPROBE_REC_pipe_read && w < i; w++) {
			if (io[w]->hdr.type == IPCPROBE_REC_pipe_write &&
			    io[w]->pos < io[i]->pos + io[i]->ret &&
			    io[i]->pos < io[w]->pos + io[w]->ret)
				EXPECT_EQ(story->letters[w], story->letters[i])
					TH_LOG("read %zu at %u", i, io[i]->pos);
		}
	}
	EXPECT_EQ(IPCPROBE_IO_RESYNC, flags & IPCPROBE_IO_RESYNC);
}

TEST_F(uring, spliced_into_a_pipe_that_is_not_empty)
{
	expect_story(_metadata, self, do_splice_in);
}

TEST_F(uring, spliced_out_of_a_pipe_that_stays_full)
{
	expect_story(_metadata, self, do_splice_out);
}

/* The write is larger than the pipe: on some kernels a worker waits in the middle of it. */
static void do_waiting(int *fd)
{
	static uint8_t twice[2 * CAPACITY];
	struct uring uring;
	int moved, done;

	fill(twice, sizeof(twice), 0);
	CHECK(!uring_open(&uring));
	uring_put(&uring, IORING_OP_READ, fd[0], in, 100)->flags = IOSQE_ASYNC;
	uring_submit(&uring, 1);
	CHECK(write(fd[1], out, 100) == 100);
	CHECK(uring_wait(&uring) == 100);
	CHECK(is_filled(in, 100, 0));
	uring_put(&uring, IORING_OP_WRITE, fd[1], twice, sizeof(twice))->flags = IOSQE_ASYNC;
	uring_submit(&uring, 1);
	for (done = 0; done < CAPACITY; done += moved) {
		moved = read(fd[0], in, 5000);
		CHECK(moved > 0 && is_filled(in, moved, done));
	}
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	while (!uring_is_done(&uring)) {
		moved = read(fd[0], in, 5000);
		CHECK(moved < 0 || is_filled(in, moved, done));
		done += moved < 0 ? 0 : moved;
	}
	while ((moved = read(fd[0], in, 5000)) > 0)
		done += moved;
	CHECK(uring_wait(&uring) == done);
}

/* By the records each byte is written once and read once, in order. */
TEST_F(uring, requests_that_wait)
{
	pid_t tid = SPAWN(do_waiting, self->fd);
	uint64_t written = 0, read = 0;
	size_t i;

	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_pipe_read *io = (const void *)self->cap.recs[i].rec;
		const struct ipcprobe_rec_pipe_block *block = (const void *)io;
		bool is_read = io->hdr.type == IPCPROBE_REC_pipe_read;

		if (io->hdr.type == IPCPROBE_REC_pipe_block && block->pipe == self->ino) {
			if (block->bytes)
				EXPECT_EQ(written, block->pos);
			written += block->bytes;
		}
		if ((!is_read && io->hdr.type != IPCPROBE_REC_pipe_write) ||
		    io->pipe != self->ino || io->ret <= 0)
			continue;
		EXPECT_EQ(0, io->flags & IPCPROBE_IO_RESYNC) record_print(&io->hdr);
		if (is_read) {
			EXPECT_EQ(read, io->pos) record_print(&io->hdr);
			read = io->pos + io->ret;
			EXPECT_GE(100 + 2 * CAPACITY, read);
		} else {
			EXPECT_EQ(written, io->pos) record_print(&io->hdr);
			/*
			 * the record of a write that waited counts all bytes; its pos
			 * is that of the last part
			 */
			written = (io->ret < CAPACITY ? written : 100) + io->ret;
		}
	}
	EXPECT_EQ(read, written);
	EXPECT_LE(100 + CAPACITY, read);
}

static void do_other_buffers(int *fd)
{
	struct iovec from[] = { { out, 100 }, { out + 300, 200 } };
	struct iovec to[] = { { in, 50 }, { in + 1000, 4000 } };
	struct uring uring;

	CHECK(!uring_open(&uring));
	uring_register(&uring, out, sizeof(out));
	CHECK(uring_do(&uring, IORING_OP_WRITE_FIXED, fd[1], out + 10, 70, 0) == 70);
	CHECK(uring_do(&uring, IORING_OP_READ_FIXED, fd[0], out + 20, 40, 0) == 40);
	CHECK(uring_do(&uring, IORING_OP_READ_FIXED, fd[0], out, 40, IOSQE_ASYNC) == 30);
	CHECK(uring_do(&uring, IORING_OP_WRITEV, fd[1], from, 2, 0) == 300);
	CHECK(uring_do(&uring, IORING_OP_READV, fd[0], to, 2, IOSQE_ASYNC) == 300);
}

TEST_F(uring, requests_with_registered_buffers_and_vectors)
{
	pid_t tid = SPAWN(do_other_buffers, self->fd);
	size_t at = 0;

	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out + 10, 70, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, out + 20, 40, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, out, 30, 40);
	EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out, 300, 70);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 300, 70);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
}

static void do_errors(int *fd)
{
	struct uring uring;

	signal(SIGPIPE, SIG_IGN);
	CHECK(!uring_open(&uring));
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[1], (void *)8, 100, 0) == -EFAULT);
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[1], out, 0, 0) == 0);
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[0], out, 100, 0) == -EBADF);
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[1], out, 100, 0) == 100);
	CHECK(uring_do(&uring, IORING_OP_READ, fd[0], (void *)8, 100, IOSQE_ASYNC) == -EFAULT);
	CHECK(uring_do(&uring, IORING_OP_READ, fd[0], in, 200, 0) == 100);
	close(fd[1]);
	CHECK(uring_do(&uring, IORING_OP_READ, fd[0], in, 100, 0) == 0);
	close(fd[2]);
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[3], out, 100, 0) == -EPIPE);
	CHECK(uring_do(&uring, IORING_OP_WRITE, fd[3], out, 100, IOSQE_ASYNC) == -EPIPE);
}

/* Failed requests move nothing, and the positions show that. */
TEST_F(uring, requests_that_fail)
{
	int fd[] = { self->fd[0], self->fd[1], self->other[0], self->other[1] };
	pid_t tid = SPAWN(do_errors, fd);
	size_t at = 0;

	close(self->fd[1]);
	close(self->other[0]);
	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out, 100, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 100, 0);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
	at = 0;
	EXPECT_EQ(NULL, next_io(&self->cap, self->other_ino, &at));
}

#define NR_READS	3

/* Start readers of a pipe, in workers or by poll; one of them gets bytes. */
static void start_reads(struct uring *uring, int *fd)
{
	unsigned int i;

	CHECK(!uring_open(uring));
	for (i = 0; i < NR_READS; i++)
		uring_put(uring, IORING_OP_READ, fd[0], in, 8192)->flags = IOSQE_ASYNC;
	uring_submit(uring, NR_READS);
	CHECK(write(fd[1], out, 100) == 100);
	CHECK(uring_wait(uring) == 100);
}

static void do_cancelled(int *fd)
{
	struct io_uring_sqe *sqe;
	struct uring uring;
	int left = NR_READS - 1;

	start_reads(&uring, fd);
	while (left) {
		sqe = uring_put(&uring, IORING_OP_ASYNC_CANCEL, fd[0], NULL, 0);
		sqe->cancel_flags = IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD;
		sqe->user_data = 1;
		uring_submit(&uring, 1);
		do {
			bool is_read = !uring_data(&uring);
			int res = uring_wait(&uring);

			CHECK(!is_read || res == -ECANCELED || res == -EINTR);
			left -= is_read;
		} while (uring_is_done(&uring));
	}
}

/* Number of waits that began and did not end. */
static int open_waits(const struct capture *cap, uint32_t ino)
{
	int waits = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_pipe_block *block = (const void *)cap->recs[i].rec;
		const struct ipcprobe_rec_pipe_unblock *unblock = (const void *)block;

		if (block->hdr.type == IPCPROBE_REC_pipe_block)
			waits += block->pipe == ino;
		else if (block->hdr.type == IPCPROBE_REC_pipe_unblock)
			waits -= unblock->pipe == ino;
	}
	return waits;
}

TEST_F(uring, requests_that_are_cancelled)
{
	pid_t tid = SPAWN(do_cancelled, self->fd);
	size_t at = 0;

	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, WRITE, out, 100, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 100, 0);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
	EXPECT_EQ(0, open_waits(&self->cap, self->ino));
}

static void do_killed(int *fd)
{
	struct uring uring;

	start_reads(&uring, fd);
	CHECK(write(fd[2], out, 1) == 1);
	for (;;)
		pause();
}

TEST_F(uring, requests_of_a_process_that_is_killed)
{
	int fd[] = { self->fd[0], self->fd[1], self->other[1] };
	pid_t tid = SPAWN(do_killed, fd);
	size_t at = 0;

	ASSERT_EQ(1, read(self->other[0], in, 1));
	ASSERT_EQ(0, kill(tid, SIGKILL));
	ASSERT_EQ(tid, waitpid(tid, NULL, 0));
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, WRITE, out, 100, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 100, 0);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
	EXPECT_EQ(0, open_waits(&self->cap, self->ino));
}

/*
 * fd[0]: the multishot request reads from it; fd[1]: the call reads from it; fd[2]: an
 * eventfd.
 */
static void do_multishot(int *fd)
{
	struct io_uring_sqe *sqe;
	struct uring uring;

	CHECK(!uring_open(&uring));
	CHECK(uring_do(&uring, IORING_OP_PROVIDE_BUFFERS, 4, in, 4096, 0) == 0);
	CHECK(!syscall(SYS_io_uring_register, uring.fd, IORING_REGISTER_EVENTFD, fd + 2, 1));
	sqe = uring_put(&uring, READ_MULTISHOT, fd[0], NULL, 0);
	sqe->flags = IOSQE_BUFFER_SELECT;
	uring_submit(&uring, 1);
	CHECK(read(fd[1], out, 100) == 20);
	CHECK(write(fd[3], out, 100) == 100);
	if (uring_wait(&uring) != 10)	/* before v6.7 there is no multishot read */
		_exit(2);
	CHECK(uring_wait(&uring) == 100);
}

/*
 * The request reads when its task returns from calls with the same numbers as other
 * tasks' calls.
 */
TEST_F(uring, multishot_reads)
{
	int fd[] = { self->fd[0], self->other[0], self->event, self->fd[1] };
	pid_t tid = SPAWN(do_multishot, fd);
	int status, bytes[] = { 10, 100 };
	const struct ipcprobe_rec_pipe_read *io;
	uint64_t nr, pos = 0;
	unsigned int n = 0;
	size_t at = 0;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(10, write(self->fd[1], out, 10));
	ASSERT_EQ(8, read(self->event, &nr, 8));
	ASSERT_EQ(20, write(self->other[1], out, 20));
	ASSERT_EQ(tid, waitpid(tid, &status, 0));
	FINISH(&self->cap);
	if (WEXITSTATUS(status) == 2)
		return;
	ASSERT_EQ(0, status);
	while ((io = next_io(&self->cap, self->ino, &at))) {
		if (io->hdr.type == IPCPROBE_REC_pipe_write)
			continue;
		ASSERT_GT(2, n) record_print(&io->hdr);
		EXPECT_EQ(tid, io->hdr.tid);
		EXPECT_EQ(IPCPROBE_CALL_IO_URING, io->call) record_print(&io->hdr);
		EXPECT_LE((uintptr_t)in, io->addr);
		EXPECT_GT((uintptr_t)in + 4 * 4096, io->addr);
		EXPECT_EQ(pos, io->pos);
		EXPECT_EQ(bytes[n], io->ret) record_print(&io->hdr);
		pos += bytes[n++];
	}
	EXPECT_EQ(2, n);
	at = 0;
	n = 0;
	while ((io = next_io(&self->cap, self->other_ino, &at)))
		if (io->hdr.type == IPCPROBE_REC_pipe_read)
			n += io->ret == 20 && io->call == IPCPROBE_CALL_READ;
	EXPECT_EQ(1, n);
}

/*
 * A request that had to wait continues at the end of the very call that made its pipe
 * ready, once this call has its record.
 */
static void do_after_a_call(int *fd)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	uring_put(&uring, IORING_OP_READ, fd[0], in, 8192);
	uring_submit(&uring, 1);
	CHECK(write(fd[1], out, 100) == 100);
	getppid();
	CHECK(uring_wait(&uring) == 100);
	CHECK(is_filled(in, 100, 0));

	CHECK(write(fd[1], out, CAPACITY) == CAPACITY);
	uring_put(&uring, IORING_OP_WRITE, fd[1], out + 7, 4096);
	uring_submit(&uring, 1);
	CHECK(read(fd[0], in, CAPACITY) == CAPACITY);
	getppid();
	CHECK(uring_wait(&uring) == 4096);
	CHECK(is_filled(in, CAPACITY, 0));
	CHECK(read(fd[0], in, CAPACITY) == 4096);
	CHECK(is_filled(in, 4096, 7));
}

TEST_F(uring, requests_done_at_the_end_of_other_calls)
{
	pid_t tid = SPAWN(do_after_a_call, self->fd);
	uint64_t pos = 100;
	size_t at = 0;

	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, WRITE, out, 100, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 100, 0);
	EXPECT_IO(&at, self->ino, pipe_write, WRITE, out, CAPACITY, pos);
	EXPECT_IO(&at, self->ino, pipe_read, READ, in, CAPACITY, pos);
	pos += CAPACITY;
	EXPECT_IO(&at, self->ino, pipe_write, IO_URING, out + 7, 4096, pos);
	EXPECT_IO(&at, self->ino, pipe_read, READ, in, 4096, pos);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
}

/* fd[0]: the request reads from it; fd[1]: the call reads from it; fd[2]: an eventfd. */
static void do_in_a_call(int *fd)
{
	struct uring uring;

	CHECK(!uring_open(&uring));
	CHECK(!syscall(SYS_io_uring_register, uring.fd, IORING_REGISTER_EVENTFD, fd + 2, 1));
	uring_put(&uring, IORING_OP_READ, fd[0], in, 8192);
	uring_submit(&uring, 1);
	CHECK(read(fd[1], in + 8192, 8192) == 20);
	CHECK(is_filled(in + 8192, 20, 3));
	CHECK(uring_wait(&uring) == 10);
	CHECK(is_filled(in, 10, 0));
}

/* The request interrupts the call that waits, which begins again afterwards. */
TEST_F(uring, requests_done_while_a_call_waits)
{
	int fd[] = { self->fd[0], self->other[0], self->event };
	pid_t tid = SPAWN(do_in_a_call, fd);
	const struct ipcprobe_rec *rec;
	struct cursor cursor;
	unsigned int reads = 0;
	size_t at = 0;
	uint64_t nr;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(10, write(self->fd[1], out, 10));
	ASSERT_EQ(8, read(self->event, &nr, 8));
	ASSERT_EQ(20, write(self->other[1], out + 3, 20));
	REAP(tid);
	FINISH(&self->cap);
	EXPECT_IO(&at, self->ino, pipe_write, WRITE, out, 10, 0);
	EXPECT_IO(&at, self->ino, pipe_read, IO_URING, in, 10, 0);
	EXPECT_EQ(NULL, next_io(&self->cap, self->ino, &at));
	cursor = records_of(&self->cap, tid);
	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_pipe_read *io = (const void *)rec;

		if (rec->type == IPCPROBE_REC_pipe_block ||
		    rec->type == IPCPROBE_REC_pipe_unblock)
			continue;
		if (rec->type == IPCPROBE_REC_pipe_read && io->call == IPCPROBE_CALL_IO_URING)
			continue;
		ASSERT_EQ(IPCPROBE_REC_pipe_read, rec->type);
		EXPECT_EQ(self->other_ino, io->pipe);
		EXPECT_EQ((uintptr_t)in + 8192, io->addr);
		EXPECT_TRUE(io->ret == 20 || io->ret == -ERESTARTSYS) record_print(rec);
		reads += io->ret == 20;
	}
	EXPECT_EQ(1, reads);
}

/* ---- sessions start and stop meanwhile ---- */

#define MAX_CHUNK	20000
#define ROUNDS		20

/* Two pipes between tasks that do half of their operations by calls, half by requests. */
struct stream {
	int fd[2];
	int never[2];		/* a pipe that stays empty, and that no task reads */
	uint32_t write_calls;
	uint32_t read_calls;
	bool is_enough;
};

/* The request may be carried out at the end of any of these calls. */
static int call_until_done(struct uring *uring, const struct stream *stream)
{
	uint8_t byte;

	while (!uring_is_done(uring))
		CHECK(read(stream->never[0], &byte, 1) < 0 && errno == EAGAIN);
	return uring_wait(uring);
}

static int move(struct uring *uring, const struct stream *stream, bool is_write,
		uint8_t *buf, size_t len, unsigned int way)
{
	uint8_t opcode = is_write ? IORING_OP_WRITE : IORING_OP_READ;
	int fd = stream->fd[is_write];

	if (way % 2)
		return is_write ? write(fd, buf, len) : read(fd, buf, len);
	uring_put(uring, opcode, fd, buf, len)->flags = way % 3 ? 0 : IOSQE_ASYNC;
	uring_submit(uring, 1);
	return way % 4 ? uring_wait(uring) : call_until_done(uring, stream);
}

static void do_writer(struct stream *stream)
{
	unsigned int seed = 1, way;
	struct uring uring;
	size_t done = 0;

	CHECK(!uring_open(&uring));
	while (!__atomic_load_n(&stream->is_enough, __ATOMIC_ACQUIRE)) {
		size_t len = 1 + rand_r(&seed) % MAX_CHUNK;
		int moved;

		fill(out, len, done);
		way = rand_r(&seed) >> 4;
		stream->write_calls += way % 2;
		moved = move(&uring, stream, true, out, len, way);
		CHECK(moved > 0);
		done += moved;
	}
}

static void do_reader(struct stream *stream)
{
	unsigned int seed = 2, way;
	struct uring uring;
	size_t done = 0;
	int moved, fd[2];

	close(stream->fd[1]);
	CHECK(!uring_open(&uring));
	do {
		size_t len = 1 + rand_r(&seed) % MAX_CHUNK;

		way = rand_r(&seed) >> 4;
		stream->read_calls += way % 2;
		moved = move(&uring, stream, false, in, len, way);
		CHECK(moved >= 0 && is_filled(in, moved, done));
		done += moved;
	} while (moved);
	/* exits while a request waits */
	CHECK(!pipe(fd));
	uring_put(&uring, IORING_OP_READ, fd[0], in, 1);
	uring_submit(&uring, 1);
}

FIXTURE(stream)
{
	struct stream *stream;
	uint32_t ino;
};

FIXTURE_SETUP(stream)
{
	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	self->stream = shared_memory(sizeof(*self->stream));
	ASSERT_NE(NULL, self->stream);
	ASSERT_EQ(0, pipe(self->stream->fd));
	ASSERT_EQ(0, pipe2(self->stream->never, O_NONBLOCK));
	self->ino = inode_of(self->stream->fd[0]);
}

FIXTURE_TEARDOWN(stream)
{
}

struct seen {
	uint32_t writes;
	uint32_t reads;
	uint32_t requests;
	uint32_t wrong;
};

/* Add up one session's records about the pipe. */
static void look(const struct capture *cap, uint32_t ino, uint32_t writer, uint32_t reader,
		 struct seen *seen)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_pipe_read *io = (const void *)cap->recs[i].rec;
		bool is_write = io->hdr.type == IPCPROBE_REC_pipe_write;

		if ((!is_write && io->hdr.type != IPCPROBE_REC_pipe_read) || io->pipe != ino)
			continue;
		if (io->call == IPCPROBE_CALL_IO_URING && io->ret > 0 &&
		    io->ret <= (int32_t)io->count) {
			seen->requests++;
			continue;
		}
		seen->writes += is_write;
		seen->reads += !is_write;
		if (io->hdr.tid == (is_write ? writer : reader) && io->ret <= (int32_t)io->count &&
		    io->call == (is_write ? IPCPROBE_CALL_WRITE : IPCPROBE_CALL_READ))
			continue;
		seen->wrong++;
		record_print(&io->hdr);
	}
}

/* Start and stop a session twice; each stop is after the session has seen some records. */
static void record(struct __test_metadata *_metadata, struct capture *cap, pid_t writer,
		   pid_t reader)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 18,
		.wakeup_bytes = 1,
	};
	int times;

	ASSERT_EQ(0, capture_open(cap, &config));
	for (times = 0; times < 2; times++) {
		ASSERT_EQ(0, capture_start(cap));
		ASSERT_NE(NULL, capture_wait(cap, IPCPROBE_REC_pipe_write, writer));
		ASSERT_NE(NULL, capture_wait(cap, IPCPROBE_REC_pipe_read, reader));
		FINISH(cap);
	}
}

TEST_F(stream, sessions_come_and_go)
{
	struct stream *stream = self->stream;
	struct seen seen = {};
	struct capture cap;
	pid_t writer, reader;
	unsigned int rounds;

	reader = SPAWN(do_reader, stream);
	writer = SPAWN(do_writer, stream);
	close(stream->fd[1]);
	for (rounds = 0; rounds < ROUNDS; rounds++) {
		record(_metadata, &cap, writer, reader);
		look(&cap, self->ino, writer, reader, &seen);
		capture_close(&cap);
	}
	__atomic_store_n(&stream->is_enough, true, __ATOMIC_RELEASE);
	REAP(writer);
	REAP(reader);
	EXPECT_EQ(0, seen.wrong);
	EXPECT_GE(stream->write_calls, seen.writes);
	EXPECT_GE(stream->read_calls, seen.reads);
	printf("# %u sessions saw %u of %u writes, %u of %u reads, %u requests\n", rounds,
	       seen.writes, stream->write_calls, seen.reads, stream->read_calls, seen.requests);
}

TEST_HARNESS_MAIN
