/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe runq", on stdout, and code that they share with the
 * views of "ipcprobe sched". Pure functions of the model.
 */
#ifndef IPCPROBE_VIEW_RUNQ_H
#define IPCPROBE_VIEW_RUNQ_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/scope.h"
#include "lib/table.h"
#include "model/model.h"
#include "view/json.h"

#define VIEW_RUNQ_TOP	20U	/* tasks shown if the user gives no number */

/**
 * struct view_runq - what to show
 * @scope: CPUs and processes to show
 * @is_json: JSON instead of text, for views that print a line when a record is
 *	read
 * @top: maximum number of tasks; 0 = all
 * @width: columns of the timeline
 * @start_ns: start of the recording; printed times are relative to it
 * @at_ns: instant that the user asks for
 * @columns: columns of the main table
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

/* columns of the tables that the user can choose */
extern const struct table_column view_at_columns[];
extern const struct table_column view_runq_columns[];
extern const struct table_column view_stat_columns[];

int view_runq_print(const struct model *model, const struct view_runq *view);
int view_runq_json(const struct model *model, const struct view_runq *view);

/* returns the JSON of the CPU or the task with this number */
typedef json_t *view_row_json(const struct model *model, uint32_t number);

void view_queues_json_begin(struct view_json *json, const struct model *model,
			    const struct view_runq *view, view_row_json *cpu_row,
			    view_row_json *task_row);
int view_queues_json_end(struct view_json *json, const struct model *model);
json_t *view_latency_figures_json(const struct hist *latency);

/* trust.c: prints how far the figures can be trusted */
void view_trust_print(const struct model *model, uint64_t start_ns);
json_t *view_audits_json(const struct model *model);

/* timeline.c: the timeline; its width if the user gives none */
uint32_t view_map_width(void);
int view_map_print(const struct model *model, const struct view_runq *view);
int view_map_json(const struct model *model, const struct view_runq *view);

/* runq_at.c: prints every queue at the model's end */
int view_at_print(const struct model *model, const struct view_runq *view);
int view_at_json(const struct model *model, const struct view_runq *view);

/* tasks with any figures, sorted by time running; to be freed */
uint32_t *view_tasks_sorted(const struct model *model, const struct view_runq *view,
			    uint32_t *nr);

/* CPUs that the user wants and that were seen; to be freed */
uint32_t *view_cpus(const struct model *model, const struct view_runq *view, uint32_t *nr);

/* audits of all CPUs; nr_checks: queues whose members were compared with snapshots */
struct view_audits {
	uint64_t nr_audits;
	uint64_t nr_agreed;
	uint64_t nr_checks;
	uint64_t nr_same;
};

struct view_audits view_audits(const struct model *model);

/* "exact", or "at least" */
const char *view_cpu_figures(const struct model *model, uint32_t cpu);

/* share of the wanted time in which @cpu's queue is known, or does not exist: 0 ... 1 */
double view_known_share(const struct model *model, const struct sched_cpu *cpu);

/* a table of these CPUs, without column @offline if none of the CPUs was offline */
struct table *view_cpu_table(const struct model *model, const struct table_column *columns,
			     unsigned int offline, const uint32_t *cpus, uint32_t nr);

#endif /* IPCPROBE_VIEW_RUNQ_H */
