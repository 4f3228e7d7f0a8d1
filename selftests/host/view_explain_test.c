// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: reasons of the scheduler's choices, and of delays. */
#include "golden.h"
#include "lib/array.h"
#include "view/explain.h"

#define US	1000ULL
#define MS	1000000LL
#define ZERO	5000000000ULL

static void explain_candidate(struct trace *t, uint32_t tid, uint32_t group, int64_t vruntime,
			      int64_t deadline, uint16_t flags)
{
	TRACE(t, pick_candidate, tid, .vruntime = ZERO + vruntime, .deadline = ZERO + deadline,
	      .weight = 1048576, .slice_ns = 3 * MS, .group = group, .pick_flags = flags);
}

/* ping sleeps on a pipe; pong, in a group, runs; ping is woken and preempts it. */
static void explain_fair(struct trace *t)
{
	t->now_ns = 3000 * US;
	TRACE(t, pipe_block, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	TRACE(t, rq_dequeue, 11, .nr_running = 2, .change = 1, .rq_flags = 1);
	explain_candidate(t, 0, 5, 0, 3 * MS, 0);
	explain_candidate(t, 13, 0, 1 * MS, 5 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_w_vruntime = 1024 * MS,
	      .sum_weight = 2048, .group = 1, .nr_queued = 2, .nr_recorded = 2,
	      .pick_flags = IPCPROBE_PICK_EEVDF);
	explain_candidate(t, 12, 0, 0, 3 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_weight = 1024, .group = 5,
	      .nr_queued = 1, .nr_recorded = 1, .pick_flags = IPCPROBE_PICK_EEVDF);
	TRACE(t, rq_switch, 11, .next = 12, .prev_state = 1, .prev_prio = 120, .next_prio = 120);
	t->now_ns = 4000 * US;
	TRACE(t, rq_enqueue, 11, .nr_running = 3, .change = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_resched, 12, .lead = 2 * MS, .running = 12, .task = 11, .site = 7);
	TRACE(t, rq_wakeup, 11, .waker = 14, .delay_ns = 9000, .prev_cpu = 1, .prio = 120,
	      .nr_allowed = 1);
	t->now_ns = 4100 * US;
	explain_candidate(t, 0, 5, 1 * MS, 3 * MS, IPCPROBE_PICK_CURR);
	explain_candidate(t, 11, 0, -1 * MS, 2 * MS, 0);
	explain_candidate(t, 13, 0, 1 * MS, 5 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_weight = 2048, .group = 1,
	      .nr_queued = 3, .nr_recorded = 3, .pick_flags = IPCPROBE_PICK_EEVDF);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* ping yields to pong, and pong to ping; no candidates were recorded. */
static void explain_yield(struct trace *t)
{
	t->now_ns = 4500 * US;
	TRACE(t, rq_resched, 11, .lead = INT64_MIN, .running = 11, .site = 9);
	TRACE(t, rq_switch, 11, .next = 12, .prev_prio = 120, .next_prio = 120);
	TRACE(t, rq_resched, 12, .lead = INT64_MIN, .running = 12, .site = 9);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* The function that compares classes jumped to that of the fair class: pong preempts. */
static void explain_jump(struct trace *t)
{
	t->now_ns = 4700 * US;
	TRACE(t, rq_resched, 11, .lead = MS, .running = 11, .task = 12, .site = 8);
	TRACE(t, rq_switch, 11, .next = 12, .prev_prio = 120, .next_prio = 120);
	TRACE(t, rq_resched, 12, .lead = INT64_MIN, .running = 12, .site = 9);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* A real-time task wakes up; then CPU 1's task ends and leaves the CPU idle. */
static void explain_class(struct trace *t)
{
	t->now_ns = 5000 * US;
	TRACE(t, rq_enqueue, 15, .nr_running = 4, .change = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_RT, .prio = 49);
	TRACE(t, rq_resched, 11, .lead = INT64_MIN, .running = 11, .task = 15, .site = 8);
	TRACE(t, rq_wakeup, 15, .waker = 0, .delay_ns = 3000, .prio = 49, .nr_allowed = 2,
	      .prev_allowed = 1);
	TRACE(t, rq_switch, 11, .next = 15, .prev_prio = 120, .next_prio = 49);
	t->now_ns = 5500 * US;
	TRACE(t, rq_dequeue, 14, .nr_running = 0, .change = 1, .rq_flags = 1, .cpu = 1);
	TRACE(t, rq_switch, 14, .next = 0, .prev_state = 0x80, .prev_prio = 120, .next_prio = 140,
	      .cpu = 1);
}

static void explain_trace(struct trace *t)
{
	t->now_ns = 2000 * US;
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "hog");
	trace_snapshot(t, 14, 1, "waker");
	trace_snapshot(t, 15, 1, "urgent");
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/user\033.slice", .group = 5, .parent = 1);
	TRACE_TEXT(t, rq_site, 0, function, "check_preempt_wakeup_fair", .site = 7);
	TRACE_TEXT(t, rq_site, 0, function, "wakeup_preempt", .site = 8);
	TRACE_TEXT(t, rq_site, 0, function, "do_sched_yield", .site = 9);
	TRACE(t, rq_snapshot, 11, .is_current = 1, .group = 1, .sched_class = IPCPROBE_SCHED_FAIR,
	      .prio = 120);
	TRACE(t, rq_snapshot, 12, .group = 5, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot, 13, .group = 1, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot_end, 11, .nr_running = 3, .nr_members = 3);
	TRACE(t, rq_snapshot, 14, .cpu = 1, .is_current = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot_end, 14, .cpu = 1, .nr_running = 1, .nr_members = 1);
	explain_fair(t);
	explain_yield(t);
	explain_jump(t);
	explain_class(t);
	t->now_ns = 6000 * US;
	trace_finish(t);
}

/* arguments of the view */
static const bool text = false, json = true;

static enum explain_mode explain_mode;
static const char *explain_name = "ping";

static int explain_view(const struct model *model, const void *opts)
{
	const bool is_json = *(const bool *)opts;
	struct table_view columns = { 0 };
	struct explain explain;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS | MODEL_PICKS);
	if (explain_init(&explain, &t.model, &trace_all) || explain_keep(&explain, 4))
		abort();
	explain.mode = explain_mode;
	explain.start_ns = 1000 * US;
	explain.name = explain_name;
	explain.cache = "0-1;2-3";
	explain.show = is_json ? view_explain_case_json : view_explain_case;
	explain.show_wakeup = is_json ? view_explain_wakeup_json : view_explain_wakeup;
	t.model.sched.watch = &explain.watch;
	explain_trace(&t);
	err = is_json ? view_explain_json(&t.model, &explain) :
			     view_explain_print(&t.model, &explain, &columns);
	explain_deinit(&explain);
	trace_deinit(&t);
	return t.err ?: err;
}

static void test_explain(void)
{
	explain_mode = EXPLAIN_WORST;
	compare("sched-explain.txt", capture(explain_view, NULL, &text));
	compare("sched-explain.json", capture(explain_view, NULL, &json));
	explain_mode = EXPLAIN_AT;
	compare("sched-explain-at.txt", capture(explain_view, NULL, &text));
	explain_mode = EXPLAIN_TASK;
	compare("sched-explain-task.txt", capture(explain_view, NULL, &text));
	explain_name = "pong";
	compare("sched-explain-group.txt", capture(explain_view, NULL, &text));
}

/* ---- delays ---- */

struct delay_case {
	const struct delay_report *report;
	uint32_t task;
};

static int delay_text(const struct model *model, const void *opts)
{
	const struct delay_case *delay = opts;

	view_delay_print(model, delay->report, delay->task);
	return 0;
}

static int delay_json(const struct model *model, const void *opts)
{
	const struct delay_case *delay = opts;
	json_t *list = view_delay_json(model, delay->report);
	char *text = json_dumps(list, JSON_INDENT(1) | JSON_SORT_KEYS);

	puts(text);
	free(text);
	json_decref(list);
	return 0;
}

static uint32_t known(struct trace *t, uint32_t tid)
{
	return tasks_known_tid(&t->model.tasks, tid);
}

/* Task 20 has class fair, 21 real time, 22 deadline; 11 to 17 ran. */
static void delay_trace(struct trace *t)
{
	uint32_t i;

	trace_init(t, MODEL_RUNQ);
	for (i = 11; i <= 17; i++)
		trace_snapshot(t, i, 1, "hog");
	for (i = 20; i <= 22; i++)
		trace_snapshot(t, i, 1, "victim");
	TRACE_TEXT(t, rq_group, 0, path, "/li\033mited", .group = 4, .parent = 1);
	TRACE_TEXT(t, rq_site, 0, function, "detach_tasks.isra.0", .site = 3);
	TRACE(t, rq_snapshot, 20, .is_current = 1, .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(t, rq_snapshot, 21, .sched_class = IPCPROBE_SCHED_RT);
	TRACE(t, rq_snapshot, 22, .sched_class = IPCPROBE_SCHED_DL);
	TRACE(t, rq_snapshot_end, 20, .nr_running = 3, .nr_members = 3);
}

/*
 * The delay has a part of each kind; five of the tasks that ran meanwhile are named,
 * and the idle CPU.
 */
static void test_delay(void)
{
	static const uint32_t times[] = { 700, 600, 500, 400, 300, 20, 10 };
	struct run_sum hogs[8] = { { 0 } }, two[2] = { { 0 } }, five[5] = { { 0 } }, idle[7];
	struct delay_part parts[] = {
		{ .kind = DELAY_WAKING, .cpu = 1 },
		{ .kind = DELAY_SIGNALLED, .cpu = 1 },
		{ .kind = DELAY_QUEUED, .cpu = 1 },
		{ .kind = DELAY_MOVED, .cpu = 1, .site = 3, .context = IPCPROBE_CONTEXT_SWITCH },
		{ .kind = DELAY_THROTTLED, .cpu = 2, .group = 4 },
		{ .kind = DELAY_PUT_BACK, .cpu = 2 },
		{ .kind = DELAY_QUEUED, .cpu = DELAY_SEVERAL_CPUS },
		{ .kind = DELAY_THROTTLED, .cpu = 3 },
		{ .kind = DELAY_PUT_BACK, .cpu = 3 },
		{ .kind = DELAY_QUEUED, .cpu = 0 },
		{ .kind = DELAY_QUEUED, .cpu = 0 },
		{ .kind = DELAY_MOVED, .cpu = 3 },
	};
	struct run_sums ran[ARRAY_SIZE(parts)] = { { 0 } };
	struct delay_report report = { .nr = ARRAY_SIZE(parts), .part = parts, .ran = ran };
	struct delay_case delay = { .report = &report };
	uint64_t at_ns = 5000 * US;
	struct trace t;
	uint32_t i;

	delay_trace(&t);
	for (i = 0; i < 7; i++)
		hogs[i] = (struct run_sum){ .task = known(&t, 11 + i), .ns = times[i] * US, .nr = 1 + i };
	hogs[7] = (struct run_sum){ .ns = 70 * US, .nr = 3 };
	two[0] = (struct run_sum){ .task = known(&t, 11), .ns = 900 * US, .nr = 2 };
	two[1] = (struct run_sum){ .ns = 100 * US, .nr = 1 };
	memcpy(five, hogs, sizeof(five));
	memcpy(idle, hogs, sizeof(idle));
	idle[6] = (struct run_sum){ .ns = 8 * US, .nr = 1 };
	ran[2] = (struct run_sums){ .v = hogs, .nr = 8 };
	ran[4] = (struct run_sums){ .v = two, .nr = 2 };
	ran[7] = (struct run_sums){ .v = five, .nr = 5 };
	ran[9] = (struct run_sums){ .v = idle, .nr = 7 };
	ran[10] = (struct run_sums){ .v = &idle[6], .nr = 1 };
	parts[3].by = known(&t, 12);
	for (i = 0; i < report.nr; i++) {
		parts[i].from_ns = at_ns;
		at_ns += (i == 2 || i == 7 || i == 9 ? 3000 : i == 4 ? 1000 : 2 + i) * US;
		parts[i].until_ns = at_ns;
	}
	for (i = 0; i < 3; i++) {
		static const char *const names[] = {
			"sched-delay.txt", "sched-delay-rt.txt", "sched-delay-dl.txt",
		};

		delay.task = known(&t, 20 + i);
		compare(names[i], capture(delay_text, &t.model, &delay));
	}
	compare("sched-delay.json", capture(delay_json, &t.model, &delay));
	trace_deinit(&t);
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 9);
	test_explain();
	test_delay();
	return ktap_end();
}
