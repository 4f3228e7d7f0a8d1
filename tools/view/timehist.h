/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line per switch, as it happens: a watcher of the model.
 *
 *	timehist_init(&th, &model, view);
 *	model.sched.watch = &th.watch;
 *	... records ...
 *	timehist_print(&model, &th);
 */
#ifndef IPCPROBE_VIEW_TIMEHIST_H
#define IPCPROBE_VIEW_TIMEHIST_H

#include <stdbool.h>

#include "model/model.h"
#include "view/runq.h"

/* what a task did, for the summary */
struct timehist_row {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t min_ns;
	uint64_t max_ns;
	double sum_squares;
	uint64_t nr_migrations;
};

/**
 * struct timehist - the view
 * @model: for the names of objects
 * @runq: which CPUs and processes; begin of the recording
 * @row: struct timehist_row by task
 * @has_wakeups: a line per wake-up, too
 * @has_migrations: ... per migration
 * @has_next: with who runs then
 * @has_state: with the state of the one that ran
 * @has_cpus: with a column per CPU
 * @is_precise: a line per task that begins to run, rather than per one that ran
 * @has_lines: anything of the above; else the summary alone
 * @has_summary: sums per task behind it
 */
struct timehist {
	struct sched_watch watch;
	const struct model *model;
	const struct view_runq *runq;
	struct pool row;
	bool has_wakeups;
	bool has_migrations;
	bool has_next;
	bool has_state;
	bool has_cpus;
	bool is_precise;
	bool has_lines;
	bool has_summary;
};

int timehist_init(struct timehist *th, const struct model *model, const struct view_runq *runq);
void timehist_deinit(struct timehist *th);

void timehist_print_head(const struct timehist *th);

/* timehist_sums.c */
int timehist_print(const struct model *model, const struct timehist *th);

#endif /* IPCPROBE_VIEW_TIMEHIST_H */
