// SPDX-License-Identifier: GPL-2.0
/*
 * Records that are valid in form and meaningless in content: no model may crash or grow
 * without bound.  To be built with -fsanitize=address,undefined, too.
 */
#include <sys/resource.h>

#include "ktap.h"
#include "random.h"
#include "trace/event.h"
#include "trace_builder.h"
#include "view/copies.h"
#include "view/explain.h"
#include "view/migrations.h"
#include "view/runq.h"
#include "view/sched_views.h"
#include "view/svg/chart.h"
#include "view/svg/lifeline.h"
#include "view/switches.h"
#include "view/timehist.h"

#define NR_RECORDS	400000
#define NR_WATCHED	40000	/* number of calls of each watcher */

static uint64_t seed = RANDOM_SEED;

static uint64_t random_u64(void)
{
	return random_next(&seed);
}

/* Mostly small numbers, so that records refer to the same objects; sometimes any number. */
static uint64_t random_value(void)
{
	uint64_t value = random_u64();

	switch (value >> 60) {
	case 0:
		return random_u64();
	case 1:
		return -(random_u64() & 7);
	case 2:
	case 3:
		return 4096 * (random_u64() & 15);
	default:
		return value & 31;
	}
}

/* Make any event with any fields that event_check() accepts. */
static void random_record(char *room, uint64_t now_ns)
{
	const struct event_desc *desc = &event_table[random_u64() % event_table_len];
	struct ipcprobe_rec *rec = (void *)room;
	size_t offset = sizeof(*rec);
	uint32_t i;

	memset(room, 0, IPCPROBE_REC_MAX);
	*rec = (struct ipcprobe_rec){ .len = (desc->len + 15) & ~7, .type = desc->type,
				      .tid = random_value(), .ts_ns = now_ns };
	for (i = 0; i < desc->nr_fields; i++) {
		size_t len = event_kind_len(desc->fields[i].kind);
		uint64_t value = random_value();

		if (desc->fields[i].kind == EVENT_KIND_ns64)
			value = now_ns - (value & 0xffff);
		memcpy(room + offset, &value, len < 8 ? len : 8);
		offset += len;
	}
	if (desc->text_offset)
		room[rec->len - 8 - (rec->len - 8 == desc->text_offset ? 0 : 1)] = 0;
}

static void feed(struct trace *t, uint32_t nr)
{
	uint64_t room[IPCPROBE_REC_MAX / 8];
	uint32_t i;

	for (i = 0; i < nr; i++) {
		t->now_ns += random_u64() & 1023;
		random_record((char *)room, t->now_ns);
		if (event_check((void *)room, sizeof(room)))
			continue;
		t->err = t->err ? t->err : model_apply(&t->model, (void *)room, 0);
	}
}

/* Each view must cope, too; its output is not checked. */
static FILE *hide_stdout(void)
{
	FILE *terminal = stdout;

	fflush(stdout);
	stdout = fopen("/dev/null", "w");
	return terminal;
}

static void show_stdout(FILE *terminal)
{
	fclose(stdout);
	stdout = terminal;
}

static void show(struct trace *t, const struct chart *chart, const struct lifelines *lines)
{
	struct view_copies copies = { .scope = &trace_all, .top = 3, .has_calls = true };
	struct view_runq runq = { .scope = &trace_all, .top = 3, .width = 80,
				  .at_ns = t->now_ns };
	FILE *terminal = hide_stdout();

	t->err |= view_copies_print(&t->model, &copies);
	t->err |= view_copies_json(&t->model, &copies);
	t->err |= view_runq_print(&t->model, &runq);
	t->err |= view_runq_json(&t->model, &runq);
	t->err |= view_map_print(&t->model, &runq);
	t->err |= view_map_json(&t->model, &runq);
	t->err |= view_at_print(&t->model, &runq);
	t->err |= view_at_json(&t->model, &runq);
	t->err |= view_svg_write(stdout, &t->model, chart, 0);
	t->err |= view_lifeline_write(stdout, &t->model, lines, 0, 0);
	show_stdout(terminal);
}

/* Run the views that print as records come. */
static void watch(struct trace *t, const struct sched_watch *watch)
{
	t->model.sched.watch = watch;
	feed(t, NR_WATCHED);
	trace_finish(t);
}

static int watch_latency(struct trace *t, const struct view_runq *runq, enum latency_by by)
{
	struct latency latency;
	struct view_latency view = { .runq = runq, .latency = &latency, .has_histogram = true,
				     .is_each = true };

	if (latency_init(&latency, runq->scope, by))
		abort();
	watch(t, &latency.watch);
	t->err |= view_latency_print(&t->model, &view);
	t->err |= view_latency_json(&t->model, &view);
	latency_deinit(&latency);
	return t->err;
}

static int watch_timehist(struct trace *t, const struct view_runq *runq, bool is_precise)
{
	struct timehist th;

	if (timehist_init(&th, &t->model, runq))
		abort();
	th.is_precise = is_precise;
	th.has_wakeups = true;
	th.has_migrations = true;
	th.has_next = true;
	th.has_state = true;
	th.has_cpus = true;
	th.has_summary = true;
	watch(t, &th.watch);
	t->err |= timehist_print(&t->model, &th);
	timehist_deinit(&th);
	return t->err;
}

static int watch_switches(struct trace *t, const struct view_runq *runq)
{
	struct switches sw;

	if (switches_init(&sw, &t->model, runq))
		abort();
	watch(t, &sw.watch);
	t->err |= switches_print(&t->model, &sw);
	switches_deinit(&sw);
	return t->err;
}

static int watch_migrations(struct trace *t, const struct view_runq *runq)
{
	struct migrations mig;

	if (migrations_init(&mig, &t->model, runq))
		abort();
	watch(t, &mig.watch);
	t->err |= migrations_print(&t->model, &mig);
	migrations_deinit(&mig);
	return t->err;
}

static int watch_blocked(struct trace *t, const struct view_runq *runq)
{
	struct blocked blocked;
	struct view_stat view = { .runq = runq, .blocked = &blocked };

	if (blocked_init(&blocked))
		abort();
	watch(t, &blocked.watch);
	t->err |= view_stat_print(&t->model, &view);
	t->err |= view_stat_json(&t->model, &view);
	blocked_deinit(&blocked);
	return t->err;
}

static int watch_explain(struct trace *t, const struct view_runq *runq, enum explain_mode mode)
{
	bool json = runq->is_json;
	struct explain explain;

	if (explain_init(&explain, &t->model, runq->scope) || explain_keep(&explain, 3))
		abort();
	explain.mode = mode;
	explain.tid = 5;
	explain.show = json ? view_explain_case_json : view_explain_case;
	explain.show_wakeup = json ? view_explain_wakeup_json : view_explain_wakeup;
	watch(t, &explain.watch);
	t->err |= json ? view_explain_json(&t->model, &explain) :
			 view_explain_print(&t->model, &explain, &(struct table_view){ 0 });
	explain_deinit(&explain);
	return t->err;
}

static int watch_with(const struct view_runq *runq, uint32_t which)
{
	struct trace t;
	int err;

	trace_init(&t, MODEL_COPIES | MODEL_CALLS | MODEL_RUNQ | MODEL_WAITS | MODEL_PICKS);
	t.model.copies.parking.max = 1000;
	switch (which) {
	case LATENCY_BY_TASK:
	case LATENCY_BY_WAKER:
	case LATENCY_BY_CPU:
		err = watch_latency(&t, runq, which);
		break;
	case 3:
		err = watch_timehist(&t, runq, false);
		break;
	case 4:
		err = watch_timehist(&t, runq, true);
		break;
	case 5:
		err = watch_switches(&t, runq);
		break;
	case 6:
		err = watch_blocked(&t, runq);
		break;
	case 7:
	case 8:
	case 9:
		err = watch_explain(&t, runq, which - 7);
		break;
	default:
		err = watch_migrations(&t, runq);
		break;
	}
	trace_deinit(&t);
	return err;
}

static int watch_all(void)
{
	struct view_runq text_view = { .scope = &trace_all, .top = 3 };
	struct view_runq json_view = { .scope = &trace_all, .is_json = true, .top = 3 };
	FILE *terminal = hide_stdout();
	int err = 0;

	for (uint32_t i = 0; i < 11; i++)
		err |= watch_with(&text_view, i) | watch_with(&json_view, i);
	show_stdout(terminal);
	return err;
}

/* Objects that are over, and often named again later, are freed early. */
static int feed_eagerly(void)
{
	static const struct sweep_limits limits = { .hops = 20, .shapes = 20, .files = 4,
						    .ended = 2, .ends = 4, .objects = 64 };
	struct view_copies view = { .scope = &trace_all, .top = 3, .has_calls = true };
	FILE *terminal = hide_stdout();
	struct trace t;

	trace_init(&t, MODEL_COPIES | MODEL_CALLS);
	t.model.copies.parking.max = 100;
	t.model.copies.limits = limits;
	feed(&t, NR_RECORDS / 4);
	trace_finish(&t);
	t.err |= view_copies_print(&t.model, &view);
	t.err |= view_copies_json(&t.model, &view);
	trace_deinit(&t);
	show_stdout(terminal);
	return t.err;
}

/* A model has one watcher: this one passes all on to two. */
struct pair {
	struct sched_watch chart;
	struct sched_watch lines;
};

static int wake_lines(void *arg, const struct sched *sched,
		      const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
		      const struct sched_waker *waker)
{
	const struct pair *pair = arg;

	return pair->lines.on_wakeup(pair->lines.arg, sched, rec, task, waker);
}

static int record_both(void *arg, const struct sched *sched, const struct ipcprobe_rec *rec)
{
	const struct pair *pair = arg;

	return pair->chart.on_record(pair->chart.arg, sched, rec) ?:
	       pair->lines.on_record(pair->lines.arg, sched, rec);
}

static int finish_both(void *arg, const struct sched *sched, uint64_t until_ns)
{
	const struct pair *pair = arg;

	return pair->chart.on_finish(pair->chart.arg, sched, until_ns) ?:
	       pair->lines.on_finish(pair->lines.arg, sched, until_ns);
}

int main(void)
{
	struct rusage usage;
	struct pair pair;
	struct sched_watch watch = {
		.on_wakeup = wake_lines, .on_record = record_both, .on_finish = finish_both,
		.arg = &pair,
	};
	struct lifelines lines;
	struct chart chart;
	struct trace t;

	ktap_begin(4);
	trace_init(&t, MODEL_COPIES | MODEL_CALLS | MODEL_RUNQ | MODEL_TIMELINE | MODEL_WAITS |
		   MODEL_PICKS);
	t.model.copies.parking.max = 1000;
	if (chart_init(&chart, &trace_all, t.now_ns, t.now_ns + NR_RECORDS * 500) ||
	    lifelines_init(&lines, &trace_all, t.now_ns, t.now_ns + NR_RECORDS * 500))
		abort();
	pair = (struct pair){ chart_watch(&chart), lifelines_watch(&lines) };
	t.model.sched.watch = &watch;
	feed(&t, NR_RECORDS);
	trace_finish(&t);
	ktap_false(t.err);
	ktap_result("any records are taken in");
	show(&t, &chart, &lines);
	getrusage(RUSAGE_SELF, &usage);
	ktap_note("peak %ld MiB", usage.ru_maxrss / 1024);
	ktap_false(t.err);
	ktap_result("any model can be shown");
	chart_deinit(&chart);
	lifelines_deinit(&lines);
	trace_deinit(&t);
	ktap_false(feed_eagerly());
	ktap_result("any records are taken in when what is over goes soon");
	ktap_false(watch_all());
	ktap_result("any records can be watched");
	return ktap_end();
}
