// SPDX-License-Identifier: GPL-2.0
/* The first bytes of each transfer, for sessions that ask for them. */
#include <kselftest_harness.h>

#include "capture.h"
#include "prints.h"

#include <linux/ipcprobe_print.h>

#include <mqueue.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define SNAP	3000
#define NR_BYTES	5000
#define CLASSES	(CLASS_BIT(PIPE) | CLASS_BIT(UNIX) | CLASS_BIT(MSG) | CLASS_BIT(PROCVM) | \
		 CLASS_BIT(FILE))

/* Data to send, and buffers to receive it; shared with the children. */
static struct memory {
	char from[NR_BYTES] __attribute__((aligned(4096)));
	char to[NR_BYTES + 100] __attribute__((aligned(4096)));
	int fd[2];
	uintptr_t addr;
} *memory;

FIXTURE(data)
{
	struct capture cap;
};

static int open_session(struct capture *cap, uint32_t snap_bytes)
{
	struct ipcprobe_config config = {
		.classes = CLASSES,
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
		.snap_bytes = snap_bytes,
	};
	int err = capture_open(cap, &config);

	return err ? err : capture_start(cap);
}

FIXTURE_SETUP(data)
{
	unsigned int i;

	memory = shared_memory(sizeof(*memory));
	ASSERT_NE(NULL, memory);
	for (i = 0; i < NR_BYTES; i++)
		memory->from[i] = i * 7 + (i >> 8);
	ASSERT_EQ(0, open_session(&self->cap, SNAP));
}

FIXTURE_TEARDOWN(data)
{
	capture_close(&self->cap);
	munmap(memory, sizeof(*memory));
}

static const struct ipcprobe_rec_io_data *data_of(const struct ipcprobe_rec *rec)
{
	return rec->type == IPCPROBE_REC_io_data ? (const void *)rec : NULL;
}

/*
 * Check the next call of type @type: its io_data records must hold, in order and
 * without gaps, @want bytes of the buffers @at, whose contents are @data.
 */
static void expect_data(struct __test_metadata *_metadata, struct cursor *cursor, uint16_t type,
			const struct iovec *at, const char *data, uint32_t want)
{
	const struct ipcprobe_rec_io_data *piece;
	uint32_t done = 0, in_buffer = 0;
	const struct ipcprobe_rec *rec;

	while ((rec = cursor_next(cursor)) && rec->type != type) {
		piece = data_of(rec);
		if (!piece)
			continue;
		if (in_buffer == at->iov_len) {
			at++;
			in_buffer = 0;
		}
		EXPECT_EQ((uintptr_t)at->iov_base + in_buffer, piece->addr);
		EXPECT_EQ(done, piece->offset);
		EXPECT_EQ(0, piece->missing);
		EXPECT_LT(0, piece->bytes);
		ASSERT_GE(want, done + piece->bytes);
		EXPECT_EQ(0, memcmp(data + done, piece->data, piece->bytes));
		done += piece->bytes;
		in_buffer += piece->bytes;
	}
	if (!rec || done != want)
		cursor_print(cursor);
	EXPECT_EQ(want, done);
	ASSERT_NE(NULL, rec) TH_LOG("no record of type %#x", type);
}

/* Expect one buffer at @address. */
#define EXPECT_DATA(cursor, event, address, len, offset)			\
	expect_data(_metadata, cursor, IPCPROBE_REC_##event,			\
		    &(struct iovec) { address, NR_BYTES }, memory->from + (offset), len)

/* ---- pipes ---- */

static void do_pipe(void *unused)
{
	int fd[2];

	(void)unused;
	CHECK(!pipe(fd));
	CHECK(write(fd[1], memory->from, NR_BYTES) == NR_BYTES);
	CHECK(read(fd[0], memory->to, NR_BYTES) == NR_BYTES);
	CHECK(write(fd[1], memory->from + 1, 7) == 7);
	CHECK(read(fd[0], memory->to + 3, 100) == 7);
	CHECK(fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0);
	CHECK(read(fd[0], memory->to, 100) == -1 && errno == EAGAIN);
}

TEST_F(data, pipe)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_pipe, NULL);

	EXPECT_DATA(&cursor, pipe_write, memory->from, SNAP, 0);
	EXPECT_DATA(&cursor, pipe_read, memory->to, SNAP, 0);
	EXPECT_DATA(&cursor, pipe_write, memory->from + 1, 7, 1);
	EXPECT_DATA(&cursor, pipe_read, memory->to + 3, 7, 1);
	EXPECT_DATA(&cursor, pipe_read, memory->to, 0, 0);
}

/* A write takes bytes from several buffers, and a read fills several. */
static void do_vector(void *unused)
{
	struct iovec from[] = { { memory->from, 10 }, { memory->from + 10, 0 },
				{ memory->from + 10, 100 } };
	struct iovec to[] = { { memory->to, 60 }, { memory->to + 200, 300 } };
	int fd[2];

	(void)unused;
	CHECK(!pipe(fd));
	CHECK(writev(fd[1], from, 3) == 110);
	CHECK(readv(fd[0], to, 2) == 110);
}

TEST_F(data, vector)
{
	struct iovec from[] = { { memory->from, 10 }, { memory->from + 10, 100 } };
	struct iovec to[] = { { memory->to, 60 }, { memory->to + 200, 300 } };
	struct cursor cursor = RECORDS_OF(&self->cap, do_vector, NULL);

	expect_data(_metadata, &cursor, IPCPROBE_REC_pipe_write, from, memory->from, 110);
	expect_data(_metadata, &cursor, IPCPROBE_REC_pipe_read, to, memory->from, 110);
}

/* Only the first 8 of these buffers are recorded. */
static void do_long_vector(void *unused)
{
	struct iovec iov[9];
	int fd[2], i;

	(void)unused;
	for (i = 0; i < 9; i++)
		iov[i] = (struct iovec) { memory->from + 10 * i, 10 };
	CHECK(!pipe(fd));
	CHECK(writev(fd[1], iov, 9) == 90);
	for (i = 0; i < 9; i++)
		iov[i] = (struct iovec) { memory->to + 10 * i, 10 };
	CHECK(readv(fd[0], iov, 9) == 90);
}

TEST_F(data, long_vector)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_long_vector, NULL);

	EXPECT_DATA(&cursor, pipe_write, memory->from, 80, 0);
	EXPECT_DATA(&cursor, pipe_read, memory->to, 80, 0);
}

static void do_vmsplice(void *unused)
{
	struct iovec iov = { memory->from + 5, 50 };
	int fd[2];

	(void)unused;
	CHECK(!pipe(fd));
	CHECK(vmsplice(fd[1], &iov, 1, 0) == 50);
}

TEST_F(data, vmsplice)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_vmsplice, NULL);

	EXPECT_DATA(&cursor, pipe_splice, memory->from + 5, 50, 5);
}

/* ---- files ---- */

static void do_file(void *unused)
{
	struct iovec two[] = { { memory->from, 4000 }, { memory->from + 4000, 1000 } };
	int fd = memfd_create("data", 0);

	(void)unused;
	CHECK(fd >= 0);
	CHECK(pwritev(fd, two, 2, 0) == NR_BYTES);
	CHECK(pread(fd, memory->to, NR_BYTES, 100) == NR_BYTES - 100);
	CHECK(pread(fd, memory->to, NR_BYTES, NR_BYTES) == 0);
}

TEST_F(data, file)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_file, NULL);

	EXPECT_DATA(&cursor, file_write, memory->from, SNAP, 0);
	EXPECT_DATA(&cursor, file_read, memory->to, SNAP, 100);
	EXPECT_DATA(&cursor, file_read, memory->to, 0, 0);
}

/* ---- sockets, messages, other processes' memory ---- */

static void do_socket(int *type)
{
	int fd[2];

	CHECK(!socketpair(AF_UNIX, *type, 0, fd));
	CHECK(send(fd[0], memory->from, 200, 0) == 200);
	CHECK(recv(fd[1], memory->to, 100, MSG_PEEK) == 100);
	CHECK(recv(fd[1], memory->to + 10, NR_BYTES, 0) == 200);
}

static void expect_socket(struct __test_metadata *_metadata, struct cursor *cursor)
{
	EXPECT_DATA(cursor, unix_send, memory->from, 200, 0);
	EXPECT_DATA(cursor, unix_recv, memory->to, 100, 0);
	EXPECT_DATA(cursor, unix_recv, memory->to + 10, 200, 0);
}

TEST_F(data, stream_socket)
{
	int type = SOCK_STREAM;
	struct cursor cursor = RECORDS_OF(&self->cap, do_socket, &type);

	expect_socket(_metadata, &cursor);
}

TEST_F(data, datagram_socket)
{
	int type = SOCK_DGRAM;
	struct cursor cursor = RECORDS_OF(&self->cap, do_socket, &type);

	expect_socket(_metadata, &cursor);
}

static void do_msg(void *unused)
{
	int id = msgget(IPC_PRIVATE, 0600);

	(void)unused;
	CHECK(id >= 0);
	*(long *)memory->to = 1;
	memcpy(memory->to + sizeof(long), memory->from, 300);
	CHECK(!msgsnd(id, memory->to, 300, 0));
	CHECK(msgrcv(id, memory->to + 1000, 3000, 0, 0) == 300);
	CHECK(msgsnd(id, memory->to, 1 << 20, 0) == -1);
	CHECK(!msgctl(id, IPC_RMID, NULL));
}

TEST_F(data, sysv_message)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_msg, NULL);

	EXPECT_DATA(&cursor, msg_send, memory->to + sizeof(long), 300, 0);
	EXPECT_DATA(&cursor, msg_receive, memory->to + 1000 + sizeof(long), 300, 0);
}

static void do_mq(void *unused)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 200 };
	mqd_t queue = mq_open("/ipcprobe-data", O_RDWR | O_CREAT, 0600, &attr);

	(void)unused;
	CHECK(queue >= 0 && !mq_unlink("/ipcprobe-data"));
	CHECK(!mq_send(queue, memory->from + 9, 150, 1));
	CHECK(mq_receive(queue, memory->to, 200, NULL) == 150);
}

TEST_F(data, posix_message)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_mq, NULL);

	EXPECT_DATA(&cursor, mq_send, memory->from + 9, 150, 9);
	EXPECT_DATA(&cursor, mq_receive, memory->to, 150, 9);
}

static void do_procvm(void *unused)
{
	struct iovec local = { memory->to, 400 }, remote = { memory->from + 3, 400 };

	(void)unused;
	CHECK(process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == 400);
	CHECK(process_vm_writev(getpid(), &remote, 1, &local, 1, 0) == 400);
}

TEST_F(data, process_vm)
{
	struct cursor cursor = RECORDS_OF(&self->cap, do_procvm, NULL);

	EXPECT_DATA(&cursor, procvm, memory->to, 400, 3);
	EXPECT_DATA(&cursor, procvm, memory->from + 3, 400, 3);
}

/* ---- checksums ---- */

/* Expect records with the checksums of @data, in blocks at address @addr. */
static void expect_sums(struct __test_metadata *_metadata, struct cursor *cursor, uint16_t type,
			const char *addr, const char *data, uint32_t bytes)
{
	const struct ipcprobe_rec_io_sums *sums;
	const struct ipcprobe_rec *rec;
	uint32_t done = 0, part, sum, i;

	while ((rec = cursor_next(cursor)) && rec->type != type) {
		sums = (const void *)rec;
		if (rec->type != IPCPROBE_REC_io_sums)
			continue;
		EXPECT_EQ((uintptr_t)addr + done, sums->addr);
		EXPECT_EQ(done, sums->offset);
		EXPECT_EQ(0, sums->__pad);
		EXPECT_EQ(0, sums->__pad2);
		for (i = 0; i < sums->bytes; i += 4, done += part) {
			__u64 block[IPCPROBE_SUM_BYTES / 8] = {};

			ASSERT_LT(done, bytes);
			part = IPCPROBE_SUM_BYTES - ((uintptr_t)addr + done) % IPCPROBE_SUM_BYTES;
			part = part < bytes - done ? part : bytes - done;
			memcpy(block, data + done, part);
			memcpy(&sum, sums->sums + i, 4);
			EXPECT_EQ(ipcprobe_sum(block, part), sum) TH_LOG("%u bytes at %u", part, done);
		}
		EXPECT_EQ(sums->offset + sums->span, done);
	}
	EXPECT_EQ(bytes, done);
	ASSERT_NE(NULL, rec) TH_LOG("no record of type %#x", type);
}

static void do_unaligned(void *unused)
{
	int fd[2];

	(void)unused;
	CHECK(!pipe(fd));
	CHECK(write(fd[1], memory->from + 13, 4500) == 4500);
	CHECK(read(fd[0], memory->to + 50, NR_BYTES) == 4500);
	CHECK(write(fd[1], memory->from + 70, 3) == 3);
}

TEST_F(data, checksums)
{
	struct ipcprobe_config config = {
		.classes = CLASSES,
		.flags = IPCPROBE_F_NO_SNAPSHOT | IPCPROBE_F_SUMS,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};
	struct capture summed;
	struct cursor cursor;
	size_t i, nr = 0;
	pid_t tid;

	ASSERT_EQ(0, capture_open(&summed, &config));
	ASSERT_EQ(0, capture_start(&summed));
	tid = SPAWN(do_unaligned, NULL);
	REAP(tid);
	FINISH(&summed);
	FINISH(&self->cap);
	cursor = records_of(&summed, tid);
	expect_sums(_metadata, &cursor, IPCPROBE_REC_pipe_write, memory->from + 13,
		    memory->from + 13, 4500);
	expect_sums(_metadata, &cursor, IPCPROBE_REC_pipe_read, memory->to + 50,
		    memory->from + 13, 4500);
	expect_sums(_metadata, &cursor, IPCPROBE_REC_pipe_write, memory->from + 70,
		    memory->from + 70, 3);
	for (i = 0; i < self->cap.nr; i++)
		nr += self->cap.recs[i].rec->type == IPCPROBE_REC_io_sums;
	EXPECT_EQ(0, nr);
	capture_close(&summed);
}

/* ---- data that is missing, and sessions that ask for data ---- */

/*
 * Fill a pipe of 64 KiB and wait for room; meanwhile the first page of the buffer is
 * unmapped.
 */
static void *write_much(void *buffer)
{
	CHECK(write(memory->fd[1], buffer, 65536 + 4096) == 65536 + 4096);
	return NULL;
}

static void do_missing(void *unused)
{
	char *buffer = mmap(NULL, 65536 + 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pthread_t thread;
	int bytes = 0;

	(void)unused;
	CHECK(buffer != MAP_FAILED && !pipe(memory->fd));
	CHECK(!pthread_create(&thread, NULL, write_much, buffer));
	while (bytes < 65536)
		CHECK(!ioctl(memory->fd[0], FIONREAD, &bytes));
	CHECK(!munmap(buffer, 4096));
	memory->addr = (uintptr_t)buffer;
	for (bytes = 0; bytes < 65536 + 4096;)
		bytes += read(memory->fd[0], memory->to, NR_BYTES);
	CHECK(!pthread_join(thread, NULL));
}

TEST_F(data, not_in_memory)
{
	const struct ipcprobe_rec_io_data *piece;
	uint32_t done = 0;
	pid_t tid;
	size_t i;

	tid = SPAWN(do_missing, NULL);
	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		piece = data_of(self->cap.recs[i].rec);
		if (!piece || piece->addr < memory->addr || piece->addr >= memory->addr + 4096)
			continue;
		EXPECT_EQ(0, piece->bytes);
		EXPECT_EQ(done, piece->offset);
		EXPECT_EQ(memory->addr + done, piece->addr);
		done += piece->missing;
	}
	EXPECT_EQ(SNAP, done);
}

static void do_short(void *unused)
{
	int fd[2];

	(void)unused;
	CHECK(!pipe(fd));
	CHECK(write(fd[1], memory->from, 20) == 20);
}

TEST_F(data, only_for_sessions_that_ask)
{
	struct capture plain, small;
	struct cursor cursor;
	size_t i, nr = 0;
	pid_t tid;

	ASSERT_EQ(0, open_session(&plain, 0));
	ASSERT_EQ(0, open_session(&small, 5));
	tid = SPAWN(do_short, NULL);
	REAP(tid);
	FINISH(&self->cap);
	FINISH(&plain);
	FINISH(&small);
	for (i = 0; i < plain.nr; i++)
		nr += plain.recs[i].rec->type == IPCPROBE_REC_io_data;
	EXPECT_EQ(0, nr);
	cursor = records_of(&plain, tid);
	EXPECT_DATA(&cursor, pipe_write, memory->from, 0, 0);
	cursor = records_of(&small, tid);
	EXPECT_DATA(&cursor, pipe_write, memory->from, 5, 0);
	cursor = records_of(&self->cap, tid);
	EXPECT_DATA(&cursor, pipe_write, memory->from, 20, 0);
	capture_close(&plain);
	capture_close(&small);
}

static void do_many(void *unused)
{
	int fd[2], i;

	(void)unused;
	CHECK(!pipe(fd));
	for (i = 0; i < 500; i++) {
		CHECK(write(fd[1], memory->from, NR_BYTES) == NR_BYTES);
		CHECK(read(fd[0], memory->to, NR_BYTES) == NR_BYTES);
	}
}

/* Each record is either read, or counted in a record of class meta. */
TEST_F(data, loss_is_counted)
{
	struct ipcprobe_stats stats = {};
	uint64_t produced = 0, lost = 0, reported = 0, nr = 0;
	pid_t tid;
	size_t i;

	tid = SPAWN(do_many, NULL);
	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_lost *rec = (const void *)self->cap.recs[i].rec;

		nr += rec->hdr.type >> 8 == IPCPROBE_CLASS_FILE;
		if (rec->hdr.type == IPCPROBE_REC_lost && rec->class_id == IPCPROBE_CLASS_FILE)
			reported += rec->nr_lost;
	}
	for (stats.cpu = 0; stats.cpu < self->cap.info.nr_cpus; stats.cpu++) {
		if (ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats))
			continue;
		produced += stats.produced[IPCPROBE_CLASS_FILE];
		lost += stats.lost[IPCPROBE_CLASS_FILE];
	}
	TH_LOG("%llu of %llu records lost", (unsigned long long)lost, (unsigned long long)produced);
	EXPECT_LT(1000, produced);
	EXPECT_LT(0, lost);
	EXPECT_EQ(produced, nr + lost);
	EXPECT_EQ(lost, reported);
}

TEST_HARNESS_MAIN
