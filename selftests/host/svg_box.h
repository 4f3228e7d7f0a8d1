/* SPDX-License-Identifier: GPL-2.0 */
/* Search in a picture (SVG) that was written to memory. */
#ifndef IPCPROBE_SVG_BOX_H
#define IPCPROBE_SVG_BOX_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct box {
	char css[32];
	double x, y, width, height;
};

/* Find the bar that is @nr bars after @text. */
static inline bool find_after(const char *svg, const char *text, uint32_t nr, struct box *box)
{
	const char *p = strstr(svg, text);
	uint32_t i;

	*box = (struct box){ .x = -1 };
	for (i = 0; p && i <= nr; i++)
		p = strstr(p + 1, "<rect class=");
	return p && sscanf(p, "<rect class=\"%31[^\"]\" x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"",
			   box->css, &box->x, &box->y, &box->width, &box->height) == 5;
}

static inline bool find_box(const char *svg, const char *text, struct box *box)
{
	return find_after(svg, text, 0, box);
}

static inline bool is_near(double a, double b)
{
	return fabs(a - b) < 0.006;
}

/* True if Python's XML parser accepts the picture. */
static inline bool is_xml(const char *svg)
{
	FILE *parser = popen("python3 -c 'import sys, xml.sax\n"
			     "xml.sax.parse(sys.stdin.buffer, xml.sax.ContentHandler())'", "w");

	if (!parser)
		return false;
	fputs(svg, parser);
	return !pclose(parser);
}

/* Number of times that @text occurs. */
static inline uint32_t nr_of(const char *svg, const char *text)
{
	uint32_t nr = 0;

	while ((svg = strstr(svg, text))) {
		svg += strlen(text);
		nr++;
	}
	return nr;
}

#endif /* IPCPROBE_SVG_BOX_H */
