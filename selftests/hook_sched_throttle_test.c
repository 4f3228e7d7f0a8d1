// SPDX-License-Identifier: GPL-2.0
/* Class sched: throttling of the real-time class and of groups, and their quotas. */
#include <kselftest_harness.h>

#include "sched_fixture.h"

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
	size_t i, nr_groups = 0;
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

		nr_groups += rec->hdr.type == IPCPROBE_REC_rq_group && !strcmp(rec->path, inner) &&
			   rec->group && rec->parent;
	}
	EXPECT_EQ(1, nr_groups);
	FINISH(&self->cap);
	rmdir(path);
	rmdir(outer);
}

/* The group's number and its quota, as recorded since the last capture_forget(). */
struct recorded_quota {
	uint32_t group;
	uint64_t quota_ns;
	uint64_t period_ns;
	uint64_t burst_ns;
	size_t nr;
};

static void find_quota(struct capture *cap, const char *path, struct recorded_quota *recorded)
{
	size_t i;

	recorded->nr = 0;
	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;
		const struct ipcprobe_rec_rq_group *group = (const void *)rec;
		const struct ipcprobe_rec_rq_quota *quota = (const void *)rec;

		if (rec->type == IPCPROBE_REC_rq_group && !strcmp(group->path, path))
			recorded->group = group->group;
		if (rec->type != IPCPROBE_REC_rq_quota || quota->group != recorded->group)
			continue;
		recorded->quota_ns = quota->quota_ns;
		recorded->period_ns = quota->period_ns;
		recorded->burst_ns = quota->burst_ns;
		recorded->nr++;
	}
}

#define EXPECT_QUOTA(recorded, count, quota, period) do {	\
	EXPECT_EQ(count, (recorded).nr);			\
	EXPECT_EQ(quota, (recorded).quota_ns);		\
	EXPECT_EQ(period, (recorded).period_ns);		\
} while (0)

/*
 * The quota is recorded at the start, when it is set, and when the limit is removed;
 * not if the kernel refuses it.
 */
TEST_F(sched, quota_of_a_group)
{
	const char *group = "/sys/fs/cgroup/ipcprobe-quota", *path = strrchr(group, '/');
	const char *max = "/sys/fs/cgroup/ipcprobe-quota/cpu.max";
	struct recorded_quota recorded = { 0 };

	if (!write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu") ||
	    (mkdir(group, 0755) && errno != EEXIST))
		SKIP(return, "no cgroup cpu controller");
	ASSERT_TRUE(write_file(max, "20000 100000"));
	ASSERT_EQ(0, capture_start(&self->cap));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &recorded);
	EXPECT_QUOTA(recorded, 1, 20000000, 100000000);
	capture_forget(&self->cap);
	ASSERT_TRUE(write_file(max, "30000 50000"));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &recorded);
	EXPECT_QUOTA(recorded, 1, 30000000, 50000000);
	EXPECT_EQ(0, recorded.burst_ns);
	capture_forget(&self->cap);
	ASSERT_TRUE(write_file("/sys/fs/cgroup/ipcprobe-quota/cpu.max.burst", "15000"));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &recorded);
	EXPECT_QUOTA(recorded, 1, 30000000, 50000000);
	EXPECT_EQ(15000000, recorded.burst_ns);
	capture_forget(&self->cap);
	EXPECT_TRUE(write_file("/sys/fs/cgroup/ipcprobe-quota/cpu.max.burst", "0"));
	capture_drain(&self->cap);
	capture_forget(&self->cap);
	EXPECT_FALSE(write_file(max, "1 50000"));
	EXPECT_TRUE(write_file(max, "max"));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &recorded);
	EXPECT_QUOTA(recorded, 1, IPCPROBE_QUOTA_NONE, 50000000);
	capture_forget(&self->cap);
	EXPECT_EQ(0, rmdir(group));
	ASSERT_EQ(0, mkdir(group, 0755));
	capture_drain(&self->cap);
	find_quota(&self->cap, path, &recorded);
	EXPECT_QUOTA(recorded, 1, IPCPROBE_QUOTA_NONE, 100000000);
	FINISH(&self->cap);
	rmdir(group);
}

TEST_HARNESS_MAIN
