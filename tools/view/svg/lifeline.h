/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lifelines as a picture (SVG): a row for each task with when it ran, and on which
 * CPU, waited, was throttled, slept, blocked, and when it was woken.
 */
#ifndef IPCPROBE_VIEW_SVG_LIFELINE_H
#define IPCPROBE_VIEW_SVG_LIFELINE_H

#include <stdint.h>
#include <stdio.h>

#include "model/model.h"
#include "view/svg/svg.h"
#include "watch/lifeline.h"

/* the @top tasks that ran longest, 0 = all */
int view_lifeline_write(FILE *out, const struct model *model, const struct lifelines *lines,
			uint32_t top, uint64_t start_ns);

/* ---- lifeline.c and lifeline_row.c ---- */

#define ROWS_LEFT	160U	/* begin of the time axis */
#define ROWS_HEIGHT	26U	/* of a row */

/**
 * struct rows - a picture that is being drawn
 * @task: from above
 * @nr_tasks: so many
 * @nr_left: tasks that are not drawn
 * @cpu_colour: by CPU, [@nr_cpus]; COLOUR_GREY: none of its own
 * @has_cpu: it occurs, likewise
 * @has_state: so does a state, unmixed or mixed
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

/* how a state is called and drawn */
struct rows_state {
	const char *text;
	const char *css;
	enum svg_shape shape;
	double y;		/* in the bar of a task that runs */
	double height;
};

extern const struct rows_state rows_states[NR_LIFELINE_STATES];

/* Is what comes after the last part unknown? Else the task ended. */
bool rows_ends_unknown(const struct rows *rows, uint32_t task);

void rows_write(const struct rows *rows, uint32_t task, uint32_t y);

#endif /* IPCPROBE_VIEW_SVG_LIFELINE_H */
