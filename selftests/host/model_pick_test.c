// SPDX-License-Identifier: GPL-2.0
/*
 * Why the scheduler chose a task: the rules of CFS and EEVDF, chains of searches, the
 * order of classes, wake-up checks, loss.
 *
 * The expected results were written by hand from the kernel's sources,
 * kernel/sched/fair.c of Linux 6.1, 6.12 and 7.2.
 */
#include "ktap.h"
#include "lib/array.h"
#include "random.h"
#include "trace_builder.h"

/* members of a candidate that are not named are 0 */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define MS	1000000LL
#define NICE_0	1048576U
#define ZERO	1000000000000ULL	/* zero_vruntime of all searches here */
#define ROOT	1U

enum { EEVDF = IPCPROBE_PICK_EEVDF, WAKEUP = EEVDF | IPCPROBE_PICK_WAKEUP };
enum {
	CURR = IPCPROBE_PICK_CURR, PROTECTED = CURR | IPCPROBE_PICK_PROTECTED,
	NEXT = IPCPROBE_PICK_NEXT, LAST = IPCPROBE_PICK_LAST, SKIP = IPCPROBE_PICK_SKIP,
	DELAYED = IPCPROBE_PICK_DELAYED,
};

/* A candidate: a task, or a group if @group is set. */
struct entity {
	uint32_t tid;
	int64_t vruntime;	/* relative to ZERO */
	int64_t deadline;	/* relative to ZERO */
	uint16_t flags;
	uint32_t group;
	uint32_t weight;	/* 0 means NICE_0 */
};

static const struct pick_cpu *cpu0(struct trace *t)
{
	return picks_cpu(&t->model.picks, 0);
}

static struct pick_count of(struct trace *t, enum pick_rule rule)
{
	return t->model.picks.count[rule];
}

static void expect_count(struct trace *t, enum pick_rule rule, uint64_t nr, uint64_t nr_right)
{
	struct pick_count count = of(t, rule);

	ktap_eq(count.nr, nr);
	if (!ktap_eq(count.nr_right, nr_right))
		ktap_note("of rule %s", pick_rule_names[rule]);
}

static void candidate(struct trace *t, const struct entity *e)
{
	TRACE(t, pick_candidate, e->group ? 0 : e->tid, .vruntime = ZERO + e->vruntime,
	      .deadline = ZERO + e->deadline, .weight = e->weight ?: NICE_0,
	      .slice_ns = 3000000, .group = e->group, .pick_flags = e->flags);
}

/* Emit a search of @group's queue, with all its entities in this order. */
static void search(struct trace *t, uint32_t group, uint16_t flags, const struct entity *e,
		   uint32_t nr, uint32_t nr_queued, uint32_t woken)
{
	int64_t sum = 0, weight = 0;

	for (uint32_t i = 0; i < nr; i++) {
		candidate(t, &e[i]);
		if (e[i].flags & CURR)
			continue;
		sum += e[i].vruntime * (int64_t)((e[i].weight ?: NICE_0) >> 10);
		weight += (e[i].weight ?: NICE_0) >> 10;
	}
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_w_vruntime = sum, .sum_weight = weight,
	      .group = group, .nr_queued = nr_queued, .nr_recorded = nr, .pick_flags = flags,
	      .task = woken);
}

#define SEARCH(t, group, flags, ...) do {					\
	const struct entity entities[] = { __VA_ARGS__ };			\
	search(t, group, flags, entities, ARRAY_SIZE(entities), ARRAY_SIZE(entities), 0);	\
} while (0)

static void enqueue(struct trace *t, uint32_t tid, uint32_t group, uint16_t sched_class,
		    int16_t prio)
{
	TRACE(t, rq_enqueue, tid, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 1, .group = group,
	      .sched_class = sched_class, .prio = prio);
}

static void dequeue(struct trace *t, uint32_t tid)
{
	TRACE(t, rq_dequeue, tid, .nr_running = IPCPROBE_NR_UNKNOWN, .by = 11, .change = 1,
	      .rq_flags = 1);
}

static void switch_to(struct trace *t, uint32_t prev, uint32_t state, uint32_t next, int16_t prio)
{
	TRACE(t, rq_switch, prev, .next = next, .prev_state = state, .prev_prio = 120,
	      .next_prio = prio);
}

static void group(struct trace *t, uint32_t number, uint32_t parent, const char *path)
{
	TRACE_TEXT(t, rq_group, 0, path, path, .group = number, .parent = parent, .cgroup = number);
}

/* Begin with fair tasks 11, 12, 13 in the root group on CPU 0; 11 runs. */
static void begin(struct trace *t)
{
	uint32_t tid;

	trace_init(t, MODEL_RUNQ | MODEL_PICKS);
	picks_set_cpus(&t->model.picks, 2);
	for (tid = 11; tid <= 16; tid++)
		trace_snapshot(t, tid, 1, "task");
	group(t, ROOT, 0, "/");
	for (tid = 11; tid <= 13; tid++)
		TRACE(t, rq_snapshot, tid, .is_current = tid == 11, .prio = 120, .group = ROOT,
		      .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(t, rq_snapshot_end, 11, .nr_running = 3, .nr_members = 3);
}

/* Emit one search and a switch to @next; expect this rule, and that it predicts the switch. */
#define ONE(flags, next, want, sentence, ...) do {				\
	struct trace t;								\
	begin(&t);								\
	SEARCH(&t, ROOT, flags, __VA_ARGS__);					\
	switch_to(&t, 11, 0, next, 120);					\
	expect_count(&t, want, 1, 1);						\
	ktap_eq(picks_sum(&t.model.picks).nr, 1);				\
	ktap_false(t.model.picks.nr_undecided);					\
	ktap_false(t.err);							\
	ktap_result(sentence);							\
	trace_deinit(&t);							\
} while (0)

/* ---- CFS ---- */

/* With two CPUs the granularity is 2 ms. */
static void test_cfs(void)
{
	ONE(0, 12, PICK_BY_LEFTMOST, "CFS: the least vruntime, not the running one's",
	    { 11, 5 * MS, 0, CURR }, { 12, 1 * MS }, { 13, 2 * MS });
	ONE(0, 13, PICK_BY_LEFTMOST, "CFS: equals go to the one that is queued",
	    { 11, 5, 0, CURR }, { 13, 5 });
	ONE(0, 12, PICK_BY_SKIP, "CFS: a task that yielded gives way to the second",
	    { 13, 0, 0, SKIP }, { 12, 2 * MS });
	ONE(0, 13, PICK_BY_LEFTMOST, "CFS: but not by more than the granularity",
	    { 13, 0, 0, SKIP }, { 12, 2 * MS + 1 });
	ONE(0, 12, PICK_BY_SKIP, "CFS: the running one yields to the first in the queue",
	    { 11, 0, 0, CURR | SKIP }, { 12, 1 * MS }, { 13, 2 * MS });
	ONE(0, 13, PICK_BY_NEXT, "CFS: the next buddy, up to the granularity",
	    { 12, 0 }, { 13, 2 * MS, 0, NEXT });
	ONE(0, 12, PICK_BY_LEFTMOST, "CFS: not a next buddy that is farther ahead",
	    { 12, 0 }, { 13, 2 * MS + 1, 0, NEXT });
	ONE(0, 13, PICK_BY_LAST, "CFS: the last buddy, if the next one is too far ahead",
	    { 12, 0 }, { 13, 1 * MS, 0, LAST }, { 14, 3 * MS, 0, NEXT });
	ONE(0, 14, PICK_BY_NEXT, "CFS: next before last",
	    { 12, 0 }, { 13, 1 * MS, 0, LAST }, { 14, 2 * MS, 0, NEXT });
	ONE(0, 12, PICK_BY_ONLY, "CFS: the only one", { 12, 0 });
}

/* The granularity is in virtual time of the leftmost: nice 19 has weight 15, nice 1 820. */
static void test_cfs_weight(void)
{
	const struct pick_entity light = { .weight = 15 << 10 }, task = { .weight = 820 << 10 };
	const struct pick_entity in_group = { .weight = 820 << 10, .group = 5 };

	/* 2 ms * 1024 * 286331153 >> 32, with 37 and 30 bits: rounded like the kernel */
	ktap_eq(pick_virtual_time(2 * MS, &light), 136533333);
	ktap_result("__calc_delta() for nice 19");
	/* 10^10 * 1024 * 5237765 / 2^32: the inverse of a task's weight is in a table */
	ktap_eq(pick_virtual_time(10000 * MS, &task), 12487804889ULL);
	ktap_result("__calc_delta() for nice 1");
	/* 1024 * 5237764: the inverse of a group's weight is computed by division */
	ktap_eq(pick_virtual_time(10000 * MS, &in_group), 12487802505ULL);
	ktap_result("and for a group's weight");
	ONE(0, 13, PICK_BY_NEXT, "CFS: a task may be ahead of a light one by more",
	    { 12, 0, .weight = 15 << 10 }, { 13, 136533333, 0, NEXT });
	ONE(0, 12, PICK_BY_LEFTMOST, "CFS: but by no nanosecond more than that",
	    { 12, 0, .weight = 15 << 10 }, { 13, 136533334, 0, NEXT });
}

/* ---- EEVDF ---- */

static void test_eevdf(void)
{
	ONE(EEVDF, 12, PICK_BY_DEADLINE, "EEVDF: the earliest deadline",
	    { 11, 0, 9 * MS, CURR }, { 12, 0, 3 * MS }, { 13, 0, 4 * MS });
	ONE(EEVDF, 13, PICK_BY_DEADLINE, "EEVDF: ... of those eligible: not ahead of the mean",
	    { 11, 2 * MS, 9 * MS, CURR }, { 12, 5 * MS, 3 * MS }, { 13, -1 * MS, 8 * MS });
	ONE(EEVDF, 11, PICK_BY_DEADLINE, "EEVDF: the running one, if its deadline is earlier",
	    { 11, 0, 3 * MS, CURR }, { 12, 0, 4 * MS });
	ONE(EEVDF, 12, PICK_BY_DEADLINE, "EEVDF: equal deadlines go to the one that is queued",
	    { 11, 0, 4 * MS, CURR }, { 12, 0, 4 * MS });
	ONE(EEVDF, 12, PICK_BY_DEADLINE, "EEVDF: the running one has no chance if not eligible",
	    { 11, 5 * MS, 3 * MS, CURR }, { 12, 0, 4 * MS });
	ONE(EEVDF, 11, PICK_BY_PROTECTED, "EEVDF: its slice is protected",
	    { 11, 0, 9 * MS, PROTECTED }, { 12, 0, 3 * MS });
	ONE(EEVDF, 12, PICK_BY_DEADLINE, "EEVDF: but not if it is not eligible",
	    { 11, 1 * MS, 9 * MS, PROTECTED }, { 12, 0, 10 * MS });
	ONE(EEVDF | IPCPROBE_PICK_UNPROTECTED, 12, PICK_BY_DEADLINE,
	    "EEVDF: nor in a search without protection, of the buddy neither",
	    { 11, 0, 9 * MS, PROTECTED }, { 12, 0, 3 * MS }, { 13, 0, 4 * MS, NEXT });
	ONE(EEVDF, 13, PICK_BY_NEXT, "EEVDF: the next buddy, before protection",
	    { 11, 0, 9 * MS, PROTECTED }, { 12, 0, 3 * MS }, { 13, 0, 4 * MS, NEXT });
	ONE(EEVDF, 12, PICK_BY_DEADLINE, "EEVDF: not a buddy that is not eligible",
	    { 12, 0, 3 * MS }, { 13, 1 * MS, 4 * MS, NEXT });
	ONE(EEVDF, 12, PICK_BY_ONLY, "EEVDF: the only one, eligible or not", { 12, 7 * MS, 3 * MS });
	ONE(EEVDF, 13, PICK_BY_DEADLINE, "EEVDF: weights count: a heavy one draws the mean to it",
	    { 12, 1, 3 * MS }, { 13, 0, 4 * MS, .weight = 88761 << 10 });
}

/* Linux 7.2: weights are not scaled, but may be shifted. */
static void test_unscaled(void)
{
	struct pick_level level = {
		.zero_vruntime = ZERO, .flags = EEVDF, .nr_queued = 3, .nr = 3, .shift = 2,
		.sum_weight = NICE_0 / 4 + 3072 / 4, .sum_w_vruntime = -4 * (3072 / 4),
		.entity = (struct pick_entity[]){
			{ ZERO + 40, ZERO + 900, NICE_0, .task = 1, .flags = CURR },
			{ ZERO, ZERO + 100, NICE_0, .task = 2 },
			{ ZERO - 4, ZERO + 200, 3072, .task = 3 },
		},
	};

	ktap_true(pick_find_unit(&level));
	ktap_true(level.is_unscaled);
	ktap_eq(pick_weight(&level, &level.entity[2]), 768);
	ktap_result("the unit of weights shows in their sum");
	/* (40 * 262144 - 4 * 768) / (2 * 262144 + 768) = 19.96 */
	ktap_eq(pick_mean_vruntime(&level), ZERO + 19);
	ktap_false(pick_is_eligible(&level, &level.entity[0]));
	ktap_true(pick_is_eligible(&level, &level.entity[1]));
	ktap_result("mean and eligibility in this unit");
	level.sum_weight = 256 + 2;
	level.shift = 2;
	level.entity[2].weight = 3072;
	ktap_true(pick_find_unit(&level));
	ktap_false(level.is_unscaled);
	ktap_eq(pick_weight(&level, &level.entity[2]), 2);
	ktap_result("and in the other, never below 2");
}

/* Sums exceed 64 bits. */
static void test_wide(void)
{
	struct pick_level level = {
		.zero_vruntime = 0, .flags = EEVDF, .nr_queued = 3, .nr = 3, .is_unscaled = true,
		.sum_weight = 2ULL << 36, .sum_w_vruntime = INT64_MAX - 5,
		.entity = (struct pick_entity[]){
			{ 1LL << 40, 10, 1U << 31, .task = 1, .flags = CURR },
			{ 1LL << 40, 5, 1U << 31, .task = 2 },
			{ 1LL << 20, 7, 1U << 31, .task = 3 },
		},
	};

	/* mean = (2^63 + 2^71) / (2^37 + 2^31), less than 2^40, more than 2^20 */
	pick_predict(&level, 0);
	ktap_eq(level.predicted, 2);
	ktap_eq(level.rule, PICK_BY_DEADLINE);
	ktap_result("eligibility is computed with 128 bits");
}

static void test_delayed(void)
{
	struct trace t;

	begin(&t);
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 3 * MS, DELAYED }, { 13, 0, 4 * MS });
	dequeue(&t, 12);
	SEARCH(&t, ROOT, EEVDF, { 13, 0, 4 * MS });
	switch_to(&t, 11, 0, 13, 120);
	expect_count(&t, PICK_BY_DEADLINE, 1, 1);
	expect_count(&t, PICK_BY_ONLY, 1, 1);
	ktap_result("one that sleeps is picked, leaves, and the search begins anew");
	trace_deinit(&t);

	begin(&t);
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 3 * MS, DELAYED }, { 13, 0, 4 * MS });
	switch_to(&t, 11, 0, 13, 120);
	expect_count(&t, PICK_BY_DEADLINE, 1, 0);
	ktap_result("if it does not leave that is a miss");
	trace_deinit(&t);

	begin(&t);
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 3 * MS }, { 13, 0, 4 * MS, DELAYED });
	dequeue(&t, 13);
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 3 * MS });
	switch_to(&t, 11, 0, 12, 120);
	expect_count(&t, PICK_BY_DEADLINE, 1, 0);
	ktap_eq(t.model.picks.nr_misses, 1);
	ktap_eq(t.model.picks.miss[0].chosen.task, tasks_known_tid(&t.model.tasks, 13));
	ktap_result("and one that leaves without being predicted is one, too");
	trace_deinit(&t);

	begin(&t);
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 3 * MS, CURR }, { 13, 0, 4 * MS, DELAYED });
	TRACE(&t, rq_dequeue, 13, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 1, .rq_flags = 8);
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 3 * MS, CURR });
	expect_count(&t, PICK_BY_DEADLINE, 1, 1);
	ktap_false(t.model.picks.nr_misses);
	ktap_result("a sleeper that balancing moves away was not picked");
	trace_deinit(&t);
}

static void test_cut(void)
{
	const struct entity two[] = { { 11, 0, 5 * MS, CURR }, { 12, 9 * MS, 3 * MS } };
	struct trace t;

	begin(&t);
	search(&t, ROOT, EEVDF, two, 2, 7, 0);
	switch_to(&t, 11, 0, 12, 120);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 1);
	ktap_result("nothing is predicted if a candidate without a record may be eligible");
	search(&t, ROOT, 0, two, 1, 7, 0);
	switch_to(&t, 12, 0, 13, 120);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 2);
	ktap_result("CFS predicts nothing without a candidate of the queue");
	candidate(&t, &two[0]);
	TRACE(&t, fair_pick, 0, .group = ROOT, .nr_queued = 2, .nr_recorded = 2);
	switch_to(&t, 13, 0, 12, 120);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 3);
	ktap_result("nor with a candidate missing");
	trace_deinit(&t);
}

/* ---- chains ---- */

static void test_groups(void)
{
	struct trace t;

	begin(&t);
	group(&t, 5, ROOT, "/a");
	group(&t, 6, 5, "/a/b");
	enqueue(&t, 14, 6, IPCPROBE_SCHED_FAIR, 120);
	SEARCH(&t, ROOT, EEVDF, { 11, 3, 9 * MS, CURR }, { 0, 0, 3 * MS, .group = 5 });
	SEARCH(&t, 5, EEVDF, { 0, 0, 3 * MS, .group = 6 });
	SEARCH(&t, 6, EEVDF, { 14, 0, 3 * MS }, { 15, 0, 4 * MS });
	switch_to(&t, 11, 0, 14, 120);
	expect_count(&t, PICK_BY_DEADLINE, 2, 2);
	expect_count(&t, PICK_BY_ONLY, 1, 1);
	ktap_eq(cpu0(&t)->chain.nr, 3);
	ktap_true(cpu0(&t)->chain.is_used);
	ktap_result("groups in groups: three searches, three predictions");
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 1 * MS }, { 0, 0, 3 * MS, .group = 5 });
	SEARCH(&t, 5, EEVDF, { 0, 0, 3 * MS, .group = 6 });
	switch_to(&t, 14, 0, 14, 120);
	expect_count(&t, PICK_BY_DEADLINE, 3, 2);
	expect_count(&t, PICK_BY_ONLY, 2, 2);
	ktap_eq(t.model.picks.miss[0].chosen.group, 5);
	ktap_result("a search of another group's queue is a miss of the level above; a task stands for its group");
	trace_deinit(&t);
}

static void test_buddy_first(void)
{
	struct trace t;

	begin(&t);
	group(&t, 5, ROOT, "/a");
	TRACE(&t, fair_pick, 0, .group = ROOT, .nr_queued = 3,
	      .pick_flags = EEVDF | IPCPROBE_PICK_BUDDY_FIRST);
	SEARCH(&t, 5, EEVDF, { 14, 0, 3 * MS }, { 15, 0, 4 * MS });
	switch_to(&t, 11, 0, 14, 120);
	expect_count(&t, PICK_BY_NEXT, 1, 1);
	expect_count(&t, PICK_BY_DEADLINE, 1, 1);
	ktap_result("a queue that was not searched, as there was a next buddy");
	trace_deinit(&t);
}

static void test_stay(void)
{
	struct trace t;

	begin(&t);
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 1 * MS, CURR }, { 12, 0, 3 * MS });
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	expect_count(&t, PICK_BY_DEADLINE, 1, 1);
	ktap_result("without a switch before the next search the running one stayed");
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	expect_count(&t, PICK_BY_DEADLINE, 2, 1);
	ktap_eq(t.model.picks.nr_misses, 1);
	ktap_result("which is a miss if another was predicted");
	switch_to(&t, 11, 0, 12, 120);
	switch_to(&t, 12, 0, 13, 120);
	expect_count(&t, PICK_BY_DEADLINE, 3, 2);
	ktap_eq(t.model.picks.nr_unseen, 1);
	ktap_result("a switch to a fair task without a search is counted apart");
	trace_deinit(&t);
}

static uint32_t request_tid(struct trace *t)
{
	return cpu0(t)->cause.ts_ns ? task_at(&t->model.tasks, cpu0(t)->cause.task)->tid : 0;
}

/* A request counts until the scheduler's next choice, whatever it chose. */
static void test_requests(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, rq_resched, 11, .running = 11, .task = 14, .site = 1);
	TRACE(&t, rq_resched, 11, .running = 11, .task = 15, .site = 2);
	SEARCH(&t, ROOT, EEVDF, { 11, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	switch_to(&t, 11, 0, 12, 120);
	ktap_eq(request_tid(&t), 14);
	ktap_result("the first request is the cause of the switch");
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 9 * MS, CURR }, { 13, 0, 3 * MS });
	switch_to(&t, 12, 0, 13, 120);
	ktap_false(request_tid(&t));
	ktap_result("and of no other");
	TRACE(&t, rq_resched, 13, .running = 13, .task = 14, .site = 1);
	SEARCH(&t, ROOT, EEVDF, { 13, 0, 1 * MS, CURR }, { 12, 0, 3 * MS });
	TRACE(&t, rq_resched, 13, .running = 13, .task = 16, .site = 1);
	SEARCH(&t, ROOT, EEVDF, { 13, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	switch_to(&t, 13, 0, 12, 120);
	ktap_eq(request_tid(&t), 16);
	ktap_result("one that was looked at without a switch is done with");
	TRACE(&t, rq_resched, 12, .running = 12, .task = 14, .site = 1);
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 1 * MS, CURR }, { 13, 0, 3 * MS });
	SEARCH(&t, ROOT, EEVDF, { 12, 0, 9 * MS, CURR }, { 13, 0, 3 * MS });
	switch_to(&t, 12, 0, 13, 120);
	ktap_false(request_tid(&t));
	ktap_result("also if none follows");
	TRACE(&t, rq_resched, 13, .running = 13, .task = 14, .site = 1);
	SEARCH(&t, ROOT, EEVDF, { 13, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	TRACE(&t, rq_resched, 13, .running = 13, .task = 16, .site = 2);
	switch_to(&t, 13, 0, 12, 120);
	ktap_eq(request_tid(&t), 14);
	ktap_result("one that comes during the search is not its cause");
	TRACE(&t, rq_resched, 12, .running = 12, .task = 14, .site = 1);
	t.now_ns += 5000;
	TRACE_LOST(&t, t.now_ns - 5000, 3, PICK);
	switch_to(&t, 12, 0, 13, 120);
	ktap_false(request_tid(&t));
	ktap_result("after a loss the requesting task is not known");
	trace_deinit(&t);
}

static void test_loss(void)
{
	struct trace t;
	uint64_t ns;

	begin(&t);
	group(&t, 5, ROOT, "/a");
	SEARCH(&t, ROOT, EEVDF, { 0, 0, 3 * MS, .group = 5 }, { 12, 0, 9 * MS });
	ns = t.now_ns;
	t.now_ns += 5000;
	TRACE_LOST(&t, ns, 3, PICK);
	SEARCH(&t, 5, EEVDF, { 14, 0, 3 * MS });
	switch_to(&t, 11, 0, 13, 120);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 2);
	ktap_eq(t.model.picks.nr_unseen, 1);
	ktap_result("nothing is predicted across a gap");
	SEARCH(&t, ROOT, EEVDF, { 13, 0, 9 * MS, CURR }, { 12, 0, 3 * MS });
	switch_to(&t, 13, 0, 12, 120);
	expect_count(&t, PICK_BY_DEADLINE, 1, 1);
	ktap_result("but from the next chain on");
	trace_deinit(&t);
}

/* ---- wake-up checks ---- */

static void resched(struct trace *t, uint32_t task)
{
	TRACE(t, rq_resched, 11, .running = 11, .task = task, .site = 1);
}

#define CHECK(t, flags, woken, ...) do {					\
	const struct entity entities[] = { __VA_ARGS__ };			\
	search(t, ROOT, flags, entities, ARRAY_SIZE(entities), ARRAY_SIZE(entities), woken);	\
} while (0)

static void test_wakeup(void)
{
	struct trace t;

	begin(&t);
	CHECK(&t, WAKEUP, 14, { 11, 0, 9 * MS, CURR }, { 14, 0, 3 * MS });
	resched(&t, 14);
	TRACE(&t, rq_wakeup, 14, .waker = 11);
	expect_count(&t, PICK_BY_WAKEUP, 1, 1);
	ktap_result("the woken task preempts");
	CHECK(&t, WAKEUP, 14, { 11, 0, 1 * MS, CURR }, { 14, 0, 3 * MS });
	TRACE(&t, rq_wakeup, 14, .waker = 11);
	expect_count(&t, PICK_BY_WAKEUP, 2, 2);
	ktap_result("it does not");
	CHECK(&t, WAKEUP, 14, { 11, 0, 9 * MS, PROTECTED }, { 14, 0, 3 * MS });
	resched(&t, 14);
	TRACE(&t, rq_wakeup, 14, .waker = 11);
	expect_count(&t, PICK_BY_WAKEUP, 3, 2);
	ktap_result("a preemption that was not predicted");
	CHECK(&t, WAKEUP, 14, { 12, 0, 2 * MS, DELAYED }, { 14, 0, 3 * MS });
	dequeue(&t, 12);
	CHECK(&t, WAKEUP, 14, { 11, 0, 9 * MS, CURR }, { 14, 0, 3 * MS });
	resched(&t, 14);
	expect_count(&t, PICK_BY_WAKEUP, 5, 4);
	ktap_result("one that slept leaves, and it preempts");
	trace_deinit(&t);
}

/* ---- classes ---- */

static void test_classes(void)
{
	struct trace t;

	begin(&t);
	enqueue(&t, 14, ROOT, IPCPROBE_SCHED_RT, 50);
	enqueue(&t, 15, ROOT, IPCPROBE_SCHED_RT, 40);
	switch_to(&t, 11, 0, 15, 40);
	expect_count(&t, PICK_BY_RT, 1, 1);
	ktap_result("real time: the highest priority");
	enqueue(&t, 16, ROOT, IPCPROBE_SCHED_RT, 40);
	switch_to(&t, 15, 0, 16, 40);
	expect_count(&t, PICK_BY_RT_EQUAL, 1, 1);
	ktap_eq(cpu0(&t)->by_class.nr_equal, 2);
	ktap_result("one of two of equal priority");
	switch_to(&t, 16, 0, 14, 50);
	expect_count(&t, PICK_BY_RT_EQUAL, 2, 1);
	ktap_eq(t.model.picks.nr_misses, 1);
	ktap_result("a lower priority is a miss");
	enqueue(&t, 13, ROOT, IPCPROBE_SCHED_DL, -1);
	TRACE(&t, dl_params, 13, .deadline = 500);
	switch_to(&t, 14, 0, 13, -1);
	enqueue(&t, 12, ROOT, IPCPROBE_SCHED_DL, -1);
	TRACE(&t, dl_params, 12, .deadline = 400);
	switch_to(&t, 13, 0, 12, -1);
	expect_count(&t, PICK_BY_DL, 2, 2);
	ktap_result("deadline: the earliest, before real time");
	switch_to(&t, 12, 0, 0, 140);
	expect_count(&t, PICK_BY_IDLE, 1, 0);
	ktap_result("idle with a queued task is a miss");
	trace_deinit(&t);
}

static void test_idle(void)
{
	struct trace t;

	begin(&t);
	dequeue(&t, 12);
	TRACE(&t, rq_enqueue, 14, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 0, .group = 5,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	dequeue(&t, 13);
	switch_to(&t, 11, 1, 0, 140);
	expect_count(&t, PICK_BY_IDLE, 1, 1);
	ktap_result("idle: the remaining members sleep, or are in a throttled group");
	trace_deinit(&t);
}

/* A fair task runs although a real-time task is queued. */
static void test_server(void)
{
	struct trace t;

	begin(&t);
	enqueue(&t, 14, ROOT, IPCPROBE_SCHED_RT, 50);
	TRACE(&t, dl_params, 0, .deadline = 500);
	switch_to(&t, 11, 0, 12, 120);
	expect_count(&t, PICK_BY_SERVER, 1, 1);
	ktap_result("the fair server comes before real time");
	switch_to(&t, 12, 0, 11, 120);
	expect_count(&t, PICK_BY_SERVER, 1, 1);
	expect_count(&t, PICK_BY_RT, 1, 0);
	ktap_result("without it, a fair task before a real-time one is a miss");
	enqueue(&t, 15, ROOT, IPCPROBE_SCHED_DL, -1);
	TRACE(&t, dl_params, 15, .deadline = 400);
	TRACE(&t, dl_params, 0, .deadline = 500);
	switch_to(&t, 11, 0, 12, 120);
	expect_count(&t, PICK_BY_DL, 1, 0);
	ktap_result("and so is its server before an earlier deadline");
	trace_deinit(&t);
}

/* The rule of a BPF scheduler is not known; the classes before it are. */
static void test_bpf_scheduler(void)
{
	struct trace t;

	begin(&t);
	enqueue(&t, 14, ROOT, IPCPROBE_SCHED_EXT, 120);
	switch_to(&t, 11, 0, 14, 120);
	expect_count(&t, PICK_BY_FAIR, 1, 0);
	ktap_false(t.model.picks.nr_bpf);
	ktap_result("one of a BPF scheduler's before a fair one is a miss");
	TRACE(&t, dl_params, 0, .deadline = 500);
	switch_to(&t, 14, 0, 14, 120);
	expect_count(&t, PICK_BY_SERVER, 1, 1);
	ktap_result("unless the class has a server");
	dequeue(&t, 11);
	dequeue(&t, 12);
	dequeue(&t, 13);
	enqueue(&t, 15, ROOT, IPCPROBE_SCHED_EXT, 120);
	t.model.picks.nr_undecided = 0;
	switch_to(&t, 14, 0, 15, 120);
	switch_to(&t, 15, 0, 0, 140);
	ktap_eq(t.model.picks.nr_bpf, 2);
	ktap_eq(picks_sum(&t.model.picks).nr, 2);
	ktap_false(t.model.picks.nr_unseen);
	ktap_false(t.model.picks.nr_undecided);
	ktap_result("among its own, or to idle: it decided, and nothing is predicted");
	trace_deinit(&t);
}

/* Unknown properties of a member are not guessed. */
static void test_doubt(void)
{
	struct trace t;

	begin(&t);
	enqueue(&t, 14, ROOT, IPCPROBE_SCHED_DL, -1);
	enqueue(&t, 15, ROOT, IPCPROBE_SCHED_DL, -1);
	TRACE(&t, dl_params, 15, .deadline = 400);
	switch_to(&t, 11, 0, 15, -1);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 1);
	ktap_result("nothing is predicted if a deadline is not known");
	TRACE(&t, dl_params, 14, .deadline = 300);
	enqueue(&t, 16, ROOT, IPCPROBE_SCHED_UNKNOWN, 50);
	switch_to(&t, 15, 0, 14, -1);
	ktap_false(picks_sum(&t.model.picks).nr);
	ktap_eq(t.model.picks.nr_undecided, 2);
	ktap_result("nor if a member's class is not");
	trace_deinit(&t);
}

/* Two CPUs search at the same time. */
static void test_cpus(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, rq_snapshot, 14, .cpu = 1, .is_current = 1, .prio = 120, .group = ROOT,
	      .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(&t, rq_snapshot_end, 14, .cpu = 1, .nr_running = 1, .nr_members = 1);
	TRACE(&t, pick_candidate, 15, .vruntime = 5, .weight = NICE_0, .cpu = 1);
	SEARCH(&t, ROOT, 0, { 12, 0 }, { 13, 5 });
	TRACE(&t, fair_pick, 0, .group = ROOT, .nr_queued = 1, .nr_recorded = 1, .cpu = 1);
	TRACE(&t, rq_switch, 14, .next = 15, .next_prio = 120, .cpu = 1);
	switch_to(&t, 11, 0, 12, 120);
	expect_count(&t, PICK_BY_ONLY, 1, 1);
	expect_count(&t, PICK_BY_LEFTMOST, 1, 1);
	ktap_result("each CPU has its own candidates and its own chain");
	trace_deinit(&t);
}

/* ---- against another implementation ---- */

static uint64_t seed = RANDOM_SEED;

static uint64_t below(uint64_t n)
{
	return (random_next(&seed) >> 20) % n;
}

/* The definition of EEVDF, in rational numbers of 128 bits. */
static int32_t define_eevdf(const struct pick_level *level)
{
	int32_t best = -1;

	for (uint32_t i = 0; i < level->nr; i++) {
		const struct pick_entity *e = &level->entity[i];
		__int128 lag = 0;

		for (uint32_t j = 0; j < level->nr; j++)
			lag += (__int128)(int64_t)(level->entity[j].vruntime - e->vruntime) *
			       (level->entity[j].weight >> 10);
		if (lag < 0)
			continue;
		if (best < 0 || level->entity[best].deadline > e->deadline ||
		    (level->entity[best].deadline == e->deadline &&
		     level->entity[best].flags & CURR))
			best = i;
	}
	return best;
}

static void sort_by_deadline(struct pick_entity *e, uint32_t first, uint32_t nr)
{
	for (uint32_t i = first; i < nr; i++)
		for (uint32_t j = i; j > first && e[j].deadline < e[j - 1].deadline; j--) {
			struct pick_entity swap = e[j];

			e[j] = e[j - 1];
			e[j - 1] = swap;
		}
}

static bool is_same_eevdf(void)
{
	struct pick_entity entity[9] = { 0 };
	struct pick_level level = { .zero_vruntime = ZERO - 100 + below(200), .flags = EEVDF,
				    .entity = entity, .nr = 2 + below(8) };
	uint32_t has_curr = below(2);

	level.nr_queued = level.nr;
	for (uint32_t i = 0; i < level.nr; i++)
		entity[i] = (struct pick_entity){ .vruntime = ZERO - 50 + below(100),
			.deadline = ZERO + below(12), .task = i + 1,
			.weight = (15 + below(2000)) << 10, .flags = has_curr && !i ? CURR : 0 };
	sort_by_deadline(entity, has_curr, level.nr);
	for (uint32_t i = has_curr; i < level.nr; i++) {
		level.sum_weight += entity[i].weight >> 10;
		level.sum_w_vruntime += (int64_t)(entity[i].vruntime - level.zero_vruntime) *
					(entity[i].weight >> 10);
	}
	return pick_find_unit(&level) && !level.is_unscaled &&
	       (pick_predict(&level, 0), level.predicted == define_eevdf(&level));
}

/* pick_next_entity() of Linux 6.1 again, on an array sorted by vruntime, for nice 0. */
static int32_t define_cfs(const struct pick_entity *e, uint32_t nr, bool has_curr, int64_t gran)
{
	int32_t order[9] = { 0 }, se, second = -1, next = -1, last = -1;
	uint32_t n = 0;

	for (uint32_t i = has_curr; i < nr; i++)
		order[n++] = i;
	if (has_curr) {		/* its position in the tree would be after its equals */
		uint32_t at = 0;

		while (at < n && e[order[at]].vruntime <= e[0].vruntime)
			at++;
		memmove(order + at + 1, order + at, (n - at) * sizeof(order[0]));
		order[at] = 0;
		n++;
	}
	se = order[0];
	second = n > 1 ? order[1] : -1;
	for (uint32_t i = 0; i < nr; i++) {
		next = e[i].flags & NEXT ? (int32_t)i : next;
		last = e[i].flags & LAST ? (int32_t)i : last;
	}
	if (next >= 0 && (int64_t)(e[next].vruntime - e[order[0]].vruntime) <= gran)
		return next;
	if (last >= 0 && (int64_t)(e[last].vruntime - e[order[0]].vruntime) <= gran)
		return last;
	if (e[se].flags & SKIP && second >= 0 &&
	    (int64_t)(e[second].vruntime - e[se].vruntime) <= gran)
		return second;
	return se;
}

static bool is_same_cfs(void)
{
	struct pick_entity entity[9] = { 0 };
	struct pick_level level = { .entity = entity, .nr = 1 + below(8) };
	uint64_t vruntime = ZERO;
	bool has_curr = below(2);

	level.nr_queued = level.nr;
	for (uint32_t i = 0; i < level.nr; i++)
		entity[i] = (struct pick_entity){ .vruntime = vruntime += below(4), .task = i + 1,
						  .weight = NICE_0 };
	if (has_curr) {
		entity[0].flags = CURR;
		entity[0].vruntime = ZERO + below(20);
	}
	entity[below(level.nr)].flags |= below(2) ? NEXT : 0;
	entity[below(level.nr)].flags |= below(2) ? LAST : 0;
	entity[below(level.nr)].flags |= below(2) ? SKIP : 0;
	pick_predict(&level, 5);
	return level.predicted == define_cfs(entity, level.nr, has_curr, 5);
}

static void test_random(void)
{
	uint32_t i;

	for (i = 0; i < 200000 && is_same_eevdf(); i++)
		;
	ktap_eq(i, 200000);
	ktap_result("EEVDF: as its definition, 200000 times");
	for (i = 0; i < 200000 && is_same_cfs(); i++)
		;
	ktap_eq(i, 200000);
	ktap_result("CFS: as a second implementation, 200000 times");
}

int main(void)
{
	ktap_begin(73);
	test_cfs();
	test_cfs_weight();
	test_eevdf();
	test_unscaled();
	test_wide();
	test_delayed();
	test_cut();
	test_groups();
	test_buddy_first();
	test_stay();
	test_requests();
	test_loss();
	test_wakeup();
	test_classes();
	test_idle();
	test_server();
	test_bpf_scheduler();
	test_doubt();
	test_cpus();
	test_random();
	return ktap_end();
}
