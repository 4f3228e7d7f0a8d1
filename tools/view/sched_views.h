/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe sched", on stdout.  Pure functions of the model, or
 * watchers of it, which print as it goes.
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
 * @runq: which, and how many
 * @blocked: on which objects tasks blocked
 */
struct view_stat {
	const struct view_runq *runq;
	const struct blocked *blocked;
};

/* stat.c: CPUs, tasks, objects, audits */
int view_stat_print(const struct model *model, const struct view_stat *view);
int view_stat_json(const struct model *model, const struct view_stat *view);

/* blocked.c: on which objects tasks blocked */
int view_blocked_print(const struct model *model, const struct view_stat *view);
void view_blocked_json(struct view_json *json, const struct model *model,
		       const struct view_stat *view);

/**
 * struct view_latency - what to show of delays
 * @runq: how many rows, since when
 * @latency: finished
 * @has_histogram: as a histogram too
 * @is_each: one of each row, else one of all
 * @has_parts: what held the tasks up, instead of percentiles
 */
struct view_latency {
	const struct view_runq *runq;
	const struct latency *latency;
	bool has_histogram;
	bool is_each;
	bool has_parts;
};

/* antagonist.c: so many pairs of who waited and who ran meanwhile, 0 = all */
int view_antagonists_print(const struct model *model, const struct antagonists *antagonists,
			   uint32_t top);
int view_antagonists_json(const struct model *model, const struct antagonists *antagonists,
			  uint32_t top);

/* quota.c: what groups may use, used and wanted; @latency: by control group */
int view_quotas_print(const struct model *model, const struct view_latency *view);
void view_quotas_json(struct view_json *json, const struct model *model,
		      const struct view_latency *view);

/* latency.c */
int view_latency_print(const struct model *model, const struct view_latency *view);
int view_latency_json(const struct model *model, const struct view_latency *view);

#endif /* IPCPROBE_VIEW_SCHED_VIEWS_H */
