// SPDX-License-Identifier: GPL-2.0
/* Class pipe: pipes that existed before the recording. */
#include <kselftest_harness.h>

#include "pipe_fixture.h"

FIXTURE(pipe_before)
{
	struct capture cap;
	struct shared *shared;
	int fd[2];
	int fifo;
};

FIXTURE_SETUP(pipe_before)
{
	self->shared = shared_memory(sizeof(*self->shared));
	ASSERT_EQ(0, pipe(self->fd));
	make_fifo(self->shared);
	self->fifo = open(self->shared->path, O_RDWR);
	ASSERT_LE(0, self->fifo);
	ASSERT_EQ(5000, write(self->fd[1], page, 5000));
	ASSERT_EQ(1000, read(self->fd[0], page, 1000));
	ASSERT_EQ(10, write(self->fifo, page, 10));
}

FIXTURE_TEARDOWN(pipe_before)
{
	unlink(self->shared->path);
	capture_close(&self->cap);
}

static const struct ipcprobe_rec_pipe_snapshot *
find_snapshot(const struct capture *cap, uint64_t ino)
{
	const struct ipcprobe_rec_pipe_snapshot *rec;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type == IPCPROBE_REC_pipe_snapshot && rec->ino == ino)
			return rec;
	}
	return NULL;
}

static uint16_t held_ends(const struct capture *cap, uint32_t pipe, uint32_t fd)
{
	const struct ipcprobe_rec_pipe_holder *rec;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type == IPCPROBE_REC_pipe_holder && rec->pipe == pipe &&
		    rec->pid == (uint32_t)getpid() && rec->fd == fd)
			return rec->flags;
	}
	return 0;
}

TEST_F(pipe_before, snapshot_tells_contents_and_holders)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(PIPE), .wakeup_bytes = 1 };
	const struct ipcprobe_rec_pipe_snapshot *snapshot;
	const struct ipcprobe_rec_pipe_read *rec;
	struct cursor cursor;
	uint32_t pipe, read_pos;

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(4000, read(self->fd[0], page, 8192));
	ASSERT_EQ(10, read(self->fifo, page, 8192));
	FINISH(&self->cap);

	snapshot = find_snapshot(&self->cap, inode_of(self->fd[0]));
	ASSERT_NE(NULL, snapshot);
	pipe = snapshot->pipe;
	read_pos = snapshot->read_pos;
	EXPECT_EQ(inode_of(self->fd[0]), pipe);
	EXPECT_EQ(4000, snapshot->write_pos - snapshot->read_pos);
	EXPECT_EQ(2, snapshot->nr_bufs);
	EXPECT_EQ(0, snapshot->flags);
	EXPECT_STREQ("", snapshot->path);
	EXPECT_EQ(IPCPROBE_IO_READ_END, held_ends(&self->cap, pipe, self->fd[0]));
	EXPECT_EQ(IPCPROBE_IO_WRITE_END, held_ends(&self->cap, pipe, self->fd[1]));
	cursor = records_of(&self->cap, getpid());
	do {
		rec = (const void *)cursor_next(&cursor);
		ASSERT_NE(NULL, rec);
	} while (rec->hdr.type == IPCPROBE_REC_pipe_holder);
	ASSERT_EQ(IPCPROBE_REC_pipe_read, rec->hdr.type);
	EXPECT_EQ(pipe, rec->pipe);
	EXPECT_EQ(read_pos, rec->pos);
	EXPECT_EQ(4000, rec->ret);
	EXPECT_EQ(0, rec->flags);

	snapshot = find_snapshot(&self->cap, inode_of(self->fifo));
	ASSERT_NE(NULL, snapshot);
	EXPECT_STREQ(self->shared->path, snapshot->path);
	EXPECT_EQ(IPCPROBE_IO_FIFO, snapshot->flags);
	EXPECT_EQ(10, snapshot->write_pos - snapshot->read_pos);
	EXPECT_EQ(IPCPROBE_IO_FIFO | IPCPROBE_IO_READ_END | IPCPROBE_IO_WRITE_END,
		  held_ends(&self->cap, snapshot->pipe, self->fifo));
	rec = NEXT(&cursor, pipe_read);
	EXPECT_EQ(snapshot->pipe, rec->pipe);
	EXPECT_EQ(snapshot->read_pos, rec->pos);
	EXPECT_EQ(IPCPROBE_IO_FIFO, rec->flags);
	NO_MORE(&cursor);
}

/* Met without a snapshot, a pipe is described before its first record. */
TEST_F(pipe_before, described_when_first_met)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
	};
	const struct ipcprobe_rec_pipe_snapshot *snapshot;
	const struct ipcprobe_rec_pipe_read *rec;
	struct cursor cursor;

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	EXPECT_EQ(NULL, find_snapshot(&self->cap, inode_of(self->fd[0])));
	ASSERT_EQ(96, read(self->fd[0], page, 96));
	ASSERT_EQ(3904, read(self->fd[0], page, 8192));
	FINISH(&self->cap);
	snapshot = find_snapshot(&self->cap, inode_of(self->fd[0]));
	ASSERT_NE(NULL, snapshot);
	EXPECT_EQ(4000, snapshot->write_pos - snapshot->read_pos);
	cursor = records_of(&self->cap, getpid());
	rec = NEXT(&cursor, pipe_read);
	EXPECT_EQ(snapshot->read_pos, rec->pos);
	EXPECT_LE(snapshot->hdr.ts_ns, rec->hdr.ts_ns);
	EXPECT_EQ(0, rec->flags);
	rec = NEXT(&cursor, pipe_read);
	EXPECT_EQ(snapshot->read_pos + 96, rec->pos);
	EXPECT_EQ(0, rec->flags);
	NO_MORE(&cursor);
}

TEST_HARNESS_MAIN
