// SPDX-License-Identifier: GPL-2.0
/*
 * Run queues, as JSON.  The keys are documented in ipcprobe-runq(1).
 */
#include "view/runq.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "view/json.h"
#include "view/label.h"

/* ---- what "runq" and "sched stat" share ---- */

static void put_cpus(struct view_json *json, const struct model *model,
		     const struct view_runq *view, view_row_json *cpu_row)
{
	uint32_t nr, i, *cpus = view_cpus(model, view, &nr);

	if (!cpus)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "cpus");
	for (i = 0; cpus && i < nr; i++)
		view_json_element(json, cpu_row(model, cpus[i]));
	view_json_array_end(json);
	free(cpus);
}

static void put_tasks(struct view_json *json, const struct model *model,
		      const struct view_runq *view, view_row_json *task_row)
{
	uint32_t nr, i, *tasks = view_tasks_sorted(model, view, &nr);

	if (!tasks)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "tasks");
	for (i = 0; tasks && i < nr && (!view->top || i < view->top); i++)
		view_json_element(json, task_row(model, tasks[i]));
	view_json_array_end(json);
	free(tasks);
}

/**
 * view_queues_json_begin - begin an object: its time, its CPUs, its tasks
 * @json: the object
 * @model: after the last record
 * @view: CPUs and tasks to show
 * @cpu_row: returns the element for a CPU
 * @task_row: returns the element for a task
 */
void view_queues_json_begin(struct view_json *json, const struct model *model,
			    const struct view_runq *view, view_row_json *cpu_row,
			    view_row_json *task_row)
{
	view_json_begin(json);
	view_json_member(json, "from_ns", view_json_number(model->sched.from_ns));
	view_json_member(json, "until_ns", view_json_number(model->sched.until_ns));
	put_cpus(json, model, view, cpu_row);
	put_tasks(json, model, view, task_row);
}

/**
 * view_queues_json_end - end such an object: how far its figures can be trusted
 * Return: 0 or -errno.
 */
int view_queues_json_end(struct view_json *json, const struct model *model)
{
	view_json_member(json, "audits", view_audits_json(model));
	view_json_member(json, "figures",
			 json_string(model_runq_complete(model) ? "exact" : "at least"));
	view_json_member(json, "lost", label_losses_json(model));
	return view_json_end(json);
}

/* ---- "runq" ---- */

static json_t *lengths_json(const struct sched_cpu *cpu)
{
	json_t *list = json_array();
	uint32_t i, max = sched_max_length(cpu);

	for (i = 0; i <= max && i < cpu->nr_lengths; i++)
		json_array_append_new(list, view_json_number(cpu->length_ns[i]));
	return list;
}

static json_t *cpu_json(const struct model *model, uint32_t i)
{
	const struct sched_cpu *cpu = &model->sched.cpu[i];
	uint64_t known_ns = sched_known_ns(cpu);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "cpu", view_json_number(i),
			 "known_ns", view_json_number(known_ns),
			 "known_share", json_real(view_known_share(model, cpu)),
			 "mean_length", known_ns ? json_real(sched_mean_length(cpu)) : json_null(),
			 "max_length", view_json_known(known_ns, sched_max_length(cpu)),
			 "length_ns", lengths_json(cpu),
			 "busy_ns", view_json_number(cpu->busy_ns),
			 "idle_ns", view_json_number(cpu->idle_ns),
			 "offline_ns", view_json_number(cpu->offline_ns),
			 "switches", view_json_number(cpu->nr_switches),
			 "audits", view_json_number(cpu->nr_audits),
			 "audits_agreed", view_json_number(cpu->nr_agreed),
			 "figures", view_cpu_figures(model, i));
}

/* view_latency_figures_json - times from a waker's call until the task runs */
json_t *view_latency_figures_json(const struct hist *latency)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "count", view_json_number(latency->count),
			 "mean_ns", view_json_number(hist_mean(latency)),
			 "p50_ns", view_json_number(hist_percentile(latency, 50)),
			 "p90_ns", view_json_number(hist_percentile(latency, 90)),
			 "p99_ns", view_json_number(hist_percentile(latency, 99)),
			 "max_ns", view_json_number(latency->max));
}

static json_t *task_json(const struct model *model, uint32_t i)
{
	const struct sched_task *task = sched_task_at(&model->sched, i);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "task", label_task_json(model, i),
			 "run_ns", view_json_number(task->run_ns),
			 "queued_ns", view_json_number(task->wait_ns),
			 "wakeups", view_json_number(task->nr_wakeups),
			 "latency", view_latency_figures_json(&task->latency),
			 "voluntary", view_json_number(task->nr_voluntary),
			 "preempted", view_json_number(task->nr_preempted),
			 "migrations", view_json_number(task->nr_migrations));
}

/**
 * view_runq_json - print everything as one JSON object on one line
 * Return: 0 or -errno.
 */
int view_runq_json(const struct model *model, const struct view_runq *view)
{
	struct view_json json;

	view_queues_json_begin(&json, model, view, cpu_json, task_json);
	return view_queues_json_end(&json, model);
}
