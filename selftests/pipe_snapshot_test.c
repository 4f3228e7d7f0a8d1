// SPDX-License-Identifier: GPL-2.0
/* Class pipe: pipes that existed before the recording. */
#include <kselftest_harness.h>

#include "pipe_fixture.h"
#include "locked_pipe.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

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
find_snapshot(const struct capture *cap, int fd)
{
	const struct ipcprobe_rec_pipe_snapshot *rec;
	struct stat st;
	size_t i;

	CHECK(!fstat(fd, &st));
	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type == IPCPROBE_REC_pipe_snapshot && rec->ino == st.st_ino &&
		    makedev(rec->dev >> 20, rec->dev & 0xfffff) == st.st_dev)
			return rec;
	}
	return NULL;
}

/*
 * Number of records about that descriptor (-1: any) of that process; @flags: those of
 * the last one.
 */
static size_t count_holders(const struct capture *cap, uint32_t pipe, pid_t pid, int fd,
			    uint16_t *flags)
{
	const struct ipcprobe_rec_pipe_holder *rec;
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type != IPCPROBE_REC_pipe_holder || rec->pipe != pipe ||
		    rec->pid != (uint32_t)pid || (fd >= 0 && rec->fd != (uint32_t)fd))
			continue;
		*flags = rec->flags;
		nr++;
	}
	return nr;
}

static uint16_t held_ends(const struct capture *cap, uint32_t pipe, int fd)
{
	uint16_t flags = 0;

	count_holders(cap, pipe, getpid(), fd, &flags);
	return flags;
}

TEST_F(pipe_before, snapshot_has_contents_and_holders)
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

	snapshot = find_snapshot(&self->cap, self->fd[0]);
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

	snapshot = find_snapshot(&self->cap, self->fifo);
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

/* A pipe without a snapshot is described before its first record. */
TEST_F(pipe_before, described_when_first_seen)
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
	EXPECT_EQ(NULL, find_snapshot(&self->cap, self->fd[0]));
	ASSERT_EQ(96, read(self->fd[0], page, 96));
	ASSERT_EQ(3904, read(self->fd[0], page, 8192));
	FINISH(&self->cap);
	snapshot = find_snapshot(&self->cap, self->fd[0]);
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

/* A snapshot of another session does not describe a pipe to this session. */
TEST_F(pipe_before, described_to_each_session)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
	}, other_config = { .classes = CLASS_BIT(PIPE) };
	const struct ipcprobe_rec_pipe_snapshot *snapshot;
	const struct ipcprobe_rec_pipe_read *rec;
	struct capture other;
	struct cursor cursor;

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, capture_open(&other, &other_config));
	ASSERT_EQ(0, capture_start(&other));
	ASSERT_EQ(10, read(self->fifo, page, 8192));
	FINISH(&other);
	FINISH(&self->cap);
	snapshot = find_snapshot(&self->cap, self->fifo);
	ASSERT_NE(NULL, snapshot);
	EXPECT_STREQ(self->shared->path, snapshot->path);
	cursor = records_of(&self->cap, getpid());
	rec = NEXT(&cursor, pipe_read);
	EXPECT_EQ(snapshot->pipe, rec->pipe);
	EXPECT_LE(snapshot->hdr.ts_ns, rec->hdr.ts_ns);
	EXPECT_NE(NULL, find_snapshot(&other, self->fifo));
	capture_close(&other);
}

static long voluntary_switches(void)
{
	struct rusage usage;

	CHECK(!getrusage(RUSAGE_SELF, &usage));
	return usage.ru_nvcsw;
}

#define NR_LOCKED	2000

/*
 * START does not wait for a task that holds a pipe's mutex, however many descriptors
 * the task has.
 */
TEST_F(pipe_before, locked_pipe_delays_nobody)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(PIPE), .ring_bytes = 1 << 20 };
	struct rlimit limit = { NR_LOCKED + 100, NR_LOCKED + 100 };
	struct locked_pipe locked;
	uint16_t flags = 0;
	uint32_t ino;
	long before;
	int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	lock_pipe(&locked);
	for (i = 0; i < NR_LOCKED; i++)
		ASSERT_LE(0, dup(locked.fd[1]));
	ino = inode_of(locked.fd[1]);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	before = voluntary_switches();
	ASSERT_EQ(0, capture_start(&self->cap));
	/* Each sleep is one voluntary switch. Attaching the hooks takes few of them. */
	EXPECT_GT(500, voluntary_switches() - before);
	FINISH(&self->cap);
	EXPECT_EQ(NULL, find_snapshot(&self->cap, locked.fd[1]));
	EXPECT_EQ(NR_LOCKED + 2, count_holders(&self->cap, ino, getpid(), -1, &flags));
	unlock_pipe(&locked);
}

#define NR_CLOSES	1000

static int make_pipes(void)
{
	int i, fd[2];

	for (i = 0; i < NR_CLOSES; i++) {
		CHECK(!pipe(fd));
		CHECK(!close(fd[0]));
		CHECK(!close(fd[1]));
	}
	return 0;
}

/* A snapshot holds no reference to a pipe: the task that closes it is the last user. */
TEST_F(pipe_before, snapshot_holds_no_pipe)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_EXCLUDE_SELF,
		.ring_bytes = 4 << 20,
	};
	const struct ipcprobe_rec_pipe_close *rec;
	int nr_creates = 0, nr_closes = 0, nr_last = 0, status;
	struct locked_pipe locked;
	pid_t child;
	size_t i;

	lock_pipe(&locked);	/* so that a snapshot that waits for the mutex would last long */
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	child = fork();
	if (!child)
		_exit(make_pipes());
	while (!waitpid(child, &status, WNOHANG)) {
		ASSERT_EQ(0, ioctl(self->cap.fd, IPCPROBE_IOC_RESYNC));
		capture_drain(&self->cap);
	}
	EXPECT_EQ(0, status);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		rec = (const void *)self->cap.recs[i].rec;
		if (rec->hdr.tid != (uint32_t)child)
			continue;
		nr_creates += rec->hdr.type == IPCPROBE_REC_pipe_create;
		nr_closes += rec->hdr.type == IPCPROBE_REC_pipe_close;
		nr_last += rec->hdr.type == IPCPROBE_REC_pipe_close &&
			   rec->flags & IPCPROBE_IO_LAST;
	}
	EXPECT_EQ(NR_CLOSES, nr_creates);
	/* the child's exit also closes descriptors inherited from its parent */
	EXPECT_LE(2 * NR_CLOSES, nr_closes);
	EXPECT_EQ(NR_CLOSES, nr_last);
	unlock_pipe(&locked);
}

static void *share_table(void *arg)
{
	pause();
	return arg;
}

static void *own_table(void *arg)
{
	struct shared *shared = arg;
	int fd[2];

	CHECK(!unshare(CLONE_FILES));
	CHECK(!pipe(fd));
	shared->fd[0] = fd[0];
	shared->fd[1] = fd[1];
	__atomic_store_n(&shared->other, inode_of(fd[0]), __ATOMIC_RELEASE);
	return share_table(NULL);
}

static void end_first_thread(struct shared *shared)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 3; i++)
		CHECK(!pthread_create(&thread, NULL, share_table, NULL));
	CHECK(!pthread_create(&thread, NULL, own_table, shared));
	pthread_exit(NULL);
}

/*
 * Descriptors of a process whose first thread has ended, and of a thread with its own
 * table.
 */
TEST_F(pipe_before, every_table_once)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(PIPE) };
	uint32_t ino = inode_of(self->fd[0]);
	uint16_t flags = 0;
	pid_t child = fork();

	if (!child)
		end_first_thread(self->shared);
	while (!__atomic_load_n(&self->shared->other, __ATOMIC_ACQUIRE))
		sched_yield();
	await_first_end(child);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	FINISH(&self->cap);
	/* the table that threads share, and the copy that one thread has */
	EXPECT_EQ(2, count_holders(&self->cap, ino, child, self->fd[0], &flags));
	EXPECT_EQ(IPCPROBE_IO_READ_END, flags);
	EXPECT_EQ(2, count_holders(&self->cap, ino, child, self->fd[1], &flags));
	EXPECT_EQ(1, count_holders(&self->cap, self->shared->other, child,
				   self->shared->fd[0], &flags));
	EXPECT_EQ(1, count_holders(&self->cap, self->shared->other, child,
				   self->shared->fd[1], &flags));
	EXPECT_EQ(IPCPROBE_IO_WRITE_END, flags);
	EXPECT_EQ(1, count_holders(&self->cap, ino, getpid(), self->fd[0], &flags));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, NULL, 0));
}

TEST_HARNESS_MAIN
