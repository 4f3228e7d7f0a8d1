// SPDX-License-Identifier: GPL-2.0
/* A scheduler's recording: checks, causes, the time of figures, watchers, CPUs that go offline. */
#include "sched_builder.h"
#include "watch/cause.h"

static bool is_cause(struct trace *t, const char *function, uint16_t context, const char *want)
{
	struct ipcprobe_rec_rq_migrate rec = { .site = function ? 1 : 0, .context = context };
	const char *cause;

	if (function)
		TRACE_TEXT(t, rq_site, 0, function, function, .site = 1);
	cause = sched_migrate_cause(&t->model.sched.groups, rec.site, rec.context);
	if (want ? cause && !strcmp(cause, want) : !cause)
		return true;
	ktap_note("%s, context %u: %s", function ?: "no function", context, cause ?: "none");
	return false;
}

static void test_causes(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	ktap_true(is_cause(&t, NULL, 0, NULL));
	ktap_true(is_cause(&t, "try_to_wake_up", IPCPROBE_CONTEXT_SOFTIRQ, "wake-up"));
	ktap_true(is_cause(&t, "detach_tasks", IPCPROBE_CONTEXT_SOFTIRQ, "periodic balancing"));
	ktap_true(is_cause(&t, "detach_tasks", IPCPROBE_CONTEXT_SWITCH, "newly idle balancing"));
	ktap_true(is_cause(&t, "detach_task.constprop.0", IPCPROBE_CONTEXT_STOPPER,
			   "active balancing"));
	ktap_true(is_cause(&t, "move_queued_task", IPCPROBE_CONTEXT_STOPPER, "affinity or exec"));
	ktap_true(is_cause(&t, "move_queued_task", 0, "affinity"));
	ktap_true(is_cause(&t, "move_queued_task",
			   IPCPROBE_CONTEXT_STOPPER | IPCPROBE_CONTEXT_OFFLINE, "hotplug"));
	ktap_true(is_cause(&t, "__migrate_swap_task", IPCPROBE_CONTEXT_STOPPER, "NUMA"));
	ktap_true(is_cause(&t, "pull_rt_task", IPCPROBE_CONTEXT_SWITCH, "real-time pull"));
	ktap_true(is_cause(&t, "push_dl_task", 0, "deadline push"));
	ktap_true(is_cause(&t, "detach_tasks_of_doom", 0, "detach_tasks_of_doom"));
	ktap_result("a migration has its cause: the function and its caller");
	ktap_eq(sched_request_of("update_curr"), REQUEST_SLICE);
	ktap_eq(sched_request_of("check_preempt_wakeup_fair"), REQUEST_WAKEUP);
	ktap_eq(sched_request_of("wakeup_preempt"), REQUEST_CLASS);
	ktap_eq(sched_request_of("wakeup_preempt_rt"), REQUEST_PRIO);
	ktap_eq(sched_request_of("task_tick_fair"), REQUEST_TICK);
	ktap_eq(sched_request_of("update_current"), REQUEST_UNKNOWN);
	ktap_eq(sched_request_of(NULL), REQUEST_UNKNOWN);
	ktap_result("a request to give up the CPU has its cause");
	trace_deinit(&t);
}

static void test_end(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	join(&t, 3000, 11, 1, IPCPROBE_SCHED_FAIR, 1, 1);
	run(&t, 3000, 0, 0, 0, 11);
	join(&t, 3100, 12, 1, IPCPROBE_SCHED_FAIR, 2, 1);
	enqueue(&t, 3200, 13, 1, 1);
	run(&t, 3200, 1, 0, 0, 13);
	t.now_ns = 4900 * US;
	TRACE(&t, rq_snapshot, 12, .group = 1, .prio = 120,
	      .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(&t, rq_snapshot, 11, .is_current = 1, .group = 1, .prio = 120,
	      .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(&t, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2);
	ktap_eq(cpu(&t, 0)->nr_checks, 1);
	ktap_eq(cpu(&t, 0)->nr_same, 1);
	ktap_false(t.model.sched.nr_failures);
	ktap_result("a queue's members agree with the kernel's");
	t.now_ns = 5000 * US;
	TRACE(&t, rq_snapshot, 12, .group = 1, .prio = 120,
	      .sched_class = IPCPROBE_SCHED_FAIR,
	      .member_state = IPCPROBE_RQ_DELAYED);
	TRACE(&t, rq_snapshot, 11, .is_current = 1, .group = 5, .prio = 7,
	      .sched_class = IPCPROBE_SCHED_RT);
	TRACE(&t, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2);
	ktap_eq(cpu(&t, 0)->nr_same, 1);
	ktap_eq(t.model.sched.nr_failures, 4);
	ktap_eq(t.model.sched.check[SCHED_CHECK_STATE].nr_failed, 1);
	ktap_eq(t.model.sched.check[SCHED_CHECK_CLASS].nr_failed, 1);
	ktap_eq(t.model.sched.check[SCHED_CHECK_PRIO].nr_failed, 1);
	ktap_eq(t.model.sched.check[SCHED_CHECK_GROUP].nr_failed, 1);
	ktap_result("each field in which a member differs is listed: %llu",
		    (unsigned long long)t.model.sched.nr_failures);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_DELAYED);
	ktap_eq(trace_sched(&t, 11)->group, 5);
	ktap_eq(cpu(&t, 0)->nr_wakeups, 0);
	ktap_eq(cpu(&t, 0)->nr_switches, 1);
	ktap_result("the kernel's values are taken over, but count as no activity");
	t.now_ns = 5000 * US;
	TRACE(&t, rq_snapshot, 14, .cpu = 1);
	TRACE(&t, rq_snapshot_end, 0, .cpu = 1, .nr_running = 1, .nr_members = 1);
	finish(&t, 5000);
	ktap_eq(cpu(&t, 1)->nr_checks, 1);
	ktap_false(cpu(&t, 1)->nr_same);
	ktap_eq(t.model.sched.nr_failures, 7);
	ktap_eq(t.model.sched.failure[4].task, tasks_known_tid(&t.model.tasks, 14));
	ktap_false(t.model.sched.failure[4].model);
	ktap_true(t.model.sched.failure[5].model);
	ktap_eq(t.model.sched.check[SCHED_CHECK_MEMBER].nr_failed, 2);
	ktap_eq(t.model.sched.check[SCHED_CHECK_RUNS].nr_failed, 1);
	ktap_result("a missing member, an extra one and another running task are listed");
	ktap_eq(trace_sched(&t, 11)->run_ns, 2002 * US);
	ktap_result("the running task runs until the end");
	trace_deinit(&t);

	begin(&t, MODEL_RUNQ);
	t.now_ns = 9000 * US;
	TRACE_LOST(&t, 4000 * US, 9, SCHED);
	empty_snapshot(&t, 9500, 0);
	ktap_false(cpu(&t, 0)->nr_checks);
	ktap_result("after a loss there is nothing to compare");
	trace_deinit(&t);
}

static uint64_t nr_failed(struct trace *t, enum sched_check check)
{
	return t->model.sched.check[check].nr_failed;
}

/* Each step is recorded with another task's name: the lengths agree nevertheless. */
static void test_names(void)
{
	struct trace t;
	uint32_t i;

	begin(&t, MODEL_RUNQ);
	for (i = 0; i < 100; i++) {
		enqueue(&t, 3000 + i * 100, 14, 0, 1);
		wake(&t, 3000 + i * 100, 11, 500, 0);
		run(&t, 3001 + i * 100, 0, 0, 0, 11);
		dequeue(&t, 3050 + i * 100, 14, 0, 0);
		run(&t, 3050 + i * 100, 0, 11, 1, 0);
	}
	finish(&t, 20000);
	ktap_eq(cpu(&t, 0)->nr_agreed, 200);
	ktap_true(nr_failed(&t, SCHED_CHECK_WAKEUP));
	ktap_false(model_runq_complete(&t.model));
	ktap_result("steps under a wrong name fail a check: %llu of 100 wake-ups, though all audits agree",
		    (unsigned long long)nr_failed(&t, SCHED_CHECK_WAKEUP));
	trace_deinit(&t);

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	enqueue(&t, 3100, 11, 0, 2);
	ktap_eq(nr_failed(&t, SCHED_CHECK_JOIN), 1);
	ktap_result("a task that joins a queue twice fails a check");
	dequeue(&t, 3200, 12, 0, 1);
	ktap_eq(nr_failed(&t, SCHED_CHECK_LEAVE), 1);
	ktap_result("a task that leaves a queue that it is not on fails a check");
	run(&t, 3300, 0, 11, 0, 13);
	ktap_eq(nr_failed(&t, SCHED_CHECK_TO), 1);
	ktap_true(is_member(&t, 0, 13));
	ktap_result("a task that runs and is on no queue fails a check, and is put there");
	run(&t, 3400, 0, 12, 0, 11);
	ktap_eq(nr_failed(&t, SCHED_CHECK_FROM), 1);
	ktap_result("a switch from a task that did not run fails a check");
	ktap_false(nr_failed(&t, SCHED_CHECK_WAKEUP));
	ktap_eq(t.model.sched.nr_failures, 4);
	ktap_result("no other check fails: %llu", (unsigned long long)t.model.sched.nr_failures);
	trace_deinit(&t);
}

/* CPU 3 is not recorded: the task runs there from 4 to 14 ms, and sleeps. */
static void test_partial(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	model_set_scope(&t.model, ~0U, "0", "");
	enqueue(&t, 3000, 12, 0, 1);
	run(&t, 3001, 0, 0, 0, 12);
	enqueue(&t, 3500, 11, 0, 2);
	wake(&t, 3500, 11, 500, 0);
	dequeue(&t, 4000, 11, 0, 1);
	enqueue(&t, 15000, 11, 0, 2);
	wake(&t, 15000, 11, 500, 0);
	run(&t, 15001, 0, 12, 0, 11);
	finish(&t, 16000);
	ktap_false(trace_sched(&t, 11)->migrating_ns);
	ktap_false(trace_sched(&t, 11)->sleep_ns);
	ktap_eq(trace_sched(&t, 11)->latency.max, 1500);
	ktap_false(trace_sched(&t, 11)->off_ns);
	ktap_result("what a task does that has left all CPUs recorded is not known: latency %llu ns",
		    (unsigned long long)trace_sched(&t, 11)->latency.max);
	ktap_false(model_runq_complete(&t.model));
	ktap_result("and no figure is exact");
	trace_deinit(&t);
}

/* The recorder stops from 6 ms on, on CPU 0, where 12 stands for it. */
static void test_over(void)
{
	const struct sched_cpu *first;
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	wake(&t, 3000, 11, 500, 0);
	run(&t, 3000, 0, 0, 0, 11);
	dequeue(&t, 5000, 11, 0, 0);
	run(&t, 5000, 0, 11, 1, 0);
	model_end_figures(&t.model, 6000 * US);
	enqueue(&t, 6500, 12, 0, 1);
	wake(&t, 6500, 12, 500, 0);
	run(&t, 6500, 0, 0, 0, 12);
	t.now_ns = 8000 * US;
	TRACE(&t, rq_migrate, 12, .by = 12, .from_cpu = 0, .to_cpu = 1);
	TRACE(&t, rq_snapshot, 12, .is_current = 1);
	TRACE(&t, rq_snapshot_end, 12, .nr_running = 1, .nr_members = 1);
	finish(&t, 9000);
	first = cpu(&t, 0);
	ktap_eq(first->busy_ns, 2000 * US);
	ktap_eq(first->idle_ns, 2000 * US);
	ktap_eq(first->length_ns[1], 2000 * US);
	ktap_eq(sched_known_ns(first), 4000 * US);
	ktap_eq(t.model.sched.until_ns, 6000 * US);
	ktap_result("the time of figures ends before the recording: busy %llu ns",
		    (unsigned long long)first->busy_ns);
	ktap_eq(first->nr_switches, 2);
	ktap_eq(first->nr_wakeups, 1);
	ktap_false(first->nr_out);
	ktap_false(trace_sched(&t, 12)->run_ns);
	ktap_false(trace_sched(&t, 12)->latency.count);
	ktap_false(trace_sched(&t, 12)->nr_wakeups);
	ktap_false(trace_sched(&t, 12)->nr_migrations);
	ktap_result("what comes after it counts nowhere");
	ktap_eq(first->nr_checks, 1);
	ktap_eq(first->nr_same, 1);
	ktap_true(is_member(&t, 0, 12));
	ktap_result("but it is known, and compared with the kernel's members at the end");
	trace_deinit(&t);
}

struct seen {
	uint64_t run_ns;
	uint64_t off_ns;
	uint64_t ready_ns;
	uint32_t nr_switches;
	uint32_t nr_wakeups;
	uint32_t nr_migrations;
	uint32_t nr_lost;
	uint32_t nr_ends;
};

static int see_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	uint64_t ts_ns = sw->rec->hdr.ts_ns;
	struct seen *seen = arg;

	seen->nr_switches++;
	seen->run_ns += sched_run_ns(sched, sw->prev, sw->rec->cpu, ts_ns);
	if (sw->next) {
		const struct sched_task *next = sched_task_at(sched, sw->next);

		seen->off_ns = next->out_ns ? ts_ns - next->out_ns : 0;
		seen->ready_ns = sched_ready_ns(next);
	}
	return 0;
}

static int see_wakeup(void *arg, const struct sched *sched,
		       const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
		       const struct sched_waker *waker)
{
	struct seen *seen = arg;

	seen->nr_wakeups += task_at(sched->tasks, task)->tid == rec->hdr.tid &&
			    task_at(sched->tasks, waker->task)->tid == rec->waker;
	return 0;
}

static int see_migrate(void *arg, const struct sched *sched,
			const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	struct seen *seen = arg;

	seen->nr_migrations += sched->cpu[rec->from_cpu].length == 1 && task && by;
	return 0;
}

static int see_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	struct seen *seen = arg;

	seen->nr_lost += sched->cpu[0].is_known && gap->begin_ns == 5000 * US &&
			 gap->end_ns == 5500 * US && gap->queues == UINT64_MAX;
	return 0;
}

static int see_end(void *arg, const struct sched *sched, uint64_t until_ns)
{
	struct seen *seen = arg;

	(void)sched;
	seen->nr_ends += until_ns == 6000 * US;
	return 0;
}

static void test_watch(void)
{
	struct seen seen = { 0 };
	struct sched_watch watch = {
		.on_switch = see_switch, .on_wakeup = see_wakeup, .on_migrate = see_migrate,
		.on_lost = see_lost, .on_end = see_end, .arg = &seen,
	};
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.model.sched.watch = &watch;
	sched_reset(&t.model.sched, 3000 * US);
	enqueue(&t, 2500, 11, 0, 1);
	run(&t, 2500, 0, 0, 0, 11);
	dequeue(&t, 3200, 11, 0, 0);
	run(&t, 3200, 0, 11, 1, 0);
	enqueue(&t, 4000, 11, 0, 1);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_wakeup, 11, .waker = 12, .delay_ns = 5000);
	TRACE(&t, rq_migrate, 13, .by = 12, .from_cpu = 0, .to_cpu = 1);
	run(&t, 4100, 0, 0, 0, 11);
	ktap_eq(seen.nr_switches, 2);
	ktap_eq(seen.run_ns, 200 * US);
	ktap_result("a watcher gets the records in the window, with time in the window");
	ktap_eq(seen.off_ns, 900 * US);
	ktap_eq(seen.ready_ns, 3995 * US);
	ktap_result("it gets the times for which a task was off the CPU and ready");
	t.now_ns = 5500 * US;
	TRACE_LOST(&t, 5000 * US, 1, SCHED);
	finish(&t, 6000);
	ktap_eq(seen.nr_wakeups, 1);
	ktap_eq(seen.nr_migrations, 1);
	ktap_eq(seen.nr_lost, 1);
	ktap_eq(seen.nr_ends, 1);
	ktap_result("it gets wake-ups, migrations, loss and the end");
	ktap_eq(trace_sched(&t, 11)->nr_wakeups, 1);
	ktap_eq(cpu(&t, 0)->nr_wakeups, 1);
	ktap_eq(cpu(&t, 0)->nr_out, 1);
	ktap_eq(cpu(&t, 1)->nr_in, 1);
	ktap_result("wake-ups and migrations are counted by CPU too");
	trace_deinit(&t);
}

/* A wake-up whose begin was not recorded has no waker and no latency. */
static void test_unknown_waker(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_wakeup, 11, .context = IPCPROBE_CONTEXT_UNKNOWN);
	run(&t, 3100, 0, 0, 0, 11);
	finish(&t, 4000);
	ktap_eq(cpu(&t, 0)->nr_wakeups, 1);
	ktap_eq(cpu(&t, 0)->nr_unknown_wakers, 1);
	ktap_false(trace_sched(&t, 11)->latency.count);
	ktap_eq(trace_sched(&t, 11)->wait_ns, 100 * US);
	ktap_result("a wake-up of unknown waker is counted, and has no latency");
	trace_deinit(&t);
}

/* A CPU that is offline is not idle, and its queue is known when it comes up. */
static void test_online(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 2100, 11, 0, 1);
	run(&t, 2100, 0, 0, 0, 11);
	dequeue(&t, 2500, 11, 0, 0);
	run(&t, 2500, 0, 11, 1, 0);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_online, 0, .cpu = 0, .is_online = 0);
	TRACE(&t, rq_online, 0, .cpu = 2, .is_online = 0);
	t.now_ns = 5000 * US;
	TRACE(&t, rq_online, 0, .cpu = 0, .is_online = 1);
	TRACE(&t, rq_online, 0, .cpu = 2, .is_online = 1);
	enqueue(&t, 5500, 12, 2, 1);
	run(&t, 5500, 2, 0, 0, 12);
	finish(&t, 6000);
	ktap_eq(cpu(&t, 0)->busy_ns, 400 * US);
	ktap_eq(cpu(&t, 0)->idle_ns, 1600 * US);
	ktap_eq(cpu(&t, 0)->offline_ns, 2000 * US);
	ktap_result("time in which a CPU is down is not idle time");
	ktap_eq(sched_known_ns(cpu(&t, 0)), 2000 * US);
	ktap_eq(cpu(&t, 0)->length_ns[1], 400 * US);
	ktap_eq(sched_mean_length(cpu(&t, 0)), 0.2);
	ktap_result("nor that of an empty queue: %llu us, mean %g",
		    (unsigned long long)sched_known_ns(cpu(&t, 0)) / US,
		    sched_mean_length(cpu(&t, 0)));
	ktap_true(cpu(&t, 2)->is_known);
	ktap_eq(cpu(&t, 2)->nr_agreed, 1);
	ktap_true(is_member(&t, 2, 12));
	ktap_eq(cpu(&t, 2)->offline_ns, 2000 * US);
	ktap_eq(cpu(&t, 2)->busy_ns, 500 * US);
	ktap_result("one that was down at the start is known when it comes up");
	trace_deinit(&t);
}

/* A CPU came up while records were lost: the snapshot shows it. */
static void test_online_unseen(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_online, 0, .cpu = 0, .is_online = 0);
	t.now_ns = 4000 * US;
	TRACE_LOST(&t, 3500 * US, 7, SCHED);
	t.now_ns = 5000 * US;
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	finish(&t, 6000);
	ktap_eq(cpu(&t, 0)->offline_ns, 500 * US);
	ktap_eq(cpu(&t, 0)->idle_ns, 2000 * US);
	ktap_result("one that is not known to be down any more: %llu us down, %llu us idle",
		    (unsigned long long)cpu(&t, 0)->offline_ns / US,
		    (unsigned long long)cpu(&t, 0)->idle_ns / US);
	trace_deinit(&t);
}

/* ---- marks ---- */

static void mark_at(struct trace *t, uint64_t us, const char *text)
{
	t->now_ns = us * US;
	TRACE_TEXT(t, task_mark, 12, text, text);
}

static void test_marks(void)
{
	const struct mark *first;
	struct trace t;
	uint32_t i;

	begin(&t, MODEL_RUNQ);
	model_set_from(&t.model, 3000 * US);
	t.model.is_begun = false;
	mark_at(&t, 2500, "early");
	mark_at(&t, 3000, "first");
	for (i = 0; i < MARKS_MAX; i++)
		mark_at(&t, 3001 + i, "other");
	model_end_figures(&t.model, 5000 * US);
	mark_at(&t, 5001, "late");
	finish(&t, 6000);
	first = marks_at(&t.model.marks, 0);
	ktap_eq(marks_nr(&t.model.marks), MARKS_MAX);
	ktap_eq(t.model.marks.nr_more, 1);
	ktap_str_eq(first->text, "first");
	ktap_str_eq(first->comm, "task");
	ktap_eq(first->ts_ns, 3000 * US);
	ktap_eq(first->tid, 12);
	ktap_result("the first %u marks in the time of figures are kept, the others counted",
		    MARKS_MAX);
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(29);
	test_causes();
	test_end();
	test_names();
	test_partial();
	test_over();
	test_watch();
	test_unknown_waker();
	test_online();
	test_online_unseen();
	test_marks();
	return ktap_end();
}
