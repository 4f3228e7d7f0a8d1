// SPDX-License-Identifier: GPL-2.0
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

static bool write_file(const char *path, const char *text)
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
};

static void audit(struct replay *replay, const struct ipcprobe_rec *rec, uint16_t cpu, uint32_t want)
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
static void move(struct __test_metadata *_metadata, struct replay *replay,
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
static void check_switch(struct replay *replay, const struct ipcprobe_rec_rq_switch *rec)
{
	if (replay->length[rec->cpu] < 0 || !rec->next ||
	    replay->queue[rec->next] == rec->cpu + 1)
		return;
	if (replay->nr_strangers++ < 10) {
		printf("# switch to a task that is on queue %d\n", replay->queue[rec->next] - 1);
		record_print(&rec->hdr);
	}
}

static void replay_record(struct __test_metadata *_metadata, struct replay *replay,
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
static void replay_from(struct __test_metadata *_metadata, struct replay *replay,
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

static void replay_all(struct __test_metadata *_metadata, struct replay *replay,
		       const struct capture *cap)
{
	*replay = (struct replay){ 0 };
	replay_from(_metadata, replay, cap);
}

static void replay_named(struct __test_metadata *_metadata, struct replay *replay,
			 const struct capture *cap)
{
	*replay = (struct replay){ .is_named = true };
	replay_from(_metadata, replay, cap);
}

/* ---- loads ---- */

/* Bounce a byte to and fro. */
static void do_echo(int *fd)
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
static void do_load(const struct load *load)
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
	replay_all(_metadata, &replay, cap);
	EXPECT_LT(nr * load->nr_turns, replay.nr_audits);
	/* nothing throttles here, so each change has a name */
	EXPECT_EQ(0, replay.nr_changes);
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

static void spin_ns(uint64_t ns)
{
	uint64_t until_ns = now_ns() + ns;

	while (now_ns() < until_ns)
		;
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

/* ---- the real-time class and the fair server ---- */

static void do_real_time(int priority, uint64_t sleep_ns, uint64_t until_ns)
{
	const struct timespec ts = { .tv_nsec = sleep_ns };
	struct sched_param param = { .sched_priority = priority };

	pin_to(1);
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &param));
	while (now_ns() < until_ns) {
		spin_ns(sleep_ns ? 100000 : 1000000);
		if (sleep_ns)
			nanosleep(&ts, NULL);
	}
}

static void do_hog(const uint64_t *ns)
{
	do_real_time(5, 0, now_ns() + *ns);
}

static void do_real_time_sleeps(const uint64_t *ns)
{
	do_real_time(6, 1500000, now_ns() + *ns);
}

static bool is_before_6_12(void)
{
	unsigned int major, minor;
	struct utsname name;

	CHECK(!uname(&name) && sscanf(name.release, "%u.%u", &major, &minor) == 2);
	return major < 6 || (major == 6 && minor < 12);
}

/*
 * Until 6.11 the real-time class is throttled as a whole, and its tasks join and leave
 * meanwhile.
 */
TEST_F(sched, real_time_tasks_while_their_class_is_throttled)
{
	const uint64_t ns = 3000000000;
	int nr_uncounted = 0;
	struct replay replay;
	pid_t hog, sleeper;
	size_t i;

	if (is_before_6_12()) {
		CHECK(write_file("/proc/sys/kernel/sched_rt_runtime_us", "20000"));
		CHECK(write_file("/proc/sys/kernel/sched_rt_period_us", "40000"));
	}
	pin_to(0);
	ASSERT_EQ(0, capture_start(&self->cap));
	hog = SPAWN(do_hog, &ns);
	sleeper = SPAWN(do_real_time_sleeps, &ns);
	REAP(hog);
	REAP(sleeper);
	FINISH(&self->cap);
	write_file("/proc/sys/kernel/sched_rt_period_us", "1000000");
	write_file("/proc/sys/kernel/sched_rt_runtime_us", "950000");
	replay_named(_metadata, &replay, &self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_enqueue *rec = (const void *)self->cap.recs[i].rec;

		nr_uncounted += rec->hdr.type == IPCPROBE_REC_rq_enqueue && !rec->change &&
				rec->hdr.tid == (uint32_t)sleeper;
	}
	printf("# %d joined uncounted\n", nr_uncounted);
	EXPECT_EQ(is_before_6_12(), nr_uncounted > 0);
}

static void do_echo_on_cpu_1(int *fd)
{
	pin_to(1);
	do_echo(fd);
}

/*
 * Beside a real-time task that never sleeps, two other tasks run in the fair server's
 * time, which is renewed each second. It is used up while one of them leaves or joins.
 */
TEST_F(sched, tasks_that_live_on_the_fair_servers_time)
{
	const uint64_t ns = 6000000000;	/* six periods of the server, by default */
	int to[2], from[2];
	struct replay replay;
	pid_t pids[3];
	size_t i;

	CHECK(!pipe(to) && !pipe(from));
	pin_to(0);
	ASSERT_EQ(0, capture_start(&self->cap));
	pids[0] = SPAWN(do_hog, &ns);
	pids[1] = SPAWN(do_echo_on_cpu_1, ((int[]){ to[0], from[1] }));
	pids[2] = SPAWN(do_echo_on_cpu_1, ((int[]){ from[0], to[1] }));
	ASSERT_EQ(1, write(to[1], "", 1));
	REAP(pids[0]);
	for (i = 1; i < NR(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	FINISH(&self->cap);
	replay_named(_metadata, &replay, &self->cap);
}

static void do_spin(void *arg MAYBE_UNUSED)
{
	uint64_t until = now_ns() + 1000000000ULL;

	while (now_ns() < until)
		;
}

/* A group with a quota is throttled: its tasks leave the queue unnamed. */
TEST_F(sched, queues_agree_when_a_group_is_throttled)
{
	const char *group = "/sys/fs/cgroup/ipcprobe-throttled";
	struct replay replay;
	char path[80];
	pid_t pids[3];
	size_t i;
	int fd;

	if (!has_btf())
		SKIP(return, NO_BTF);
	fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY);
	if (fd < 0 || write(fd, "+cpu", 4) != 4 || (mkdir(group, 0755) && errno != EEXIST))
		SKIP(return, "no cgroup cpu controller");
	snprintf(path, sizeof(path), "%s/cpu.max", group);
	fd = open(path, O_WRONLY);
	ASSERT_EQ(12, write(fd, "10000 100000", 12));
	ASSERT_EQ(0, capture_start(&self->cap));
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	for (i = 0; i < NR(pids); i++) {
		char text[16];
		int len;

		pids[i] = SPAWN(do_spin, NULL);
		len = snprintf(text, sizeof(text), "%d", pids[i]);
		ASSERT_EQ(len, write(fd, text, len));
	}
	for (i = 0; i < NR(pids); i++)
		REAP(pids[i]);
	FINISH(&self->cap);
	rmdir(group);
	replay_all(_metadata, &replay, &self->cap);
}

/* A control group may be older than its task group. */
TEST_F(sched, a_group_whose_controller_is_switched_on_later)
{
	const char *inner = "/ipcprobe-late/inner";
	const char *outer = "/sys/fs/cgroup/ipcprobe-late";
	size_t i, nr_told = 0;
	char path[80];

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s", inner);
	if (!write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu") ||
	    (mkdir(outer, 0755) && errno != EEXIST) || (mkdir(path, 0755) && errno != EEXIST))
		SKIP(return, "no cgroup cpu controller");
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	capture_forget(&self->cap);
	EXPECT_TRUE(write_file("/sys/fs/cgroup/ipcprobe-late/cgroup.subtree_control", "+cpu"));
	capture_drain(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_group *rec = (const void *)self->cap.recs[i].rec;

		nr_told += rec->hdr.type == IPCPROBE_REC_rq_group && !strcmp(rec->path, inner) &&
			   rec->group && rec->parent;
	}
	EXPECT_EQ(1, nr_told);
	FINISH(&self->cap);
	rmdir(path);
	rmdir(outer);
}

/* The group's number and its quota, as recorded since the last capture_forget(). */
struct told_quota {
	uint32_t group;
	uint64_t quota_ns;
	uint64_t period_ns;
	size_t nr;
};

static void find_quota(struct capture *cap, const char *path, struct told_quota *told)
{
	size_t i;

	told->nr = 0;
	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;
		const struct ipcprobe_rec_rq_group *group = (const void *)rec;
		const struct ipcprobe_rec_rq_quota *quota = (const void *)rec;

		if (rec->type == IPCPROBE_REC_rq_group && !strcmp(group->path, path))
			told->group = group->group;
		if (rec->type != IPCPROBE_REC_rq_quota || quota->group != told->group)
			continue;
		told->quota_ns = quota->quota_ns;
		told->period_ns = quota->period_ns;
		told->nr++;
	}
}

#define EXPECT_QUOTA(told, count, quota, period) do {	\
	EXPECT_EQ(count, (told).nr);			\
	EXPECT_EQ(quota, (told).quota_ns);		\
	EXPECT_EQ(period, (told).period_ns);		\
} while (0)

/*
 * The quota is recorded at the start, when it is set, and when the limit is removed;
 * not if the kernel refuses it.
 */
TEST_F(sched, quota_of_a_group)
{
	const char *group = "/sys/fs/cgroup/ipcprobe-quota", *path = strrchr(group, '/');
	const char *max = "/sys/fs/cgroup/ipcprobe-quota/cpu.max";
	struct told_quota told = { 0 };

	if (!write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu") ||
	    (mkdir(group, 0755) && errno != EEXIST))
		SKIP(return, "no cgroup cpu controller");
	ASSERT_TRUE(write_file(max, "20000 100000"));
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &told);
	EXPECT_QUOTA(told, 1, 20000000, 100000000);
	capture_forget(&self->cap);
	ASSERT_TRUE(write_file(max, "30000 50000"));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &told);
	EXPECT_QUOTA(told, 1, 30000000, 50000000);
	capture_forget(&self->cap);
	EXPECT_FALSE(write_file(max, "1 50000"));
	EXPECT_TRUE(write_file(max, "max"));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &told);
	EXPECT_QUOTA(told, 1, IPCPROBE_QUOTA_NONE, 50000000);
	capture_forget(&self->cap);
	EXPECT_EQ(0, rmdir(group));
	ASSERT_EQ(0, mkdir(group, 0755));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &told);
	EXPECT_QUOTA(told, 1, IPCPROBE_QUOTA_NONE, 100000000);
	FINISH(&self->cap);
	rmdir(group);
}

/* ---- CPUs that come and go ---- */

#define CPU_1_ONLINE	"/sys/devices/system/cpu/cpu1/online"

/* Find out whether CPU 1 is online, as recorded so far; -1: not recorded. */
static int told_online(const struct ipcprobe_rec *rec, int before)
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
		int now = told_online(rec, is_online);

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
	bool is_told = false;
	pid_t pid;
	size_t i;

	ASSERT_TRUE(write_file(CPU_1_ONLINE, "0"));
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	for (i = 0; i < self->cap.nr; i++)
		is_told = is_told || !told_online(self->cap.recs[i].rec, -1);
	EXPECT_TRUE(is_told);
	ASSERT_TRUE(write_file(CPU_1_ONLINE, "1"));
	pid = SPAWN(do_spin_a_little_on_cpu_1, NULL);
	REAP(pid);
	FINISH(&self->cap);
	replay_named(_metadata, &replay, &self->cap);
}

/* ---- switches ---- */

/* On each CPU, the next task of a switch is the previous task of the following switch. */
TEST_F(sched, switches_follow_one_another)
{
	struct load load = { .nr_turns = 100 };
	uint32_t current[64];
	size_t i, nr = 0;
	pid_t pid;

	memset(current, 0xff, sizeof(current));
	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_load, &load);
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_switch *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_rq_snapshot_end)
			current[self->cap.recs[i].cpu] = rec->hdr.tid;
		if (rec->hdr.type != IPCPROBE_REC_rq_switch)
			continue;
		ASSERT_EQ(self->cap.recs[i].cpu, rec->cpu);
		if (current[rec->cpu] != ~0U)
			ASSERT_EQ(current[rec->cpu], rec->hdr.tid);
		EXPECT_NE(rec->hdr.tid, rec->next);
		current[rec->cpu] = rec->next;
		nr++;
	}
	EXPECT_LT(400, nr);
}

/* Read "Name:	value" of /proc/PID/status. */
static unsigned long status_value(pid_t pid, const char *name)
{
	char path[32], line[256];
	unsigned long value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return value;
}

/* Return after the task waits inside system call @nr and is off its CPU. */
static void wait_until_in_call(pid_t pid, long nr)
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

static void do_switches(int *fd)
{
	volatile unsigned long n;
	char byte;
	int i;

	for (i = 0; i < 100; i++) {
		sched_yield();
		for (n = 0; n < 200000; n++)
			;
		if (i % 8 == 0)
			pin_to(i / 8 % 2);
	}
	CHECK(read(fd[0], &byte, 1) == 1);
}

/* Number of times that a task was switched from: by the kernel's count, by the records. */
struct switches {
	unsigned long kernel_voluntary;
	unsigned long kernel_forced;
	unsigned long voluntary;
	unsigned long forced;
	unsigned long kept_awake;	/* those of @voluntary with a state of 0 */
};

static void kernel_count(struct switches *sw, pid_t pid)
{
	sw->kernel_voluntary = status_value(pid, "voluntary_ctxt_switches:");
	sw->kernel_forced = status_value(pid, "nonvoluntary_ctxt_switches:");
}

static void count_switches(struct switches *sw, const struct capture *cap, pid_t pid)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_rq_switch *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_rq_switch || rec->hdr.tid != (uint32_t)pid)
			continue;
		sw->voluntary += rec->voluntary;
		sw->forced += !rec->voluntary;
		sw->kept_awake += rec->voluntary && !rec->prev_state;
	}
	printf("# kernel: %lu voluntary, %lu forced; records: %lu, of them %lu runnable, %lu\n",
	       sw->kernel_voluntary, sw->kernel_forced, sw->voluntary, sw->kept_awake,
	       sw->forced);
}

/*
 * Compare the recorded switches of task @pid with the kernel's count, up to the task's
 * wait for a byte of pipe end @fd.
 */
static struct switches end_switches(struct __test_metadata *_metadata, struct capture *cap,
				    pid_t pid, pid_t rival, int fd)
{
	struct switches sw = {};

	wait_until_in_call(pid, SYS_read);
	kernel_count(&sw, pid);
	FINISH(cap);
	ASSERT_EQ(1, write(fd, "", 1));
	REAP(pid);
	REAP(rival);
	count_switches(&sw, cap, pid);
	EXPECT_EQ(sw.kernel_voluntary, sw.voluntary);
	EXPECT_EQ(sw.kernel_forced, sw.forced);
	return sw;
}

TEST_F(sched, switches_equal_the_kernels_count)
{
	struct switches sw;
	pid_t rival, pid;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	rival = SPAWN(do_spin, NULL);
	pid = SPAWN(do_switches, fd);
	sw = end_switches(_metadata, &self->cap, pid, rival, fd[1]);
	EXPECT_LT(0, sw.voluntary);
	EXPECT_LT(0, sw.forced);
}

static void on_signal(int signo MAYBE_UNUSED)
{
}

static void do_spin_on_cpu_0(void *arg)
{
	pin_to(0);
	do_spin(arg);
}

#define NR_SLEEPS	200

static void do_interrupted_sleeps(int *fd)
{
	struct timespec ts = { .tv_sec = 60 };
	char byte;
	int i;

	pin_to(0);
	CHECK(signal(SIGUSR1, on_signal) != SIG_ERR);
	CHECK(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	CHECK(!raise(SIGSTOP));
	for (i = 0; i < NR_SLEEPS; i++)
		CHECK(syscall(SYS_nanosleep, &ts, NULL) == -1);
	CHECK(read(fd[0], &byte, 1) == 1);
}

/*
 * Each call to nanosleep() begins with a signal pending. The task is detached when its
 * last sleep ends: in /proc a stop at the begin of read() looks like a wait in read().
 */
static void interrupt_sleeps(pid_t pid)
{
	struct __ptrace_syscall_info info;
	int status, signo = 0, nr_left = NR_SLEEPS;

	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(!ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD));
	for (;; signo = WSTOPSIG(status) == SIGUSR1 ? SIGUSR1 : 0) {
		CHECK(!ptrace(PTRACE_SYSCALL, pid, NULL, signo));
		CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
		if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
			if (!nr_left)
				break;
		} else if (info.entry.nr == SYS_nanosleep) {
			CHECK(!syscall(SYS_tgkill, pid, pid, SIGUSR1));
			nr_left--;
		}
	}
	CHECK(!ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

/*
 * The task began to sleep, so the kernel counts a voluntary switch, though it is still
 * runnable.
 */
TEST_F(sched, a_switch_that_a_signal_cuts_short_is_voluntary)
{
	struct switches sw;
	pid_t rival, pid;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	rival = SPAWN(do_spin_on_cpu_0, NULL);
	pid = SPAWN(do_interrupted_sleeps, fd);
	interrupt_sleeps(pid);
	sw = end_switches(_metadata, &self->cap, pid, rival, fd[1]);
	EXPECT_LE(NR_SLEEPS, sw.voluntary);
}

/* ---- wake-ups, migrations ---- */

static const void *find(const struct capture *cap, uint16_t type, uint32_t tid)
{
	size_t i;

	for (i = 0; i < cap->nr; i++)
		if (cap->recs[i].rec->type == type && cap->recs[i].rec->tid == tid)
			return cap->recs[i].rec;
	return NULL;
}

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

/* ---- snapshot ---- */

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
