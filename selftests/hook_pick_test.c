// SPDX-License-Identifier: GPL-2.0
/* Class pick: the candidates of the scheduler's choices, and who requested a switch. */
#include <kselftest_harness.h>

#include "capture.h"
#include "deadline.h"

#include <sys/resource.h>
#include <linux/sched.h>

/* sched_prio_to_weight[] of kernel/sched/core.c, in the unit of struct load_weight */
#define WEIGHT_NICE_0	(1024U << 10)
#define WEIGHT_NICE_5	(335U << 10)

#define PRIO_REAL_TIME	100	/* real-time tasks have lower values */

FIXTURE(pick)
{
	struct capture cap;
	volatile uint32_t *stage;	/* shared with the children */
};

FIXTURE_SETUP(pick)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK) | CLASS_BIT(SCHED) | CLASS_BIT(PICK),
		.ring_bytes = 16 << 20,
	};

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	self->stage = shared_memory(4096);
	if (!has_btf())
		SKIP(return, NO_BTF);
}

FIXTURE_TEARDOWN(pick)
{
	capture_close(&self->cap);
}

/* ---- properties of all records ---- */

/* Candidates of one CPU since its last fair_pick. */
struct candidates {
	uint64_t ts_ns;
	uint32_t nr;
	uint32_t nr_curr;
	uint32_t tids[80];
};

static bool has_candidate(const struct candidates *seen, uint32_t tid)
{
	uint32_t i;

	for (i = 0; i < seen->nr; i++)
		if (seen->tids[i] == tid)
			return true;
	return false;
}

static void add_candidate(struct __test_metadata *_metadata, struct candidates *seen,
			  const struct ipcprobe_rec_pick_candidate *rec)
{
	ASSERT_GT(NR(seen->tids), seen->nr);
	if (seen->nr)
		EXPECT_EQ(seen->ts_ns, rec->hdr.ts_ns);
	EXPECT_EQ(!rec->hdr.tid, !!rec->group);
	EXPECT_LT(0, rec->weight);
	seen->ts_ns = rec->hdr.ts_ns;
	seen->tids[seen->nr++] = rec->hdr.tid;
	seen->nr_curr += !!(rec->pick_flags & IPCPROBE_PICK_CURR);
}

static void check_pick(struct __test_metadata *_metadata, const struct candidates *seen,
		       const struct ipcprobe_rec_fair_pick *rec)
{
	EXPECT_EQ(seen->nr, rec->nr_recorded);
	EXPECT_GE(1, seen->nr_curr);
	if (seen->nr)
		EXPECT_EQ(seen->ts_ns, rec->hdr.ts_ns);
	EXPECT_LE(seen->nr, rec->nr_queued);
	/* all entities of a short queue are recorded */
	if (rec->nr_queued <= 16)
		EXPECT_EQ(rec->nr_queued, rec->nr_recorded);
	EXPECT_NE(0, rec->group);
}

/**
 * check_all - check that candidates belong to their fair_pick, and that the next task
 * was a
 *	candidate of the queue that was searched last
 */
static void check_all(struct __test_metadata *_metadata, const struct capture *cap, uint32_t cpu)
{
	struct candidates seen = { 0 }, last = { 0 };
	uint32_t nr_switches = 0, nr_queued = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;

		if (cap->recs[i].cpu != cpu)
			continue;
		ASSERT_NE(IPCPROBE_REC_lost, rec->type);
		if (rec->type == IPCPROBE_REC_pick_candidate) {
			add_candidate(_metadata, &seen, (const void *)rec);
		} else if (rec->type == IPCPROBE_REC_fair_pick) {
			const struct ipcprobe_rec_fair_pick *pick = (const void *)rec;

			check_pick(_metadata, &seen, pick);
			if (!(pick->pick_flags & IPCPROBE_PICK_WAKEUP) && pick->cpu == cpu) {
				last = seen;
				nr_queued = pick->nr_queued;
			}
			seen = (struct candidates){ 0 };
		} else if (rec->type == IPCPROBE_REC_rq_switch) {
			const struct ipcprobe_rec_rq_switch *sw = (const void *)rec;

			if (!sw->next || sw->next_prio < PRIO_REAL_TIME || !last.nr)
				continue;
			if (!has_candidate(&last, sw->next) && last.nr == nr_queued) {
				record_print(rec);
				EXPECT_TRUE(has_candidate(&last, sw->next));
			}
			last.nr = 0;
			nr_switches++;
		}
	}
	printf("# CPU %u: %u switches to a candidate\n", cpu, nr_switches);
	EXPECT_LT(5, nr_switches);
}

static const char *site_name(const struct capture *cap, uint32_t site)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_rq_site *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_rq_site && rec->site == site)
			return rec->function;
	}
	return "";
}

/* ---- tasks that compete on CPU 0 ---- */

static void spin_until(const volatile uint32_t *stage, uint32_t value)
{
	while (*stage < value)
		;
}

struct rival {
	volatile uint32_t *stage;
	int nice;
};

/* Report that this task runs, and run until it is to stop. */
static void do_rival(const struct rival *rival)
{
	pin_to(0);
	CHECK(!setpriority(PRIO_PROCESS, 0, rival->nice));
	__atomic_add_fetch(rival->stage, 1, __ATOMIC_SEQ_CST);
	spin_until(rival->stage, 100);
}

static long nr_preempted(void)
{
	struct rusage usage;

	CHECK(!getrusage(RUSAGE_SELF, &usage));
	return usage.ru_nivcsw;
}

/* Run on CPU 0 among the rivals until the task was preempted @nr times more. */
static void be_preempted(long nr)
{
	long end = nr_preempted() + nr;

	while (nr_preempted() < end)
		;
}

TEST_F(pick, candidates_have_their_weights)
{
	struct rival nice_0 = { self->stage, 0 }, nice_5 = { self->stage, 5 };
	uint32_t nr_with_both = 0, nr_wrong = 0;
	pid_t pid_0, pid_5;
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	pin_to(0);
	pid_0 = SPAWN(do_rival, &nice_0);
	pid_5 = SPAWN(do_rival, &nice_5);
	spin_until(self->stage, 2);
	be_preempted(20);
	*self->stage = 100;
	REAP(pid_0);
	REAP(pid_5);
	FINISH(&self->cap);
	check_all(_metadata, &self->cap, 0);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_pick_candidate *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_pick_candidate)
			continue;
		if (rec->hdr.tid == (uint32_t)pid_0)
			nr_wrong += rec->weight != WEIGHT_NICE_0;
		/* the task had nice 0 before setpriority(2) */
		if (rec->hdr.tid == (uint32_t)pid_5) {
			nr_wrong += rec->weight != WEIGHT_NICE_5 && rec->weight != WEIGHT_NICE_0;
			nr_with_both += rec->weight == WEIGHT_NICE_5;
		}
	}
	EXPECT_EQ(0, nr_wrong);
	EXPECT_LT(10, nr_with_both);
}

/* True if this kernel lets a task of the fair class run on until its next tick. */
static bool is_lazy(void)
{
	FILE *file = fopen("/sys/kernel/debug/sched/preempt", "r");
	char line[80] = "";
	bool lazy;

	lazy = file && fgets(line, sizeof(line), file) && strstr(line, "(lazy)");
	if (file)
		fclose(file);
	return lazy;
}

/* Among equal tasks a request may wait until the next tick; its record says so. */
TEST_F(pick, requests_that_may_wait)
{
	struct rival rival = { self->stage, 0 };
	uint32_t nr_lazy = 0, nr = 0;
	pid_t pid;
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_rival, &rival);
	pin_to(0);
	spin_until(self->stage, 1);
	be_preempted(10);
	*self->stage = 100;
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_resched *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_rq_resched || rec->running != (uint32_t)pid)
			continue;
		nr_lazy += !!(rec->context & IPCPROBE_CONTEXT_LAZY);
		nr++;
	}
	printf("# %u requests, %u lazy\n", nr, nr_lazy);
	EXPECT_LT(2, nr);
	EXPECT_EQ(is_lazy(), nr_lazy > 0);
}

/* Each sched_yield() has one record, which names sched_yield's own function. */
TEST_F(pick, yields)
{
	uint32_t nr = 0, tid = getpid();
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 50; i++)
		sched_yield();
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_resched *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_rq_resched && rec->hdr.tid == tid &&
		    !strcmp(site_name(&self->cap, rec->site), "do_sched_yield"))
			nr++;
	}
	EXPECT_EQ(50, nr);
}

/* ---- classes ---- */

static void do_real_time(volatile uint32_t *stage)
{
	struct sched_param param = { .sched_priority = 10 };
	struct timespec ms = { .tv_nsec = 1000000 };
	int i;

	pin_to(0);
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &param));
	for (i = 0; i < 20; i++)
		nanosleep(&ms, NULL);
	*stage = 100;
}

/* A real-time task that wakes up takes the CPU from a task of the fair class. */
TEST_F(pick, real_time_preempts_fair)
{
	uint32_t nr_asked = 0, nr_preempted = 0, nr_lazy = 0, victim = getpid();
	pid_t pid;
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	pin_to(0);
	pid = SPAWN(do_real_time, self->stage);
	spin_until(self->stage, 100);
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_resched *rec = (const void *)self->cap.recs[i].rec;
		const struct ipcprobe_rec_rq_switch *sw = (const void *)rec;

		nr_asked += rec->hdr.type == IPCPROBE_REC_rq_resched && rec->running == victim &&
			    rec->task == (uint32_t)pid && rec->cpu == 0;
		nr_lazy += rec->hdr.type == IPCPROBE_REC_rq_resched && rec->running == victim &&
			   rec->task == (uint32_t)pid && rec->context & IPCPROBE_CONTEXT_LAZY;
		nr_preempted += sw->hdr.type == IPCPROBE_REC_rq_switch && sw->hdr.tid == victim &&
				!sw->prev_state && sw->next == (uint32_t)pid &&
				sw->next_prio == 99 - 10;
	}
	/* the running task is not always the victim */
	EXPECT_LE(10, nr_preempted);
	EXPECT_EQ(0, nr_lazy);
	EXPECT_LE(nr_preempted, nr_asked + 1);	/* one request may be from before the session */
}

static void do_deadline(void *arg MAYBE_UNUSED)
{
	int i;

	CHECK(!set_deadline(20000000, 90000000, 100000000));
	for (i = 0; i < 5; i++)
		sched_yield();	/* leaves the queue until the next period */
}

/* Its deadline moves by one period each time. */
TEST_F(pick, deadline_parameters)
{
	uint64_t last = 0;
	uint32_t nr = 0;
	pid_t pid;
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_deadline, NULL);
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_dl_params *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_dl_params || rec->hdr.tid != (uint32_t)pid)
			continue;
		EXPECT_EQ(100000000, rec->period_ns);
		EXPECT_GE(20000000, rec->runtime_ns);
		EXPECT_LE(last, rec->deadline);
		nr += rec->deadline != last;
		last = rec->deadline;
	}
	EXPECT_LE(5, nr);
}

/* ---- functions named by number ---- */

static uint32_t count_class(const struct capture *cap, uint32_t class_id)
{
	uint32_t nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->type >> 8 == class_id;
	return nr;
}

static uint32_t count_type(const struct capture *cap, uint32_t type)
{
	uint32_t nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->type == type;
	return nr;
}

/* Besides the fixture's session, one session has only the queues and one only the choices. */
TEST_F(pick, sessions_get_their_own_classes)
{
	struct ipcprobe_config only_sched = { .classes = CLASS_BIT(SCHED) };
	struct ipcprobe_config only_pick = { .classes = CLASS_BIT(PICK) };
	struct capture sched, pick;
	pid_t pid;

	ASSERT_EQ(0, capture_open(&sched, &only_sched));
	ASSERT_EQ(0, capture_open(&pick, &only_pick));
	ASSERT_EQ(0, capture_start(&self->cap));
	ASSERT_EQ(0, capture_start(&sched));
	ASSERT_EQ(0, capture_start(&pick));
	pin_to(0);
	pid = SPAWN(do_rival, (&(struct rival){ self->stage, 0 }));
	spin_until(self->stage, 1);
	be_preempted(5);
	*self->stage = 100;
	REAP(pid);
	FINISH(&pick);
	FINISH(&sched);
	FINISH(&self->cap);
	EXPECT_LT(5, count_class(&sched, IPCPROBE_CLASS_SCHED));
	EXPECT_EQ(0, count_class(&sched, IPCPROBE_CLASS_PICK));
	EXPECT_LT(5, count_class(&pick, IPCPROBE_CLASS_PICK));
	EXPECT_EQ(0, count_type(&pick, IPCPROBE_REC_rq_switch));
	EXPECT_LT(5, count_class(&self->cap, IPCPROBE_CLASS_SCHED));
	EXPECT_LT(5, count_class(&self->cap, IPCPROBE_CLASS_PICK));
	check_all(_metadata, &self->cap, 0);
	capture_close(&sched);
	capture_close(&pick);
}

TEST_F(pick, every_site_has_a_name)
{
	struct rival rival = { self->stage, 0 };
	uint32_t nr = 0;
	pid_t pid;
	size_t i;

	ASSERT_EQ(0, capture_start(&self->cap));
	pin_to(0);
	pid = SPAWN(do_rival, &rival);
	spin_until(self->stage, 1);
	be_preempted(10);
	*self->stage = 100;
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec *rec = self->cap.recs[i].rec;
		uint32_t site;

		if (rec->type == IPCPROBE_REC_rq_resched)
			site = ((const struct ipcprobe_rec_rq_resched *)rec)->site;
		else if (rec->type == IPCPROBE_REC_rq_migrate)
			site = ((const struct ipcprobe_rec_rq_migrate *)rec)->site;
		else
			continue;
		nr++;
		if (!*site_name(&self->cap, site))
			record_print(rec);
		EXPECT_NE(0, *site_name(&self->cap, site));
		/* the text of an address would begin like this */
		EXPECT_NE(0, strncmp(site_name(&self->cap, site), "0x", 2));
	}
	EXPECT_LT(10, nr);
}

TEST_HARNESS_MAIN
