/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe sched", on stdout. They are pure functions of the
 * model, or watchers of the model, which print while records are read.
 */
#ifndef IPCPROBE_VIEW_SCHED_VIEWS_H
#define IPCPROBE_VIEW_SCHED_VIEWS_H

#include "model/model.h"
#include "view/json.h"
#include "view/runq.h"
#include "watch/antagonist.h"
#include "watch/blocked.h"
#include "watch/latency.h"

/**
 * struct view_stat - what to show of CPUs and tasks
 * @runq: CPUs and tasks to show, and how many
 * @blocked: objects on which tasks blocked
 */
struct view_stat {
	const struct view_runq *runq;
	const struct blocked *blocked;
};

/* stat.c: prints CPUs, tasks, objects, audits */
int view_stat_print(const struct model *model, const struct view_stat *view);
int view_stat_json(const struct model *model, const struct view_stat *view);

/* blocked.c: prints the objects on which tasks blocked */
int view_blocked_print(const struct model *model, const struct view_stat *view);
void view_blocked_json(struct view_json *json, const struct model *model,
		       const struct view_stat *view);

/**
 * struct view_latency - what to show of delays
 * @runq: number of rows, and start of the recording
 * @latency: the delays, after the last record
 * @has_histogram: print histograms, too
 * @is_each: a histogram for each row; else one for all rows
 * @has_parts: print what held the tasks up, instead of percentiles
 */
struct view_latency {
	const struct view_runq *runq;
	const struct latency *latency;
	bool has_histogram;
	bool is_each;
	bool has_parts;
};

/*
 * antagonist.c: prints pairs of a task that waited and a task that ran
 * meanwhile; @view, @top: maximum number of pairs, 0 = all
 */
int view_antagonists_print(const struct model *model, const struct antagonists *antagonists,
			   const struct view_runq *view);
extern const struct table_column view_antagonist_columns[];
int view_antagonists_json(const struct model *model, const struct antagonists *antagonists,
			  uint32_t top);

/* quota.c: prints what groups may use, used and wanted; @latency must be by control group */
int view_quotas_print(const struct model *model, const struct view_latency *view);
void view_quotas_json(struct view_json *json, const struct model *model,
		      const struct view_latency *view);

/* latency.c: prints the delays; columns of the table, and those that it shows by default */
const struct table_column *view_latency_columns(enum latency_by by);
const struct table_view *view_latency_usual(enum latency_by by, bool has_parts);
int view_latency_print(const struct model *model, const struct view_latency *view);
int view_latency_json(const struct model *model, const struct view_latency *view);

#endif /* IPCPROBE_VIEW_SCHED_VIEWS_H */
