// SPDX-License-Identifier: GPL-2.0
/*
 * Ended tasks are folded, and no sum of run queues changes by that: the same recording
 * of many short tasks is applied to a model that keeps all and to one that keeps few.
 */
#include "ktap.h"
#include "random.h"
#include "trace_builder.h"
#include "watch/blocked.h"
#include "watch/latency.h"

#define NR_TASKS	2000U
#define NR_KEPT		40U
#define SHELL		10U
#define FIRST		1000U
#define LONG_RUN	(FIRST + 700)	/* runs longer than all others */
#define LONG_WAIT	(FIRST + 900)	/* waits longer without a break */
#define DEAD		0x80U

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
	return (random_next(&seed) >> 24) % n;
}

/* ---- the recording ---- */

static void pass(struct trace *t, uint32_t us)
{
	t->now_ns += us * 1000ULL;
}

/* A task is woken by one that may have ended long ago, waits, runs, sleeps on a pipe, ends. */
static void short_task(struct trace *t, uint32_t tid)
{
	trace_spawn(t, SHELL, tid, tid % 3 ? "cc" : "as");
	TRACE(t, rq_enqueue, tid, .by = SHELL, .nr_running = 1, .change = 1);
	TRACE(t, rq_wakeup, tid, .waker = tid % 5 ? SHELL : tid - 1, .delay_ns = 300);
	pass(t, tid == LONG_WAIT ? 5000 : random_below(50));
	TRACE(t, rq_switch, 0, .next = tid);
	pass(t, tid == LONG_RUN ? 9000 : random_below(50));
	TRACE(t, pipe_block, tid, .pipe = 1 + tid % 4, .flags = IPCPROBE_IO_READ_END);
	TRACE(t, rq_dequeue, tid, .nr_running = 0, .change = 1, .rq_flags = 1);
	TRACE(t, rq_switch, tid, .prev_state = 1);
	pass(t, random_below(50));
	TRACE(t, rq_enqueue, tid, .by = SHELL, .nr_running = 1, .change = 1);
	TRACE(t, rq_wakeup, tid, .waker = SHELL, .delay_ns = 200);
	TRACE(t, rq_switch, 0, .next = tid);
	trace_exit(t, tid);
	TRACE(t, rq_dequeue, tid, .nr_running = 0, .change = 1, .rq_flags = 1);
	TRACE(t, rq_switch, tid, .prev_state = DEAD);
}

static void record(struct trace *t, const struct sweep_limits *limits,
		   const struct sched_watch *watch, uint32_t what)
{
	uint32_t i;

	seed = RANDOM_SEED;
	trace_init(t, what);
	t->model.copies.limits = *limits;
	t->model.sched.watch = watch;
	trace_snapshot(t, 1, 0, "init");
	trace_snapshot(t, SHELL, 1, "sh");
	TRACE(t, rq_snapshot_end, 0, .nr_running = 0, .nr_members = 0);
	for (i = 0; i < NR_TASKS; i++)
		short_task(t, FIRST + i);
	trace_finish(t);
	if (t->err)
		abort();
}

static const struct sweep_limits keep_all = { .next = UINT32_MAX };
static const struct sweep_limits keep_few = { .hops = 20, .shapes = 20, .files = 20, .ended = 5,
					      .ends = 20, .tasks = NR_KEPT, .objects = 200 };

/* ---- sums ---- */

enum {
	RUN, WAIT, SLEEP, BLOCKED, WAKEUPS, VOLUNTARY, DELAYS, DELAY_NS, DELAY_MAX, AUDITS,
	AGREED, FAILED, NR_SUMS
};

static void sum_tasks(const struct trace *t, uint64_t sums[NR_SUMS], uint32_t *nr)
{
	const struct sched *sched = &t->model.sched;
	uint32_t i, j;

	memset(sums, 0, NR_SUMS * sizeof(*sums));
	*nr = 0;
	for (i = 1; i < sched->task.nr; i++) {
		const struct sched_task *task = sched_task_at(sched, i);

		*nr += !!task->number;
		sums[RUN] += task->run_ns;
		sums[WAIT] += task->wait_ns;
		sums[SLEEP] += task->sleep_ns;
		for (j = 0; j < NR_WAIT_KINDS; j++)
			sums[BLOCKED] += task->blocked_ns[j];
		sums[WAKEUPS] += task->nr_wakeups;
		sums[VOLUNTARY] += task->nr_voluntary;
		sums[DELAYS] += task->latency.count;
		sums[DELAY_NS] += task->latency.sum;
		if (task->latency.max > sums[DELAY_MAX])
			sums[DELAY_MAX] = task->latency.max;
	}
	sums[AUDITS] = sched->cpu[0].nr_audits;
	sums[AGREED] = sched->cpu[0].nr_agreed;
	sums[FAILED] = sched->nr_failures;
}

static bool is_same(const uint64_t *all, const uint64_t *few, uint32_t nr)
{
	bool is_right = true;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		if (all[i] != few[i])
			ktap_note("sum %u: %llu, folded %llu", i, (unsigned long long)all[i],
				  (unsigned long long)few[i]);
		is_right &= all[i] == few[i];
	}
	return is_right;
}

static bool has_figures(struct trace *t, uint32_t tid)
{
	uint32_t i;

	for (i = 1; i < t->model.sched.task.nr; i++)
		if (sched_task_at(&t->model.sched, i)->number && task_at(&t->model.tasks, i)->tid == tid)
			return true;
	return false;
}

static void test_tasks(void)
{
	uint64_t sums_all[NR_SUMS], sums_few[NR_SUMS];
	uint32_t nr_all, nr_few;
	struct trace all, few;

	record(&all, &keep_all, NULL, MODEL_RUNQ | MODEL_WAITS);
	record(&few, &keep_few, NULL, MODEL_RUNQ | MODEL_WAITS);
	sum_tasks(&all, sums_all, &nr_all);
	sum_tasks(&few, sums_few, &nr_few);
	ktap_note("%u tasks, folded %u; %u and %u numbers", nr_all, nr_few, all.model.tasks.task.nr,
		  few.model.tasks.task.nr);
	ktap_true(is_same(sums_all, sums_few, NR_SUMS));
	ktap_ge(nr_all, NR_TASKS);
	ktap_true(sums_all[BLOCKED]);
	ktap_true(sums_all[DELAYS]);
	ktap_result("no sum of tasks changes when those that ended are folded");
	ktap_lt(nr_few, 300);
	ktap_lt(few.model.tasks.task.nr, 400);
	ktap_lt(few.model.tasks.proc.nr, 500);
	ktap_result("few ended tasks are kept, and the others' numbers are used again");
	ktap_true(has_figures(&few, LONG_RUN));
	ktap_true(has_figures(&few, LONG_WAIT));
	ktap_false(has_figures(&few, FIRST + 500));
	ktap_result("the tasks with the longest run time or the longest delay are kept");
	trace_deinit(&all);
	trace_deinit(&few);
}

static void test_wanted(void)
{
	static const uint32_t pid = FIRST + 500;
	struct sweep_limits limits = keep_few;
	struct trace t;

	limits.pid = &pid;
	limits.nr_pids = 1;
	record(&t, &limits, NULL, MODEL_RUNQ);
	ktap_true(has_figures(&t, pid));
	ktap_result("a selected task is kept");
	trace_deinit(&t);
}

enum {
	ROWS_RUN, ROWS_SWITCHES, ROWS_DELAYS, ROWS_NS, ROWS_MAX, ROWS_MAX_END, ROWS_SLOTS,
	ROWS_PARTS, NR_ROWS_SUMS = ROWS_PARTS + NR_DELAY_KINDS
};

static void sum_row(const struct latency_row *row, uint64_t sums[NR_ROWS_SUMS])
{
	uint32_t i;

	sums[ROWS_RUN] += row->run_ns;
	sums[ROWS_SWITCHES] += row->nr_switches;
	sums[ROWS_DELAYS] += row->delays.hist.count;
	sums[ROWS_NS] += row->delays.hist.sum;
	if (row->delays.hist.max > sums[ROWS_MAX]) {
		sums[ROWS_MAX] = row->delays.hist.max;
		sums[ROWS_MAX_END] = row->max_end_ns;
	}
	for (i = 0; i < LATENCY_NR_SLOTS; i++)
		sums[ROWS_SLOTS] += (uint64_t)row->delays.slot[i] << i;
	for (i = 0; i < NR_DELAY_KINDS; i++)
		sums[ROWS_PARTS + i] += row->part_ns[i];
}

/* Return: the number of rows. */
static uint32_t sum_latency(const struct sweep_limits *limits, enum latency_by by,
			    uint64_t sums[NR_ROWS_SUMS])
{
	static const struct scope scope;
	struct latency latency;
	struct trace t;
	uint32_t i, nr;

	if (latency_init(&latency, &scope, by))
		abort();
	record(&t, limits, &latency.watch, MODEL_RUNQ);
	memset(sums, 0, NR_ROWS_SUMS * sizeof(*sums));
	for (i = 1; i < latency.row.nr; i++)
		sum_row(latency_row_at(&latency, i), sums);
	nr = pool_used(&latency.row);
	trace_deinit(&t);
	latency_deinit(&latency);
	return nr;
}

static void compare_latency(enum latency_by by, const char *name, uint32_t most)
{
	uint64_t all[NR_ROWS_SUMS], few[NR_ROWS_SUMS];
	uint32_t nr_all = sum_latency(&keep_all, by, all), nr = sum_latency(&keep_few, by, few);

	ktap_true(is_same(all, few, NR_ROWS_SUMS));
	ktap_true(all[ROWS_DELAYS]);
	ktap_le(nr, most);
	ktap_result("no sum of delays by %s changes: %u rows, folded %u", name, nr_all, nr);
}

static void test_latency(void)
{
	compare_latency(LATENCY_BY_TASK, "task", 2 * NR_KEPT);
	compare_latency(LATENCY_BY_WAKER, "waker", 2 * NR_KEPT);
	compare_latency(LATENCY_BY_CPU, "CPU", 1);
	compare_latency(LATENCY_BY_CGROUP, "control group", 1);
}

static void sum_blocked(const struct sweep_limits *limits, uint64_t sums[2], uint32_t *nr)
{
	struct blocked blocked;
	struct trace t;
	uint32_t i;

	if (blocked_init(&blocked))
		abort();
	record(&t, limits, &blocked.watch, MODEL_RUNQ | MODEL_WAITS);
	sums[0] = 0;
	sums[1] = 0;
	for (i = 1; i < blocked.row.nr; i++) {
		sums[0] += blocked_row_at(&blocked, i)->count;
		sums[1] += blocked_row_at(&blocked, i)->ns;
	}
	*nr = pool_used(&blocked.row);
	trace_deinit(&t);
	blocked_deinit(&blocked);
}

static void test_blocked(void)
{
	uint64_t all[2], few[2];
	uint32_t nr_all, nr_few;

	sum_blocked(&keep_all, all, &nr_all);
	sum_blocked(&keep_few, few, &nr_few);
	ktap_note("%u rows, folded %u", nr_all, nr_few);
	ktap_true(is_same(all, few, 2));
	ktap_true(all[0]);
	ktap_lt(nr_few, nr_all / 4);
	ktap_result("no sum of what tasks blocked on changes");
}

int main(void)
{
	ktap_begin(9);
	test_tasks();
	test_wanted();
	test_latency();
	test_blocked();
	return ktap_end();
}
