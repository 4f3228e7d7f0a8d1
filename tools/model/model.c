// SPDX-License-Identifier: GPL-2.0
/* Apply records to all parts of the model. */
#include "model/model.h"

#include <errno.h>
#include <stdlib.h>

#include "model/sched/fold.h"
#include "trace/event.h"

/* Apply a record of class "sched" to the run queues, then call their watcher. */
static int apply_sched(struct model *model, const struct ipcprobe_rec *rec)
{
	const struct sched_watch *watch = model->sched.watch;
	struct sched_gap gap;
	int err = 0;

	if (model->what & MODEL_PICKS && rec->type != IPCPROBE_REC_lost)
		err = picks_apply(&model->picks, &model->sched, rec);
	if (err)
		return err;
	if (rec->type == IPCPROBE_REC_lost) {
		gap = sched_gap_of((const void *)rec);
		err = sched_lost(&model->sched, &gap);
	} else {
		err = sched_apply(&model->sched, rec);
	}
	if (!err && watch && watch->on_record)
		err = watch->on_record(watch->arg, &model->sched, rec);
	return err;
}

static int apply_lost(struct model *model, const struct ipcprobe_rec_lost *rec)
{
	const struct sched_gap gap = sched_gap_of(rec);
	uint32_t id = rec->class_id;
	int err = 0;

	if (id >= IPCPROBE_NR_CLASSES)
		return 0;
	model_loss_add(&model->loss[id], rec);
	if (model->what & MODEL_COPIES && MODEL_COPIES_CLASSES & 1U << id)
		err = copies_lost(&model->copies, id, rec->begin_ns, rec->hdr.ts_ns);
	if (!err && model->what & MODEL_RUNQ && id == IPCPROBE_CLASS_SCHED)
		err = apply_sched(model, &rec->hdr);
	if (model->what & MODEL_PICKS && MODEL_PICKS_CLASSES & 1U << id)
		picks_lost(&model->picks, &gap);
	if (model->what & MODEL_WAITS && MODEL_WAITS_CLASSES & 1U << id)
		sched_lost_waits(&model->sched);
	return err;
}

/*
 * True if the run queues may fold ended tasks into sums: only if no other part of
 * the model refers to tasks by their numbers.
 */
static bool folds_tasks(const struct model *model)
{
	return !(model->what & MODEL_PICKS) && (!model->sched.watch || model->sched.watch->on_fold);
}

static void set_limits(struct model *model)
{
	struct sweep_limits *limits = &model->copies.limits;

	limits->keeps_tasks = !folds_tasks(model);
	limits->mark_tasks = sched_mark_tasks;
	limits->arg = &model->sched;
}

static int fold_tasks(struct model *model)
{
	int err = 0;

	if (!model->copies.limits.keeps_tasks)
		err = sched_fold(&model->sched, &model->copies.limits, model->last_ns);
	return err ? err : sweep_run(&model->copies);
}

/* Begin the figures, at the first record of the wanted time. */
static int begin_figures(struct model *model)
{
	uint64_t from_ns = model->from_ns ? model->from_ns : model->first_ns;

	model->is_begun = true;
	if (model->what & MODEL_COPIES && model->from_ns)
		copies_reset(&model->copies);
	if (!(model->what & MODEL_RUNQ))
		return 0;
	if (model->what & MODEL_TIMELINE) {
		model->sched.timeline = malloc(sizeof(*model->sched.timeline));
		if (!model->sched.timeline)
			return -ENOMEM;
		timeline_init(model->sched.timeline, from_ns);
	}
	picks_reset(&model->picks);
	return sched_reset(&model->sched, from_ns);
}

static int apply_ipc(struct model *model, const struct ipcprobe_rec *rec)
{
	int err = 0;

	if (model->what & MODEL_COPIES)
		err = copies_apply(&model->copies, rec);
	else if (model->what & MODEL_WAITS)
		err = copies_apply_name(&model->copies, rec);
	if (!err && model->what & MODEL_WAITS)
		err = sched_apply_wait(&model->sched, rec);
	return err;
}

static int apply_mark(struct model *model, const struct ipcprobe_rec *rec)
{
	const struct sched_watch *watch = model->sched.watch;
	struct mark mark;
	int err;

	if (!model->is_begun || model->sched.is_over)
		return 0;
	mark = mark_of(&model->tasks, (const void *)rec);
	err = marks_add(&model->marks, &mark);
	if (!err && watch && watch->on_mark)
		watch->on_mark(watch->arg, &mark);
	return err;
}

static int apply_record(struct model *model, const struct ipcprobe_rec *rec)
{
	int err;

	switch (rec->type >> 8) {
	case IPCPROBE_CLASS_META:
		return rec->type == IPCPROBE_REC_lost ? apply_lost(model, (const void *)rec) : 0;
	case IPCPROBE_CLASS_TASK:
		if (rec->type == IPCPROBE_REC_task_mark)
			return apply_mark(model, rec);
		err = tasks_apply(&model->tasks, rec);
		if (!err && model->what & MODEL_COPIES)
			err = copies_apply(&model->copies, rec);
		return err;
	case IPCPROBE_CLASS_SCHED:
		return model->what & MODEL_RUNQ ? apply_sched(model, rec) : 0;
	case IPCPROBE_CLASS_PICK:
		return model->what & MODEL_PICKS ?
			picks_apply(&model->picks, &model->sched, rec) : 0;
	default:
		return apply_ipc(model, rec);
	}
}

/**
 * model_apply - apply the next record
 * @rec: the record, checked by event_check()
 * @cpu: CPU that wrote the record
 *
 * Return: 0 or -ENOMEM.
 */
int model_apply(struct model *model, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	uint64_t ts_ns = event_time(rec);
	int err = 0;

	(void)cpu;
	if (!model->nr_records++) {
		if (model->what & MODEL_RUNQ)
			set_limits(model);
		model->first_ns = ts_ns;
		model->copies.known_ns = ts_ns;
	}
	if (ts_ns > model->last_ns) {
		model->last_ns = ts_ns;
		model->tasks.now_ns = ts_ns;
	}
	if (!model->is_begun && ts_ns >= model->from_ns)
		err = begin_figures(model);
	if (!err && model->what & MODEL_RUNQ && sweep_is_due(&model->copies))
		err = fold_tasks(model);
	return err ? err : apply_record(model, rec);
}

/* model_set_from - let figures cover @from_ns and later; call it before any record */
void model_set_from(struct model *model, uint64_t from_ns)
{
	model->from_ns = from_ns;
	model->sched.from_ns = from_ns;
}

/**
 * model_set_scope - set what was recorded, before any record; the default is
 * everything
 * @classes: mask of the recorded classes
 * @cpus: CPUs as text, "" = all; not copied
 * @pids: process ids as text, "" = all; not copied
 *
 * If a class or a CPU was not recorded, calls that were not recorded may have
 * overwritten memory: then no path is exact, and no bytes count as made by a
 * process.
 */
void model_set_scope(struct model *model, uint32_t classes, const char *cpus, const char *pids)
{
	model->missing_classes = MODEL_COPIES_CLASSES & ~classes;
	model->cpus = cpus;
	model->pids = pids;
	model->copies.is_partial = model->missing_classes || cpus[0];
	model->sched.is_partial = cpus[0];
}

/*
 * model_set_wanted - keep the hops of these processes separately, even small ones;
 * @pid is not copied
 */
void model_set_wanted(struct model *model, const uint32_t *pid, uint32_t nr)
{
	model->copies.limits.pid = pid;
	model->copies.limits.nr_pids = nr;
}

/**
 * model_end_figures - end the figures at @until_ns: later records update the state
 * of the run queues, but count in no figure about them
 * Return: 0 or -ENOMEM.
 */
int model_end_figures(struct model *model, uint64_t until_ns)
{
	int err = model->is_begun ? 0 : begin_figures(model);

	if (!err && model->what & MODEL_RUNQ)
		err = sched_end_figures(&model->sched, until_ns);
	return err;
}

/**
 * model_finish - end the model: there are no more records before @until_ns
 * Return: 0 or -ENOMEM.
 */
int model_finish(struct model *model, uint64_t until_ns)
{
	const struct sched_watch *watch = model->sched.watch;
	int err = 0;

	if (!model->is_begun)
		err = begin_figures(model);
	if (until_ns < model->last_ns)
		until_ns = model->last_ns;
	if (!err && model->what & MODEL_COPIES)
		err = copies_finish(&model->copies, until_ns);
	if (!err && model->what & MODEL_RUNQ)
		err = sched_end_figures(&model->sched, until_ns);
	if (!err && watch && watch->on_finish)
		err = watch->on_finish(watch->arg, &model->sched, until_ns);
	return err;
}

bool model_runq_complete(const struct model *model)
{
	return !model->loss[IPCPROBE_CLASS_SCHED].nr_gaps && !model->sched.is_partial &&
	       !model->sched.nr_disagreements && !model->sched.nr_failures;
}

int model_init(struct model *model, uint32_t what)
{
	*model = (struct model){ .what = what, .cpus = "", .pids = "" };
	if (marks_init(&model->marks) || tasks_init(&model->tasks) ||
	    copies_init(&model->copies, &model->tasks) ||
	    sched_init(&model->sched, &model->tasks) || picks_init(&model->picks)) {
		model_deinit(model);
		return -ENOMEM;
	}
	model->copies.counts_calls = what & MODEL_CALLS;
	return 0;
}

void model_deinit(struct model *model)
{
	copies_deinit(&model->copies);
	marks_deinit(&model->marks);
	picks_deinit(&model->picks);
	sched_deinit(&model->sched);
	tasks_deinit(&model->tasks);
}
