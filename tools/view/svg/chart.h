/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture of run queues (SVG): a lane for each CPU with who ran, the queue's
 * length and who waited.
 */
#ifndef IPCPROBE_VIEW_SVG_CHART_H
#define IPCPROBE_VIEW_SVG_CHART_H

#include <stdint.h>
#include <stdio.h>

#include "model/model.h"
#include "view/svg/colour.h"
#include "view/svg/svg.h"
#include "watch/chart.h"

int view_svg_write(FILE *out, const struct model *model, const struct chart *chart,
		   uint64_t start_ns);

/* ---- chart.c, chart_name.c, chart_lane.c, chart_wait.c and chart_bar.c ---- */

#define QUEUES_LEFT	80U	/* begin of the time axis */
#define QUEUES_NR_ROWS	8U	/* of those who wait, of a CPU, at most */

/**
 * struct queues_size - how high the parts of a lane are
 * @space: between two of them
 * @gap: below all of them
 * @nr_rows: of those who wait, at most
 * @least_share: lower shares of a pixel are drawn with the others
 * @has_names: there is room for names
 */
struct queues_size {
	uint32_t run;
	uint32_t queue;
	uint32_t wait;
	uint32_t space;
	uint32_t gap;
	uint32_t nr_rows;
	double least_share;
	bool has_names;
};

/**
 * struct queues_name - a name in the picture
 * @is_drawn: it occurs
 * @is_several: several tasks have it
 * @task: one of them
 * @colour: COLOUR_GREY: none of its own
 * @place: in the order of the legend
 */
struct queues_name {
	bool is_drawn;
	bool is_several;
	uint32_t task;
	uint32_t colour;
	uint32_t place;
};

/**
 * struct queues_names - all of them
 * @name: by number, [chart->nr_names]
 * @sorted: numbers of those that occur, by time running, longest first
 */
struct queues_names {
	struct queues_name *name;
	uint32_t *sorted;
	uint32_t nr;
};

/**
 * struct queues_wait - where a wait is drawn
 * @row: that of the lane, or nr_rows of its size: nowhere
 */
struct queues_wait {
	const struct chart_wait *wait;
	uint32_t row;
};

/**
 * struct queues_lane - a CPU, or several that were idle
 * @cpu: the first
 * @last_cpu: the last
 * @is_idle: nobody ran or waited
 * @y: top
 * @wait: in order of time
 * @nr_rows: rows they take
 * @has_more: some found no row
 */
struct queues_lane {
	uint32_t cpu;
	uint32_t last_cpu;
	bool is_idle;
	uint32_t y;
	struct queues_wait *wait;
	uint32_t nr_waits;
	uint32_t nr_rows;
	bool has_more;
};

/**
 * struct queues - a picture that is being drawn
 * @max_length: of all queues
 * @lane: from above
 */
struct queues {
	struct svg svg;
	const struct model *model;
	const struct chart *chart;
	const struct queues_size *size;
	struct queues_names names;
	uint32_t max_length;
	struct queues_lane *lane;
	uint32_t nr_lanes;
};

int queues_names_init(struct queues *q);
void queues_names_deinit(struct queues *q);

/* the number in the class of a name's style; 0: it has no colour of its own */
static inline uint32_t queues_css(const struct queues *q, uint32_t name)
{
	return q->names.name[name].colour != COLOUR_GREY ? name : 0;
}

/* how a task that is a member of a queue but does not run is called and drawn */
struct queues_state {
	uint8_t state;		/* enum sched_state */
	enum svg_shape shape;
	const char *text;
};

extern const struct queues_state queues_states[];
extern const uint32_t queues_nr_states;

uint32_t queues_lane_height(const struct queues *q, const struct queues_lane *lane);
void queues_write_lane(const struct queues *q, const struct queues_lane *lane);
void queues_write_waits(const struct queues *q, const struct queues_lane *lane);

/* the top of the queue's length, and of a row of those who wait */
uint32_t queues_queue_y(const struct queues *q, const struct queues_lane *lane);
uint32_t queues_wait_y(const struct queues *q, const struct queues_lane *lane, uint32_t row);

/* a task's name and thread id; in a bar, as much of it as there is room for */
void queues_write_task(const struct queues *q, uint32_t task, uint32_t name);
void queues_write_label(const struct queues *q, uint32_t task, uint32_t name, double x, double y,
			double width, double letter);

#endif /* IPCPROBE_VIEW_SVG_CHART_H */
