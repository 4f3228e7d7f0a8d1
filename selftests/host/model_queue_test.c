// SPDX-License-Identifier: GPL-2.0
/* Run queues: members, lengths, audits, latencies, the states of tasks, the timeline. */
#include <math.h>

#include "lib/hist.h"
#include "sched_builder.h"
#include "watch/blocked.h"

static void test_basic(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	wake(&t, 3000, 11, 500, 0);
	run(&t, 3002, 0, 0, 0, 11);
	enqueue(&t, 4000, 12, 0, 2);
	wake(&t, 4000, 12, 1000, 0);
	run(&t, 5000, 0, 11, 0, 12);
	dequeue(&t, 6000, 12, 0, 1);
	run(&t, 6000, 0, 12, 1, 11);
	dequeue(&t, 8000, 11, 0, 0);
	run(&t, 8000, 0, 11, 1, 0);
	finish(&t, 12000);
	ktap_eq(cpu(&t, 0)->nr_audits, 4);
	ktap_eq(cpu(&t, 0)->nr_agreed, 4);
	ktap_result("all audits agree");
	ktap_eq(cpu(&t, 0)->length_ns[0], 5000 * US);
	ktap_eq(cpu(&t, 0)->length_ns[1], 3000 * US);
	ktap_eq(cpu(&t, 0)->length_ns[2], 2000 * US);
	ktap_eq(sched_max_length(cpu(&t, 0)), 2);
	ktap_lt(fabs(sched_mean_length(cpu(&t, 0)) - 0.7), 1e-9);
	ktap_result("time at each length, its mean and its maximum");
	ktap_eq(cpu(&t, 0)->busy_ns, 4998 * US);
	ktap_eq(cpu(&t, 0)->idle_ns, 5002 * US);
	ktap_result("time busy and idle");
	ktap_eq(trace_sched(&t, 11)->run_ns, 3998 * US);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 1002 * US);
	ktap_eq(trace_sched(&t, 12)->run_ns, 1000 * US);
	ktap_eq(trace_sched(&t, 12)->wait_ns, 1000 * US);
	ktap_result("time running and time queued of each task");
	ktap_eq(trace_sched(&t, 11)->latency.count, 1);
	ktap_eq(trace_sched(&t, 11)->latency.max, 2500);
	ktap_eq(trace_sched(&t, 12)->latency.max, 1001 * US);
	ktap_eq(trace_sched(&t, 12)->nr_wakeups, 1);
	ktap_result("latency runs from the waker's call until the task runs");
	ktap_eq(trace_sched(&t, 11)->nr_preempted, 1);
	ktap_eq(trace_sched(&t, 11)->nr_voluntary, 1);
	ktap_eq(trace_sched(&t, 12)->nr_voluntary, 1);
	ktap_result("preempted or gave up the CPU");
	trace_deinit(&t);
}

static void test_disagree(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	enqueue(&t, 4000, 12, 0, 3);
	dequeue(&t, 5000, 12, 0, 2);
	dequeue(&t, 6000, 11, 0, 0);
	enqueue(&t, 7000, 11, 0, IPCPROBE_NR_UNKNOWN);
	finish(&t, 8000);
	ktap_eq(cpu(&t, 0)->nr_audits, 4);
	ktap_eq(cpu(&t, 0)->nr_agreed, 2);
	ktap_eq(t.model.sched.nr_disagreements, 2);
	ktap_eq(t.model.sched.disagreement[0].kernel, 3);
	ktap_eq(t.model.sched.disagreement[0].model, 2);
	ktap_result("audits that fail are counted and listed; no length, no audit");
	ktap_eq(sched_known_ns(cpu(&t, 0)), 4000 * US);
	ktap_result("time before an audit that disagrees is not counted: %llu ns",
		    (unsigned long long)sched_known_ns(cpu(&t, 0)));
	ktap_eq(cpu(&t, 0)->length, 1);
	ktap_false(model_runq_complete(&t.model));
	ktap_result("the kernel's length is taken from there, and no figure is exact");
	trace_deinit(&t);
}

static void test_delayed(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	wake(&t, 3000, 11, 0, 0);
	run(&t, 3000, 0, 0, 0, 11);
	enqueue(&t, 3500, 12, 0, 2);
	run(&t, 4000, 0, 11, 1, 12);
	ktap_true(is_member(&t, 0, 11));
	ktap_eq(trace_sched(&t, 11)->state, SCHED_DELAYED);
	ktap_eq(cpu(&t, 0)->length, 2);
	ktap_result("a task that sleeps and was not dequeued is still a member");
	wake(&t, 6000, 11, 200, 0);
	run(&t, 6001, 0, 12, 0, 11);
	dequeue(&t, 7000, 12, 0, 1);
	finish(&t, 8000);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 1000);
	ktap_eq(trace_sched(&t, 11)->latency.count, 2);
	ktap_eq(trace_sched(&t, 11)->latency.max, 1200);
	ktap_result("it waits from its wake-up on, although there is no enqueue");
	ktap_eq(cpu(&t, 0)->nr_agreed, 3);
	ktap_eq(cpu(&t, 0)->nr_audits, 3);
	ktap_result("its audits agree");
	trace_deinit(&t);
}

/* The load balancer moves 11 to another queue; 11 sleeps on. */
static void test_delayed_moves(void)
{
	const struct sched_task *task;
	struct blocked blocked;
	struct trace t;

	begin(&t, MODEL_RUNQ | MODEL_WAITS);
	if (blocked_init(&blocked))
		abort();
	t.model.sched.watch = &blocked.watch;
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	TRACE(&t, pipe_block, 11, .pipe = 5, .flags = IPCPROBE_IO_EMPTY);
	run(&t, 3500, 0, 11, 1, 0);
	dequeue(&t, 3700, 11, 0, 0);
	enqueue(&t, 3701, 11, 1, 1);
	ktap_true(is_member(&t, 1, 11));
	ktap_eq(trace_sched(&t, 11)->state, SCHED_DELAYED);
	ktap_result("a member that sleeps does so on another queue, too");
	wake(&t, 4000, 11, 0, 1);
	run(&t, 4100, 1, 0, 0, 11);
	finish(&t, 5000);
	task = trace_sched(&t, 11);
	ktap_eq(task->wait_ns, 100 * US);
	ktap_eq(task->blocked_ns[WAIT_PIPE], 500 * US);
	ktap_result("until it is woken");
	ktap_eq(blocked.row.nr, 2);
	ktap_eq(blocked_row_at(&blocked, 1)->ns, 500 * US);
	ktap_eq(blocked_row_at(&blocked, 1)->count, 1);
	ktap_result("the object that it blocked on has all of that time, as once");
	blocked_deinit(&blocked);
	trace_deinit(&t);
}

static void test_snapshot(void)
{
	struct trace t;

	trace_init(&t, MODEL_RUNQ);
	trace_snapshot(&t, 11, 1, "a");
	trace_snapshot(&t, 12, 1, "b");
	enqueue(&t, 1500, 12, 0, 2);
	ktap_false(cpu(&t, 0)->nr_audits);
	ktap_result("records before the snapshot do not make the queue known");
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot, 11, .cpu = 0, .is_current = 1);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot, 12, .cpu = 0);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot_end, 11, .nr_running = 3, .nr_members = 2, .cpu = 0);
	ktap_true(cpu(&t, 0)->is_known);
	ktap_eq(cpu(&t, 0)->length, 3);
	ktap_eq(cpu(&t, 0)->nr_members, 2);
	ktap_true(is_member(&t, 0, 11));
	ktap_eq(trace_sched(&t, 11)->state, SCHED_RUNNING);
	ktap_result("a snapshot has members, current task and length");
	dequeue(&t, 3000, 12, 0, 2);
	finish(&t, 4000);
	ktap_eq(cpu(&t, 0)->nr_agreed, 1);
	ktap_eq(sched_known_ns(cpu(&t, 0)), 2000 * US);
	ktap_eq(trace_sched(&t, 11)->run_ns, 2000 * US);
	ktap_result("and the time before it is unknown");
	trace_deinit(&t);

	trace_init(&t, MODEL_RUNQ);
	TRACE(&t, rq_snapshot, 11, .cpu = 0, .is_current = 1);
	TRACE(&t, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2, .cpu = 0);
	ktap_false(cpu(&t, 0)->is_known);
	ktap_result("a snapshot with a missing record does not count");
	trace_deinit(&t);
}

static void test_migrate(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	enqueue(&t, 3100, 12, 0, 2);
	dequeue(&t, 3500, 12, 0, 1);
	t.now_ns = 3500 * US;
	TRACE(&t, rq_migrate, 12, .from_cpu = 0, .to_cpu = 1);
	enqueue(&t, 3501, 12, 1, 1);
	run(&t, 3600, 1, 0, 0, 12);
	finish(&t, 4000);
	ktap_true(is_member(&t, 1, 12));
	ktap_false(is_member(&t, 0, 12));
	ktap_eq(trace_sched(&t, 12)->nr_migrations, 1);
	ktap_eq(trace_sched(&t, 12)->wait_ns, (400 + 99) * US);
	ktap_result("a task that moves to another queue");
	trace_deinit(&t);
}

/* The clocks of two CPUs differ a little: the record of the new queue comes first. */
static void test_inversion(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 12, 0, 1);
	enqueue(&t, 3500, 12, 1, 1);
	dequeue(&t, 3500, 12, 0, 0);
	finish(&t, 4000);
	ktap_true(is_member(&t, 1, 12));
	ktap_false(cpu(&t, 0)->first);
	ktap_eq(cpu(&t, 0)->nr_agreed, 2);
	ktap_eq(cpu(&t, 1)->nr_agreed, 1);
	ktap_result("a task is on the queue it joined last");
	trace_deinit(&t);
}

static void test_reset(void)
{
	struct trace t;

	trace_init(&t, MODEL_RUNQ);
	model_set_from(&t.model, 5000 * US);
	trace_snapshot(&t, 11, 1, "a");
	empty_snapshot(&t, 2000, 0);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	dequeue(&t, 7000, 11, 0, 0);
	run(&t, 7000, 0, 11, 1, 0);
	finish(&t, 8000);
	ktap_eq(trace_sched(&t, 11)->run_ns, 2000 * US);
	ktap_eq(cpu(&t, 0)->length_ns[1], 2000 * US);
	ktap_eq(cpu(&t, 0)->busy_ns, 2000 * US);
	ktap_eq(cpu(&t, 0)->idle_ns, 1000 * US);
	ktap_eq(cpu(&t, 0)->nr_audits, 1);
	ktap_result("a window counts its own time only, with what was known before");
	trace_deinit(&t);
}

static void test_percentiles(void)
{
	struct hist hist = { 0 }, sum = { 0 };
	uint64_t i, p50, p99;

	for (i = 1; i <= 100000; i++)
		hist_add(&hist, i * 10);
	p50 = hist_percentile(&hist, 50);
	p99 = hist_percentile(&hist, 99);
	ktap_eq(hist.count, 100000);
	ktap_eq(hist.max, 1000000);
	ktap_eq(hist_mean(&hist), 500005);
	ktap_result("histogram: count, maximum and mean are exact");
	ktap_ge(p50, 500000);
	ktap_lt(p50, 516500);
	ktap_ge(p99, 990000);
	ktap_lt(p99, 1022000);
	ktap_eq(hist_percentile(&hist, 100), 1000000);
	ktap_result("percentiles are at most 3.2 %% too high");
	hist_merge(&sum, &hist);
	hist_add(&sum, 3);
	ktap_eq(sum.count, 100001);
	ktap_eq(hist_percentile(&sum, 0), 3);
	ktap_eq(sum.min, 3);
	ktap_result("histograms add up");
	hist_deinit(&hist);
	hist_deinit(&sum);
}

static void test_timeline(void)
{
	uint64_t busy_ns = 0, idle_ns = 0, i;
	struct timeline *line;
	struct trace t;

	begin(&t, MODEL_RUNQ | MODEL_TIMELINE);
	for (i = 0; i < 1000; i++) {
		enqueue(&t, 3000 + i * 100, 11, 0, 1);
		run(&t, 3000 + i * 100, 0, 0, 0, 11);
		dequeue(&t, 3030 + i * 100, 11, 0, 0);
		run(&t, 3030 + i * 100, 0, 11, 1, 0);
	}
	finish(&t, 103000);
	line = t.model.sched.timeline;
	for (i = 0; i < TIMELINE_NR_SLOTS; i++) {
		busy_ns += line->lane[0][i].busy_ns;
		idle_ns += line->lane[0][i].idle_ns;
	}
	ktap_eq(busy_ns, 30000 * US);
	ktap_eq(busy_ns, cpu(&t, 0)->busy_ns);
	ktap_eq(idle_ns, cpu(&t, 0)->idle_ns);
	ktap_result("the timeline's slots add up to all time");
	trace_deinit(&t);
}

/* 11 sleeps twice, first on a pipe, and the second time stays on its queue; 12 ends. */
static void test_states(void)
{
	const struct sched_task *task;
	struct trace t;

	begin(&t, MODEL_RUNQ | MODEL_WAITS);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	TRACE(&t, pipe_block, 11, .pipe = 5, .flags = IPCPROBE_IO_EMPTY);
	dequeue(&t, 3100, 11, 0, 0);
	run(&t, 3100, 0, 11, 1, 0);
	enqueue(&t, 3500, 11, 0, 1);
	wake(&t, 3500, 11, 0, 0);
	run(&t, 3600, 0, 0, 0, 11);
	TRACE(&t, pipe_read, 11, .pipe = 5, .ret = 1);
	run(&t, 4000, 0, 11, 1, 0);
	dequeue(&t, 4700, 11, 0, 0);
	enqueue(&t, 4900, 12, 1, 1);
	run(&t, 4900, 1, 0, 0, 12);
	dequeue(&t, 5000, 12, 1, 0);
	run(&t, 5000, 1, 12, 0x80, 0);
	finish(&t, 6000);
	task = trace_sched(&t, 11);
	ktap_eq(task->run_ns, 500 * US);
	ktap_eq(task->wait_ns, 100 * US);
	ktap_eq(task->sleep_ns, (400 + 1300) * US);
	ktap_eq(task->delayed_ns, 700 * US);
	ktap_result("time in each state");
	ktap_eq(task->blocked_ns[WAIT_PIPE], 400 * US);
	ktap_eq(task->blocked_ns[WAIT_NONE], (1300 + 700) * US);
	ktap_result("a task blocks on a pipe until its read has ended");
	ktap_eq(trace_sched(&t, 12)->run_ns, 100 * US);
	ktap_false(trace_sched(&t, 12)->sleep_ns);
	ktap_result("an ended task does not sleep");
	trace_deinit(&t);
}

/* Linux 6.1 records the state of a task that has a signal pending and cannot sleep. */
static void test_sleepers_leave(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.model.sched.sleepers_leave = true;
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	run(&t, 3500, 0, 11, 1, 12);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_eq(trace_sched(&t, 11)->out_state, 0);
	ktap_result("a member that leaves the CPU is runnable where sleepers leave the queue first");
	dequeue(&t, 4000, 11, 0, 0);
	enqueue(&t, 4000, 11, 0, 1);
	run(&t, 4000, 0, 12, 1, 11);
	dequeue(&t, 4500, 11, 0, 0);
	run(&t, 4500, 0, 11, 1, 0);
	finish(&t, 5000);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_ASLEEP);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 500 * US);
	ktap_result("a task that is no member sleeps");
	trace_deinit(&t);
}

/* The task began to sleep, and its wake-up found it on its queue. */
static void test_woken_while_queued(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_switch, 11, .next = 12, .prev_state = 1, .preempt = 1, .cpu = 0);
	wake(&t, 7000, 11, 0, 0);
	run(&t, 8000, 0, 12, 1, 11);
	ktap_eq(delay_ns(&trace_sched(&t, 11)->delay), 4000 * US);
	ktap_result("a preempted task is runnable from then on, whenever it is woken");
	trace_deinit(&t);
}

static void test_migrating(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 12, 0, 1);
	dequeue(&t, 3500, 12, 0, 0);
	t.now_ns = 3510 * US;
	TRACE(&t, rq_migrate, 12, .from_cpu = 0, .to_cpu = 1);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_MIGRATING);
	ktap_result("between two queues it is on its way");
	enqueue(&t, 3520, 12, 1, 1);
	finish(&t, 4000);
	ktap_eq(trace_sched(&t, 12)->migrating_ns, 20 * US);
	ktap_eq(trace_sched(&t, 12)->wait_ns, 980 * US);
	ktap_result("for as long as that takes");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(34);
	test_basic();
	test_disagree();
	test_delayed();
	test_delayed_moves();
	test_snapshot();
	test_migrate();
	test_inversion();
	test_reset();
	test_percentiles();
	test_timeline();
	test_states();
	test_sleepers_leave();
	test_woken_while_queued();
	test_migrating();
	return ktap_end();
}
