/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe runq", on stdout, and what they share with those of
 * "ipcprobe sched".  Pure functions of the model.
 */
#ifndef IPCPROBE_VIEW_RUNQ_H
#define IPCPROBE_VIEW_RUNQ_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/scope.h"
#include "lib/table.h"
#include "model/model.h"

#define VIEW_RUNQ_TOP	20U	/* tasks shown if the user does not say */

/**
 * struct view_runq - what to show
 * @scope: which CPUs and processes
 * @is_json: JSON instead of text, where lines are printed as records come
 * @top: most tasks; 0 = all
 * @width: columns of the map
 * @start_ns: begin of the recording: times are shown from there on
 * @at_ns: the instant asked for
 * @columns: of the table of tasks, which alone is shown then; none = all is shown
 */
struct view_runq {
	const struct scope *scope;
	bool is_json;
	uint32_t top;
	uint32_t width;
	uint64_t start_ns;
	uint64_t at_ns;
	struct table_view columns;
};

/* of the tables of tasks */
extern const struct table_column view_runq_columns[];
extern const struct table_column view_stat_columns[];

int view_runq_print(const struct model *model, const struct view_runq *view);
int view_runq_json(const struct model *model, const struct view_runq *view);
json_t *view_latency_figures_json(const struct hist *latency);

/* trust.c: how far the figures can be trusted */
void view_trust_print(const struct model *model, uint64_t start_ns);
json_t *view_audits_json(const struct model *model);

/* timeline.c: the timeline; how wide it is if the user does not say */
uint32_t view_map_width(void);
int view_map_print(const struct model *model, const struct view_runq *view);
int view_map_json(const struct model *model, const struct view_runq *view);

/* runq_at.c: every queue at the model's end */
int view_at_print(const struct model *model, const struct view_runq *view);
int view_at_json(const struct model *model, const struct view_runq *view);

/* tasks with anything to show, by time running; to be freed */
uint32_t *view_tasks_sorted(const struct model *model, const struct view_runq *view,
			    uint32_t *nr);

/* CPUs the user wants and that were seen; to be freed */
uint32_t *view_cpus(const struct model *model, const struct view_runq *view, uint32_t *nr);

/* the audits of all CPUs; nr_checks: queues compared, member by member, with snapshots */
struct view_audits {
	uint64_t nr_audits;
	uint64_t nr_agreed;
	uint64_t nr_checks;
	uint64_t nr_same;
};

struct view_audits view_audits(const struct model *model);

/* "exact", or "at least" */
const char *view_cpu_figures(const struct model *model, uint32_t cpu);

/* share of the time asked for in which @cpu's queue is known, or there is none: 0 ... 1 */
double view_known_share(const struct model *model, const struct sched_cpu *cpu);

/* a table of these CPUs, without column @offline if none of them was that */
struct table *view_cpu_table(const struct model *model, const struct table_column *columns,
			     unsigned int offline, const uint32_t *cpus, uint32_t nr);

#endif /* IPCPROBE_VIEW_RUNQ_H */
