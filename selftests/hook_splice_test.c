// SPDX-License-Identifier: GPL-2.0
/* Class pipe: splice, tee, vmsplice and sendfile, in each direction. */
#include <kselftest_harness.h>

#include "capture.h"
#include "prints.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define NOWHERE	(~0ULL)		/* addr of an object without positions */

static char page[16384] __attribute__((aligned(4096)));

/* Two pipes, a file of 10000 bytes and an empty one. */
FIXTURE(splice)
{
	struct capture cap;
	char path[64];
	char other_path[64];
	struct fds {
		int file;
		int other;
		int a[2];
		int b[2];
		int socket[2];
	} fds;
	uint32_t a;
	uint32_t b;
};

FIXTURE_SETUP(splice)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};
	struct fds *fds = &self->fds;

	snprintf(self->path, sizeof(self->path), "/tmp/file.%d", getpid());
	snprintf(self->other_path, sizeof(self->other_path), "/tmp/other.%d", getpid());
	fds->file = open(self->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	fds->other = open(self->other_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ASSERT_LE(0, fds->other);
	ASSERT_EQ(10000, pwrite(fds->file, page, 10000, 0));
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, pipe(fds->a));
	ASSERT_EQ(0, pipe(fds->b));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds->socket));
	self->a = inode_of(fds->a[0]);
	self->b = inode_of(fds->b[0]);
}

FIXTURE_TEARDOWN(splice)
{
	unlink(self->path);
	unlink(self->other_path);
	capture_close(&self->cap);
}

struct move {
	uint64_t addr;
	uint32_t in;
	uint32_t out;
	uint32_t in_pos;
	uint32_t out_pos;
	int32_t ret;
	uint32_t copied;
	uint8_t call;
	uint8_t nr_segs;
	uint16_t flags;
};

static void expect_move(struct __test_metadata *_metadata,
			const struct ipcprobe_rec_pipe_splice *rec, const struct move *want)
{
	EXPECT_EQ(want->addr, rec->addr);
	EXPECT_EQ(want->in, rec->in);
	EXPECT_EQ(want->out, rec->out);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->copied, rec->copied);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->nr_segs, rec->nr_segs);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_NE(0, rec->dur_ns);
	/* A call that did not look at the pipe has no position. */
	if (rec->ret < 0)
		return;
	if (rec->flags & IPCPROBE_IO_IN_PIPE)
		EXPECT_EQ(want->in_pos, rec->in_pos);
	if (rec->flags & IPCPROBE_IO_OUT_PIPE)
		EXPECT_EQ(want->out_pos, rec->out_pos);
}

#define EXPECT_MOVE(cursor, call_, ...)					\
	expect_move(_metadata, NEXT(cursor, pipe_splice),		\
		    &(struct move) { .call = IPCPROBE_CALL_##call_, __VA_ARGS__ })

/* Expect a read or write of a pipe, after which the positions are as given. */
#define EXPECT_RW(cursor, name, pipe_, pos_, ret_) do {			\
	const struct ipcprobe_rec_##name *__rw = NEXT(cursor, name);	\
	EXPECT_EQ(pipe_, __rw->pipe);					\
	EXPECT_EQ(pos_, __rw->pos);					\
	EXPECT_EQ(ret_, __rw->ret);					\
	EXPECT_EQ(0, __rw->flags);					\
} while (0)

#define IN_PIPE		IPCPROBE_IO_IN_PIPE
#define OUT_PIPE	IPCPROBE_IO_OUT_PIPE

/* ---- between file and pipe ---- */

static void do_file_to_pipe(struct fds *fds)
{
	loff_t offset = 5000;

	CHECK(splice(fds->file, &offset, fds->a[1], NULL, 3000, 0) == 3000);
	CHECK(lseek(fds->file, 9000, SEEK_SET) == 9000);
	CHECK(splice(fds->file, NULL, fds->a[1], NULL, 3000, SPLICE_F_NONBLOCK) == 1000);
	CHECK(splice(fds->file, NULL, fds->a[1], NULL, 3000, 0) == 0);
	CHECK(write(fds->a[1], page, 10) == 10);
	CHECK(read(fds->a[0], page, sizeof(page)) == 4010);
}

TEST_F(splice, file_to_pipe_moves_pages)
{
	pid_t tid = SPAWN(do_file_to_pipe, &self->fds);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	EXPECT_MOVE(&cursor, SPLICE, .addr = 5000, .in = file, .out = self->a, .out_pos = 0,
		    .ret = 3000, .flags = OUT_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = 9000, .in = file, .out = self->a, .out_pos = 3000,
		    .ret = 1000, .flags = OUT_PIPE | IPCPROBE_IO_NONBLOCK);
	EXPECT_MOVE(&cursor, SPLICE, .addr = 10000, .in = file, .out = self->a, .out_pos = 4000,
		    .ret = 0, .flags = OUT_PIPE);
	EXPECT_RW(&cursor, pipe_write, self->a, 4000, 10);
	EXPECT_RW(&cursor, pipe_read, self->a, 0, 4010);
	NO_MORE(&cursor);
}

/* A file without page cache has its bytes copied. */
static void do_copied(struct fds *fds)
{
	int fd = open("/proc/filesystems", O_RDONLY);

	CHECK(splice(fd, NULL, fds->a[1], NULL, 100, 0) == 100);
}

TEST_F(splice, file_to_pipe_that_copies)
{
	pid_t tid = SPAWN(do_copied, &self->fds);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	EXPECT_MOVE(&cursor, SPLICE, .addr = 0, .in = file, .out = self->a, .ret = 100,
		    .copied = 100, .flags = OUT_PIPE);
	NO_MORE(&cursor);
}

static void do_pipe_to_file(struct fds *fds)
{
	loff_t offset = 700;

	CHECK(write(fds->a[1], page, 6000) == 6000);
	CHECK(splice(fds->a[0], NULL, fds->other, &offset, 1000, 0) == 1000);
	CHECK(splice(fds->a[0], NULL, fds->other, NULL, 2000, 0) == 2000);
	CHECK(splice(fds->a[0], NULL, fds->other, NULL, 500, 0) == 500);
	CHECK(read(fds->a[0], page, sizeof(page)) == 2500);
}

TEST_F(splice, pipe_to_file_copies)
{
	pid_t tid = SPAWN(do_pipe_to_file, &self->fds);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_RW(&cursor, pipe_write, self->a, 0, 6000);
	file = NEXT(&cursor, file_info)->file;
	EXPECT_MOVE(&cursor, SPLICE, .addr = 700, .in = self->a, .in_pos = 0, .out = file,
		    .ret = 1000, .copied = 1000, .flags = IN_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = 0, .in = self->a, .in_pos = 1000, .out = file,
		    .ret = 2000, .copied = 2000, .flags = IN_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = 2000, .in = self->a, .in_pos = 3000, .out = file,
		    .ret = 500, .copied = 500, .flags = IN_PIPE);
	EXPECT_RW(&cursor, pipe_read, self->a, 3500, 2500);
	NO_MORE(&cursor);
}

/* ---- between pipes ---- */

static void do_pipe_to_pipe(struct fds *fds)
{
	CHECK(write(fds->a[1], page, 9000) == 9000);
	CHECK(write(fds->b[1], page, 50) == 50);
	CHECK(splice(fds->a[0], NULL, fds->b[1], NULL, 5000, 0) == 5000);
	CHECK(splice(fds->a[0], NULL, fds->b[1], NULL, 10000, 0) == 4000);
	CHECK(splice(fds->a[0], NULL, fds->b[1], NULL, 10, SPLICE_F_NONBLOCK) < 0);
	CHECK(errno == EAGAIN);
	CHECK(read(fds->b[0], page, sizeof(page)) == 9050);
	CHECK(write(fds->a[1], page, 5) == 5);
	CHECK(read(fds->a[0], page, 5) == 5);
}

TEST_F(splice, pipe_to_pipe_moves_pages)
{
	pid_t tid = SPAWN(do_pipe_to_pipe, &self->fds);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_RW(&cursor, pipe_write, self->a, 0, 9000);
	EXPECT_RW(&cursor, pipe_write, self->b, 0, 50);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = self->a, .in_pos = 0, .out = self->b,
		    .out_pos = 50, .ret = 5000, .flags = IN_PIPE | OUT_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = self->a, .in_pos = 5000,
		    .out = self->b, .out_pos = 5050, .ret = 4000, .flags = IN_PIPE | OUT_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = self->a, .in_pos = 9000,
		    .out = self->b, .out_pos = 9050, .ret = -EAGAIN,
		    .flags = IN_PIPE | OUT_PIPE | IPCPROBE_IO_NONBLOCK);
	EXPECT_RW(&cursor, pipe_read, self->b, 0, 9050);
	EXPECT_RW(&cursor, pipe_write, self->a, 9000, 5);
	EXPECT_RW(&cursor, pipe_read, self->a, 9000, 5);
	NO_MORE(&cursor);
}

static void do_tee(struct fds *fds)
{
	CHECK(write(fds->a[1], page, 5000) == 5000);
	CHECK(read(fds->a[0], page, 1000) == 1000);
	CHECK(tee(fds->a[0], fds->b[1], 3000, 0) == 3000);
	CHECK(tee(fds->a[0], fds->b[1], 10000, SPLICE_F_NONBLOCK) == 4000);
	CHECK(read(fds->a[0], page, sizeof(page)) == 4000);
	CHECK(read(fds->b[0], page, sizeof(page)) == 7000);
}

TEST_F(splice, tee_leaves_the_bytes)
{
	pid_t tid = SPAWN(do_tee, &self->fds);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_RW(&cursor, pipe_write, self->a, 0, 5000);
	EXPECT_RW(&cursor, pipe_read, self->a, 0, 1000);
	EXPECT_MOVE(&cursor, TEE, .addr = NOWHERE, .in = self->a, .in_pos = 1000, .out = self->b,
		    .out_pos = 0, .ret = 3000, .flags = IN_PIPE | OUT_PIPE);
	EXPECT_MOVE(&cursor, TEE, .addr = NOWHERE, .in = self->a, .in_pos = 1000, .out = self->b,
		    .out_pos = 3000, .ret = 4000,
		    .flags = IN_PIPE | OUT_PIPE | IPCPROBE_IO_NONBLOCK);
	EXPECT_RW(&cursor, pipe_read, self->a, 1000, 4000);
	EXPECT_RW(&cursor, pipe_read, self->b, 0, 7000);
	NO_MORE(&cursor);
}

/* ---- between user memory and pipe ---- */

static void do_vmsplice(struct fds *fds)
{
	struct iovec out[2] = { { page, 4096 }, { page + 4096, 1000 } };
	struct iovec in[2] = { { page + 8192, 3000 }, { page + 12288, 4096 } };

	CHECK(vmsplice(fds->a[1], out, 2, 0) == 5096);
	CHECK(vmsplice(fds->a[1], out, 1, SPLICE_F_NONBLOCK | SPLICE_F_GIFT) == 4096);
	CHECK(vmsplice(fds->a[0], in, 2, 0) == 7096);
	CHECK(read(fds->a[0], page, sizeof(page)) == 2096);
}

TEST_F(splice, vmsplice_both_ways)
{
	pid_t tid = SPAWN(do_vmsplice, &self->fds);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_MOVE(&cursor, VMSPLICE, .addr = (uintptr_t)page, .out = self->a, .out_pos = 0,
		    .ret = 5096, .nr_segs = 2, .flags = OUT_PIPE);
	EXPECT_MOVE(&cursor, VMSPLICE, .addr = (uintptr_t)page, .out = self->a, .out_pos = 5096,
		    .ret = 4096, .nr_segs = 1, .flags = OUT_PIPE | IPCPROBE_IO_NONBLOCK);
	EXPECT_MOVE(&cursor, VMSPLICE, .addr = (uintptr_t)page + 8192, .in = self->a, .in_pos = 0,
		    .ret = 7096, .copied = 7096, .nr_segs = 2, .flags = IN_PIPE);
	EXPECT_RW(&cursor, pipe_read, self->a, 7096, 2096);
	NO_MORE(&cursor);
}

static void do_bad_vmsplice(struct fds *fds)
{
	struct iovec bad = { (void *)8, 100 };

	CHECK(vmsplice(fds->a[1], &bad, 1, 0) < 0 && errno == EFAULT);
	CHECK(vmsplice(fds->a[1], (void *)8, 1, 0) < 0 && errno == EFAULT);
	CHECK(vmsplice(fds->file, &bad, 1, 0) < 0 && errno == EBADF);
	CHECK(vmsplice(-1, &bad, 1, 0) < 0 && errno == EBADF);
}

TEST_F(splice, vmsplice_failures)
{
	pid_t tid = SPAWN(do_bad_vmsplice, &self->fds);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_MOVE(&cursor, VMSPLICE, .addr = 8, .out = self->a, .ret = -EFAULT, .nr_segs = 1,
		    .flags = OUT_PIPE);
	EXPECT_MOVE(&cursor, VMSPLICE, .addr = 0, .out = self->a, .ret = -EFAULT, .nr_segs = 1,
		    .flags = OUT_PIPE);
	NO_MORE(&cursor);
}

/* ---- sendfile, sockets ---- */

static void do_sendfile(struct fds *fds)
{
	off_t offset = 2000;

	CHECK(sendfile(fds->a[1], fds->file, &offset, 6000) == 6000);
	CHECK(sendfile(fds->a[1], fds->file, NULL, 100) == 100);
	CHECK(read(fds->a[0], page, sizeof(page)) == 6100);
}

TEST_F(splice, sendfile_into_a_pipe)
{
	pid_t tid = SPAWN(do_sendfile, &self->fds);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	EXPECT_MOVE(&cursor, SENDFILE, .addr = 2000, .in = file, .out = self->a, .out_pos = 0,
		    .ret = 6000, .flags = OUT_PIPE);
	EXPECT_MOVE(&cursor, SENDFILE, .addr = 0, .in = file, .out = self->a, .out_pos = 6000,
		    .ret = 100, .flags = OUT_PIPE);
	EXPECT_RW(&cursor, pipe_read, self->a, 0, 6100);
	NO_MORE(&cursor);
}

static void do_sockets(struct fds *fds)
{
	CHECK(write(fds->a[1], page, 300) == 300);
	CHECK(splice(fds->a[0], NULL, fds->socket[0], NULL, 200, 0) == 200);
	CHECK(splice(fds->socket[1], NULL, fds->b[1], NULL, 500, 0) == 200);
	CHECK(read(fds->b[0], page, 500) == 200);
	/* The bytes that fit into the rest of a page are in the head of the sk_buff. */
	CHECK(write(fds->socket[0], page, 3000) == 3000);
	CHECK(splice(fds->socket[1], NULL, fds->b[1], NULL, 3000, 0) == 3000);
	CHECK(write(fds->socket[0], page, 5000) == 5000);
	CHECK(splice(fds->socket[1], NULL, fds->b[1], NULL, 5000, 0) == 5000);
}

TEST_F(splice, sockets_have_no_number)
{
	pid_t tid = SPAWN(do_sockets, &self->fds);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_RW(&cursor, pipe_write, self->a, 0, 300);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = self->a, .in_pos = 0, .out = 0,
		    .ret = 200, .flags = IN_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = 0, .out = self->b, .out_pos = 0,
		    .ret = 200, .flags = OUT_PIPE);
	EXPECT_RW(&cursor, pipe_read, self->b, 0, 200);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = 0, .out = self->b, .out_pos = 200,
		    .ret = 3000, .copied = 3000, .flags = OUT_PIPE);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = 0, .out = self->b, .out_pos = 3200,
		    .ret = 5000, .copied = 5000 - 4096, .flags = OUT_PIPE);
	NO_MORE(&cursor);
}

/* ---- waits, refusals, FIFOs ---- */

static void do_wait(struct fds *fds)
{
	CHECK(splice(fds->a[0], NULL, fds->other, NULL, 100, 0) == 10);
}

TEST_F(splice, splice_that_waits)
{
	const uint16_t empty = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END;
	pid_t tid = SPAWN(do_wait, &self->fds);
	const struct ipcprobe_rec_pipe_block *block;
	struct cursor cursor;
	uint32_t file;

	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_pipe_block, tid));
	ASSERT_EQ(10, write(self->fds.a[1], page, 10));
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	block = NEXT(&cursor, pipe_block);
	EXPECT_EQ(self->a, block->pipe);
	EXPECT_EQ(0, block->pos);
	EXPECT_EQ(0, block->bytes);
	EXPECT_EQ(empty, block->flags);
	EXPECT_EQ(IPCPROBE_IO_EMPTY, NEXT(&cursor, pipe_unblock)->flags);
	EXPECT_MOVE(&cursor, SPLICE, .addr = 0, .in = self->a, .in_pos = 0, .out = file,
		    .ret = 10, .copied = 10, .flags = IN_PIPE | IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
}

static void do_refused(struct fds *fds)
{
	loff_t offset = 0;

	CHECK(splice(fds->a[0], NULL, fds->a[1], NULL, 10, 0) < 0 && errno == EINVAL);
	CHECK(splice(fds->file, NULL, fds->other, NULL, 10, 0) < 0 && errno == EINVAL);
	CHECK(splice(fds->a[1], NULL, fds->b[1], NULL, 10, 0) < 0 && errno == EBADF);
	CHECK(splice(-1, NULL, fds->b[1], NULL, 10, 0) < 0 && errno == EBADF);
	CHECK(splice(fds->a[0], &offset, fds->b[1], NULL, 10, 0) < 0 && errno == ESPIPE);
	CHECK(tee(fds->a[0], fds->file, 10, 0) < 0 && errno == EINVAL);
	CHECK(write(fds->a[1], page, 10) == 10);
	CHECK(read(fds->a[0], page, 10) == 10);
}

/* A refused call moved no position, and its record has no bytes. */
TEST_F(splice, refusals)
{
	pid_t tid = SPAWN(do_refused, &self->fds);
	const struct ipcprobe_rec *rec;
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	while ((rec = cursor_next(&cursor)) && rec->type == IPCPROBE_REC_pipe_splice) {
		const struct ipcprobe_rec_pipe_splice *refused = (const void *)rec;

		EXPECT_GT(0, refused->ret);
		EXPECT_EQ(0, refused->copied);
	}
	ASSERT_NE(NULL, rec);
	ASSERT_EQ(IPCPROBE_REC_pipe_write, rec->type);
	EXPECT_EQ(0, ((const struct ipcprobe_rec_pipe_write *)rec)->pos);
	EXPECT_RW(&cursor, pipe_read, self->a, 0, 10);
	NO_MORE(&cursor);
}

TEST_F(splice, fifos)
{
	const struct ipcprobe_rec_pipe_open *open_rec;
	struct cursor cursor;
	char path[64];
	int fifo;

	snprintf(path, sizeof(path), "/tmp/fifo.%d", getpid());
	ASSERT_EQ(0, mkfifo(path, 0600));
	fifo = open(path, O_RDWR);
	ASSERT_EQ(10, write(self->fds.a[1], page, 10));
	ASSERT_EQ(10, splice(self->fds.a[0], NULL, fifo, NULL, 10, 0));
	ASSERT_EQ(10, splice(fifo, NULL, self->fds.b[1], NULL, 10, 0));
	unlink(path);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, getpid());
	NEXT(&cursor, pipe_create);
	NEXT(&cursor, pipe_create);
	open_rec = NEXT(&cursor, pipe_open);
	NEXT(&cursor, pipe_write);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = self->a, .out = open_rec->pipe,
		    .ret = 10, .flags = IN_PIPE | OUT_PIPE | IPCPROBE_IO_OUT_FIFO);
	EXPECT_MOVE(&cursor, SPLICE, .addr = NOWHERE, .in = open_rec->pipe, .out = self->b,
		    .ret = 10, .flags = IN_PIPE | OUT_PIPE | IPCPROBE_IO_IN_FIFO);
	NO_MORE(&cursor);
}

/* ---- packets: a read that wants less throws the rest away ---- */

static void put_packets(int fd)
{
	int i;

	for (i = 0; i < 3; i++)
		CHECK(write(fd, page, 100) == 100);
}

static void get_packets(int fd)
{
	int i;

	for (i = 0; i < 3; i++)
		CHECK(read(fd, page, 10) == 10);
}

static void do_move_packets(struct fds *fds)
{
	CHECK(!fcntl(fds->a[1], F_SETFL, O_DIRECT));
	put_packets(fds->a[1]);
	CHECK(tee(fds->a[0], fds->b[1], 300, 0) == 300);
	get_packets(fds->b[0]);
	CHECK(splice(fds->a[0], NULL, fds->b[1], NULL, 300, 0) == 300);
	get_packets(fds->b[0]);
}

/* Expect that 90 of a packet's 100 bytes are discarded at @pos. */
static void expect_discard(struct __test_metadata *_metadata, const void *record, uint32_t pipe,
			   uint32_t pos)
{
	const struct ipcprobe_rec_pipe_discard *rec = record;

	EXPECT_EQ(pipe, rec->pipe);
	EXPECT_EQ(pos, rec->pos);
	EXPECT_EQ(90, rec->bytes);
	EXPECT_EQ(0, rec->flags);
}

TEST_F(splice, packets_stay_packets)
{
	const struct ipcprobe_rec_pipe_read *rec;
	pid_t tid = SPAWN(do_move_packets, &self->fds);
	uint32_t pos = 0, nr_gone = 0;
	size_t i;

	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		rec = (const void *)self->cap.recs[i].rec;
		if (rec->hdr.type == IPCPROBE_REC_pipe_discard) {
			expect_discard(_metadata, rec, self->b, pos + 10);
			nr_gone++;
		}
		if (rec->hdr.type != IPCPROBE_REC_pipe_read || rec->pipe != self->b)
			continue;
		EXPECT_EQ(pos, rec->pos);
		EXPECT_EQ(0, rec->flags);
		pos += 100;
	}
	EXPECT_EQ(600, pos);
	EXPECT_EQ(6, nr_gone);
}

/* The rest after the first read is discarded before the pipe is known. */
TEST_F(splice, packets_from_before)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
	};
	struct cursor cursor;
	int fd[2];

	capture_close(&self->cap);
	ASSERT_EQ(0, pipe2(fd, O_DIRECT));
	put_packets(fd[1]);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	get_packets(fd[0]);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, getpid());
	EXPECT_RW(&cursor, pipe_read, inode_of(fd[0]), 0, 10);
	expect_discard(_metadata, NEXT(&cursor, pipe_discard), inode_of(fd[0]), 20);
	EXPECT_RW(&cursor, pipe_read, inode_of(fd[0]), 10, 10);
	expect_discard(_metadata, NEXT(&cursor, pipe_discard), inode_of(fd[0]), 120);
	EXPECT_RW(&cursor, pipe_read, inode_of(fd[0]), 110, 10);
	NO_MORE(&cursor);
}

/* ---- fingerprints ---- */

static void splice_words(struct prints_log *log)
{
	struct iovec out[2] = { { page + 1, 4096 }, { page + 5000, 1000 } };
	struct iovec in[2] = { { page + 8192, 3000 }, { page + 12288, 4000 } };

	fill_words(page, sizeof(page));
	expect_prints(log, page + 1, 4096);
	CHECK(vmsplice(log->fd[1], out, 2, 0) == 5096);
	CHECK(vmsplice(log->fd[0], in, 2, 0) == 5096);
	expect_prints(log, page + 8192, 3000);
	out[0].iov_len = 6;
	expect_prints(log, page + 1, 6);
	CHECK(vmsplice(log->fd[1], out, 1, 0) == 6);
	CHECK(vmsplice(log->fd[0], in, 2, 0) == 6);
	expect_prints(log, page + 8192, 6);
	/* not in user memory */
	expect_prints(log, NULL, 0);
	CHECK(splice(log->id, NULL, log->fd[1], NULL, 1000, 0) == 1000);
}

TEST_F(splice, fingerprints)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	memcpy(log->fd, self->fds.a, sizeof(log->fd));
	log->id = self->fds.file;
	ASSERT_EQ(0, lseek(log->id, 0, SEEK_SET));
	tid = SPAWN(splice_words, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
