// SPDX-License-Identifier: GPL-2.0
/* Class pipe: FIFOs, opened by two tasks and by one. */
#include <kselftest_harness.h>

#include "pipe_fixture.h"

static void do_fifo(struct shared *shared)
{
	shared->fd[0] = open(shared->path, O_RDONLY);
	CHECK(shared->fd[0] >= 0);
	CHECK(read(shared->fd[0], page, 100) == 10);
	CHECK(!close(shared->fd[0]));
}

TEST_F(pipe, fifo)
{
	const uint16_t fifo = IPCPROBE_IO_FIFO;
	const struct ipcprobe_rec_pipe_snapshot *snapshot;
	const struct ipcprobe_rec_pipe_close *close_rec;
	const struct ipcprobe_rec_pipe_open *open_rec;
	const struct ipcprobe_rec_pipe_read *read_rec;
	uint64_t begin_ns, end_ns;
	struct cursor cursor;
	struct stat st;
	pid_t tid;
	int fd;

	make_fifo(self->shared);
	tid = SPAWN(do_fifo, self->shared);
	/* The first task that opens the FIFO describes it, before it waits. */
	snapshot = capture_wait(&self->cap, IPCPROBE_REC_pipe_snapshot, 0);
	ASSERT_NE(NULL, snapshot);
	ASSERT_STREQ(self->shared->path, snapshot->path);
	ASSERT_EQ(0, stat(self->shared->path, &st));
	EXPECT_EQ(st.st_ino, snapshot->ino);
	EXPECT_EQ(st.st_dev >> 8 << 20 | (st.st_dev & 0xff), snapshot->dev);
	EXPECT_EQ(fifo, snapshot->flags);
	EXPECT_EQ(CAPACITY, snapshot->capacity);
	EXPECT_EQ(0, snapshot->nr_bufs);
	EXPECT_EQ(snapshot->read_pos, snapshot->write_pos);
	begin_ns = now_ns();
	fd = open(self->shared->path, O_WRONLY);
	ASSERT_LE(0, fd);
	end_ns = now_ns();
	ASSERT_EQ(10, write(fd, large, 10));
	REAP(tid);
	close(fd);
	FINISH(&self->cap);

	cursor = records_of(&self->cap, tid);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_EQ(snapshot->pipe, open_rec->pipe);
	EXPECT_EQ(self->shared->fd[0], open_rec->ret);
	EXPECT_EQ(fifo | IPCPROBE_IO_READ_END, open_rec->flags);
	EXPECT_LT(snapshot->hdr.ts_ns - open_rec->dur_ns, begin_ns);
	EXPECT_GE(open_rec->dur_ns, begin_ns - snapshot->hdr.ts_ns);
	/* whether the task had to wait for the bytes is chance */
	do {
		read_rec = (const void *)cursor_next(&cursor);
		ASSERT_NE(NULL, read_rec);
	} while (read_rec->hdr.type == IPCPROBE_REC_pipe_block ||
		 read_rec->hdr.type == IPCPROBE_REC_pipe_unblock);
	ASSERT_EQ(IPCPROBE_REC_pipe_read, read_rec->hdr.type);
	expect_io(_metadata, read_rec,
		  IO(page, snapshot->pipe, 0, 100, 10, READ,
		     .flags = fifo | (read_rec->flags & IPCPROBE_IO_BLOCKED)));
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(snapshot->pipe, close_rec->pipe);
	EXPECT_EQ(0, close_rec->unread);
	EXPECT_EQ(0, close_rec->readers);
	EXPECT_EQ(1, close_rec->writers);
	EXPECT_EQ(fifo | IPCPROBE_IO_READ_END, close_rec->flags);
	NO_MORE(&cursor);

	cursor = records_of(&self->cap, getpid());
	NEXT(&cursor, pipe_create);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_EQ(fd, open_rec->ret);
	EXPECT_EQ(fifo | IPCPROBE_IO_WRITE_END, open_rec->flags);
	EXPECT_GE(open_rec->hdr.ts_ns - open_rec->dur_ns, begin_ns);
	EXPECT_LE(open_rec->hdr.ts_ns, end_ns);
	EXPECT_IO(&cursor, pipe_write, large, snapshot->pipe, 0, 10, 10, WRITE, .flags = fifo);
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(0, close_rec->writers);
	EXPECT_EQ(fifo | IPCPROBE_IO_WRITE_END | IPCPROBE_IO_LAST, close_rec->flags);
	unlink(self->shared->path);
}

static void do_fifo_alone(struct shared *shared)
{
	int fd;

	CHECK(open(shared->path, O_WRONLY | O_NONBLOCK) < 0 && errno == ENXIO);
	fd = open(shared->path, O_RDWR);
	CHECK(fd >= 0);
	shared->fd[0] = fd;
	CHECK(write(fd, page, 10) == 10);
	CHECK(read(fd, page, 10) == 10);
	fd = open(shared->path, O_RDONLY | O_NONBLOCK);
	CHECK(fd >= 0);
	shared->fd[1] = fd;
	close(fd);
	/* while no task has the FIFO open it has no pipe: opening it made a new one */
	close(shared->fd[0]);
	fd = open(shared->path, O_RDWR);
	CHECK(write(fd, page, 10) == 10);
}

TEST_F(pipe, fifo_opened_by_one_task)
{
	const uint16_t fifo = IPCPROBE_IO_FIFO;
	const struct ipcprobe_rec_pipe_close *close_rec;
	const struct ipcprobe_rec_pipe_open *open_rec;
	struct cursor cursor;
	uint32_t pipe;

	make_fifo(self->shared);
	cursor = RECORDS_OF(&self->cap, do_fifo_alone, self->shared);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_EQ(-ENXIO, open_rec->ret);
	EXPECT_EQ(fifo | IPCPROBE_IO_WRITE_END, open_rec->flags);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_EQ(self->shared->fd[0], open_rec->ret);
	EXPECT_EQ(fifo | IPCPROBE_IO_READ_END | IPCPROBE_IO_WRITE_END, open_rec->flags);
	pipe = open_rec->pipe;
	EXPECT_IO(&cursor, pipe_write, page, pipe, 0, 10, 10, WRITE, .flags = fifo);
	EXPECT_IO(&cursor, pipe_read, page, pipe, 0, 10, 10, READ, .flags = fifo);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_EQ(pipe, open_rec->pipe);
	EXPECT_EQ(self->shared->fd[1], open_rec->ret);
	EXPECT_EQ(fifo | IPCPROBE_IO_READ_END, open_rec->flags);
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(1, close_rec->readers);
	EXPECT_EQ(1, close_rec->writers);
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(fifo | IPCPROBE_IO_READ_END | IPCPROBE_IO_WRITE_END | IPCPROBE_IO_LAST,
		  close_rec->flags);
	open_rec = NEXT(&cursor, pipe_open);
	EXPECT_NE(pipe, open_rec->pipe);
	EXPECT_IO(&cursor, pipe_write, page, open_rec->pipe, 0, 10, 10, WRITE, .flags = fifo);
	close_rec = NEXT(&cursor, pipe_close);
	EXPECT_EQ(10, close_rec->unread);
	NO_MORE(&cursor);
	unlink(self->shared->path);
}

TEST_HARNESS_MAIN
