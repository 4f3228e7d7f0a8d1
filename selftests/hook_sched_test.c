// SPDX-License-Identifier: GPL-2.0
/* Class sched: the records agree with the kernel's run queues, at each record. */
#include <kselftest_harness.h>

#include "deadline.h"
#include "sched_fixture.h"

/* ---- loads ---- */

static void run_load(struct __test_metadata *_metadata, struct capture *cap, const struct load *load,
		     int nr)
{
	struct replay replay;
	pid_t pids[8];
	int i;

	if (!has_btf())
		SKIP(return, NO_BTF);

	/* some of it is under way when the session starts */
	pids[0] = SPAWN(do_load, load);
	ASSERT_EQ(0, capture_start(cap));
	for (i = 1; i < nr; i++)
		pids[i] = SPAWN(do_load, load);
	for (i = 0; i < nr; i++)
		REAP(pids[i]);
	FINISH(cap);
	replay_named(_metadata, &replay, cap);
	EXPECT_LT(nr * load->nr_turns, replay.nr_audits);
	/* nothing throttles here, so each change by a task has its name */
	EXPECT_EQ(0, replay.nr_not_server);
}

TEST_F(sched, queues_agree_with_nr_running)
{
	run_load(_metadata, &self->cap, &(struct load) { .nr_turns = 200 }, 3);
}

TEST_F(sched, queues_agree_when_tasks_are_pinned)
{
	run_load(_metadata, &self->cap, &(struct load) { .nr_turns = 200, .is_pinned = true }, 3);
}

TEST_F(sched, queues_agree_with_real_time_tasks)
{
	run_load(_metadata, &self->cap, &(struct load) { .nr_turns = 200, .has_classes = true }, 3);
}

static void do_deadline(void *arg MAYBE_UNUSED)
{
	volatile unsigned long n;
	int i;

	CHECK(!set_deadline(20000000, 100000000, 100000000));
	for (i = 0; i < 10; i++) {
		for (n = 0; n < 3000000; n++)
			;
		sched_yield();
	}
}

TEST_F(sched, queues_agree_with_a_deadline_task)
{
	struct replay replay;
	size_t i, nr_named = 0;
	pid_t pid;

	if (!has_btf())
		SKIP(return, NO_BTF);
	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_deadline, NULL);
	REAP(pid);
	FINISH(&self->cap);
	replay_all(_metadata, &replay, &self->cap);
	/* after each yield the task is off its queue until its next period */
	for (i = 0; i < self->cap.nr; i++)
		nr_named += self->cap.recs[i].rec->type == IPCPROBE_REC_rq_dequeue &&
			    self->cap.recs[i].rec->tid == (uint32_t)pid;
	EXPECT_LE(10, nr_named);
}

/* Yield and exceed the runtime in turn. */
static void do_overrun(void *arg MAYBE_UNUSED)
{
	int i;

	CHECK(!set_deadline(4000000, 40000000, 40000000));
	for (i = 0; i < 10; i++) {
		sched_yield();
		spin_ns(30000000);
	}
}

/*
 * A throttled deadline task is still runnable: it does not leave its queue as a sleeper
 * does.
 */
TEST_F(sched, a_deadline_task_is_throttled)
{
	int nr_yielded = 0, nr_over = 0, nr_back = 0;
	bool is_throttled = false;
	struct cursor cursor;
	const struct ipcprobe_rec *rec;
	struct replay replay;
	pid_t pid;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_overrun, NULL);
	REAP(pid);
	FINISH(&self->cap);
	replay_named(_metadata, &replay, &self->cap);
	cursor = records_of(&self->cap, pid);
	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_rq_dequeue *leaves = (const void *)rec;

		if (rec->type == IPCPROBE_REC_rq_enqueue) {
			nr_back += is_throttled;
			is_throttled = false;
		}
		if (rec->type != IPCPROBE_REC_rq_dequeue)
			continue;
		is_throttled = leaves->rq_flags & IPCPROBE_DEQUEUE_THROTTLE;
		nr_yielded += is_throttled && leaves->rq_flags & IPCPROBE_DEQUEUE_YIELD;
		nr_over += is_throttled && !(leaves->rq_flags & IPCPROBE_DEQUEUE_YIELD);
	}
	printf("# %d yielded, %d used up, %d came back\n", nr_yielded, nr_over, nr_back);
	EXPECT_LE(10, nr_yielded);
	EXPECT_LE(10, nr_over);
	/* the task may use up its runtime on its way to exit, and does not join again then */
	EXPECT_EQ(nr_yielded + nr_over, nr_back + is_throttled);
}

/* ---- CPUs that come and go ---- */

#define CPU_1_ONLINE	"/sys/devices/system/cpu/cpu1/online"

/* Find out whether CPU 1 is online, as recorded so far; -1: not recorded. */
static int online_after(const struct ipcprobe_rec *rec, int before)
{
	const struct ipcprobe_rec_rq_online *online = (const void *)rec;

	return rec->type == IPCPROBE_REC_rq_online && online->cpu == 1 ? online->is_online : before;
}

/* No record is about a CPU between its going down and its coming up. */
TEST_F(sched, a_cpu_that_goes_down_and_comes_up)
{
	int is_online = -1, nr_downs = 0, nr_ups = 0;
	size_t i, nr_meanwhile = 0;
	struct replay replay;

	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_TRUE(write_file(CPU_1_ONLINE, "0"));
	ASSERT_TRUE(write_file(CPU_1_ONLINE, "1"));
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec *rec = self->cap.recs[i].rec;
		int now = online_after(rec, is_online);

		nr_downs += now != is_online && now == 0;
		nr_ups += now != is_online && now == 1;
		is_online = now;
		nr_meanwhile += rec->type == IPCPROBE_REC_rq_switch && !is_online &&
				((const struct ipcprobe_rec_rq_switch *)rec)->cpu == 1;
	}
	EXPECT_EQ(1, nr_downs);
	EXPECT_EQ(1, nr_ups);
	EXPECT_EQ(0, nr_meanwhile);
	replay_named(_metadata, &replay, &self->cap);
}

static void do_spin_a_little_on_cpu_1(void *arg MAYBE_UNUSED)
{
	pin_to(1);
	spin_ns(1000000);
}

/* The queue of a CPU is known from when it comes up, without a snapshot. */
TEST_F(sched, a_cpu_that_is_down_at_the_start)
{
	struct replay replay;
	bool is_seen = false;
	pid_t pid;
	size_t i;

	ASSERT_TRUE(write_file(CPU_1_ONLINE, "0"));
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	for (i = 0; i < self->cap.nr; i++)
		is_seen = is_seen || !online_after(self->cap.recs[i].rec, -1);
	EXPECT_TRUE(is_seen);
	ASSERT_TRUE(write_file(CPU_1_ONLINE, "1"));
	pid = SPAWN(do_spin_a_little_on_cpu_1, NULL);
	REAP(pid);
	FINISH(&self->cap);
	replay_named(_metadata, &replay, &self->cap);
}

TEST_HARNESS_MAIN
