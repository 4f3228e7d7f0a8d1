// SPDX-License-Identifier: GPL-2.0
/*
 * The picture of the run queues: everything is drawn where it must be, each interval is
 * drawn, and the file is well-formed and of bounded size.
 */
#include "ktap.h"
#include "random.h"
#include "svg_box.h"
#include "throttled_trace.h"
#include "trace_builder.h"
#include "view/svg/chart.h"
#include "view/svg/colour.h"
#include "watch/chart.h"

#define US		1000ULL
#define START_NS	(1000 * US)
#define LEFT		80.0	/* where the picture's axis begins */
#define WIDTH		1600.0	/* length of the axis */
#define RUN_HEIGHT	26.0	/* height of a running task's bar */
#define QUEUE_HEIGHT	30.0	/* height of the longest queue */
#define WAIT_HEIGHT	8.0	/* height of a waiting task */
#define MAX_BYTES	(100U << 20)
#define NR_LANES	128U
#define NR_INTERVALS	2000000U
#define BOUND_US	58000ULL

/* A picture that is being made of a trace; times are in us since the start. */
struct drawn {
	struct trace trace;
	struct chart chart;
	struct sched_watch watch;
	char *svg;
	size_t len;
};

static void begin_of(struct drawn *d, const struct scope *scope, uint64_t from_us,
		     uint64_t until_us)
{
	trace_init(&d->trace, MODEL_RUNQ);
	if (chart_init(&d->chart, scope, START_NS + from_us * US, START_NS + until_us * US))
		abort();
	d->watch = chart_watch(&d->chart);
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

/* Find the share of name number @name after @text. */
static bool find_share(const struct drawn *d, const char *text, uint32_t name, struct box *box)
{
	const char *p = strstr(d->svg, text);
	char css[32];

	snprintf(css, sizeof(css), "<path class=\"n%u\" d=", name);
	p = p ? strstr(p, css) : NULL;
	return p && sscanf(p + strlen(css), "\"M%lf %lfh%lfv%lfh", &box->x, &box->y, &box->width,
			   &box->height) == 4;
}

/* True if a bar whose tooltip begins with @text is drawn from @from_us on, in that length. */
static bool is_bar(const struct drawn *d, const char *text, double from_us, double us,
		   double us_per_px)
{
	struct box box;

	if (find_box(d->svg, text, &box) && is_near(box.x, LEFT + from_us / us_per_px) &&
	    is_near(box.width, us / us_per_px))
		return true;
	ktap_note("'%s': at %.2f, %.2f wide", text, box.x, box.width);
	return false;
}

/*
 * One CPU, 1600 us, so that a us is a pixel: 11 runs from 100 to 300, 12 waits from 150
 * and runs from 300 to 700; then the CPU is idle; 13 runs on CPU 1 throughout.
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
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.000100000 to 0.000300000 s, 200.0 us<",
			 100, 200, 1));
	ktap_true(is_bar(&d, "pong 12 ran on CPU 0: 0.000300000 to 0.000700000 s, 400.0 us<",
			 300, 400, 1));
	ktap_true(is_bar(&d, " 13 ran on CPU 1: 0.000000000 to 0.001600000 s, 1.6 ms<", 0, 1600,
			 1));
	ktap_result("a bar with a tooltip shows from when to when a task ran");
	ktap_true(is_bar(&d, "pong 12 queued on CPU 0: 0.000150000 to 0.000300000 s, 150.0 us<",
			 150, 150, 1));
	ktap_lacks(d.svg, "ping 11 queued");
	ktap_result("a bar shows when a task waited");
	find_box(d.svg, "pong 12 ran", &run);
	find_box(d.svg, "pong 12 queued", &wait);
	ktap_str_eq(run.css, wait.css);
	ktap_gt(wait.y, run.y + RUN_HEIGHT + QUEUE_HEIGHT);
	ktap_true(is_near(run.height, RUN_HEIGHT));
	ktap_result("in the same colour, below the queue's length");
	ktap_lacks(d.svg, "<title>unknown");
	ktap_result("nothing is unknown");
	ktap_contains(d.svg, ">&lt;&amp;&quot;&gt;&apos;\\x01\\xff\xc3\xa9 13<");
	ktap_true(is_xml(d.svg));
	ktap_result("a name that means something in XML, or is no text, is well-formed");
	end(&d);
}

/* A part of the time, at another scale: 4 us are a pixel less. */
static void test_window(void)
{
	struct drawn d;

	begin(&d, 200, 600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_true(is_bar(&d, "ping 11 ran on CPU 0: 0.000200000 to 0.000300000 s", 0, 100, 0.25));
	ktap_true(is_bar(&d, "pong 12 ran on CPU 0: 0.000300000 to 0.000600000 s", 100, 300,
			 0.25));
	ktap_true(is_bar(&d, "pong 12 queued on CPU 0: 0.000200000 to 0.000300000 s", 0, 100,
			 0.25));
	ktap_result("only the selected time is drawn, over the whole width");
	end(&d);
}

/* Tasks that are not selected are drawn, but without a name. */
static void test_filter(void)
{
	struct scope scope = { .pids = { .nr = 1, .pid = { 11 } } };
	struct box ping, pong;
	struct drawn d;

	begin_of(&d, &scope, 0, 1600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_true(find_box(d.svg, "ping 11 ran on CPU 0", &ping));
	ktap_str_ne(ping.css, "n0 apart");
	ktap_true(find_box(d.svg, "pong 12 ran on CPU 0", &pong));
	ktap_str_eq(pong.css, "n0 apart");
	ktap_contains(d.svg, ">ping 200.0 us<");
	ktap_contains(d.svg, ">others 2.0 ms<");
	ktap_result("tasks of other processes are drawn in grey");
	end(&d);
}

/* Lengths 0, 1 from 100, 2 from 150, 1 from 300, 0 from 700: a length of two is 30 high. */
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
	find_box(d.svg, "ping 11 ran", &run);
	zero = run.y + RUN_HEIGHT + 3 + QUEUE_HEIGHT;
	snprintf(want, sizeof(want),
		 "\"max\" d=\"M80.00 %.2fV%.2fH180.00V%.2fH230.00V%.2fH380.00V%.2fH780.00V%.2fH1680.00V%.2fZ\"",
		 zero, zero, zero - 15, zero - 30, zero - 15, zero, zero);
	ktap_contains(d.svg, want);
	ktap_result("the queue's length is an area with a step at each change");
	end(&d);
}

/*
 * A task sleeps from 400 on, but is a member until 1000; records are lost from 1200 to
 * 1400.
 */
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
	find_box(d.svg, "ping 11 asleep, still queued", &box);
	ktap_true(is_bar(&d, "ping 11 asleep, still queued on CPU 0:", 400, 600, 1));
	ktap_true(is_near(box.height, WAIT_HEIGHT / 4));
	ktap_result("a sleeping member is drawn as a thin line");
	ktap_true(find_box(d.svg, "unknown: 0.00120", &box));
	ktap_contains(d.svg, "class=\"unknown\" x=\"1280.00\"");
	ktap_true(is_bar(&d, "pong 12 ran on CPU 0: 0.000400000 to 0.001200000 s", 400, 800, 1));
	ktap_contains(d.svg, "H1280.00V");
	ktap_true(is_xml(d.svg));
	ktap_result("what was lost is hatched, in both rows");
	end(&d);
}

/* 12's group is throttled from 400 to 1000. */
static void test_throttled(void)
{
	struct drawn d;
	struct box box, stripes;

	begin(&d, 0, 1600);
	trace_throttled(&d.trace, START_NS);
	at(&d, 1600);
	draw(&d);
	find_box(d.svg, "pong 12 throttled", &box);
	ktap_true(is_bar(&d, "pong 12 queued on CPU 0:", 0, 400, 1));
	ktap_true(is_bar(&d, "pong 12 throttled on CPU 0:", 400, 600, 1));
	ktap_true(is_near(box.height, WAIT_HEIGHT));
	ktap_true(find_after(d.svg, "pong 12 throttled", 1, &stripes));
	ktap_str_eq(stripes.css, "striped");
	ktap_true(is_near(stripes.x, box.x));
	ktap_true(is_near(stripes.width, box.width));
	ktap_result("a task is drawn with stripes while it is throttled");
	ktap_true(find_after(d.svg, "pong 12 queued", 1, &box));
	ktap_str_ne(box.css, "striped");
	ktap_result("a queued task is drawn without stripes");
	end(&d);
}

/* 16 ms, 10 us a pixel; from 8000 on in each us ping runs 0.5, pong 0.25, idle 0.25. */
static void test_mixture(void)
{
	static const char ping[16] = "ping", pong[16] = "pong";
	const struct chart_run *run;
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
	run = chart_lane(&d.chart, 2)->run;
	ktap_true(run->time.is_mixed);
	ktap_le(run->time.until_ns - run->time.from_ns, 10 * US);
	ktap_contains(d.svg,
		      "<title>CPU 2: 0.008000000 to 0.008010000 s, 10.0 us, pong 25.0 %, ping 50.0 %, idle 25.0 %</title>");
	ktap_result("what is too short to be drawn is drawn as shares of a pixel");
	ktap_true(find_share(&d, "<title>CPU 2: 0.008000000", name[1], &small));
	ktap_true(find_share(&d, "<title>CPU 2: 0.008000000", name[0], &big));
	ktap_true(is_near(small.x, LEFT + 800));
	ktap_true(is_near(small.width, 1));
	ktap_true(is_near(small.height, RUN_HEIGHT / 4));
	ktap_true(is_near(big.x, LEFT + 800));
	ktap_true(is_near(big.width, 1));
	ktap_true(is_near(big.height, RUN_HEIGHT / 2));
	ktap_true(is_near(big.y + big.height, small.y));
	ktap_result("shares are stacked, each as high as its part of the time");
	end(&d);
}

/*
 * A pixel in which "busy" runs more often than five others, but never longer, and
 * "last" runs in between: the five are counted exactly.
 */
static void test_longest(void)
{
	static const char *const comm[] = { "a", "b", "c", "d", "e", "busy", "last" };
	uint64_t ns = START_NS;
	const struct chart_run *run;
	struct drawn d;
	uint32_t i, name[7];

	begin(&d, 0, 16000000);
	take_turns(&d, 11, 12);
	for (i = 0; i < 7; i++) {
		char text[16] = "";

		snprintf(text, sizeof(text), "%s", comm[i]);
		name[i] = chart_name(&d.chart, text);
	}
	for (i = 0; i < 5; i++, ns += 60 * US)
		chart_add_run(&d.chart, 2, ns, ns + 60 * US, 1 + i, name[i]);
	for (i = 0; i < 150; i++, ns += 56 * US) {
		chart_add_run(&d.chart, 2, ns, ns + 55 * US, 6, name[5]);
		chart_add_run(&d.chart, 2, ns + 55 * US, ns + 56 * US, 7, name[6]);
	}
	TRACE(&d.trace, rq_change, 0, .cpu = 2);
	at(&d, 16000000);
	draw(&d);
	run = chart_lane(&d.chart, 2)->run;
	for (i = 0; i < run->nr_shares; i++)
		ktap_note("%s %lu us", d.chart.name[run->share[i].name].comm,
			  (unsigned long)(run->share[i].ns / US));
	ktap_contains(d.svg, "busy 94.8 %");
	ktap_contains(d.svg, "last 1.7 %");
	ktap_result("a task with many short runs is among a pixel's longest, with all its time");
	ktap_eq(run->nr_shares, 5);
	ktap_eq(run->busy_ns, 8700 * US);
	ktap_contains(d.svg, ", others 1.4 %</title>");
	ktap_result("the others are what is left");
	end(&d);
}

/* the intervals that were added to a chart */
struct load {
	uint64_t end_ns[NR_LANES];
	uint64_t busy_ns[NR_LANES];
	uint64_t name_ns[12];
};

/*
 * Add two million intervals of all lengths, on all CPUs but the last, on which one task
 * waits.
 */
static void add_load(struct drawn *d, struct load *load)
{
	uint64_t seed = RANDOM_SEED;
	uint32_t i, j, cpu, name[12];

	for (i = 0; i < 12; i++) {
		char comm[16] = "";

		snprintf(comm, sizeof(comm), "task-%u", i);
		trace_snapshot(&d->trace, 100 + i, 1, comm);
		name[i] = chart_name(&d->chart, comm);
	}
	for (cpu = 0; cpu < NR_LANES; cpu++) {
		load->end_ns[cpu] = START_NS;
		TRACE(&d->trace, rq_snapshot_end, 0, .cpu = cpu, .nr_running = 0);
	}
	for (i = 0; i < NR_INTERVALS; i++) {
		uint64_t most_ns = random_next(&seed) % 64 ? 6000 : 60000;
		uint64_t len = 100 + random_next(&seed) % most_ns, ns;

		cpu = i % (NR_LANES - 1);
		ns = load->end_ns[cpu];
		j = (seed >> 50) % 13;
		load->end_ns[cpu] += len;
		load->busy_ns[cpu] += j ? len : 0;
		load->name_ns[j ? j - 1 : 0] += j ? len : 0;
		chart_add_run(&d->chart, cpu, ns, ns + len, j, j ? name[j - 1] : 0);
		chart_add_length(&d->chart, cpu, ns, ns + len, (seed >> 45) % 7);
		chart_add_wait(&d->chart, cpu, &(struct chart_wait){ .from_ns = ns,
			       .until_ns = ns + 200 * len, .task = 1 + j % 12, .name = name[j % 12],
			       .state = SCHED_QUEUED });
	}
	chart_add_wait(&d->chart, NR_LANES - 1, &(struct chart_wait){
		       .from_ns = START_NS, .until_ns = START_NS + (d->chart.window.grain_ns / 2 + 1),
		       .task = 1, .name = name[0], .state = SCHED_QUEUED });
}

/* Expect for each CPU that the drawn time is the added time. */
static void expect_all_time(const struct drawn *d, const struct load *load)
{
	uint32_t i, cpu;

	for (cpu = 0; cpu < NR_LANES - 1; cpu++) {
		const struct chart_lane *lane = chart_lane(&d->chart, cpu);
		uint64_t known_ns = 0, busy_ns = 0;

		for (i = 0; i < lane->nr_runs; i++) {
			known_ns += lane->run[i].time.known_ns;
			busy_ns += lane->run[i].busy_ns;
		}
		ktap_eq(known_ns, load->end_ns[cpu] - START_NS);
		ktap_eq(busy_ns, load->busy_ns[cpu]);
	}
	for (i = 0; i < 12; i++)
		ktap_eq(d->chart.name[1 + i].run_ns, load->name_ns[i]);
}

/* Number of pixels of a CPU in which a bar begins, if the CPU is drawn pixel by pixel. */
static uint32_t nr_columns(const struct drawn *d, uint32_t cpu)
{
	const struct chart_lane *lane = chart_lane(&d->chart, cpu);
	uint64_t last = UINT64_MAX;
	uint32_t i, nr = 0;

	for (i = 0; i < lane->nr_runs; i++) {
		uint64_t column = (lane->run[i].time.from_ns - START_NS) / d->chart.window.grain_ns;

		nr += column != last;
		last = column;
	}
	return nr;
}

/* All but one of 128 CPUs have so many intervals that everything is drawn as shares. */
static void test_bound(void)
{
	static struct load load;
	uint32_t cpu, least = UINT32_MAX, most = 0;
	uint64_t end_ns = 0;
	struct drawn d;

	begin(&d, 0, BOUND_US);
	add_load(&d, &load);
	d.trace.model.sched.watch = NULL;
	for (cpu = 0; cpu < NR_LANES - 1; cpu++)
		end_ns = load.end_ns[cpu] > end_ns ? load.end_ns[cpu] : end_ns;
	d.trace.now_ns = end_ns;
	draw(&d);
	ktap_lt(end_ns, START_NS + BOUND_US * US);
	expect_all_time(&d, &load);
	ktap_result("no time is lost or counted twice however often spans are put together");
	for (cpu = 0; cpu < NR_LANES - 1; cpu++) {
		const struct chart_lane *lane = chart_lane(&d.chart, cpu);
		uint32_t nr = lane->nr_runs > lane->nr_lengths ? lane->nr_runs : lane->nr_lengths;

		most = nr > most ? nr : most;
		most = lane->nr_waits > CHART_NR_WAITS ? UINT32_MAX : most;
		least = nr_columns(&d, cpu) < least ? nr_columns(&d, cpu) : least;
	}
	ktap_note("%zu bytes, at most %u spans of a CPU, of at least %u columns", d.len, most, least);
	ktap_ge(least, STRETCH_NR_COLUMNS * 9 / 10);
	ktap_result("with %u CPUs each still has its columns", NR_LANES);
	ktap_contains(d.svg, "task-0 100 queued on CPU 127: ");
	ktap_result("a busy CPU does not take away the waits of a quiet one");
	ktap_lt(d.len, MAX_BYTES);
	ktap_le(most, 2 * STRETCH_NR_COLUMNS + 2);
	ktap_true(is_xml(d.svg));
	ktap_result("a picture of two million intervals is of bounded size, and well-formed");
	end(&d);
}

static double linear(uint32_t byte)
{
	double c = byte / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Relative luminance as WCAG 2 defines it. */
static double luminance(uint32_t colour)
{
	static const double weight[] = { 0.0722, 0.7152, 0.2126 };
	double sum = 0;

	for (int i = 0; i < 3; i++, colour >>= 8)
		sum += weight[i] * linear(colour & 0xff);
	return sum;
}

static double lab_root(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116.0;
}

/* Difference of two colours: their distance in CIELAB. */
static double difference(uint32_t a, uint32_t b)
{
	double lab[2][3], sum = 0;
	uint32_t both[] = { a, b };

	for (int i = 0; i < 2; i++) {
		double red = linear(both[i] >> 16), green = linear(both[i] >> 8 & 0xff),
		       blue = linear(both[i] & 0xff);
		double x = lab_root((0.4125 * red + 0.3576 * green + 0.1804 * blue) / 0.9505);
		double y = lab_root(0.2127 * red + 0.7152 * green + 0.0722 * blue);
		double z = lab_root((0.0193 * red + 0.1192 * green + 0.9503 * blue) / 1.0888);

		lab[i][0] = 116 * y - 16;
		lab[i][1] = 500 * (x - y);
		lab[i][2] = 200 * (y - z);
	}
	for (int i = 0; i < 3; i++)
		sum += pow(lab[0][i] - lab[1][i], 2);
	return sqrt(sum);
}

static void test_palette(void)
{
	double least = INFINITY, grey = INFINITY;
	struct colours none = { 0 }, colours = { 0 };
	uint32_t i, j, cc1, make;

	for (i = 0; i < COLOUR_NR; i++) {
		double light = luminance(colour_at(i));

		ktap_ge(1.05 / (light + 0.05), 3);
		ktap_ge((light + 0.05) / 0.05, 4.5);
		for (j = 0; j < i; j++)
			least = fmin(least, difference(colour_at(i), colour_at(j)));
		grey = fmin(grey, difference(colour_at(i), COLOUR_GREY));
	}
	ktap_result("every colour stands out from white, and black text from it");
	ktap_note("two colours are at least %.1f apart, one and the grey %.1f", least, grey);
	ktap_gt(least, 12);
	ktap_gt(grey, 12);
	ktap_result("colours can be distinguished, and from the others' grey");
	/* these figures must never change */
	cc1 = colours_take(&colours, "cc1");
	make = colours_take(&colours, "make");
	ktap_note("cc1 %06x, make %06x", cc1, make);
	ktap_eq(cc1, 0x69875a);
	ktap_eq(make, 0xc300ff);
	ktap_eq(colours_take(&none, "hackbench"), 0x69875a);
	ktap_result("a name has the same colour for ever");
	ktap_eq(colours_take(&colours, "hackbench"), 0x00875a);
	ktap_result("unless another one has it already");
}

/*
 * Find the colour of name number @name in the picture's style; -1: it has no colour of
 * its own.
 */
static int64_t colour_of(const struct drawn *d, uint32_t name)
{
	char css[32];
	const char *p;

	snprintf(css, sizeof(css), ".n%u{fill:#", name);
	p = strstr(d->svg, css);
	return p ? strtol(p + strlen(css), NULL, 16) : -1;
}

static bool is_in_legend(const struct drawn *d, const char *text)
{
	char entry[128];

	snprintf(entry, sizeof(entry), ">%s</text>", text);
	return strstr(d->svg, entry);
}

/* Draw @nr names, each of which runs a us less than the one before. */
static void draw_names(struct drawn *d, uint32_t nr)
{
	uint64_t ns = START_NS;
	uint32_t i;

	begin(d, 0, 16000);
	take_turns(d, 11, 12);
	for (i = 0; i < nr; i++, ns += 200 * US) {
		char comm[16] = "";

		snprintf(comm, sizeof(comm), "name-%u", i);
		chart_add_run(&d->chart, 2, ns, ns + (100 - i) * US, 1 + i % 3, chart_name(&d->chart, comm));
		chart_add_run(&d->chart, 2, ns + (100 - i) * US, ns + 200 * US, 0, 0);
	}
	TRACE(&d->trace, rq_change, 0, .cpu = 2);
	at(d, 16000);
	draw(d);
}

/* Draw ping, pong, the task on CPU 1, and dozens of names. */
static void test_names(void)
{
	uint32_t i, j, nr_same = 0, nr_own = 0;
	struct drawn d;
	struct box box;

	draw_names(&d, 29);
	for (i = 1; i < d.chart.nr_names; i++)
		for (j = 1; j < i; j++)
			nr_same += colour_of(&d, i) == colour_of(&d, j) || colour_of(&d, i) < 0;
	ktap_eq(d.chart.nr_names, 33);
	ktap_false(nr_same);
	ktap_lacks(d.svg, "without a colour");
	ktap_lacks(d.svg, ">others");
	ktap_result("no two of 32 names have the same colour");
	end(&d);

	draw_names(&d, 40);
	for (i = 1; i < d.chart.nr_names; i++) {
		nr_own += colour_of(&d, i) >= 0;
		for (j = 1; j < i; j++)
			nr_same += colour_of(&d, i) >= 0 && colour_of(&d, i) == colour_of(&d, j);
	}
	/* those that ran longest: name-0 for 100 us, ..., name-28 for 72, and the three */
	ktap_note("%u have a colour, %u the same", nr_own, nr_same);
	ktap_eq(nr_own, 32);
	ktap_false(nr_same);
	ktap_contains(d.svg, ">name-28 72.0 us<");
	ktap_false(is_in_legend(&d, "name-29 71.0 us"));
	ktap_contains(d.svg, ">others 726.0 us, 11 names without a colour of their own<");
	ktap_result("with more names those that ran shortest are the others, and the legend says so");
	ktap_true(find_box(d.svg, "<title>name-39 ", &box));
	ktap_false(strncmp(box.css, "n0 ", 3));
	ktap_true(find_box(d.svg, "<title>name-28 ", &box));
	ktap_true(strncmp(box.css, "n0 ", 3));
	ktap_result("and grey");
	end(&d);
}

static void test_stable(void)
{
	struct drawn a, b;
	uint32_t pong;

	begin(&a, 0, 1600);
	begin(&b, 0, 1600);
	take_turns(&a, 11, 12);
	take_turns(&b, 2012, 2011);
	at(&a, 1600);
	at(&b, 1600);
	draw(&a);
	draw(&b);
	pong = chart_name(&a.chart, "pong\0\0\0\0\0\0\0\0\0\0\0");
	ktap_ge(colour_of(&a, pong), 0);
	ktap_eq(colour_of(&a, pong),
		colour_of(&b, chart_name(&b.chart, "pong\0\0\0\0\0\0\0\0\0\0\0")));
	ktap_result("also with other thread ids");
	end(&b);
	begin(&b, 0, 1600);
	take_turns(&b, 11, 12);
	at(&b, 1600);
	draw(&b);
	ktap_eq(a.len, b.len);
	ktap_mem_eq(a.svg, b.svg, a.len);
	ktap_result("the same records, the same picture");
	end(&a);
	end(&b);
}

/* A task is known but neither ran nor waited in the drawn time; 11 never waits. */
static void test_legend(void)
{
	struct drawn d;

	begin(&d, 350, 600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_true(is_in_legend(&d, "pong 250.0 us"));
	ktap_lacks(d.svg, ">ping ");
	ktap_false(is_in_legend(&d, "queued"));
	ktap_false(is_in_legend(&d, "throttled"));
	ktap_false(is_in_legend(&d, "asleep, still queued"));
	ktap_false(is_in_legend(&d, "idle"));
	ktap_lacks(d.svg, ">unknown: records");
	ktap_lacks(d.svg, ">its greatest");
	ktap_result("the legend has nothing that is not in the picture");
	end(&d);
	begin(&d, 0, 1600);
	take_turns(&d, 11, 12);
	at(&d, 1600);
	draw(&d);
	ktap_true(is_in_legend(&d, "ping 200.0 us"));
	ktap_true(is_in_legend(&d, "queued"));
	ktap_true(is_in_legend(&d, "idle"));
	ktap_result("and all that is");
	end(&d);
}

/* Two threads of one name, a pixel a us: in 60 us "pingpong 101" has no room, "101" has. */
static void test_labels(void)
{
	uint32_t name;
	struct drawn d;

	for (int nr = 1; nr <= 2; nr++) {
		begin(&d, 0, 1600);
		trace_snapshot(&d.trace, 101, 1, "pingpong");
		trace_snapshot(&d.trace, 102, 1, "pingpong");
		trace_snapshot(&d.trace, 103, 1, "other");
		at(&d, 0);
		TRACE(&d.trace, rq_snapshot_end, 0, .cpu = 0);
		name = chart_name(&d.chart, "pingpong\0\0\0\0\0\0\0");
		chart_add_run(&d.chart, 0, START_NS, START_NS + 60 * US, 1, name);
		chart_add_run(&d.chart, 0, START_NS + 60 * US, START_NS + 260 * US, nr, name);
		at(&d, 1600);
		d.trace.model.sched.watch = NULL;
		draw(&d);
		if (nr == 1) {
			ktap_contains(d.svg, ">pingpong<");
			ktap_contains(d.svg, ">pingpong 101<");
			ktap_result("of a bar with little room the label is the name");
		} else {
			ktap_contains(d.svg, ">101<");
			ktap_contains(d.svg, ">pingpong 102<");
			ktap_result("of several threads of one name it is the thread id");
		}
		end(&d);
	}
}

/*
 * 20 of 64 CPUs are busy, from CPU 10 on; and of 30 tasks that wait on one some have no
 * row.
 */
static void test_idle(void)
{
	static const char comm[16] = "busy";
	struct drawn d;
	uint32_t i, name, height;
	struct box run, next, more;

	begin(&d, 0, 1600);
	take_turns(&d, 11, 12);
	name = chart_name(&d.chart, comm);
	for (i = 2; i < 64; i++) {
		bool is_busy = i >= 10 && i < 30;

		at(&d, 800);
		TRACE(&d.trace, rq_snapshot_end, 0, .cpu = i);
		chart_add_run(&d.chart, i, START_NS, START_NS + 1600 * US, is_busy, is_busy ? name : 0);
		chart_add_length(&d.chart, i, START_NS, START_NS + 1600 * US, is_busy);
	}
	for (i = 0; i < 30; i++)
		chart_add_wait(&d.chart, 10, &(struct chart_wait){ .from_ns = START_NS + 100 * US,
			       .until_ns = START_NS + (200 + i) * US, .task = 1 + i % 3,
			       .name = name, .state = SCHED_QUEUED });
	at(&d, 1600);
	draw(&d);
	sscanf(strstr(d.svg, " height=\""), " height=\"%u\"", &height);
	find_box(d.svg, "ran on CPU 11: ", &run);
	find_box(d.svg, "ran on CPU 12: ", &next);
	ktap_note("%u pixels high, a CPU %.0f", height, next.y - run.y);
	ktap_contains(d.svg, ">CPU 2-9<");
	ktap_contains(d.svg, ">CPU 30-63<");
	ktap_result("CPUs that were idle throughout share a lane");
	ktap_le(next.y - run.y, 22);
	ktap_lt(height, 700);
	ktap_result("lanes of many CPUs are low");
	ktap_true(find_box(d.svg, "26 more waited on CPU 10: 0.000100000 to 0.000229000 s",
			   &more));
	ktap_str_eq(more.css, "more");
	ktap_true(is_near(more.x, LEFT + 100));
	ktap_true(is_near(more.width, 129));
	ktap_true(is_in_legend(&d, "more wait than are drawn"));
	ktap_result("where more wait than there is room for there is a mark");
	end(&d);
}

int main(void)
{
	ktap_begin(36);
	test_bars();
	test_window();
	test_filter();
	test_length();
	test_states();
	test_throttled();
	test_mixture();
	test_longest();
	test_bound();
	test_palette();
	test_names();
	test_stable();
	test_legend();
	test_labels();
	test_idle();
	return ktap_end();
}
