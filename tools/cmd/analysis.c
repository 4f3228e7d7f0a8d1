// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds all records into a model, then prints a view of it.
 */
#include "cmd/analysis.h"

#include <errno.h>
#include <stdio.h>

#include "trace/event.h"

/* "Linux 6.12": 612; 0: unknown */
static unsigned int version_of(const char *kernel)
{
	unsigned int major, minor;

	return sscanf(kernel, "Linux %u.%u", &major, &minor) == 2 ? major * 100 + minor : 0;
}

/*
 * Until Linux 6.11 real-time tasks are throttled all at once; since Linux 6.12
 * the deadline server takes their place, and each start or stop of this server
 * is one change of the queue. Until Linux 6.11, too, no task that sleeps stays
 * on its queue. Since Linux 6.18 the tasks of a throttled group leave the queue
 * one by one.
 */
static void set_kernel(struct sched *sched, const char *kernel)
{
	unsigned int version = version_of(kernel);

	sched->throttles_real_time = version && version < 612;
	sched->sleepers_leave = sched->throttles_real_time;
	sched->throttles_tasks = version >= 618;
}

static uint64_t from_ns(const struct analysis *analysis)
{
	if (analysis->what & MODEL_RUNQ && reader_info(analysis->reader)->ready_ns)
		return source_run_from_ns(analysis->source, analysis->reader);
	return source_from_ns(analysis->source, analysis->reader);
}

static int apply_record(const struct analysis *analysis, const struct ipcprobe_rec *rec,
			uint32_t cpu)
{
	uint64_t ending_ns = reader_info(analysis->reader)->ending_ns;
	int err = 0;

	if (ending_ns && event_time(rec) > ending_ns)
		err = model_end_figures(analysis->model, ending_ns);
	return err ? err : model_apply(analysis->model, rec, cpu);
}

/*
 * True if a line may be printed before its task's name is known. Otherwise
 * everything that is printed happened after the snapshot with the names.
 */
static bool misses_names(const struct analysis *analysis)
{
	const struct reader_info *info = reader_info(analysis->reader);
	uint32_t i;

	if (!(analysis->what & MODEL_RUNQ))
		return false;
	for (i = 0; info->have_stats && i < info->nr_cpus; i++)
		if (info->counts[i].lost[IPCPROBE_CLASS_TASK])
			return true;
	return !info->ready_ns;
}

/* Learns each task's name from the first snapshot that contains the task. */
static int learn_names(const struct analysis *analysis)
{
	struct reader *r = analysis->reader;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err = 0;

	reader_set_window(r, UINT64_MAX, UINT64_MAX);
	while (!err && (err = reader_next(r, &rec, &cpu)) > 0)
		err = rec->type == IPCPROBE_REC_task_snapshot ?
		      tasks_expect(&analysis->model->tasks, (const void *)rec) : 0;
	source_set_window(analysis->source, r);
	return err;
}

static int feed_model(const struct analysis *analysis)
{
	struct model *model = analysis->model;
	struct reader *r = analysis->reader;
	uint64_t until_ns = analysis->until_ns;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err;

	model_set_from(model, from_ns(analysis));
	while ((err = reader_next(r, &rec, &cpu)) > 0) {
		if (event_time(rec) >= until_ns)
			continue;
		err = apply_record(analysis, rec, cpu);
		if (err)
			return err;
	}
	if (!err && until_ns > reader_info(r)->end_ns)
		until_ns = reader_info(r)->end_ns;
	return err ? err : model_finish(model, until_ns);
}

/**
 * analysis_run - read until the end or until @until_ns, and print the model
 * Return: 0 or -errno.
 */
int analysis_run(const struct analysis *analysis)
{
	struct model *model = analysis->model;
	int err;

	err = model_init(model, analysis->what);
	if (err)
		return err;
	model_set_scope(model, reader_info(analysis->reader)->classes,
			reader_info(analysis->reader)->cpus, reader_info(analysis->reader)->pids);
	model_set_wanted(model, analysis->source->scope.pids.pid, analysis->source->scope.pids.nr);
	model->sched.watch = analysis->watch;
	set_kernel(&model->sched, reader_info(analysis->reader)->kernel);
	picks_set_cpus(&model->picks, reader_info(analysis->reader)->nr_cpus);
	err = misses_names(analysis) ? learn_names(analysis) : 0;
	if (!err)
		err = feed_model(analysis);
	if (!err)
		err = analysis->print(model, analysis->view);
	model_deinit(model);
	return err;
}
