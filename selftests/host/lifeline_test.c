// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of tasks: a row for each task shows when the task did what, on which CPU,
 * and who woke it; memory is bounded.
 */
#include "ktap.h"
#include "lib/parse.h"
#include "svg_box.h"
#include "throttled_trace.h"
#include "trace_builder.h"
#include "view/svg/colour.h"
#include "view/svg/lifeline.h"
#include "watch/lifeline.h"

#define US		1000ULL
#define START_NS	(1000 * US)
#define LEFT		160.0	/* where the picture's axis begins */
#define BAR_HEIGHT	14.0	/* height of a task that runs */

/* A picture that is being made of a trace; times are in us since the start. */
struct drawn {
	struct trace trace;
	struct lifelines lines;
	struct sched_watch watch;
	char *svg;
	size_t len;
};

static void begin_of(struct drawn *d, const struct scope *scope, uint64_t from_us,
		     uint64_t until_us)
{
	trace_init(&d->trace, MODEL_RUNQ | MODEL_WAITS);
	if (lifelines_init(&d->lines, scope, START_NS + from_us * US, START_NS + until_us * US))
		abort();
	d->watch = lifelines_watch(&d->lines);
	d->trace.model.sched.watch = &d->watch;
	d->trace.now_ns = START_NS;
	d->svg = NULL;
}

static void begin(struct drawn *d, uint64_t from_us, uint64_t until_us)
{
	begin_of(d, &trace_all, from_us, until_us);
}

static void at(struct drawn *d, uint64_t us)
{
	d->trace.now_ns = START_NS + us * US;
}

static void draw_top(struct drawn *d, uint32_t top)
{
	FILE *out = open_memstream(&d->svg, &d->len);

	trace_finish(&d->trace);
	if (!out || d->trace.err ||
	    view_lifeline_write(out, &d->trace.model, &d->lines, top, START_NS) || fclose(out))
		abort();
}

static void draw(struct drawn *d)
{
	draw_top(d, 0);
}

static void end(struct drawn *d)
{
	free(d->svg);
	lifelines_deinit(&d->lines);
	trace_deinit(&d->trace);
}

/* True if a bar whose tooltip begins with @text is drawn from @from_us on; a us is a pixel. */
static bool is_bar(const struct drawn *d, const char *text, double from_us, double us,
		   struct box *box)
{
	if (find_box(d->svg, text, box) && is_near(box->x, LEFT + from_us) && is_near(box->width, us))
		return true;
	ktap_note("'%s': at %.2f, %.2f wide", text, box->x - LEFT, box->width);
	return false;
}

static void wake(struct drawn *d, uint32_t tid, uint32_t cpu, uint32_t waker, uint16_t context)
{
	uint64_t now_ns = d->trace.now_ns;

	TRACE(&d->trace, rq_enqueue, tid, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 1, .cpu = cpu);
	d->trace.now_ns = now_ns;
	TRACE(&d->trace, rq_wakeup, tid, .waker = waker, .cpu = cpu, .context = context,
	      .waker_cpu = 1);
	d->trace.now_ns = now_ns;
}

static void sleep_on(struct drawn *d, uint32_t tid, uint32_t cpu, uint32_t next)
{
	uint64_t now_ns = d->trace.now_ns;

	TRACE(&d->trace, rq_dequeue, tid, .nr_running = IPCPROBE_NR_UNKNOWN, .change = 1, .cpu = cpu);
	d->trace.now_ns = now_ns;
	TRACE(&d->trace, rq_switch, tid, .next = next, .prev_state = 1, .cpu = cpu);
}

/*
 * 1600 us, a pixel each.  11 runs on CPU 0 until 100, blocks on a pipe until 12 wakes
 * it at 300, waits until 400, runs until 600, sleeps until an interrupt at 900 and runs
 * on CPU 1 from then on.  12 runs on CPU 1 until 500, 13 on CPU 0 while 11 does not. 14
 * waits on CPU 1 from 1000 on.
 */
static void take_turns(struct drawn *d)
{
	trace_snapshot(&d->trace, 11, 1, "ping");
	trace_snapshot(&d->trace, 12, 1, "pong");
	trace_snapshot(&d->trace, 13, 1, "<hog>");
	trace_snapshot(&d->trace, 14, 1, "late");
	at(d, 0);
	TRACE(&d->trace, rq_snapshot, 11, .cpu = 0, .is_current = 1);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot, 13, .cpu = 0);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2, .cpu = 0);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot, 12, .cpu = 1, .is_current = 1);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot_end, 12, .nr_running = 1, .nr_members = 1, .cpu = 1);
	at(d, 90);
	TRACE(&d->trace, pipe_block, 11, .pipe = 77);
	at(d, 100);
	sleep_on(d, 11, 0, 13);
	at(d, 300);
	wake(d, 11, 0, 12, 0);
	at(d, 400);
	TRACE(&d->trace, rq_switch, 13, .next = 11, .cpu = 0);
	at(d, 410);
	trace_read(&d->trace, 11, 77, 0, 0, 1);
	at(d, 500);
	sleep_on(d, 12, 1, 0);
	at(d, 600);
	sleep_on(d, 11, 0, 13);
	at(d, 900);
	wake(d, 11, 1, 13, IPCPROBE_CONTEXT_HARDIRQ);
	at(d, 900);
	TRACE(&d->trace, rq_switch, 0, .next = 11, .cpu = 1);
	at(d, 1000);
	wake(d, 14, 1, 11, IPCPROBE_CONTEXT_SOFTIRQ);
	at(d, 1600);
}

static uint64_t ns_of(struct drawn *d, uint32_t tid, enum lifeline_state state)
{
	return lifeline_at(&d->lines, tasks_known_tid(&d->trace.model.tasks, tid))->ns[state];
}

static void test_row(void)
{
	struct box run, block, wait, sleep, again;
	struct drawn d;

	begin(&d, 0, 1600);
	take_turns(&d);
	draw(&d);
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.000000000 to 0.000100000 s, 100.0 us<", 0,
			 100, &run));
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.000400000", 400, 200, &again));
	ktap_str_eq(run.css, again.css);
	ktap_true(is_near(run.height, BAR_HEIGHT));
	ktap_true(is_near(run.y, again.y));
	ktap_result("a bar shows when a task ran, in the colour of its CPU");
	ktap_true(is_bar(&d, "ping 11 ran on CPU 1: 0.000900000", 900, 700, &again));
	ktap_str_ne(run.css, again.css);
	ktap_result("on another CPU the bar has another colour");
	ktap_true(is_bar(&d, "ping 11 queued on CPU 0: ", 300, 100, &wait));
	ktap_true(is_near(wait.height, BAR_HEIGHT / 2));
	ktap_contains(wait.css, "waiting");
	ktap_result("a bar half as high shows when it waited");
	ktap_true(is_bar(&d, "ping 11 blocked on pipe:[77]: ", 100, 200, &block));
	ktap_true(is_bar(&d, "ping 11 asleep: ", 600, 300, &sleep));
	ktap_lt(block.height, 4);
	ktap_lt(sleep.height, block.height);
	ktap_contains(d.svg, ">pipe:[77]</text>");
	ktap_result("when it slept, as a line; thicker, with the object's name, while it blocked on one");
	ktap_true(is_xml(d.svg));
	ktap_contains(d.svg, "&lt;hog&gt; 13");
	ktap_result("as well-formed XML");
	ktap_note("ran %lu, queued %lu, blocked %lu, asleep %lu us",
		  (unsigned long)(ns_of(&d, 11, LIFELINE_RUNNING) / US),
		  (unsigned long)(ns_of(&d, 11, LIFELINE_QUEUED) / US),
		  (unsigned long)(ns_of(&d, 11, LIFELINE_BLOCKED) / US),
		  (unsigned long)(ns_of(&d, 11, LIFELINE_ASLEEP) / US));
	ktap_eq(ns_of(&d, 11, LIFELINE_RUNNING), 1000 * US);
	ktap_eq(ns_of(&d, 11, LIFELINE_QUEUED), 100 * US);
	ktap_eq(ns_of(&d, 11, LIFELINE_BLOCKED), 200 * US);
	ktap_eq(ns_of(&d, 11, LIFELINE_ASLEEP), 300 * US);
	ktap_eq(trace_sched(&d.trace, 11)->run_ns, 1000 * US);
	ktap_result("all time is there, once");
	end(&d);
}

/* 11 is woken twice: by 12, and by an interrupt during 13; 14 is woken once, by a softirq. */
static void test_wakeups(void)
{
	struct drawn d;
	const char *by;
	double x = 0;

	begin(&d, 0, 1600);
	take_turns(&d);
	draw(&d);
	by = strstr(d.svg, "woken at 0.000300000 s by pong 12 on CPU 1</title><path class=\"woken\"");
	if (by)
		sscanf(strstr(by, " d=\"M"), " d=\"M%lf", &x);
	ktap_true(is_near(x, LEFT + 300));
	ktap_result("a mark says when a task was woken, and by whom");
	ktap_contains(d.svg, "woken at 0.000900000 s by an interrupt on CPU 1</title>");
	ktap_contains(d.svg, "woken at 0.001000000 s by a softirq on CPU 1</title>");
	ktap_result("an interrupt is not shown as the interrupted task");
	ktap_note("%u marks", nr_of(d.svg, "<path class=\"woken\""));
	ktap_eq(nr_of(d.svg, "<path class=\"woken\""), 3);
	ktap_contains(d.svg, "woken 2 times</text>");
	ktap_eq(nr_of(d.svg, "woken 0 times</text>"), 2);
	ktap_result("each once");
	end(&d);
}

/* Running: 11 1000 us; 12 500; 13 300 + 1000; 14 never ran, but waited longest. */
static void test_order(void)
{
	struct scope scope = { 0 };
	struct drawn d;
	const char *hog, *ping, *pong, *late;

	begin(&d, 0, 1600);
	take_turns(&d);
	draw(&d);
	hog = strstr(d.svg, ">&lt;hog&gt; 13</text>");
	ping = strstr(d.svg, ">ping 11</text>");
	pong = strstr(d.svg, ">pong 12</text>");
	late = strstr(d.svg, ">late 14</text>");
	ktap_true(hog);
	ktap_lt(hog, ping);
	ktap_lt(ping, pong);
	ktap_lt(pong, late);
	ktap_lacks(d.svg, "further tasks");
	ktap_result("the tasks that ran longest are on top");
	end(&d);
	begin(&d, 0, 1600);
	take_turns(&d);
	draw_top(&d, 1);
	ktap_contains(d.svg, ">&lt;hog&gt; 13</text>");
	ktap_lacks(d.svg, ">ping 11</text>");
	ktap_contains(d.svg, "3 further tasks that ran less are not drawn");
	ktap_result("the number of left-out tasks is shown");
	ktap_lacks(d.svg, "ran on CPU 1</text>");
	ktap_lacks(d.svg, ">blocked on");
	ktap_lacks(d.svg, ">tick above a row");
	ktap_contains(d.svg, ">ran on CPU 0</text>");
	ktap_result("the legend has nothing that is not in the picture");
	end(&d);
	scope.pids = (struct pid_list){ .nr = 1, .pid = { 12 } };
	begin_of(&d, &scope, 0, 1600);
	take_turns(&d);
	draw(&d);
	ktap_contains(d.svg, ">pong 12</text>");
	ktap_lacks(d.svg, ">ping 11</text>");
	ktap_result("only tasks of the selected processes have a row");
	end(&d);
	scope = (struct scope){ 0 };
	parse_cpus("1", &scope.cpus);
	begin_of(&d, &scope, 0, 1600);
	take_turns(&d);
	draw(&d);
	ktap_lt(strstr(d.svg, ">ping 11</text>"), strstr(d.svg, ">pong 12</text>"));
	ktap_contains(d.svg, ">pong 12</text>");
	ktap_lacks(d.svg, "hog");
	ktap_lacks(d.svg, ">late");
	ktap_contains(d.svg, "ping 11 ran on CPU 0: ");
	ktap_result("with -C each task that ran there has a row, with its time on all CPUs");
	end(&d);
}

/*
 * 12's group is throttled from 400 to 1000; records are lost from 1200 to 1400, then 11
 * runs.
 */
static void test_states(void)
{
	struct box box, stripes;
	struct drawn d;

	begin(&d, 0, 1600);
	trace_throttled(&d.trace, START_NS);
	at(&d, 1400);
	TRACE(&d.trace, lost, 0, .begin_ns = START_NS + 1200 * US, .nr_lost = 7,
	      .class_id = IPCPROBE_CLASS_SCHED);
	at(&d, 1401);
	TRACE(&d.trace, rq_snapshot, 11, .is_current = 1);
	at(&d, 1500);
	TRACE(&d.trace, rq_snapshot_end, 11, .nr_running = 1, .nr_members = 1);
	at(&d, 1600);
	draw(&d);
	ktap_true(is_bar(&d, "pong 12 queued on CPU 0: ", 0, 400, &box));
	ktap_true(is_bar(&d, "pong 12 throttled on CPU 0: ", 400, 600, &box));
	ktap_true(find_after(d.svg, "pong 12 throttled", 1, &stripes));
	ktap_str_eq(stripes.css, "striped");
	ktap_true(is_near(stripes.x, box.x));
	ktap_true(is_near(stripes.width, box.width));
	ktap_result("a throttled task has stripes");
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.000000000 to 0.001200000 s", 0, 1200,
			 &box));
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.001500000", 1500, 100, &box));
	ktap_contains(d.svg, "<rect class=\"unknown\" x=\"1360.00\"");
	ktap_contains(d.svg, "unknown: 0.001200000 to 0.001500000 s");
	ktap_result("time of lost records is hatched");
	ktap_contains(d.svg, "unknown: 0.001200000 to 0.001600000 s");
	ktap_result("time of a task without later records is hatched to the end");
	end(&d);
}

/* 160 ms, 100 us a pixel: of each 40 us 11 runs 10, later on both CPUs, and waits 30. */
static void test_mixture(void)
{
	const char *title = "ping 11: 0.000000000 to 0.000090000 s, 90.0 us, ran 33.3 %, queued 66.7 %; on CPU 0<";
	struct lifeline line = { .is_seen = true };
	struct lifelines *lines;
	struct box box;
	struct drawn d;
	double x, y, width, height;
	uint32_t i, task;
	const char *p;

	begin(&d, 0, 160000);
	take_turns(&d);
	d.trace.model.sched.watch = NULL;
	lines = &d.lines;
	task = tasks_known_tid(&d.trace.model.tasks, 11);
	free(lifeline_at(lines, task)->part);
	*lifeline_at(lines, task) = line;
	lines->nr_parts = 0;
	for (i = 0; i < 1000; i++) {
		struct lifeline *ping = lifeline_at(lines, task);

		ping->state = i & 1 ? LIFELINE_QUEUED : LIFELINE_RUNNING;
		ping->cpu = i >= 500 && i & 2 ? 1 : 0;
		ping->since_ns = START_NS + (i * 20 - (i & 1) * 10) * US;
		lifeline_end(lines, ping, START_NS + ((i + 1) * 20 - !(i & 1) * 10) * US,
			     (struct sched_wait){ 0 });
	}
	at(&d, 160000);
	draw(&d);
	p = strstr(d.svg, title);
	ktap_true(p);
	ktap_result("what is too short to be drawn is drawn as shares");
	p = p ? strstr(p, "<path class=\"c0\" d=\"M") : NULL;
	ktap_true(p);
	ktap_eq(sscanf(p, "<path class=\"c0\" d=\"M%lf %lfh%lfv%lfh", &x, &y, &width, &height),
		4);
	ktap_true(is_near(x, LEFT));
	ktap_true(is_near(width, 0.9));
	ktap_true(is_near(height, BAR_HEIGHT / 3));
	ktap_result("each as high as its part of the time");
	ktap_contains(d.svg, "<path class=\"n0\" d=\"M");
	ktap_contains(d.svg, ">several CPUs within a pixel<");
	ktap_true(find_box(d.svg, ">several CPUs", &box));
	ktap_result("shares of several CPUs are grey, and the legend says so");
	end(&d);
}

/*
 * With more parts than there is room for, the tasks that ran least lose theirs, and the
 * picture shows that.
 */
static void test_bound(void)
{
	uint32_t i, task, nr_kept = 0;
	uint64_t least_ns = UINT64_MAX;
	struct lifelines *lines;
	struct drawn d;

	begin(&d, 0, 16000);
	for (task = 1; task <= 40; task++) {
		char comm[16] = "";

		snprintf(comm, sizeof(comm), "task-%u", task);
		trace_snapshot(&d.trace, 100 + task, 1, comm);
		at(&d, 0);
	}
	lines = &d.lines;
	lines->most_parts = 4000;
	for (i = 0; i < 800; i++)
		for (task = 1; task <= 40; task++) {
			uint32_t number = tasks_known_tid(&d.trace.model.tasks, 100 + task);
			struct lifeline *line = pool_reach(&lines->line, number);

			line->state = i & 1 ? LIFELINE_ASLEEP : LIFELINE_RUNNING;
			line->cpu = 0;
			line->since_ns = START_NS + (i * 20 - (i & 1) * (19 - task % 20)) * US;
			lifeline_end(lines, line, START_NS + ((i + 1) * 20 - !(i & 1) * (19 - task % 20)) * US,
				     (struct sched_wait){ 0 });
		}
	for (i = 1; i < lines->line.nr; i++) {
		const struct lifeline *line = lifeline_at(lines, i);

		nr_kept += line->nr_parts;
		if (line->nr_parts && !line->cut_until_ns && line->wanted_ns < least_ns)
			least_ns = line->wanted_ns;
	}
	at(&d, 16000);
	draw(&d);
	ktap_note("%u parts kept, told %u; the least of those that were never cut ran %lu us", nr_kept,
		  lines->nr_parts, (unsigned long)(least_ns / US));
	ktap_eq(nr_kept, lines->nr_parts);
	ktap_le(nr_kept, 4000);
	ktap_result("memory is bounded");
	ktap_contains(d.svg, "not kept for want of room, unknown: 0.000000000");
	ktap_contains(d.svg, ">unknown: records were lost, or there was no room for them");
	ktap_result("time whose parts are not kept is hatched, with a tooltip");
	ktap_ne(least_ns, UINT64_MAX);
	ktap_ge(least_ns, 800 / 2 * 17 * US);
	ktap_result("parts of the tasks that ran longest are kept");
	end(&d);
}

/* There are more CPUs than colours. */
static void test_cpus(void)
{
	uint32_t i, j, nr = 0, nr_same = 0, colour[64];
	struct lifeline *line;
	struct drawn d;
	const char *p;

	begin(&d, 0, 1600);
	take_turns(&d);
	for (i = 2; i < 40; i++) {
		at(&d, 1000);
		TRACE(&d.trace, rq_snapshot_end, 0, .cpu = i);
	}
	d.trace.model.sched.watch = NULL;
	line = lifeline_at(&d.lines, tasks_known_tid(&d.trace.model.tasks, 12));
	line->state = LIFELINE_RUNNING;
	for (i = 0; i < 40; i++) {
		line->cpu = i;
		line->since_ns = START_NS + (600 + i * 20) * US;
		lifeline_end(&d.lines, line, START_NS + (620 + i * 20) * US, (struct sched_wait){ 0 });
	}
	at(&d, 1600);
	draw(&d);
	for (p = d.svg; (p = strstr(p, ".c")) && nr < 64; p++)
		nr += sscanf(p, ".c%*u{fill:#%x}", &colour[nr]) == 1;
	for (i = 0; i < nr; i++)
		for (j = 0; j < i; j++)
			nr_same += colour[i] == colour[j];
	ktap_note("%u colours, %u the same", nr, nr_same);
	ktap_eq(nr, COLOUR_NR);
	ktap_false(nr_same);
	ktap_contains(d.svg, ">one of 8 CPUs without a colour of their own<");
	ktap_result("no two CPUs have the same colour, and CPUs without one are named");
	end(&d);
}

int main(void)
{
	ktap_begin(24);
	test_row();
	test_wakeups();
	test_order();
	test_states();
	test_mixture();
	test_bound();
	test_cpus();
	return ktap_end();
}
