// SPDX-License-Identifier: GPL-2.0
/*
 * Each figure of tasks, CPUs and rows: it is added up when tasks are folded, and set to
 * 0 when the wanted time begins.
 */
#include "ktap.h"
#include "model/sched/fold.h"
#include "trace_builder.h"
#include "view/migrations.h"
#include "view/switches.h"
#include "view/timehist.h"
#include "watch/antagonist.h"
#include "watch/latency.h"
#include "watch/runs.h"

#define US	1000ULL
#define FIRST	1000U
#define DEAD	0x80U

/* ---- figures set by hand ---- */

static void set_figures(struct sched_task *task, uint32_t by)
{
	uint32_t i;

	task->run_ns = by * 1;
	task->wait_ns = by * 2;
	task->sleep_ns = by * 3;
	task->delayed_ns = by * 4;
	task->throttled_ns = by * 5;
	task->migrating_ns = by * 6;
	task->nr_wakeups = by * 7;
	task->nr_voluntary = by * 8;
	task->nr_preempted = by * 9;
	task->nr_migrations = by * 10;
	for (i = 0; i < NR_WAIT_KINDS; i++)
		task->blocked_ns[i] = by * (11 + i);
}

static bool has_figures(const struct sched_task *task, uint32_t by)
{
	struct sched_task wanted;
	bool is_same;

	set_figures(&wanted, by);
	is_same = task->run_ns == wanted.run_ns && task->wait_ns == wanted.wait_ns &&
		  task->sleep_ns == wanted.sleep_ns && task->delayed_ns == wanted.delayed_ns &&
		  task->throttled_ns == wanted.throttled_ns &&
		  task->migrating_ns == wanted.migrating_ns &&
		  task->nr_wakeups == wanted.nr_wakeups &&
		  task->nr_voluntary == wanted.nr_voluntary &&
		  task->nr_preempted == wanted.nr_preempted &&
		  task->nr_migrations == wanted.nr_migrations &&
		  !memcmp(task->blocked_ns, wanted.blocked_ns, sizeof(wanted.blocked_ns));
	if (!is_same)
		ktap_note("run %llu, waited %llu, asleep %llu, throttled %llu, blocked %llu",
			  (unsigned long long)task->run_ns, (unsigned long long)task->wait_ns,
			  (unsigned long long)task->sleep_ns,
			  (unsigned long long)task->throttled_ns,
			  (unsigned long long)task->blocked_ns[0]);
	return is_same;
}

/* ---- folding ---- */

static uint32_t known(struct trace *t, uint32_t tid)
{
	return tasks_known_tid(&t->model.tasks, tid);
}

/* Tasks FIRST ... ran on two CPUs and ended; all have one name. */
static void record_ended(struct trace *t, uint32_t nr)
{
	uint32_t i;

	trace_init(t, MODEL_RUNQ);
	trace_snapshot(t, 1, 0, "init");
	for (i = 0; i < 2; i++)
		TRACE(t, rq_snapshot_end, 0, .cpu = i, .nr_running = 0, .nr_members = 0);
	for (i = 0; i < nr; i++) {
		trace_spawn(t, 1, FIRST + i, "cc");
		TRACE(t, rq_enqueue, FIRST + i, .nr_running = 1, .change = 1);
		TRACE(t, rq_switch, 0, .next = FIRST + i);
		TRACE(t, rq_dequeue, FIRST + i, .nr_running = 0, .change = 1, .rq_flags = 1);
		TRACE(t, rq_switch, FIRST + i, .prev_state = DEAD);
	}
}

static void fold(struct trace *t, uint32_t nr_kept)
{
	const struct sweep_limits limits = { .tasks = nr_kept };

	if (sched_fold(&t->model.sched, &limits, t->now_ns))
		abort();
}

/* The sum that has the name, 0 if there is none. */
static uint32_t sum_of(const struct trace *t, const char *comm)
{
	uint32_t i;

	for (i = 1; i < t->model.tasks.task.nr; i++)
		if (!task_at(&t->model.tasks, i)->tid &&
		    !strcmp(task_at(&t->model.tasks, i)->comm, comm))
			return i;
	return 0;
}

static void test_sums(void)
{
	uint32_t i, task[2];
	struct trace t;

	record_ended(&t, 2);
	for (i = 0; i < 2; i++) {
		task[i] = known(&t, FIRST + i);
		trace_exit(&t, FIRST + i);
		/* so that no time passes any more */
		sched_task_at(&t.model.sched, task[i])->gen--;
		set_figures(sched_task_at(&t.model.sched, task[i]), i + 1);
	}
	fold(&t, 0);
	ktap_false(sched_task_at(&t.model.sched, task[0])->number);
	ktap_false(sched_task_at(&t.model.sched, task[1])->number);
	ktap_true(sum_of(&t, "cc"));
	ktap_true(has_figures(sched_task_at(&t.model.sched, sum_of(&t, "cc")), 3));
	ktap_result("each figure of a folded task is added to those of its name");
	trace_deinit(&t);
}

/*
 * The tasks with the longest delays and those with the longest times each fill half of
 * the places.
 */
static void test_kept(void)
{
	uint32_t i, nr_delay = 0, nr_time = 0, nr_others = 0, task[20];
	struct trace t;

	record_ended(&t, 20);
	for (i = 0; i < 20; i++) {
		struct sched_task *sched;

		task[i] = known(&t, FIRST + i);
		sched = sched_task_at(&t.model.sched, task[i]);
		trace_exit(&t, FIRST + i);
		sched->run_ns = i < 10 ? 100 * i : 1;
		if (i >= 10 && hist_add(&sched->latency, 100 * i))
			abort();
	}
	fold(&t, 6);
	for (i = 0; i < 20; i++) {
		bool is_kept = sched_task_at(&t.model.sched, task[i])->number;

		nr_time += is_kept && i >= 7 && i < 10;
		nr_delay += is_kept && i >= 17;
		nr_others += is_kept && i < 17 && !(i >= 7 && i < 10);
	}
	ktap_eq(nr_time, 3);
	ktap_eq(nr_delay, 3);
	ktap_false(nr_others);
	ktap_result("of 20, with 6 to be kept: %u with the most time, %u with the longest delays, "
		    "%u others", nr_time, nr_delay, nr_others);
	trace_deinit(&t);
}

/* Task 1 was woken by a task that is folded, 2 by one that lives. */
static void test_wakers(void)
{
	struct sched_task *folded, *lives;
	struct trace t;

	record_ended(&t, 1);
	trace_snapshot(&t, 2, 1, "two");
	trace_snapshot(&t, 3, 1, "three");
	TRACE(&t, rq_enqueue, 1, .nr_running = 1, .change = 1);
	TRACE(&t, rq_wakeup, 1, .waker = FIRST, .delay_ns = 100);
	TRACE(&t, rq_enqueue, 2, .nr_running = 2, .change = 1);
	TRACE(&t, rq_wakeup, 2, .waker = 3, .delay_ns = 100);
	folded = sched_task_at(&t.model.sched, known(&t, 1));
	lives = sched_task_at(&t.model.sched, known(&t, 2));
	trace_exit(&t, FIRST);
	fold(&t, 0);
	ktap_true(sum_of(&t, "cc"));
	ktap_eq(folded->waker.task, sum_of(&t, "cc"));
	ktap_result("a waker that is folded is the sum of its name");
	ktap_true(lives->waker.task);
	ktap_eq(lives->waker.task, known(&t, 3));
	ktap_result("another waker keeps its number");
	trace_deinit(&t);
}

/* A task sleeps on while others are folded, until records are lost. */
static void test_asleep(void)
{
	uint64_t lost_ns, since_ns;
	struct trace t;

	record_ended(&t, 1);
	trace_snapshot(&t, 2, 1, "two");
	TRACE(&t, rq_enqueue, 2, .nr_running = 1, .change = 1);
	TRACE(&t, rq_switch, 0, .next = 2);
	TRACE(&t, rq_dequeue, 2, .nr_running = 0, .change = 1, .rq_flags = 1);
	since_ns = t.now_ns;
	TRACE(&t, rq_switch, 2, .prev_state = 1);
	trace_exit(&t, FIRST);
	fold(&t, 0);
	t.now_ns += 500 * US;
	lost_ns = t.now_ns;
	t.now_ns += 100 * US;
	TRACE_LOST(&t, lost_ns, 1, SCHED);
	ktap_eq(trace_sched(&t, 2)->sleep_ns, lost_ns - since_ns);
	ktap_result("a task that sleeps while others are folded slept until the loss: %llu of %llu ns",
		    (unsigned long long)trace_sched(&t, 2)->sleep_ns,
		    (unsigned long long)(lost_ns - since_ns));
	trace_deinit(&t);
}

/* A task that a failed audit or an incomplete snapshot names is not folded. */
static void test_named(void)
{
	uint32_t failed, listed;
	struct trace t;

	record_ended(&t, 2);
	failed = known(&t, FIRST);
	listed = known(&t, FIRST + 1);
	TRACE(&t, rq_switch, FIRST, .next = 0);		/* the task does not run there */
	TRACE(&t, rq_snapshot, FIRST + 1, .cpu = 1);
	trace_exit(&t, FIRST);
	trace_exit(&t, FIRST + 1);
	sched_task_at(&t.model.sched, failed)->state = SCHED_ASLEEP;
	sched_task_at(&t.model.sched, failed)->cpu = SCHED_NO_CPU;
	fold(&t, 0);
	ktap_true(t.model.sched.nr_failures);
	ktap_eq(t.model.sched.failure[0].task, failed);
	ktap_eq(sched_task_at(&t.model.sched, failed)->number, failed);
	ktap_result("a task that a failed check names is not folded");
	ktap_eq(sched_task_at(&t.model.sched, listed)->number, listed);
	ktap_result("a task that an incomplete snapshot names is not folded");
	trace_deinit(&t);
}

/* ---- the wanted time begins ---- */

static void test_reset(void)
{
	struct sched *sched;
	struct trace t;
	uint32_t i, nr_left = 0;

	record_ended(&t, 1);
	sched = &t.model.sched;
	set_figures(sched_task_at(sched, known(&t, FIRST)), 1);
	for (i = 0; i < NR_SCHED_CHECKS; i++)
		sched->check[i] = (struct sched_check_count){ 2, 1 };
	sched->nr_failures = 1;
	sched->nr_disagreements = 1;
	if (sched_reset(sched, t.now_ns))
		abort();
	for (i = 0; i < NR_SCHED_CHECKS; i++)
		nr_left += sched->check[i].nr || sched->check[i].nr_failed;
	ktap_true(has_figures(trace_sched(&t, FIRST), 0));
	ktap_result("a task's time before the wanted time counts in no figure");
	ktap_false(nr_left);
	ktap_false(sched->nr_failures);
	ktap_false(sched->nr_disagreements);
	ktap_result("nor does a check before it: %u counts left", nr_left);
	trace_deinit(&t);
}

/* ---- rows of delays ---- */

static void set_row(struct latency_row *row, uint64_t max_ns)
{
	uint32_t i;

	*row = (struct latency_row){ .run_ns = 1, .nr_switches = 2, .max_end_ns = max_ns * 10 };
	for (i = 0; i < NR_DELAY_KINDS; i++)
		row->part_ns[i] = 3 + i;
	for (i = 0; i < LATENCY_NR_SLOTS; i++)
		row->delays.slot[i] = 10 + i;
	if (hist_add(&row->delays.hist, max_ns))
		abort();
}

static bool is_twice(const struct latency_row *row)
{
	bool is_right = row->run_ns == 2 && row->nr_switches == 4 && row->delays.hist.count == 2;
	uint32_t i;

	for (i = 0; i < NR_DELAY_KINDS; i++)
		is_right &= row->part_ns[i] == 2 * (3 + i);
	for (i = 0; i < LATENCY_NR_SLOTS; i++)
		is_right &= row->delays.slot[i] == 2 * (10 + i);
	return is_right;
}

static void test_merge(void)
{
	struct latency_row to, longer, shorter;

	set_row(&to, 500);
	set_row(&longer, 700);
	set_row(&shorter, 600);
	ktap_false(latency_merge(&to, &longer));
	ktap_true(is_twice(&to));
	ktap_eq(to.max_end_ns, 7000);
	ktap_result("each figure of two rows is added up, and the longest delay is that of both");
	ktap_false(latency_merge(&to, &shorter));
	ktap_eq(to.max_end_ns, 7000);
	ktap_result("a shorter delay does not change it");
	hist_deinit(&to.delays.hist);
	hist_deinit(&longer.delays.hist);
	hist_deinit(&shorter.delays.hist);
}

/* Numbers of CPUs and groups are not numbers of tasks. */
static void test_fold_rows(enum latency_by by, const char *name, bool is_folded)
{
	static const struct scope scope;
	const uint32_t into[] = { 0, 0, 5, 0 };
	uint32_t i, nr = 0, number[3];
	struct latency latency;

	if (latency_init(&latency, &scope, by))
		abort();
	for (i = 1; i <= 2; i++) {
		uint32_t place;
		struct latency_row *row = pool_add(&latency.row, &place);

		if (!row || map_set(&latency.by_number, i + 1ULL, place))
			abort();
		*row = (struct latency_row){ .number = i, .nr_switches = i };
	}
	if (latency.watch.on_fold(&latency, into, 4))
		abort();
	for (i = 1; i < latency.row.nr && nr < 3; i++)
		if (latency_row_at(&latency, i)->nr_switches)
			number[nr++] = latency_row_at(&latency, i)->number;
	ktap_eq(nr, 2);
	ktap_eq(number[0], 1);
	ktap_eq(number[1], is_folded ? 5 : 2);
	ktap_result("task 2 becomes task 5: the rows by %s are %u and %u", name, nr ? number[0] : 0,
		    nr > 1 ? number[1] : 0);
	latency_deinit(&latency);
}

/* By CPU: a delay of two microseconds, and one of three hours. */
static void test_slots(void)
{
	static const struct scope scope;
	const uint64_t short_ns = 2 * TRACE_STEP_NS, hours_ns = 3 * 3600 * 1000000000ULL;
	const struct latency_row *row;
	struct latency latency;
	struct trace t;

	if (latency_init(&latency, &scope, LATENCY_BY_CPU))
		abort();
	trace_init(&t, MODEL_RUNQ);
	t.model.sched.watch = &latency.watch;
	trace_snapshot(&t, 11, 1, "task");
	TRACE(&t, rq_snapshot_end, 0, .nr_running = 0, .nr_members = 0);
	for (uint32_t i = 0; i < 2; i++) {
		TRACE(&t, rq_enqueue, 11, .nr_running = 1, .change = 1);
		TRACE(&t, rq_wakeup, 11, .waker = 1, .delay_ns = TRACE_STEP_NS);
		t.now_ns += i ? hours_ns - short_ns : 0;
		TRACE(&t, rq_switch, 0, .next = 11);
		TRACE(&t, rq_dequeue, 11, .nr_running = 0, .change = 1, .rq_flags = 1);
		TRACE(&t, rq_switch, 11, .prev_state = 1);
	}
	row = latency_row_at(&latency, map_get(&latency.by_number, 1));
	ktap_eq(row->delays.hist.count, 2);
	ktap_eq(row->delays.hist.sum, short_ns + hours_ns);
	ktap_eq(row->part_ns[DELAY_QUEUED], short_ns + hours_ns);
	ktap_result("by CPU, stays at a queue are as long as the waits there: %llu ns",
		    (unsigned long long)row->delays.hist.sum);
	ktap_eq(row->delays.slot[1], 1);
	ktap_eq(row->delays.slot[LATENCY_NR_SLOTS - 1], 1);
	ktap_result("the last slot is for all that are longer");
	trace_deinit(&t);
	latency_deinit(&latency);
}

/* ---- sums of watchers ---- */

static const uint32_t into[] = { 0, 0, 5, 5 };
static const struct scope all;
static const struct view_runq runq = { .scope = &all };
static struct model model;

static struct timehist_row *timehist_at(struct timehist *th, uint32_t task)
{
	return pool_reach(&th->row, task);
}

static void test_timehist(void)
{
	struct timehist th;

	if (timehist_init(&th, &model, &runq))
		abort();
	*timehist_at(&th, 2) = (struct timehist_row){ 1, 10, 10, 10, 100, 0 };
	*timehist_at(&th, 3) = (struct timehist_row){ 2, 50, 20, 30, 1300, 7 };
	if (th.watch.on_fold(&th, into, 4))
		abort();
	ktap_eq(timehist_at(&th, 5)->count, 3);
	ktap_eq(timehist_at(&th, 5)->sum_ns, 60);
	ktap_eq(timehist_at(&th, 5)->min_ns, 10);
	ktap_eq(timehist_at(&th, 5)->max_ns, 30);
	ktap_eq(timehist_at(&th, 5)->sum_squares, 1400);
	ktap_eq(timehist_at(&th, 5)->nr_migrations, 7);
	ktap_false(timehist_at(&th, 2)->count);
	ktap_false(timehist_at(&th, 3)->count);
	ktap_result("timehist's sums of folded tasks are those of their name");
	timehist_deinit(&th);
}

static void test_migrations(void)
{
	struct migrations mig;
	uint32_t i;

	if (migrations_init(&mig, &model, &runq))
		abort();
	for (i = 2; i <= 3; i++)
		((struct migrations_row *)pool_reach(&mig.task, i))->count = i;
	if (mig.watch.on_fold(&mig, into, 4))
		abort();
	ktap_eq(((struct migrations_row *)pool_reach(&mig.task, 5))->count, 5);
	ktap_false(((struct migrations_row *)pool_at(&mig.task, 2))->count);
	ktap_result("migrations of folded tasks are those of their name");
	migrations_deinit(&mig);
}

static void test_codes(void)
{
	struct switches sw;
	uint32_t i;

	if (switches_init(&sw, &model, &runq))
		abort();
	for (i = 1; i <= 4; i++)
		*(uint32_t *)pool_reach(&sw.code, i) = i;
	if (sw.watch.on_fold(&sw, into, 4))
		abort();
	ktap_false(*(uint32_t *)pool_at(&sw.code, 2));
	ktap_false(*(uint32_t *)pool_at(&sw.code, 3));
	ktap_eq(*(uint32_t *)pool_at(&sw.code, 1), 1);
	ktap_eq(*(uint32_t *)pool_at(&sw.code, 4), 4);
	ktap_result("a task with a folded task's number gets another code");
	switches_deinit(&sw);
}

static void add_pair(struct antagonists *antagonists, uint32_t task, uint32_t by, uint32_t nr)
{
	uint32_t place;
	struct antagonist *pair = pool_add(&antagonists->row, &place);

	if (!pair || map_set(&antagonists->by_pair, map_pair(task, by), place))
		abort();
	*pair = (struct antagonist){ task, by, nr * 10, nr, nr * 100 };
}

static const struct antagonist *pair_at(const struct antagonists *antagonists, uint32_t task,
					uint32_t by)
{
	return pool_at(&antagonists->row, map_get(&antagonists->by_pair, map_pair(task, by)));
}

static void test_antagonists(void)
{
	struct antagonists antagonists;

	if (antagonists_init(&antagonists, &all))
		abort();
	add_pair(&antagonists, 2, 3, 1);
	add_pair(&antagonists, 3, 3, 2);
	add_pair(&antagonists, 3, 0, 4);
	add_pair(&antagonists, 1, 2, 8);
	if (antagonists.watch.on_fold(&antagonists, into, 4))
		abort();
	ktap_eq(pool_used(&antagonists.row), 3);
	ktap_eq(pair_at(&antagonists, 5, 5)->ran_ns, 30);
	ktap_eq(pair_at(&antagonists, 5, 5)->nr_runs, 3);
	ktap_eq(pair_at(&antagonists, 5, 5)->nr_preemptions, 300);
	ktap_eq(pair_at(&antagonists, 5, 0)->nr_runs, 4);
	ktap_eq(pair_at(&antagonists, 1, 5)->nr_runs, 8);
	ktap_result("antagonists among folded tasks are counted by name");
	antagonists_deinit(&antagonists);
}

/* ---- antagonists ---- */

static void test_order(void)
{
	struct run_sum list[] = { { 900, 0, 1 }, { 100, 5, 1 }, { 300, 7, 1 }, { 300, 6, 1 } };
	struct run_sums sums = { .v = list, .nr = 4 };

	run_sums_sort(&sums);
	ktap_eq(list[0].task, 6);
	ktap_eq(list[1].task, 7);
	ktap_eq(list[2].task, 5);
	ktap_false(list[3].task);
	ktap_result("longest runs come first, the idle CPU last: %u, %u, %u, %u", list[0].task,
		    list[1].task, list[2].task, list[3].task);
}

int main(void)
{
	ktap_begin(22);
	test_timehist();
	test_migrations();
	test_codes();
	test_antagonists();
	test_sums();
	test_kept();
	test_wakers();
	test_asleep();
	test_named();
	test_reset();
	test_merge();
	test_fold_rows(LATENCY_BY_TASK, "task", true);
	test_fold_rows(LATENCY_BY_WAKER, "waker", true);
	test_fold_rows(LATENCY_BY_CPU, "CPU", false);
	test_fold_rows(LATENCY_BY_CGROUP, "control group", false);
	test_slots();
	test_order();
	return ktap_end();
}
