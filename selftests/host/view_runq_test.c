// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: run queues. */
#include "golden.h"
#include "view/runq.h"

#define US	1000ULL

static int runq_text(const struct model *model, const void *opts)
{
	return view_runq_print(model, opts);
}

static int runq_json(const struct model *model, const void *opts)
{
	return view_runq_json(model, opts);
}

static int map_text(const struct model *model, const void *opts)
{
	return view_map_print(model, opts);
}

static int map_json(const struct model *model, const void *opts)
{
	return view_map_json(model, opts);
}

static int at_text(const struct model *model, const void *opts)
{
	return view_at_print(model, opts);
}

static int at_json(const struct model *model, const void *opts)
{
	return view_at_json(model, opts);
}

/* Two tasks take turns on CPU 0, one runs on CPU 1 until records are lost. */
static void queues(struct trace *t, uint32_t what)
{
	uint32_t i;

	trace_init(t, what);
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "hog");
	t->now_ns = 2000 * US;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	TRACE(t, rq_snapshot, 13, .cpu = 1, .is_current = 1);
	TRACE(t, rq_snapshot_end, 13, .nr_running = 1, .nr_members = 1, .cpu = 1);
	for (i = 0; i < 20; i++) {
		uint32_t tid = 11 + i % 2;

		t->now_ns = (3000 + 400 * i) * US;
		TRACE(t, rq_enqueue, tid, .nr_running = 1, .change = 1);
		TRACE(t, rq_wakeup, tid, .delay_ns = 500 + i * 10);
		TRACE(t, rq_switch, 0, .next = tid);
		t->now_ns += (100 + 5 * i) * US;
		TRACE(t, rq_dequeue, tid, .nr_running = 0, .change = 1);
		TRACE(t, rq_switch, tid, .prev_state = 1);
		if (i % 15 == 4)
			TRACE_TEXT(t, task_mark, tid, text, i == 4 ? "part \"one\"" : "end\033");
	}
	TRACE(t, rq_enqueue, 11, .nr_running = 1, .change = 1);
	TRACE(t, rq_switch, 0, .next = 11);
	TRACE(t, rq_enqueue, 12, .nr_running = 2, .change = 1);
	TRACE(t, rq_change, 0, .change = 1, .nr_running = 3);
	TRACE(t, rq_enqueue, 13, .nr_running = 9, .cpu = 1, .change = 1);
	t->now_ns += 2000 * US;
}

static void test_queues(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP, .width = 60,
				  .start_ns = 1000 * US };
	struct trace t;

	queues(&t, MODEL_RUNQ | MODEL_TIMELINE);
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq.txt", capture(runq_text, &t.model, &view));
	compare("runq.json", capture(runq_json, &t.model, &view));
	compare("runq-map.txt", capture(map_text, &t.model, &view));
	compare("runq-map.json", capture(map_json, &t.model, &view));
	compare("runq-at.txt", capture(at_text, &t.model, &view));
	compare("runq-at.json", capture(at_json, &t.model, &view));
	trace_deinit(&t);
}

/* Records about the queues in the mask @which are lost for 5 ms; 0 = about any. */
static void lost_queues(struct trace *t, uint64_t which)
{
	uint64_t ns;

	queues(t, MODEL_RUNQ | MODEL_TIMELINE);
	ns = t->now_ns;
	t->now_ns += 5000 * US;
	TRACE(t, lost, 0, .begin_ns = ns, .nr_lost = 100, .class_id = IPCPROBE_CLASS_SCHED,
	      .queues = which);
}

static void test_lost_queues(void)
{
	struct view_runq view = { .scope = &trace_all, .width = 40, .start_ns = 1000 * US };
	struct trace t;

	lost_queues(&t, 0);
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	t.now_ns += 1000 * US;
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-lost.txt", capture(runq_text, &t.model, &view));
	compare("runq-lost-map.txt", capture(map_text, &t.model, &view));
	compare("runq-lost-at.txt", capture(at_text, &t.model, &view));
	trace_deinit(&t);
}

/* The same loss, of the queue of CPU 1 alone. */
static void test_lost_queue(void)
{
	struct view_runq view = { .scope = &trace_all, .width = 40, .start_ns = 1000 * US };
	struct trace t;

	lost_queues(&t, 2);
	t.now_ns += 1000 * US;
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-lost-one.json", capture(runq_json, &t.model, &view));
	compare("runq-lost-one-map.txt", capture(map_text, &t.model, &view));
	compare("runq-lost-one-at.txt", capture(at_text, &t.model, &view));
	trace_deinit(&t);
}

/*
 * A group is throttled, a task moves to another CPU, and the kernel's members at the
 * end differ by a task.
 */
static void groups(struct trace *t)
{
	trace_init(t, MODEL_RUNQ);
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "urgent");
	t->now_ns = 2000 * US;
	TRACE_TEXT(t, rq_group, 0, path, "/user.slice", .group = 5, .parent = 1);
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 3000 * US;
	TRACE(t, rq_enqueue, 11, .nr_running = 1, .change = 1, .group = 5,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_enqueue, 12, .nr_running = 2, .change = 1, .group = IPCPROBE_GROUP_AUTO | 7,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_enqueue, 13, .nr_running = 3, .change = 1, .group = 9,
	      .sched_class = IPCPROBE_SCHED_RT, .prio = 40);
	TRACE(t, rq_switch, 0, .next = 13);
	TRACE(t, rq_throttle, 0, .group = 5, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -1, .nr_running = 2);
	t->now_ns = 5000 * US;
}

/* The kernel's list of members at the end: 12 has left unrecorded. */
static void differ(struct trace *t)
{
	TRACE(t, rq_snapshot, 11, .group = 5, .sched_class = IPCPROBE_SCHED_FAIR,
	      .member_state = IPCPROBE_RQ_THROTTLED);
	TRACE(t, rq_snapshot, 13, .is_current = 1, .group = 9, .sched_class = IPCPROBE_SCHED_RT);
	TRACE(t, rq_snapshot_end, 13, .nr_running = 1, .nr_members = 2);
}

static void test_groups(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP,
				  .start_ns = 1000 * US };
	struct trace t;

	groups(&t);
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-groups-at.txt", capture(at_text, &t.model, &view));
	compare("runq-groups-at.json", capture(at_json, &t.model, &view));
	trace_deinit(&t);

	groups(&t);
	differ(&t);
	trace_finish(&t);
	compare("runq-end.txt", capture(runq_text, &t.model, &view));
	compare("runq-end.json", capture(runq_json, &t.model, &view));
	trace_deinit(&t);
}

/* CPU 1 is offline for 3 of 8 ms, and busy for 1 ms of the others. */
static void test_offline(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP, .start_ns = 1000 * US };
	struct trace t;

	trace_init(&t, MODEL_RUNQ);
	trace_snapshot(&t, 11, 1, "ping");
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot, 11, .cpu = 1, .is_current = 1);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot_end, 11, .cpu = 1, .nr_running = 1, .nr_members = 1);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_dequeue, 11, .cpu = 1, .nr_running = 0, .change = 1);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_switch, 11, .cpu = 1, .next = 0, .prev_state = 1);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_online, 0, .cpu = 1, .is_online = 0);
	t.now_ns = 7000 * US;
	TRACE(&t, rq_online, 0, .cpu = 1, .is_online = 1);
	t.now_ns = 10000 * US;
	trace_finish(&t);
	compare("runq-offline.txt", capture(runq_text, &t.model, &view));
	trace_deinit(&t);
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 17);
	test_queues();
	test_lost_queues();
	test_lost_queue();
	test_groups();
	test_offline();
	return ktap_end();
}
