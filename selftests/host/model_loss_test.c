// SPDX-License-Identifier: GPL-2.0
/* Run queues of a recording that lost records: what is not known, and until when. */
#include "sched_builder.h"

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

int main(void)
{
	ktap_begin(20);
	test_loss();
	test_loss_of_one();
	test_loss_in_snapshot();
	test_loss_and_moves();
	test_late_loss_of_one();
	test_late_loss();
	return ktap_end();
}
