// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: the scheduler's figures. */
#include "golden.h"
#include "view/label_sched.h"
#include "view/migrations.h"
#include "view/runq.h"
#include "view/sched_views.h"
#include "view/switches.h"
#include "view/timehist.h"

#define US	1000ULL

/*
 * ping blocks on a pipe and is woken by pong; hog preempts ping, is moved to CPU 1, and
 * dies; then records are lost.
 */
static void schedule(struct trace *t)
{
	t->now_ns = 2000 * US;
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_thread(t, 12, 13);
	TRACE(t, task_comm, 13, .comm = "hog\033");
	TRACE(t, rq_snapshot, 11, .cpu = 0, .is_current = 1);
	TRACE(t, rq_snapshot_end, 11, .nr_running = 1, .nr_members = 1, .cpu = 0);
	TRACE(t, rq_snapshot, 12, .cpu = 1, .is_current = 1);
	TRACE(t, rq_snapshot_end, 12, .nr_running = 1, .nr_members = 1, .cpu = 1);
	TRACE_TEXT(t, rq_site, 0, function, "detach_tasks.isra.0", .site = 3);
	t->now_ns = 2500 * US;
	TRACE(t, pipe_block, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	TRACE(t, rq_dequeue, 11, .nr_running = 0, .change = 1);
	TRACE(t, rq_switch, 11, .next = 0, .prev_state = 1);
	t->now_ns = 3000 * US;
	TRACE(t, rq_enqueue, 11, .by = 12, .nr_running = 1, .change = 1);
	TRACE(t, rq_wakeup, 11, .waker = 12, .delay_ns = 7000);
	TRACE(t, rq_switch, 0, .next = 11);
	TRACE(t, pipe_unblock, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY);
	t->now_ns = 3300 * US;
	TRACE_TEXT(t, task_mark, 12, text, "request 17");
	t->now_ns = 3400 * US;
	TRACE(t, rq_enqueue, 13, .by = 0, .nr_running = 2, .change = 1);
	TRACE(t, rq_wakeup, 13, .waker = 0, .delay_ns = 2000, .is_new = 1);
	TRACE(t, rq_switch, 11, .next = 13, .preempt = 1);
	t->now_ns = 3900 * US;
	TRACE(t, rq_switch, 13, .next = 11);
	TRACE(t, rq_dequeue, 13, .nr_running = 1, .change = 1);
	TRACE(t, rq_migrate, 13, .by = 12, .from_cpu = 0, .to_cpu = 1, .site = 3,
	      .context = IPCPROBE_CONTEXT_SOFTIRQ);
	TRACE(t, rq_enqueue, 13, .nr_running = 2, .cpu = 1, .change = 1);
	t->now_ns = 4100 * US;
	TRACE(t, rq_switch, 12, .next = 13, .cpu = 1);
	t->now_ns = 4300 * US;
	TRACE(t, rq_dequeue, 13, .nr_running = 1, .cpu = 1, .change = 1);
	TRACE(t, rq_switch, 13, .next = 12, .prev_state = 0x80, .cpu = 1);
	t->now_ns = 4800 * US;
	TRACE(t, lost, 0, .begin_ns = 4500 * US, .nr_lost = 9, .class_id = IPCPROBE_CLASS_SCHED);
	TRACE(t, rq_switch, 0, .next = 12, .cpu = 1);
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 5000 * US;
	trace_finish(t);
}

/* arguments of these views */
static const bool text = false, json = true;

static struct view_runq sched_view(const bool *is_json)
{
	return (struct view_runq){ .scope = &trace_all, .is_json = *is_json,
				   .top = VIEW_RUNQ_TOP, .start_ns = 1000 * US };
}

static int stat_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct blocked blocked;
	struct view_stat view = { .runq = &runq, .blocked = &blocked };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS);
	if (blocked_init(&blocked))
		abort();
	t.model.sched.watch = &blocked.watch;
	schedule(&t);
	err = runq.is_json ? view_stat_json(&t.model, &view) :
				  view_stat_print(&t.model, &view);
	blocked_deinit(&blocked);
	trace_deinit(&t);
	return t.err ?: err;
}

/* ---- quotas ---- */

static void quota_join(struct trace *t, uint32_t tid, uint32_t group, uint16_t cpu, uint32_t nr)
{
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .change = 1, .cpu = cpu, .group = group,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
}

/* @tid runs 20 ms of the 100 ms from @ms on, on CPU 0. */
static void quota_period(struct trace *t, uint64_t ms, uint32_t tid, uint32_t group)
{
	t->now_ns = ms * 1000 * US;
	TRACE(t, rq_switch, 0, .next = tid);
	t->now_ns = (ms + 20) * 1000 * US;
	TRACE(t, rq_throttle, 0, .group = group, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -1, .nr_running = 0);
	TRACE(t, rq_switch, tid, .next = 0);
	t->now_ns = (ms + 100) * 1000 * US;
	TRACE(t, rq_throttle, 0, .group = group);
	TRACE(t, rq_change, 0, .change = 1, .nr_running = 1);
}

/*
 * limited is in a group inside a group with a quota, which is changed after half of the
 * time; free runs all the time on CPU 1, in a group without a limit.
 */
static void quotas(struct trace *t, bool is_known)
{
	const uint64_t ms = 1000 * US;

	t->now_ns = 90 * ms;
	trace_snapshot(t, 11, 1, "limited");
	trace_snapshot(t, 12, 1, "free");
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/limited", .group = 5, .parent = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/limited/inner", .group = 6, .parent = 5);
	TRACE_TEXT(t, rq_group, 0, path, "/free", .group = 7, .parent = 1);
	if (is_known) {
		TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 20 * ms, .period_ns = 100 * ms);
		TRACE(t, rq_quota, 0, .group = 6, .quota_ns = IPCPROBE_QUOTA_NONE,
		      .period_ns = 100 * ms);
		TRACE(t, rq_quota, 0, .group = 7, .quota_ns = IPCPROBE_QUOTA_NONE,
		      .period_ns = 100 * ms);
	}
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 1);
	t->now_ns = 100 * ms;
	quota_join(t, 12, 7, 1, 1);
	TRACE(t, rq_switch, 0, .next = 12, .cpu = 1);
	t->now_ns = 100 * ms;
	quota_join(t, 11, 6, 0, 1);
	quota_period(t, 100, 11, 5);
	quota_period(t, 200, 11, 5);
	if (is_known)
		TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 10 * ms, .period_ns = 50 * ms,
		      .burst_ns = 5 * ms);
	quota_period(t, 300, 11, 5);
	quota_period(t, 400, 11, 5);
	t->now_ns = 500 * ms;
	trace_finish(t);
}

/* Six tasks are throttled at once on one CPU. */
static void crowd(struct trace *t)
{
	const uint64_t ms = 1000 * US;
	uint32_t i;

	t->now_ns = 90 * ms;
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/crowd", .group = 5, .parent = 1);
	TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 20 * ms, .period_ns = 100 * ms);
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	for (i = 0; i < 6; i++) {
		t->now_ns = 100 * ms;
		quota_join(t, 21 + i, 5, 0, 1 + i);
	}
	t->now_ns = 100 * ms;
	TRACE(t, rq_switch, 0, .next = 21);
	t->now_ns = 120 * ms;
	TRACE(t, rq_throttle, 0, .group = 5, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -6, .nr_running = 0);
	t->now_ns = 120 * ms;
	TRACE(t, rq_switch, 21, .next = 0);
	t->now_ns = 200 * ms;
	trace_finish(t);
}

static bool is_quota_known, is_crowd;

static int quota_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct latency latency;
	struct view_latency view = { .runq = &runq, .latency = &latency };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (latency_init(&latency, runq.scope, LATENCY_BY_CGROUP))
		abort();
	t.model.sched.watch = &latency.watch;
	if (is_crowd)
		crowd(&t);
	else
		quotas(&t, is_quota_known);
	err = runq.is_json ? view_latency_json(&t.model, &view) :
				  view_latency_print(&t.model, &view);
	latency_deinit(&latency);
	trace_deinit(&t);
	return t.err ?: err;
}

static enum latency_by latency_by;

static int latency_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct latency latency;
	struct view_latency view = { .runq = &runq, .latency = &latency, .has_histogram = true,
				     .is_each = latency_by == LATENCY_BY_CPU,
				     .has_parts = latency_by == LATENCY_BY_CGROUP };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (latency_init(&latency, runq.scope, latency_by))
		abort();
	t.model.sched.watch = &latency.watch;
	schedule(&t);
	err = runq.is_json ? view_latency_json(&t.model, &view) :
				  view_latency_print(&t.model, &view);
	latency_deinit(&latency);
	trace_deinit(&t);
	return t.err ?: err;
}

/* options of timehist */
static struct timehist timehist_flags;

static int timehist_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct timehist th;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS);
	if (timehist_init(&th, &t.model, &runq))
		abort();
	th.has_wakeups = timehist_flags.has_wakeups;
	th.has_migrations = timehist_flags.has_migrations;
	th.has_next = timehist_flags.has_next;
	th.has_state = timehist_flags.has_state;
	th.has_cpus = timehist_flags.has_cpus;
	th.is_precise = timehist_flags.is_precise;
	th.has_summary = timehist_flags.has_summary;
	t.model.sched.watch = &th.watch;
	timehist_print_head(&th);
	schedule(&t);
	err = timehist_print(&t.model, &th);
	timehist_deinit(&th);
	trace_deinit(&t);
	return t.err ?: err;
}

static int switches_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct switches sw;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (switches_init(&sw, &t.model, &runq))
		abort();
	t.model.sched.watch = &sw.watch;
	schedule(&t);
	err = switches_print(&t.model, &sw);
	switches_deinit(&sw);
	trace_deinit(&t);
	return t.err ?: err;
}

static int migrations_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct migrations mig;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (migrations_init(&mig, &t.model, &runq))
		abort();
	t.model.sched.watch = &mig.watch;
	migrations_print_head(&mig);
	schedule(&t);
	err = migrations_print(&t.model, &mig);
	migrations_deinit(&mig);
	trace_deinit(&t);
	return t.err ?: err;
}

static void test_sched(void)
{
	compare("sched-stat.txt", capture(stat_view, NULL, &text));
	compare("sched-stat.json", capture(stat_view, NULL, &json));
	latency_by = LATENCY_BY_TASK;
	compare("sched-latency.txt", capture(latency_view, NULL, &text));
	compare("sched-latency.json", capture(latency_view, NULL, &json));
	latency_by = LATENCY_BY_WAKER;
	compare("sched-latency-waker.txt", capture(latency_view, NULL, &text));
	latency_by = LATENCY_BY_CPU;
	compare("sched-latency-cpu.txt", capture(latency_view, NULL, &text));
	latency_by = LATENCY_BY_CGROUP;
	compare("sched-latency-cgroup.txt", capture(latency_view, NULL, &text));
	compare("sched-quota-unknown.txt", capture(quota_view, NULL, &text));
	is_quota_known = true;
	compare("sched-quota.txt", capture(quota_view, NULL, &text));
	compare("sched-quota.json", capture(quota_view, NULL, &json));
	is_crowd = true;
	compare("sched-quota-crowd.txt", capture(quota_view, NULL, &text));
	compare("sched-timehist.txt", capture(timehist_view, NULL, &text));
	timehist_flags = (struct timehist){ .has_wakeups = true, .has_migrations = true,
		.has_next = true, .has_state = true, .has_cpus = true, .has_summary = true };
	compare("sched-timehist-all.txt", capture(timehist_view, NULL, &text));
	compare("sched-timehist.json", capture(timehist_view, NULL, &json));
	timehist_flags = (struct timehist){ .is_precise = true };
	compare("sched-precise.txt", capture(timehist_view, NULL, &text));
	compare("sched-precise.json", capture(timehist_view, NULL, &json));
	compare("sched-map.txt", capture(switches_view, NULL, &text));
	compare("sched-map.json", capture(switches_view, NULL, &json));
	compare("sched-migrations.txt", capture(migrations_view, NULL, &text));
	compare("sched-migrations.json", capture(migrations_view, NULL, &json));
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 20);
	test_sched();
	return ktap_end();
}
