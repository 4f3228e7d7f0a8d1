// SPDX-License-Identifier: GPL-2.0
/* Run queues: members, lengths, audits, latencies, loss, windows, the timeline. */
#include <math.h>

#include "ktap.h"
#include "lib/hist.h"
#include "trace/event.h"
#include "trace_builder.h"
#include "watch/blocked.h"
#include "watch/cause.h"

#define US	1000ULL

static void enqueue(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .cpu = cpu, .change = 1);
}

static void dequeue(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_dequeue, tid, .nr_running = nr, .cpu = cpu, .change = 1);
}

static void run(struct trace *t, uint64_t us, uint16_t cpu, uint32_t prev, uint32_t state,
		uint32_t next)
{
	t->now_ns = us * US;
	TRACE(t, rq_switch, prev, .next = next, .prev_state = state, .cpu = cpu);
}

static void wake(struct trace *t, uint64_t us, uint32_t tid, uint32_t delay_ns, uint16_t cpu)
{
	t->now_ns = us * US;
	TRACE(t, rq_wakeup, tid, .delay_ns = delay_ns, .cpu = cpu, .prev_cpu = cpu);
}

static void empty_snapshot(struct trace *t, uint64_t us, uint16_t cpu)
{
	t->now_ns = us * US;
	TRACE(t, rq_snapshot_end, 0, .nr_running = 0, .nr_members = 0, .cpu = cpu);
}

/* Begin with tasks 11 ... 14; CPUs 0 and 1 are idle and known from 1 ms on. */
static void begin(struct trace *t, uint32_t what)
{
	uint32_t pid;

	trace_init(t, what);
	for (pid = 11; pid <= 14; pid++)
		trace_snapshot(t, pid, 1, "task");
	empty_snapshot(t, 2000, 0);
	empty_snapshot(t, 2000, 1);
}

static void finish(struct trace *t, uint64_t us)
{
	t->now_ns = us * US;
	trace_finish(t);
}

static struct sched_cpu *cpu(struct trace *t, uint32_t number)
{
	return &t->model.sched.cpu[number];
}

static bool is_member(struct trace *t, uint32_t number, uint32_t tid)
{
	uint32_t task = 0;

	while ((task = sched_next_member(&t->model.sched, cpu(t, number), task)))
		if (task == tasks_known_tid(&t->model.tasks, tid))
			return true;
	return false;
}

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

static void test_loss(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	wake(&t, 3000, 11, 0, 0);
	run(&t, 3000, 0, 0, 0, 11);
	t.now_ns = 9000 * US;
	TRACE_LOST(&t, 4000 * US, 9, SCHED);
	enqueue(&t, 5000, 12, 0, 1);
	wake(&t, 5000, 12, 0, 0);
	ktap_false(cpu(&t, 0)->is_known);
	ktap_eq(cpu(&t, 0)->nr_audits, 1);
	ktap_false(cpu(&t, 0)->first);
	ktap_result("within a gap nothing is audited and queues are unknown");
	enqueue(&t, 9500, 12, 0, 7);
	run(&t, 9600, 0, 14, 1, 12);
	ktap_eq(cpu(&t, 0)->nr_audits, 1);
	ktap_false(trace_sched(&t, 12)->latency.count);
	ktap_result("no wake-up is paired across a gap");
	empty_snapshot(&t, 10000, 0);
	enqueue(&t, 11000, 13, 0, 1);
	finish(&t, 12000);
	ktap_eq(sched_known_ns(cpu(&t, 0)), 4000 * US);
	ktap_eq(cpu(&t, 0)->nr_agreed, 2);
	ktap_eq(cpu(&t, 0)->nr_audits, 2);
	ktap_result("a snapshot makes the queue known again");
	ktap_eq(trace_sched(&t, 11)->run_ns, 1000 * US);
	ktap_result("a task that runs as a gap begins has run up to the gap only");
	ktap_false(model_runq_complete(&t.model));
	ktap_result("figures are not called complete");
	trace_deinit(&t);
}

/* Lose the records about @queues from @from_us to @until_us. */
static void lose(struct trace *t, uint64_t from_us, uint64_t until_us, uint64_t queues)
{
	t->now_ns = until_us * US;
	TRACE(t, lost, 0, .begin_ns = from_us * US, .nr_lost = 9, .queues = queues,
	      .class_id = IPCPROBE_CLASS_SCHED, .reasons = IPCPROBE_REASON_RING_FULL);
}

/* CPU 1 loses records from 4000 to 9000, and a snapshot at 10000 describes its queue again. */
static void test_loss_of_one(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	enqueue(&t, 3000, 12, 1, 1);
	run(&t, 3000, 1, 0, 0, 12);
	lose(&t, 4000, 9000, 2);
	ktap_true(cpu(&t, 0)->is_known);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_RUNNING);
	ktap_true(is_member(&t, 0, 11));
	ktap_false(cpu(&t, 1)->is_known);
	ktap_false(cpu(&t, 1)->first);
	ktap_ne(trace_sched(&t, 12)->gen, t.model.sched.gen);
	ktap_result("a loss makes the named queue and its members unknown, and no other");
	enqueue(&t, 5000, 13, 0, 2);
	wake(&t, 5000, 13, 500, 0);
	run(&t, 5100, 0, 11, 0, 13);
	enqueue(&t, 5200, 14, 1, 7);
	run(&t, 5300, 1, 12, 0, 14);
	dequeue(&t, 6000, 13, 0, 1);
	run(&t, 6000, 0, 13, 1, 11);
	ktap_eq(trace_sched(&t, 13)->run_ns, 900 * US);
	ktap_eq(trace_sched(&t, 13)->latency.max, 100500);
	ktap_eq(trace_sched(&t, 13)->state, SCHED_UNKNOWN);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_RUNNING);
	ktap_result("in the gap the other queue is known; a task that leaves it may be on the lost one");
	ktap_false(is_member(&t, 1, 14));
	ktap_eq(cpu(&t, 1)->nr_switches, 1);
	ktap_eq(cpu(&t, 1)->nr_audits, 1);
	ktap_result("the remaining records about the lost queue do not make it known");
	empty_snapshot(&t, 10000, 1);
	dequeue(&t, 11000, 11, 0, 0);
	run(&t, 11000, 0, 11, 1, 0);
	finish(&t, 12000);
	ktap_eq(sched_known_ns(cpu(&t, 0)), 10000 * US);
	ktap_eq(cpu(&t, 0)->busy_ns, 8000 * US);
	ktap_eq(cpu(&t, 0)->nr_audits, 4);
	ktap_eq(cpu(&t, 0)->nr_agreed, 4);
	ktap_eq(sched_known_ns(cpu(&t, 1)), 4000 * US);
	ktap_eq(trace_sched(&t, 11)->run_ns, 7100 * US);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_ASLEEP);
	ktap_eq(trace_sched(&t, 12)->run_ns, 1000 * US);
	ktap_result("figures of the other queue are complete, those of the lost one end at the loss");
	ktap_true(sched_cpu_is_exact(&t.model.sched, 0));
	ktap_false(sched_cpu_is_exact(&t.model.sched, 1));
	ktap_false(model_runq_complete(&t.model));
	ktap_result("and they are marked as incomplete");
	trace_deinit(&t);
}

/* Records about CPU 1 are lost between a snapshot's members and its end, on CPU 0. */
static void test_loss_in_snapshot(void)
{
	uint32_t gen;
	struct trace t;

	begin(&t, MODEL_RUNQ);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_snapshot, 11, .cpu = 0, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(&t, rq_snapshot, 12, .cpu = 0, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	lose(&t, 3100, 3200, 2);
	gen = t.model.sched.gen;
	t.now_ns = 4000 * US;
	TRACE(&t, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2, .cpu = 0);
	ktap_eq(cpu(&t, 0)->nr_members, 2);
	ktap_eq(trace_sched(&t, 12)->gen, gen);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_QUEUED);
	ktap_result("a snapshot's members are known although other records were lost since it began");
	lose(&t, 5000, 5100, 2);
	wake(&t, 6000, 12, 0, 0);
	ktap_eq(cpu(&t, 0)->nr_members, 2);
	ktap_eq(trace_sched(&t, 12)->cpu, 0);
	lose(&t, 7000, 7100, 1);
	ktap_false(cpu(&t, 0)->nr_members);
	ktap_false(cpu(&t, 0)->first);
	ktap_result("and leave the list of their queue when that is lost");
	finish(&t, 8000);
	trace_deinit(&t);
}

/* 12 waits on CPU 0; in CPU 1's gap it leaves for a while. */
static void test_loss_and_moves(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	run(&t, 3000, 0, 0, 0, 11);
	enqueue(&t, 3500, 12, 0, 2);
	wake(&t, 3500, 12, 0, 0);
	lose(&t, 4000, 9000, 2);
	dequeue(&t, 5000, 12, 0, 1);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_UNKNOWN);
	ktap_eq(trace_sched(&t, 12)->wait_ns, 1500 * US);
	ktap_result("a task that moves in a gap is unknown, its time before counts");
	t.now_ns = 6000 * US;
	TRACE(&t, rq_migrate, 12, .from_cpu = 1, .to_cpu = 0);
	enqueue(&t, 6000, 12, 0, 2);
	ktap_eq(trace_sched(&t, 12)->state, SCHED_UNKNOWN);
	ktap_true(is_member(&t, 0, 12));
	ktap_result("a task that comes from the lost queue is a member, and may sleep");
	run(&t, 7000, 0, 11, 0, 12);
	run(&t, 8000, 0, 12, 0, 11);
	run(&t, 8500, 0, 11, 0, 12);
	ktap_eq(trace_sched(&t, 12)->wait_ns, 2000 * US);
	ktap_false(trace_sched(&t, 12)->latency.count);
	ktap_eq(trace_sched(&t, 12)->off_ns, 500 * US);
	ktap_result("no latency spans the time elsewhere, what begins here is exact again");
	dequeue(&t, 8800, 11, 0, 1);
	t.now_ns = 8900 * US;
	TRACE(&t, rq_enqueue, 11, .nr_running = 2, .change = 1, .rq_flags = 1);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_QUEUED);
	ktap_result("a woken task is runnable");
	dequeue(&t, 9500, 11, 0, 1);
	ktap_eq(trace_sched(&t, 11)->state, SCHED_MIGRATING);
	ktap_result("after the gap a move is seen from beginning to end");
	finish(&t, 10000);
	ktap_false(t.model.sched.nr_failures);
	ktap_eq(cpu(&t, 0)->nr_audits, cpu(&t, 0)->nr_agreed);
	ktap_result("audits and checks agree");
	trace_deinit(&t);
}

/* A late loss takes back the failed audits of its own queues. */
static void test_late_loss_of_one(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 5000, 11, 0, 5);
	enqueue(&t, 6000, 12, 1, 5);
	lose(&t, 4000, 9000, 2);
	finish(&t, 12000);
	ktap_eq(t.model.sched.nr_disagreements, 1);
	ktap_false(t.model.sched.disagreement[0].cpu);
	ktap_eq(cpu(&t, 0)->nr_audits, 1);
	ktap_false(cpu(&t, 1)->nr_audits);
	ktap_result("only audits of the queue that a loss names are taken back");
	trace_deinit(&t);
}

/* A gap whose record comes at its end still takes back the audits that failed in it. */
static void test_late_loss(void)
{
	struct trace t;

	begin(&t, MODEL_RUNQ);
	enqueue(&t, 3000, 11, 0, 1);
	enqueue(&t, 5000, 12, 0, 5);
	t.now_ns = 9000 * US;
	TRACE_LOST(&t, 4000 * US, 9, SCHED);
	finish(&t, 12000);
	ktap_eq(cpu(&t, 0)->nr_audits, 1);
	ktap_eq(cpu(&t, 0)->nr_agreed, 1);
	ktap_false(t.model.sched.nr_disagreements);
	ktap_result("audits that failed within a gap are taken back");
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

/* ---- states ---- */

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

/* ---- classes, groups, throttling ---- */

static void join(struct trace *t, uint64_t us, uint32_t tid, uint32_t group, uint16_t sched_class,
		 uint32_t nr, uint16_t change)
{
	t->now_ns = us * US;
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .change = change, .group = group,
	      .sched_class = sched_class, .prio = 120);
}

static void throttle(struct trace *t, uint64_t us, uint32_t group, uint16_t is_throttled)
{
	t->now_ns = us * US;
	TRACE(t, rq_throttle, 0, .group = group, .is_throttled = is_throttled);
}

static void change(struct trace *t, uint64_t us, int32_t by, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_change, 0, .change = by, .nr_running = nr);
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

/* ---- causes ---- */

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

/* ---- the kernel's list of members at the end ---- */

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

/* ---- checks of names ---- */

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

/* ---- the end of the figures ---- */

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

/* ---- watchers ---- */

struct told {
	uint64_t run_ns;
	uint64_t off_ns;
	uint64_t ready_ns;
	uint32_t nr_switches;
	uint32_t nr_wakeups;
	uint32_t nr_migrations;
	uint32_t nr_lost;
	uint32_t nr_ends;
};

static int told_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	uint64_t ts_ns = sw->rec->hdr.ts_ns;
	struct told *told = arg;

	told->nr_switches++;
	told->run_ns += sched_run_ns(sched, sw->prev, sw->rec->cpu, ts_ns);
	if (sw->next) {
		const struct sched_task *next = sched_task_at(sched, sw->next);

		told->off_ns = next->out_ns ? ts_ns - next->out_ns : 0;
		told->ready_ns = sched_ready_ns(next);
	}
	return 0;
}

static int told_wakeup(void *arg, const struct sched *sched,
		       const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
		       const struct sched_waker *waker)
{
	struct told *told = arg;

	told->nr_wakeups += task_at(sched->tasks, task)->tid == rec->hdr.tid &&
			    task_at(sched->tasks, waker->task)->tid == rec->waker;
	return 0;
}

static int told_migrate(void *arg, const struct sched *sched,
			const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	struct told *told = arg;

	told->nr_migrations += sched->cpu[rec->from_cpu].length == 1 && task && by;
	return 0;
}

static int told_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	struct told *told = arg;

	told->nr_lost += sched->cpu[0].is_known && gap->begin_ns == 5000 * US &&
			 gap->end_ns == 5500 * US && gap->queues == UINT64_MAX;
	return 0;
}

static int told_end(void *arg, const struct sched *sched, uint64_t until_ns)
{
	struct told *told = arg;

	(void)sched;
	told->nr_ends += until_ns == 6000 * US;
	return 0;
}

static void test_watch(void)
{
	struct told told = { 0 };
	struct sched_watch watch = {
		.on_switch = told_switch, .on_wakeup = told_wakeup, .on_migrate = told_migrate,
		.on_lost = told_lost, .on_end = told_end, .arg = &told,
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
	ktap_eq(told.nr_switches, 2);
	ktap_eq(told.run_ns, 200 * US);
	ktap_result("a watcher gets the records in the window, with time in the window");
	ktap_eq(told.off_ns, 900 * US);
	ktap_eq(told.ready_ns, 3995 * US);
	ktap_result("it gets the times for which a task was off the CPU and ready");
	t.now_ns = 5500 * US;
	TRACE_LOST(&t, 5000 * US, 1, SCHED);
	finish(&t, 6000);
	ktap_eq(told.nr_wakeups, 1);
	ktap_eq(told.nr_migrations, 1);
	ktap_eq(told.nr_lost, 1);
	ktap_eq(told.nr_ends, 1);
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

int main(void)
{
	ktap_begin(111);
	test_basic();
	test_disagree();
	test_delayed();
	test_delayed_moves();
	test_throttle();
	test_throttled_groups();
	test_throttled_because_of();
	test_quotas();
	test_burst();
	test_throttled_tasks();
	test_throttled_class();
	test_throttled_class_joined();
	test_throttled_deadline();
	test_sleepers_leave();
	test_woken_while_queued();
	test_migrating();
	test_end();
	test_causes();
	test_snapshot();
	test_loss();
	test_loss_of_one();
	test_loss_in_snapshot();
	test_loss_and_moves();
	test_late_loss();
	test_late_loss_of_one();
	test_migrate();
	test_states();
	test_names();
	test_partial();
	test_over();
	test_watch();
	test_inversion();
	test_reset();
	test_percentiles();
	test_timeline();
	test_unknown_waker();
	test_online();
	test_online_unseen();
	return ktap_end();
}
