/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A chart as a picture (SVG): a lane for each CPU with who ran, the queue's
 * length and who waited.
 */
#ifndef IPCPROBE_VIEW_SVG_H
#define IPCPROBE_VIEW_SVG_H

#include <stdint.h>
#include <stdio.h>

#include "chart.h"
#include "model.h"

int view_svg_write(FILE *out, const struct model *model, const struct chart *chart,
		   uint64_t start_ns);

/* ---- view_svg.c and view_svg_lane.c ---- */

#define SVG_LEFT	80U	/* begin of the time axis */
#define SVG_WIDTH	1600U	/* its length */
#define SVG_RIGHT	28U
#define SVG_NR_ROWS	8U	/* of those who wait, of a CPU */

/**
 * struct svg_wait - where a wait is drawn
 * @row: SVG_NR_ROWS = nowhere
 */
struct svg_wait {
	const struct chart_wait *wait;
	uint32_t row;
};

/**
 * struct svg_lane - a CPU
 * @y: top
 * @wait: those of this CPU, in order of time
 * @nr_rows: rows they take
 */
struct svg_lane {
	uint32_t cpu;
	uint32_t y;
	const struct svg_wait *wait;
	uint32_t nr_waits;
	uint32_t nr_rows;
};

/**
 * struct svg - a picture that is being drawn
 * @start_ns: begin of the recording: times are shown from there on
 * @max_length: of all queues
 * @name: numbers of names by time running, longest first; 0 at the end
 * @place: of each name in @name
 * @wait: of all CPUs, by CPU and time, [chart->nr_waits]
 * @lane: CPUs drawn
 */
struct svg {
	FILE *out;
	const struct model *model;
	const struct chart *chart;
	uint64_t start_ns;
	uint32_t max_length;
	uint32_t *name;
	uint32_t *place;
	struct svg_wait *wait;
	struct svg_lane *lane;
	uint32_t nr_lanes;
};

/* the place of a time, and the length of a stretch of it */
static inline double svg_dx(const struct svg *svg, uint64_t ns)
{
	return (double)ns * SVG_WIDTH / (svg->chart->until_ns - svg->chart->from_ns);
}

static inline double svg_x(const struct svg *svg, uint64_t ns)
{
	return SVG_LEFT + svg_dx(svg, ns - svg->chart->from_ns);
}

/* the place of a time when it is printed: in seconds since the recording began */
static inline double svg_seconds(const struct svg *svg, uint64_t ns)
{
	return ((int64_t)ns - (int64_t)svg->start_ns) / 1e9;
}

/* how a task that is a member of a queue but does not run is called and drawn */
struct svg_state {
	uint8_t state;		/* enum sched_state */
	const char *text;
	const char *css;	/* class besides the name's own, "" = none */
};

extern const struct svg_state svg_states[];
extern const uint32_t svg_nr_states;

uint32_t svg_lane_height(const struct svg_lane *lane);
void svg_write_lane(const struct svg *svg, const struct svg_lane *lane);

#endif /* IPCPROBE_VIEW_SVG_H */
