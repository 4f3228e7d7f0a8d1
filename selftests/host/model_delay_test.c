// SPDX-License-Identifier: GPL-2.0
/*
 * Delays: what delayed a task, part by part, and which tasks ran meanwhile.  The
 * expected values are those that each test wrote into its records.
 */
#include "ktap.h"
#include "trace_builder.h"
#include "watch/antagonist.h"
#include "watch/delay_report.h"

#define US	1000ULL
#define SLEEP	1U	/* state and flag of rq_dequeue */

/* ---- records ---- */

static void join(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t by)
{
	t->now_ns = us * US;
	TRACE(t, rq_enqueue, tid, .by = by, .nr_running = IPCPROBE_NR_UNKNOWN, .cpu = cpu,
	      .change = 1, .group = 1, .sched_class = IPCPROBE_SCHED_FAIR);
}

static void leave(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t flags)
{
	t->now_ns = us * US;
	TRACE(t, rq_dequeue, tid, .nr_running = IPCPROBE_NR_UNKNOWN, .cpu = cpu, .change = 1,
	      .rq_flags = flags);
}

static void wake(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t waker)
{
	t->now_ns = us * US;
	TRACE(t, rq_wakeup, tid, .waker = waker, .delay_ns = 5 * US, .cpu = cpu, .prev_cpu = cpu);
}

static void run(struct trace *t, uint64_t us, uint16_t cpu, uint32_t prev, uint32_t state,
		uint32_t next)
{
	t->now_ns = us * US;
	TRACE(t, rq_switch, prev, .next = next, .prev_state = state, .cpu = cpu);
}

static void migrate(struct trace *t, uint64_t us, uint32_t tid, uint16_t from, uint16_t to,
		    uint32_t by)
{
	t->now_ns = us * US;
	TRACE(t, rq_migrate, tid, .by = by, .from_cpu = from, .to_cpu = to, .site = 7,
	      .context = IPCPROBE_CONTEXT_SWITCH);
}

static void throttle(struct trace *t, uint64_t us, uint16_t cpu, uint32_t group, bool is_throttled)
{
	t->now_ns = us * US;
	TRACE(t, rq_throttle, 0, .group = group, .cpu = cpu, .is_throttled = is_throttled);
}

/* ---- the delays that are reported ---- */

#define VICTIM	11U	/* the task whose last delay is kept */

struct seen {
	struct sched_watch watch;
	struct runs runs;
	struct delay_report report;
	uint32_t nr;
};

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	struct seen *seen = arg;
	int err = runs_switch(&seen->runs, sched, sw);

	if (err || !sw->next || task_at(sched->tasks, sw->next)->tid != VICTIM)
		return err;
	seen->nr++;
	return delay_report_fill(&seen->report, &seen->runs, sched, sw->next, sw->rec->hdr.ts_ns);
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	struct seen *seen = arg;

	(void)sched;
	runs_forget(&seen->runs, gap);
	return 0;
}

/* Begin with tasks 11 ... 16; CPUs 0 and 1 are idle and known from 1 ms on. */
static void begin(struct trace *t, struct seen *seen)
{
	uint32_t i;

	*seen = (struct seen){ .watch = { .on_switch = on_switch, .on_lost = on_lost, .arg = seen } };
	runs_init(&seen->runs);
	trace_init(t, MODEL_RUNQ);
	t->model.sched.watch = &seen->watch;
	for (i = 11; i <= 16; i++)
		trace_snapshot(t, i, 1, "task");
	for (i = 0; i < 2; i++) {
		t->now_ns = 1000 * US;
		TRACE(t, rq_snapshot_end, 0, .nr_running = 0, .nr_members = 0, .cpu = i);
	}
}

static void end(struct trace *t, struct seen *seen)
{
	delay_report_deinit(&seen->report);
	runs_deinit(&seen->runs);
	trace_deinit(t);
}

static uint64_t part_us(const struct seen *seen, uint32_t part)
{
	return part < seen->report.nr ? delay_part_ns(&seen->report.part[part], 0) / US : 0;
}

static uint64_t ran_us(struct trace *t, const struct seen *seen, uint32_t part, uint32_t tid)
{
	uint32_t i, task = tid ? tasks_known_tid(&t->model.tasks, tid) : 0;

	for (i = 0; part < seen->report.nr && i < seen->report.ran[part].nr; i++)
		if (seen->report.ran[part].v[i].task == task)
			return seen->report.ran[part].v[i].ns / US;
	return 0;
}

/* True if the parts are of @kinds, without a gap, and together as long as the delay. */
static bool has_parts(const struct seen *seen, const char *kinds)
{
	static const char letters[] = {
		[DELAY_WAKING] = 'w', [DELAY_SIGNALLED] = 's', [DELAY_QUEUED] = 'q',
		[DELAY_THROTTLED] = 't', [DELAY_MOVED] = 'm', [DELAY_PUT_BACK] = 'b',
	};
	const struct delay_report *report = &seen->report;
	char found[DELAY_PARTS_MAX + 1] = "";
	uint64_t ns = 0;
	bool is_whole = true;
	uint32_t i;

	for (i = 0; i < report->nr; i++) {
		found[i] = letters[report->part[i].kind];
		ns += delay_part_ns(&report->part[i], 0);
		is_whole &= !i || report->part[i].from_ns == report->part[i - 1].until_ns;
		is_whole &= !delay_report_unknown_ns(report, i);
	}
	if (!strcmp(found, kinds) && is_whole && ns == report->ns)
		return true;
	ktap_note("parts '%s', together %llu of %llu ns, whole: %d", found,
		  (unsigned long long)ns, (unsigned long long)report->ns, is_whole);
	for (i = 0; i < report->nr; i++)
		ktap_note("%c: %llu us on CPU %u, not known who ran: %llu ns", found[i],
			  (unsigned long long)part_us(seen, i), report->part[i].cpu,
			  (unsigned long long)delay_report_unknown_ns(report, i));
	return false;
}

/* ---- causes of a delay ---- */

/* The task waits behind 12 on CPU 0 and is pulled by CPU 1, where 13 had run. */
static void test_moved(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, 12, 0, 0);
	run(&t, 3001, 0, 0, 0, 12);
	join(&t, 3000, 13, 1, 0);
	run(&t, 3001, 1, 0, 0, 13);
	join(&t, 5000, VICTIM, 0, 12);
	wake(&t, 5000, VICTIM, 0, 12);
	leave(&t, 15000, 13, 1, SLEEP);
	leave(&t, 15001, VICTIM, 0, 0);
	migrate(&t, 15001, VICTIM, 0, 1, 13);
	join(&t, 15004, VICTIM, 1, 13);
	run(&t, 15006, 1, 13, SLEEP, VICTIM);
	ktap_true(has_parts(&seen, "wqmq"));
	ktap_result("woken, queued, moved, queued");
	ktap_eq(seen.report.ns, 10011 * US);
	ktap_eq(part_us(&seen, 0), 5);
	ktap_eq(part_us(&seen, 1), 10001);
	ktap_eq(part_us(&seen, 2), 3);
	ktap_eq(part_us(&seen, 3), 2);
	ktap_result("each part is as long as it was");
	ktap_eq(ran_us(&t, &seen, 1, 12), 10001);
	ktap_false(ran_us(&t, &seen, 1, 13));
	ktap_eq(ran_us(&t, &seen, 3, 13), 2);
	ktap_false(ran_us(&t, &seen, 3, 12));
	ktap_result("tasks that ran on its queue while it waited are listed, and no others");
	ktap_eq(seen.report.part[1].cpu, 0);
	ktap_eq(seen.report.part[3].cpu, 1);
	ktap_eq(seen.report.part[2].by, tasks_known_tid(&t.model.tasks, 13));
	ktap_eq(seen.report.part[2].site, 7);
	ktap_result("the task that moved it is known, and the function");
	end(&t, &seen);
}

/* The chosen CPU queues the task itself: 14 runs there when it is notified. */
static void test_signalled(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, 14, 1, 0);
	run(&t, 3001, 1, 0, 0, 14);
	join(&t, 5000, VICTIM, 1, 14);
	wake(&t, 5001, VICTIM, 1, 12);
	run(&t, 5003, 1, 14, 0, VICTIM);
	ktap_true(has_parts(&seen, "sq"));
	ktap_eq(part_us(&seen, 0), 4);
	ktap_eq(part_us(&seen, 1), 3);
	ktap_result("notified, queued: %llu and %llu us", (unsigned long long)part_us(&seen, 0),
		    (unsigned long long)part_us(&seen, 1));
	end(&t, &seen);
}

/* Group 5 is in group 4, which is throttled from 6 to 85 ms. */
static void test_throttled(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	TRACE_TEXT(&t, rq_group, 0, path, "/outer", .group = 4, .parent = 1);
	TRACE_TEXT(&t, rq_group, 0, path, "/outer/inner", .group = 5, .parent = 4);
	join(&t, 3000, 12, 0, 0);
	run(&t, 3001, 0, 0, 0, 12);
	t.now_ns = 5000 * US;
	TRACE(&t, rq_enqueue, VICTIM, .by = 12, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 1,
	      .group = 5, .sched_class = IPCPROBE_SCHED_FAIR);
	wake(&t, 5000, VICTIM, 0, 12);
	throttle(&t, 6000, 0, 4, true);
	run(&t, 50000, 0, 12, 0, 13);
	throttle(&t, 85000, 0, 4, false);
	run(&t, 86000, 0, 13, 0, VICTIM);
	ktap_true(has_parts(&seen, "wqtq"));
	ktap_eq(part_us(&seen, 1), 1000);
	ktap_eq(part_us(&seen, 2), 79000);
	ktap_eq(part_us(&seen, 3), 1000);
	ktap_result("queued, throttled, queued");
	ktap_eq(seen.report.part[2].group, 4);
	ktap_result("the throttled group is named, not the task's own group");
	ktap_eq(ran_us(&t, &seen, 2, 12), 44000);
	ktap_eq(ran_us(&t, &seen, 2, 13), 35000);
	ktap_result("tasks that ran while it was throttled are listed");
	end(&t, &seen);
}

/* The task is taken off its queue for a change of its priority, and put back. */
static void test_put_back(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, 12, 0, 0);
	run(&t, 3001, 0, 0, 0, 12);
	join(&t, 5000, VICTIM, 0, 12);
	wake(&t, 5000, VICTIM, 0, 12);
	leave(&t, 6000, VICTIM, 0, 0);
	join(&t, 6002, VICTIM, 0, 12);
	run(&t, 7000, 0, 12, 0, VICTIM);
	ktap_true(has_parts(&seen, "wqbq"));
	ktap_eq(part_us(&seen, 2), 2);
	ktap_result("queued, put back, queued");
	end(&t, &seen);
}

/* The task is preempted; later it is preempted in a sleeper's state, and woken. */
static void test_preempted(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, VICTIM, 0, 0);
	wake(&t, 3000, VICTIM, 0, 12);
	run(&t, 3001, 0, 0, 0, VICTIM);
	join(&t, 4000, 12, 0, 0);
	run(&t, 5000, 0, VICTIM, 0, 12);
	run(&t, 9000, 0, 12, 0, VICTIM);
	ktap_true(has_parts(&seen, "q"));
	ktap_eq(part_us(&seen, 0), 4000);
	ktap_false(seen.report.wake_ns);
	ktap_eq(ran_us(&t, &seen, 0, 12), 4000);
	ktap_result("a preempted task waits from its preemption on");
	t.now_ns = 10000 * US;
	TRACE(&t, rq_switch, VICTIM, .next = 12, .preempt = 1,
	      .prev_state = SLEEP);
	wake(&t, 13000, VICTIM, 0, 12);
	run(&t, 14000, 0, 12, 0, VICTIM);
	ktap_true(has_parts(&seen, "q"));
	ktap_eq(part_us(&seen, 0), 4000);
	ktap_false(seen.report.wake_ns);
	ktap_result("so does one that is woken while it is queued");
	end(&t, &seen);
}

/* The task is preempted, is moved at once, and runs there at once. */
static void test_no_length(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, VICTIM, 0, 0);
	run(&t, 3001, 0, 0, 0, VICTIM);
	run(&t, 5000, 0, VICTIM, 0, 12);
	leave(&t, 5000, VICTIM, 0, 0);
	migrate(&t, 5000, VICTIM, 0, 1, 12);
	join(&t, 5003, VICTIM, 1, 12);
	run(&t, 5003, 1, 0, 0, VICTIM);
	ktap_true(has_parts(&seen, "m"));
	ktap_eq(seen.report.ns, 3 * US);
	ktap_result("a part of no length is none: %llu ns", (unsigned long long)seen.report.ns);
	run(&t, 6000, 1, VICTIM, 0, 13);
	run(&t, 6000, 1, 13, 0, VICTIM);
	ktap_false(seen.report.ns);
	ktap_result("nor is a delay of no length");
	end(&t, &seen);
}

/* A task that is woken before it has left its CPU waits from when it has left. */
static void test_early(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, VICTIM, 0, 0);
	run(&t, 3001, 0, 0, 0, VICTIM);
	leave(&t, 4998, VICTIM, 0, SLEEP);
	run(&t, 4998, 0, VICTIM, SLEEP, 12);
	join(&t, 5000, VICTIM, 0, 12);
	wake(&t, 5000, VICTIM, 0, 12);
	run(&t, 5010, 0, 12, 0, VICTIM);
	ktap_true(has_parts(&seen, "wq"));
	ktap_eq(seen.report.ns, 12 * US);
	ktap_result("a delay does not begin before the task has left its CPU: %llu ns",
		    (unsigned long long)seen.report.ns);
	end(&t, &seen);
}

/* ---- antagonists over a whole recording ---- */

static const struct antagonist *pair(struct trace *t, const struct antagonists *antagonists,
				     uint32_t tid, uint32_t by)
{
	uint32_t task = tasks_known_tid(&t->model.tasks, tid), i;
	uint32_t other = by ? tasks_known_tid(&t->model.tasks, by) : 0;

	for (i = 1; i < antagonists->row.nr; i++) {
		const struct antagonist *row = pool_at(&antagonists->row, i);

		if (row->task == task && row->by == other)
			return row;
	}
	return pool_at(&antagonists->row, 0);
}

/* The task is preempted by 12, and waits behind 12 and then 13 on CPU 0; 14 runs on CPU 1. */
static void test_antagonists(void)
{
	struct antagonists antagonists;
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	if (antagonists_init(&antagonists, &trace_all))
		abort();
	t.model.sched.watch = &antagonists.watch;
	join(&t, 3000, VICTIM, 0, 0);
	run(&t, 3000, 0, 0, 0, VICTIM);
	join(&t, 3000, 14, 1, 0);
	run(&t, 3000, 1, 0, 0, 14);
	join(&t, 4000, 12, 0, 0);
	run(&t, 4000, 0, VICTIM, 0, 12);
	leave(&t, 7000, 12, 0, SLEEP);
	join(&t, 7000, 13, 0, 0);
	run(&t, 7000, 0, 12, SLEEP, 13);
	run(&t, 9000, 0, 13, 0, VICTIM);
	ktap_eq(pair(&t, &antagonists, VICTIM, 12)->ran_ns, 3000 * US);
	ktap_eq(pair(&t, &antagonists, VICTIM, 12)->nr_runs, 1);
	ktap_eq(pair(&t, &antagonists, VICTIM, 12)->nr_preemptions, 1);
	ktap_eq(pair(&t, &antagonists, VICTIM, 13)->ran_ns, 2000 * US);
	ktap_false(pair(&t, &antagonists, VICTIM, 13)->nr_preemptions);
	ktap_result("antagonists, and the task that took the CPU: %llu and %llu ns",
		    (unsigned long long)pair(&t, &antagonists, VICTIM, 12)->ran_ns,
		    (unsigned long long)pair(&t, &antagonists, VICTIM, 13)->ran_ns);
	ktap_false(pair(&t, &antagonists, VICTIM, 14)->ran_ns);
	ktap_false(antagonists.unknown_ns);
	ktap_eq(pair(&t, &antagonists, 13, VICTIM)->nr_preemptions, 1);
	ktap_result("a task that ran elsewhere is no antagonist");
	antagonists_deinit(&antagonists);
	end(&t, &seen);
}

/* A repeated record, or a wake-up of a task that waits already, begins no new part. */
static void test_told_again(void)
{
	const struct delay_part first = { .cpu = 1, .kind = DELAY_QUEUED };
	const struct delay_part other[] = {
		{ .cpu = 2, .kind = DELAY_QUEUED }, { .cpu = 1, .kind = DELAY_THROTTLED },
		{ .cpu = 1, .kind = DELAY_THROTTLED, .group = 4 },
	};
	struct sched_delay delay = { 0 };
	uint32_t i;

	ktap_false(delay_woken(&delay, 900, 5));
	ktap_false(delay.nr);
	ktap_false(delay.is_known);
	ktap_result("a task that does not wait has no delay");
	delay_enter(&delay, 1000, &first);
	delay_enter(&delay, 1010, &first);
	ktap_eq(delay.nr, 1);
	ktap_eq(delay.part[0].from_ns, 1000);
	ktap_result("the same twice is one part");
	delay_woken(&delay, 1000, 5);
	delay_woken(&delay, 1020, 5);
	ktap_eq(delay.nr, 1);
	ktap_true(delay.is_known);
	ktap_eq(delay_begin_ns(&delay), 1000);
	ktap_result("a waker's call while it waits begins nothing: %u parts", delay.nr);
	for (i = 0; i < 3; i++)
		delay_enter(&delay, 1030 + 10 * i, &other[i]);
	delay_end(&delay, 1070);
	ktap_eq(delay.nr, 4);
	ktap_eq(delay_ns(&delay), 70);
	ktap_eq(delay_kind_ns(&delay, DELAY_QUEUED), 40);
	ktap_eq(delay_kind_ns(&delay, DELAY_THROTTLED), 30);
	ktap_result("another queue, another kind, another group: a part each, %u", delay.nr);
	delay_deinit(&delay);
}

/* ---- bounds ---- */

/* There are more moves than parts are kept. */
static void test_many_parts(void)
{
	struct trace t;
	struct seen seen;
	uint64_t us = 6000, queued_us = 0, ns[NR_DELAY_KINDS] = { 0 };
	uint32_t i, nr_gaps = 0;

	begin(&t, &seen);
	join(&t, 5000, VICTIM, 0, 12);
	wake(&t, 5000, VICTIM, 0, 12);
	for (i = 0; i < 300; i++, us += 100) {
		leave(&t, us, VICTIM, i & 1, 0);
		migrate(&t, us, VICTIM, i & 1, ~i & 1, 12);
		join(&t, us + 3, VICTIM, ~i & 1, 12);
	}
	run(&t, us, 0, 0, 0, VICTIM);
	queued_us = 1000 + 300 * 97;
	for (i = 0; i < seen.report.nr; i++)
		ns[seen.report.part[i].kind] += delay_part_ns(&seen.report.part[i], 0);
	for (i = 1; i < seen.report.nr; i++)
		nr_gaps += seen.report.part[i].from_ns != seen.report.part[i - 1].until_ns;
	ktap_false(nr_gaps);
	ktap_result("none of too many parts leaves a gap: %u", nr_gaps);
	ktap_le(seen.report.nr, DELAY_PARTS_MAX);
	ktap_eq(ns[DELAY_QUEUED], queued_us * US);
	ktap_eq(ns[DELAY_MOVED], 900 * US);
	ktap_eq(ns[DELAY_WAKING], 5 * US);
	ktap_eq(seen.report.ns, ns[DELAY_QUEUED] + ns[DELAY_MOVED] + ns[DELAY_WAKING]);
	ktap_result("of too many parts the older are summed up: %u parts, %llu us queued of %llu",
		    seen.report.nr, (unsigned long long)ns[DELAY_QUEUED] / US,
		    (unsigned long long)queued_us);
	end(&t, &seen);
}

/* There are more runs than are kept, and runs before the wait do not count. */
static void test_many_runs(void)
{
	uint32_t nr = 5 * RUNS_KEPT, i;
	uint64_t us = 5000;
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, 12, 0, 0);
	join(&t, 3000, 13, 0, 0);
	run(&t, 3000, 0, 0, 0, 12);
	join(&t, 4000, VICTIM, 0, 12);
	wake(&t, 4000, VICTIM, 0, 12);
	for (i = 0; i < nr; i++, us += i & 1 ? 3 : 1)
		run(&t, us, 0, i & 1 ? 13 : 12, 0, i & 1 ? 12 : 13);
	run(&t, us, 0, 12, 0, VICTIM);
	ktap_true(has_parts(&seen, "wq"));
	ktap_eq(ran_us(&t, &seen, 1, 13), nr / 2 * 3);
	ktap_eq(ran_us(&t, &seen, 1, 12), 1000 + nr / 2);
	ktap_result("however often others ran: %llu and %llu us",
		    (unsigned long long)ran_us(&t, &seen, 1, 12),
		    (unsigned long long)ran_us(&t, &seen, 1, 13));
	end(&t, &seen);
}

/* A delay in a gap is not known. */
static void test_lost(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 3000, VICTIM, 0, 12);
	wake(&t, 3000, VICTIM, 0, 12);
	t.now_ns = 5500 * US;
	TRACE_LOST(&t, 5000 * US, 1, SCHED);
	run(&t, 6000, 0, 12, 0, VICTIM);
	ktap_eq(seen.nr, 1);
	ktap_false(seen.report.ns);
	ktap_false(seen.report.nr);
	ktap_result("no delay reaches across a loss: %llu ns",
		    (unsigned long long)seen.report.ns);
	end(&t, &seen);
}

/* The loss is about another CPU. */
static void test_lost_elsewhere(void)
{
	struct trace t;
	struct seen seen;

	begin(&t, &seen);
	join(&t, 2500, 12, 0, 13);
	run(&t, 2600, 0, 0, 0, 12);
	join(&t, 3000, VICTIM, 0, 12);
	wake(&t, 3000, VICTIM, 0, 12);
	t.now_ns = 5500 * US;
	TRACE(&t, lost, 0, .begin_ns = 5000 * US, .nr_lost = 1, .queues = 2,
	      .class_id = IPCPROBE_CLASS_SCHED, .reasons = IPCPROBE_REASON_RING_FULL);
	run(&t, 6000, 0, 12, 0, VICTIM);
	ktap_eq(seen.nr, 1);
	ktap_eq(seen.report.ns, 3005 * US);
	ktap_eq(seen.report.nr, 2);
	ktap_eq(seen.report.ran[1].nr, 1);
	ktap_eq(seen.report.ran[1].v[0].ns, 3000 * US);
	ktap_result("a delay reaches across another queue's loss, with its antagonists: %llu ns",
		    (unsigned long long)seen.report.ns);
	end(&t, &seen);
}

int main(void)
{
	ktap_begin(25);
	test_moved();
	test_signalled();
	test_throttled();
	test_put_back();
	test_preempted();
	test_no_length();
	test_early();
	test_antagonists();
	test_told_again();
	test_many_parts();
	test_many_runs();
	test_lost();
	test_lost_elsewhere();
	return ktap_end();
}
