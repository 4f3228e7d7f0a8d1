// SPDX-License-Identifier: GPL-2.0
/* The sentences of "sched explain": cases made by hand. */
#include "ktap.h"
#include "trace_builder.h"
#include "view/explain.h"
#include "watch/cause.h"

#define US	1000ULL
#define MS	1000000ULL

static struct trace trace;
static struct explain explain;

/* Return what the view writes to stdout. */
static char *text_of(const struct explain_case *c, const struct explain_wakeup *wakeup)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;

	fflush(stdout);
	stdout = open_memstream(&text, &len);
	if (wakeup)
		view_explain_wakeup(&explain, c->next, wakeup);
	else
		view_explain_case(&explain, c);
	fclose(stdout);
	stdout = terminal;
	return text;
}

/* Expect @line among the lines of @text. */
static void check(char *text, const char *line)
{
	size_t len = strlen(line);
	bool is_found = false;
	const char *p;

	for (p = text; p && !is_found; p = strchr(p, '\n')) {
		p += *p == '\n';
		is_found = !strncmp(p, line, len) && (p[len] == '\n' || !p[len]);
	}
	if (!is_found)
		ktap_note("got: %s", text);
	ktap_true(is_found);
	ktap_result("says '%s'", line);
	free(text);
}

static uint32_t task(uint32_t tid)
{
	return tasks_known_tid(&trace.model.tasks, tid);
}

static struct explain_case switch_of(uint8_t loss, uint8_t why)
{
	return (struct explain_case){
		.ts_ns = MS, .prev = task(11), .next = task(12), .run_ns = 20 * US, .loss = loss,
		.why = why, .request = { .ts_ns = MS - US, .task = task(12), .lead = INT64_MIN },
		.by_class = { .rule = PICK_BY_UNDECIDED },
	};
}

static void check_loss(uint8_t loss, uint8_t why, const char *reason)
{
	struct explain_case c = switch_of(loss, why);
	char line[200];

	snprintf(line, sizeof(line), "  before: ping[11] ran 20.0 us; %s", reason);
	check(text_of(&c, NULL), line);
}

static void test_losses(void)
{
	check_loss(LOSS_EXIT, 0, "it ended");
	check_loss(LOSS_THROTTLED, 0, "its group was throttled");
	check_loss(LOSS_MOVED, 0, "it was taken off to be moved");
	check_loss(LOSS_YIELD, 0, "it gave way (sched_yield)");
	check_loss(LOSS_UNKNOWN, 0, "preempted; by whom was not recorded");
	check_loss(LOSS_ASKED, REQUEST_SLICE, "its slice was used up");
	check_loss(LOSS_ASKED, REQUEST_TICK, "at the tick, another one's time had come");
	check_loss(LOSS_ASKED, REQUEST_WAKEUP, "preempted by the wake-up of pong[12]");
	check_loss(LOSS_ASKED, REQUEST_CLASS, "preempted by a task of a higher class, pong[12]");
	check_loss(LOSS_ASKED, REQUEST_PRIO,
		   "preempted by a real-time task of higher priority, pong[12]");
	check_loss(LOSS_ASKED, REQUEST_DEADLINE,
		   "preempted by a task with an earlier deadline, pong[12]");
	check_loss(LOSS_ASKED, REQUEST_IDLE, "a task came to an idle CPU");
	check_loss(LOSS_ASKED, REQUEST_CHANGE, "a task's priority or class was changed");
	check_loss(LOSS_ASKED, REQUEST_THROTTLE, "run time was used up or given anew");
	check_loss(LOSS_ASKED, REQUEST_BALANCE, "tasks were moved between queues");
	check_loss(LOSS_ASKED, REQUEST_UNKNOWN, "it was asked to");
}

static void check_wakeup(struct explain_wakeup wakeup, const char *sentence)
{
	struct explain_case c = { .next = task(12) };
	char line[300];

	wakeup.ts_ns = MS;
	snprintf(line, sizeof(line), "0.001000000 s pong[12] was %s", sentence);
	check(text_of(&c, &wakeup), line);
}

/* CPUs 0 and 1 share a cache, and so do 2 and 3. */
static void test_wakeups(void)
{
	struct explain_wakeup w = { .waker = { .task = task(11), .kind = WAKER_TASK, .cpu = 1 },
				    .nr_allowed = 4, .is_prev_allowed = true,
				    .cpu_idle = IDLE_YES, .prev_idle = IDLE_NO };

	check_wakeup(w, "woken by ping[11] on CPU 1; to CPU 0, idle, cache shared with the waker");
	w.prev_cpu = 2;
	check_wakeup(w, "woken by ping[11] on CPU 1; to CPU 0, idle, cache shared with the waker; "
			"before on CPU 2, busy, no cache shared with the waker");
	w.is_prev_allowed = false;
	check_wakeup(w, "woken by ping[11] on CPU 1; to CPU 0, idle, cache shared with the waker; "
			"before on CPU 2, busy, no cache shared with the waker; "
			"it may not run there any more");
	w.nr_allowed = 1;
	w.waker.kind = WAKER_HARDIRQ;
	check_wakeup(w, "woken by an interrupt on CPU 1, while ping[11] ran; to CPU 0, idle, "
			"cache shared with the waker; before on CPU 2, busy, "
			"no cache shared with the waker; it may run on no other");
	w.waker.kind = WAKER_SOFTIRQ;
	w.waker.task = 0;
	w.prev_cpu = 0;
	check_wakeup(w, "woken by a softirq on CPU 1, which was idle; to CPU 0, idle, "
			"cache shared with the waker; it may run on no other");
	w.waker.kind = WAKER_UNKNOWN;
	w.is_new = true;
	w.cpu_idle = IDLE_UNKNOWN;
	check_wakeup(w, "begun by an unknown waker; to CPU 0, cache shared with the waker; "
			"it may run on no other");
}

static bool has_word(const char *text, const char *word)
{
	return text && strstr(text, word);
}

static void test_deadline(void)
{
	struct explain_case c = switch_of(LOSS_EXIT, 0);
	char *text;

	c.by_class = (struct pick_class){ .rule = PICK_BY_DL };
	c.nr_members = 1;
	c.member[0] = (struct explain_member){
		.task = task(12), .prio = -1, .sched_class = IPCPROBE_SCHED_DL,
		.deadline = { .is_known = true, .deadline = 7654321 },
	};
	text = text_of(&c, NULL);
	ktap_true(has_word(text, "7.654321"));
	ktap_result("a member's deadline is printed");
	free(text);
}

static int print_all(void)
{
	return view_explain_print(&trace.model, &explain, &(struct table_view){ 0 });
}

/* "No such switch" is printed exactly where no switch matches. */
static void test_none(void)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;
	int err;

	fflush(stdout);
	stdout = open_memstream(&text, &len);
	err = print_all();
	fclose(stdout);
	stdout = terminal;
	ktap_false(err);
	ktap_true(has_word(text, "No such switch"));
	ktap_result("a missing switch is reported");
	free(text);
	if (explain_keep(&explain, 2))
		abort();
	for (explain.nr_kept = 0; explain.nr_kept < 2; explain.nr_kept++) {
		explain.kept[explain.nr_kept] = calloc(1, sizeof(**explain.kept));
		*explain.kept[explain.nr_kept] = switch_of(LOSS_EXIT, 0);
	}
	stdout = open_memstream(&text, &len);
	err = print_all();
	fclose(stdout);
	stdout = terminal;
	ktap_false(err);
	ktap_false(has_word(text, "No such switch"));
	ktap_result("it is not reported after two switches");
	free(text);
}

static void test_known(void)
{
	explain.mode = EXPLAIN_TASK;
	explain.name = "pong";
	ktap_true(explain_knows_task(&explain));
	ktap_result("a task that was recorded is known by name");
	explain.name = "peng";
	ktap_false(explain_knows_task(&explain));
	ktap_result("one that was not is unknown");
	explain.name = NULL;
	explain.tid = 12;
	ktap_true(explain_knows_task(&explain));
	ktap_result("known by number");
}

int main(void)
{
	trace_init(&trace, MODEL_RUNQ | MODEL_WAITS | MODEL_PICKS);
	trace_snapshot(&trace, 11, 1, "ping");
	trace_snapshot(&trace, 12, 1, "pong");
	if (explain_init(&explain, &trace.model, &trace_all))
		abort();
	explain.cache = "0-1;2-3";
	ktap_begin(28);
	test_losses();
	test_wakeups();
	test_deadline();
	test_none();
	test_known();
	explain_deinit(&explain);
	trace_deinit(&trace);
	return ktap_end();
}
