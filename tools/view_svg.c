// SPDX-License-Identifier: GPL-2.0
/*
 * A chart as a picture: its lanes between a legend and an axis.
 */
#include "view_svg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "colour.h"
#include "label.h"
#include "xml.h"

#define LETTER		6.4	/* mean width of a character at 11 px, rather too wide */
#define TITLE_HEIGHT	40U
#define LEGEND_STEP	18U	/* from row to row */
#define SWATCH		12U
#define LEGEND_TEXT	(SWATCH + 5U)
#define LEGEND_GAP	18U
#define LEGEND_NAMES	40U	/* names in it; colours they all have */
#define AXIS_HEIGHT	24U
#define FOOT_HEIGHT	26U
#define NR_TICKS	16U	/* at most */
#define FULL_WIDTH	(SVG_LEFT + SVG_WIDTH + SVG_RIGHT)

static const char *const rules[] = {
	"text{fill:#222}",
	".title{font-size:15px;font-weight:bold}",
	".note{font-size:9.5px;fill:#555}",
	".end{text-anchor:end}",
	".middle{text-anchor:middle}",
	".cpu{font-size:13px;font-weight:bold}",
	".run text,.wait text{fill:#000}",
	".wait text{font-size:7.5px}",
	".mixed,.max,.mean{shape-rendering:crispEdges}",
	".apart{stroke:#000;stroke-opacity:.45;stroke-width:.5}",
	".light{opacity:.4}",
	".faint{opacity:.2}",
	".max{fill:#c3cad3}",
	".mean{fill:#66758a}",
	".frame{stroke:#bbb;fill:none}",
	".grid{stroke:#ddd;fill:none}",
	".unknown{fill:url(#unknown)}",
	".blank{fill:#fff;stroke:#bbb}",
	".none{fill:none}",
	".sample{fill:#4876d2}",
	".n0{fill:#9a9a9a}",
};

static const char *const hatch[] = {
	"<defs><pattern id=\"unknown\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"",
	" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#eee\"/>",
	"<path d=\"M1 0V6\" stroke=\"#888\" stroke-width=\"1.5\"/></pattern></defs>\n",
};

/* ---- what is where ---- */

static int compare_names(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct chart_name *name = arg;

	if (!i || !j)
		return !i - !j;
	if (name[i].run_ns != name[j].run_ns)
		return name[i].run_ns < name[j].run_ns ? 1 : -1;
	return strncmp(name[i].comm, name[j].comm, sizeof(name->comm));
}

static int sort_names(struct svg *svg)
{
	uint32_t i, nr = svg->chart->nr_names;

	svg->name = calloc(nr, sizeof(*svg->name));
	svg->place = calloc(nr, sizeof(*svg->place));
	if (!svg->name || !svg->place)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		svg->name[i] = i;
	qsort_r(svg->name, nr, sizeof(*svg->name), compare_names, svg->chart->name);
	for (i = 0; i < nr; i++)
		svg->place[svg->name[i]] = i;
	return 0;
}

static int compare_waits(const void *a, const void *b)
{
	const struct chart_wait *x = ((const struct svg_wait *)a)->wait;
	const struct chart_wait *y = ((const struct svg_wait *)b)->wait;

	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	if (x->from_ns != y->from_ns)
		return x->from_ns < y->from_ns ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static int sort_waits(struct svg *svg)
{
	uint32_t i;

	svg->wait = calloc(svg->chart->nr_waits + 1, sizeof(*svg->wait));
	if (!svg->wait)
		return -ENOMEM;
	for (i = 0; i < svg->chart->nr_waits; i++)
		svg->wait[i].wait = &svg->chart->wait[i];
	qsort(svg->wait, svg->chart->nr_waits, sizeof(*svg->wait), compare_waits);
	return 0;
}

/* Each wait in the first row that is free when it begins. */
static void place_waits(struct svg *svg, struct svg_lane *lane, uint32_t *next)
{
	uint64_t free_ns[SVG_NR_ROWS] = { 0 };
	struct svg_wait *wait = svg->wait + *next;

	while (*next < svg->chart->nr_waits && svg->wait[*next].wait->cpu < lane->cpu)
		wait = svg->wait + ++*next;
	lane->wait = wait;
	while (*next < svg->chart->nr_waits && svg->wait[*next].wait->cpu == lane->cpu) {
		wait = svg->wait + (*next)++;
		while (wait->row < SVG_NR_ROWS && free_ns[wait->row] > wait->wait->from_ns)
			wait->row++;
		if (wait->row == SVG_NR_ROWS)
			continue;
		free_ns[wait->row] = wait->wait->until_ns;
		if (wait->row >= lane->nr_rows)
			lane->nr_rows = wait->row + 1;
	}
	lane->nr_waits = svg->wait + *next - lane->wait;
}

static void note_length(struct svg *svg, uint32_t cpu)
{
	const struct chart_list *list = chart_list(&svg->chart->length, cpu);
	uint32_t i;

	for (i = 0; i < list->nr; i++)
		if (list->span[i].max_length > svg->max_length)
			svg->max_length = list->span[i].max_length;
}

static int place_lanes(struct svg *svg)
{
	const struct sched *sched = &svg->model->sched;
	uint32_t cpu, next = 0;

	svg->lane = calloc(sched->nr_cpus + 1, sizeof(*svg->lane));
	if (!svg->lane)
		return -ENOMEM;
	for (cpu = 0; cpu < sched->nr_cpus; cpu++) {
		struct svg_lane *lane = &svg->lane[svg->nr_lanes];

		if (!sched->cpu[cpu].is_seen || !source_wants_cpu(svg->chart->source, cpu))
			continue;
		lane->cpu = cpu;
		place_waits(svg, lane, &next);
		note_length(svg, cpu);
		svg->nr_lanes++;
	}
	return 0;
}

/* ---- legend ---- */

/* where the next entry comes */
struct spot {
	double x;
	uint32_t y;
};

/* Room for an entry with so much text; return its spot. */
static struct spot take_spot(struct spot *next, double nr_letters)
{
	double width = LEGEND_TEXT + nr_letters * LETTER;
	struct spot spot;

	if (next->x > SVG_LEFT && next->x + width > FULL_WIDTH - SVG_RIGHT) {
		next->x = SVG_LEFT;
		next->y += LEGEND_STEP;
	}
	spot = *next;
	next->x += width + LEGEND_GAP;
	return spot;
}

static void write_entry(const struct svg *svg, struct spot *next, const char *css,
			const char *text)
{
	struct spot spot = take_spot(next, strlen(text));

	fprintf(svg->out, "<rect class=\"%s\" x=\"%.2f\" y=\"%u\" width=\"%u\" height=\"%u\"/>",
		css, spot.x, spot.y - SWATCH + 2, SWATCH, SWATCH);
	fprintf(svg->out, "<text x=\"%.2f\" y=\"%u\">", spot.x + LEGEND_TEXT, spot.y);
	xml_text(svg->out, text);
	fputs("</text>\n", svg->out);
}

static void write_name(const struct svg *svg, struct spot *next, const struct chart_name *name,
		       const char *css)
{
	char text[17 + LABEL_MAX], ns[LABEL_MAX];

	snprintf(text, sizeof(text), "%.16s%s%s", name->comm, name->run_ns ? " " : "",
		 name->run_ns ? label_ns(ns, name->run_ns) : "");
	write_entry(svg, next, css, text);
}

static void write_others(const struct svg *svg, struct spot *next)
{
	uint32_t nr = svg->chart->nr_names - 1;
	char text[64], ns[LABEL_MAX];

	if (nr > LEGEND_NAMES) {
		snprintf(text, sizeof(text), "(%u further names)", nr - LEGEND_NAMES);
		write_entry(svg, next, "none", text);
	}
	if (svg->chart->name[0].run_ns) {
		snprintf(text, sizeof(text), "others %s", label_ns(ns, svg->chart->name[0].run_ns));
		write_entry(svg, next, "n0", text);
	}
}

/* The names, then what else there is; return the place below. */
static uint32_t write_legend(const struct svg *svg, uint32_t y)
{
	struct spot next = { SVG_LEFT, y };
	char css[32];
	uint32_t i;

	for (i = 0; i + 1 < svg->chart->nr_names && i < LEGEND_NAMES; i++) {
		snprintf(css, sizeof(css), "n%u", svg->name[i]);
		write_name(svg, &next, &svg->chart->name[svg->name[i]], css);
	}
	write_others(svg, &next);
	next = (struct spot){ SVG_LEFT, next.y + LEGEND_STEP };
	write_entry(svg, &next, "blank", "idle");
	write_entry(svg, &next, "unknown", "unknown: records were lost, or none were there yet");
	for (i = 1; i < svg_nr_states; i++) {
		snprintf(css, sizeof(css), "sample%s", svg_states[i].css);
		write_entry(svg, &next, css, svg_states[i].text);
	}
	write_entry(svg, &next, "mean", "queue length, the running task included");
	write_entry(svg, &next, "max", "its greatest, where it changes too often to be drawn");
	return next.y + LEGEND_STEP;
}

/* ---- axis ---- */

/* 1, 2 or 5 times a power of ten, so that there are at most NR_TICKS */
static uint64_t tick_ns(uint64_t ns)
{
	static const uint32_t factor[] = { 1, 2, 5 };
	uint64_t power;
	uint32_t i;

	for (power = 1; power <= UINT64_MAX / 100; power *= 10)
		for (i = 0; i < 3; i++)
			if (ns / (power * factor[i]) < NR_TICKS)
				return power * factor[i];
	return power;
}

/* digits behind the point that times a tick apart need */
static int tick_digits(uint64_t step_ns)
{
	int digits = 9;

	while (digits && step_ns % 10 == 0) {
		step_ns /= 10;
		digits--;
	}
	return digits;
}

static void write_axis(const struct svg *svg, uint32_t y, uint32_t bottom)
{
	const struct chart *chart = svg->chart;
	uint64_t step_ns = tick_ns(chart->until_ns - chart->from_ns), ns;
	uint64_t since_ns = chart->from_ns - svg->start_ns;
	int digits = tick_digits(step_ns);

	for (ns = (since_ns + step_ns - 1) / step_ns * step_ns; ns <= chart->until_ns - svg->start_ns;
	     ns += step_ns) {
		double x = svg_x(svg, svg->start_ns + ns);

		fprintf(svg->out, "<path class=\"grid\" d=\"M%.2f %uV%u\"/>", x, y, bottom);
		fprintf(svg->out, "<text class=\"middle\" x=\"%.2f\" y=\"%u\">%.*f s</text>", x, y - 6,
			digits, ns / 1e9);
		fprintf(svg->out, "<text class=\"middle\" x=\"%.2f\" y=\"%u\">%.*f s</text>\n", x,
			bottom + 13, digits, ns / 1e9);
	}
}

/* ---- all ---- */

static void write_colours(const struct svg *svg)
{
	uint32_t i;

	for (i = 1; i < svg->chart->nr_names; i++) {
		char comm[17] = "";

		memcpy(comm, svg->chart->name[i].comm, 16);
		fprintf(svg->out, ".n%u{fill:#%06x}", i, colour_of(comm));
	}
}

static void write_strings(const struct svg *svg, const char *const *string, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		fputs(string[i], svg->out);
}

static void write_head(const struct svg *svg, uint32_t height)
{
	const struct chart *chart = svg->chart;
	char ns[LABEL_MAX];

	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\"", svg->out);
	fprintf(svg->out, " width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\"", FULL_WIDTH, height,
		FULL_WIDTH, height);
	fputs(" font-family=\"DejaVu Sans,Verdana,sans-serif\" font-size=\"11\">\n", svg->out);
	fputs("<title>Run queues</title>\n<style>", svg->out);
	write_strings(svg, rules, ARRAY_SIZE(rules));
	write_colours(svg);
	fputs("</style>\n", svg->out);
	write_strings(svg, hatch, ARRAY_SIZE(hatch));
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", svg->out);
	fprintf(svg->out, "<text class=\"title\" x=\"%u\" y=\"22\">", SVG_LEFT);
	fprintf(svg->out, "Who ran and who was queued on each CPU, from %.9f s after the start, for %s</text>\n",
		svg_seconds(svg, chart->from_ns), label_ns(ns, chart->until_ns - chart->from_ns));
}

static void write_foot(const struct svg *svg, uint32_t y)
{
	char together[LABEL_MAX], least[LABEL_MAX];

	fprintf(svg->out, "<text class=\"note\" x=\"%u\" y=\"%u\">", SVG_LEFT, y);
	fprintf(svg->out, "Intervals shorter than %s that are next to each other are drawn as shares of their time; ",
		label_ns(together, svg->chart->run.grain_ns / 2));
	fprintf(svg->out, "who waited for less than %s, or behind %u others, is not drawn. ",
		label_ns(least, svg->chart->wait_least_ns), SVG_NR_ROWS);
	fputs("Point at something to see its times.</text>\n", svg->out);
}

/* The legend as text, because its height comes before it; to be freed. */
static char *make_legend(const struct svg *svg, uint32_t *bottom)
{
	struct svg copy = *svg;
	char *text = NULL;
	size_t size;

	copy.out = open_memstream(&text, &size);
	if (!copy.out)
		return NULL;
	*bottom = write_legend(&copy, TITLE_HEIGHT);
	if (!fclose(copy.out))
		return text;
	free(text);
	return NULL;
}

static int write_all(const struct svg *svg)
{
	uint32_t i, top, bottom;
	char *legend = make_legend(svg, &top);

	if (!legend)
		return -ENOMEM;
	bottom = top + AXIS_HEIGHT;
	for (i = 0; i < svg->nr_lanes; i++) {
		svg->lane[i].y = bottom;
		bottom += svg_lane_height(&svg->lane[i]);
	}
	write_head(svg, bottom + FOOT_HEIGHT);
	fputs(legend, svg->out);
	free(legend);
	write_axis(svg, top + AXIS_HEIGHT - 4, bottom - 8);
	for (i = 0; i < svg->nr_lanes; i++)
		svg_write_lane(svg, &svg->lane[i]);
	write_foot(svg, bottom + FOOT_HEIGHT - 6);
	fputs("</svg>\n", svg->out);
	return ferror(svg->out) ? -EIO : 0;
}

/**
 * view_svg_write - the picture, a file of its own
 * @start_ns: begin of the recording: times are shown from there on
 * Return: 0, -ENOMEM or -EIO.
 */
int view_svg_write(FILE *out, const struct model *model, const struct chart *chart,
		   uint64_t start_ns)
{
	struct svg svg = {
		.out = out, .model = model, .chart = chart, .start_ns = start_ns, .max_length = 1,
	};
	int err;

	err = sort_names(&svg);
	if (!err)
		err = sort_waits(&svg);
	if (!err)
		err = place_lanes(&svg);
	if (!err)
		err = write_all(&svg);
	free(svg.name);
	free(svg.place);
	free(svg.wait);
	free(svg.lane);
	return err;
}
