// SPDX-License-Identifier: GPL-2.0
/*
 * Class msg: each call on a System V queue gives exactly its records, a receive has the
 * number of the send that it received, and the records agree with what the kernel
 * reports of all queues (IPC_STAT, /proc/sysvipc/msg, mq_getattr).
 */
#include <kselftest_harness.h>

#include "msg_fixture.h"
#include "prints.h"
#include "user_fault.h"

#include <pthread.h>
#include <sys/resource.h>

#ifndef MSG_COPY
#define MSG_COPY	040000
#endif
#define ERESTARTNOHAND	514	/* like ERESTARTSYS */
/* Check a send or a receive: both records have the same fields. */
static void expect_transfer(struct __test_metadata *_metadata, const void *record,
			    const struct ipcprobe_rec_msg_send *want)
{
	const struct ipcprobe_rec_msg_send *rec = record;

	EXPECT_EQ(want->addr, rec->addr);
	EXPECT_EQ(want->type, rec->type);
	EXPECT_EQ(want->ns, rec->ns);
	EXPECT_EQ(want->id, rec->id);
	EXPECT_EQ(want->seq, rec->seq);
	EXPECT_EQ(want->bytes, rec->bytes);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->msgflg, rec->msgflg);
	EXPECT_EQ(!!want->blocked_ns, !!rec->blocked_ns);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_LE(rec->blocked_ns, rec->dur_ns);
}

#define EXPECT_MSG_OF(id_, cursor, name, type_, bytes_, seq_, ret_, ...)	\
	expect_transfer(_metadata, NEXT(cursor, name), &(struct ipcprobe_rec_msg_send) { \
		.addr = (uintptr_t)message.text, .ns = self->ns, .id = id_,	\
		.type = type_, .bytes = bytes_, .seq = seq_, .ret = ret_, ##__VA_ARGS__ })

#define EXPECT_MSG(...)	EXPECT_MSG_OF(self->job->id, __VA_ARGS__)

/* ---- one task ---- */

static int send_msg(int id, long type, size_t bytes, int flags)
{
	message.type = type;
	return msgsnd(id, &message, bytes, flags);
}

static void do_calls(struct job *job)
{
	CHECK(!send_msg(job->id, 3, 100, 0));
	CHECK(!send_msg(job->id, 5, 200, IPC_NOWAIT));
	CHECK(!send_msg(job->id, 5, 0, 0));
	/* receive by type, by number with a copy, by least type, and by any type but one */
	CHECK(msgrcv(job->id, &message, 8192, 5, 0) == 200);
	CHECK(!send_msg(job->id, 4, 5000, 0));
	CHECK(msgrcv(job->id, &message, 8192, 4, MSG_EXCEPT) == 100);
	CHECK(msgrcv(job->id, &message, 8192, -4, 0) == 5000);
	CHECK(msgrcv(job->id, &message, 8192, 0, 0) == 0);
	CHECK(!send_msg(job->id, 1, 300, 0));
	CHECK(msgrcv(job->id, &message, 50, 0, MSG_NOERROR) == 50);
}

TEST_F(msg, records_sends_and_receives)
{
	pid_t tid = SPAWN(do_calls, self->job);
	struct cursor cursor;
	uint32_t seq;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	seq = ((const struct ipcprobe_rec_msg_send *)cursor_next(&cursor))->seq;
	EXPECT_NE(0, seq);
	cursor = records_of(&self->cap, tid);
	EXPECT_MSG(&cursor, msg_send, 3, 100, seq, 0);
	EXPECT_MSG(&cursor, msg_send, 5, 200, seq + 1, 0, .msgflg = IPC_NOWAIT);
	EXPECT_MSG(&cursor, msg_send, 5, 0, seq + 2, 0);
	EXPECT_MSG(&cursor, msg_receive, 5, 200, seq + 1, 200);
	EXPECT_MSG(&cursor, msg_send, 4, 5000, seq + 3, 0);
	EXPECT_MSG(&cursor, msg_receive, 3, 100, seq, 100, .msgflg = MSG_EXCEPT);
	EXPECT_MSG(&cursor, msg_receive, 4, 5000, seq + 3, 5000);
	EXPECT_MSG(&cursor, msg_receive, 5, 0, seq + 2, 0);
	EXPECT_MSG(&cursor, msg_send, 1, 300, seq + 4, 0);
	EXPECT_MSG(&cursor, msg_receive, 1, 300, seq + 4, 50, .msgflg = MSG_NOERROR);
	NO_MORE(&cursor);
}

static void do_copies(struct job *job)
{
	CHECK(!send_msg(job->id, 3, 10, 0));
	CHECK(!send_msg(job->id, 4, 20, 0));
	job->step = msgrcv(job->id, &message, 8192, 1, MSG_COPY | IPC_NOWAIT) == 20;
	CHECK(msgrcv(job->id, &message, 8192, 2, MSG_COPY | IPC_NOWAIT) == -1);
	CHECK(msgrcv(job->id, &message, 8192, 4, 0) == 20);
}

TEST_F(msg, copies_leave_the_message)
{
	const uint16_t flags = MSG_COPY | IPC_NOWAIT;
	pid_t tid = SPAWN(do_copies, self->job);
	struct cursor cursor;
	uint32_t seq;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	seq = NEXT(&cursor, msg_send)->seq;
	EXPECT_MSG(&cursor, msg_send, 4, 20, seq + 1, 0);
	if (self->job->step) {
		EXPECT_MSG(&cursor, msg_receive, 4, 20, seq + 1, 20, .msgflg = flags);
		EXPECT_MSG(&cursor, msg_receive, 2, 8192, 0, -ENOMSG, .msgflg = flags);
	} else {	/* a kernel without checkpoints */
		EXPECT_GT(0, NEXT(&cursor, msg_receive)->ret);
		EXPECT_GT(0, NEXT(&cursor, msg_receive)->ret);
	}
	EXPECT_MSG(&cursor, msg_receive, 4, 20, seq + 1, 20);
	NO_MORE(&cursor);
}

static void do_errors(struct job *job)
{
	CHECK(send_msg(job->id, 0, 10, 0) == -1 && errno == EINVAL);
	CHECK(send_msg(-1, 1, 10, 0) == -1 && errno == EINVAL);
	CHECK(send_msg(job->id + 32768, 1, 10, 0) == -1 && errno == EINVAL);
	CHECK(msgsnd(job->id, (void *)8, 10, 0) == -1 && errno == EFAULT);
	CHECK(msgrcv(job->id, &message, 10, 7, IPC_NOWAIT) == -1 && errno == ENOMSG);
	CHECK(!send_msg(job->id, 1, 10, 0));
	CHECK(msgrcv(job->id, &message, 9, 0, 0) == -1 && errno == E2BIG);
	CHECK(msgrcv(job->id, (void *)8, 10, 0, 0) == -1 && errno == EFAULT);
	while (!send_msg(job->id, 1, 8192, IPC_NOWAIT))
		;
	CHECK(errno == EAGAIN);
}

TEST_F(msg, records_errors)
{
	pid_t tid = SPAWN(do_errors, self->job);
	const struct ipcprobe_rec_msg_receive *lost;
	struct cursor cursor;
	struct msqid_ds ds;
	uint32_t seq;

	REAP(tid);
	FINISH(&self->cap);
	ASSERT_EQ(0, msgctl(self->job->id, IPC_STAT, &ds));
	cursor = records_of(&self->cap, tid);
	EXPECT_MSG(&cursor, msg_send, 0, 10, 0, -EINVAL);
	EXPECT_MSG_OF(-1, &cursor, msg_send, 1, 10, 0, -EINVAL);
	EXPECT_MSG_OF(self->job->id + 32768, &cursor, msg_send, 1, 10, 0, -EINVAL);
	/* The type is read from the bad address before the queue is used. */
	EXPECT_MSG(&cursor, msg_receive, 7, 10, 0, -ENOMSG, .msgflg = IPC_NOWAIT);
	seq = NEXT(&cursor, msg_send)->seq;
	EXPECT_MSG(&cursor, msg_receive, 0, 9, 0, -E2BIG);
	/* The kernel discards the message. */
	lost = NEXT(&cursor, msg_receive);
	EXPECT_EQ(-EFAULT, lost->ret);
	EXPECT_EQ(seq, lost->seq);
	EXPECT_EQ(10, lost->bytes);
	EXPECT_MSG(&cursor, msg_send, 1, 8192, seq + 1, 0, .msgflg = IPC_NOWAIT);
	EXPECT_MSG(&cursor, msg_send, 1, 8192, seq + 2, 0, .msgflg = IPC_NOWAIT);
	EXPECT_MSG(&cursor, msg_send, 1, 8192, 0, -EAGAIN, .msgflg = IPC_NOWAIT);
	NO_MORE(&cursor);
	EXPECT_EQ(2, ds.msg_qnum);
	EXPECT_EQ(tid, ds.msg_lspid);
	EXPECT_EQ(tid, ds.msg_lrpid);
}

/* ---- waiting ---- */

static void receive_one(struct job *job)
{
	CHECK(msgrcv(job->id, &message, 8192, 9, 0) == 77);
}

TEST_F(msg, hands_over_to_a_waiting_receiver)
{
	const struct ipcprobe_rec_msg_block *block;
	pid_t tid = SPAWN(receive_one, self->job);
	struct cursor cursor, own;
	uint32_t seq;

	block = capture_wait(&self->cap, IPCPROBE_REC_msg_block, tid);
	ASSERT_NE(NULL, block);
	EXPECT_EQ(9, block->type);
	EXPECT_EQ(self->ns, block->ns);
	EXPECT_EQ(self->job->id, block->id);
	EXPECT_EQ(8192, block->bytes);
	EXPECT_EQ(IPCPROBE_IO_EMPTY, block->flags);
	ASSERT_EQ(0, send_msg(self->job->id, 8, 1, 0));
	ASSERT_EQ(0, send_msg(self->job->id, 9, 77, 0));
	REAP(tid);
	FINISH(&self->cap);
	own = records_of(&self->cap, getpid());
	seq = NEXT(&own, msg_send)->seq;
	EXPECT_MSG(&own, msg_send, 9, 77, seq + 1, 0);
	NO_MORE(&own);
	cursor = records_of(&self->cap, tid);
	NEXT(&cursor, msg_block);
	EXPECT_MSG(&cursor, msg_receive, 9, 77, seq + 1, 77, .blocked_ns = 1);
	NO_MORE(&cursor);
}

static void fill(int id)
{
	while (!send_msg(id, 1, 4096, IPC_NOWAIT))
		;
}

static void send_one(struct job *job)
{
	CHECK(!send_msg(job->id, 2, 4096, 0));
}

TEST_F(msg, waits_for_room)
{
	const struct ipcprobe_rec_msg_block *block;
	struct cursor cursor;
	pid_t tid;

	fill(self->job->id);
	tid = SPAWN(send_one, self->job);
	block = capture_wait(&self->cap, IPCPROBE_REC_msg_block, tid);
	ASSERT_NE(NULL, block);
	EXPECT_EQ(2, block->type);
	EXPECT_EQ(4096, block->bytes);
	EXPECT_EQ(IPCPROBE_IO_FULL, block->flags);
	ASSERT_EQ(4096, msgrcv(self->job->id, &message, 8192, 1, 0));
	REAP(tid);
	ASSERT_EQ(4096, msgrcv(self->job->id, &message, 8192, 2, 0));
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	NEXT(&cursor, msg_block);
	EXPECT_MSG(&cursor, msg_send, 2, 4096,
		   ((const struct ipcprobe_rec_msg_receive *)
		    self->cap.recs[self->cap.nr - 1].rec)->seq,
		   0, .blocked_ns = 1);
	NO_MORE(&cursor);
}

static void receive_in_vain(struct job *job)
{
	struct sigaction action = { .sa_handler = nothing };

	sigaction(SIGUSR1, &action, NULL);
	msgrcv(job->id, &message, 8192, 9, 0);
}

static void send_in_vain(struct job *job)
{
	send_msg(job->id, 9, 4096, 0);
}

TEST_F(msg, ends_interrupted_killed_and_orphaned_waits)
{
	struct cursor cursor;
	pid_t tids[4];
	int i;

	fill(self->job->id);
	for (i = 0; i < 3; i++) {
		tids[i] = SPAWN(receive_in_vain, self->job);
		BLOCK_OF(tids[i], msg_block);
	}
	tids[3] = SPAWN(send_in_vain, self->job);
	BLOCK_OF(tids[3], msg_block);
	kill(tids[0], SIGUSR1);
	REAP(tids[0]);
	kill(tids[1], SIGKILL);
	waitpid(tids[1], NULL, 0);
	ASSERT_EQ(0, msgctl(self->job->id, IPC_RMID, NULL));
	REAP(tids[2]);
	REAP(tids[3]);
	FINISH(&self->cap);
	for (i = 0; i < 3; i++) {
		cursor = records_of(&self->cap, tids[i]);
		NEXT(&cursor, msg_block);
		EXPECT_MSG(&cursor, msg_receive, 9, 8192, 0,
			   i == 2 ? -EIDRM : -ERESTARTNOHAND, .blocked_ns = 1);
		NO_MORE(&cursor);
	}
	cursor = records_of(&self->cap, tids[3]);
	NEXT(&cursor, msg_block);
	EXPECT_MSG(&cursor, msg_send, 9, 4096, 0, -EIDRM, .blocked_ns = 1);
	NO_MORE(&cursor);
}

/* A server waits for a message before the session starts. */
TEST_F(msg, records_a_receive_that_waited_before)
{
	const struct ipcprobe_rec_msg_receive *rec;
	pid_t tid = SPAWN(receive_one, self->job);
	struct cursor cursor;
	uint32_t seq;

	BLOCK_OF(tid, msg_block);
	/* stops explicitly, because the child has the session open, too */
	ASSERT_EQ(0, capture_stop(&self->cap));
	capture_close(&self->cap);
	ASSERT_EQ(0, open_session(&self->cap, IPCPROBE_F_NO_SNAPSHOT));
	ASSERT_EQ(0, send_msg(self->job->id, 9, 77, 0));
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, getpid());
	seq = NEXT(&cursor, msg_send)->seq;
	cursor = records_of(&self->cap, tid);
	rec = NEXT(&cursor, msg_receive);
	EXPECT_EQ(self->job->id, rec->id);
	EXPECT_EQ((uintptr_t)message.text, rec->addr);
	EXPECT_EQ(seq, rec->seq);
	EXPECT_EQ(77, rec->ret);
	EXPECT_EQ(9, rec->type);
	EXPECT_EQ(0, rec->dur_ns);
	NO_MORE(&cursor);
}

/* ---- many senders and receivers ---- */

#define NR_PEERS	4
#define NR_EACH		250

/* Each message holds its own number, with which its records are compared. */
static void send_many(struct job *job)
{
	int i;

	for (i = 0; i < NR_EACH; i++) {
		memcpy(message.text, (uint32_t[]) { getpid(), i }, 8);
		CHECK(!send_msg(job->id, 1 + (getpid() + i) % 3, 8 + i % 50, 0));
	}
}

struct receipts {
	int id;
	uint32_t from[NR_PEERS][NR_EACH][2];
};

static void receive_many(struct receipts *receipts, int me)
{
	static const long types[] = { 0, -3, 0, -2 };
	int i;

	for (i = 0; i < NR_EACH; i++) {
		CHECK(msgrcv(receipts->id, &message, 8192, i < NR_EACH / 2 ? types[me] : 0,
			     0) >= 8);
		memcpy(receipts->from[me][i], message.text, 8);
	}
}

/* Number of the @nth message that a task sent or received; 0: there is none. */
static uint32_t seq_of(const struct capture *cap, uint32_t tid, unsigned int n, uint16_t type)
{
	struct cursor cursor = records_of(cap, tid);
	const struct ipcprobe_rec *rec;

	while ((rec = cursor_next(&cursor)))
		if (rec->type == type && !n--)
			return ((const struct ipcprobe_rec_msg_send *)rec)->seq;
	return 0;
}

TEST_F(msg, ties_each_receive_to_its_send)
{
	struct receipts *receipts = shared_memory(sizeof(*receipts));
	pid_t senders[NR_PEERS], receivers[NR_PEERS];
	int i, me;

	receipts->id = self->job->id;
	for (i = 0; i < NR_PEERS; i++) {
		receivers[i] = fork();
		if (!receivers[i]) {
			receive_many(receipts, i);
			_exit(0);
		}
		senders[i] = SPAWN(send_many, self->job);
	}
	for (i = 0; i < NR_PEERS; i++) {
		REAP(senders[i]);
		REAP(receivers[i]);
	}
	FINISH(&self->cap);
	for (me = 0; me < NR_PEERS; me++)
		for (i = 0; i < NR_EACH; i++) {
			uint32_t *from = receipts->from[me][i];
			uint32_t seq = seq_of(&self->cap, from[0], from[1], IPCPROBE_REC_msg_send);

			ASSERT_NE(0, seq);
			ASSERT_EQ(seq, seq_of(&self->cap, receivers[me], i,
					      IPCPROBE_REC_msg_receive));
		}
}

/* ---- life of queues ---- */

static void do_life(struct job *job)
{
	int id = msgget(0x1234567, IPC_CREAT | IPC_EXCL | 0600);

	CHECK(id >= 0);
	CHECK(msgget(0x1234567, 0) == id);
	CHECK(msgget(0x1234567, IPC_CREAT | IPC_EXCL) == -1);
	CHECK(!send_msg(id, 1, 10, 0));
	CHECK(!send_msg(id, 1, 20, 0));
	CHECK(!msgctl(id, IPC_RMID, NULL));
	job->step = id;
}

TEST_F(msg, records_the_life_of_queues)
{
	const struct ipcprobe_rec_msg_destroy *destroy;
	const struct ipcprobe_rec_msg_create *create;
	pid_t tid = SPAWN(do_life, self->job);
	struct cursor cursor;
	struct msqid_ds ds;

	REAP(tid);
	FINISH(&self->cap);
	ASSERT_EQ(0, msgctl(self->job->id, IPC_STAT, &ds));
	cursor = records_of(&self->cap, tid);
	create = NEXT(&cursor, msg_create);
	EXPECT_EQ(self->ns, create->ns);
	EXPECT_EQ(self->job->step, create->id);
	EXPECT_EQ(0x1234567, create->key);
	EXPECT_EQ(ds.msg_qbytes, create->max_bytes);
	NEXT(&cursor, msg_send);
	NEXT(&cursor, msg_send);
	destroy = NEXT(&cursor, msg_destroy);
	EXPECT_EQ(self->ns, destroy->ns);
	EXPECT_EQ(self->job->step, destroy->id);
	EXPECT_EQ(self->has_btf ? 2 : UNKNOWN, destroy->nr_messages);
	EXPECT_EQ(self->has_btf ? 30 : UNKNOWN, destroy->bytes);
	NO_MORE(&cursor);
}

/* Read the queue's line of /proc/sysvipc/msg. */
static int read_proc(int id, unsigned int *key, unsigned int *bytes, unsigned int *nr,
		     unsigned int *send_pid, unsigned int *receive_pid)
{
	FILE *file = fopen("/proc/sysvipc/msg", "r");
	char line[256];
	int seen = -1;

	while (seen != id && fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %d %*o %u %u %u %u", (int *)key, &seen, bytes, nr, send_pid,
			   receive_pid) != 6)
			seen = -1;
	fclose(file);
	return seen == id ? 0 : -1;
}

TEST_F(msg, finds_queues_that_exist)
{
	unsigned int key, bytes, nr, send_pid, receive_pid;
	const struct ipcprobe_rec_msg_snapshot *rec;
	const struct ipcprobe_rec_mq_info *info;
	struct mq_attr attr;

	ASSERT_EQ(0, send_msg(self->job->id, 1, 10, 0));
	ASSERT_EQ(0, send_msg(self->job->id, 1, 20, 0));
	ASSERT_EQ(10, msgrcv(self->job->id, &message, 8192, 0, 0));
	ASSERT_EQ(0, mq_send(self->job->mq, message.text, 5, 1));
	ASSERT_EQ(0, mq_getattr(self->job->mq, &attr));
	ASSERT_EQ(0, read_proc(self->job->id, &key, &bytes, &nr, &send_pid, &receive_pid));
	capture_close(&self->cap);
	ASSERT_EQ(0, open_session(&self->cap, 0));
	do
		rec = capture_wait(&self->cap, IPCPROBE_REC_msg_snapshot, 0);
	while (rec && rec->id != self->job->id);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(self->ns, rec->ns);
	EXPECT_EQ(key, rec->key);
	if (self->has_btf) {
		EXPECT_EQ(nr, rec->nr_messages);
		EXPECT_EQ(bytes, rec->bytes);
		EXPECT_EQ(send_pid, rec->send_pid);
		EXPECT_EQ(receive_pid, rec->receive_pid);
	}
	do
		info = capture_wait(&self->cap, IPCPROBE_REC_mq_info, 0);
	while (info && info->ino != inode_of(self->job->mq));
	ASSERT_NE(NULL, info);
	EXPECT_STREQ(QUEUE_NAME + 1, info->name);
	EXPECT_EQ(self->ns, info->ns);
	if (self->has_btf) {
		EXPECT_EQ(attr.mq_curmsgs, info->nr_messages);
		EXPECT_EQ(attr.mq_maxmsg, info->max_messages);
		EXPECT_EQ(attr.mq_msgsize, info->max_bytes);
	}
}

/* ---- page faults ---- */

/* Page faults in the text do not count as waits for the queue. */
static void do_faults(struct job *job)
{
	struct user_fault fault;

	user_fault_open(&fault);
	/* The type is before the page border; the text is in a page that is not mapped yet. */
	*(long *)(fault.page[1] - sizeof(long)) = 1;
	CHECK(!msgsnd(job->id, fault.page[1] - sizeof(long), 100, 0));
	CHECK(msgrcv(job->id, fault.page[3] - sizeof(long), 100, 0, 0) == 100);
	CHECK(fault.nr_handled == 4);
	if (!has_hooks())
		return;
	CHECK(!mq_send(job->mq, fault.page[4], 10, 1));
	CHECK(mq_receive(job->mq, fault.page[5], 64, NULL) == 10);
	CHECK(fault.nr_handled == 6);
}

/* A queue is full already, after a page fault. */
static void do_fault_and_wait(struct job *job)
{
	struct user_fault fault;

	user_fault_open(&fault);
	*(long *)(fault.page[1] - sizeof(long)) = 1;
	CHECK(!msgsnd(job->id, fault.page[1] - sizeof(long), 4000, 0));
	CHECK(fault.nr_handled == 2);
}

static void expect_no_wait(struct __test_metadata *_metadata,
			   const struct ipcprobe_rec_msg_send *rec)
{
	EXPECT_EQ(0, rec->blocked_ns);
	EXPECT_LT(0, rec->seq);
}

TEST_F(msg, distinguishes_faults_from_waits)
{
	struct cursor cursor;
	pid_t tid, sender;

	if (!user_fault_is_there())
		SKIP(return, NO_USER_FAULT);
	tid = SPAWN(do_faults, self->job);
	REAP(tid);
	while (!send_msg(self->job->id, 1, 4000, IPC_NOWAIT))
		;
	sender = SPAWN(do_fault_and_wait, self->job);
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_msg_block, sender));
	ASSERT_EQ(4000, msgrcv(self->job->id, &message, 8192, 0, 0));
	REAP(sender);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_no_wait(_metadata, NEXT(&cursor, msg_send));
	expect_no_wait(_metadata, (const void *)NEXT(&cursor, msg_receive));
	if (has_hooks()) {
		EXPECT_EQ(0, NEXT(&cursor, mq_send)->blocked_ns);
		EXPECT_EQ(0, NEXT(&cursor, mq_receive)->blocked_ns);
	}
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, sender);
	EXPECT_EQ(IPCPROBE_IO_FULL, NEXT(&cursor, msg_block)->flags);
	EXPECT_NE(0, NEXT(&cursor, msg_send)->blocked_ns);
	NO_MORE(&cursor);
}

/* ---- fingerprints ---- */

static void move_text(struct prints_log *log, size_t bytes, size_t room)
{
	size_t came = bytes < room ? bytes : room;

	fill_words(message.text, sizeof(message.text));
	expect_prints(log, message.text, bytes);
	CHECK(!send_msg(log->id, 1, bytes, 0));
	fill_words(message.text, sizeof(message.text));
	CHECK(msgrcv(log->id, &message, room, 0, MSG_NOERROR) == (ssize_t)came);
	expect_prints(log, message.text, came);
}

static void move_texts(struct prints_log *log)
{
	struct message *edge = (void *)filled_edge(8 + 20);
	size_t bytes;

	for (bytes = 0; bytes < 20; bytes++)
		move_text(log, bytes, 8192);
	move_text(log, 5000, 8192);
	move_text(log, 5000, 8192);
	move_text(log, 5000, 77);
	edge->type = 1;
	expect_cut(log, edge->text, 2000, 20);
	CHECK(msgsnd(log->id, edge, 2000, 0) == -1 && errno == EFAULT);
	expect_prints(log, edge->text, 20);
	CHECK(!msgsnd(log->id, edge, 20, 0));
	fill_words(edge->text, 20);
	CHECK(msgrcv(log->id, edge, 2000, 0, 0) == 20);
	expect_prints(log, edge->text, 20);
	/* no message was received */
	CHECK(msgrcv(log->id, &message, 10, 0, IPC_NOWAIT) == -1 && errno == ENOMSG);
	expect_prints(log, NULL, 0);
}

TEST_F(msg, fingerprints)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	log->id = self->job->id;
	tid = SPAWN(move_texts, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
