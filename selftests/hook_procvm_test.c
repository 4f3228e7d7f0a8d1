// SPDX-License-Identifier: GPL-2.0
/* Class procvm: each call gives exactly its records. */
#include <kselftest_harness.h>

#include "capture.h"
#include "prints.h"

#include <sys/uio.h>

static char here[4096], *there;

FIXTURE(procvm)
{
	struct capture cap;
	pid_t target;
	int wait_fd[2];
};

/* Run as a process to read from and write to, until the pipe is closed. */
static void be_target(int *wait_fd)
{
	char byte;

	close(wait_fd[1]);
	CHECK(read(wait_fd[0], &byte, 1) == 0);
}

FIXTURE_SETUP(procvm)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PROCVM),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	there = shared_memory(65536);
	ASSERT_NE(NULL, there);
	memset(there, 'r', 65536);
	memset(here, 'l', sizeof(here));
	ASSERT_EQ(0, pipe(self->wait_fd));
	self->target = SPAWN(be_target, self->wait_fd);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(procvm)
{
	close(self->wait_fd[1]);
	close(self->wait_fd[0]);
	waitpid(self->target, NULL, 0);
	capture_close(&self->cap);
}

struct call {
	const void *local;
	const void *remote;
	uint32_t target;
	uint32_t count;
	int32_t ret;
	uint8_t call;
	uint8_t nr_local;
	uint8_t nr_remote;
};

static void expect_call(struct __test_metadata *_metadata,
			const struct ipcprobe_rec_procvm *rec, const struct call *want)
{
	EXPECT_EQ((uintptr_t)want->local, rec->local);
	EXPECT_EQ((uintptr_t)want->remote, rec->remote);
	EXPECT_EQ(want->target, rec->target);
	EXPECT_EQ(want->count, rec->count);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->nr_local, rec->nr_local);
	EXPECT_EQ(want->nr_remote, rec->nr_remote);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_EQ(0, rec->__pad);
}

#define EXPECT_CALL(cursor, ...)	\
	expect_call(_metadata, NEXT(cursor, procvm), &(struct call) { __VA_ARGS__ })

static void expect_segment(struct __test_metadata *_metadata,
			   const struct ipcprobe_rec_procvm_segment *rec, const struct iovec *iov,
			   uint32_t target, int index, int is_remote)
{
	EXPECT_EQ((uintptr_t)iov->iov_base, rec->addr);
	EXPECT_EQ(iov->iov_len, rec->bytes);
	EXPECT_EQ(target, rec->target);
	EXPECT_EQ(index, rec->index);
	EXPECT_EQ(is_remote, rec->is_remote);
}

static void do_calls(pid_t *target)
{
	struct iovec local = { here, 1000 }, remote = { there + 10, 1000 };

	CHECK(process_vm_readv(*target, &local, 1, &remote, 1, 0) == 1000);
	CHECK(here[0] == 'r' && here[999] == 'r' && here[1000] == 'l');
	local.iov_base = here + 2000;
	local.iov_len = 10;
	CHECK(process_vm_writev(*target, &local, 1, &remote, 1, 0) == 10);
	CHECK(there[10] == 'l' && there[20] == 'r');
}

TEST_F(procvm, reads_and_writes)
{
	pid_t tid = SPAWN(do_calls, &self->target);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_CALL(&cursor, here, there + 10, self->target, 1000, 1000,
		    IPCPROBE_CALL_PROCESS_VM_READV, 1, 1);
	EXPECT_CALL(&cursor, here + 2000, there + 10, self->target, 10, 10,
		    IPCPROBE_CALL_PROCESS_VM_WRITEV, 1, 1);
	NO_MORE(&cursor);
}

/* ---- several ranges ---- */

static struct iovec local_iov[2], remote_iov[3];

static void set_ranges(void)
{
	local_iov[0] = (struct iovec) { here, 100 };
	local_iov[1] = (struct iovec) { here + 500, 200 };
	remote_iov[0] = (struct iovec) { there, 50 };
	remote_iov[1] = (struct iovec) { there + 8192, 60 };
	remote_iov[2] = (struct iovec) { there + 20000, 190 };
}

static void do_ranges(pid_t *target)
{
	CHECK(process_vm_readv(*target, local_iov, 2, remote_iov, 3, 0) == 300);
}

TEST_F(procvm, several_ranges)
{
	struct cursor cursor;
	int i;

	set_ranges();
	cursor = RECORDS_OF(&self->cap, do_ranges, &self->target);
	for (i = 0; i < 2; i++)
		expect_segment(_metadata, NEXT(&cursor, procvm_segment), &local_iov[i],
			       self->target, i, 0);
	for (i = 0; i < 3; i++)
		expect_segment(_metadata, NEXT(&cursor, procvm_segment), &remote_iov[i],
			       self->target, i, 1);
	EXPECT_CALL(&cursor, here, there, self->target, 300, 300,
		    IPCPROBE_CALL_PROCESS_VM_READV, 2, 3);
	NO_MORE(&cursor);
}

/* ---- errors ---- */

static void do_errors(pid_t *target)
{
	struct iovec local = { here, 100 }, remote = { there, 100 }, bad = { (void *)16, 100 };
	struct iovec two[2] = { { there, 60 }, { (void *)16, 40 } };

	CHECK(process_vm_readv(*target, &local, 1, &bad, 1, 0) == -1 && errno == EFAULT);
	CHECK(process_vm_readv(0x3ffffff, &local, 1, &remote, 1, 0) == -1 && errno == ESRCH);
	CHECK(process_vm_readv(*target, &local, 1, two, 2, 0) == 60);
	CHECK(process_vm_readv(*target, NULL, 0, &remote, 1, 0) == 0);
	CHECK(process_vm_readv(*target, (void *)16, 1, &remote, 1, 0) == -1 && errno == EFAULT);
	CHECK(process_vm_readv(*target, &local, 1, &remote, 1, 1) == -1 && errno == EINVAL);
}

TEST_F(procvm, errors)
{
	pid_t tid = SPAWN(do_errors, &self->target);
	struct cursor cursor;
	int i;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_CALL(&cursor, here, (void *)16, self->target, 100, -EFAULT,
		    IPCPROBE_CALL_PROCESS_VM_READV, 1, 1);
	EXPECT_CALL(&cursor, here, there, 0, 100, -ESRCH, IPCPROBE_CALL_PROCESS_VM_READV, 1, 1);
	for (i = 0; i < 3; i++)
		NEXT(&cursor, procvm_segment);
	EXPECT_CALL(&cursor, here, there, self->target, 100, 60,
		    IPCPROBE_CALL_PROCESS_VM_READV, 1, 2);
	EXPECT_CALL(&cursor, 0, there, self->target, 0, 0, IPCPROBE_CALL_PROCESS_VM_READV, 0, 1);
	EXPECT_CALL(&cursor, 0, there, self->target, UINT32_MAX, -EFAULT,
		    IPCPROBE_CALL_PROCESS_VM_READV, 1, 1);
	EXPECT_CALL(&cursor, here, there, self->target, 100, -EINVAL,
		    IPCPROBE_CALL_PROCESS_VM_READV, 1, 1);
	NO_MORE(&cursor);
}

/* ---- fingerprints: of the caller's ranges ---- */

static void expect_nothing(struct prints_log *log, int nr)
{
	while (nr--)
		expect_prints(log, NULL, 0);
}

static void move_ranges(struct prints_log *log)
{
	struct iovec local[2] = { { here + 3, 1000 }, { here + 2001, 5 } };
	struct iovec remote[2] = { { there + 10, 1000 }, { there + 5000, 5 } };
	char *edge = filled_edge(20);

	fill_words(here, sizeof(here));
	expect_prints(log, here + 3, 1000);
	CHECK(process_vm_writev(log->id, local, 1, remote, 1, 0) == 1000);
	local[0].iov_base = here + 1500;
	CHECK(process_vm_readv(log->id, local, 1, remote, 1, 0) == 1000);
	expect_prints(log, here + 1500, 1000);
	/* records of all ranges come first, the caller's before the target's */
	expect_prints(log, here + 1500, 1000);
	expect_prints(log, here + 2001, 5);
	expect_nothing(log, 2);
	expect_prints(log, here + 1500, 1000);
	CHECK(process_vm_writev(log->id, local, 2, remote, 2, 0) == 1005);
	local[0].iov_len = 2000;
	remote[0].iov_len = 60;
	remote[1].iov_base = (void *)16;
	expect_nothing(log, 3);
	CHECK(process_vm_readv(log->id, local, 1, remote, 2, 0) == 60);
	expect_prints(log, here + 1500, 60);
	local[0] = (struct iovec) { edge, 2000 };
	remote[0].iov_len = 2000;
	expect_cut(log, edge, 2000, 20);
	CHECK(process_vm_writev(log->id, local, 1, remote, 1, 0) < 2000);
}

/*
 * Write from ranges around the end of user memory, with four and five levels of page
 * tables.
 */
static void move_nothing(struct prints_log *log)
{
	static const uintptr_t ends[] = {
		(1UL << 47) - 4096, 1UL << 47, (1UL << 56) - 4096, 1UL << 56, 1UL << 63,
		0xffff888000000000, -4096, 0,
	};
	static const size_t sizes[] = { 1, 7, 8, 9, 4096, 1 << 20 };
	struct iovec local, remote = { there, 0 };

	for (size_t i = 0; i < NR(ends); i++) {
		for (size_t j = 0; j < NR(sizes); j++) {
			local = (struct iovec) { (void *)(ends[i] - sizes[j] / 2), sizes[j] };
			remote.iov_len = sizes[j];
			expect_cut(log, local.iov_base, sizes[j], 0);
			CHECK(process_vm_writev(log->id, &local, 1, &remote, 1, 0) < 0 &&
			      errno == EFAULT);
		}
	}
}

static void check_prints(struct __test_metadata *_metadata, struct capture *cap, pid_t target,
			 void (*move)(struct prints_log *log))
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	log->id = target;
	tid = SPAWN(move, log);
	REAP(tid);
	FINISH(cap);
	expect_logged(_metadata, cap, tid, log);
}

TEST_F(procvm, fingerprints_of_no_user_memory)
{
	check_prints(_metadata, &self->cap, self->target, move_nothing);
}

TEST_F(procvm, fingerprints)
{
	check_prints(_metadata, &self->cap, self->target, move_ranges);
}

TEST_HARNESS_MAIN
