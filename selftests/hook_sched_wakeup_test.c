// SPDX-License-Identifier: GPL-2.0
/* Class sched: each wake-up, new task and migration has its record. */
#include <kselftest_harness.h>

#include "sched_fixture.h"

#include <sys/socket.h>
#include <linux/futex.h>
#include <linux/sched.h>

static void do_wait_on_cpu_1(int *fd)
{
	char byte;

	pin_to(1);
	CHECK(read(fd[0], &byte, 1) == 1);
}

TEST_F(sched, wakeup_names_the_waker)
{
	const struct ipcprobe_rec_rq_wakeup *rec;
	const struct ipcprobe_rec_rq_enqueue *enqueue;
	uint64_t begin_ns, end_ns;
	struct cursor cursor;
	int fd[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	pin_to(0);
	pid = SPAWN(do_wait_on_cpu_1, fd);
	wait_until_in_call(pid, SYS_read);
	ASSERT_EQ(0, capture_start(&self->cap));
	begin_ns = now_ns();
	ASSERT_EQ(1, write(fd[1], "", 1));
	REAP(pid);
	end_ns = now_ns();
	FINISH(&self->cap);
	rec = find(&self->cap, IPCPROBE_REC_rq_wakeup, pid);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(getpid(), rec->waker);
	EXPECT_EQ(1, rec->cpu);
	EXPECT_EQ(1, rec->prev_cpu);
	EXPECT_EQ(0, rec->is_new);
	EXPECT_EQ(120, rec->prio);
	EXPECT_EQ(0, rec->context);
	EXPECT_EQ(0, rec->waker_cpu);
	EXPECT_LE(begin_ns, rec->hdr.ts_ns - rec->delay_ns);
	EXPECT_GE(end_ns, rec->hdr.ts_ns);
	/* the task joins its queue, its wake-up is recorded, and then it runs */
	cursor = records_of(&self->cap, pid);
	do {
		enqueue = (const void *)cursor_next(&cursor);
		ASSERT_NE(NULL, enqueue);
	} while (enqueue->hdr.type != IPCPROBE_REC_rq_enqueue);
	EXPECT_EQ(1, enqueue->cpu);
	EXPECT_EQ(1, enqueue->change);
	EXPECT_LE(enqueue->hdr.ts_ns, rec->hdr.ts_ns);
}

static void do_sleep_a_little(void *arg MAYBE_UNUSED)
{
	struct timespec ts = { .tv_nsec = 1000000 };
	int i;

	for (i = 0; i < 20; i++)
		nanosleep(&ts, NULL);
}

/* The last wait for a socket's data ends by a timer of the timer wheel. */
static void do_wait_in_vain(void *arg MAYBE_UNUSED)
{
	struct timeval tv = { .tv_usec = 20000 };
	char byte;
	int fd[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	CHECK(!setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	CHECK(read(fd[0], &byte, 1) == -1 && errno == EAGAIN);
}

/* Number of wake-ups of the task that were called in @context. */
static int nr_woken_in(const struct capture *cap, pid_t pid, uint16_t context)
{
	size_t i;
	int nr = 0;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_rq_wakeup *rec = (const void *)cap->recs[i].rec;

		nr += rec->hdr.type == IPCPROBE_REC_rq_wakeup && rec->hdr.tid == (uint32_t)pid &&
		      rec->context == context && !rec->is_new;
	}
	return nr;
}

/* Fork a child with thread id @tid. */
static pid_t fork_as(pid_t tid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&tid, .set_tid_size = 1,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

#define NR_SAME_SLOT	24
#define SLOT_STRIDE	65536	/* a multiple of the table's length, for up to 256 CPUs */

static void do_wait_for_turn(uint32_t *turn)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin_to(1);
	while (!__atomic_load_n(turn, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, turn, FUTEX_WAIT, 0, NULL, NULL, 0);
	_exit(0);
}

/* Start tasks that wait on CPU 1 for their turn; this task is on CPU 0. */
static void start_same_slot(pid_t *pids, uint32_t *turn)
{
	int i;

	CHECK(write_file("/proc/sys/kernel/pid_max", "4194304"));
	pin_to(0);
	for (i = 0; i < NR_SAME_SLOT; i++) {
		pids[i] = fork_as(70000 + i * SLOT_STRIDE);
		if (!pids[i])
			do_wait_for_turn(turn);
		CHECK(pids[i] > 0);
		wait_until_in_call(pids[i], SYS_futex);
	}
}

/*
 * Wake all tasks at once from this CPU, for an idle one, so that wake-ups are under way
 * together.
 */
static void wake_same_slot(const pid_t *pids, uint32_t *turn)
{
	int i;

	*turn = 1;
	CHECK(syscall(SYS_futex, turn, FUTEX_WAKE, NR_SAME_SLOT, NULL, NULL, 0) == NR_SAME_SLOT);
	for (i = 0; i < NR_SAME_SLOT; i++)
		CHECK(waitpid(pids[i], NULL, 0) == pids[i]);
}

/*
 * Find the first wake-up of @pid by a task; later the tasks may wake each other as they
 * exit.
 */
static const struct ipcprobe_rec_rq_wakeup *first_wakeup(const struct capture *cap, pid_t pid)
{
	const struct ipcprobe_rec_rq_wakeup *first = NULL;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_rq_wakeup *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_rq_wakeup && rec->hdr.tid == (uint32_t)pid &&
		    !rec->is_new && !rec->context && (!first || rec->hdr.ts_ns < first->hdr.ts_ns))
			first = rec;
	}
	return first;
}

/* Tasks whose ids share a slot of the module's table are still told apart. */
TEST_F(sched, wakeups_under_way_together)
{
	uint32_t *turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct ipcprobe_rec_rq_wakeup *rec;
	pid_t pids[NR_SAME_SLOT];
	size_t k;

	start_same_slot(pids, turn);
	ASSERT_EQ(0, capture_start(&self->cap));
	wake_same_slot(pids, turn);
	FINISH(&self->cap);
	munmap(turn, 4096);
	for (k = 0; k < NR(pids); k++) {
		rec = first_wakeup(&self->cap, pids[k]);
		ASSERT_NE(NULL, rec);
		EXPECT_EQ(getpid(), rec->waker);
		EXPECT_LT(0, rec->delay_ns);
	}
}

/* A task that an interrupt wakes was not woken by the task that was interrupted. */
TEST_F(sched, wakeup_by_an_interrupt)
{
	pid_t sleeper, waiter;

	ASSERT_EQ(0, capture_start(&self->cap));
	sleeper = SPAWN(do_sleep_a_little, NULL);
	waiter = SPAWN(do_wait_in_vain, NULL);
	REAP(sleeper);
	REAP(waiter);
	FINISH(&self->cap);
	EXPECT_LE(20, nr_woken_in(&self->cap, sleeper, IPCPROBE_CONTEXT_HARDIRQ));
	EXPECT_LE(1, nr_woken_in(&self->cap, waiter, IPCPROBE_CONTEXT_SOFTIRQ));
}

TEST_F(sched, new_task)
{
	const struct ipcprobe_rec_rq_wakeup *rec;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	setpriority(PRIO_PROCESS, 0, 3);
	pid = fork();
	if (!pid)
		_exit(0);
	REAP(pid);
	FINISH(&self->cap);
	rec = find(&self->cap, IPCPROBE_REC_rq_wakeup, pid);
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(1, rec->is_new);
	EXPECT_EQ(getpid(), rec->waker);
	EXPECT_EQ(0, rec->context);
	EXPECT_EQ(123, rec->prio);
}

static void do_migrations(void *arg MAYBE_UNUSED)
{
	int i;

	pin_to(0);
	for (i = 0; i < 20; i++)
		pin_to(i % 2 ? 0 : 1);
}

TEST_F(sched, migrations_by_affinity)
{
	const struct ipcprobe_rec *rec;
	struct cursor cursor;
	int nr = 0, cpu = -1;

	ASSERT_EQ(0, capture_start(&self->cap));
	cursor = RECORDS_OF(&self->cap, do_migrations, NULL);
	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_rq_migrate *migrate = (const void *)rec;

		if (rec->type != IPCPROBE_REC_rq_migrate)
			continue;
		EXPECT_NE(migrate->from_cpu, migrate->to_cpu);
		if (cpu >= 0)
			EXPECT_EQ(cpu, migrate->from_cpu);
		cpu = migrate->to_cpu;
		nr++;
	}
	EXPECT_LE(20, nr);
	EXPECT_EQ(0, cpu);
}

TEST_HARNESS_MAIN
