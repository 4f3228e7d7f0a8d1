// SPDX-License-Identifier: GPL-2.0
/* Class eventfd: each call on a counter gives exactly its records. */
#include <kselftest_harness.h>

#include "capture.h"
#include "user_fault.h"

#include <sys/eventfd.h>
#include <sys/uio.h>

FIXTURE(eventfd)
{
	struct capture cap;
	int fd;
	uint32_t id;
};

/* The kernel's own number of the eventfd; ~0 without BTF, as in the records. */
static uint32_t number_of(int fd)
{
	uint32_t id = UINT32_MAX;
	char line[128];
	FILE *file;

	if (!has_btf())
		return UINT32_MAX;
	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	file = fopen(line, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "eventfd-id: %u", &id);
	if (file)
		fclose(file);
	return id;
}

FIXTURE_SETUP(eventfd)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(EVENTFD),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	self->fd = eventfd(0, 0);
	ASSERT_LE(0, self->fd);
	self->id = number_of(self->fd);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(eventfd)
{
	close(self->fd);
	capture_close(&self->cap);
}

struct io {
	uint64_t value;
	uint32_t id;
	int32_t ret;
	uint8_t call;
	uint16_t flags;
	uint8_t is_semaphore;
};

/* Check a read or a write: both records have the same fields. */
static void expect_io(struct __test_metadata *_metadata, const void *record, const struct io *want)
{
	const struct ipcprobe_rec_eventfd_read *rec = record;

	EXPECT_EQ(want->value, rec->value);
	EXPECT_EQ(want->id, rec->eventfd);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_EQ(want->is_semaphore, rec->is_semaphore);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_EQ(!!(want->flags & IPCPROBE_IO_BLOCKED), !!rec->wait_ns);
	EXPECT_GE(rec->dur_ns, rec->wait_ns);
}

#define EXPECT_IO(cursor, name, value_, id_, ret_, call_, ...)		\
	expect_io(_metadata, NEXT(cursor, eventfd_##name), &(struct io) { \
		.value = value_, .id = id_, .ret = ret_,		\
		.call = IPCPROBE_CALL_##call_, ##__VA_ARGS__ })

static char *volatile nowhere = (char *)16;

static void do_calls(int *fd)
{
	struct iovec iov = { NULL, 8 };
	uint64_t value = 7;
	char small[4];

	CHECK(write(*fd, &value, 8) == 8);
	value = 35;
	CHECK(write(*fd, &value, 8) == 8);
	CHECK(read(*fd, &value, 8) == 8 && value == 42);
	value = 0;
	CHECK(write(*fd, &value, 8) == 8);
	CHECK(fcntl(*fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK(read(*fd, &value, 8) == -1 && errno == EAGAIN);
	value = UINT64_MAX;
	CHECK(write(*fd, &value, 8) == -1 && errno == EINVAL);
	CHECK(write(*fd, nowhere, 8) == -1 && errno == EFAULT);
	CHECK(read(*fd, small, 4) == -1 && errno == EINVAL);
	value = UINT64_MAX - 1;
	CHECK(write(*fd, &value, 8) == 8);
	value = 1;
	CHECK(write(*fd, &value, 8) == -1 && errno == EAGAIN);
	iov.iov_base = &value;
	CHECK(readv(*fd, &iov, 1) == 8 && value == UINT64_MAX - 1);
}

#define NONBLOCK	IPCPROBE_IO_NONBLOCK

TEST_F(eventfd, calls)
{
	pid_t tid = SPAWN(do_calls, &self->fd);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, write, 7, self->id, 8, WRITE);
	EXPECT_IO(&cursor, write, 35, self->id, 8, WRITE);
	EXPECT_IO(&cursor, read, 42, self->id, 8, READ);
	EXPECT_IO(&cursor, write, 0, self->id, 8, WRITE);
	EXPECT_IO(&cursor, read, UINT64_MAX, self->id, -EAGAIN, READ, NONBLOCK);
	EXPECT_IO(&cursor, write, UINT64_MAX, self->id, -EINVAL, WRITE, NONBLOCK);
	EXPECT_IO(&cursor, write, UINT64_MAX, self->id, -EFAULT, WRITE, NONBLOCK);
	EXPECT_IO(&cursor, read, UINT64_MAX, self->id, -EINVAL, READ, NONBLOCK);
	EXPECT_IO(&cursor, write, UINT64_MAX - 1, self->id, 8, WRITE, NONBLOCK);
	EXPECT_IO(&cursor, write, 1, self->id, -EAGAIN, WRITE, NONBLOCK);
	EXPECT_IO(&cursor, read, UINT64_MAX - 1, self->id, 8, READV, NONBLOCK);
	NO_MORE(&cursor);
}

static void do_semaphore(uint32_t *id)
{
	int fd = eventfd(3, EFD_SEMAPHORE);
	uint64_t value;

	CHECK(fd >= 0);
	*id = number_of(fd);
	CHECK(read(fd, &value, 8) == 8 && value == 1);
	CHECK(!close(fd));
}

TEST_F(eventfd, semaphore_and_close)
{
	uint32_t *id = shared_memory(4096);
	pid_t tid = SPAWN(do_semaphore, id);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, read, 1, *id, 8, READ, .is_semaphore = *id != UINT32_MAX);
	EXPECT_EQ(*id, NEXT(&cursor, eventfd_close)->eventfd);
	NO_MORE(&cursor);
}

/* ---- waits ---- */

static void do_read(int *fd)
{
	uint64_t value;

	CHECK(read(*fd, &value, 8) == 8 && value == 5);
}

static void do_write(int *fd)
{
	uint64_t value = 2;

	CHECK(write(*fd, &value, 8) == 8);
}

TEST_F(eventfd, blocked)
{
	uint64_t value = 5;
	struct cursor cursor;
	pid_t reader, writer;

	reader = SPAWN(do_read, &self->fd);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_eventfd_block, reader));
	ASSERT_EQ(8, write(self->fd, &value, 8));
	REAP(reader);
	value = UINT64_MAX - 1;
	ASSERT_EQ(8, write(self->fd, &value, 8));
	writer = SPAWN(do_write, &self->fd);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_eventfd_block, writer));
	ASSERT_EQ(8, read(self->fd, &value, 8));
	REAP(writer);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, reader);
	EXPECT_EQ(IPCPROBE_IO_EMPTY, NEXT(&cursor, eventfd_block)->flags);
	EXPECT_IO(&cursor, read, 5, self->id, 8, READ, IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, writer);
	EXPECT_EQ(IPCPROBE_IO_FULL, NEXT(&cursor, eventfd_block)->flags);
	EXPECT_IO(&cursor, write, 2, self->id, 8, WRITE, IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
}

/* ---- page faults in the buffer do not count as waits for the counter ---- */

static void do_fault(int *fd)
{
	struct user_fault fault;

	user_fault_open(&fault);
	/* the page reads as 0 once it is mapped */
	CHECK(write(*fd, fault.page[0], 8) == 8);
	CHECK(write(*fd, &(uint64_t) { 3 }, 8) == 8);
	CHECK(read(*fd, fault.page[1], 8) == 8 && *(uint64_t *)fault.page[1] == 3);
	CHECK(fault.nr_handled == 2);
}

/* Wait for the counter, and for the page of the buffer. */
static void do_fault_and_wait(int *fd)
{
	struct user_fault fault;

	user_fault_open(&fault);
	CHECK(read(*fd, fault.page[0], 8) == 8);
	CHECK(fault.nr_handled == 1);
}

TEST_F(eventfd, faults)
{
	struct cursor cursor;
	pid_t tid, reader;

	if (!user_fault_is_there())
		SKIP(return, NO_USER_FAULT);
	tid = SPAWN(do_fault, &self->fd);
	REAP(tid);
	reader = SPAWN(do_fault_and_wait, &self->fd);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_eventfd_block, reader));
	ASSERT_EQ(8, write(self->fd, &(uint64_t) { 5 }, 8));
	REAP(reader);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, write, UINT64_MAX, self->id, 8, WRITE);
	EXPECT_IO(&cursor, write, 3, self->id, 8, WRITE);
	EXPECT_IO(&cursor, read, 3, self->id, 8, READ);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, reader);
	EXPECT_EQ(IPCPROBE_IO_EMPTY, NEXT(&cursor, eventfd_block)->flags);
	EXPECT_IO(&cursor, read, 5, self->id, 8, READ, IPCPROBE_IO_BLOCKED);
	NO_MORE(&cursor);
}

static void do_nothing(int sig MAYBE_UNUSED)
{
}

static void be_interrupted(int *fd)
{
	struct sigaction action = { .sa_handler = do_nothing };
	uint64_t value;

	CHECK(!sigaction(SIGUSR1, &action, NULL));
	CHECK(read(*fd, &value, 8) == -1 && errno == EINTR);
}

TEST_F(eventfd, interrupted_and_killed)
{
	struct cursor cursor;
	pid_t tid[2];
	int i, status;

	for (i = 0; i < 2; i++) {
		tid[i] = SPAWN(be_interrupted, &self->fd);
		ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_eventfd_block, tid[i]));
	}
	kill(tid[0], SIGUSR1);
	REAP(tid[0]);
	kill(tid[1], SIGKILL);
	ASSERT_EQ(tid[1], waitpid(tid[1], &status, 0));
	FINISH(&self->cap);
	for (i = 0; i < 2; i++) {
		cursor = records_of(&self->cap, tid[i]);
		NEXT(&cursor, eventfd_block);
		EXPECT_IO(&cursor, read, UINT64_MAX, self->id, -ERESTARTSYS, READ,
			  IPCPROBE_IO_BLOCKED);
		NO_MORE(&cursor);
	}
}

TEST_HARNESS_MAIN
