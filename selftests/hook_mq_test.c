// SPDX-License-Identifier: GPL-2.0
/*
 * Class msg: each call on a POSIX queue gives exactly its records, and a receive has
 * the number of the send that it received.
 */
#include <kselftest_harness.h>

#include "msg_fixture.h"
#include "prints.h"

struct mq_want {
	uint32_t dev;
	uint32_t ino;
	int fd;
	uint32_t seq;
	uint32_t bytes;
	uint32_t prio;
	int ret;
	bool blocked;
	uint16_t flags;
};

static void expect_mq(struct __test_metadata *_metadata, const void *record,
		      const struct mq_want *want)
{
	const struct ipcprobe_rec_mq_send *rec = record;

	EXPECT_EQ((uintptr_t)message.text, rec->addr);
	EXPECT_EQ(want->dev, rec->dev);
	EXPECT_EQ(want->ino, rec->ino);
	EXPECT_EQ(want->fd, rec->fd);
	EXPECT_EQ(want->seq, rec->seq);
	EXPECT_EQ(want->bytes, rec->bytes);
	EXPECT_EQ(want->prio, rec->prio);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->blocked, !!rec->blocked_ns);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_NE(0, rec->dur_ns);
}

static uint32_t device_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_dev >> 8 << 20 | (st.st_dev & 0xff);
}

#define EXPECT_MQ_OF(dev_, ino_, fd_, cursor, name, bytes_, prio_, seq_, ret_, ...) \
	expect_mq(_metadata, NEXT(cursor, name), &(struct mq_want) {		\
		.dev = dev_, .ino = ino_, .fd = fd_, .bytes = bytes_,		\
		.prio = prio_, .seq = seq_, .ret = ret_, ##__VA_ARGS__ })

#define EXPECT_MQ(...)	\
	EXPECT_MQ_OF(device_of(self->job->mq), inode_of(self->job->mq), self->job->mq, \
		     __VA_ARGS__)

static void do_mq_calls(struct job *job)
{
	unsigned int prio;

	CHECK(!mq_send(job->mq, message.text, 10, 1));
	CHECK(!mq_send(job->mq, message.text, 20, 5));
	CHECK(!mq_send(job->mq, message.text, 0, 1));
	CHECK(mq_receive(job->mq, message.text, 64, &prio) == 20);
	CHECK(mq_receive(job->mq, message.text, 8192, NULL) == 10);
	CHECK(mq_receive(job->mq, message.text, 63, NULL) == -1 && errno == EMSGSIZE);
	CHECK(mq_send(job->mq, message.text, 65, 0) == -1 && errno == EMSGSIZE);
	CHECK(mq_send(job->mq, message.text, 1, 99999) == -1 && errno == EINVAL);
	CHECK(mq_send(-1, message.text, 1, 0) == -1 && errno == EBADF);
	CHECK(mq_send(1, message.text, 1, 0) == -1 && errno == EBADF);
}

TEST_F(msg, records_posix_sends_and_receives)
{
	struct cursor cursor;
	struct mq_attr attr;
	uint32_t seq;
	pid_t tid;

	if (!has_hooks())
		SKIP(return, INLINED);
	tid = SPAWN(do_mq_calls, self->job);
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	seq = ((const struct ipcprobe_rec_mq_send *)cursor_next(&cursor))->seq;
	EXPECT_NE(0, seq);
	cursor = records_of(&self->cap, tid);
	EXPECT_MQ(&cursor, mq_send, 10, 1, seq, 0);
	EXPECT_MQ(&cursor, mq_send, 20, 5, seq + 1, 0);
	EXPECT_MQ(&cursor, mq_send, 0, 1, seq + 2, 0);
	EXPECT_MQ(&cursor, mq_receive, 20, 5, seq + 1, 20);
	EXPECT_MQ(&cursor, mq_receive, 10, 1, seq, 10);
	EXPECT_MQ(&cursor, mq_receive, 63, 0, 0, -EMSGSIZE);
	EXPECT_MQ(&cursor, mq_send, 65, 0, 0, -EMSGSIZE);
	EXPECT_MQ(&cursor, mq_send, 1, 99999, 0, -EINVAL);
	EXPECT_MQ_OF(0, 0, -1, &cursor, mq_send, 1, 0, 0, -EBADF);
	EXPECT_MQ_OF(0, 0, 1, &cursor, mq_send, 1, 0, 0, -EBADF);
	NO_MORE(&cursor);
	ASSERT_EQ(0, mq_getattr(self->job->mq, &attr));
	EXPECT_EQ(1, attr.mq_curmsgs);
}

static void receive_mq(struct job *job)
{
	CHECK(mq_receive(job->mq, message.text, 64, NULL) == 33);
}

static void send_mq(struct job *job)
{
	CHECK(!mq_send(job->mq, message.text, 44, 2));
}

TEST_F(msg, posix_queues_empty_and_full)
{
	const struct ipcprobe_rec_mq_block *block;
	struct cursor cursor, own;
	pid_t receiver, sender;
	uint32_t seq;
	int i;

	if (!has_hooks())
		SKIP(return, INLINED);
	receiver = SPAWN(receive_mq, self->job);
	block = capture_wait(&self->cap, IPCPROBE_REC_mq_block, receiver);
	ASSERT_NE(NULL, block);
	EXPECT_EQ(inode_of(self->job->mq), block->ino);
	EXPECT_EQ(IPCPROBE_IO_EMPTY, block->flags);
	ASSERT_EQ(0, mq_send(self->job->mq, message.text, 33, 7));
	REAP(receiver);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, mq_send(self->job->mq, message.text, i, 1));
	sender = SPAWN(send_mq, self->job);
	block = capture_wait(&self->cap, IPCPROBE_REC_mq_block, sender);
	ASSERT_NE(NULL, block);
	EXPECT_EQ(IPCPROBE_IO_FULL, block->flags);
	/* this puts the waiting sender's message into the queue */
	ASSERT_EQ(0, mq_receive(self->job->mq, message.text, 64, NULL));
	REAP(sender);
	ASSERT_EQ(44, mq_receive(self->job->mq, message.text, 64, NULL));
	FINISH(&self->cap);
	own = records_of(&self->cap, getpid());
	seq = NEXT(&own, mq_send)->seq;
	cursor = records_of(&self->cap, receiver);
	NEXT(&cursor, mq_block);
	EXPECT_MQ(&cursor, mq_receive, 33, 7, seq, 33, .blocked = true);
	NO_MORE(&cursor);
	for (i = 0; i < 4; i++)
		EXPECT_MQ(&own, mq_send, i, 1, seq + 1 + i, 0);
	EXPECT_MQ(&own, mq_receive, 0, 1, seq + 1, 0);
	EXPECT_MQ(&own, mq_receive, 44, 2, seq + 5, 44);
	NO_MORE(&own);
	cursor = records_of(&self->cap, sender);
	NEXT(&cursor, mq_block);
	EXPECT_MQ(&cursor, mq_send, 44, 2, seq + 5, 0, .blocked = true);
	NO_MORE(&cursor);
}

static void receive_mq_in_vain(struct job *job)
{
	struct sigaction action = { .sa_handler = nothing };
	struct timespec soon;

	sigaction(SIGUSR1, &action, NULL);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec += job->step;
	mq_timedreceive(job->mq, message.text, 64, NULL, &soon);
}

TEST_F(msg, ends_posix_waits)
{
	static const int rets[] = { -ERESTARTSYS, -ERESTARTSYS, -ETIMEDOUT };
	struct cursor cursor;
	pid_t tids[3];
	int i;

	if (!has_hooks())
		SKIP(return, INLINED);
	for (i = 0; i < 3; i++) {
		self->job->step = i == 2 ? 0 : 1000;
		tids[i] = SPAWN(receive_mq_in_vain, self->job);
		if (i < 2)
			BLOCK_OF(tids[i], mq_block);
	}
	kill(tids[0], SIGUSR1);
	REAP(tids[0]);
	kill(tids[1], SIGKILL);
	waitpid(tids[1], NULL, 0);
	REAP(tids[2]);
	FINISH(&self->cap);
	for (i = 0; i < 3; i++) {
		const struct ipcprobe_rec *rec;

		cursor = records_of(&self->cap, tids[i]);
		rec = cursor_next(&cursor);
		/* the last receiver may come too late to wait */
		if (i == 2 && rec && rec->type != IPCPROBE_REC_mq_block)
			cursor = records_of(&self->cap, tids[i]);
		EXPECT_EQ(rets[i], NEXT(&cursor, mq_receive)->ret);
		NO_MORE(&cursor);
	}
}

static void do_mq_life(struct job *job)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
	mqd_t mq = mq_open("/other", O_RDONLY | O_CREAT | O_NONBLOCK, 0600, NULL);

	CHECK(mq >= 0);
	job->step = inode_of(mq);
	CHECK(mq_receive(mq, message.text, 8192, NULL) == -1 && errno == EAGAIN);
	CHECK(!mq_notify(mq, &event));
	CHECK(mq_notify(mq, &event) == -1 && errno == EBUSY);
	CHECK(!mq_notify(mq, NULL));
	CHECK(mq_open("/none", O_RDONLY) == (mqd_t)-1);
	CHECK(!mq_unlink("/other"));
	CHECK(mq_unlink("/other") == -1 && errno == ENOENT);
	CHECK(!mq_close(mq));
}

TEST_F(msg, records_the_life_of_posix_queues)
{
	const struct ipcprobe_rec_mq_destroy *destroy;
	const struct ipcprobe_rec_mq_notify *notify;
	const struct ipcprobe_rec_mq_unlink *gone;
	const struct ipcprobe_rec_mq_info *info;
	const struct ipcprobe_rec_mq_open *open;
	struct cursor cursor;

	if (!has_hooks())
		SKIP(return, INLINED);
	cursor = RECORDS_OF(&self->cap, do_mq_life, self->job);
	info = NEXT(&cursor, mq_info);
	EXPECT_STREQ("other", info->name);
	EXPECT_EQ(self->job->step, info->ino);
	EXPECT_EQ(device_of(self->job->mq), info->dev);
	EXPECT_EQ(self->ns, info->ns);
	EXPECT_EQ(self->has_btf ? 0 : UNKNOWN, info->nr_messages);
	open = NEXT(&cursor, mq_open);
	EXPECT_LE(0, open->ret);
	EXPECT_EQ(info->ino, open->ino);
	EXPECT_EQ(info->dev, open->dev);
	EXPECT_EQ(O_RDONLY | O_CREAT | O_NONBLOCK, open->oflag);
	EXPECT_STREQ("other", open->name);
	EXPECT_EQ(IPCPROBE_IO_NONBLOCK, NEXT(&cursor, mq_receive)->flags);
	notify = NEXT(&cursor, mq_notify);
	EXPECT_EQ(0, notify->ret);
	EXPECT_EQ(info->ino, notify->ino);
	EXPECT_EQ(SIGEV_SIGNAL, notify->notify);
	EXPECT_EQ(SIGUSR2, notify->signo);
	EXPECT_EQ(-EBUSY, NEXT(&cursor, mq_notify)->ret);
	EXPECT_EQ(-1, NEXT(&cursor, mq_notify)->notify);
	open = NEXT(&cursor, mq_open);
	EXPECT_EQ(-ENOENT, open->ret);
	EXPECT_STREQ("none", open->name);
	EXPECT_EQ(0, open->ino);
	gone = NEXT(&cursor, mq_unlink);
	EXPECT_EQ(0, gone->ret);
	EXPECT_EQ(info->ino, gone->ino);
	gone = NEXT(&cursor, mq_unlink);
	EXPECT_EQ(-ENOENT, gone->ret);
	EXPECT_EQ(0, gone->ino);
	destroy = NEXT(&cursor, mq_destroy);
	EXPECT_EQ(info->ino, destroy->ino);
	EXPECT_EQ(self->has_btf ? 0 : UNKNOWN, destroy->nr_messages);
	NO_MORE(&cursor);
}

/* ---- fingerprints ---- */

static void move_posix(struct prints_log *log)
{
	size_t bytes;

	for (bytes = 0; bytes <= 64; bytes += bytes < 17 ? 1 : 47) {
		fill_words(message.text, sizeof(message.text));
		expect_prints(log, message.text + 1, bytes);
		CHECK(!mq_send(log->id, message.text + 1, bytes, 1));
		CHECK(mq_receive(log->id, message.text + 4085, 4000, NULL) == (ssize_t)bytes);
		expect_prints(log, message.text + 4085, bytes);
	}
}

TEST_F(msg, fingerprints_of_posix_messages)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	if (!has_hooks())
		SKIP(return, INLINED);
	log->id = self->job->mq;
	tid = SPAWN(move_posix, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
