/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class sched: a recording, and run queues rebuilt from its
 * records.  For a file that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_SCHED_FIXTURE_H
#define IPCPROBE_SCHED_FIXTURE_H

#include "capture.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>

/* Class sched: the records agree with the kernel's run queues, at each record. */
#include <kselftest_harness.h>

#include "capture.h"
#include "deadline.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <linux/ptrace.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <pthread.h>

#define NR_TIDS		(4 << 20)

FIXTURE(sched)
{
	struct capture cap;
};

FIXTURE_SETUP(sched)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK) | CLASS_BIT(SCHED),
		.ring_bytes = 16 << 20,
	};

	ASSERT_EQ(0, capture_open(&self->cap, &config));
}

FIXTURE_TEARDOWN(sched)
{
	capture_close(&self->cap);
}

static MAYBE_UNUSED bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool is_written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return is_written;
}

/* ---- replay ---- */

/**
 * struct replay - run queues rebuilt from the records of one session
 * @queue: for each task, CPU + 1 of the queue that it is on, or 0
 * @length: length of each CPU's queue; -1 before its snapshot is complete
 * @is_named: no group of tasks is throttled, so each task that joins or leaves is named
 * @nr_strangers: number of switches to a task that was not on the CPU's queue
 * @nr_audits: number of records whose nr_running was compared
 * @nr_wrong: number of audits that failed
 * @nr_changes: number of changes of a length by no task
 * @nr_not_server: number of those that no fair server can make, which joins and leaves in
 *	turn. It runs for a moment when tasks waited for long, as on a busy emulator.
 */
struct replay {
	uint16_t *queue;
	int length[64];
	int members[64];
	bool is_named;
	uint64_t nr_strangers;
	uint64_t nr_audits;
	uint64_t nr_wrong;
	uint64_t nr_changes;
	uint64_t nr_not_server;
	int last_change[64];
};

static MAYBE_UNUSED void audit(struct replay *replay, const struct ipcprobe_rec *rec, uint16_t cpu, uint32_t want)
{
	if (want == IPCPROBE_NR_UNKNOWN)
		return;
	replay->nr_audits++;
	if (replay->length[cpu] == (int)want)
		return;
	if (replay->nr_wrong++ < 10) {
		printf("# CPU %u: %d rebuilt, nr_running %u, after\n", cpu, replay->length[cpu], want);
		record_print(rec);
	}
	replay->length[cpu] = want;
}

/*
 * Move a task onto a queue (@to = CPU + 1), or off all queues (0).  The members are
 * exact except for throttled tasks, which join and leave without being named.
 */
static MAYBE_UNUSED void move(struct __test_metadata *_metadata, struct replay *replay,
			      const struct ipcprobe_rec *rec, uint16_t from, uint16_t to, int change)
{
	ASSERT_GT(NR_TIDS, rec->tid);
	if ((replay->is_named || !replay->nr_changes) && replay->queue[rec->tid] != from) {
		printf("# task is on queue %d\n", replay->queue[rec->tid] - 1);
		record_print(rec);
		EXPECT_EQ(from, replay->queue[rec->tid]);
	}
	replay->queue[rec->tid] = to;
	replay->length[to ? to - 1 : from - 1] += change;
}

/* Compare two hooks of the kernel that are independent of each other. */
static MAYBE_UNUSED void check_switch(struct replay *replay, const struct ipcprobe_rec_rq_switch *rec)
{
	if (replay->length[rec->cpu] < 0 || !rec->next ||
	    replay->queue[rec->next] == rec->cpu + 1)
		return;
	if (replay->nr_strangers++ < 10) {
		printf("# switch to a task that is on queue %d\n", replay->queue[rec->next] - 1);
		record_print(&rec->hdr);
	}
}

static MAYBE_UNUSED void replay_record(struct __test_metadata *_metadata, struct replay *replay,
				       const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_rq_snapshot: {
		const struct ipcprobe_rec_rq_snapshot *r = (const void *)rec;

		replay->queue[rec->tid] = r->cpu + 1;
		replay->members[r->cpu]++;
		break;
	}
	case IPCPROBE_REC_rq_snapshot_end: {
		const struct ipcprobe_rec_rq_snapshot_end *r = (const void *)rec;

		EXPECT_EQ(replay->members[r->cpu], r->nr_members);
		replay->length[r->cpu] = replay->members[r->cpu];
		audit(replay, rec, r->cpu, r->nr_running);
		break;
	}
	case IPCPROBE_REC_rq_enqueue: {
		const struct ipcprobe_rec_rq_enqueue *r = (const void *)rec;

		if (replay->length[r->cpu] < 0)
			break;
		move(_metadata, replay, rec, 0, r->cpu + 1, r->change);
		audit(replay, rec, r->cpu, r->nr_running);
		break;
	}
	case IPCPROBE_REC_rq_dequeue: {
		const struct ipcprobe_rec_rq_dequeue *r = (const void *)rec;

		if (replay->length[r->cpu] < 0)
			break;
		move(_metadata, replay, rec, r->cpu + 1, 0, -r->change);
		audit(replay, rec, r->cpu, r->nr_running);
		break;
	}
	case IPCPROBE_REC_rq_switch:
		check_switch(replay, (const void *)rec);
		break;
	case IPCPROBE_REC_rq_online:
		/* the queue of a CPU that comes up is empty */
		if (replay->length[((const struct ipcprobe_rec_rq_online *)rec)->cpu] < 0)
			replay->length[((const struct ipcprobe_rec_rq_online *)rec)->cpu] = 0;
		break;
	case IPCPROBE_REC_rq_change: {
		const struct ipcprobe_rec_rq_change *r = (const void *)rec;

		if (replay->length[r->cpu] < 0)
			break;
		replay->nr_changes++;
		replay->nr_not_server += abs(r->change) != 1 ||
					 r->change == replay->last_change[r->cpu];
		replay->last_change[r->cpu] = r->change;
		replay->length[r->cpu] += r->change;
		audit(replay, rec, r->cpu, r->nr_running);
		break;
	}
	}
}

/*
 * A queue changes only under its lock, so sorting the records of all CPUs by time puts
 * them in the order of each queue.
 */
static MAYBE_UNUSED void replay_from(struct __test_metadata *_metadata, struct replay *replay,
				     const struct capture *cap)
{
	size_t i;

	replay->queue = calloc(NR_TIDS, sizeof(*replay->queue));
	ASSERT_NE(NULL, replay->queue);
	for (i = 0; i < NR(replay->length); i++)
		replay->length[i] = -1;
	for (i = 0; i < cap->nr; i++) {
		ASSERT_NE(IPCPROBE_REC_lost, cap->recs[i].rec->type);
		replay_record(_metadata, replay, cap->recs[i].rec);
	}
	for (i = 0; i < cap->info.nr_cpus; i++)
		EXPECT_LE(0, replay->length[i]) TH_LOG("CPU %zu has no complete snapshot", i);
	EXPECT_EQ(0, replay->nr_wrong);
	EXPECT_EQ(0, replay->nr_strangers);
	printf("# %zu records, %llu audits, %llu disagree, %llu unnamed changes\n", cap->nr,
	       (unsigned long long)replay->nr_audits, (unsigned long long)replay->nr_wrong,
	       (unsigned long long)replay->nr_changes);
}

static MAYBE_UNUSED void replay_all(struct __test_metadata *_metadata, struct replay *replay,
				    const struct capture *cap)
{
	*replay = (struct replay){ 0 };
	replay_from(_metadata, replay, cap);
}

static MAYBE_UNUSED void replay_named(struct __test_metadata *_metadata, struct replay *replay,
				      const struct capture *cap)
{
	*replay = (struct replay){ .is_named = true };
	replay_from(_metadata, replay, cap);
}

/* ---- loads ---- */

/* Bounce a byte to and fro. */
static MAYBE_UNUSED void do_echo(int *fd)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fd[0], &byte, 1) == 1 && write(fd[1], &byte, 1) == 1)
		;
}

#define NR_PAIRS	4

struct load {
	int nr_turns;
	bool is_pinned;
	bool has_classes;
};

/* Run many tasks that sleep, wake each other, move, yield, fork and change class. */
static MAYBE_UNUSED void do_load(const struct load *load)
{
	int to[NR_PAIRS][2], from[NR_PAIRS][2], nr_cpus = sysconf(_SC_NPROCESSORS_ONLN), i, turn;
	char byte = 0;

	for (i = 0; i < NR_PAIRS; i++) {
		CHECK(!pipe(to[i]) && !pipe(from[i]));
		if (!fork()) {
			int fd[2] = { to[i][0], from[i][1] };

			if (load->is_pinned)
				pin_to(i % nr_cpus);
			if (load->has_classes && i < 2) {
				struct sched_param param = { .sched_priority = 1 + i };

				CHECK(!sched_setscheduler(0, i ? SCHED_RR : SCHED_FIFO, &param));
			}
			do_echo(fd);
			_exit(0);
		}
	}
	for (turn = 0; turn < load->nr_turns; turn++) {
		for (i = 0; i < NR_PAIRS; i++)
			CHECK(write(to[i][1], &byte, 1) == 1);
		sched_yield();
		for (i = 0; i < NR_PAIRS; i++)
			CHECK(read(from[i][0], &byte, 1) == 1);
		if (!load->is_pinned && turn % 8 == 0)
			pin_to(turn / 8 % nr_cpus);
		if (turn % 32 == 0) {
			pid_t pid = fork();

			if (!pid) {
				setpriority(PRIO_PROCESS, 0, 5);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
	}
}

static MAYBE_UNUSED void spin_ns(uint64_t ns)
{
	uint64_t until_ns = now_ns() + ns;

	while (now_ns() < until_ns)
		;
}

/* ---- the real-time class and the fair server ---- */

static MAYBE_UNUSED void do_spin(void *arg MAYBE_UNUSED)
{
	uint64_t until = now_ns() + 1000000000ULL;

	while (now_ns() < until)
		;
}

/* ---- switches ---- */

/* Return after the task waits inside system call @nr and is off its CPU. */
static MAYBE_UNUSED void wait_until_in_call(pid_t pid, long nr)
{
	char path[32], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	do {
		sched_yield();
		file = fopen(path, "r");
		CHECK(file && fgets(line, sizeof(line), file));
		fclose(file);
	} while (!strncmp(line, "running", 7) || strtol(line, NULL, 10) != nr);
}

/* ---- wake-ups, migrations ---- */

static MAYBE_UNUSED const void *find(const struct capture *cap, uint16_t type, uint32_t tid)
{
	size_t i;

	for (i = 0; i < cap->nr; i++)
		if (cap->recs[i].rec->type == type && cap->recs[i].rec->tid == tid)
			return cap->recs[i].rec;
	return NULL;
}

#endif /* IPCPROBE_SCHED_FIXTURE_H */
