// SPDX-License-Identifier: GPL-2.0
/*
 * Computes what the trace of one run of the laboratory shows. This code does
 * not know the expected result.
 */
#include "lab/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/scope.h"
#include "model/copies/path_list.h"

/*
 * Counts a switch away from a thread of server or client while the process
 * handed over or received.
 */
static void count_switch(struct lab_trace *trace, const struct ipcprobe_rec *rec,
			 const struct lab_result *result)
{
	const struct tasks *tasks = &trace->model.tasks;
	uint32_t task = tasks_known_tid(tasks, rec->tid);
	uint32_t pid = proc_at(tasks, task_at(tasks, task)->proc)->pid;

	for (uint32_t i = 0; task && i < LAB_NR_ROLES; i++) {
		const struct lab_side *side = &result->side[i];

		if (pid == side->pid && rec->ts_ns >= side->begin_ns &&
		    rec->ts_ns <= side->end_ns)
			trace->nr_switches++;
	}
}

static int read_records(struct lab_trace *trace, struct reader *r,
			const struct lab_result *result)
{
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err;

	while ((err = reader_next(r, &rec, &cpu)) > 0) {
		if (rec->type == IPCPROBE_REC_rq_switch)
			count_switch(trace, rec, result);
		err = model_apply(&trace->model, rec, cpu);
		if (err)
			return err;
	}
	return err ? err : model_finish(&trace->model, reader_info(r)->end_ns);
}

/* ---- the path from file to file ---- */

static bool is_file(const struct model *model, uint32_t object, const char *dir, const char *name)
{
	uint32_t number = object_number(object);
	char path[LAB_PATH_MAX + 8];
	const struct file *file;

	if (object_type(object) != OBJECT_FILE)
		return false;
	file = file_at(&model->copies.files, number);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return file->path && !strcmp(file->path, path);
}

static void add_path(struct lab_trace *trace, const struct path *path, uint32_t last)
{
	uint32_t i;

	if (!trace->nr_paths++) {
		trace->last = last;
		trace->nr_copies = path->nr_copies;
	}
	trace->bytes += path->bytes;
	trace->copied_bytes += path->copied_bytes;
	if (path->grade > trace->grade)
		trace->grade = path->grade;
	for (i = 0; i < path->nr_hops; i++)
		trace->copy_ns += hop_at(&trace->model.copies.paths, path->hop[i])->copy_ns *
				  path_hop_share(&trace->model.copies, path, path->hop[i]);
}

/* The list of paths begins with the path that most bytes took. */
static int find_paths(struct lab_trace *trace, const char *dir)
{
	static const struct scope all;
	const struct model *model = &trace->model;
	struct path_list list;
	struct path path;
	uint32_t i;
	int err;

	err = path_list_init(&list, &model->copies, &all, GRADE_INFERRED);
	if (err)
		return err;
	for (i = 0; i < list.nr; i++) {
		path_of(&model->copies, list.last[i], &path);
		if (is_file(model, hop_at(&model->copies.paths, path.hop[0])->key.from, dir, "in") &&
		    is_file(model, hop_at(&model->copies.paths, list.last[i])->key.to, dir, "out"))
			add_path(trace, &path, list.last[i]);
	}
	path_list_deinit(&list);
	return 0;
}

/**
 * lab_trace_init - read the records of a run
 * @dir: folder of the run's files
 * Return: 0 or -errno.
 */
int lab_trace_init(struct lab_trace *trace, struct reader *r, const struct lab_result *result,
		   const char *dir)
{
	int err;

	*trace = (struct lab_trace){ 0 };
	err = model_init(&trace->model, MODEL_COPIES);
	if (err)
		return err;
	err = read_records(trace, r, result);
	if (!err)
		err = find_paths(trace, dir);
	trace->has_switches = reader_info(r)->classes & 1U << IPCPROBE_CLASS_SCHED &&
			      !trace->model.loss[IPCPROBE_CLASS_SCHED].nr_gaps;
	if (err)
		lab_trace_deinit(trace);
	return err;
}

void lab_trace_deinit(struct lab_trace *trace)
{
	model_deinit(&trace->model);
}
