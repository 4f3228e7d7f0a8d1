/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture of lifelines (SVG): a row for each task with when and on which
 * CPU it ran, and when it waited, was throttled, slept, blocked and was woken.
 */
#ifndef IPCPROBE_VIEW_SVG_LIFELINE_H
#define IPCPROBE_VIEW_SVG_LIFELINE_H

#include <stdint.h>
#include <stdio.h>

#include "model/model.h"
#include "view/svg/svg.h"
#include "watch/lifeline.h"

/* draws the @top tasks that ran longest, 0 = all */
int view_lifeline_write(FILE *out, const struct model *model, const struct lifelines *lines,
			uint32_t top, uint64_t start_ns);

/* ---- lifeline.c and lifeline_row.c ---- */

#define ROWS_LEFT	160U	/* x of the start of the time axis */
#define ROWS_HEIGHT	26U	/* height of a row */

/**
 * struct rows - a picture that is being drawn
 * @task: tasks, from top to bottom
 * @nr_tasks: number of tasks that are drawn
 * @nr_left: number of tasks that are not drawn
 * @cpu_colour: colour by CPU, [@nr_cpus]; COLOUR_GREY: no colour of its own
 * @has_cpu: the CPU occurs, [@nr_cpus]
 * @has_state: the state occurs, in an interval of its own or mixed with others
 */
struct rows {
	struct svg svg;
	const struct model *model;
	const struct lifelines *lines;
	uint32_t *task;
	uint32_t nr_tasks;
	uint32_t nr_left;
	uint32_t *cpu_colour;
	bool *has_cpu;
	uint32_t nr_cpus;
	bool has_state[NR_LIFELINE_STATES];
	bool has_several;
	bool has_unknown;
	bool has_wakeup;
};

/* name and shape of a state */
struct rows_state {
	const char *text;
	const char *css;
	enum svg_shape shape;
	double y;		/* offset from the top of the bar of a running task */
	double height;
};

extern const struct rows_state rows_states[NR_LIFELINE_STATES];

/* True if the time after the last part is unknown. Else the task ended there. */
bool rows_ends_unknown(const struct rows *rows, uint32_t task);

void rows_write(const struct rows *rows, uint32_t task, uint32_t y);

#endif /* IPCPROBE_VIEW_SVG_LIFELINE_H */
