/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class pipe: a recording, a pipe, and the check of one read or
 * write.  For a file that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_PIPE_FIXTURE_H
#define IPCPROBE_PIPE_FIXTURE_H

#include "capture.h"

#include <sys/uio.h>

#define CAPACITY	65536

/* Shared by children and test: results that only the child knows. */
struct shared {
	uint32_t pipe;
	uint32_t other;
	int fd[4];
	char path[64];
};

FIXTURE(pipe)
{
	struct capture cap;
	struct shared *shared;
	int fd[2];
	uint32_t ino;
};

FIXTURE_SETUP(pipe)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	self->shared = shared_memory(sizeof(*self->shared));
	ASSERT_NE(NULL, self->shared);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, pipe(self->fd));
	self->ino = inode_of(self->fd[0]);
	signal(SIGPIPE, SIG_IGN);
}

FIXTURE_TEARDOWN(pipe)
{
	capture_close(&self->cap);
}

static char page[8192] __attribute__((aligned(4096)));
static char large[2 * CAPACITY] MAYBE_UNUSED;

struct io {
	const void *addr;
	uint32_t pipe;
	uint32_t pos;
	uint32_t count;
	int32_t ret;
	uint8_t call;
	uint8_t nr_segs;
	uint16_t flags;
};

/* Check a read or a write: both records have the same fields. */
static inline void expect_io(struct __test_metadata *_metadata, const void *record, const struct io *want)
{
	const struct ipcprobe_rec_pipe_read *rec = record;

	EXPECT_EQ((uintptr_t)want->addr, rec->addr);
	EXPECT_EQ(want->pipe, rec->pipe);
	EXPECT_EQ(want->pos, rec->pos);
	EXPECT_EQ(want->count, rec->count);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->nr_segs ?: 1, rec->nr_segs);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_GT(10000000000ULL, rec->dur_ns);
}

static inline void make_fifo(struct shared *shared)
{
	snprintf(shared->path, sizeof(shared->path), "/tmp/fifo.%d", getpid());
	unlink(shared->path);
	CHECK(!mkfifo(shared->path, 0600));
}

#define IO(addr_, pipe_, pos_, count_, ret_, call_, ...)	(&(struct io) {	\
	.addr = addr_, .pipe = pipe_, .pos = pos_, .count = count_,		\
	.ret = ret_, .call = IPCPROBE_CALL_##call_, ##__VA_ARGS__ })

#define EXPECT_IO(cursor, name, ...)	\
	expect_io(_metadata, NEXT(cursor, name), IO(__VA_ARGS__))

#endif /* IPCPROBE_PIPE_FIXTURE_H */
