// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of the run queues: what is drawn is where it must be, every
 * interval is in it, and it is a well-formed file of bounded size.
 */
#include <math.h>

#include "chart.h"
#include "colour.h"
#include "ktap.h"
#include "trace_builder.h"
#include "view_svg.h"

#define US		1000ULL
#define START_NS	(1000 * US)
#define LEFT		80.0	/* the picture's axis begins here, */
#define WIDTH		1600.0	/* is so long, */
#define RUN_HEIGHT	26.0	/* and so high are a running task's bar */
#define QUEUE_HEIGHT	30.0	/* and the longest queue */
#define MAX_BYTES	(5U << 20)
#define NR_LANES		16U
#define BOUND_US	25000000ULL

/* a picture that is being made of a trace; times are in us since the start */
struct drawn {
	struct trace trace;
	struct chart chart;
	char *svg;
	size_t len;
};

static void begin_of(struct drawn *d, const struct source_opts *source, uint64_t from_us,
		     uint64_t until_us)
{
	trace_init(&d->trace, MODEL_RUNQ);
	if (chart_init(&d->chart, source, START_NS + from_us * US, START_NS + until_us * US))
		abort();
	d->trace.model.chart = &d->chart;
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

static void draw(struct drawn *d)
{
	FILE *out = open_memstream(&d->svg, &d->len);

	trace_finish(&d->trace);
	if (!out || d->trace.err || view_svg_write(out, &d->trace.model, &d->chart, START_NS) ||
	    fclose(out))
		abort();
}

static void end(struct drawn *d)
{
	free(d->svg);
	chart_deinit(&d->chart);
	trace_deinit(&d->trace);
}

struct box {
	char css[32];
	double x, y, width, height;
};

/* The first bar after @text. */
static bool find_box(const struct drawn *d, const char *text, struct box *box)
{
	const char *p = strstr(d->svg, text);

	*box = (struct box){ .x = -1 };
	p = p ? strstr(p, "<rect class=") : NULL;
	return p && sscanf(p, "<rect class=\"%31[^\"]\" x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"",
			   box->css, &box->x, &box->y, &box->width, &box->height) == 5;
}

/* The share of name number @name after @text. */
static bool find_share(const struct drawn *d, const char *text, uint32_t name, struct box *box)
{
	const char *p = strstr(d->svg, text);
	char css[32];

	snprintf(css, sizeof(css), "<path class=\"n%u\" d=", name);
	p = p ? strstr(p, css) : NULL;
	return p && sscanf(p + strlen(css), "\"M%lf %lfh%lfv%lfh", &box->x, &box->y, &box->width,
			   &box->height) == 4;
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 0.006;
}

/* A bar whose tooltip begins with @text is drawn from @from_us on, so long. */
static bool is_bar(const struct drawn *d, const char *text, double from_us, double us,
		   double us_per_px)
{
	struct box box;

	if (find_box(d, text, &box) && is_near(box.x, LEFT + from_us / us_per_px) &&
	    is_near(box.width, us / us_per_px))
		return true;
	ktap_note("'%s': at %.2f, %.2f wide", text, box.x, box.width);
	return false;
}

/* Is there an XML parser that takes it? */
static bool is_xml(const struct drawn *d)
{
	FILE *parser = popen("python3 -c 'import sys, xml.sax\n"
			     "xml.sax.parse(sys.stdin.buffer, xml.sax.ContentHandler())'", "w");

	if (!parser)
		return false;
	fwrite(d->svg, 1, d->len, parser);
	return !pclose(parser);
}

/*
 * One CPU, 1600 us, so that a us is a pixel: 11 runs from 100 to 300, 12 waits
 * from 150 and runs from 300 to 700; then idle; 13 on CPU 1 throughout.
 */
static void take_turns(struct drawn *d, uint32_t ping, uint32_t pong)
{
	trace_snapshot(&d->trace, ping, 1, "ping");
	trace_snapshot(&d->trace, pong, 1, "pong");
	trace_snapshot(&d->trace, 13, 1, "<&\">'\x01\xff\xc3\xa9");
	at(d, 0);
	TRACE(&d->trace, rq_snapshot_end, 0, .cpu = 0);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot, 13, .cpu = 1, .is_current = 1);
	at(d, 0);
	TRACE(&d->trace, rq_snapshot_end, 13, .nr_running = 1, .nr_members = 1, .cpu = 1);
	at(d, 100);
	TRACE(&d->trace, rq_enqueue, ping, .nr_running = 1, .change = 1);
	at(d, 100);
	TRACE(&d->trace, rq_switch, 0, .next = ping);
	at(d, 150);
	TRACE(&d->trace, rq_enqueue, pong, .nr_running = 2, .change = 1);
	at(d, 300);
	TRACE(&d->trace, rq_dequeue, ping, .nr_running = 1, .change = 1);
	at(d, 300);
	TRACE(&d->trace, rq_switch, ping, .next = pong, .prev_state = 1);
	at(d, 700);
	TRACE(&d->trace, rq_dequeue, pong, .nr_running = 0, .change = 1);
	at(d, 700);
	TRACE(&d->trace, rq_switch, pong, .prev_state = 1);
}

static void test_bars(void)
{
	struct drawn d;
	struct box run, wait;

	begin(&d, 0, 1600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_ok(is_bar(&d, "ping 11 ran on CPU 0: 0.000100000 to 0.000300000 s, 200.0 us<", 100, 200, 1) &&
		is_bar(&d, "pong 12 ran on CPU 0: 0.000300000 to 0.000700000 s, 400.0 us<", 300, 400, 1) &&
		is_bar(&d, " 13 ran on CPU 1: 0.000000000 to 0.001600000 s, 1.6 ms<", 0, 1600, 1),
		"who ran is drawn from when to when it ran, and says so");
	ktap_ok(is_bar(&d, "pong 12 queued on CPU 0: 0.000150000 to 0.000300000 s, 150.0 us<", 150, 150, 1) &&
		!strstr(d.svg, "ping 11 queued"), "who waited is drawn while it waited");
	find_box(&d, "pong 12 ran", &run);
	find_box(&d, "pong 12 queued", &wait);
	ktap_ok(!strcmp(run.css, wait.css) && wait.y > run.y + RUN_HEIGHT + QUEUE_HEIGHT &&
		is_near(run.height, RUN_HEIGHT), "in the same colour, below the queue's length");
	ktap_ok(!strstr(d.svg, "<title>unknown"), "nothing is unknown");
	ktap_ok(strstr(d.svg, ">&lt;&amp;&quot;&gt;&apos;\\x01\\xff\xc3\xa9 13<") && is_xml(&d),
		"a name that means something in XML, or is no text, is well-formed");
	end(&d);
}

/* The part of the time asked for, at another scale: 4 us are a pixel less. */
static void test_window(void)
{
	struct drawn d;

	begin(&d, 200, 600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_ok(is_bar(&d, "ping 11 ran on CPU 0: 0.000200000 to 0.000300000 s", 0, 100, 0.25) &&
		is_bar(&d, "pong 12 ran on CPU 0: 0.000300000 to 0.000600000 s", 100, 300, 0.25) &&
		is_bar(&d, "pong 12 queued on CPU 0: 0.000200000 to 0.000300000 s", 0, 100, 0.25),
		"of the time asked for only that is drawn, over the whole width");
	end(&d);
}

/* Tasks that are not wanted are there, but without a name. */
static void test_filter(void)
{
	struct source_opts source = { .pids = { .nr = 1, .pid = { 11 } } };
	struct box ping, pong;
	struct drawn d;

	begin_of(&d, &source, 0, 1600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_ok(find_box(&d, "ping 11 ran on CPU 0", &ping) && strcmp(ping.css, "n0 apart") &&
		find_box(&d, "pong 12 ran on CPU 0", &pong) && !strcmp(pong.css, "n0 apart") &&
		strstr(d.svg, ">ping 200.0 us<") && strstr(d.svg, ">others 2.0 ms<"),
		"tasks of other processes are drawn in grey");
	end(&d);
}

/* Lengths 0, 1 from 100, 2 from 150, 1 from 300, 0 from 700: two of them are 30 high. */
static void test_length(void)
{
	struct drawn d;
	char want[256];
	struct box run;
	double zero;

	begin(&d, 0, 1600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	find_box(&d, "ping 11 ran", &run);
	zero = run.y + RUN_HEIGHT + 3 + QUEUE_HEIGHT;
	snprintf(want, sizeof(want),
		 "\"max\" d=\"M80.00 %.2fV%.2fH180.00V%.2fH230.00V%.2fH380.00V%.2fH780.00V%.2fH1680.00V%.2fZ\"",
		 zero, zero, zero - 15, zero - 30, zero - 15, zero, zero);
	ktap_ok(strstr(d.svg, want), "the queue's length is an area with a step at each change");
	end(&d);
}

/* Asleep from 400 on, but a member until 1000; lost: 1200 to 1400. */
static void test_states(void)
{
	struct drawn d;
	struct box box;

	begin(&d, 0, 1600);
	trace_snapshot(&d.trace, 11, 1, "ping");
	trace_snapshot(&d.trace, 12, 1, "pong");
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot, 11, .is_current = 1);
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot, 12, .cpu = 0);
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2);
	at(&d, 400);
	TRACE(&d.trace, rq_switch, 11, .next = 12, .prev_state = 1);
	at(&d, 1000);
	TRACE(&d.trace, rq_dequeue, 11, .nr_running = 1, .change = 1);
	at(&d, 1400);
	TRACE(&d.trace, lost, 0, .begin_ns = START_NS + 1200 * US, .nr_lost = 7,
	      .class_id = IPCPROBE_CLASS_SCHED);
	at(&d, 1401);
	TRACE(&d.trace, rq_snapshot_end, 0);
	at(&d, 1600);
	draw(&d);
	find_box(&d, "ping 11 asleep, still queued", &box);
	ktap_ok(is_bar(&d, "ping 11 asleep, still queued on CPU 0:", 400, 600, 1) &&
		strstr(box.css, " light"), "who sleeps and is still a member is drawn lighter");
	ktap_ok(find_box(&d, "unknown: 0.00120", &box) && strstr(d.svg, "class=\"unknown\" x=\"1280.00\"") &&
		is_bar(&d, "pong 12 ran on CPU 0: 0.000400000 to 0.001200000 s", 400, 800, 1) &&
		strstr(d.svg, "H1280.00V") && is_xml(&d), "what was lost is hatched, in both rows");
	end(&d);
}

/* 12's group is throttled from 400 to 1000. */
static void test_throttled(void)
{
	struct drawn d;
	struct box box;

	begin(&d, 0, 1600);
	trace_snapshot(&d.trace, 11, 1, "ping");
	trace_snapshot(&d.trace, 12, 1, "pong");
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot, 11, .is_current = 1, .group = 1);
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot, 12, .group = 5);
	at(&d, 0);
	TRACE(&d.trace, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2);
	at(&d, 400);
	TRACE(&d.trace, rq_throttle, 0, .group = 5, .is_throttled = 1);
	at(&d, 400);
	TRACE(&d.trace, rq_change, 0, .change = -1, .nr_running = 1);
	at(&d, 1000);
	TRACE(&d.trace, rq_throttle, 0, .group = 5);
	at(&d, 1000);
	TRACE(&d.trace, rq_change, 0, .change = 1, .nr_running = 2);
	at(&d, 1600);
	draw(&d);
	find_box(&d, "pong 12 throttled", &box);
	ktap_ok(is_bar(&d, "pong 12 queued on CPU 0:", 0, 400, 1) &&
		is_bar(&d, "pong 12 throttled on CPU 0:", 400, 600, 1) &&
		strstr(box.css, " faint"), "who is throttled is drawn so, while that lasts");
	end(&d);
}

/* 16 ms, 10 us a pixel; from 8000 on each us ping 0.5, pong 0.25, idle 0.25. */
static void test_mixture(void)
{
	static const char ping[16] = "ping", pong[16] = "pong";
	struct chart_span *span;
	struct drawn d;
	struct box small, big;
	uint32_t i, name[2];

	begin(&d, 0, 16000);
	take_turns(&d, 11, 12);
	name[0] = chart_name(&d.chart, ping);
	name[1] = chart_name(&d.chart, pong);
	for (i = 0; i < 100; i++) {
		uint64_t ns = START_NS + (8000 + i) * US;

		chart_add_run(&d.chart, 2, ns, ns + 500, 1, name[0]);
		chart_add_run(&d.chart, 2, ns + 500, ns + 750, 2, name[1]);
		chart_add_run(&d.chart, 2, ns + 750, ns + 1000, 0, 0);
	}
	TRACE(&d.trace, rq_change, 0, .cpu = 2);
	at(&d, 16000);
	draw(&d);
	span = chart_list(&d.chart.run, 2)->span;
	ktap_ok(span->is_mixed && span->until_ns - span->from_ns <= 10 * US &&
		strstr(d.svg, "<title>CPU 2: 0.008000000 to 0.008010000 s, 10.0 us, pong 25.0 %, ping 50.0 %, idle 25.0 %</title>"),
		"what is too short to be drawn is drawn as shares of a pixel");
	ktap_ok(find_share(&d, "<title>CPU 2: 0.008000000", name[1], &small) &&
		find_share(&d, "<title>CPU 2: 0.008000000", name[0], &big) &&
		is_near(small.x, LEFT + 800) && is_near(small.width, 1) &&
		is_near(small.height, RUN_HEIGHT / 4) && is_near(big.x, LEFT + 800) &&
		is_near(big.width, 1) && is_near(big.height, RUN_HEIGHT / 2) &&
		is_near(big.y + big.height, small.y),
		"shares are stacked, each as high as its part of the time");
	end(&d);
}

/* Sixteen CPUs, two million intervals of all lengths. */
static void test_bound(void)
{
	uint64_t ns[NR_LANES], end_ns = START_NS, known = 0;
	uint64_t seed = 88172645463325252ULL, busy = 0, told = 0, named = 0;
	uint32_t i, j, cpu, name[12];
	struct drawn d;

	begin(&d, 0, BOUND_US);
	for (i = 0; i < 12; i++) {
		char comm[16] = "";

		snprintf(comm, sizeof(comm), "task-%u", i);
		trace_snapshot(&d.trace, 100 + i, 1, comm);
		name[i] = chart_name(&d.chart, comm);
	}
	for (cpu = 0; cpu < NR_LANES; cpu++) {
		ns[cpu] = START_NS;
		TRACE(&d.trace, rq_snapshot_end, 0, .cpu = cpu, .nr_running = 0);
	}
	d.trace.model.chart = NULL;
	for (i = 0; i < 2000000; i++) {
		uint64_t from_ns, len;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		cpu = i % NR_LANES;
		from_ns = ns[cpu];
		len = 1000 + (seed >> 20) % (seed % 64 ? 60000 : 20000000);
		ns[cpu] += len;
		j = (seed >> 50) % 13;
		chart_add_run(&d.chart, cpu, from_ns, ns[cpu], j, j ? name[j - 1] : 0);
		chart_add_length(&d.chart, cpu, from_ns, ns[cpu], (seed >> 45) % 7);
		chart_add_wait(&d.chart, &(struct chart_wait){ .from_ns = from_ns,
			       .until_ns = ns[cpu] + len, .task = 1 + j % 12, .name = name[j % 12],
			       .cpu = cpu, .state = SCHED_QUEUED });
		busy += j ? len : 0;
		if (ns[cpu] > end_ns)
			end_ns = ns[cpu];
	}
	d.trace.now_ns = end_ns;
	draw(&d);
	for (cpu = 0; cpu < NR_LANES; cpu++) {
		const struct chart_list *list = chart_list(&d.chart.run, cpu);

		for (i = 0; i < list->nr; i++) {
			known += list->span[i].known_ns;
			told += list->span[i].busy_ns;
			for (j = 0; j < list->span[i].nr_shares; j++)
				named += list->span[i].share[j].ns;
		}
		known -= ns[cpu] - START_NS;
	}
	ktap_ok(end_ns < START_NS + BOUND_US * US && !known && told == busy,
		"no time is lost or counted twice however often spans are put together");
	ktap_note("%zu bytes, %u + %u spans, %u waits, %.1f %% of the time named", d.len,
		  d.chart.run.nr, d.chart.length.nr, d.chart.nr_waits, 100.0 * named / told);
	ktap_ok(d.len < MAX_BYTES && d.chart.run.nr <= CHART_NR_SPANS &&
		d.chart.length.nr <= CHART_NR_SPANS && d.chart.nr_waits <= CHART_NR_WAITS &&
		is_xml(&d), "a picture of two million intervals is of bounded size, and well-formed");
	end(&d);
}

/* of WCAG 2 */
static double luminance(uint32_t colour)
{
	static const double weight[] = { 0.0722, 0.7152, 0.2126 };
	double sum = 0;

	for (int i = 0; i < 3; i++, colour >>= 8) {
		double c = (colour & 0xff) / 255.0;

		sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static void test_colours(void)
{
	struct drawn a, b;
	bool is_ok = true;
	char name[32];
	uint32_t i;

	for (i = 0; i < 5000; i++) {
		double light;

		snprintf(name, sizeof(name), "name-%u", i);
		light = luminance(colour_of(name));
		is_ok &= 1.05 / (light + 0.05) >= 3 && (light + 0.05) / 0.05 >= 4.5;
	}
	ktap_ok(is_ok, "every colour stands out from white, and black text from it");
	/* these figures may never change */
	ktap_ok(colour_of("cc1") == 0xc85353 && colour_of("hackbench") == 0xf75b72 &&
		colour_of("make") == 0x0ea0b3, "a name has the same colour for ever");

	begin(&a, 0, 1600);
	begin(&b, 0, 1600);
	take_turns(&a, 11, 12);
	take_turns(&b, 2012, 2011);
	at(&a, 1600);
	at(&b, 1600);
	draw(&a);
	draw(&b);
	snprintf(name, sizeof(name), "{fill:#%06x}", colour_of("pong"));
	ktap_ok(strstr(a.svg, name) && strstr(b.svg, name), "also with other thread ids");
	end(&b);
	begin(&b, 0, 1600);
	take_turns(&b, 11, 12);
	at(&b, 1600);
	draw(&b);
	ktap_ok(a.len == b.len && !memcmp(a.svg, b.svg, a.len), "the same records, the same picture");
	end(&a);
	end(&b);
}

int main(void)
{
	ktap_begin(19);
	test_bars();
	test_window();
	test_filter();
	test_length();
	test_states();
	test_throttled();
	test_mixture();
	test_bound();
	test_colours();
	return ktap_end();
}
