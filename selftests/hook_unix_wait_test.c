// SPDX-License-Identifier: GPL-2.0
/* Class unix: each wait of a call on a socket is recorded, with what the task waits for. */
#include <kselftest_harness.h>

#include "unix_fixture.h"

/* ---- waits ---- */

static void do_read(int *fd)
{
	CHECK(read(*fd, page, 100) == 7);
}

static void do_fill(int *fd)
{
	CHECK(write(*fd, page, 1000000) == 1000000);
}

static uint32_t sock_of(const struct capture *cap, uint32_t ino)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_unix_socket *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_unix_socket && rec->ino == ino)
			return rec->sock;
	}
	return 0;
}

TEST_F(unix_socket, blocked)
{
	const struct ipcprobe_rec_unix_block *block;
	struct cursor cursor, ahead;
	const struct ipcprobe_rec *rec;
	uint32_t a, b, ino[2];
	pid_t reader, writer;
	size_t left;
	int fd[2];

	ASSERT_EQ(0, capture_stop(&self->cap));	/* the sockets are older than the next session */
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	ino[0] = inode_of(fd[0]);
	ino[1] = inode_of(fd[1]);
	reader = SPAWN(do_read, &fd[1]);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_unix_block, reader));
	ASSERT_EQ(7, write(fd[0], page, 7));
	REAP(reader);
	writer = SPAWN(do_fill, &fd[0]);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_unix_block, writer));
	for (left = 1000000; left; )
		left -= read(fd[1], page, left);
	REAP(writer);
	FINISH(&self->cap);
	a = sock_of(&self->cap, ino[0]);
	b = sock_of(&self->cap, ino[1]);
	cursor = records_of(&self->cap, reader);
	block = NEXT(&cursor, unix_block);
	EXPECT_EQ(b, block->sock);
	EXPECT_EQ(a, block->peer);
	EXPECT_EQ(IPCPROBE_UNIX_EMPTY, block->flags);
	EXPECT_EQ(IPCPROBE_UNIX_EMPTY, NEXT(&cursor, unix_unblock)->flags);
	EXPECT_IO(&cursor, recv, b, a, 0, 100, 7, READ, BLOCKED);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, writer);
	do {	/* the number of waits depends on the reader */
		EXPECT_EQ(IPCPROBE_UNIX_FULL, NEXT(&cursor, unix_block)->flags);
		EXPECT_EQ(IPCPROBE_UNIX_FULL, NEXT(&cursor, unix_unblock)->flags);
		ahead = cursor;
		rec = cursor_next(&ahead);
	} while (rec && rec->type == IPCPROBE_REC_unix_block);
	EXPECT_IO(&cursor, send, a, b, 7, 1000000, 1000000, WRITE, BLOCKED);
	NO_MORE(&cursor);
	close(fd[0]);
	close(fd[1]);
}

/* ---- waits for another socket's room ---- */

static void send_many(int *fd)
{
	int i;

	for (i = 0; i < 100; i++)
		CHECK(send(*fd, page, 1000, 0) == 1000);
}

/* The first unix_block of a task names the socket that has no room. */
static void expect_waits_for(struct __test_metadata *_metadata, const struct capture *cap,
			     pid_t tid, uint32_t ino)
{
	const struct ipcprobe_rec_unix_block *block;
	struct cursor cursor = records_of(cap, tid);

	do
		block = (const void *)cursor_next(&cursor);
	while (block && block->hdr.type != IPCPROBE_REC_unix_block);
	ASSERT_NE(NULL, block);
	EXPECT_EQ(IPCPROBE_UNIX_FULL, block->flags);
	EXPECT_NE(0, block->peer);
	EXPECT_EQ(sock_of(cap, ino), block->peer);
}

static void check_full(struct __test_metadata *_metadata, struct capture *cap, int from, int to)
{
	pid_t tid = SPAWN(send_many, &from);
	int i;

	ASSERT_NE(NULL, capture_wait(cap, IPCPROBE_REC_unix_block, tid));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(1000, recv(to, page, 1000, 0));
	REAP(tid);
	FINISH(cap);
	expect_waits_for(_metadata, cap, tid, inode_of(to));
}

static int bound_socket(int type, struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, type, 0);

	set_name(addr, "");
	CHECK(!bind(fd, (void *)addr, sizeof(addr->sun_family)));
	CHECK(!getsockname(fd, (void *)addr, &(socklen_t) { sizeof(*addr) }));
	return fd;
}

/* The queue of a socket that is connected to no other holds a few messages. */
TEST_F(unix_socket, datagrams_to_a_full_queue)
{
	struct sockaddr_un addr;
	int to = bound_socket(SOCK_DGRAM, &addr), from = socket(AF_UNIX, SOCK_DGRAM, 0);

	ASSERT_EQ(0, connect(from, (void *)&addr, offsetof(struct sockaddr_un, sun_path) + 6));
	check_full(_metadata, &self->cap, from, to);
}

/* Between two connected sockets, messages that were not received yet fill the room. */
TEST_F(unix_socket, datagrams_that_fill_their_own_room)
{
	int fd[2];

	ASSERT_EQ(0, capture_stop(&self->cap));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, fd));
	ASSERT_EQ(0, setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &(int) { 8192 }, sizeof(int)));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(1, send(fd[0], page, 1, 0));	/* so that the receiver is known */
	ASSERT_EQ(1, recv(fd[1], page, 1, 0));
	check_full(_metadata, &self->cap, fd[0], fd[1]);
}

static void connect_twice(struct sockaddr_un *addr)
{
	int i;

	for (i = 0; i < 2; i++)
		CHECK(!connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)addr,
			       offsetof(struct sockaddr_un, sun_path) + 6));
}

TEST_F(unix_socket, connections_to_a_full_queue)
{
	struct sockaddr_un addr;
	int listener = bound_socket(SOCK_STREAM, &addr);
	pid_t tid;

	ASSERT_EQ(0, listen(listener, 0));
	tid = SPAWN(connect_twice, &addr);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_unix_block, tid));
	ASSERT_LE(0, accept(listener, NULL, NULL));
	REAP(tid);
	FINISH(&self->cap);
	expect_waits_for(_metadata, &self->cap, tid, inode_of(listener));
}

static void do_nothing(int sig MAYBE_UNUSED)
{
}

static void be_interrupted(int *fd)
{
	struct sigaction action = { .sa_handler = do_nothing };

	CHECK(!sigaction(SIGUSR1, &action, NULL));
	CHECK(read(*fd, page, 100) == -1 && errno == EINTR);
}

static void check_ends(struct __test_metadata *_metadata, struct capture *cap, int type)
{
	uint16_t message = type == SOCK_STREAM ? 0 : MESSAGE;
	uint32_t ino[2], a, b;
	struct cursor cursor;
	int fd[2], i, status;
	pid_t tid[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, type, 0, fd));
	ino[0] = inode_of(fd[0]);
	ino[1] = inode_of(fd[1]);
	for (i = 0; i < 2; i++) {
		tid[i] = SPAWN(be_interrupted, &fd[1]);
		ASSERT_NE(NULL, capture_wait(cap, IPCPROBE_REC_unix_block, tid[i]));
	}
	kill(tid[0], SIGUSR1);
	REAP(tid[0]);
	kill(tid[1], SIGKILL);
	ASSERT_EQ(tid[1], waitpid(tid[1], &status, 0));
	FINISH(cap);
	cursor = records_of(cap, getpid());
	expect_pair(_metadata, &cursor, &(struct two) { type, {}, { ino[0], ino[1] } }, &a, &b);
	for (i = 0; i < 2; i++) {
		cursor = records_of(cap, tid[i]);
		NEXT(&cursor, unix_block);
		NEXT(&cursor, unix_unblock);
		EXPECT_IO(&cursor, recv, b, type == SOCK_DGRAM ? 0 : a, 0, 100, -ERESTARTSYS, READ,
			  BLOCKED | message);
		NO_MORE(&cursor);
	}
	close(fd[0]);
	close(fd[1]);
}

TEST_F(unix_socket, stream_interrupted_and_killed)
{
	check_ends(_metadata, &self->cap, SOCK_STREAM);
}

TEST_F(unix_socket, datagrams_interrupted_and_killed)
{
	check_ends(_metadata, &self->cap, SOCK_DGRAM);
}

TEST_HARNESS_MAIN
