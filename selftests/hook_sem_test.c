// SPDX-License-Identifier: GPL-2.0
/*
 * Class sem: each call on a semaphore set gives exactly its records, with the values
 * before and after, and the records agree with what the kernel reports of its sets
 * (GETVAL, GETPID, GETNCNT, /proc/sysvipc/sem).
 */
#include <kselftest_harness.h>

#include "capture.h"
#include "user_fault.h"

#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>

#define NR_SEMS	3

union semun {
	int val;
	unsigned short *array;
};

/* Set that a child works on, and results that only the child knows. */
struct job {
	int id;
	volatile int step;
	volatile unsigned int in_lock;
};

FIXTURE(sem)
{
	struct capture cap;
	struct job *job;
	uint32_t ns;
	bool has_btf;
};

static int open_session(struct capture *cap, uint32_t flags)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(SEM),
		.flags = flags,
		.ring_bytes = 1 << 22,
		.wakeup_bytes = 1,
	};
	int err = capture_open(cap, &config);

	return err ?: capture_start(cap);
}

FIXTURE_SETUP(sem)
{
	struct stat st;

	ASSERT_EQ(0, stat("/proc/self/ns/ipc", &st));
	self->ns = st.st_ino;
	self->has_btf = has_btf();
	self->job = shared_memory(sizeof(*self->job));
	self->job->id = semget(IPC_PRIVATE, NR_SEMS, 0600);
	ASSERT_LE(0, self->job->id);
	ASSERT_EQ(0, open_session(&self->cap, IPCPROBE_F_NO_SNAPSHOT));
}

FIXTURE_TEARDOWN(sem)
{
	semctl(self->job->id, 0, IPC_RMID);
	capture_close(&self->cap);
}

static int op(int id, int num, int op, int flags)
{
	struct sembuf sop = { num, op, flags };

	return semop(id, &sop, 1);
}

/* Without BTF the values are not known. */
#define VALUE(n)	(self->has_btf ? (n) : -1)

static void expect_op(struct __test_metadata *_metadata, const struct ipcprobe_rec_sem_op *rec,
		      const struct ipcprobe_rec_sem_op *want)
{
	EXPECT_EQ(want->ns, rec->ns);
	EXPECT_EQ(want->id, rec->id);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->nsops, rec->nsops);
	EXPECT_EQ(want->num, rec->num);
	EXPECT_EQ(want->op, rec->op);
	EXPECT_EQ(want->before, rec->before);
	EXPECT_EQ(want->after, rec->after);
	EXPECT_EQ(want->sem_flg, rec->sem_flg);
	EXPECT_EQ(!!want->blocked_ns, !!rec->blocked_ns);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_LE(rec->blocked_ns, rec->dur_ns);
}

#define EXPECT_OP_OF(id_, cursor, nsops_, num_, op_, before_, after_, ret_, ...)	\
	expect_op(_metadata, NEXT(cursor, sem_op), &(struct ipcprobe_rec_sem_op) { \
		.ns = self->ns, .id = id_, .nsops = nsops_, .num = num_, .op = op_, \
		.before = VALUE(before_), .after = VALUE(after_), .ret = ret_,	\
		##__VA_ARGS__ })

#define EXPECT_OP(...)	EXPECT_OP_OF(self->job->id, __VA_ARGS__)

#define EXPECT_SOP(cursor, index_, num_, op_, before_, after_, flags_) do {	\
	const struct ipcprobe_rec_sem_sop *__sop;				\
	if (!self->has_btf)							\
		break;								\
	__sop = NEXT(cursor, sem_sop);						\
	EXPECT_EQ(self->job->id, __sop->id);					\
	EXPECT_EQ(index_, __sop->index);					\
	EXPECT_EQ(num_, __sop->num);						\
	EXPECT_EQ(op_, __sop->op);						\
	EXPECT_EQ(before_, __sop->before);					\
	EXPECT_EQ(after_, __sop->after);					\
	EXPECT_EQ(flags_, __sop->sem_flg);					\
} while (0)

/* ---- one task ---- */

static void do_calls(struct job *job)
{
	struct sembuf many[] = {
		{ 0, -2, 0 }, { 2, 7, IPC_NOWAIT }, { 0, 1, 0 }, { 2, -3, SEM_UNDO },
	};
	struct timespec soon = { .tv_nsec = 1 };

	CHECK(!op(job->id, 0, 5, 0));
	CHECK(!op(job->id, 0, -1, IPC_NOWAIT));
	CHECK(!op(job->id, 1, 0, 0));
	CHECK(!semtimedop(job->id, &(struct sembuf) { 1, 1, 0 }, 1, &soon));
	CHECK(!semop(job->id, many, NR(many)));
	CHECK(semctl(job->id, 0, GETVAL) == 3);
	CHECK(semctl(job->id, 2, GETVAL) == 4);
	CHECK(semctl(job->id, 2, GETPID) == getpid());
}

TEST_F(sem, records_operations_and_values)
{
	const struct ipcprobe_rec_sem_undo *undo;
	pid_t tid = SPAWN(do_calls, self->job);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_OP(&cursor, 1, 0, 5, 0, 5, 0);
	EXPECT_OP(&cursor, 1, 0, -1, 5, 4, 0, .sem_flg = IPC_NOWAIT);
	EXPECT_OP(&cursor, 1, 1, 0, 0, 0, 0);
	EXPECT_OP(&cursor, 1, 1, 1, 0, 1, 0);
	EXPECT_SOP(&cursor, 1, 2, 7, 0, 7, IPC_NOWAIT);
	EXPECT_SOP(&cursor, 2, 0, 1, 2, 3, 0);
	EXPECT_SOP(&cursor, 3, 2, -3, 7, 4, SEM_UNDO);
	EXPECT_OP(&cursor, 4, 0, -2, 4, 2, 0);
	if (self->has_btf) {
		undo = NEXT(&cursor, sem_undo);
		EXPECT_EQ(self->ns, undo->ns);
		EXPECT_EQ(self->job->id, undo->id);
		EXPECT_EQ(2, undo->num);
		EXPECT_EQ(3, undo->adjust);
	}
	NO_MORE(&cursor);
	EXPECT_EQ(7, semctl(self->job->id, 2, GETVAL));
}

static void do_errors(struct job *job)
{
	struct sembuf many[2] = { { 0, 1, 0 }, { 1, -1, IPC_NOWAIT } };
	struct timespec soon = { .tv_nsec = 1 };

	CHECK(op(job->id, 0, -1, IPC_NOWAIT) == -1 && errno == EAGAIN);
	CHECK(semop(job->id, many, 2) == -1 && errno == EAGAIN);
	CHECK(op(job->id, 0, 32767, 0) == 0);
	CHECK(op(job->id, 0, 1, 0) == -1 && errno == ERANGE);
	CHECK(op(job->id, NR_SEMS, 1, 0) == -1 && errno == EFBIG);
	CHECK(op(-1, 0, 1, 0) == -1 && errno == EINVAL);
	CHECK(semop(job->id, many, 0) == -1 && errno == EINVAL);
	CHECK(semop(job->id, many, 100000) == -1 && errno == E2BIG);
	CHECK(semop(job->id, (void *)8, 1) == -1 && errno == EFAULT);
	CHECK(semtimedop(job->id, &(struct sembuf) { 1, -1, 0 }, 1, &soon) == -1 &&
	      errno == EAGAIN);
}

TEST_F(sem, records_errors)
{
	pid_t tid = SPAWN(do_errors, self->job);
	const struct ipcprobe_rec *rec;
	struct cursor cursor, before;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_OP(&cursor, 1, 0, -1, 0, -1, -EAGAIN, .sem_flg = IPC_NOWAIT);
	EXPECT_OP(&cursor, 2, 0, 1, 0, -1, -EAGAIN);
	EXPECT_OP(&cursor, 1, 0, 32767, 0, 32767, 0);
	EXPECT_OP(&cursor, 1, 0, 1, 32767, -1, -ERANGE);
	EXPECT_OP(&cursor, 1, NR_SEMS, 1, -1, -1, -EFBIG);
	EXPECT_OP_OF(-1, &cursor, 1, 0, 1, -1, -1, -EINVAL);
	EXPECT_OP(&cursor, 0, 0, 0, -1, -1, -EINVAL);
	EXPECT_OP(&cursor, 65535, 0, 1, -1, -1, -E2BIG);
	EXPECT_OP(&cursor, 1, 0, 0, -1, -1, -EFAULT);
	/* the timer may end before the task sleeps */
	before = cursor;
	rec = cursor_next(&cursor);
	if (rec && rec->type != IPCPROBE_REC_sem_block)
		cursor = before;
	EXPECT_EQ(-EAGAIN, NEXT(&cursor, sem_op)->ret);
	NO_MORE(&cursor);
	EXPECT_EQ(32767, semctl(self->job->id, 0, GETVAL));
}

/* ---- waiting ---- */

static void take_two(struct job *job)
{
	CHECK(!op(job->id, 0, -2, 0));
}

static void take_both(struct job *job)
{
	struct sembuf sops[] = { { 0, -1, 0 }, { 1, -1, 0 } };

	CHECK(!semop(job->id, sops, 2));
}

static void wait_for_zero(struct job *job)
{
	CHECK(!op(job->id, 2, 0, 0));
}

/* Wait until the child has begun to wait.  Return: the record. */
#define BLOCK_OF(tid) ({							\
	const struct ipcprobe_rec_sem_block *__block =				\
		capture_wait(&self->cap, IPCPROBE_REC_sem_block, tid);		\
	ASSERT_NE(NULL, __block);						\
	EXPECT_EQ(self->ns, __block->ns);					\
	EXPECT_EQ(self->job->id, __block->id);					\
	__block;								\
})

/* Other tasks set the values that the tasks wait for. */
TEST_F(sem, records_waits_and_their_causes)
{
	const struct ipcprobe_rec_sem_block *block;
	pid_t two, both, zero;
	struct cursor cursor;

	ASSERT_EQ(0, op(self->job->id, 2, 1, 0));
	two = SPAWN(take_two, self->job);
	block = BLOCK_OF(two);
	EXPECT_EQ(1, block->nsops);
	EXPECT_EQ(0, block->num);
	EXPECT_EQ(self->has_btf ? -2 : 1, block->op);
	EXPECT_EQ(VALUE(0), block->value);
	EXPECT_EQ(1, semctl(self->job->id, 0, GETNCNT));
	/* not enough: the operation is tried and waits again */
	ASSERT_EQ(0, op(self->job->id, 0, 1, 0));
	ASSERT_EQ(0, op(self->job->id, 0, 2, 0));
	REAP(two);

	both = SPAWN(take_both, self->job);
	block = BLOCK_OF(both);
	EXPECT_EQ(2, block->nsops);
	EXPECT_EQ(self->has_btf ? 1 : 0, block->num);
	EXPECT_EQ(VALUE(0), block->value);
	EXPECT_EQ(1, semctl(self->job->id, 1, GETNCNT));
	ASSERT_EQ(0, op(self->job->id, 1, 5, 0));
	REAP(both);

	zero = SPAWN(wait_for_zero, self->job);
	block = BLOCK_OF(zero);
	EXPECT_EQ(self->has_btf ? 2 : 0, block->num);
	EXPECT_EQ(VALUE(1), block->value);
	EXPECT_EQ(1, semctl(self->job->id, 2, GETZCNT));
	ASSERT_EQ(0, semctl(self->job->id, 2, SETVAL, (union semun) { .val = 0 }));
	REAP(zero);

	FINISH(&self->cap);
	cursor = records_of(&self->cap, two);
	NEXT(&cursor, sem_block);
	EXPECT_OP(&cursor, 1, 0, -2, 3, 1, 0, .blocked_ns = 1);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, both);
	NEXT(&cursor, sem_block);
	EXPECT_SOP(&cursor, 1, 1, -1, 5, 4, 0);
	EXPECT_OP(&cursor, 2, 0, -1, 1, 0, 0, .blocked_ns = 1);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, zero);
	NEXT(&cursor, sem_block);
	EXPECT_OP(&cursor, 1, 2, 0, 0, 0, 0, .blocked_ns = 1);
	NO_MORE(&cursor);
}

static void nothing(int sig)
{
	(void)sig;
}

static void take_in_vain(struct job *job)
{
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &action, NULL);
	CHECK(op(job->id, 1, -1, 0) == -1);
}

TEST_F(sem, ends_interrupted_killed_and_orphaned_waits)
{
	static const int rets[] = { -EINTR, -EINTR, -EIDRM };
	struct cursor cursor;
	pid_t tids[3];
	int i;

	for (i = 0; i < 3; i++) {
		tids[i] = SPAWN(take_in_vain, self->job);
		BLOCK_OF(tids[i]);
	}
	EXPECT_EQ(3, semctl(self->job->id, 1, GETNCNT));
	kill(tids[0], SIGUSR1);
	REAP(tids[0]);
	kill(tids[1], SIGKILL);
	waitpid(tids[1], NULL, 0);
	EXPECT_EQ(1, semctl(self->job->id, 1, GETNCNT));
	ASSERT_EQ(0, semctl(self->job->id, 0, IPC_RMID));
	REAP(tids[2]);
	FINISH(&self->cap);
	for (i = 0; i < 3; i++) {
		cursor = records_of(&self->cap, tids[i]);
		NEXT(&cursor, sem_block);
		EXPECT_OP(&cursor, 1, 1, -1, 0, -1, rets[i], .blocked_ns = 1);
		NO_MORE(&cursor);
	}
}

static void hold_and_wait(struct job *job)
{
	CHECK(!op(job->id, 0, 3, SEM_UNDO));
	CHECK(!op(job->id, 1, -1, SEM_UNDO));
}

/* The undo adjustment of a killed process lets another process continue. */
TEST_F(sem, undo_of_a_killed_process_wakes_a_waiter)
{
	struct cursor cursor;
	pid_t tid, zero;

	ASSERT_EQ(0, op(self->job->id, 2, 1, 0));
	tid = SPAWN(hold_and_wait, self->job);
	BLOCK_OF(tid);
	zero = fork();
	if (!zero) {
		CHECK(!op(self->job->id, 0, 0, 0));
		_exit(0);
	}
	BLOCK_OF(zero);
	kill(tid, SIGKILL);
	waitpid(tid, NULL, 0);
	REAP(zero);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	EXPECT_OP(&cursor, 1, 0, 3, 0, 3, 0, .sem_flg = SEM_UNDO);
	NEXT(&cursor, sem_block);
	EXPECT_OP(&cursor, 1, 1, -1, 0, -1, -EINTR, .sem_flg = SEM_UNDO, .blocked_ns = 1);
	if (self->has_btf)
		EXPECT_EQ(-3, NEXT(&cursor, sem_undo)->adjust);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, zero);
	NEXT(&cursor, sem_block);
	EXPECT_OP(&cursor, 1, 0, 0, 0, 0, 0, .blocked_ns = 1);
	NO_MORE(&cursor);
}

/* ---- many tasks: the values form one unbroken chain ---- */

#define NR_PEERS	4
#define NR_EACH		300

static void lock_often(struct job *job)
{
	int i;

	for (i = 0; i < NR_EACH; i++) {
		CHECK(!op(job->id, 0, -1, SEM_UNDO));
		CHECK(__atomic_add_fetch(&job->in_lock, 1, __ATOMIC_SEQ_CST) <= 2);
		if (i % 7 == 0)
			sched_yield();
		__atomic_sub_fetch(&job->in_lock, 1, __ATOMIC_SEQ_CST);
		CHECK(!op(job->id, 0, 1, SEM_UNDO));
	}
}

TEST_F(sem, values_agree_with_each_other)
{
	unsigned int seen[4] = {}, takes = 0, gives = 0;
	pid_t tids[NR_PEERS];
	size_t i;

	ASSERT_EQ(0, op(self->job->id, 0, 2, 0));
	for (i = 0; i < NR_PEERS; i++)
		tids[i] = SPAWN(lock_often, self->job);
	for (i = 0; i < NR_PEERS; i++)
		REAP(tids[i]);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_sem_op *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_sem_op || rec->hdr.tid == (uint32_t)getpid())
			continue;
		ASSERT_EQ(0, rec->ret);
		takes += rec->op == -1;
		gives += rec->op == 1;
		if (!self->has_btf)
			continue;
		ASSERT_EQ(rec->before + rec->op, rec->after);
		ASSERT_LE(0, rec->after);
		ASSERT_GE(2, rec->after);
		/* for each step down from a value there is a step up to it */
		seen[rec->op < 0 ? rec->after : rec->before] += rec->op;
	}
	EXPECT_EQ(NR_PEERS * NR_EACH, takes);
	EXPECT_EQ(NR_PEERS * NR_EACH, gives);
	for (i = 0; i < NR(seen); i++)
		EXPECT_EQ(0, seen[i]);
	EXPECT_EQ(2, semctl(self->job->id, 0, GETVAL));
}

/* ---- semctl, life of sets ---- */

static void do_fault(struct job *job)
{
	struct user_fault fault;

	user_fault_open(&fault);
	/* waits for 0, and the value is 0 */
	CHECK(!semop(job->id, (void *)fault.page[0], 1));
	CHECK(fault.nr_handled == 1);
}

/* The list of operations is in a page that is not mapped yet. */
TEST_F(sem, distinguishes_faults_from_waits)
{
	struct cursor cursor;

	if (!user_fault_is_there())
		SKIP(return, NO_USER_FAULT);
	cursor = RECORDS_OF(&self->cap, do_fault, self->job);
	EXPECT_EQ(0, NEXT(&cursor, sem_op)->blocked_ns);
	NO_MORE(&cursor);
}

static void do_life(struct job *job)
{
	unsigned short values[NR_SEMS] = { 4, 5, 6 };
	int id = semget(0x7654321, NR_SEMS, IPC_CREAT | IPC_EXCL | 0600);

	CHECK(id >= 0);
	job->step = id;
	CHECK(semget(0x7654321, 0, 0) == id);
	CHECK(!semctl(id, 1, SETVAL, (union semun) { .val = 9 }));
	CHECK(semctl(id, 1, SETVAL, (union semun) { .val = 40000 }) == -1 && errno == ERANGE);
	CHECK(semctl(id, 3, SETVAL, (union semun) { .val = 1 }) == -1 && errno == EINVAL);
	CHECK(!semctl(id, 0, SETALL, (union semun) { .array = values }));
	CHECK(semctl(id, 2, GETVAL) == 6);
	CHECK(semctl(id, 0, SETALL, (union semun) { .array = (void *)8 }) == -1 &&
	      errno == EFAULT);
	CHECK(!semctl(id, 0, IPC_RMID));
}

static void expect_set(struct __test_metadata *_metadata, const struct ipcprobe_rec_sem_set *rec,
		       int id, int num, int value, int cmd, int ret)
{
	EXPECT_EQ(id, rec->id);
	EXPECT_EQ(num, rec->num);
	EXPECT_EQ(value, rec->value);
	EXPECT_EQ(cmd, rec->cmd);
	EXPECT_EQ(ret, rec->ret);
	EXPECT_NE(0, rec->dur_ns);
}

TEST_F(sem, records_the_life_of_sets)
{
	const struct ipcprobe_rec_sem_destroy *destroy;
	const struct ipcprobe_rec_sem_create *create;
	const struct ipcprobe_rec_sem_value *value;
	pid_t tid = SPAWN(do_life, self->job);
	struct cursor cursor;
	int id, i;

	REAP(tid);
	FINISH(&self->cap);
	id = self->job->step;
	cursor = records_of(&self->cap, tid);
	create = NEXT(&cursor, sem_create);
	EXPECT_EQ(self->ns, create->ns);
	EXPECT_EQ(id, create->id);
	EXPECT_EQ(0x7654321, create->key);
	EXPECT_EQ(self->has_btf ? NR_SEMS : 0, create->nsems);
	expect_set(_metadata, NEXT(&cursor, sem_set), id, 1, 9, SETVAL, 0);
	expect_set(_metadata, NEXT(&cursor, sem_set), id, 1, -1, SETVAL, -ERANGE);
	expect_set(_metadata, NEXT(&cursor, sem_set), id, 3, 1, SETVAL, -EINVAL);
	for (i = 0; self->has_btf && i < NR_SEMS; i++) {
		value = NEXT(&cursor, sem_value);
		EXPECT_EQ(id, value->id);
		EXPECT_EQ(i, value->num);
		EXPECT_EQ(4 + i, value->value);
		EXPECT_EQ(tid, value->pid);
	}
	expect_set(_metadata, NEXT(&cursor, sem_set), id, 0, -1, SETALL, 0);
	expect_set(_metadata, NEXT(&cursor, sem_set), id, 0, -1, SETALL, -EFAULT);
	destroy = NEXT(&cursor, sem_destroy);
	EXPECT_EQ(self->ns, destroy->ns);
	EXPECT_EQ(id, destroy->id);
	NO_MORE(&cursor);
}

/* Read the set's line of /proc/sysvipc/sem. */
static int read_proc(int id, unsigned int *key, unsigned int *nsems)
{
	FILE *file = fopen("/proc/sysvipc/sem", "r");
	char line[256];
	int seen = -1;

	while (seen != id && fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %d %*o %u", (int *)key, &seen, nsems) != 3)
			seen = -1;
	fclose(file);
	return seen == id ? 0 : -1;
}

TEST_F(sem, finds_sets_that_exist)
{
	const struct ipcprobe_rec_sem_snapshot *rec;
	const struct ipcprobe_rec_sem_value *value;
	unsigned int key, nsems;
	int i;

	ASSERT_EQ(0, op(self->job->id, 1, 7, 0));
	ASSERT_EQ(0, read_proc(self->job->id, &key, &nsems));
	capture_close(&self->cap);
	ASSERT_EQ(0, open_session(&self->cap, 0));
	do
		rec = capture_wait(&self->cap, IPCPROBE_REC_sem_snapshot, 0);
	while (rec && rec->id != self->job->id);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(self->ns, rec->ns);
	EXPECT_EQ(key, rec->key);
	EXPECT_EQ(self->has_btf ? nsems : 0, rec->nsems);
	for (i = 0; self->has_btf && i < NR_SEMS; i++) {
		value = capture_wait(&self->cap, IPCPROBE_REC_sem_value, 0);
		ASSERT_NE(NULL, value);
		EXPECT_EQ(self->job->id, value->id);
		EXPECT_EQ(i, value->num);
		EXPECT_EQ(semctl(self->job->id, i, GETVAL), value->value);
		EXPECT_EQ(semctl(self->job->id, i, GETPID), value->pid);
	}
}

/* ---- limits ---- */

#define NR_MANY	64	/* the number of operations that a record holds */

static void do_many(struct job *job)
{
	int id = semget(IPC_PRIVATE, NR_MANY + 1, 0600), i;
	struct timespec soon = { .tv_nsec = 1 };
	struct sembuf sops[NR_MANY + 1];

	CHECK(id >= 0);
	job->step = id;
	for (i = 0; i < NR_MANY; i++)
		sops[i] = (struct sembuf) { i / 2, 1, 0 };
	sops[NR_MANY] = (struct sembuf) { NR_MANY, 0, 0 };
	CHECK(!semop(id, sops, NR_MANY));
	CHECK(!semop(id, sops, NR_MANY + 1));
	sops[NR_MANY].sem_op = -1;
	CHECK(semtimedop(id, sops, NR_MANY + 1, &soon) == -1 && errno == EAGAIN);
	CHECK(semctl(id, 0, GETVAL) == 4);
	CHECK(!semctl(id, 0, IPC_RMID));
}

TEST_F(sem, records_how_many_operations_are_left_out)
{
	pid_t tid = SPAWN(do_many, self->job);
	const struct ipcprobe_rec *rec;
	struct cursor cursor, before;
	int i;

	REAP(tid);
	FINISH(&self->cap);
	self->job->id = self->job->step;
	cursor = records_of(&self->cap, tid);
	NEXT(&cursor, sem_create);
	for (i = 1; i < NR_MANY; i++)
		EXPECT_SOP(&cursor, i, i / 2, 1, i % 2, i % 2 + 1, 0);
	EXPECT_OP(&cursor, NR_MANY, 0, 1, 0, 1, 0);
	EXPECT_OP(&cursor, NR_MANY + 1, 0, 1, 2, 3, 0);
	before = cursor;
	rec = cursor_next(&cursor);
	if (!rec || rec->type != IPCPROBE_REC_sem_block)
		cursor = before;
	else
		EXPECT_EQ(1, ((const struct ipcprobe_rec_sem_block *)rec)->op);
	EXPECT_EQ(-EAGAIN, NEXT(&cursor, sem_op)->ret);
	NEXT(&cursor, sem_destroy);
	NO_MORE(&cursor);
}

#define NR_UNDO	2000
#define NR_AT_ONCE	50

static void leave_much(struct job *job)
{
	struct sembuf sops[NR_AT_ONCE];
	int i;

	for (i = 0; i < NR_UNDO; i++) {
		sops[i % NR_AT_ONCE] = (struct sembuf) { i, 1, SEM_UNDO };
		if (i % NR_AT_ONCE == NR_AT_ONCE - 1)
			CHECK(!semop(job->step, sops, NR_AT_ONCE));
	}
}

TEST_F(sem, records_that_adjustments_are_left_out)
{
	const struct ipcprobe_rec_sem_undo *undo;
	struct cursor cursor;
	int i, nr = 0;
	pid_t tid;

	if (!self->has_btf)
		SKIP(return, "without BTF no adjustments are recorded");
	self->job->step = semget(IPC_PRIVATE, NR_UNDO, 0600);
	ASSERT_LE(0, self->job->step);
	tid = SPAWN(leave_much, self->job);
	REAP(tid);
	FINISH(&self->cap);
	for (i = 0; i < NR_UNDO; i++)
		ASSERT_EQ(0, semctl(self->job->step, i, GETVAL));
	semctl(self->job->step, 0, IPC_RMID);
	cursor = records_of(&self->cap, tid);
	for (i = 0; i < NR_UNDO; i++)
		if (i % NR_AT_ONCE)
			NEXT(&cursor, sem_sop);
		else if (i)
			NEXT(&cursor, sem_op);
	NEXT(&cursor, sem_op);
	for (undo = NEXT(&cursor, sem_undo); undo->id >= 0; undo = NEXT(&cursor, sem_undo)) {
		EXPECT_EQ(self->job->step, undo->id);
		EXPECT_EQ(nr++, undo->num);
		EXPECT_EQ(-1, undo->adjust);
	}
	EXPECT_LT(NR_UNDO / 4, nr);
	EXPECT_GT(NR_UNDO, nr);
	EXPECT_EQ(-1, undo->id);
	EXPECT_EQ(0, undo->adjust);
	NO_MORE(&cursor);
}

/* ---- namespaces ---- */

static void use_own_namespace(struct job *job)
{
	struct stat st;

	CHECK(!unshare(CLONE_NEWIPC));
	CHECK(!stat("/proc/self/ns/ipc", &st));
	job->step = st.st_ino;
	job->in_lock = semget(IPC_PRIVATE, 1, 0600);
	CHECK(!op(job->in_lock, 0, 1, 0));
}

TEST_F(sem, namespaces_keep_sets_apart)
{
	pid_t tid = SPAWN(use_own_namespace, self->job);
	const struct ipcprobe_rec_sem_create *create;
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	create = NEXT(&cursor, sem_create);
	EXPECT_NE(self->ns, create->ns);
	EXPECT_EQ((uint32_t)self->job->step, create->ns);
	EXPECT_EQ((int)self->job->in_lock, create->id);
	EXPECT_EQ(create->ns, NEXT(&cursor, sem_op)->ns);
}

#define NR_STAY	2000

/* Shared with the test: sets that stay, while others come and go. */
struct crowd {
	uint32_t ns;
	int ids[NR_STAY];
	volatile int is_ready;
};

static void come_and_go(struct crowd *crowd)
{
	int others[NR_STAY], i;
	struct stat st;

	setpgid(0, 0);
	CHECK(!unshare(CLONE_NEWIPC));
	CHECK(!stat("/proc/self/ns/ipc", &st));
	crowd->ns = st.st_ino;
	for (i = 0; i < NR_STAY; i++) {
		others[i] = semget(IPC_PRIVATE, 1, 0600);
		crowd->ids[i] = semget(IPC_PRIVATE, 1, 0600);
		CHECK(others[i] >= 0 && crowd->ids[i] >= 0);
	}
	/* one more process in the namespace */
	if (!fork()) {
		crowd->is_ready = 1;
		for (;;)
			pause();
	}
	for (;; i++) {
		CHECK(!semctl(others[i % NR_STAY], 0, IPC_RMID));
		others[i % NR_STAY] = semget(IPC_PRIVATE, 1, 0600);
		CHECK(others[i % NR_STAY] >= 0);
	}
}

TEST_F(sem, finds_sets_once_while_others_come_and_go)
{
	struct crowd *crowd = shared_memory(sizeof(*crowd));
	unsigned int *seen = calloc(NR_STAY, sizeof(*seen)), nr = 0;
	size_t i, set;
	pid_t tid;

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	tid = SPAWN(come_and_go, crowd);
	while (!crowd->is_ready)
		sched_yield();
	capture_close(&self->cap);
	ASSERT_EQ(0, open_session(&self->cap, 0));
	kill(-tid, SIGKILL);
	while (waitpid(-tid, NULL, 0) > 0)	/* and reap the child that it leaves */
		;
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_sem_snapshot *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_sem_snapshot || rec->ns != crowd->ns)
			continue;
		for (set = 0; set < NR_STAY && crowd->ids[set] != rec->id; set++)
			;
		if (set < NR_STAY)
			seen[set]++;
		nr++;
	}
	EXPECT_LT(NR_STAY, nr);
	for (set = 0; set < NR_STAY; set++)
		ASSERT_EQ(1, seen[set]);
}

TEST_HARNESS_MAIN
