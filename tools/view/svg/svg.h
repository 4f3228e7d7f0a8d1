/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that all pictures over time share: a title, a legend, an axis above and
 * below, tooltips with times. A picture is written from top to bottom.
 */
#ifndef IPCPROBE_VIEW_SVG_SVG_H
#define IPCPROBE_VIEW_SVG_SVG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/mark.h"

#define SVG_WIDTH	1600U	/* length of the time axis */
#define SVG_RIGHT	28U
#define SVG_APART	4.0	/* least width of a bar with a border */

/**
 * struct svg - a picture that is being drawn
 * @left: x of the start of the time axis; labels are left of it
 * @from_ns: start of the time that is drawn
 * @until_ns: end of the time that is drawn
 * @start_ns: start of the recording; printed times are relative to it
 */
struct svg {
	FILE *out;
	uint32_t left;
	uint64_t from_ns;
	uint64_t until_ns;
	uint64_t start_ns;
};

/* width of a duration, and x of a time */
static inline double svg_dx(const struct svg *svg, uint64_t ns)
{
	return (double)ns * SVG_WIDTH / (svg->until_ns - svg->from_ns);
}

static inline double svg_x(const struct svg *svg, uint64_t ns)
{
	return svg->left + svg_dx(svg, ns - svg->from_ns);
}

/* a time as it is printed: in seconds since the start of the recording */
static inline double svg_seconds(const struct svg *svg, uint64_t ns)
{
	return ((int64_t)ns - (int64_t)svg->start_ns) / 1e9;
}

/* shape of a bar */
enum svg_shape {
	SVG_FULL,
	SVG_STRIPED,	/* with white stripes across the bar */
	SVG_THIN,	/* a line in the middle */
};

/**
 * struct svg_legend - a legend, kept as text: the picture's height depends on
 * it
 * @svg: picture that writes to @text
 * @x: x of the next entry
 * @y: y of the next entry
 */
struct svg_legend {
	struct svg svg;
	char *text;
	size_t size;
	double x;
	uint32_t y;
};

/* begin and end of the picture; @colours writes additional CSS rules, NULL = none */
void svg_begin(const struct svg *svg, const char *title, const char *what, uint32_t height,
	       void (*colours)(const void *arg), const void *arg);
void svg_end(const struct svg *svg);

/* start of the legend: 0 or -ENOMEM, after which there is no legend */
int svg_legend_begin(struct svg_legend *legend, const struct svg *svg);
void svg_legend_line(struct svg_legend *legend);
void svg_legend_entry(struct svg_legend *legend, const char *css, enum svg_shape shape,
		      const char *text);
int svg_legend_end(struct svg_legend *legend, uint32_t *bottom);
void svg_legend_put(struct svg_legend *legend, const struct svg *svg);

/* draws the axis, whose own height begins at @top; the lanes are below, and end at @bottom */
uint32_t svg_axis(const struct svg *svg, uint32_t top, uint32_t bottom);

/* explains the lines of marks, if there are any */
void svg_legend_marks(struct svg_legend *legend, const struct marks *marks);

/* draws a line across the lanes for each mark in the time that is drawn, with its text */
void svg_marks(const struct svg *svg, const struct marks *marks, uint32_t top, uint32_t bottom);

/* heights of the parts below the lanes */
#define SVG_AXIS_HEIGHT	24U
#define SVG_FOOT_HEIGHT	40U

/* writes "0.1 to 0.2 s, 100.0 ms" */
void svg_times(const struct svg *svg, uint64_t from_ns, uint64_t until_ns);

/* writes the attributes of a rectangle's position and size */
void svg_place(const struct svg *svg, double x, double y, double width, double height);

/* draws a bar; wide bars have a border */
void svg_bar(const struct svg *svg, const char *css, enum svg_shape shape, double x, double y,
	     double width, double height);

/* draws unknown time, hatched; @whose: prefix of its tooltip */
void svg_unknown(const struct svg *svg, const char *whose, uint64_t from_ns, uint64_t until_ns,
		 double y, double height);

/* writes a task's name, which its user chose; a name of 16 characters has no NUL at its end */
void svg_comm(const struct svg *svg, const char *comm);

#endif /* IPCPROBE_VIEW_SVG_SVG_H */
