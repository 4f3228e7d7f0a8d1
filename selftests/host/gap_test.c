// SPDX-License-Identifier: GPL-2.0
/*
 * Lost records: which hops they concern, and that each loss costs the same, however
 * many hops and tasks there ever were.
 */
#include <time.h>

#include "ktap.h"
#include "random.h"
#include "trace_builder.h"
#include "watch/chart.h"

#define NR_HOPS		200U
#define NR_STEPS	20000U
#define NR_GAPS		2000U
#define FEW		100U
#define MANY		50000U
#define TIMES		20		/* many hops may take so many times as long as few, */
#define FLOOR_NS	20000000	/* where at least this time counts */

static uint64_t seed = RANDOM_SEED;

static uint64_t random_u64(void)
{
	return random_next(&seed) >> 16;
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* ---- hops that a gap concerns ---- */

/* the hops that a walk over all hops at each gap would find */
struct truth {
	uint64_t last_ns[NR_HOPS + 1];
	bool has_gap[NR_HOPS + 1];
};

static void make_hops(struct paths *paths, uint32_t nr)
{
	uint32_t i, number;

	if (paths_init(paths))
		abort();
	for (i = 1; i <= nr; i++) {
		struct hop_key key = { .image = i };

		if (paths_extend(paths, &key, 1, &number))
			abort();
	}
}

static void step(struct paths *paths, struct truth *truth, uint64_t now_ns, uint32_t gap_share)
{
	uint64_t begin_ns = now_ns - random_u64() % 200;
	uint32_t i = 1 + random_u64() % NR_HOPS;

	if (random_u64() % 100 >= gap_share) {
		paths_touch(paths, hop_at(paths, i), now_ns);
		truth->last_ns[i] = now_ns;
		return;
	}
	paths_mark_gap(paths, begin_ns);
	for (i = 1; i <= NR_HOPS; i++)
		truth->has_gap[i] |= truth->last_ns[i] >= begin_ns;
}

/* Number of hops with a gap that should have none (@more), and the reverse. */
static uint32_t compare(uint32_t gap_share, uint32_t nr_steps, uint32_t *more)
{
	struct truth truth = { 0 };
	struct paths paths;
	uint32_t i, less = 0;

	make_hops(&paths, NR_HOPS);
	for (i = 0; i < nr_steps; i++)
		step(&paths, &truth, 1000 + i, gap_share);
	paths_settle(&paths);
	for (i = 1, *more = 0; i <= NR_HOPS; i++) {
		*more += hop_at(&paths, i)->has_gap && !truth.has_gap[i];
		less += !hop_at(&paths, i)->has_gap && truth.has_gap[i];
	}
	paths_deinit(&paths);
	return less;
}

static void test_which(void)
{
	uint32_t i, more, less, sum_more = 0, sum_less = 0;

	for (i = 0; i < 500; i++) {
		sum_less += compare(2, 20 + random_u64() % 600, &more);
		sum_more += more;
	}
	if (sum_less || sum_more)
		ktap_note("%u hops lack a gap, %u have one that is none", sum_less, sum_more);
	ktap_false(sum_less);
	ktap_false(sum_more);
	ktap_result("a gap concerns the hops that took bytes since it began");
	less = compare(60, NR_STEPS, &more);
	if (less)
		ktap_note("%u hops lack a gap", less);
	ktap_false(less);
	ktap_result("with many gaps no hop lacks one");
}

/* ---- cost of a gap ---- */

static uint64_t cost_of_hops(uint32_t nr)
{
	struct paths paths;
	uint64_t begin_ns;
	uint32_t i;

	make_hops(&paths, nr);
	for (i = 1; i <= nr; i++)
		paths_touch(&paths, hop_at(&paths, i), i);
	begin_ns = cpu_ns();
	for (i = 0; i < NR_GAPS; i++)
		paths_mark_gap(&paths, i % nr);
	begin_ns = cpu_ns() - begin_ns;
	paths_deinit(&paths);
	return begin_ns;
}

/* Many tasks run and end; then there are only losses and snapshots of the queue. */
static uint64_t cost_of_tasks(uint32_t nr)
{
	struct sched_watch watch;
	struct chart chart;
	struct trace t;
	uint64_t begin_ns;
	uint32_t i;

	trace_init(&t, MODEL_RUNQ);
	if (chart_init(&chart, &trace_all, 0, UINT64_MAX))
		abort();
	watch = chart_watch(&chart);
	t.model.sched.watch = &watch;
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	for (i = 0; i < nr; i++) {
		TRACE(&t, rq_enqueue, 1000 + i, .nr_running = 1, .change = 1);
		TRACE(&t, rq_switch, 0, .next = 1000 + i);
		TRACE(&t, rq_dequeue, 1000 + i, .nr_running = 0, .change = 1);
		TRACE(&t, rq_switch, 1000 + i, .prev_state = 1);
	}
	begin_ns = cpu_ns();
	for (i = 0; i < NR_GAPS; i++) {
		TRACE_LOST(&t, t.now_ns, 5, SCHED);
		TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	}
	begin_ns = cpu_ns() - begin_ns;
	trace_finish(&t);
	trace_deinit(&t);
	chart_deinit(&chart);
	return begin_ns;
}

static void check_cost(const char *what, uint64_t (*cost)(uint32_t nr))
{
	uint64_t few_ns = cost(FEW), many_ns = cost(MANY);
	uint64_t most_ns = TIMES * (few_ns > FLOOR_NS / TIMES ? few_ns : FLOOR_NS / TIMES);

	ktap_note("%u gaps with %u and %u %s: %llu and %llu us", NR_GAPS, FEW, MANY, what,
		  (unsigned long long)few_ns / 1000, (unsigned long long)many_ns / 1000);
	ktap_le(many_ns, most_ns);
	ktap_result("a gap costs no more with many %s", what);
}

int main(void)
{
	ktap_begin(4);
	test_which();
	check_cost("hops", cost_of_hops);
	check_cost("tasks", cost_of_tasks);
	return ktap_end();
}
