// SPDX-License-Identifier: GPL-2.0
/* Class unix: each call on a socket gives exactly its records. */
#include <kselftest_harness.h>

#include "unix_fixture.h"
#include "prints.h"
#include "uring.h"

#include <linux/bpf.h>
#include <linux/filter.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/uio.h>

static char *volatile nowhere = (char *)16;

/* ---- streams ---- */

static void do_stream(struct two *two)
{
	int *fd = two->fd;

	make_pair(two);
	CHECK(write(fd[0], page, 1000) == 1000);
	CHECK(send(fd[0], page, 500, MSG_DONTWAIT) == 500);
	CHECK(recv(fd[1], page, 1200, 0) == 1200);
	CHECK(recv(fd[1], page, 4000, MSG_PEEK) == 300);
	CHECK(read(fd[1], page, 4000) == 300);
	CHECK(write(fd[1], page, 10) == 10);
	CHECK(read(fd[0], page, 4) == 4);
	CHECK(recv(fd[1], page, 10, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(write(fd[0], nowhere, 10) == -1 && errno == EFAULT);
	CHECK(!close(fd[1]));
	CHECK(send(fd[0], page, 10, MSG_NOSIGNAL) == -1 && errno == EPIPE);
	CHECK(recv(fd[0], page, 10, 0) == 6);
	CHECK(recv(fd[0], page, 10, 0) == 0);
}

TEST_F(unix_socket, stream)
{
	struct two *two = shared_two(SOCK_STREAM);
	pid_t tid = SPAWN(do_stream, two);
	struct cursor cursor;
	uint32_t a, b;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_pair(_metadata, &cursor, two, &a, &b);
	EXPECT_IO(&cursor, send, a, b, 0, 1000, 1000, WRITE);
	EXPECT_IO(&cursor, send, a, b, 1000, 500, 500, SENDTO, NONBLOCK);
	EXPECT_IO(&cursor, recv, b, a, 0, 1200, 1200, RECVFROM);
	EXPECT_IO(&cursor, recv, b, a, 1200, 4000, 300, RECVFROM, PEEK);
	EXPECT_IO(&cursor, recv, b, a, 1200, 4000, 300, READ);
	EXPECT_IO(&cursor, send, b, a, 0, 10, 10, WRITE);
	EXPECT_IO(&cursor, recv, a, b, 0, 4, 4, READ);
	EXPECT_IO(&cursor, recv, b, a, 0, 10, -EAGAIN, RECVFROM, NONBLOCK);
	EXPECT_IO(&cursor, send, a, b, 1500, 10, -EFAULT, WRITE, .addr = nowhere);
	EXPECT_EQ(0, NEXT(&cursor, unix_close)->unread);
	EXPECT_IO(&cursor, send, a, b, 0, 10, -EPIPE, SENDTO);
	EXPECT_IO(&cursor, recv, a, b, 4, 10, 6, RECVFROM);
	EXPECT_IO(&cursor, recv, a, b, 0, 10, 0, RECVFROM);
	EXPECT_EQ(0, NEXT(&cursor, unix_close)->unread);
	NO_MORE(&cursor);
}

/* ---- vectors, large sends in many parts ---- */

static void do_vectors(struct two *two)
{
	struct iovec iov[2] = { { page, 30 }, { page + 1000, 70 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	make_pair(two);
	CHECK(writev(two->fd[0], iov, 2) == 100);
	CHECK(sendmsg(two->fd[0], &msg, 0) == 100);
	CHECK(recvmsg(two->fd[1], &msg, 0) == 100);
	CHECK(readv(two->fd[1], iov, 2) == 100);
	CHECK(write(two->fd[0], page, 150000) == 150000);
	CHECK(read(two->fd[1], page, 100) == 100);
	CHECK(read(two->fd[1], page, 200000) == 149900);
	CHECK(write(two->fd[0], page, 33) == 33);
}

static void expect_segment(struct __test_metadata *_metadata,
			   const struct ipcprobe_rec_io_segment *rec)
{
	EXPECT_EQ((uintptr_t)page + 1000, rec->addr);
	EXPECT_EQ(70, rec->bytes);
}

TEST_F(unix_socket, vectors)
{
	struct two *two = shared_two(SOCK_STREAM);
	pid_t tid = SPAWN(do_vectors, two);
	struct cursor cursor;
	uint32_t a, b;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_pair(_metadata, &cursor, two, &a, &b);
	expect_segment(_metadata, NEXT(&cursor, io_segment));
	EXPECT_IO(&cursor, send, a, b, 0, 100, 100, WRITEV, .nr_segs = 2);
	expect_segment(_metadata, NEXT(&cursor, io_segment));
	EXPECT_IO(&cursor, send, a, b, 100, 100, 100, SENDMSG, .nr_segs = 2);
	expect_segment(_metadata, NEXT(&cursor, io_segment));
	EXPECT_IO(&cursor, recv, b, a, 0, 100, 100, RECVMSG, .nr_segs = 2);
	expect_segment(_metadata, NEXT(&cursor, io_segment));
	EXPECT_IO(&cursor, recv, b, a, 100, 100, 100, READV, .nr_segs = 2);
	EXPECT_IO(&cursor, send, a, b, 200, 150000, 150000, WRITE);
	EXPECT_IO(&cursor, recv, b, a, 200, 100, 100, READ);
	EXPECT_IO(&cursor, recv, b, a, 300, 200000, 149900, READ);
	EXPECT_IO(&cursor, send, a, b, 150200, 33, 33, WRITE);
	expect_closes(_metadata, &cursor, a, 0, b, 33);
	NO_MORE(&cursor);
}

/* ---- datagrams and sequenced packets ---- */

static void do_messages(struct two *two)
{
	struct iovec iov = { page, 100 };
	struct mmsghdr msgs[3] = {
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};
	int *fd = two->fd;

	make_pair(two);
	CHECK(write(fd[0], page, 10) == 10);
	CHECK(send(fd[0], page, 20, 0) == 20);
	CHECK(send(fd[0], page, 0, 0) == 0);
	CHECK(recv(fd[1], page, 100, MSG_PEEK) == 10);
	CHECK(recv(fd[1], page, 4, 0) == 4);
	CHECK(read(fd[1], page, 100) == 20);
	CHECK(recv(fd[1], page, 100, 0) == 0);
	CHECK(recv(fd[1], page, 100, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(sendmmsg(fd[0], msgs, 2, 0) == 2);
	CHECK(recvmmsg(fd[1], msgs, 3, MSG_DONTWAIT, NULL) == 2);
	CHECK(send(fd[1], page, 5, 0) == 5);
	CHECK(recv(fd[0], nowhere, 5, 0) == -1 && errno == EFAULT);
	CHECK(send(fd[1], page, 6, 0) == 6);
	CHECK(send(fd[1], page, 7, 0) == 7);
	CHECK(recv(fd[0], page, 100, 0) == 6);
}

static void expect_messages(struct __test_metadata *_metadata, struct cursor *cursor,
			    const struct two *two)
{
	uint32_t a, b;

	expect_pair(_metadata, cursor, two, &a, &b);
	EXPECT_IO(cursor, send, a, b, 0, 10, 10, WRITE, MESSAGE);
	EXPECT_IO(cursor, send, a, b, 1, 20, 20, SENDTO, MESSAGE);
	EXPECT_IO(cursor, send, a, b, 2, 0, 0, SENDTO, MESSAGE);
	EXPECT_IO(cursor, recv, b, a, 0, 100, 10, RECVFROM, MESSAGE | PEEK);
	EXPECT_IO(cursor, recv, b, a, 0, 4, 4, RECVFROM, MESSAGE | IPCPROBE_UNIX_TRUNC);
	EXPECT_IO(cursor, recv, b, a, 1, 100, 20, READ, MESSAGE);
	EXPECT_IO(cursor, recv, b, a, 2, 100, 0, RECVFROM, MESSAGE);
	EXPECT_IO(cursor, recv, b, two->type == SOCK_DGRAM ? 0 : a, 0, 100, -EAGAIN, RECVFROM,
		  MESSAGE | NONBLOCK);
	EXPECT_IO(cursor, send, a, b, 3, 100, 100, SENDMMSG, MESSAGE);
	EXPECT_IO(cursor, send, a, b, 4, 100, 100, SENDMMSG, MESSAGE);
	EXPECT_IO(cursor, recv, b, a, 3, 100, 100, RECVMMSG, MESSAGE | NONBLOCK);
	EXPECT_IO(cursor, recv, b, a, 4, 100, 100, RECVMMSG, MESSAGE | NONBLOCK);
	EXPECT_IO(cursor, send, b, a, 0, 5, 5, SENDTO, MESSAGE);
	EXPECT_IO(cursor, recv, a, b, 0, 5, -EFAULT, RECVFROM, MESSAGE, .addr = nowhere);
	EXPECT_IO(cursor, send, b, a, 1, 6, 6, SENDTO, MESSAGE);
	EXPECT_IO(cursor, send, b, a, 2, 7, 7, SENDTO, MESSAGE);
	EXPECT_IO(cursor, recv, a, b, 1, 100, 6, RECVFROM, MESSAGE);
	expect_closes(_metadata, cursor, a, 1, b, 0);
	NO_MORE(cursor);
}

TEST_F(unix_socket, datagrams)
{
	struct two *two = shared_two(SOCK_DGRAM);
	pid_t tid = SPAWN(do_messages, two);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_messages(_metadata, &cursor, two);
}

TEST_F(unix_socket, sequenced_packets)
{
	struct two *two = shared_two(SOCK_SEQPACKET);
	pid_t tid = SPAWN(do_messages, two);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_messages(_metadata, &cursor, two);
}

/* With MSG_TRUNC a receive returns the length of the message. */
static void do_lengths(struct two *two)
{
	make_pair(two);
	CHECK(send(two->fd[0], page, 1000, 0) == 1000);
	memset(page, 'x', 1000);
	CHECK(recv(two->fd[1], page, 0, MSG_PEEK | MSG_TRUNC) == 1000);
	CHECK(page[0] == 'x');
	CHECK(recv(two->fd[1], page, 4, MSG_TRUNC) == 1000);
	CHECK(!page[3] && page[4] == 'x');
}

TEST_F(unix_socket, lengths_of_datagrams)
{
	struct two *two = shared_two(SOCK_DGRAM);
	pid_t tid = SPAWN(do_lengths, two);
	struct cursor cursor;
	uint32_t a, b;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_pair(_metadata, &cursor, two, &a, &b);
	EXPECT_IO(&cursor, send, a, b, 0, 1000, 1000, SENDTO, MESSAGE);
	EXPECT_IO(&cursor, recv, b, a, 0, 0, 1000, RECVFROM, MESSAGE | PEEK | TRUNC);
	EXPECT_IO(&cursor, recv, b, a, 0, 4, 1000, RECVFROM, MESSAGE | TRUNC);
	expect_closes(_metadata, &cursor, a, 0, b, 0);
	NO_MORE(&cursor);
}

/* ---- messages that reach no queue, bytes that come from no message ---- */

static void do_drop(struct two *two)
{
	struct sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = { .len = 1, .filter = &drop_all };
	struct iovec iov = { page, 70 };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
	};
	int *fd = two->fd;

	make_pair(two);
	CHECK(!setsockopt(fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)));
	CHECK(send(fd[0], page, 100, 0) == 100);
	CHECK(send(fd[0], page, 0, 0) == 0);
	CHECK(sendmmsg(fd[0], msgs, 2, 0) == 2);
	CHECK(recv(fd[1], page, 100, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(!setsockopt(fd[1], SOL_SOCKET, SO_DETACH_FILTER, &(int) { 0 }, sizeof(int)));
	CHECK(send(fd[0], page, 50, 0) == 50);
	CHECK(recv(fd[1], page, 100, 0) == 50);
}

static void check_drop(struct __test_metadata *_metadata, struct capture *cap, int type)
{
	struct two *two = shared_two(type);
	pid_t tid = SPAWN(do_drop, two);
	struct cursor cursor;
	uint32_t a, b;

	REAP(tid);
	FINISH(cap);
	cursor = records_of(cap, tid);
	expect_pair(_metadata, &cursor, two, &a, &b);
	EXPECT_IO(&cursor, send, a, 0, 0, 100, 100, SENDTO, MESSAGE | UNPLACED);
	EXPECT_IO(&cursor, send, a, 0, 0, 0, 0, SENDTO, MESSAGE | UNPLACED);
	EXPECT_IO(&cursor, send, a, 0, 0, 70, 70, SENDMMSG, MESSAGE | UNPLACED);
	EXPECT_IO(&cursor, send, a, 0, 0, 70, 70, SENDMMSG, MESSAGE | UNPLACED);
	EXPECT_IO(&cursor, recv, b, type == SOCK_DGRAM ? 0 : a, 0, 100, -EAGAIN, RECVFROM,
		  MESSAGE | NONBLOCK);
	EXPECT_IO(&cursor, send, a, b, 0, 50, 50, SENDTO, MESSAGE);
	EXPECT_IO(&cursor, recv, b, a, 0, 100, 50, RECVFROM, MESSAGE);
	expect_closes(_metadata, &cursor, a, 0, b, 0);
	NO_MORE(&cursor);
}

TEST_F(unix_socket, dropped_datagrams)
{
	check_drop(_metadata, &self->cap, SOCK_DGRAM);
}

TEST_F(unix_socket, dropped_packets)
{
	check_drop(_metadata, &self->cap, SOCK_SEQPACKET);
}

static int do_bpf(int cmd, const union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/*
 * Make a map of two sockets, whose program redirects everything sent to either to the
 * first.
 */
static void redirect(const int *sockets)
{
	int map = do_bpf(BPF_MAP_CREATE, &(union bpf_attr) {
		.map_type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4,
		.max_entries = 2 }), prog, i;
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 2,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = map },
		{},
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 4, .imm = BPF_F_INGRESS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sk_redirect_map },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	CHECK(map >= 0);
	prog = do_bpf(BPF_PROG_LOAD, &(union bpf_attr) {
		.prog_type = BPF_PROG_TYPE_SK_SKB, .insns = (uintptr_t)insns,
		.insn_cnt = NR(insns), .license = (uintptr_t)"GPL",
		.expected_attach_type = BPF_SK_SKB_VERDICT });
	CHECK(prog >= 0);
	CHECK(!do_bpf(BPF_PROG_ATTACH, &(union bpf_attr) {
		.target_fd = map, .attach_bpf_fd = prog, .attach_type = BPF_SK_SKB_VERDICT }));
	for (i = 0; i < 2; i++)
		CHECK(!do_bpf(BPF_MAP_UPDATE_ELEM, &(union bpf_attr) {
			.map_fd = map, .key = (uintptr_t)&i, .value = (uintptr_t)&sockets[i] }));
}

static void do_redirect(struct two *two)
{
	int from[2];

	make_pair(two);
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, from));
	redirect((int[]) { two->fd[1], from[1] });
	CHECK(write(from[0], page, 60) == 60);
	CHECK(poll(&(struct pollfd) { .fd = two->fd[1], .events = POLLIN }, 1, PATIENCE_MS) == 1);
	CHECK(read(two->fd[1], page, 100) == 60);
}

TEST_F(unix_socket, redirected_bytes)
{
	const struct ipcprobe_rec_unix_pair *pair;
	struct two *two = shared_two(SOCK_STREAM);
	struct cursor cursor;
	uint32_t a, b;

	if (syscall(SYS_bpf, -1, NULL, 0) == -1 && errno == ENOSYS)
		SKIP(return, "the kernel has no bpf(2)");
	cursor = RECORDS_OF(&self->cap, do_redirect, two);
	expect_pair(_metadata, &cursor, two, &a, &b);
	pair = NEXT(&cursor, unix_pair);
	EXPECT_IO(&cursor, send, pair->sock, pair->peer, 0, 60, 60, WRITE);
	EXPECT_IO(&cursor, recv, b, 0, 0, 100, 60, READ, UNPLACED);
}

/* ---- names: bind, connect, accept ---- */

/* True if the target of connect() is known: a hook of security modules provides it. */
static bool can_see_connect(void)
{
	return !system("grep -qw security_unix_stream_connect /proc/kallsyms");
}

#define UNSEEN	"no security modules for the network"

struct three {
	int type;
	char name[64];
	uint32_t ino[3];	/* the socket that listens, that connects, that was accepted */
};

static void do_connect(struct three *three)
{
	int listener = socket(AF_UNIX, three->type, 0), client = socket(AF_UNIX, three->type, 0);
	struct sockaddr_un addr;
	int server;

	set_name(&addr, three->name);
	CHECK(connect(client, (void *)&addr, sizeof(addr)) == -1 && errno == ENOENT);
	CHECK(!bind(listener, (void *)&addr, sizeof(addr)) && !listen(listener, 5));
	CHECK(!connect(client, (void *)&addr, sizeof(addr)));
	CHECK(send(client, page, 5, 0) == 5);
	server = accept(listener, NULL, NULL);
	CHECK(server >= 0);
	CHECK(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
	CHECK(accept(listener, NULL, NULL) == -1 && errno == EAGAIN);
	CHECK(recv(server, page, 100, 0) == 5);
	CHECK(send(server, page, 3, 0) == 3);
	three->ino[0] = inode_of(listener);
	three->ino[1] = inode_of(client);
	three->ino[2] = inode_of(server);
	CHECK(!unlink(three->name));
}

static const struct ipcprobe_rec_unix_socket *
expect_socket(struct __test_metadata *_metadata, struct cursor *cursor, uint32_t ino,
	      const char *name)
{
	const struct ipcprobe_rec_unix_socket *rec;

	/* unix_socket records are about a socket, not about a task */
	do
		rec = (const void *)cursor_next(cursor);
	while (rec && (rec->hdr.type != IPCPROBE_REC_unix_socket || rec->ino != ino ||
		       strcmp(rec->name, name)));
	if (!rec)
		cursor_print(cursor);
	EXPECT_NE(NULL, rec) TH_LOG("no unix_socket of inode %u with name '%s'", ino, name);
	return rec;
}

static void check_connection(struct __test_metadata *_metadata, struct capture *cap,
			     const struct three *three, pid_t tid)
{
	uint16_t message = three->type == SOCK_STREAM ? 0 : MESSAGE;
	struct cursor cursor = records_of(cap, tid), sockets = records_of(cap, 0);
	const struct ipcprobe_rec_unix_socket *client, *listener;
	const struct ipcprobe_rec_unix_connect *connect;
	const struct ipcprobe_rec_unix_accept *accept;

	client = expect_socket(_metadata, &sockets, three->ino[1], "");
	listener = expect_socket(_metadata, &sockets, three->ino[0], three->name);
	ASSERT_NE(NULL, client);
	ASSERT_NE(NULL, listener);
	EXPECT_EQ(three->type, listener->type);
	EXPECT_EQ(10, listener->state);
	connect = NEXT(&cursor, unix_connect);
	EXPECT_EQ(-ENOENT, connect->ret);
	EXPECT_EQ(client->sock, connect->sock);
	EXPECT_EQ(0, connect->peer);
	connect = NEXT(&cursor, unix_connect);
	EXPECT_EQ(0, connect->ret);
	EXPECT_EQ(client->sock, connect->sock);
	EXPECT_EQ(listener->sock, connect->listener);
	EXPECT_EQ(IPCPROBE_CALL_CONNECT, connect->call);
	EXPECT_IO(&cursor, send, client->sock, connect->peer, 0, 5, 5, SENDTO, message);
	accept = NEXT(&cursor, unix_accept);
	EXPECT_EQ(connect->peer, accept->sock);
	EXPECT_EQ(listener->sock, accept->listener);
	EXPECT_EQ(client->sock, accept->peer);
	EXPECT_EQ(three->ino[2], accept->ino);
	EXPECT_LT(0, accept->ret);
	accept = NEXT(&cursor, unix_accept);
	EXPECT_EQ(0, accept->sock);
	EXPECT_EQ(-EAGAIN, accept->ret);
	EXPECT_EQ(NONBLOCK, accept->flags);
	EXPECT_IO(&cursor, recv, connect->peer, client->sock, 0, 100, 5, RECVFROM, message);
	EXPECT_IO(&cursor, send, connect->peer, client->sock, 0, 3, 3, SENDTO, message);
	NEXT(&cursor, unix_close);
	NEXT(&cursor, unix_close);
	NEXT(&cursor, unix_close);
	NO_MORE(&cursor);
}

TEST_F(unix_socket, stream_connection)
{
	struct three *three = shared_memory(4096);
	pid_t tid;

	if (!can_see_connect())
		SKIP(return, UNSEEN);
	three->type = SOCK_STREAM;
	snprintf(three->name, sizeof(three->name), "/tmp/unix.%d", getpid());
	tid = SPAWN(do_connect, three);
	REAP(tid);
	FINISH(&self->cap);
	check_connection(_metadata, &self->cap, three, tid);
}

TEST_F(unix_socket, packet_connection)
{
	struct three *three = shared_memory(4096);
	pid_t tid;

	if (!can_see_connect())
		SKIP(return, UNSEEN);
	three->type = SOCK_SEQPACKET;
	snprintf(three->name, sizeof(three->name), "/tmp/unix.%d", getpid());
	tid = SPAWN(do_connect, three);
	REAP(tid);
	FINISH(&self->cap);
	check_connection(_metadata, &self->cap, three, tid);
}

static void do_address(struct two *two)
{
	int to = socket(AF_UNIX, SOCK_DGRAM, 0), from = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0ipcprobe\0test" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 14;

	two->ino[0] = inode_of(to);
	two->ino[1] = inode_of(from);
	CHECK(!bind(to, (void *)&addr, len));
	CHECK(sendto(from, page, 11, 0, (void *)&addr, len) == 11);
	CHECK(!connect(from, (void *)&addr, len));
	CHECK(send(from, page, 12, 0) == 12);
	CHECK(recv(to, page, 100, 0) == 11);
	CHECK(recv(to, page, 100, 0) == 12);
}

TEST_F(unix_socket, datagrams_by_address)
{
	struct two *two = shared_two(SOCK_DGRAM);
	const struct ipcprobe_rec_unix_socket *to, *from;
	const struct ipcprobe_rec_unix_connect *connect;
	struct cursor cursor, sockets;
	pid_t tid;

	if (!can_see_connect())
		SKIP(return, UNSEEN);
	tid = SPAWN(do_address, two);
	REAP(tid);
	FINISH(&self->cap);
	sockets = records_of(&self->cap, 0);
	from = expect_socket(_metadata, &sockets, two->ino[1], "");
	to = expect_socket(_metadata, &sockets, two->ino[0], "@ipcprobe@test");
	ASSERT_NE(NULL, from);
	ASSERT_NE(NULL, to);
	cursor = records_of(&self->cap, tid);
	EXPECT_IO(&cursor, send, from->sock, to->sock, 0, 11, 11, SENDTO, MESSAGE);
	connect = NEXT(&cursor, unix_connect);
	EXPECT_EQ(to->sock, connect->peer);
	EXPECT_EQ(0, connect->ret);
	EXPECT_IO(&cursor, send, from->sock, to->sock, 1, 12, 12, SENDTO, MESSAGE);
	EXPECT_IO(&cursor, recv, to->sock, from->sock, 0, 100, 11, RECVFROM, MESSAGE);
	EXPECT_IO(&cursor, recv, to->sock, from->sock, 1, 100, 12, RECVFROM, MESSAGE);
	NEXT(&cursor, unix_close);
	NEXT(&cursor, unix_close);
	NO_MORE(&cursor);
}

/* ---- sendfile, splice ---- */

struct splicing {
	struct two two;
	int pipe[2];
};

static void do_splice(struct splicing *s)
{
	int file = open("/tmp", O_RDWR | O_TMPFILE, 0600);

	make_pair(&s->two);
	CHECK(!pipe(s->pipe));
	CHECK(write(file, page, 100000) == 100000);
	CHECK(write(s->two.fd[0], page, 10) == 10);
	CHECK(sendfile(s->two.fd[0], file, &(off_t) { 0 }, 70000) == 70000);
	CHECK(write(s->two.fd[0], page, 10) == 10);
	CHECK(recv(s->two.fd[1], page, 30000, MSG_WAITALL) == 30000);
	CHECK(recv(s->two.fd[1], page, 40020, MSG_WAITALL) == 40020);
	CHECK(write(s->two.fd[0], page, 5000) == 5000);
	CHECK(splice(s->two.fd[1], NULL, s->pipe[1], NULL, 5000, 0) == 5000);
	CHECK(splice(s->pipe[0], NULL, s->two.fd[1], NULL, 5000, 0) == 5000);
	CHECK(read(s->two.fd[0], page, 6000) == 5000);
}

static void check_splice(struct __test_metadata *_metadata, struct capture *cap)
{
	struct splicing *s = shared_memory(4096);
	struct cursor cursor;
	uint32_t a, b;

	s->two.type = SOCK_STREAM;
	cursor = RECORDS_OF(cap, do_splice, s);
	expect_pair(_metadata, &cursor, &s->two, &a, &b);
	EXPECT_IO(&cursor, send, a, b, 0, 10, 10, WRITE);
	{
		const struct ipcprobe_rec_unix_send *rec = NEXT(&cursor, unix_send);

		EXPECT_EQ(a, rec->sock);
		EXPECT_EQ(b, rec->peer);
		EXPECT_EQ(10, rec->pos);
		EXPECT_EQ(70000, rec->ret);
		EXPECT_EQ(IPCPROBE_CALL_SENDFILE, rec->call);
		EXPECT_NE(0, rec->flags & PAGES);
	}
	EXPECT_IO(&cursor, send, a, b, 70010, 10, 10, WRITE);
	EXPECT_IO(&cursor, recv, b, a, 0, 30000, 30000, RECVFROM);
	EXPECT_IO(&cursor, recv, b, a, 30000, 40020, 40020, RECVFROM);
	EXPECT_IO(&cursor, send, a, b, 70020, 5000, 5000, WRITE);
	EXPECT_IO(&cursor, recv, b, a, 70020, 5000, 5000, SPLICE, PAGES);
	EXPECT_EQ(5000, NEXT(&cursor, unix_send)->ret);
	EXPECT_IO(&cursor, recv, a, b, 0, 6000, 5000, READ);
	expect_closes(_metadata, &cursor, a, 0, b, 0);
	NO_MORE(&cursor);
}

TEST_F(unix_socket, splice_and_sendfile)
{
	check_splice(_metadata, &self->cap);
}

/* ---- senders that are not recorded ---- */

struct unseen {
	int met[2];
	int old[8][2];
};

/* The memory of a received message is used for the next one at once. */
static void do_unseen(struct unseen *unseen)
{
	struct uring uring;
	unsigned int i;

	pin_to(0);
	CHECK(!uring_open(&uring));
	CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, unseen->met));
	for (i = 0; i < 100; i++) {
		CHECK(write(unseen->met[0], page, 10) == 10);
		CHECK(read(unseen->met[1], page, 10) == 10);
	}
	for (i = 0; i < NR(unseen->old); i++) {
		CHECK(uring_do(&uring, IORING_OP_SEND, unseen->old[i][0], page, 7, 0) == 7);
		CHECK(read(unseen->old[i][1], page, 10) == 7);
	}
}

/* What io_uring sends to a socket that the module has not seen has no position. */
TEST_F(unix_socket, unrecorded_senders)
{
	struct unseen unseen;
	struct cursor cursor;
	unsigned int i;

	if (syscall(SYS_io_uring_setup, 0, NULL) == -1 && errno == ENOSYS)
		SKIP(return, "the kernel has no io_uring");
	ASSERT_EQ(0, capture_stop(&self->cap));
	for (i = 0; i < NR(unseen.old); i++)
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, unseen.old[i]));
	ASSERT_EQ(0, capture_start(&self->cap));
	cursor = RECORDS_OF(&self->cap, do_unseen, &unseen);
	NEXT(&cursor, unix_pair);
	for (i = 0; i < 100; i++) {
		NEXT(&cursor, unix_send);
		EXPECT_EQ(i, ((const struct ipcprobe_rec_unix_recv *)NEXT(&cursor, unix_recv))->pos);
	}
	for (i = 0; i < NR(unseen.old); i++) {
		const struct ipcprobe_rec_unix_recv *rec = NEXT(&cursor, unix_recv);

		EXPECT_EQ(7, rec->ret);
		EXPECT_EQ(0, rec->pos);
	}
}

/* ---- what exists at START ---- */

TEST(unix_snapshot)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(UNIX),
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};
	const struct ipcprobe_rec_unix_socket *socks[2] = {};
	struct sockaddr_un addr;
	struct capture cap;
	uint32_t ino[2];
	int fd[2], nr_held = 0;
	size_t i;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	set_name(&addr, "/tmp/unix.snapshot");
	ASSERT_EQ(0, bind(fd[1], (void *)&addr, sizeof(addr)));
	ASSERT_EQ(77, write(fd[0], page, 77));
	ASSERT_EQ(7, read(fd[1], page, 7));
	ino[0] = inode_of(fd[0]);
	ino[1] = inode_of(fd[1]);
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	ASSERT_EQ(70, read(fd[1], page, 100));
	FINISH(&cap);
	for (i = 0; i < cap.nr; i++) {
		const struct ipcprobe_rec_unix_socket *rec = (const void *)cap.recs[i].rec;
		const struct ipcprobe_rec_unix_holder *holder = (const void *)rec;
		const struct ipcprobe_rec_unix_recv *recv = (const void *)rec;

		if (rec->hdr.type == IPCPROBE_REC_unix_socket) {
			socks[0] = rec->ino == ino[0] ? rec : socks[0];
			socks[1] = rec->ino == ino[1] ? rec : socks[1];
		} else if (rec->hdr.type == IPCPROBE_REC_unix_holder && socks[0] && socks[1]) {
			nr_held += holder->pid == (uint32_t)getpid() &&
				   (holder->sock == socks[0]->sock ||
				    holder->sock == socks[1]->sock) &&
				   (holder->fd == (uint32_t)fd[0] ||
				    holder->fd == (uint32_t)fd[1]);
		} else if (rec->hdr.type == IPCPROBE_REC_unix_recv) {
			EXPECT_EQ(socks[1]->sock, recv->sock);
			EXPECT_EQ(0, recv->pos);
			EXPECT_EQ(70, recv->ret);
			EXPECT_EQ(0, recv->flags);
		}
	}
	ASSERT_NE(NULL, socks[0]);
	ASSERT_NE(NULL, socks[1]);
	EXPECT_EQ(socks[1]->sock, socks[0]->peer);
	EXPECT_EQ(socks[0]->sock, socks[1]->peer);
	EXPECT_EQ(0, socks[0]->write_pos - socks[0]->read_pos);
	EXPECT_EQ(70, socks[1]->write_pos - socks[1]->read_pos);
	EXPECT_STREQ("/tmp/unix.snapshot", socks[1]->name);
	EXPECT_EQ(2, nr_held);
	unlink("/tmp/unix.snapshot");
	capture_close(&cap);
}

/* A snapshot of another session does not describe a socket to this session. */
TEST(described_to_each_session)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(UNIX),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
	}, other_config = { .classes = CLASS_BIT(UNIX) };
	const struct ipcprobe_rec_unix_socket *rec;
	struct capture cap, other;
	bool is_described = false, is_received = false;
	uint32_t ino;
	size_t i;
	int fd[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	ASSERT_EQ(7, write(fd[0], page, 7));
	ino = inode_of(fd[1]);
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	ASSERT_EQ(0, capture_open(&other, &other_config));
	ASSERT_EQ(0, capture_start(&other));
	ASSERT_EQ(7, read(fd[1], page, 7));
	FINISH(&other);
	FINISH(&cap);
	for (i = 0; i < cap.nr; i++) {
		rec = (const void *)cap.recs[i].rec;
		is_described |= rec->hdr.type == IPCPROBE_REC_unix_socket && rec->ino == ino;
		if (rec->hdr.type != IPCPROBE_REC_unix_recv || rec->hdr.tid != (uint32_t)getpid())
			continue;
		EXPECT_TRUE(is_described);
		is_received = true;
	}
	EXPECT_TRUE(is_received);
	capture_close(&other);
	capture_close(&cap);
}

/* ---- several writers: each byte received is the byte that was sent ---- */

#define NR_WRITERS	3
#define NR_ROUNDS	300

/* Each writer writes messages of its own length and its own byte. */
static void write_rounds(int *arg)
{
	int i;

	memset(page, arg[1], 4000);
	for (i = 0; i < NR_ROUNDS; i++)
		CHECK(write(arg[0], page, 1000 + 100 * arg[1]) == 1000 + 100 * arg[1]);
}

TEST_F(unix_socket, several_writers)
{
	size_t len = 0, total = 0, i;
	pid_t tid[NR_WRITERS];
	char *truth, *owner;
	int fd[2], w;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	for (w = 0; w < NR_WRITERS; w++) {
		tid[w] = SPAWN(write_rounds, ((int[]) { fd[0], w }));
		total += NR_ROUNDS * (1000 + 100 * w);
	}
	truth = malloc(total);
	owner = malloc(total);
	memset(owner, 0xcc, total);
	while (len < total) {
		ssize_t n = read(fd[1], truth + len, total - len < 5000 ? total - len : 5000);

		ASSERT_LT(0, n);
		len += n;
	}
	for (w = 0; w < NR_WRITERS; w++)
		REAP(tid[w]);
	FINISH(&self->cap);
	/* find the writer of each position in the writers' records */
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_unix_send *rec = (const void *)self->cap.recs[i].rec;

		for (w = 0; w < NR_WRITERS && rec->hdr.type == IPCPROBE_REC_unix_send; w++)
			if (rec->hdr.tid == (uint32_t)tid[w]) {
				ASSERT_GE(total, rec->pos + rec->ret);
				memset(owner + rec->pos, w, rec->ret);
			}
	}
	/* the reader received the same bytes, by its records */
	for (i = 0, len = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_unix_recv *rec = (const void *)self->cap.recs[i].rec;
		const struct ipcprobe_rec_unix_segment *seg = (const void *)rec;
		static size_t nr_before;

		if (rec->hdr.tid != (uint32_t)getpid())
			continue;
		if (rec->hdr.type == IPCPROBE_REC_unix_segment) {
			ASSERT_EQ(0, memcmp(truth + len, owner + seg->pos, seg->bytes));
			len += seg->bytes;
			nr_before += seg->bytes;
		} else if (rec->hdr.type == IPCPROBE_REC_unix_recv) {
			ASSERT_EQ(0, rec->flags & IPCPROBE_UNIX_RESYNC);
			ASSERT_EQ(0, memcmp(truth + len, owner + rec->pos, rec->ret - nr_before));
			len += rec->ret - nr_before;
			nr_before = 0;
		}
	}
	EXPECT_EQ(total, len);
	close(fd[0]);
	close(fd[1]);
}

/* ---- fingerprints ---- */

static void move_stream(struct prints_log *log)
{
	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, log->fd));
	move_all(log);
}

TEST_F(unix_socket, fingerprints_of_streams)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid = SPAWN(move_stream, log);

	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

/* Receive with @flags; MSG_PEEK leaves the message for another receive. */
static void move_single_message(struct prints_log *log, size_t len, size_t room, int flags)
{
	size_t came = len < room ? len : room;

	fill_words(page, 8192);
	expect_prints(log, page + 3, len);
	CHECK(send(log->fd[1], page + 3, len, 0) == (ssize_t)len);
	CHECK(recv(log->fd[0], page + 4093, room, flags) ==
	      (ssize_t)(flags & MSG_TRUNC ? len : came));
	expect_prints(log, page + 4093, came);
	if (!(flags & MSG_PEEK))
		return;
	CHECK(read(log->fd[0], page + 1, room) == (ssize_t)came);
	expect_prints(log, page + 1, came);
}

/* A receive that is too short leaves the rest of the message. */
static void move_messages(struct prints_log *log)
{
	struct iovec iov[2] = { { page + 1, 50 }, { page + 5000, 60 } };
	struct mmsghdr msgs[2] = {
		{ .msg_hdr = { .msg_iov = &iov[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov[1], .msg_iovlen = 1 } },
	};
	int *fd = log->fd;

	CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, fd));
	move_single_message(log, 1000, 1000, MSG_PEEK);
	move_single_message(log, 100, 39, 0);
	move_single_message(log, 100, 39, MSG_TRUNC);
	move_single_message(log, 3, 2, 0);
	move_single_message(log, 0, 10, 0);
	fill_words(page, 8192);
	expect_prints(log, page + 1, 50);
	expect_prints(log, page + 5000, 60);
	CHECK(sendmmsg(fd[1], msgs, 2, 0) == 2);
	iov[0].iov_len = 1000;
	iov[1].iov_len = 1000;
	memset(page, 0, 8192);
	CHECK(recvmmsg(fd[0], msgs, 2, 0, NULL) == 2);
	expect_prints(log, page + 1, 50);
	expect_prints(log, page + 5000, 60);
}

TEST_F(unix_socket, fingerprints_of_messages)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid = SPAWN(move_messages, log);

	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
