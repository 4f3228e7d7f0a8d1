// SPDX-License-Identifier: GPL-2.0
/* Class task: fork, exec, exit, names and the snapshot. */
#include <kselftest_harness.h>

#include "capture.h"

#include <pthread.h>
#include <sys/prctl.h>

struct shared {
	uint32_t tid[4];
	uint64_t ns[4];
};

FIXTURE(task)
{
	struct capture cap;
	struct shared *shared;
};

FIXTURE_SETUP(task)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK),
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	self->shared = shared_memory(sizeof(*self->shared));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "test-parent"));
	ASSERT_EQ(0, capture_open(&self->cap, &config));
}

FIXTURE_TEARDOWN(task)
{
	capture_close(&self->cap);
}

/* Find the record of the task's creation: its tid is the creator's. */
static const struct ipcprobe_rec_task_fork *find_fork(const struct capture *cap, uint32_t child)
{
	const struct ipcprobe_rec_task_fork *rec;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		rec = (const void *)cap->recs[i].rec;
		if (rec->hdr.type == IPCPROBE_REC_task_fork && rec->child_tid == child)
			return rec;
	}
	return NULL;
}

static void do_exit_7(void *arg MAYBE_UNUSED)
{
	_exit(7);
}

TEST_F(task, fork_and_exit)
{
	const struct ipcprobe_rec_task_fork *fork_rec;
	const struct ipcprobe_rec_task_exit *exit_rec;
	uint64_t begin_ns, end_ns;
	struct cursor cursor;
	int status;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	begin_ns = now_ns();
	pid = SPAWN(do_exit_7, NULL);
	end_ns = now_ns();
	waitpid(pid, &status, 0);
	FINISH(&self->cap);
	fork_rec = find_fork(&self->cap, pid);
	ASSERT_NE(NULL, fork_rec);
	EXPECT_EQ(getpid(), fork_rec->hdr.tid);
	EXPECT_EQ(pid, fork_rec->child_pid);
	EXPECT_EQ(getpid(), fork_rec->pid);
	EXPECT_EQ(getpid(), fork_rec->ppid);
	EXPECT_STREQ("test-parent", fork_rec->comm);
	EXPECT_LE(begin_ns, fork_rec->start_ns);
	EXPECT_LE(fork_rec->start_ns, fork_rec->hdr.ts_ns);
	EXPECT_LE(fork_rec->hdr.ts_ns, end_ns);
	cursor = records_of(&self->cap, pid);
	exit_rec = NEXT(&cursor, task_exit);
	EXPECT_EQ(pid, exit_rec->pid);
	EXPECT_EQ(status, exit_rec->exit_code);
	EXPECT_EQ(7 << 8, exit_rec->exit_code);
	EXPECT_LE(fork_rec->hdr.ts_ns, exit_rec->hdr.ts_ns);
	NO_MORE(&cursor);
}

static void do_wait_for_signal(void *arg MAYBE_UNUSED)
{
	for (;;)
		pause();
}

TEST_F(task, exit_by_signal)
{
	const struct ipcprobe_rec_task_exit *rec;
	struct cursor cursor;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_wait_for_signal, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, pid);
	rec = NEXT(&cursor, task_exit);
	EXPECT_EQ(SIGKILL, rec->exit_code);
	NO_MORE(&cursor);
}

static void do_exec(void *arg MAYBE_UNUSED)
{
	execl("/bin/true", "true", NULL);
	_exit(1);
}

TEST_F(task, exec)
{
	const struct ipcprobe_rec_task_exec *rec;
	struct cursor cursor;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_exec, NULL);
	REAP(pid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, pid);
	EXPECT_STREQ("true", NEXT(&cursor, task_comm)->comm);
	rec = NEXT(&cursor, task_exec);
	EXPECT_EQ(pid, rec->pid);
	EXPECT_EQ(pid, rec->old_tid);
	EXPECT_STREQ("true", rec->comm);
	EXPECT_EQ(0, NEXT(&cursor, task_exit)->exit_code);
	NO_MORE(&cursor);
}

static void *exec_in_thread(void *arg)
{
	struct shared *shared = arg;

	shared->tid[0] = gettid();
	execl("/bin/true", "true", NULL);
	_exit(1);
}

static void do_exec_in_thread(struct shared *shared)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, exec_in_thread, shared));
	for (;;)
		pause();
}

/* A thread other than the first takes over the process's id. */
TEST_F(task, exec_by_another_thread)
{
	const struct ipcprobe_rec_task_fork *fork_rec;
	const struct ipcprobe_rec_task_exec *rec;
	const struct ipcprobe_rec *any;
	struct cursor cursor;
	int nr_exits = 0;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_exec_in_thread, self->shared);
	REAP(pid);
	FINISH(&self->cap);
	fork_rec = find_fork(&self->cap, self->shared->tid[0]);
	ASSERT_NE(NULL, fork_rec);
	EXPECT_EQ(pid, fork_rec->hdr.tid);
	EXPECT_EQ(pid, fork_rec->child_pid);
	EXPECT_EQ(pid, fork_rec->pid);
	EXPECT_EQ(getpid(), fork_rec->ppid);
	cursor = records_of(&self->cap, pid);
	do {
		any = cursor_next(&cursor);
		ASSERT_NE(NULL, any);
	} while (any->type != IPCPROBE_REC_task_exec);
	rec = (const void *)any;
	EXPECT_EQ(self->shared->tid[0], rec->old_tid);
	EXPECT_EQ(pid, rec->pid);
	NEXT(&cursor, task_exit);
	NO_MORE(&cursor);
	/* the end of the first thread, and of the program */
	cursor = records_of(&self->cap, pid);
	while ((any = cursor_next(&cursor)))
		nr_exits += any->type == IPCPROBE_REC_task_exit;
	EXPECT_EQ(2, nr_exits);
}

static void *exit_thread(void *arg)
{
	struct shared *shared = arg;

	shared->tid[0] = gettid();
	prctl(PR_SET_NAME, "a-thread-renamed");
	return NULL;
}

static void do_thread(struct shared *shared)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, exit_thread, shared));
	CHECK(!pthread_join(thread, NULL));
	CHECK(!prctl(PR_SET_NAME, "renamed"));
}

TEST_F(task, threads_and_names)
{
	const struct ipcprobe_rec_task_exit *exit_rec;
	const struct ipcprobe_rec_task_fork *fork_rec;
	struct cursor cursor;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_thread, self->shared);
	REAP(pid);
	FINISH(&self->cap);
	fork_rec = find_fork(&self->cap, self->shared->tid[0]);
	ASSERT_NE(NULL, fork_rec);
	EXPECT_EQ(pid, fork_rec->child_pid);
	cursor = records_of(&self->cap, self->shared->tid[0]);
	EXPECT_STREQ("a-thread-rename", NEXT(&cursor, task_comm)->comm);
	exit_rec = NEXT(&cursor, task_exit);
	EXPECT_EQ(pid, exit_rec->pid);
	EXPECT_EQ(0, exit_rec->exit_code);
	NO_MORE(&cursor);
	cursor = records_of(&self->cap, pid);
	NEXT(&cursor, task_fork);
	EXPECT_STREQ("renamed", NEXT(&cursor, task_comm)->comm);
	NEXT(&cursor, task_exit);
	NO_MORE(&cursor);
}

static void do_clone_parent(struct shared *shared)
{
	/* CLONE_PARENT: the task is a sibling of its creator */
	long pid = syscall(SYS_clone, 0x8000 | SIGCHLD, NULL, NULL, NULL, NULL);

	CHECK(pid >= 0);
	if (!pid)
		_exit(0);
	shared->tid[0] = pid;
}

TEST_F(task, parent_other_than_the_creator)
{
	const struct ipcprobe_rec_task_fork *rec;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_clone_parent, self->shared);
	REAP(pid);
	REAP((pid_t)self->shared->tid[0]);
	FINISH(&self->cap);
	rec = find_fork(&self->cap, self->shared->tid[0]);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(pid, rec->hdr.tid);
	EXPECT_EQ(pid, rec->pid);
	EXPECT_EQ(getpid(), rec->ppid);
}

/* ---- snapshot ---- */

/* Read starttime of "PID (comm) state ppid ... starttime", in ticks since boot. */
static uint64_t start_ticks(pid_t pid)
{
	char path[32], line[1024], *word, *end;
	uint64_t ticks;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	CHECK(file && fgets(line, sizeof(line), file));
	fclose(file);
	word = strrchr(line, ')');
	for (i = 0; i < 20; i++)
		word = strchr(word + 1, ' ');
	ticks = strtoull(word, &end, 10);
	CHECK(end != word);
	return ticks;
}

static void *park(void *arg)
{
	struct shared *shared = arg;

	__atomic_store_n(&shared->tid[1], gettid(), __ATOMIC_RELEASE);
	for (;;)
		pause();
	return NULL;
}

static void do_park(struct shared *shared)
{
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "parked");
	CHECK(!pthread_create(&thread, NULL, park, shared));
	__atomic_store_n(&shared->tid[2], gettid(), __ATOMIC_RELEASE);
	for (;;)
		pause();
}

static const struct ipcprobe_rec_task_snapshot *find_snapshot(const struct capture *cap,
							      uint32_t tid, size_t *nr)
{
	const struct ipcprobe_rec_task_snapshot *found = NULL;
	size_t i;

	for (i = 0, *nr = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;

		if (rec->type == IPCPROBE_REC_task_snapshot && rec->tid == tid) {
			found = (const void *)rec;
			++*nr;
		}
	}
	return found;
}

TEST_F(task, snapshot_has_every_task_once)
{
	const struct ipcprobe_rec_task_snapshot *rec;
	uint32_t thread;
	pid_t pid;
	size_t nr;

	pid = SPAWN(do_park, self->shared);
	do {
		sched_yield();
		thread = __atomic_load_n(&self->shared->tid[1], __ATOMIC_ACQUIRE);
	} while (!thread || !__atomic_load_n(&self->shared->tid[2], __ATOMIC_ACQUIRE));
	ASSERT_EQ(0, capture_start(&self->cap));
	FINISH(&self->cap);
	rec = find_snapshot(&self->cap, pid, &nr);
	ASSERT_EQ(1, nr);
	EXPECT_EQ(pid, rec->pid);
	EXPECT_EQ(getpid(), rec->ppid);
	EXPECT_STREQ("parked", rec->comm);
	/* both clocks agree except for time suspended, which a guest does not have */
	EXPECT_EQ(start_ticks(pid), rec->start_ns / (1000000000 / sysconf(_SC_CLK_TCK)));
	rec = find_snapshot(&self->cap, thread, &nr);
	ASSERT_EQ(1, nr);
	EXPECT_EQ(pid, rec->pid);
	EXPECT_EQ(getpid(), rec->ppid);
	rec = find_snapshot(&self->cap, 1, &nr);
	ASSERT_EQ(1, nr);
	EXPECT_EQ(1, rec->pid);
	EXPECT_EQ(0, rec->ppid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/*
 * A task that outlived the snapshot is in the snapshot, or its creation is recorded, or
 * both.
 */
static void do_forks(void *arg MAYBE_UNUSED)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

TEST_F(task, no_gap_between_snapshot_and_forks)
{
	pid_t pid = SPAWN(do_forks, NULL);
	const struct ipcprobe_rec *rec;
	size_t i, nr, nr_exits = 0;
	uint64_t snapshot_ns = 0;

	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 60; i++)
		ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_task_exit, 0));
	FINISH(&self->cap);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (i = 0; i < self->cap.nr; i++) {
		rec = self->cap.recs[i].rec;
		if (rec->type == IPCPROBE_REC_task_snapshot)
			snapshot_ns = rec->ts_ns;
	}
	for (i = 0; i < self->cap.nr; i++) {
		rec = self->cap.recs[i].rec;
		if (rec->type != IPCPROBE_REC_task_exit || rec->ts_ns <= snapshot_ns)
			continue;
		nr_exits++;
		if (!find_fork(&self->cap, rec->tid) && !find_snapshot(&self->cap, rec->tid, &nr))
			EXPECT_EQ(0, rec->tid) TH_LOG("a task without a description");
	}
	EXPECT_LE(20, nr_exits);
}

TEST_HARNESS_MAIN
