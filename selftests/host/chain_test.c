// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of causes that ends with a task: it stays with a task that ran or wanted to
 * run, and goes on with the task that ended a sleep; its links add up to the time.
 */
#include "sched_builder.h"
#include "watch/chain_sums.h"

/* A recording that is being made, and the chain of it. */
struct chained {
	struct trace trace;
	struct steps steps;
	struct chain chain;
	struct chain_sums sums;
};

static void begin_steps(struct chained *c)
{
	uint32_t pid;

	*c = (struct chained){ 0 };
	trace_init(&c->trace, MODEL_RUNQ | MODEL_WAITS);
	if (steps_init(&c->steps))
		abort();
	c->trace.model.sched.watch = &c->steps.watch;
	for (pid = 11; pid <= 14; pid++)
		trace_snapshot(&c->trace, pid, 1, "task");
}

static void begin_chain(struct chained *c)
{
	begin_steps(c);
	empty_snapshot(&c->trace, 2000, 0);
	empty_snapshot(&c->trace, 2000, 1);
}

static void follow(struct chained *c, uint32_t tid, uint64_t from_us, uint64_t until_us)
{
	uint32_t task;

	finish(&c->trace, until_us);
	task = tasks_known_tid(&c->trace.model.tasks, tid);
	if (c->trace.err || chain_follow(&c->chain, &c->steps, task, from_us * US, until_us * US) ||
	    chain_sums_init(&c->sums, &c->chain, &c->steps, &c->trace.model.tasks))
		abort();
}

static void end_chain(struct chained *c)
{
	chain_sums_deinit(&c->sums);
	chain_deinit(&c->chain);
	steps_deinit(&c->steps);
	trace_deinit(&c->trace);
}

static void wake_by(struct chained *c, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr,
		    uint32_t waker, uint16_t context)
{
	enqueue(&c->trace, us, tid, cpu, nr);
	c->trace.now_ns = us * US;
	TRACE(&c->trace, rq_wakeup, tid, .waker = waker, .cpu = cpu, .context = context,
	      .waker_cpu = !cpu);
}

static void sleep_at(struct chained *c, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr,
		     uint32_t next)
{
	dequeue(&c->trace, us, tid, cpu, nr);
	run(&c->trace, us, cpu, tid, 1, next);
}

static void block_on_pipe(struct chained *c, uint64_t us, uint32_t tid)
{
	c->trace.now_ns = us * US;
	TRACE(&c->trace, pipe_block, tid, .pipe = 77);
}

/*
 * 11 runs on CPU 0 from 2100 on and blocks on a pipe at 2400; 13 runs there until 2650.
 * 12 runs on CPU 1 and wakes 11 at 2600. 11 runs from 2650 on, sleeps at 2900, and is
 * woken by an interrupt at 3100.
 */
static void record_turns(struct chained *c)
{
	begin_chain(c);
	wake_by(c, 2100, 11, 0, 1, 0, IPCPROBE_CONTEXT_HARDIRQ);
	run(&c->trace, 2100, 0, 0, 0, 11);
	wake_by(c, 2100, 12, 1, 1, 0, IPCPROBE_CONTEXT_HARDIRQ);
	run(&c->trace, 2100, 1, 0, 0, 12);
	block_on_pipe(c, 2390, 11);
	wake_by(c, 2395, 13, 0, 2, 12, 0);
	sleep_at(c, 2400, 11, 0, 1, 13);
	wake_by(c, 2600, 11, 0, 2, 12, 0);
	sleep_at(c, 2650, 13, 0, 1, 11);
	sleep_at(c, 2900, 11, 0, 0, 0);
	wake_by(c, 3100, 11, 0, 1, 12, IPCPROBE_CONTEXT_HARDIRQ);
	run(&c->trace, 3110, 0, 0, 0, 11);
}

static void expect_link(const struct chained *c, uint32_t i, uint32_t tid, enum step_kind kind,
			uint64_t from_us, uint64_t until_us)
{
	const struct chain_link *link = &c->chain.link[i];

	if (i >= c->chain.nr) {
		ktap_eq(c->chain.nr, i + 1);
		return;
	}
	ktap_eq(link->kind, kind);
	ktap_eq(link->task, tasks_known_tid(&c->trace.model.tasks, tid));
	ktap_eq(link->from_ns, from_us * US);
	ktap_eq(link->until_ns, until_us * US);
}

static void test_links(void)
{
	struct chained c;

	record_turns(&c);
	follow(&c, 11, 2100, 3200);
	ktap_eq(c.chain.nr, 7);
	expect_link(&c, 0, 11, STEP_RAN, 2100, 2400);
	expect_link(&c, 1, 12, STEP_RAN, 2400, 2600);
	expect_link(&c, 2, 11, STEP_QUEUED, 2600, 2650);
	expect_link(&c, 3, 11, STEP_RAN, 2650, 2900);
	expect_link(&c, 4, 11, STEP_SLEPT, 2900, 3100);
	expect_link(&c, 5, 11, STEP_QUEUED, 3100, 3110);
	expect_link(&c, 6, 11, STEP_RAN, 3110, 3200);
	ktap_result("in place of a sleep is what the task did that ended it, not an interrupt");

	ktap_eq(c.chain.link[1].woke, tasks_known_tid(&c.trace.model.tasks, 11));
	ktap_eq(c.chain.link[1].sleeper, tasks_known_tid(&c.trace.model.tasks, 11));
	ktap_eq(c.chain.link[1].wait.kind, WAIT_PIPE);
	ktap_eq(c.chain.link[1].wait.key, 77);
	ktap_false(c.chain.link[3].woke);
	ktap_result("it says who was woken, and on which object that task had blocked");
	end_chain(&c);
}

static void test_sums(void)
{
	const struct chain_task *task;
	struct chained c;

	record_turns(&c);
	follow(&c, 11, 2100, 3200);
	task = chain_task_at(&c.sums, tasks_known_tid(&c.trace.model.tasks, 11));
	ktap_eq(task->ns[STEP_RAN], (300 + 250 + 90) * US);
	ktap_eq(task->ns[STEP_QUEUED], (50 + 10) * US);
	ktap_eq(task->ns[STEP_SLEPT], 200 * US);
	ktap_eq(chain_kinds_ns(c.sums.ns), (3200 - 2100) * US);
	ktap_result("the sums of the tasks are the time");

	task = chain_task_at(&c.sums, tasks_known_tid(&c.trace.model.tasks, 13));
	ktap_eq(task->instead_ns, 50 * US);
	ktap_false(chain_kinds_ns(task->ns));
	ktap_eq(c.sums.idle_ns, 10 * US);
	ktap_false(c.sums.unknown_ns);
	ktap_result("who ran while the task was queued is in the way, and in no link");

	ktap_eq(c.sums.nr_objects, 1);
	ktap_eq(c.sums.object[0].ns, 200 * US);
	ktap_eq(c.sums.object[0].nr, 1);
	ktap_eq(c.sums.own_ns, 900 * US);
	ktap_result("an object has the time of the sleeps on it, and the rest is in none");
	end_chain(&c);
}

static void test_limits(void)
{
	struct chained c;

	record_turns(&c);
	follow(&c, 11, 2300, 2700);
	ktap_eq(c.chain.nr, 4);
	expect_link(&c, 0, 11, STEP_RAN, 2300, 2400);
	expect_link(&c, 3, 11, STEP_RAN, 2650, 2700);
	ktap_result("the links are cut at both ends of the time that was asked for");
	end_chain(&c);

	record_turns(&c);
	follow(&c, 13, 2100, 3200);
	expect_link(&c, c.chain.nr - 1, 13, STEP_SLEEPS, 2650, 3200);
	ktap_eq(chain_kinds_ns(c.sums.ns), (3200 - 2100) * US);
	ktap_result("a task that sleeps at the end is said to sleep");
	end_chain(&c);

	record_turns(&c);
	follow(&c, 14, 2100, 3200);
	ktap_eq(c.chain.nr, 1);
	ktap_eq(c.sums.ns[STEP_UNKNOWN], (3200 - 2100) * US);
	ktap_result("of a task without a record nothing is known");
	end_chain(&c);
}

static void test_loss(void)
{
	struct chained c;

	record_turns(&c);
	c.trace.now_ns = 3150 * US;
	TRACE(&c.trace, lost, 0, .begin_ns = 3120 * US, .nr_lost = 3, .class_id = IPCPROBE_CLASS_SCHED);
	follow(&c, 11, 2100, 3200);
	ktap_eq(c.sums.ns[STEP_UNKNOWN], 80 * US);
	ktap_eq(chain_kinds_ns(c.sums.ns), (3200 - 2100) * US);
	ktap_result("where records are missing the chain is unknown (%llu ns)",
		    (unsigned long long)c.sums.ns[STEP_UNKNOWN]);
	end_chain(&c);
}

/* The queue of CPU 0 is known from a snapshot at 2200 on; 11 waits there from 2120 on. */
static void test_late_snapshot(void)
{
	struct chained c;

	begin_steps(&c);
	wake_by(&c, 2090, 13, 0, IPCPROBE_NR_UNKNOWN, 0, IPCPROBE_CONTEXT_HARDIRQ);
	run(&c.trace, 2100, 0, 0, 0, 13);
	wake_by(&c, 2120, 11, 0, IPCPROBE_NR_UNKNOWN, 0, IPCPROBE_CONTEXT_HARDIRQ);
	c.trace.now_ns = 2200 * US;
	TRACE(&c.trace, rq_snapshot, 13, .is_current = 1);
	c.trace.now_ns = 2200 * US;
	TRACE(&c.trace, rq_snapshot, 11, .is_current = 0);
	c.trace.now_ns = 2200 * US;
	TRACE(&c.trace, rq_snapshot_end, 13, .nr_running = 2, .nr_members = 2);
	run(&c.trace, 2300, 0, 13, 0, 11);
	follow(&c, 11, 2150, 2400);
	ktap_eq(c.sums.ns[STEP_QUEUED], 150 * US);
	ktap_eq(chain_task_at(&c.sums, tasks_known_tid(&c.trace.model.tasks, 13))->instead_ns, 100 * US);
	ktap_eq(c.sums.unknown_ns, 50 * US);
	ktap_result("who ran on a queue before its first snapshot is not known");
	end_chain(&c);
}

/* ---- random workloads, followed from instant to instant ---- */

#define NR_TASKS	6U
#define NR_INSTANTS	600U
#define UNIT_US		10U
#define NR_WORLDS	25U
#define NR_INTERVALS	40U	/* of each workload */
#define IDLE		NR_TASKS
#define ASLEEP		(-1)
#define RUNS_ON(cpu)	((int)(2 * (cpu)))
#define IS_QUEUED(cpu)	((int)(2 * (cpu) + 1))

/**
 * struct world - a random workload, and what each task does in it
 * @runs: task that runs on each CPU, or IDLE
 * @state: after the event at each instant: ASLEEP, RUNS_ON() or IS_QUEUED()
 * @waker: task that woke the task at this instant, IDLE = an interrupt
 * @until: instant with which the chain ends
 */
struct world {
	struct chained c;
	uint32_t random;
	uint32_t runs[2];
	int state[NR_INSTANTS][NR_TASKS];
	uint32_t waker[NR_INSTANTS][NR_TASKS];
	uint32_t until;
};

static uint32_t tid_of(uint32_t task)
{
	return task == IDLE ? 0 : task + 11;
}

static uint64_t us_of(uint32_t instant)
{
	return 2000 + (uint64_t)(instant + 1) * UNIT_US;
}

static uint32_t draw(struct world *world, uint32_t nr)
{
	world->random = world->random * 1103515245 + 12345;
	return (world->random >> 16) % nr;
}

/* A random task in @state at the instant, IDLE = there is none. */
static uint32_t draw_task(struct world *world, uint32_t instant, int state)
{
	uint32_t first = draw(world, NR_TASKS), i;

	for (i = 0; i < NR_TASKS; i++)
		if (world->state[instant][(first + i) % NR_TASKS] == state)
			return (first + i) % NR_TASKS;
	return IDLE;
}

static void wake_in(struct world *world, uint32_t instant, uint32_t cpu, bool is_interrupt)
{
	uint32_t task = draw_task(world, instant, ASLEEP), to = draw(world, 2);
	struct trace *t = &world->c.trace;

	if (task == IDLE)
		return;
	enqueue(t, us_of(instant), tid_of(task), to, IPCPROBE_NR_UNKNOWN);
	t->now_ns = us_of(instant) * US;
	TRACE(t, rq_wakeup, tid_of(task), .waker = tid_of(world->runs[cpu]), .cpu = to,
	      .waker_cpu = cpu, .context = is_interrupt * IPCPROBE_CONTEXT_HARDIRQ);
	world->state[instant][task] = IS_QUEUED(to);
	world->waker[instant][task] = is_interrupt ? IDLE : world->runs[cpu];
}

/* The CPU switches to a task on its queue, or to idle; the task that ran sleeps or waits. */
static void switch_in(struct world *world, uint32_t instant, uint32_t cpu, bool sleeps)
{
	uint32_t prev = world->runs[cpu], next = draw_task(world, instant, IS_QUEUED(cpu));
	struct trace *t = &world->c.trace;

	if (prev == next || (next == IDLE && !sleeps))
		return;
	if (sleeps)
		dequeue(t, us_of(instant), tid_of(prev), cpu, IPCPROBE_NR_UNKNOWN);
	run(t, us_of(instant), cpu, tid_of(prev), sleeps, tid_of(next));
	if (prev != IDLE)
		world->state[instant][prev] = sleeps ? ASLEEP : IS_QUEUED(cpu);
	if (next != IDLE)
		world->state[instant][next] = RUNS_ON(cpu);
	world->runs[cpu] = next;
}

static void happen(struct world *world, uint32_t instant)
{
	uint32_t cpu = instant % 2, what = draw(world, 8);

	if (what == 0)
		wake_in(world, instant, cpu, true);
	else if (world->runs[cpu] == IDLE)
		switch_in(world, instant, cpu, false);
	else if (what < 4)
		wake_in(world, instant, cpu, false);
	else if (what < 7)
		switch_in(world, instant, cpu, what < 6);
}

static void make_world(struct world *world, uint32_t seed)
{
	uint32_t i, task;

	begin_chain(&world->c);
	for (task = 4; task < NR_TASKS; task++)
		trace_snapshot(&world->c.trace, tid_of(task), 1, "task");
	world->random = seed;
	world->runs[0] = IDLE;
	world->runs[1] = IDLE;
	for (i = 0; i < NR_INSTANTS; i++) {
		for (task = 0; task < NR_TASKS; task++)
			world->state[i][task] = i ? world->state[i - 1][task] : ASLEEP;
		happen(world, i);
	}
	finish(&world->c.trace, us_of(NR_INSTANTS));
	if (world->c.trace.err)
		abort();
}

/* True if the link that contains the instant is of this task in this state. */
static bool is_link(const struct world *world, uint32_t instant, uint32_t task, int state)
{
	const struct chain *chain = &world->c.chain;
	uint32_t wanted = tasks_known_tid(&world->c.trace.model.tasks, tid_of(task)), i;

	for (i = 0; i < chain->nr && chain->link[i].until_ns <= us_of(instant) * US; i++)
		;
	if (i == chain->nr || chain->link[i].from_ns > us_of(instant) * US ||
	    chain->link[i].task != wanted)
		return false;
	if (state == ASLEEP)
		return chain->link[i].kind == STEP_SLEPT || chain->link[i].kind == STEP_SLEEPS;
	return chain->link[i].cpu == (uint32_t)state / 2 &&
	       chain->link[i].kind == (state % 2 ? STEP_QUEUED : STEP_RAN);
}

/*
 * Number of instants from @from on at which the chain is not what the workload did to
 * the end of @task at @until. In place of each sleep that a task ended, the walk calls
 * itself for that task.
 */
static uint32_t nr_wrong(const struct world *world, uint32_t task, uint32_t from, uint32_t until)
{
	uint32_t i = until, nr = 0;

	while (i > from) {
		uint32_t woken = i--, waker = world->waker[woken % NR_INSTANTS][task], begin;

		if (world->state[i][task] == ASLEEP && woken != world->until &&
		    world->state[woken][task] != ASLEEP && waker != IDLE) {
			for (begin = i; begin > from && world->state[begin - 1][task] == ASLEEP;)
				begin--;
			nr += nr_wrong(world, waker, begin, woken);
			i = begin;
			continue;
		}
		nr += !is_link(world, i, task, world->state[i][task]);
	}
	return nr;
}

/* True if the links follow each other without gap or overlap from one limit to the other. */
static bool adds_up(const struct chain *chain, uint32_t from, uint32_t until)
{
	uint64_t now_ns = us_of(from) * US;
	uint32_t i;

	for (i = 0; i < chain->nr; i++) {
		if (chain->link[i].from_ns != now_ns || chain->link[i].until_ns <= now_ns)
			return false;
		now_ns = chain->link[i].until_ns;
	}
	return now_ns == us_of(until) * US;
}

static void test_random(void)
{
	static struct world world;
	uint32_t seed, i, nr = 0, nr_gaps = 0, nr_handed = 0;

	for (seed = 1; seed <= NR_WORLDS; seed++) {
		make_world(&world, seed);
		for (i = 0; i < NR_INTERVALS; i++) {
			uint32_t task = draw(&world, NR_TASKS);
			uint32_t until = 2 + draw(&world, NR_INSTANTS - 2), from = draw(&world, until - 1);
			uint32_t number = tasks_known_tid(&world.c.trace.model.tasks, tid_of(task)), j;

			if (chain_follow(&world.c.chain, &world.c.steps, number, us_of(from) * US,
					 us_of(until) * US))
				abort();
			world.until = until;
			nr += nr_wrong(&world, task, from, until);
			nr_gaps += !adds_up(&world.c.chain, from, until);
			for (j = 0; j < world.c.chain.nr; j++)
				nr_handed += world.c.chain.link[j].woke != 0;
		}
		chain_deinit(&world.c.chain);
		steps_deinit(&world.c.steps);
		trace_deinit(&world.c.trace);
	}
	ktap_false(nr);
	ktap_true(nr_handed > NR_WORLDS * NR_INTERVALS);
	ktap_result("1000 chains of random workloads are those that a walk by instants finds (%u tasks woke another)",
		    nr_handed);
	ktap_false(nr_gaps);
	ktap_result("each of them adds up to the nanosecond");
}

int main(void)
{
	ktap_begin(12);
	test_links();
	test_sums();
	test_limits();
	test_loss();
	test_late_snapshot();
	test_random();
	return ktap_end();
}
