// SPDX-License-Identifier: GPL-2.0
/* Throttled groups, classes and tasks: who waits because of which quota, and for how long. */
#include "sched_builder.h"
#include "trace/event.h"

static void test_throttle(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	enqueue(&t, 3000, 12, 0, 2);
	enqueue(&t, 3000, 13, 0, 3);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_change, 0, .change = -2, .nr_running = 1, .cpu = 0);
	ktap_eq(cpu(&t, 0)->length, 1);
	ktap_eq(cpu(&t, 0)->nr_members, 3);
	ktap_result("throttling changes the length, not the members");
	TRACE(&t, rq_enqueue, 14, .nr_running = 1, .cpu = 0, .change = 0);
	TRACE(&t, rq_change, 0, .change = 3, .nr_running = 4, .cpu = 0);
	finish(&t, 5000);
	ktap_eq(cpu(&t, 0)->length, 4);
	ktap_eq(cpu(&t, 0)->nr_members, 4);
	ktap_eq(cpu(&t, 0)->nr_audits, cpu(&t, 0)->nr_agreed);
	ktap_result("and back; a task may join a throttled group");
	trace_deinit(&t);
}

/* 11 is in /a, 12 in /a/b, 13 in the root group; /a/b is throttled, then /a as well. */
static void test_throttled_groups(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	TRACE_TEXT(&t, rq_group, 0, path, "/a/b", .group = 6, .parent = 5);
	TRACE_TEXT(&t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(&t, rq_group, 0, path, "/a", .group = 5, .parent = 1);
	join(&t, 3000, 11, 5, IPCPROBE_SCHED_FAIR, 1, 1);
	join(&t, 3000, 12, 6, IPCPROBE_SCHED_FAIR, 2, 1);
	join(&t, 3000, 13, 1, IPCPROBE_SCHED_FAIR, 3, 1);
	throttle(&t, 4000, 6, 1);
	change(&t, 4000, -1, 2);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_eq(sched_nr_counted(&t.model.sched, cpu(&t, 0)), 2);
	ktap_result("a group is throttled");
	throttle(&t, 5000, 5, 1);
	change(&t, 5000, -1, 1);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 13)->state, SCHED_QUEUED);
	ktap_result("and the group that it is in");
	join(&t, 5500, 14, 6, IPCPROBE_SCHED_FAIR, 1, 0);
	ktap_eq(trace_sched(&t, 14)->state, SCHED_THROTTLED);
	ktap_true(is_member(&t, 0, 14));
	ktap_eq(cpu(&t, 0)->length, 1);
	ktap_result("a task that joins a throttled group is a member, but not counted");
	throttle(&t, 6000, 5, 0);
	change(&t, 6000, 1, 2);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 14)->state, SCHED_THROTTLED);
	ktap_result("the outer group is unthrottled, the inner is not");
	throttle(&t, 8000, 6, 0);
	change(&t, 8000, 2, 4);
	finish(&t, 9000);
	ktap_eq(trace_sched(&t, 12)->throttled_ns, 4000 * US);
	ktap_eq(trace_sched(&t, 12)->wait_ns, 2000 * US);
	ktap_eq(trace_sched(&t, 11)->throttled_ns, 1000 * US);
	ktap_eq(trace_sched(&t, 14)->throttled_ns, 2500 * US);
	ktap_false(trace_sched(&t, 13)->throttled_ns);
	ktap_eq(cpu(&t, 0)->nr_agreed, 8);
	ktap_eq(cpu(&t, 0)->nr_audits, 8);
	ktap_result("time throttled and queued are apart, and all audits agree");
	trace_deinit(&t);
}

/*
 * Time for which group @number kept tasks from running: tasks in it, and in groups
 * inside it.
 */
static uint64_t throttled_us(struct trace *t, uint32_t number)
{
	return sched_group_find(&t->model.sched.groups, number)->throttled_ns / US;
}

static void quota(struct trace *t, uint64_t us, uint32_t group, uint64_t quota_ns,
		  uint64_t period_ns)
{
	t->now_ns = us * US;
	TRACE(t, rq_quota, 0, .group = group, .quota_ns = quota_ns, .period_ns = period_ns);
}

/* 11 is in /a, 12 and 14 are in /a/b; @limited is the group that has a quota. */
static void throttle_two(struct trace *t, uint32_t limited)
{
	begin(t, MODEL_RUNQ);
	TRACE_TEXT(t, rq_group, 0, path, "/a", .group = 5, .parent = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/a/b", .group = 6, .parent = 5);
	quota(t, 2900, 5, limited == 5 ? 1000 * US : IPCPROBE_QUOTA_NONE, 5000 * US);
	join(t, 3000, 11, 5, IPCPROBE_SCHED_FAIR, 1, 1);
	join(t, 3000, 12, 6, IPCPROBE_SCHED_FAIR, 2, 1);
	throttle(t, 4000, 6, 1);
	change(t, 4000, -1, 1);
	throttle(t, 5000, 5, 1);
	change(t, 5000, -1, 0);
	join(t, 5500, 14, 6, IPCPROBE_SCHED_FAIR, 0, 0);
	throttle(t, 6000, 5, 0);
	change(t, 6000, 1, 1);
	throttle(t, 8000, 6, 0);
	change(t, 8000, 2, 3);
	finish(t, 9000);
}

/* If several groups are throttled, the time is counted for the group with the quota. */
static void test_throttled_because_of(void)
{
	struct trace t;

	throttle_two(&t, 0);
	ktap_eq(throttled_us(&t, 5), 1000);
	ktap_eq(throttled_us(&t, 6), 4000 + 2500);
	ktap_result("time is that of the group throttled first: %llu, %llu us",
		    (unsigned long long)throttled_us(&t, 5),
		    (unsigned long long)throttled_us(&t, 6));
	trace_deinit(&t);
	throttle_two(&t, 5);
	ktap_eq(throttled_us(&t, 5), 1000 + 1000 + 500);
	ktap_eq(throttled_us(&t, 6), 1000 + 2000 + 2000);
	ktap_result("or, while it is throttled, of the one with a quota: %llu, %llu us",
		    (unsigned long long)throttled_us(&t, 5),
		    (unsigned long long)throttled_us(&t, 6));
	trace_deinit(&t);
}

static void expect_quota(struct trace *t, uint64_t us, uint64_t quota_ns, uint64_t period_ns)
{
	struct sched_quota then = sched_group_quota_at(sched_group_find(&t->model.sched.groups, 5),
						       us * US);

	ktap_eq(then.quota_ns, quota_ns);
	ktap_eq(then.period_ns, period_ns);
}

/* The burst of a quota at @us. */
static uint64_t burst_at(struct trace *t, uint64_t us)
{
	return sched_group_quota_at(sched_group_find(&t->model.sched.groups, 5), us * US).burst_ns;
}

/* A burst that is changed alone; a record of a module that does not record the burst. */
static void test_burst(void)
{
	struct ipcprobe_rec_rq_quota shorter = {
		.hdr = { .len = offsetof(struct ipcprobe_rec_rq_quota, burst_ns),
			 .type = IPCPROBE_REC_rq_quota, .ts_ns = 5000 * US },
		.group = 5, .quota_ns = 20, .period_ns = 100, .burst_ns = 7,
	};
	struct trace t;

	begin(&t, MODEL_RUNQ);
	TRACE_TEXT(&t, rq_group, 0, path, "/a", .group = 5, .parent = 1, .cgroup = 77);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_quota, 0, .group = 5, .quota_ns = 20, .period_ns = 100);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_quota, 0, .group = 5, .quota_ns = 20, .period_ns = 100, .burst_ns = 10);
	ktap_eq(burst_at(&t, 3999), 0);
	ktap_eq(burst_at(&t, 4000), 10);
	ktap_result("a quota has the burst that was set last");
	ktap_eq(event_check(&shorter.hdr, shorter.hdr.len), 0);
	ktap_eq(sched_groups_set_quota(&t.model.sched.groups, &shorter), 0);
	ktap_eq(burst_at(&t, 5000), SCHED_BURST_UNKNOWN);
	ktap_result("the burst is unknown if the module did not record it");
	trace_deinit(&t);
}

/* The quotas of a group over time; a group number that is used again is another group. */
static void test_quotas(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	quota(&t, 2500, 5, 1, 2);
	TRACE_TEXT(&t, rq_group, 0, path, "/a", .group = 5, .parent = 1, .cgroup = 77);
	expect_quota(&t, 2500, 0, 0);
	ktap_result("a group without a record has no known quota");
	quota(&t, 3000, 5, 10, 100);
	TRACE_TEXT(&t, rq_group, 0, path, "/a", .group = 5, .parent = 1, .cgroup = 77);
	quota(&t, 3500, 5, 10, 100);
	expect_quota(&t, 2500, 10, 100);
	expect_quota(&t, 3500, 10, 100);
	ktap_result("the first recorded quota was valid before, too");
	quota(&t, 4000, 5, 20, 100);
	quota(&t, 5000, 5, IPCPROBE_QUOTA_NONE, 100);
	expect_quota(&t, 3999, 0, 0);
	expect_quota(&t, 4000, 20, 100);
	expect_quota(&t, 4999, 20, 100);
	expect_quota(&t, 5000, IPCPROBE_QUOTA_NONE, 100);
	ktap_result("two quotas are kept, and older ones not known");
	TRACE_TEXT(&t, rq_group, 0, path, "/b", .group = 5, .parent = 1, .cgroup = 78);
	expect_quota(&t, 6000, 0, 0);
	ktap_result("another group with that number has its own quota");
	trace_deinit(&t);
}

/* Linux 7.2: a throttled group's task leaves its queue on its way to user space. */
static void test_throttled_tasks(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.model.sched.throttles_tasks = true;
	join(&t, 3000, 11, 5, IPCPROBE_SCHED_FAIR, 1, 1);
	join(&t, 3000, 12, 5, IPCPROBE_SCHED_FAIR, 2, 1);
	run(&t, 3000, 0, 0, 0, 11);
	throttle(&t, 3500, 5, 1);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_QUEUED);
	ktap_result("a throttled group's task in the kernel goes on");
	t.now_ns = 4000 * US;
	TRACE(&t, rq_dequeue, 11, .nr_running = 1, .change = 1, .rq_flags = 0x20001);
	run(&t, 4000, 0, 11, 0, 12);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	ktap_true(is_member(&t, 0, 11));
	ktap_eq(cpu(&t, 0)->length, 1);
	ktap_eq(sched_nr_counted(&t.model.sched, cpu(&t, 0)), 1);
	ktap_result("a task that leaves its queue to be throttled is a member, but not counted");
	join(&t, 6000, 11, 5, IPCPROBE_SCHED_FAIR, 2, 1);
	ktap_false(t.model.sched.nr_failures);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_result("and counted when it goes on");
	finish(&t, 7000);
	ktap_eq(trace_sched(&t, 11)->throttled_ns, 2000 * US);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 1000 * US);
	ktap_result("until it joins one again");
	trace_deinit(&t);
}

/* Linux 6.1: the whole real-time class is throttled at once. */
static void test_throttled_class(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.model.sched.throttles_real_time = true;
	join(&t, 3000, 11, 1, IPCPROBE_SCHED_RT, 1, 1);
	join(&t, 3000, 12, 1, IPCPROBE_SCHED_RT, 2, 1);
	join(&t, 3000, 13, 1, IPCPROBE_SCHED_FAIR, 3, 1);
	change(&t, 4000, -2, 1);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 13)->state, SCHED_QUEUED);
	ktap_result("the real-time class is throttled");
	change(&t, 4500, 2, 3);
	finish(&t, 5000);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_eq(trace_sched(&t, 12)->throttled_ns, 500 * US);
	ktap_result("and goes on");
	trace_deinit(&t);
}

/*
 * A task of the class that joins meanwhile changes no length until the class is
 * unthrottled.
 */
static void test_throttled_class_joined(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.model.sched.throttles_real_time = true;
	join(&t, 3000, 11, 1, IPCPROBE_SCHED_RT, 1, 1);
	change(&t, 4000, -1, 0);
	join(&t, 4200, 12, 1, IPCPROBE_SCHED_RT, 0, 0);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_THROTTLED);
	ktap_true(is_member(&t, 0, 12));
	ktap_result("a task that joins a throttled class is throttled");
	change(&t, 4500, 2, 2);
	finish(&t, 5000);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_QUEUED);
	ktap_eq(trace_sched(&t, 12)->throttled_ns, 300 * US);
	ktap_eq(cpu(&t, 0)->nr_agreed, 4);
	ktap_result("and goes on with the others");
	trace_deinit(&t);
}

static void leave_throttled(struct trace *t, uint64_t us, uint32_t tid)
{
	t->now_ns = us * US;
	TRACE(t, rq_dequeue, tid, .cpu = 0, .change = 1, .rq_flags = IPCPROBE_DEQUEUE_THROTTLE);
}

static void wake_deadline(struct trace *t, uint64_t us, uint32_t tid)
{
	t->now_ns = us * US;
	TRACE(t, rq_wakeup, tid, .prio = -1);
}

/* A deadline task is off its queue from using up its runtime until its next period. */
static void test_throttled_deadline(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	join(&t, 3000, 11, 1, IPCPROBE_SCHED_DL, 1, 1);
	run(&t, 3000, 0, 0, 0, 11);
	leave_throttled(&t, 5000, 11);
	run(&t, 5000, 0, 11, 0, 0);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	ktap_result("a deadline task is throttled");
	join(&t, 8000, 11, 1, IPCPROBE_SCHED_DL, 1, 1);
	run(&t, 8500, 0, 0, 0, 11);
	ktap_eq(trace_sched(&t, 11)->throttled_ns, 3000 * US);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 500 * US);
	ktap_result("till its next period, and then queued");
	leave_throttled(&t, 9000, 11);
	run(&t, 9000, 0, 11, 1, 0);
	wake_deadline(&t, 9500, 11);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	ktap_eq(trace_sched(&t, 11)->sleep_ns, 500 * US);
	ktap_result("one that sleeps and is woken before that is throttled, too");
	join(&t, 9800, 11, 1, IPCPROBE_SCHED_DL, 1, 1);
	finish(&t, 10000);
	ktap_eq(trace_sched(&t, 11)->throttled_ns, 3300 * US);
	ktap_eq(cpu(&t, 0)->nr_failures, 0);
	ktap_result("until it joins its queue");
	trace_deinit(&t);

	begin(&t, MODEL_RUNQ);
	wake_deadline(&t, 3000, 11);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_THROTTLED);
	join(&t, 4000, 11, 1, IPCPROBE_SCHED_DL, 1, 1);
	ktap_eq(cpu(&t, 0)->nr_failures, 0);
	ktap_eq(trace_sched(&t, 11)->throttled_ns, 1000 * US);
	ktap_result("one that wakes too late for its deadline is throttled");
	wake(&t, 5000, 12, 0, 0);
	ktap_eq(cpu(&t, 0)->nr_failures, 1);
	ktap_result("a task of another class must have joined its queue to be woken");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(29);
	test_throttle();
	test_throttled_groups();
	test_throttled_because_of();
	test_burst();
	test_quotas();
	test_throttled_tasks();
	test_throttled_class();
	test_throttled_class_joined();
	test_throttled_deadline();
	return ktap_end();
}
