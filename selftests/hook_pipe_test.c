// SPDX-License-Identifier: GPL-2.0
/* Class pipe: each operation gives exactly its records, with each field right. */
#include <kselftest_harness.h>

#include "pipe_fixture.h"
#include "prints.h"

/* ---- one task ---- */

static void do_life(struct shared *shared)
{
	int fd[2];

	CHECK(!pipe(fd));
	shared->pipe = inode_of(fd[0]);
	CHECK(write(fd[1], page, 100) == 100);
	CHECK(read(fd[0], page + 8, 60) == 60);
	CHECK(write(fd[1], page + 16, 5000) == 5000);
	CHECK(read(fd[0], page, 8192) == 5040);
	CHECK(write(fd[1], page, 7) == 7);
	CHECK(!close(fd[1]));
	CHECK(!close(fd[0]));
}

TEST_F(pipe, life_of_a_pipe)
{
	pid_t tid = SPAWN(do_life, self->shared);
	const struct ipcprobe_rec_pipe_create *create;
	const struct ipcprobe_rec_pipe_close *close;
	struct cursor cursor;
	uint32_t pipe;

	REAP(tid);
	FINISH(&self->cap);
	pipe = self->shared->pipe;
	cursor = records_of(&self->cap, tid);
	create = NEXT(&cursor, pipe_create);
	EXPECT_EQ(pipe, create->pipe);
	EXPECT_EQ(CAPACITY, create->capacity);
	EXPECT_IO(&cursor, pipe_write, page, pipe, 0, 100, 100, WRITE);
	EXPECT_IO(&cursor, pipe_read, page + 8, pipe, 0, 60, 60, READ);
	EXPECT_IO(&cursor, pipe_write, page + 16, pipe, 100, 5000, 5000, WRITE);
	EXPECT_IO(&cursor, pipe_read, page, pipe, 60, 8192, 5040, READ);
	EXPECT_IO(&cursor, pipe_write, page, pipe, 5100, 7, 7, WRITE);
	close = NEXT(&cursor, pipe_close);
	EXPECT_EQ(pipe, close->pipe);
	EXPECT_EQ(7, close->unread);
	EXPECT_EQ(1, close->readers);
	EXPECT_EQ(0, close->writers);
	EXPECT_EQ(IPCPROBE_IO_WRITE_END, close->flags);
	close = NEXT(&cursor, pipe_close);
	EXPECT_EQ(7, close->unread);
	EXPECT_EQ(0, close->readers);
	EXPECT_EQ(0, close->writers);
	EXPECT_EQ(IPCPROBE_IO_READ_END | IPCPROBE_IO_LAST, close->flags);
	NO_MORE(&cursor);
}

static struct iovec iov[3] = {
	{ page, 10 }, { page + 100, 20 }, { page + 300, 30 },
};

/* Pipes support RWF_NOWAIT since Linux 6.4. */
static int nowait_flag(void)
{
	int fd[2], flag;

	CHECK(!pipe(fd));
	CHECK(preadv2(fd[0], iov, 1, -1, RWF_NOWAIT) < 0);
	flag = errno == EAGAIN ? RWF_NOWAIT : 0;
	close(fd[0]);
	close(fd[1]);
	return flag;
}

static int nowait;

static void do_vectors(int *fd)
{
	CHECK(writev(fd[1], iov, 3) == 60);
	CHECK(readv(fd[0], iov, 2) == 30);
	CHECK(pwritev2(fd[1], iov, 1, -1, 0) == 10);
	CHECK(preadv2(fd[0], iov, 3, -1, nowait) == 40);
	CHECK(!nowait || (preadv2(fd[0], iov, 1, -1, nowait) < 0 && errno == EAGAIN));
	/* refused before the kernel looks at the pipe */
	CHECK(pread(fd[0], page, 1, 0) < 0 && errno == ESPIPE);
	CHECK(read(fd[1], page, 1) < 0 && errno == EBADF);
	CHECK(write(fd[0], page, 1) < 0 && errno == EBADF);
}

#define EXPECT_SEGMENT(cursor, i) do {					\
	const struct ipcprobe_rec_io_segment *__seg = NEXT(cursor, io_segment); \
	EXPECT_EQ((uintptr_t)iov[i].iov_base, __seg->addr);		\
	EXPECT_EQ(iov[i].iov_len, __seg->bytes);			\
} while (0)

TEST_F(pipe, vectored_calls)
{
	struct cursor cursor;

	nowait = nowait_flag();
	cursor = RECORDS_OF(&self->cap, do_vectors, self->fd);
	EXPECT_SEGMENT(&cursor, 1);
	EXPECT_SEGMENT(&cursor, 2);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 0, 60, 60, WRITEV, .nr_segs = 3);
	EXPECT_SEGMENT(&cursor, 1);
	EXPECT_IO(&cursor, pipe_read, page, self->ino, 0, 30, 30, READV, .nr_segs = 2);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 60, 10, 10, PWRITEV2);
	EXPECT_SEGMENT(&cursor, 1);
	EXPECT_SEGMENT(&cursor, 2);
	EXPECT_IO(&cursor, pipe_read, page, self->ino, 30, 60, 40, PREADV2, .nr_segs = 3,
		  .flags = nowait ? IPCPROBE_IO_NONBLOCK : 0);
	if (nowait)
		EXPECT_IO(&cursor, pipe_read, page, self->ino, 70, 10, -EAGAIN, PREADV2,
			  .flags = IPCPROBE_IO_NONBLOCK);
	NO_MORE(&cursor);
}

static void do_nonblock(int *fd)
{
	CHECK(read(fd[0], page, 10) < 0 && errno == EAGAIN);
	CHECK(write(fd[1], large, CAPACITY + 1000) == CAPACITY);
	CHECK(write(fd[1], page, 1) < 0 && errno == EAGAIN);
	CHECK(read(fd[0], large, sizeof(large)) == CAPACITY);
}

TEST_F(pipe, nonblocking_calls)
{
	struct cursor cursor;

	fcntl(self->fd[0], F_SETFL, O_NONBLOCK);
	fcntl(self->fd[1], F_SETFL, O_NONBLOCK);
	cursor = RECORDS_OF(&self->cap, do_nonblock, self->fd);
	EXPECT_IO(&cursor, pipe_read, page, self->ino, 0, 10, -EAGAIN, READ,
		  .flags = IPCPROBE_IO_NONBLOCK);
	EXPECT_IO(&cursor, pipe_write, large, self->ino, 0, CAPACITY + 1000, CAPACITY,
		  WRITE, .flags = IPCPROBE_IO_NONBLOCK);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, CAPACITY, 1, -EAGAIN, WRITE,
		  .flags = IPCPROBE_IO_NONBLOCK);
	EXPECT_IO(&cursor, pipe_read, large, self->ino, 0, 2 * CAPACITY, CAPACITY,
		  READ, .flags = IPCPROBE_IO_NONBLOCK);
	NO_MORE(&cursor);
}

static void do_no_bytes(int *fd)
{
	CHECK(write(fd[1], page, 0) == 0);
	CHECK(read(fd[0], page, 0) == 0);
	CHECK(write(fd[1], page, 3) == 3);
	CHECK(read(fd[0], page, 3) == 3);
	CHECK(!close(fd[1]));
	CHECK(read(fd[0], page, 5) == 0);
}

TEST_F(pipe, zero_bytes_and_end_of_file)
{
	const struct ipcprobe_rec_pipe_close *close_rec;
	pid_t tid;
	struct cursor cursor;

	tid = fork();
	if (!tid) {
		/* The child is the last writer: its close makes the end of file. */
		int fd[2];

		CHECK(!pipe(fd));
		self->shared->pipe = inode_of(fd[0]);
		do_no_bytes(fd);
		_exit(0);
	}
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	NEXT(&cursor, pipe_create);
	EXPECT_IO(&cursor, pipe_write, page, self->shared->pipe, 0, 0, 0, WRITE);
	EXPECT_IO(&cursor, pipe_read, page, self->shared->pipe, 0, 0, 0, READ);
	EXPECT_IO(&cursor, pipe_write, page, self->shared->pipe, 0, 3, 3, WRITE);
	EXPECT_IO(&cursor, pipe_read, page, self->shared->pipe, 0, 3, 3, READ);
	NEXT(&cursor, pipe_close);
	EXPECT_IO(&cursor, pipe_read, page, self->shared->pipe, 3, 5, 0, READ);
	/* closed by the child's exit */
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(IPCPROBE_IO_READ_END | IPCPROBE_IO_LAST, close_rec->flags);
	NO_MORE(&cursor);
}

static void do_epipe(int *fd)
{
	CHECK(write(fd[1], page, 10) < 0 && errno == EPIPE);
	signal(SIGPIPE, SIG_DFL);
	write(fd[1], page, 11);
}

TEST_F(pipe, no_reader)
{
	struct cursor cursor;
	int status;
	pid_t tid;

	close(self->fd[0]);
	tid = SPAWN(do_epipe, self->fd);
	ASSERT_EQ(tid, waitpid(tid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	ASSERT_EQ(SIGPIPE, WTERMSIG(status));
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 0, 10, -EPIPE, WRITE);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 0, 11, -EPIPE, WRITE);
	NO_MORE(&cursor);
}

/* ---- faults ---- */

/* Map @bytes of valid memory with an invalid page after them. */
static char *edge(size_t bytes)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(memory + 4096, 4096);
	return memory + 4096 - bytes;
}

static char *volatile nowhere = (char *)8;

static void do_fault(int *fd)
{
	CHECK(write(fd[1], nowhere, 10) < 0 && errno == EFAULT);
	CHECK(write(fd[1], page, 20) == 20);
	CHECK(read(fd[0], nowhere, 10) < 0 && errno == EFAULT);
	CHECK(read(fd[0], page, 20) == 20);
}

TEST_F(pipe, bad_buffers)
{
	pid_t tid = SPAWN(do_fault, self->fd);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, pipe_write, nowhere, self->ino, 0, 10, -EFAULT, WRITE);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 0, 20, 20, WRITE);
	EXPECT_IO(&cursor, pipe_read, nowhere, self->ino, 0, 10, -EFAULT, READ);
	EXPECT_IO(&cursor, pipe_read, page, self->ino, 0, 20, 20, READ);
	NO_MORE(&cursor);
}

struct fault {
	int *fd;
	char *edge;
};

/* Bytes that were copied and then discarded take no position in the stream. */
static void do_half_fault(struct fault *fault)
{
	int *fd = fault->fd;

	CHECK(write(fd[1], page, 3000) == 3000);
	CHECK(read(fd[0], fault->edge, 2000) < 0 && errno == EFAULT);
	CHECK(read(fd[0], page, 100) == 100);
	CHECK(write(fd[1], fault->edge, 2000) < 0 && errno == EFAULT);
	CHECK(write(fd[1], page, 200) == 200);
	CHECK(read(fd[0], page, 8192) == 3100);
	CHECK(write(fd[1], fault->edge, 4000) < 0 && errno == EFAULT);
	CHECK(write(fd[1], page, 300) == 300);
	CHECK(read(fd[0], page, 8192) == 300);
}

TEST_F(pipe, half_bad_buffers)
{
	struct fault fault = { self->fd, edge(1000) };
	pid_t tid = SPAWN(do_half_fault, &fault);
	uint32_t pipe = self->ino;
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, pipe_write, page, pipe, 0, 3000, 3000, WRITE);
	EXPECT_IO(&cursor, pipe_read, fault.edge, pipe, 0, 2000, -EFAULT, READ);
	EXPECT_IO(&cursor, pipe_read, page, pipe, 0, 100, 100, READ);
	EXPECT_IO(&cursor, pipe_write, fault.edge, pipe, 3000, 2000, -EFAULT, WRITE);
	EXPECT_IO(&cursor, pipe_write, page, pipe, 3000, 200, 200, WRITE);
	EXPECT_IO(&cursor, pipe_read, page, pipe, 100, 8192, 3100, READ);
	EXPECT_IO(&cursor, pipe_write, fault.edge, pipe, 3200, 4000, -EFAULT, WRITE);
	EXPECT_IO(&cursor, pipe_write, page, pipe, 3200, 300, 300, WRITE);
	EXPECT_IO(&cursor, pipe_read, page, pipe, 3200, 8192, 300, READ);
	NO_MORE(&cursor);
}

/* ---- waiting ---- */

#define EXPECT_BLOCK(cursor, pipe_, pos_, bytes_, flags_) do {		\
	const struct ipcprobe_rec_pipe_block *__block = NEXT(cursor, pipe_block); \
	EXPECT_EQ(pipe_, __block->pipe);				\
	EXPECT_EQ(pos_, __block->pos);					\
	EXPECT_EQ(bytes_, __block->bytes);				\
	EXPECT_EQ(flags_, __block->flags);				\
	EXPECT_NE(0, __block->dur_ns);					\
} while (0)

#define EXPECT_UNBLOCK(cursor, pipe_, flags_) do {			\
	const struct ipcprobe_rec_pipe_unblock *__unblock = NEXT(cursor, pipe_unblock); \
	EXPECT_EQ(pipe_, __unblock->pipe);				\
	EXPECT_EQ(flags_, __unblock->flags);				\
} while (0)

static void do_read(int *fd)
{
	CHECK(read(fd[0], page, 100) == 10);
}

TEST_F(pipe, read_that_waits)
{
	pid_t tid = SPAWN(do_read, self->fd);
	const struct ipcprobe_rec_pipe_read *rec;
	uint64_t begin_ns, end_ns;
	struct cursor cursor;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	begin_ns = now_ns();
	ASSERT_EQ(10, write(self->fd[1], large, 10));
	end_ns = now_ns();
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(&cursor, self->ino, 0, 0, IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_EMPTY);
	rec = NEXT(&cursor, pipe_read);
	expect_io(_metadata, rec,
		  IO(page, self->ino, 0, 100, 10, READ, .flags = IPCPROBE_IO_BLOCKED));
	/* the wait lasted at least until the write began */
	EXPECT_LT(rec->hdr.ts_ns - rec->dur_ns, begin_ns);
	EXPECT_GT(rec->hdr.ts_ns, begin_ns);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, getpid());
	NEXT(&cursor, pipe_create);
	rec = (const void *)NEXT(&cursor, pipe_write);
	expect_io(_metadata, rec,
		  IO(large, self->ino, 0, 10, 10, WRITE));
	EXPECT_GE(rec->hdr.ts_ns - rec->dur_ns, begin_ns);
	EXPECT_LE(rec->hdr.ts_ns, end_ns);
}

static void do_large_write(int *fd)
{
	CHECK(write(fd[1], large, CAPACITY + 5000) == CAPACITY + 5000);
}

TEST_F(pipe, write_that_waits_twice)
{
	const uint16_t full = IPCPROBE_IO_FULL | IPCPROBE_IO_WRITE_END;
	pid_t tid = SPAWN(do_large_write, self->fd);
	struct cursor cursor;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(4096, read(self->fd[0], page, 4096));
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(8192, read(self->fd[0], page, 8192));
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(&cursor, self->ino, 0, CAPACITY, full);
	EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_FULL);
	EXPECT_BLOCK(&cursor, self->ino, CAPACITY, 4096, full);
	EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_FULL);
	EXPECT_IO(&cursor, pipe_write, large, self->ino, CAPACITY + 4096, CAPACITY + 5000,
		  CAPACITY + 5000, WRITE, .flags = IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
}

static void on_signal(int signo MAYBE_UNUSED)
{
}

static void do_interrupted(int *fd)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	CHECK(read(fd[0], page, 100) < 0 && errno == EINTR);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	CHECK(read(fd[0], page, 100) == 10);
}

TEST_F(pipe, interrupted_and_restarted_reads)
{
	const uint16_t empty = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END;
	pid_t tid = SPAWN(do_interrupted, self->fd);
	struct cursor cursor;
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
		kill(tid, SIGUSR1);
	}
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(10, write(self->fd[1], large, 10));
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	for (i = 0; i < 2; i++) {
		EXPECT_BLOCK(&cursor, self->ino, 0, 0, empty);
		EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_EMPTY);
		EXPECT_IO(&cursor, pipe_read, page, self->ino, 0, 100, -ERESTARTSYS,
			  READ, .flags = IPCPROBE_IO_BLOCKED);
	}
	EXPECT_BLOCK(&cursor, self->ino, 0, 0, empty);
	EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_EMPTY);
	EXPECT_IO(&cursor, pipe_read, page, self->ino, 0, 100, 10, READ, .flags = IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
}

/* A write that has moved bytes when a signal interrupts it returns their number. */
TEST_F(pipe, killed_while_waiting)
{
	pid_t tid = SPAWN(do_large_write, self->fd);
	const struct ipcprobe_rec_pipe_write *rec;
	struct cursor cursor;
	int status;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	kill(tid, SIGKILL);
	ASSERT_EQ(tid, waitpid(tid, &status, 0));
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_BLOCK(&cursor, self->ino, 0, CAPACITY, IPCPROBE_IO_FULL | IPCPROBE_IO_WRITE_END);
	EXPECT_UNBLOCK(&cursor, self->ino, IPCPROBE_IO_FULL);
	rec = NEXT(&cursor, pipe_write);
	EXPECT_EQ(CAPACITY, rec->ret);
	EXPECT_EQ(CAPACITY, rec->pos);
	NO_MORE(&cursor);
}

/* ---- sizes ---- */

static void do_resize(int *fd)
{
	CHECK(fcntl(fd[0], F_SETPIPE_SZ, 1 << 20) == 1 << 20);
	CHECK(fcntl(fd[1], F_SETPIPE_SZ, 5000) == 8192);
	CHECK(fcntl(fd[1], F_GETPIPE_SZ) == 8192);
	CHECK(write(fd[1], page, 8192) == 8192);
	CHECK(fcntl(fd[0], F_SETPIPE_SZ, 4096) < 0 && errno == EBUSY);
}

TEST_F(pipe, resize)
{
	const int results[] = { 1 << 20, 8192, -EBUSY };
	pid_t tid = SPAWN(do_resize, self->fd);
	struct cursor cursor;
	size_t i;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	for (i = 0; i < NR(results); i++) {
		const struct ipcprobe_rec_pipe_resize *rec;

		if (i == 2)
			NEXT(&cursor, pipe_write);
		rec = NEXT(&cursor, pipe_resize);
		EXPECT_EQ(self->ino, rec->pipe);
		EXPECT_EQ(results[i], rec->ret);
	}
	NO_MORE(&cursor);
}

/* Each open file counts, not each descriptor. */
static void do_close(int *fd)
{
	char path[32];
	int copy, again;

	copy = dup(fd[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[1]);
	again = open(path, O_WRONLY);
	CHECK(copy >= 0 && again >= 0);
	CHECK(write(again, page, 5) == 5);
	close(copy);
	close(again);
}

TEST_F(pipe, close_counts_open_files)
{
	pid_t tid = SPAWN(do_close, self->fd);
	const struct ipcprobe_rec_pipe_close *rec;
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_EQ(self->ino, NEXT(&cursor, pipe_open)->pipe);
	EXPECT_IO(&cursor, pipe_write, page, self->ino, 0, 5, 5, WRITE);
	rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(self->ino, rec->pipe);
	EXPECT_EQ(5, rec->unread);
	EXPECT_EQ(1, rec->readers);
	EXPECT_EQ(1, rec->writers);
	EXPECT_EQ(IPCPROBE_IO_WRITE_END, rec->flags);
	NO_MORE(&cursor);
}

/* ---- descriptors that are no pipes ---- */

static void do_others(int *fd)
{
	uint64_t one = 1;

	CHECK(write(fd[0], &one, 8) == 8);
	CHECK(read(fd[0], &one, 8) == 8);
	CHECK(write(fd[1], &one, 8) == 8);
	CHECK(read(fd[2], &one, 8) == 8);
	CHECK(write(fd[3], &one, 8) == 8);
	CHECK(read(fd[3], &one, 8) == 8);
}

TEST_F(pipe, other_objects_give_nothing)
{
	struct cursor cursor;
	int fd[4];

	fd[0] = syscall(SYS_eventfd2, 0, 0);
	ASSERT_EQ(0, syscall(SYS_socketpair, 1 /* AF_UNIX */, 1 /* SOCK_STREAM */, 0, fd + 1));
	fd[3] = open("/dev/zero", O_RDWR);
	cursor = RECORDS_OF(&self->cap, do_others, fd);
	NO_MORE(&cursor);
}

/* ---- many writers, two readers ---- */

#define NR_WRITERS	4
#define NR_READERS	2
#define NR_WRITES	24
#define MAX_WRITE	100000
#define STREAM_MAX	(NR_WRITERS * NR_WRITES * MAX_WRITE)

/* Byte @n of writer @w, from which a reader gets the writer and @n modulo 63. */
static inline uint8_t stamp(unsigned int w, uint64_t n)
{
	return w << 6 | n % 63;
}

static void do_writes(int fd, unsigned int w)
{
	static uint8_t buf[MAX_WRITE];
	unsigned int seed = w + 1;
	uint64_t n = 0;
	int i;

	for (i = 0; i < NR_WRITES; i++) {
		size_t len = 1 + rand_r(&seed) % MAX_WRITE, k;

		for (k = 0; k < len; k++)
			buf[k] = stamp(w, n++);
		CHECK((size_t)write(fd, buf, len) == len);
	}
}

/* Read, and keep the bytes in order. */
static void do_reads(int fd, uint8_t *to)
{
	unsigned int seed = (uintptr_t)to;
	ssize_t len;

	while ((len = read(fd, to, 1 + rand_r(&seed) % MAX_WRITE)) > 0)
		to += len;
	CHECK(!len);
}

struct span {
	uint32_t pos;
	uint32_t len;
	uint32_t tid;
};

/* Add the bytes that one task moved, as one span for each wait. */
static size_t collect_spans(const struct capture *cap, uint32_t tid, uint16_t type,
			    struct span *spans)
{
	struct cursor cursor = records_of(cap, tid);
	const struct ipcprobe_rec *rec;
	uint32_t before = 0;
	size_t nr = 0;

	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_pipe_block *block = (const void *)rec;
		const struct ipcprobe_rec_pipe_read *end = (const void *)rec;

		if (rec->type == IPCPROBE_REC_pipe_block) {
			if (block->bytes)
				spans[nr++] = (struct span) { block->pos, block->bytes, tid };
			before += block->bytes;
		} else if (rec->type == type) {
			if (end->ret > 0 && end->ret - before)
				spans[nr++] = (struct span) { end->pos, end->ret - before, tid };
			before = 0;
		}
	}
	return nr;
}

static int compare_span(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

TEST_F(pipe, many_writers_two_readers)
{
	uint8_t *got[NR_READERS], *stream = malloc(STREAM_MAX);
	struct span *in = malloc(sizeof(*in) * 100000), *out = malloc(sizeof(*out) * 100000);
	uint64_t count[NR_WRITERS] = { 0 };
	pid_t writer[NR_WRITERS], reader[NR_READERS];
	size_t nr_in = 0, nr_out = 0, i, w;
	uint32_t total, pos;

	for (i = 0; i < NR_READERS; i++) {
		got[i] = shared_memory(STREAM_MAX);
		ASSERT_NE(NULL, got[i]);
		reader[i] = fork();
		if (!reader[i]) {
			close(self->fd[1]);
			do_reads(self->fd[0], got[i]);
			_exit(0);
		}
	}
	for (w = 0; w < NR_WRITERS; w++) {
		writer[w] = fork();
		if (!writer[w]) {
			do_writes(self->fd[1], w);
			_exit(0);
		}
	}
	close(self->fd[1]);
	for (w = 0; w < NR_WRITERS; w++)
		REAP(writer[w]);
	for (i = 0; i < NR_READERS; i++)
		REAP(reader[i]);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++)
		ASSERT_NE(IPCPROBE_REC_lost, self->cap.recs[i].rec->type);

	for (w = 0; w < NR_WRITERS; w++)
		nr_in += collect_spans(&self->cap, writer[w], IPCPROBE_REC_pipe_write, in + nr_in);
	for (i = 0; i < NR_READERS; i++) {
		size_t first = nr_out, k;
		uint8_t *from = got[i];

		nr_out += collect_spans(&self->cap, reader[i], IPCPROBE_REC_pipe_read, out + first);
		for (k = first; k < nr_out; k++) {
			ASSERT_GE(STREAM_MAX, (uint64_t)out[k].pos + out[k].len);
			memcpy(stream + out[k].pos, from, out[k].len);
			from += out[k].len;
		}
	}
	qsort(in, nr_in, sizeof(*in), compare_span);
	qsort(out, nr_out, sizeof(*out), compare_span);
	for (i = 0, total = 0; i < nr_in; i++) {
		ASSERT_EQ(total, in[i].pos) TH_LOG("write spans do not follow one another");
		total += in[i].len;
	}
	for (i = 0, pos = 0; i < nr_out; i++) {
		ASSERT_EQ(pos, out[i].pos) TH_LOG("read spans do not follow one another");
		pos += out[i].len;
	}
	ASSERT_EQ(total, pos);
	/* Each byte of the stream is the next one of its writer. */
	for (i = 0; i < nr_in; i++) {
		for (w = 0; writer[w] != (pid_t)in[i].tid; w++)
			;
		for (pos = in[i].pos; pos < in[i].pos + in[i].len; pos++)
			if (stream[pos] != stamp(w, count[w]++))
				break;
		ASSERT_EQ(in[i].pos + in[i].len, pos) TH_LOG("a byte of another writer");
	}
	printf("# %u bytes in %zu write and %zu read spans\n", total, nr_in, nr_out);
}

/* ---- fingerprints ---- */

TEST_F(pipe, fingerprints)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	memcpy(log->fd, self->fd, sizeof(log->fd));
	tid = SPAWN(move_all, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

/*
 * The fingerprints of a read that waited are those of the bytes received, not of the
 * buffer before.
 */
static void wait_for_bytes(struct prints_log *log)
{
	fill_words(page, sizeof(page));
	CHECK(read(log->fd[0], page + 5, 5000) == 3000);
	expect_prints(log, page + 5, 3000);
}

TEST_F(pipe, fingerprints_of_a_read_that_waits)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	memcpy(log->fd, self->fd, sizeof(log->fd));
	tid = SPAWN(wait_for_bytes, log);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	fill_words(large, 3000);
	ASSERT_EQ(3000, write(self->fd[1], large, 3000));
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
