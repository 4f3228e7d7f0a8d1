// SPDX-License-Identifier: GPL-2.0
/* Class sched: a snapshot has each member of a run queue, and is short. */
#include <kselftest_harness.h>

#include "sched_fixture.h"

#include <pthread.h>

static void do_spin_on_cpu_1(void *arg MAYBE_UNUSED)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pin_to(1);
	for (;;)
		;
}

/*
 * Number of members that run, in the snapshot of a CPU that ends with the record at
 * @end; @tid: set to the last of them.
 */
static unsigned int nr_current(const struct capture *cap, size_t end, uint32_t *tid)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < end; i++) {
		const struct ipcprobe_rec_rq_snapshot *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_rq_snapshot ||
		    cap->recs[i].cpu != cap->recs[end].cpu || !rec->is_current)
			continue;
		*tid = rec->hdr.tid;
		nr++;
	}
	return nr;
}

TEST_F(sched, snapshot_has_the_running_task)
{
	const struct ipcprobe_rec_rq_snapshot *rec;
	unsigned int nr_ends = 0, nr_running = 0;
	pid_t pids[3];
	size_t i;

	pin_to(0);
	for (i = 0; i < NR(pids); i++)
		pids[i] = SPAWN(do_spin_on_cpu_1, NULL);
	for (i = 0; i < NR(pids); i++) {
		cpu_set_t set;

		do {
			sched_getaffinity(pids[i], sizeof(set), &set);
		} while (CPU_COUNT(&set) != 1);
	}
	ASSERT_EQ(0, capture_start(&self->cap));
	FINISH(&self->cap);
	for (i = 0; i < NR(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		rec = find(&self->cap, IPCPROBE_REC_rq_snapshot, pids[i]);
		ASSERT_NE(NULL, rec);
		EXPECT_EQ(120, rec->prio);
		nr_running += rec->is_current;
	}
	EXPECT_GE(1, nr_running);
	/*
	 * the running task is in the list, and named at the end of the snapshot; the
	 * idle task is in no list
	 */
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec *end = self->cap.recs[i].rec;
		uint32_t tid = 0;

		if (end->type != IPCPROBE_REC_rq_snapshot_end)
			continue;
		EXPECT_EQ(end->tid ? 1 : 0, nr_current(&self->cap, i, &tid));
		EXPECT_EQ(end->tid, tid);
		nr_ends++;
	}
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), nr_ends);
}

/* Spin on the second CPU with a real-time priority (0: none). */
static void do_spin_with_priority(void *arg)
{
	struct sched_param param = { .sched_priority = *(int *)arg };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (param.sched_priority)
		CHECK(!sched_setscheduler(0, SCHED_FIFO, &param));
	pin_to(1);
	for (;;)
		;
}

/* Each class has its own list in the queue: the snapshot walks all of them. */
TEST_F(sched, snapshot_has_each_class)
{
	int priority[] = { 0, 3, 5, 0, 5 };
	const struct ipcprobe_rec_rq_snapshot *rec;
	pid_t pids[NR(priority)];
	size_t i;

	/* START waits for other tasks on that CPU, so it comes before the spinners. */
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	pin_to(0);
	for (i = 0; i < NR(pids); i++) {
		cpu_set_t set;

		pids[i] = SPAWN(do_spin_with_priority, &priority[i]);
		do {
			sched_getaffinity(pids[i], sizeof(set), &set);
		} while (CPU_COUNT(&set) != 1 || !CPU_ISSET(1, &set));
	}
	ASSERT_EQ(0, ioctl(self->cap.fd, IPCPROBE_IOC_RESYNC));
	for (i = 0; i < NR(pids); i++)
		kill(pids[i], SIGKILL);
	FINISH(&self->cap);
	for (i = 0; i < NR(pids); i++) {
		waitpid(pids[i], NULL, 0);
		rec = find(&self->cap, IPCPROBE_REC_rq_snapshot, pids[i]);
		ASSERT_NE(NULL, rec);
		EXPECT_EQ(1, rec->cpu);
		EXPECT_EQ(priority[i] ? 99 - priority[i] : 120, rec->prio);
		EXPECT_EQ(priority[i] ? IPCPROBE_SCHED_RT : IPCPROBE_SCHED_FAIR, rec->sched_class);
	}
}

/* Shortest time from the first record of CPU 0's snapshot to its last, in many snapshots. */
static uint64_t shortest_snapshot(struct capture *cap)
{
	uint64_t begin_ns[1] = { 0 }, shortest = UINT64_MAX;
	const struct ipcprobe_rec *rec;
	size_t i;
	int k;

	capture_drain(cap);
	capture_forget(cap);
	for (k = 0; k < 20; k++)
		CHECK(!ioctl(cap->fd, IPCPROBE_IOC_RESYNC));
	capture_drain(cap);
	for (i = 0; i < cap->nr; i++) {
		uint32_t cpu = cap->recs[i].cpu;

		rec = cap->recs[i].rec;
		if (cpu < NR(begin_ns) && rec->type == IPCPROBE_REC_rq_snapshot && !begin_ns[cpu])
			begin_ns[cpu] = rec->ts_ns;
		if (cpu >= NR(begin_ns) || rec->type != IPCPROBE_REC_rq_snapshot_end)
			continue;
		if (begin_ns[cpu] && rec->ts_ns - begin_ns[cpu] < shortest)
			shortest = rec->ts_ns - begin_ns[cpu];
		begin_ns[cpu] = 0;
	}
	return shortest;
}

static void *sleep_on(void *arg)
{
	pause();
	return arg;
}

#define NR_SLEEPERS	4000

/* The snapshot locks a queue for its members only: threads that sleep do not count. */
TEST_F(sched, snapshot_is_short_whatever_sleeps)
{
	uint64_t alone, crowded;
	pthread_attr_t attr;
	pthread_t thread;
	int i;

	if (!has_btf())
		SKIP(return, NO_BTF);
	pin_to(0);	/* so that the queue of CPU 0 is never empty */
	ASSERT_EQ(0, capture_start(&self->cap));
	alone = shortest_snapshot(&self->cap);
	ASSERT_NE(UINT64_MAX, alone);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (i = 0; i < NR_SLEEPERS; i++)
		ASSERT_EQ(0, pthread_create(&thread, &attr, sleep_on, NULL));
	crowded = shortest_snapshot(&self->cap);
	EXPECT_GT(4 * alone + 100000, crowded);
	TH_LOG("%llu ns alone, %llu ns with %d threads", (unsigned long long)alone,
	       (unsigned long long)crowded, NR_SLEEPERS);
	FINISH(&self->cap);
}

TEST_HARNESS_MAIN
