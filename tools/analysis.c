// SPDX-License-Identifier: GPL-2.0
/*
 * All records into a model, then a view of it.
 */
#include "analysis.h"

#include <errno.h>
#include <stdio.h>

/*
 * Until Linux 6.11 real-time tasks are throttled all at once; since then the
 * deadline server takes their place, whose coming and going is one change. Until
 * then, too, no task that sleeps stays on its queue.
 */
static bool is_before_6_12(const char *kernel)
{
	unsigned int major, minor;

	return sscanf(kernel, "Linux %u.%u", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 12));
}

static int feed(const struct analysis *analysis)
{
	struct model *model = analysis->model;
	struct reader *r = analysis->reader;
	uint64_t until_ns = analysis->until_ns;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err;

	model_set_from(model, source_from_ns(analysis->source, r));
	while ((err = reader_next(r, &rec, &cpu)) > 0) {
		if (model_time(rec) >= until_ns)
			continue;
		err = model_apply(model, rec, cpu);
		if (err)
			return err;
	}
	if (!err && until_ns > reader_info(r)->end_ns)
		until_ns = reader_info(r)->end_ns;
	return err ? err : model_finish(model, until_ns);
}

/**
 * analysis_run - read until the end or until @until_ns, and print
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
	model_set_wanted(model, analysis->source->pids.pid, analysis->source->pids.nr);
	model->sched.watch = analysis->watch;
	model->chart = analysis->chart;
	model->lifelines = analysis->lifelines;
	model->sched.throttles_real_time = is_before_6_12(reader_info(analysis->reader)->kernel);
	model->sched.sleepers_leave = model->sched.throttles_real_time;
	picks_set_cpus(&model->picks, reader_info(analysis->reader)->nr_cpus);
	err = feed(analysis);
	if (!err)
		err = analysis->print(model, analysis->view);
	model_deinit(model);
	return err;
}
