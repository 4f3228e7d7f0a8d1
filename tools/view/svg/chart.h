/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture of run queues (SVG): a lane for each CPU with the tasks that ran,
 * the queue's length and the tasks that waited.
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

#define QUEUES_LEFT	80U	/* x of the start of the time axis */
#define QUEUES_NR_ROWS	8U	/* maximum number of rows for waits of one CPU */

/**
 * struct queues_size - heights of the parts of a lane
 * @space: space between two parts
 * @gap: space below all parts
 * @nr_rows: maximum number of rows for waits
 * @least_share: least height of a share in pixels; lower shares are drawn as
 *	others
 * @has_names: bars are high enough for names
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
 * @is_drawn: the name occurs
 * @is_several: several tasks have the name
 * @task: one of the tasks
 * @colour: colour of the name; COLOUR_GREY: no colour of its own
 * @place: position in the order of the legend
 */
struct queues_name {
	bool is_drawn;
	bool is_several;
	uint32_t task;
	uint32_t colour;
	uint32_t place;
};

/**
 * struct queues_names - all names
 * @name: names by number, [chart->nr_names]
 * @sorted: numbers of the names that occur, by time running, longest first
 */
struct queues_names {
	struct queues_name *name;
	uint32_t *sorted;
	uint32_t nr;
};

/**
 * struct queues_wait - where a wait is drawn
 * @row: row in the lane; nr_rows of struct queues_size: the wait is not drawn
 */
struct queues_wait {
	const struct chart_wait *wait;
	uint32_t row;
};

/**
 * struct queues_lane - lane of a CPU, or of several idle CPUs
 * @cpu: the first CPU
 * @last_cpu: the last CPU
 * @is_idle: no task ran or waited
 * @y: top of the lane
 * @wait: waits, in order of time
 * @nr_rows: number of rows that the waits take
 * @has_more: some waits found no free row
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
 * @max_length: greatest length of all queues
 * @lane: lanes, from top to bottom
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

/* number in the CSS class of a name; 0: the name has no colour of its own */
static inline uint32_t queues_css(const struct queues *q, uint32_t name)
{
	return q->names.name[name].colour != COLOUR_GREY ? name : 0;
}

/* name and shape of a state of a task that is a member of a queue but does not run */
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

/* top of the queue's length, and of a row of waits */
uint32_t queues_queue_y(const struct queues *q, const struct queues_lane *lane);
uint32_t queues_wait_y(const struct queues *q, const struct queues_lane *lane, uint32_t row);

/* writes a task's name and thread id; a label has as much of them as fits into the bar */
void queues_write_task(const struct queues *q, uint32_t task, uint32_t name);
void queues_write_label(const struct queues *q, uint32_t task, uint32_t name, double x, double y,
			double width, double letter);

#endif /* IPCPROBE_VIEW_SVG_CHART_H */
