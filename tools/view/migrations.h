/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A watcher of the model that prints a line for each migration when its record
 * is read, and sums.
 */
#ifndef IPCPROBE_VIEW_MIGRATIONS_H
#define IPCPROBE_VIEW_MIGRATIONS_H

#include <stdbool.h>

#include "lib/hash.h"
#include "model/model.h"
#include "view/runq.h"

/* migrations of one task, or from one CPU to another */
struct migrations_row {
	uint16_t from;
	uint16_t to;
	uint64_t count;
};

/**
 * struct migrations - the view
 * @model: model, for names
 * @runq: CPUs and processes to show, number of lines of sums, start of the
 *	recording
 * @task: struct migrations_row by task
 * @pair: struct migrations_row of each pair of CPUs
 * @by_pair: number in @pair of each pair of CPUs
 * @has_lines: print a line for each migration; else sums only
 */
struct migrations {
	struct sched_watch watch;
	const struct model *model;
	const struct view_runq *runq;
	struct pool task;
	struct pool pair;
	struct map by_pair;
	bool has_lines;
};

extern const struct table_column view_moved_columns[];	/* of the sums by task */

int migrations_init(struct migrations *mig, const struct model *model,
		    const struct view_runq *runq);
void migrations_deinit(struct migrations *mig);

void migrations_print_head(const struct migrations *mig);
int migrations_print(const struct model *model, const struct migrations *mig);

#endif /* IPCPROBE_VIEW_MIGRATIONS_H */
