// SPDX-License-Identifier: GPL-2.0
/* Class unix: each descriptor that is passed through a socket is recorded on both sides. */
#include <kselftest_harness.h>

#include "unix_fixture.h"

#include <sys/sendfile.h>

struct passing {
	struct two two;
	int sent[2];
	int received[2];
	uint32_t ino[2];
};

union control {
	char buf[CMSG_SPACE(2 * sizeof(int))];
	struct cmsghdr align;
};

static void do_pass(struct passing *passing)
{
	union control control = {};
	struct iovec iov = { page, 9 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			      .msg_controllen = sizeof(control.buf) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int fds[2];

	make_pair(&passing->two);
	CHECK(!pipe(fds));
	passing->ino[0] = inode_of(fds[0]);
	CHECK(close(fds[1]) == 0 && (fds[1] = open("/proc/self/exe", O_RDONLY)) >= 0);
	passing->ino[1] = inode_of(fds[1]);
	CHECK(write(passing->two.fd[0], page, 100) == 100);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(cmsg), fds, sizeof(fds));
	memcpy(passing->sent, fds, sizeof(fds));
	CHECK(sendmsg(passing->two.fd[0], &msg, 0) == 9);
	if (passing->two.type == SOCK_STREAM)
		CHECK(read(passing->two.fd[1], page, 100) == 100);
	else
		CHECK(read(passing->two.fd[1], page, 200) == 100);
	CHECK(recvmsg(passing->two.fd[1], &msg, 0) == 9);
	memcpy(passing->received, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fds));
}

static void expect_fds(struct __test_metadata *_metadata, struct cursor *cursor,
		       const struct passing *passing, uint32_t sock, uint32_t pos, bool is_sent)
{
	const struct ipcprobe_rec_unix_fd *rec;
	int i;

	for (i = 0; i < 2; i++) {
		rec = NEXT(cursor, unix_fd);
		EXPECT_EQ(passing->ino[i], rec->ino);
		EXPECT_EQ(i ? S_IFREG : S_IFIFO, rec->mode & S_IFMT);
		EXPECT_EQ(sock, rec->sock);
		EXPECT_EQ(pos, rec->pos);
		EXPECT_EQ(i, rec->index);
		EXPECT_EQ(is_sent ? passing->sent[i] : passing->received[i], rec->fd);
		EXPECT_EQ(is_sent ? IPCPROBE_UNIX_SENT : 0, rec->flags);
	}
}

static void check_passing(struct __test_metadata *_metadata, struct capture *cap, int type)
{
	struct passing *passing = shared_memory(4096);
	uint16_t message = type == SOCK_STREAM ? 0 : MESSAGE;
	uint32_t a, b, pos = type == SOCK_STREAM ? 100 : 1;
	struct cursor cursor;

	passing->two.type = type;
	cursor = RECORDS_OF(cap, do_pass, passing);
	expect_pair(_metadata, &cursor, &passing->two, &a, &b);
	EXPECT_IO(&cursor, send, a, b, 0, 100, 100, WRITE, message);
	expect_fds(_metadata, &cursor, passing, a, pos, true);
	EXPECT_IO(&cursor, send, a, b, pos, 9, 9, SENDMSG, message | IPCPROBE_UNIX_FDS);
	EXPECT_IO(&cursor, recv, b, a, 0, type == SOCK_STREAM ? 100 : 200, 100, READ, message);
	expect_fds(_metadata, &cursor, passing, b, pos, false);
	EXPECT_IO(&cursor, recv, b, a, pos, 9, 9, RECVMSG, message | IPCPROBE_UNIX_FDS);
	expect_closes(_metadata, &cursor, a, 0, b, 0);
	NO_MORE(&cursor);
}

TEST_F(unix_socket, descriptors_in_a_stream)
{
	check_passing(_metadata, &self->cap, SOCK_STREAM);
}

TEST_F(unix_socket, descriptors_in_datagrams)
{
	check_passing(_metadata, &self->cap, SOCK_DGRAM);
}

static void do_pass_pidfd(struct passing *passing)
{
	char control[CMSG_SPACE(2 * sizeof(int)) + CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { page, 9 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = CMSG_SPACE(sizeof(int)) };
	struct cmsghdr *cmsg = (void *)control;
	int one = 1, fd = open("/proc/self/exe", O_RDONLY), *sockets = passing->two.fd;

	make_pair(&passing->two);
	passing->ino[0] = inode_of(fd);
	CHECK(!setsockopt(sockets[1], SOL_SOCKET, SO_PASSPIDFD, &one, sizeof(one)));
	CHECK(write(sockets[0], page, 1) == 1);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	passing->sent[0] = fd;
	CHECK(sendmsg(sockets[0], &msg, 0) == 9);
	msg.msg_controllen = sizeof(control);
	iov.iov_len = 1;
	CHECK(recvmsg(sockets[1], &msg, 0) == 1);
	cmsg = CMSG_FIRSTHDR(&msg);
	CHECK(cmsg && cmsg->cmsg_type != SCM_RIGHTS && !CMSG_NXTHDR(&msg, cmsg));
	msg.msg_controllen = sizeof(control);
	iov.iov_len = 9;
	CHECK(recvmsg(sockets[1], &msg, 0) == 9);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
		passing->received[cmsg->cmsg_type == SCM_RIGHTS ? 0 : 1] = fd;
	}
	CHECK(passing->received[0] > 0 && passing->received[1] > 0);
}

/* With SO_PASSPIDFD each message has a descriptor that no task passed. */
TEST_F(unix_socket, descriptors_that_the_kernel_makes)
{
	struct passing *passing = shared_memory(4096);
	const struct ipcprobe_rec_unix_fd *rec;
	struct cursor cursor;
	uint32_t a, b;

	if (setsockopt(socket(AF_UNIX, SOCK_DGRAM, 0), SOL_SOCKET, SO_PASSPIDFD, &(int) { 1 },
		       sizeof(int)))
		SKIP(return, "the kernel has no SO_PASSPIDFD");
	passing->two.type = SOCK_STREAM;
	cursor = RECORDS_OF(&self->cap, do_pass_pidfd, passing);
	expect_pair(_metadata, &cursor, &passing->two, &a, &b);
	EXPECT_IO(&cursor, send, a, b, 0, 1, 1, WRITE);
	rec = NEXT(&cursor, unix_fd);
	EXPECT_EQ(passing->ino[0], rec->ino);
	EXPECT_EQ(passing->sent[0], rec->fd);
	EXPECT_IO(&cursor, send, a, b, 1, 9, 9, SENDMSG, IPCPROBE_UNIX_FDS);
	EXPECT_IO(&cursor, recv, b, a, 0, 1, 1, RECVMSG);
	rec = NEXT(&cursor, unix_fd);
	EXPECT_EQ(passing->ino[0], rec->ino);
	EXPECT_EQ(passing->received[0], rec->fd);
	EXPECT_IO(&cursor, recv, b, a, 1, 9, 9, RECVMSG, IPCPROBE_UNIX_FDS);
	expect_closes(_metadata, &cursor, a, 0, b, 0);
	NO_MORE(&cursor);
}

/* Descriptors in the queue are not recorded again by later calls. */
static void do_pass_and_sendfile(struct passing *passing)
{
	union control control = {};
	struct iovec iov = { page, 9 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			      .msg_controllen = CMSG_SPACE(sizeof(int)) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int file = open("/tmp", O_RDWR | O_TMPFILE, 0600), *fd = passing->two.fd, left, got;

	make_pair(&passing->two);
	CHECK(write(file, page, 100000) == 100000);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &file, sizeof(file));
	CHECK(sendmsg(fd[0], &msg, 0) == 9);
	/* 16 pages, and a page in parts */
	CHECK(sendfile(fd[0], file, &(off_t) { 0 }, 65536 + 100) == 65536 + 100);
	CHECK(sendfile(fd[0], file, &(off_t) { 65536 + 100 }, 100) == 100);
	CHECK(sendfile(fd[0], file, &(off_t) { 65536 + 200 }, 100) == 100);
	CHECK(write(fd[0], page, 1) == 1);
	for (left = 9 + 65536 + 300 + 1; left; left -= got) {
		got = recv(fd[1], page, left, 0);
		CHECK(got > 0);
	}
}

TEST_F(unix_socket, descriptors_before_sendfile)
{
	struct passing *passing = shared_memory(4096);
	uint32_t a, b, pos = 9, i;
	struct cursor cursor;

	passing->two.type = SOCK_STREAM;
	cursor = RECORDS_OF(&self->cap, do_pass_and_sendfile, passing);
	expect_pair(_metadata, &cursor, &passing->two, &a, &b);
	EXPECT_NE(0, ((const struct ipcprobe_rec_unix_fd *)NEXT(&cursor, unix_fd))->flags);
	EXPECT_IO(&cursor, send, a, b, 0, 9, 9, SENDMSG, IPCPROBE_UNIX_FDS);
	for (i = 0; i < 3; i++) {
		const struct ipcprobe_rec_unix_send *rec = NEXT(&cursor, unix_send);

		EXPECT_EQ(pos, rec->pos);
		EXPECT_EQ(IPCPROBE_CALL_SENDFILE, rec->call);
		EXPECT_EQ(PAGES, rec->flags);
		EXPECT_EQ(i ? 100 : 65536 + 100, rec->ret);
		pos += rec->ret;
	}
	EXPECT_IO(&cursor, send, a, b, pos, 1, 1, WRITE);
}

TEST_HARNESS_MAIN
