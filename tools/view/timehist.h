/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A watcher of the model that prints a line for each switch when its record is
 * read.
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

/* sums of a task, for the summary */
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
 * @model: model, for the names of objects
 * @runq: CPUs and processes to show, start of the recording
 * @row: struct timehist_row by task
 * @has_wakeups: print a line for each wake-up, too
 * @has_migrations: print a line for each migration, too
 * @has_next: print the task that runs next
 * @has_state: print the state of the task that ran
 * @has_cpus: print a column for each CPU
 * @is_precise: print a line for each task that begins to run, rather than for
 *	each task that ran
 * @has_lines: print any of these lines; else only the summary
 * @has_summary: print sums by task after the lines
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

extern const struct table_column view_sums_columns[];	/* of the summary */

int timehist_init(struct timehist *th, const struct model *model, const struct view_runq *runq);
void timehist_deinit(struct timehist *th);

void timehist_print_head(const struct timehist *th);

/* timehist_sums.c */
int timehist_print(const struct model *model, const struct timehist *th);

#endif /* IPCPROBE_VIEW_TIMEHIST_H */
