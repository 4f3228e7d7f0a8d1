// SPDX-License-Identifier: GPL-2.0
/*
 * Records about some queues are missing for a time: nothing that is called known is
 * wrong then, and the other queues are known as if nothing were missing.
 *
 * A small random scheduler makes recordings.  Each is applied to one model as it is,
 * and to another one without some of the records; the two are compared after each
 * record.
 */
#include "ktap.h"
#include "random.h"
#include "trace_builder.h"
#include "watch/antagonist.h"
#include "watch/latency.h"

#define NR_CPUS		4U
#define NR_TASKS	10U
#define FIRST_TID	100U
#define NR_STEPS	600U
#define NR_GAPS		4U
#define NR_ROUNDS	300U
#define RECORDS_MAX	(16U * NR_STEPS)
#define WAKEUP		1U	/* flags of rq_enqueue and rq_dequeue, as in the kernel */
#define SLEEP		1U

static uint64_t seed = RANDOM_SEED;

static uint32_t random_below(uint32_t n)
{
	return (random_next(&seed) >> 24) % n;
}

/* ---- the scheduler ---- */

enum state { ASLEEP, QUEUED, DELAYED, RUNNING };

static struct {
	enum state state;
	uint16_t cpu;
} task[NR_TASKS];

static struct {
	uint32_t current;	/* task + 1; 0: idle */
	uint32_t length;
} cpu[NR_CPUS];

/* the records that the scheduler made */
static struct record {
	union {
		struct ipcprobe_rec rec;
		uint64_t words[6];
	};
	uint64_t queues;
	bool is_missing;
} record[RECORDS_MAX];

static uint32_t nr_records;
static uint64_t now_ns;

static uint64_t queue(uint16_t number)
{
	return 1ULL << number;
}

static void tell(const void *rec, uint64_t queues)
{
	const struct ipcprobe_rec *head = rec;

	memcpy(record[nr_records].words, rec, head->len);
	record[nr_records].rec.ts_ns = now_ns;
	record[nr_records].is_missing = false;
	record[nr_records++].queues = queues;
	now_ns += 100;
}

#define TELL(queues, event, number, ...) do {					\
	struct ipcprobe_rec_##event rec = {					\
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_##event,	\
			 .tid = (number) }, __VA_ARGS__ };			\
	tell(&rec, queues);							\
} while (0)

static uint32_t tid_of(uint32_t current)
{
	return current ? FIRST_TID + current - 1 : 0;
}

static void join(uint32_t i, uint16_t to, uint32_t flags)
{
	task[i].cpu = to;
	TELL(queue(to), rq_enqueue, FIRST_TID + i, .nr_running = ++cpu[to].length, .cpu = to,
	     .change = 1, .rq_flags = flags, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
}

static void leave(uint32_t i, uint32_t flags)
{
	uint16_t from = task[i].cpu;

	TELL(queue(from), rq_dequeue, FIRST_TID + i, .nr_running = --cpu[from].length, .cpu = from,
	     .change = 1, .rq_flags = flags);
}

static void migrate(uint32_t i, uint16_t to)
{
	if (task[i].cpu != to)
		TELL(queue(task[i].cpu) | queue(to), rq_migrate, FIRST_TID + i,
		     .from_cpu = task[i].cpu, .to_cpu = to);
}

/* A queued task runs next, or none. */
static void switch_to_next(uint16_t on, uint32_t prev_state)
{
	uint32_t prev = cpu[on].current, next = 0, i, first = random_below(NR_TASKS);

	for (i = 0; i < NR_TASKS && !next; i++)
		if (task[(first + i) % NR_TASKS].state == QUEUED &&
		    task[(first + i) % NR_TASKS].cpu == on)
			next = (first + i) % NR_TASKS + 1;
	if (!next && !prev)
		return;
	if (prev && !prev_state) {
		if (!next)
			return;
		task[prev - 1].state = QUEUED;
	}
	if (next)
		task[next - 1].state = RUNNING;
	cpu[on].current = next;
	TELL(queue(on), rq_switch, tid_of(prev), .next = tid_of(next), .prev_state = prev_state,
	     .prev_prio = 120, .next_prio = 120, .voluntary = prev_state, .cpu = on);
}

static void wake(uint32_t i)
{
	uint16_t to = random_below(2) ? task[i].cpu : random_below(NR_CPUS);

	if (task[i].state == ASLEEP) {
		migrate(i, to);
		join(i, to, WAKEUP);
	}
	task[i].state = QUEUED;
	TELL(queue(task[i].cpu), rq_wakeup, FIRST_TID + i, .delay_ns = 50 + random_below(400),
	     .cpu = task[i].cpu, .prev_cpu = task[i].cpu, .waker = FIRST_TID);
}

static void go_to_sleep(uint32_t i)
{
	task[i].state = random_below(2) ? ASLEEP : DELAYED;
	if (task[i].state == ASLEEP)
		leave(i, SLEEP);
	switch_to_next(task[i].cpu, 1);
}

static void move(uint32_t i)
{
	uint16_t to = random_below(NR_CPUS);

	if (task[i].cpu == to)
		return;
	leave(i, 0);
	migrate(i, to);
	join(i, to, 0);
}

static void snapshot(void)
{
	uint32_t c, i, nr;

	for (c = 0; c < NR_CPUS; c++) {
		for (nr = 0, i = 0; i < NR_TASKS; i++) {
			if (task[i].state == ASLEEP || task[i].cpu != c)
				continue;
			nr++;
			TELL(queue(c), rq_snapshot, FIRST_TID + i, .cpu = c,
			     .is_current = cpu[c].current == i + 1, .prio = 120,
			     .member_state = task[i].state == DELAYED ? IPCPROBE_RQ_DELAYED : 0,
			     .sched_class = IPCPROBE_SCHED_FAIR);
		}
		TELL(queue(c), rq_snapshot_end, tid_of(cpu[c].current), .nr_running = cpu[c].length,
		     .nr_members = nr, .cpu = c);
	}
}

static void step(void)
{
	uint32_t i = random_below(NR_TASKS);

	now_ns += random_below(20000);
	if (!random_below(60))
		snapshot();
	else if (task[i].state == ASLEEP || (task[i].state == DELAYED && random_below(2)))
		wake(i);
	else if (task[i].state == RUNNING && random_below(2))
		go_to_sleep(i);
	else if (task[i].state == DELAYED && random_below(2)) {
		leave(i, SLEEP);
		task[i].state = ASLEEP;
	} else if (task[i].state != RUNNING && random_below(2))
		move(i);
	else
		switch_to_next(task[i].cpu, 0);
}

static void make_records(void)
{
	uint32_t i;

	nr_records = 0;
	now_ns = 1000000;
	memset(cpu, 0, sizeof(cpu));
	for (i = 0; i < NR_TASKS; i++) {
		task[i].state = ASLEEP;
		task[i].cpu = i % NR_CPUS;
	}
	snapshot();
	for (i = 0; i < NR_STEPS; i++)
		step();
	snapshot();
}

/* ---- records that are missing ---- */

struct gap {
	struct sched_gap time;
	uint32_t nr;
	uint32_t first;		/* the first missing record */
};

/*
 * Choose records about the queues of one or two CPUs; the first record is certainly
 * missing.
 */
static struct gap make_gap(void)
{
	struct gap gap = { .time.queues = queue(random_below(3)) };	/* never the last CPU */
	uint32_t i = NR_CPUS + random_below(nr_records - NR_CPUS), last;

	if (!random_below(3))
		gap.time.queues |= queue(random_below(3));
	while (i < nr_records && (record[i].is_missing || !record[i].queues ||
				  record[i].queues & ~gap.time.queues))
		i++;
	last = i + random_below(200);
	gap.first = i;
	for (; i < nr_records && i <= last; i++) {
		if (record[i].queues & ~gap.time.queues || (i != gap.first && !random_below(4)))
			continue;
		gap.nr += !record[i].is_missing;
		record[i].is_missing = true;
		gap.time.end_ns = record[i].rec.ts_ns;
	}
	if (gap.nr)
		gap.time.begin_ns = record[gap.first].rec.ts_ns;
	return gap;
}

/* ---- the models ---- */

struct run {
	struct trace trace;
	struct latency latency;
	struct antagonists antagonists;
};

static void begin(struct run *run, bool has_latency)
{
	uint32_t i;

	trace_init(&run->trace, MODEL_RUNQ);
	for (i = 0; i < NR_TASKS; i++)
		trace_snapshot(&run->trace, FIRST_TID + i, 1, "task");
	if (latency_init(&run->latency, &trace_all, LATENCY_BY_CPU) ||
	    antagonists_init(&run->antagonists, &trace_all))
		abort();
	run->trace.model.sched.watch = has_latency ? &run->latency.watch :
						     &run->antagonists.watch;
}

static void end(struct run *run)
{
	latency_deinit(&run->latency);
	antagonists_deinit(&run->antagonists);
	trace_deinit(&run->trace);
}

static const struct sched_task *task_in(struct run *run, uint32_t i)
{
	const struct sched *sched = &run->trace.model.sched;
	uint32_t number = tasks_known_tid(&run->trace.model.tasks, FIRST_TID + i);
	const struct sched_task *found = number < sched->task.nr ? sched_task_at(sched, number) : NULL;

	return found && found->gen == sched->gen && found->state != SCHED_UNKNOWN ? found : NULL;
}

static void lose(struct run *run, const struct gap *gap)
{
	run->trace.now_ns = gap->time.end_ns;
	TRACE(&run->trace, lost, 0, .begin_ns = gap->time.begin_ns, .nr_lost = gap->nr,
	      .class_id = IPCPROBE_CLASS_SCHED, .reasons = IPCPROBE_REASON_RING_FULL,
	      .queues = gap->time.queues);
}

/* sums over all rounds */
static struct {
	uint64_t nr_known, nr_states, nr_wrong_states, nr_wrong_queues, nr_wrong_figures;
	uint64_t nr_over, nr_latencies, nr_all_latencies, nr_failures, nr_exact, nr_hidden;
	uint64_t nr_wrong_rows, nr_rows;
} found;

static void compare_states(struct run *all, struct run *some)
{
	uint32_t i;

	for (i = 0; i < NR_TASKS; i++) {
		const struct sched_task *a = task_in(all, i), *b = task_in(some, i);

		found.nr_states++;
		if (!b)
			continue;
		found.nr_known++;
		found.nr_wrong_states += !a || a->state != b->state ||
			(b->cpu != SCHED_NO_CPU && a->cpu != b->cpu) || a->since_ns > b->since_ns;
	}
	for (i = 0; i < NR_CPUS; i++) {
		const struct sched_cpu *a = &all->trace.model.sched.cpu[i];
		const struct sched_cpu *b = &some->trace.model.sched.cpu[i];
		bool is_touched = i >= some->trace.model.sched.nr_cpus ||
				  sched_gaps_have(&some->trace.model.sched.gaps, i);

		if (i < some->trace.model.sched.nr_cpus && (b->is_known || !is_touched))
			found.nr_wrong_queues += a->is_known != b->is_known || a->length != b->length ||
						 a->nr_members != b->nr_members ||
						 a->nr_throttled != b->nr_throttled;
	}
}

static bool has_same_figures(const struct sched_cpu *a, const struct sched_cpu *b)
{
	return a->busy_ns == b->busy_ns && a->idle_ns == b->idle_ns &&
	       a->nr_switches == b->nr_switches && a->nr_wakeups == b->nr_wakeups &&
	       a->nr_in == b->nr_in && a->nr_out == b->nr_out && a->nr_audits == b->nr_audits &&
	       sched_known_ns(a) == sched_known_ns(b) &&
	       sched_mean_length(a) == sched_mean_length(b);
}

static bool has_more(const struct sched_task *a, const struct sched_task *b)
{
	return b->run_ns > a->run_ns || b->wait_ns > a->wait_ns || b->sleep_ns > a->sleep_ns ||
	       b->delayed_ns > a->delayed_ns || b->migrating_ns > a->migrating_ns ||
	       b->nr_preempted > a->nr_preempted || b->nr_voluntary > a->nr_voluntary ||
	       b->latency.count > a->latency.count || b->latency.max > a->latency.max ||
	       b->latency.sum > a->latency.sum;
}

static void compare_figures(struct run *all, struct run *some)
{
	struct sched *a = &all->trace.model.sched, *b = &some->trace.model.sched;
	uint32_t i, number;

	for (i = 0; i < NR_CPUS; i++) {
		found.nr_failures += b->cpu[i].nr_audits - b->cpu[i].nr_agreed;
		if (!sched_cpu_is_exact(b, i))
			continue;
		found.nr_exact++;
		found.nr_wrong_figures += !has_same_figures(&a->cpu[i], &b->cpu[i]);
	}
	found.nr_failures += b->nr_failures + a->nr_failures + a->nr_disagreements;
	for (i = 0; i < NR_TASKS; i++) {
		number = tasks_known_tid(&some->trace.model.tasks, FIRST_TID + i);
		if (number >= b->task.nr || number >= a->task.nr)
			continue;
		found.nr_over += has_more(sched_task_at(a, number), sched_task_at(b, number));
		found.nr_latencies += sched_task_at(b, number)->latency.count;
		found.nr_all_latencies += sched_task_at(a, number)->latency.count;
	}
}

/*
 * Compare rows of CPUs without missing records: run time is complete, and no delay is
 * longer.
 */
static void compare_rows(struct run *all, struct run *some)
{
	const struct sched *sched = &some->trace.model.sched;
	uint32_t i;

	for (i = 0; i < NR_CPUS; i++) {
		uint32_t x = map_get(&all->latency.by_number, i + 1ULL);
		uint32_t y = map_get(&some->latency.by_number, i + 1ULL);
		const struct latency_row *a = latency_row_at(&all->latency, x);
		const struct latency_row *b = latency_row_at(&some->latency, y);

		if (!x || !y)
			continue;
		found.nr_rows++;
		found.nr_wrong_rows += b->run_ns > a->run_ns ||
				       b->delays.hist.count > a->delays.hist.count ||
				       (sched_cpu_is_exact(sched, i) &&
					(a->run_ns != b->run_ns || a->nr_switches != b->nr_switches));
	}
}

static void feed(struct run *all, struct run *some, const struct gap *gap)
{
	bool is_lost[NR_GAPS] = { false };
	uint32_t i, g;

	for (i = 0; i < nr_records; i++) {
		for (g = 0; g < NR_GAPS; g++) {
			if (is_lost[g] || !gap[g].nr || gap[g].first != i)
				continue;
			is_lost[g] = true;
			lose(some, &gap[g]);
		}
		trace_apply(&all->trace, &record[i].rec);
		if (!record[i].is_missing)
			trace_apply(&some->trace, &record[i].rec);
		found.nr_hidden += record[i].is_missing;
		compare_states(all, some);
	}
	all->trace.now_ns = some->trace.now_ns = now_ns;
	trace_finish(&all->trace);
	trace_finish(&some->trace);
}

static void round_of(bool has_latency)
{
	struct run all, some;
	struct gap gap[NR_GAPS];
	uint32_t g;

	make_records();
	for (g = 0; g < NR_GAPS; g++)
		gap[g] = make_gap();
	begin(&all, has_latency);
	begin(&some, has_latency);
	feed(&all, &some, gap);
	compare_figures(&all, &some);
	if (has_latency)
		compare_rows(&all, &some);
	end(&all);
	end(&some);
}

#define ULL(n)	((unsigned long long)(n))

int main(void)
{
	uint32_t i;

	ktap_begin(5);
	for (i = 0; i < NR_ROUNDS; i++)
		round_of(i % 2);
	ktap_note("%llu records missing; %llu of %llu states known, %llu of %llu latencies, %llu CPUs exact",
		  ULL(found.nr_hidden), ULL(found.nr_known), ULL(found.nr_states),
		  ULL(found.nr_latencies), ULL(found.nr_all_latencies), ULL(found.nr_exact));
	ktap_false(found.nr_wrong_states);
	ktap_gt(found.nr_known, found.nr_states / 3);
	ktap_lt(found.nr_known, found.nr_states);
	ktap_result("known states of tasks are right: %llu wrong", ULL(found.nr_wrong_states));
	ktap_false(found.nr_wrong_queues);
	ktap_result("known queues are right, and queues without missing records are known: %llu wrong",
		    ULL(found.nr_wrong_queues));
	ktap_false(found.nr_failures);
	ktap_result("no audit and no check fails because of missing records: %llu do",
		    ULL(found.nr_failures));
	ktap_false(found.nr_wrong_figures);
	ktap_ge(found.nr_exact, NR_ROUNDS);
	ktap_false(found.nr_over);
	ktap_gt(found.nr_latencies, found.nr_all_latencies / 4);
	ktap_result("figures that are exact are those of all records, the others no more: %llu, %llu wrong",
		    ULL(found.nr_wrong_figures), ULL(found.nr_over));
	ktap_false(found.nr_wrong_rows);
	ktap_true(found.nr_rows);
	ktap_result("so are time running and delays, by CPU: %llu of %llu wrong",
		    ULL(found.nr_wrong_rows), ULL(found.nr_rows));
	return ktap_end();
}
