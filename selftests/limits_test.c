// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of objects have a limit: an object beyond it makes nothing fail, and its
 * events count as missing.
 */
#include <kselftest_harness.h>

#include "capture.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>

#define PARAMETER	"/sys/module/ipcprobe/parameters/objects_max"
#define LIMIT		4
#define NR_OBJECTS	50
#define NR_QUEUES	5
#define NR_EACH		16000
#define NR_MESSAGES	(NR_QUEUES * NR_EACH)
#define NR_SLOTS	65536	/* numbers that the table has room for without a limit */

static void set_limit(unsigned int limit)
{
	FILE *file = fopen(PARAMETER, "w");

	CHECK(file && fprintf(file, "%u", limit) > 0 && !fclose(file));
}

FIXTURE(limits)
{
	struct capture cap;
};

FIXTURE_SETUP(limits)
{
	set_limit(LIMIT);
}

FIXTURE_TEARDOWN(limits)
{
	capture_close(&self->cap);
	set_limit(1 << 19);
}

static size_t count_records(const struct capture *cap, uint16_t type)
{
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->type == type;
	return nr;
}

/*
 * Number of events of a class that are missing because of the limit, and for no other
 * reason.
 */
static uint64_t count_beyond(struct __test_metadata *_metadata, const struct capture *cap,
			     uint32_t class_id)
{
	const struct ipcprobe_rec_lost *rec;
	uint64_t nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type != IPCPROBE_REC_lost)
			continue;
		EXPECT_EQ(class_id, rec->class_id);
		EXPECT_EQ(IPCPROBE_REASON_LIMIT, rec->reasons);
		nr += rec->nr_lost;
	}
	return nr;
}

TEST_F(limits, pipes)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(PIPE) };
	int fd[NR_OBJECTS][2], i, late[2];
	size_t nr;

	for (i = 0; i < NR_OBJECTS; i++)
		ASSERT_EQ(0, pipe(fd[i]));
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, pipe(late));
	FINISH(&self->cap);
	nr = count_records(&self->cap, IPCPROBE_REC_pipe_snapshot);
	EXPECT_LE(1, nr);
	EXPECT_GE(LIMIT, nr);
	EXPECT_EQ(0, count_records(&self->cap, IPCPROBE_REC_pipe_create));
	/* one from the snapshot, with any number, and the creation of the late pipe */
	EXPECT_LE(1, count_beyond(_metadata, &self->cap, IPCPROBE_CLASS_PIPE));
}

TEST_F(limits, sockets)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(UNIX) };
	int fd[NR_OBJECTS][2], i, late[2];
	size_t nr;

	for (i = 0; i < NR_OBJECTS; i++)
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd[i]));
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, late));
	FINISH(&self->cap);
	nr = count_records(&self->cap, IPCPROBE_REC_unix_socket);
	EXPECT_LE(1, nr);
	EXPECT_GE(LIMIT, nr);
	EXPECT_EQ(0, count_records(&self->cap, IPCPROBE_REC_unix_pair));
	EXPECT_LE(1, count_beyond(_metadata, &self->cap, IPCPROBE_CLASS_UNIX));
}

/* Send and receive so many empty messages; count those without a number. */
static void count_unnumbered(const struct capture *cap, size_t *sent, size_t *received)
{
	const struct ipcprobe_rec_msg_receive *receive;
	const struct ipcprobe_rec_msg_send *send;
	size_t i;

	*sent = *received = 0;
	for (i = 0; i < cap->nr; i++) {
		send = (const void *)cap->recs[i].rec;
		receive = (const void *)cap->recs[i].rec;
		if (send->hdr.type == IPCPROBE_REC_msg_send)
			*sent += !send->seq;
		else if (receive->hdr.type == IPCPROBE_REC_msg_receive)
			*received += !receive->seq;
	}
}

TEST_F(limits, messages)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(MSG),
		.ring_bytes = 16 << 20,
	};
	struct { long type; } message = { 1 };
	size_t sent, received;
	int id[NR_QUEUES], i;

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < NR_QUEUES; i++) {
		id[i] = msgget(IPC_PRIVATE, 0600);
		ASSERT_LE(0, id[i]);
	}
	for (i = 0; i < NR_MESSAGES; i++)
		ASSERT_EQ(0, msgsnd(id[i / NR_EACH], &message, 0, 0));
	for (i = 0; i < NR_MESSAGES; i++)
		ASSERT_EQ(0, msgrcv(id[i / NR_EACH], &message, 0, 0, 0));
	FINISH(&self->cap);
	ASSERT_EQ(NR_MESSAGES, count_records(&self->cap, IPCPROBE_REC_msg_send));
	count_unnumbered(&self->cap, &sent, &received);
	EXPECT_LE(NR_MESSAGES - NR_SLOTS - LIMIT, sent);
	EXPECT_GE(NR_MESSAGES - LIMIT, sent);
	EXPECT_EQ(sent, received);
	EXPECT_EQ(sent, count_beyond(_metadata, &self->cap, IPCPROBE_CLASS_MSG));
	for (i = 0; i < NR_QUEUES; i++)
		ASSERT_EQ(0, msgctl(id[i], IPC_RMID, NULL));
}

TEST_HARNESS_MAIN
