// SPDX-License-Identifier: GPL-2.0
/*
 * Code that all pictures over time share.
 */
#include "view/svg/svg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "view/label.h"
#include "view/svg/xml.h"

#define LETTER		6.4	/* mean width of a character at 11 px, rounded up */
#define LEGEND_Y	40U
#define LEGEND_STEP	18U	/* height of a row */
#define SWATCH		12U
#define LEGEND_TEXT	(SWATCH + 5U)
#define LEGEND_GAP	18U
#define NR_TICKS	16U	/* maximum number of ticks */

static const char *const rules[] = {
	"text{fill:#222}",
	".title{font-size:15px;font-weight:bold}",
	".note{font-size:9.5px;fill:#555}",
	".end{text-anchor:end}",
	".middle{text-anchor:middle}",
	".cpu{font-size:13px;font-weight:bold}",
	".run text,.wait text{fill:#000}",
	".small text{font-size:7.5px}",
	".mixed,.max,.mean{shape-rendering:crispEdges}",
	".apart{stroke:#000;stroke-opacity:.45;stroke-width:.5}",
	".max{fill:#c3cad3}",
	".mean{fill:#66758a}",
	".frame{stroke:#bbb;fill:none}",
	".grid{stroke:#ddd;fill:none}",
	".mark{fill:#c00;fill-opacity:.7}",
	".unknown{fill:url(#unknown)}",
	".striped{fill:url(#striped)}",
	".blank{fill:#fff;stroke:#bbb}",
	".none{fill:none}",
	".sample{fill:#0096ff}",
	".more{fill:#000}",
	".n0{fill:#9a9a9a}",
};

static const char *const patterns[] = {
	"<defs><pattern id=\"unknown\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"",
	" patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#eee\"/>",
	"<path d=\"M1 0V6\" stroke=\"#888\" stroke-width=\"1.5\"/></pattern>",
	"<pattern id=\"striped\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\">",
	"<rect width=\"2\" height=\"4\" fill=\"#fff\"/></pattern></defs>\n",
};

static void write_strings(const struct svg *svg, const char *const *string, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		fputs(string[i], svg->out);
}

static uint32_t full_width(const struct svg *svg)
{
	return svg->left + SVG_WIDTH + SVG_RIGHT;
}

/* ---- begin and end ---- */

void svg_begin(const struct svg *svg, const char *title, const char *what, uint32_t height,
	       void (*colours)(const void *arg), const void *arg)
{
	char ns[LABEL_MAX];

	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\"", svg->out);
	fprintf(svg->out, " width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\"", full_width(svg), height,
		full_width(svg), height);
	fputs(" font-family=\"DejaVu Sans,Verdana,sans-serif\" font-size=\"11\">\n", svg->out);
	fprintf(svg->out, "<title>%s</title>\n<style>", title);
	write_strings(svg, rules, ARRAY_SIZE(rules));
	if (colours)
		colours(arg);
	fputs("</style>\n", svg->out);
	write_strings(svg, patterns, ARRAY_SIZE(patterns));
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", svg->out);
	fprintf(svg->out, "<text class=\"title\" x=\"%u\" y=\"22\">", svg->left);
	fprintf(svg->out, "%s, from %.9f s after the start, for %s</text>\n", what,
		svg_seconds(svg, svg->from_ns), label_ns(ns, svg->until_ns - svg->from_ns));
}

void svg_end(const struct svg *svg)
{
	fputs("</svg>\n", svg->out);
}

/* ---- legend ---- */

int svg_legend_begin(struct svg_legend *legend, const struct svg *svg)
{
	*legend = (struct svg_legend){ .svg = *svg, .x = svg->left, .y = LEGEND_Y };
	legend->svg.out = open_memstream(&legend->text, &legend->size);
	return legend->svg.out ? 0 : -ENOMEM;
}

/* Begins a new row of the legend. */
void svg_legend_line(struct svg_legend *legend)
{
	if (legend->x == legend->svg.left)
		return;
	legend->x = legend->svg.left;
	legend->y += LEGEND_STEP;
}

/* Begins a new row unless an entry of @width fits into this one. */
static void make_room(struct svg_legend *legend, double width)
{
	if (legend->x + width > legend->svg.left + SVG_WIDTH)
		svg_legend_line(legend);
}

void svg_legend_entry(struct svg_legend *legend, const char *css, enum svg_shape shape,
		      const char *text)
{
	double width = LEGEND_TEXT + strlen(text) * LETTER;

	make_room(legend, width);
	svg_bar(&legend->svg, css, shape, legend->x, legend->y - SWATCH + 2, SWATCH, SWATCH);
	fprintf(legend->svg.out, "<text x=\"%.2f\" y=\"%u\">", legend->x + LEGEND_TEXT, legend->y);
	xml_text(legend->svg.out, text);
	fputs("</text>\n", legend->svg.out);
	legend->x += width + LEGEND_GAP;
}

/*
 * svg_legend_end - no entry may be added after this; @bottom: set to the place
 * below the legend
 */
int svg_legend_end(struct svg_legend *legend, uint32_t *bottom)
{
	svg_legend_line(legend);
	*bottom = legend->y;
	if (!fclose(legend->svg.out))
		return 0;
	free(legend->text);
	return -ENOMEM;
}

/* svg_legend_put - write the legend; only once */
void svg_legend_put(struct svg_legend *legend, const struct svg *svg)
{
	fputs(legend->text, svg->out);
	free(legend->text);
}

/* ---- axis ---- */

/* Returns 1, 2 or 5 times a power of ten, so that there are at most NR_TICKS ticks. */
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

/* Returns the number of digits after the point that times one tick apart need. */
static int tick_digits(uint64_t step_ns)
{
	int digits = 9;

	while (digits && step_ns % 10 == 0) {
		step_ns /= 10;
		digits--;
	}
	return digits;
}

uint32_t svg_axis(const struct svg *svg, uint32_t top, uint32_t bottom)
{
	uint64_t step_ns = tick_ns(svg->until_ns - svg->from_ns), ns;
	uint64_t since_ns = svg->from_ns - svg->start_ns;
	int digits = tick_digits(step_ns);
	uint32_t y = top + SVG_AXIS_HEIGHT - 4;

	for (ns = (since_ns + step_ns - 1) / step_ns * step_ns; ns <= svg->until_ns - svg->start_ns;
	     ns += step_ns) {
		double x = svg_x(svg, svg->start_ns + ns);

		fprintf(svg->out, "<path class=\"grid\" d=\"M%.2f %uV%u\"/>", x, y, bottom);
		fprintf(svg->out, "<text class=\"middle\" x=\"%.2f\" y=\"%u\">%.*f s</text>", x, y - 6,
			digits, ns / 1e9);
		fprintf(svg->out, "<text class=\"middle\" x=\"%.2f\" y=\"%u\">%.*f s</text>\n", x,
			bottom + 13, digits, ns / 1e9);
	}
	return top + SVG_AXIS_HEIGHT;
}

/* ---- marks ---- */

static bool is_in_picture(const struct svg *svg, const struct mark *mark)
{
	return mark->ts_ns >= svg->from_ns && mark->ts_ns < svg->until_ns;
}

void svg_legend_marks(struct svg_legend *legend, const struct marks *marks)
{
	char text[64] = "mark of a user";
	uint32_t i = 0, nr = marks_nr(marks);

	while (i < nr && !is_in_picture(&legend->svg, marks_at(marks, i)))
		i++;
	if (i == nr && !marks->nr_more)
		return;
	if (marks->nr_more)
		snprintf(text, sizeof(text), "mark of a user (%" PRIu64 " more are not drawn)",
			 marks->nr_more);
	svg_legend_entry(legend, "mark", SVG_FULL, text);
}

void svg_marks(const struct svg *svg, const struct marks *marks, uint32_t top, uint32_t bottom)
{
	const uint32_t y = top + SVG_AXIS_HEIGHT - 4;

	for (uint32_t i = 0; i < marks_nr(marks); i++) {
		const struct mark *mark = marks_at(marks, i);

		if (!is_in_picture(svg, mark))
			continue;
		fputs("<rect class=\"mark\"", svg->out);
		svg_place(svg, svg_x(svg, mark->ts_ns) - 1, y, 2, bottom - y);
		fprintf(svg->out, "><title>mark at %.9f s: ", svg_seconds(svg, mark->ts_ns));
		xml_text(svg->out, mark->text);
		fputs(" (", svg->out);
		svg_comm(svg, mark->comm[0] ? mark->comm : "?");
		fprintf(svg->out, "[%u])</title></rect>\n", mark->tid);
	}
}

/* ---- parts of a lane ---- */

void svg_times(const struct svg *svg, uint64_t from_ns, uint64_t until_ns)
{
	char buf[LABEL_MAX];

	fprintf(svg->out, "%.9f to %.9f s, %s", svg_seconds(svg, from_ns),
		svg_seconds(svg, until_ns), label_ns(buf, until_ns - from_ns));
}

void svg_place(const struct svg *svg, double x, double y, double width, double height)
{
	fprintf(svg->out, " x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"", x, y, width,
		height);
}

void svg_bar(const struct svg *svg, const char *css, enum svg_shape shape, double x, double y,
	     double width, double height)
{
	double line = height < 8 ? 1 : height / 4;

	fprintf(svg->out, "<rect class=\"%s%s\"", css,
		width < SVG_APART || shape == SVG_THIN ? "" : " apart");
	if (shape == SVG_THIN)
		svg_place(svg, x, y + (height - line) / 2, width, line);
	else
		svg_place(svg, x, y, width, height);
	fputs("/>", svg->out);
	if (shape != SVG_STRIPED)
		return;
	fputs("<rect class=\"striped\"", svg->out);
	svg_place(svg, x, y, width, height);
	fputs("/>", svg->out);
}

void svg_unknown(const struct svg *svg, const char *whose, uint64_t from_ns, uint64_t until_ns,
		 double y, double height)
{
	fputs("<rect class=\"unknown\"", svg->out);
	svg_place(svg, svg_x(svg, from_ns), y, svg_dx(svg, until_ns - from_ns), height);
	fprintf(svg->out, "><title>%sunknown: ", whose);
	svg_times(svg, from_ns, until_ns);
	fputs("</title></rect>\n", svg->out);
}

void svg_comm(const struct svg *svg, const char *comm)
{
	char text[17] = "";

	memcpy(text, comm, strnlen(comm, 16));
	xml_text(svg->out, text);
}
