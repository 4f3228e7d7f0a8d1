/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class unix: a recording, a pair of sockets, and the check of
 * one send or receive.  For a file that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_UNIX_FIXTURE_H
#define IPCPROBE_UNIX_FIXTURE_H

#include "capture.h"

#include <sys/socket.h>
#include <sys/un.h>

static char page[1 << 20] __attribute__((aligned(4096)));

FIXTURE(unix_socket)
{
	struct capture cap;
};

FIXTURE_SETUP(unix_socket)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(UNIX),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(unix_socket)
{
	capture_close(&self->cap);
}

struct io {
	const void *addr;	/* NULL: page, or with PAGES no address */
	uint32_t sock;
	uint32_t peer;
	uint32_t pos;
	uint32_t count;
	int32_t ret;
	uint8_t call;
	uint16_t flags;
	uint8_t nr_segs;
};

/* Check a send or a receive: both records have the same fields. */
static void expect_io(struct __test_metadata *_metadata, const void *record, const struct io *want)
{
	const struct ipcprobe_rec_unix_send *rec = record;

	EXPECT_EQ(want->flags & IPCPROBE_UNIX_PAGES ? 0 : (uintptr_t)(want->addr ?: page),
		  rec->addr);
	EXPECT_EQ(want->sock, rec->sock);
	EXPECT_EQ(want->peer, rec->peer);
	EXPECT_EQ(want->pos, rec->pos);
	EXPECT_EQ(want->count, rec->count);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_EQ(want->flags & IPCPROBE_UNIX_PAGES ? 0 : want->nr_segs ?: 1, rec->nr_segs);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_EQ(!!(want->flags & IPCPROBE_UNIX_BLOCKED), !!rec->wait_ns);
	EXPECT_GE(rec->dur_ns, rec->wait_ns);
}

#define EXPECT_IO(cursor, name, sock_, peer_, pos_, count_, ret_, call_, ...)	\
	expect_io(_metadata, NEXT(cursor, unix_##name), &(struct io) {		\
		.sock = sock_, .peer = peer_, .pos = pos_, .count = count_,	\
		.ret = ret_, .call = IPCPROBE_CALL_##call_, ##__VA_ARGS__ })

#define PEEK		IPCPROBE_UNIX_PEEK
#define MESSAGE		IPCPROBE_UNIX_MESSAGE
#define NONBLOCK	IPCPROBE_UNIX_NONBLOCK
#define BLOCKED		IPCPROBE_UNIX_BLOCKED
#define PAGES		IPCPROBE_UNIX_PAGES
#define TRUNC		IPCPROBE_UNIX_TRUNC
#define UNPLACED	IPCPROBE_UNIX_UNPLACED

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD	76	/* since Linux 6.5 */
#endif

/* What a child reports of the two sockets that it made. */
struct two {
	int type;
	int fd[2];
	uint32_t ino[2];
};

static MAYBE_UNUSED void make_pair(struct two *two)
{
	CHECK(!socketpair(AF_UNIX, two->type, 0, two->fd));
	two->ino[0] = inode_of(two->fd[0]);
	two->ino[1] = inode_of(two->fd[1]);
}

/* The next record must be a unix_pair; sets the numbers of the sockets. */
static MAYBE_UNUSED void expect_pair(struct __test_metadata *_metadata, struct cursor *cursor,
				     const struct two *two, uint32_t *a, uint32_t *b)
{
	const struct ipcprobe_rec_unix_pair *rec = NEXT(cursor, unix_pair);

	EXPECT_EQ(two->ino[0], rec->ino);
	EXPECT_EQ(two->ino[1], rec->peer_ino);
	EXPECT_EQ(two->type, rec->type);
	EXPECT_NE(rec->sock, rec->peer);
	*a = rec->sock;
	*b = rec->peer;
}

static MAYBE_UNUSED void expect_closes(struct __test_metadata *_metadata, struct cursor *cursor,
				       uint32_t a, uint32_t unread_a, uint32_t b,
				       uint32_t unread_b)
{
	const struct ipcprobe_rec_unix_close *x = NEXT(cursor, unix_close);
	const struct ipcprobe_rec_unix_close *y = NEXT(cursor, unix_close);

	if (x->sock != a) {	/* the exit of a process closes them in any order */
		const struct ipcprobe_rec_unix_close *swap = x;

		x = y;
		y = swap;
	}
	EXPECT_EQ(a, x->sock);
	EXPECT_EQ(unread_a, x->unread);
	EXPECT_EQ(b, y->sock);
	EXPECT_EQ(unread_b, y->unread);
}

static MAYBE_UNUSED struct two *shared_two(int type)
{
	struct two *two = shared_memory(4096);

	two->type = type;
	return two;
}

static MAYBE_UNUSED void set_name(struct sockaddr_un *addr, const char *name)
{
	*addr = (struct sockaddr_un) { .sun_family = AF_UNIX };
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", name);
}

#endif /* IPCPROBE_UNIX_FIXTURE_H */
