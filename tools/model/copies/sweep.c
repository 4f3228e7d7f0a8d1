// SPDX-License-Identifier: GPL-2.0
/* Fold and free what has ended. */
#include "model/copies/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/copies/change.h"
#include "model/copies/copies.h"
#include "model/copies/unseen.h"

void sweep_limits_init(struct sweep_limits *limits)
{
	*limits = (struct sweep_limits){
		.hops = SWEEP_HOPS, .shapes = SWEEP_SHAPES, .files = SWEEP_FILES,
		.ended = SWEEP_ENDED, .ends = SWEEP_ENDS, .tasks = SWEEP_TASKS, .objects = SWEEP_OBJECTS,
		.next = SWEEP_OBJECTS,
	};
}

/* sweep_nr_objects - number of objects that a sweep may find to have ended */
uint32_t sweep_nr_objects(const struct copies *copies)
{
	const struct tasks *tasks = copies->tasks;

	return pool_used(&copies->paths.hop) + pool_used(&copies->channels.channel) +
	       pool_used(&copies->channels.end) + pool_used(&copies->channels.pair) +
	       pool_used(&copies->files.file) + pool_used(&copies->calls.stat) +
	       pool_used(&tasks->image) + pool_used(&tasks->proc) + pool_used(&tasks->task);
}

/*
 * sweep_is_due - true if there are many objects; called for each record. To find it
 * a little late is harmless.
 */
bool sweep_is_due(struct copies *copies)
{
	struct sweep_limits *limits = &copies->limits;

	if (limits->pause) {
		limits->pause--;
		return false;
	}
	limits->pause = limits->objects / 1024;
	return sweep_nr_objects(copies) >= limits->next;
}

/* ---- marks ---- */

/* Free numbers are marked as live, so that they are left alone. */
static int marks_init(struct sweep_marks *marks, const struct pool *pool)
{
	uint32_t i;

	marks->v = calloc(pool->nr, sizeof(*marks->v));
	if (!marks->v)
		return -ENOMEM;
	marks->nr = pool->nr;
	for (i = 0; i < pool->nr_free; i++)
		marks->v[pool->free[i]] = SWEEP_LIVE;
	return 0;
}

static void sweep_deinit(struct sweep *sweep)
{
	free(sweep->hop);
	free(sweep->channel.v);
	free(sweep->file.v);
	free(sweep->image.v);
	free(sweep->proc.v);
	free(sweep->task.v);
	free(sweep->is_changer);
}

static int sweep_init(struct sweep *sweep, struct copies *copies)
{
	struct tasks *tasks = copies->tasks;

	*sweep = (struct sweep){ .copies = copies };
	sweep->hop = calloc(copies->paths.hop.nr, sizeof(*sweep->hop));
	sweep->is_changer = change_programs(copies);
	return sweep->hop && sweep->is_changer &&
	       !marks_init(&sweep->channel, &copies->channels.channel) &&
	       !marks_init(&sweep->file, &copies->files.file) &&
	       !marks_init(&sweep->image, &tasks->image) &&
	       !marks_init(&sweep->proc, &tasks->proc) &&
	       !marks_init(&sweep->task, &tasks->task) ? 0 : -ENOMEM;
}

/* ---- dead streams ---- */

static bool is_dead_stream(const struct copies *copies, uint32_t number)
{
	const struct channel *channel = channel_at(&copies->channels, number);

	return channel_is_stream(channel) && channel->nr_segs && !channel->is_many &&
	       !channels_is_current(&copies->channels, number, copies->limits.ended);
}

static int end_stream(struct copies *copies, uint32_t number)
{
	struct channel *channel = channel_at(&copies->channels, number);
	int err = unseen_end(copies, number, 0);

	if (!channel_is_pipe(channel))
		channel->left_bytes = channel_left_bytes(channel);
	stream_drop_all(channel);
	return err;
}

/*
 * End the paths of bytes in dead streams: they are left over, unless a read of the
 * stream is waiting.
 */
static int end_streams(struct copies *copies)
{
	uint32_t nr = copies->channels.channel.nr, i;
	bool *is_awaited = calloc(nr, sizeof(*is_awaited));
	const struct parked *parked;
	int err = is_awaited ? 0 : -ENOMEM;

	for (parked = copies->parking.oldest; parked && !err; parked = parked->newer)
		if (object_type(parked->op.side[FROM].object) == OBJECT_CHANNEL)
			is_awaited[object_number(parked->op.side[FROM].object)] = true;
	for (i = 1; i < nr && !err; i++)
		if (is_dead_stream(copies, i) && !is_awaited[i])
			err = end_stream(copies, i);
	free(is_awaited);
	return err;
}

/* ---- hops ---- */

static int fold_image(struct sweep *sweep, uint32_t *image)
{
	struct tasks *tasks = sweep->copies->tasks;

	if (!*image || sweep_mark_of(&sweep->image, *image) == SWEEP_LIVE)
		return 0;
	return tasks_many(tasks, image_at(tasks, *image)->comm, image);
}

static int fold_object(struct sweep *sweep, uint32_t *obj)
{
	struct copies *copies = sweep->copies;
	uint32_t number = object_number(*obj), many;

	switch (object_type(*obj)) {
	case OBJECT_CHANNEL:
		if (!number || sweep_mark_of(&sweep->channel, number) == SWEEP_LIVE)
			return 0;
		many = channels_many(&copies->channels,
				     channel_at(&copies->channels, number)->kind);
		break;
	case OBJECT_FILE:
		if (!number || sweep_mark_of(&sweep->file, number) == SWEEP_LIVE)
			return 0;
		many = files_many(&copies->files);
		break;
	default:
		return 0;
	}
	*obj = object(object_type(*obj), many);
	return many ? 0 : -ENOMEM;
}

static int fold_key(void *arg, const struct hop *hop, struct hop_key *key)
{
	int err = fold_image(arg, &key->image);

	(void)hop;
	if (!err)
		err = fold_object(arg, &key->from);
	return err ? err : fold_object(arg, &key->to);
}

static bool is_forgotten_file(const struct sweep *sweep, uint32_t obj)
{
	return object_type(obj) == OBJECT_FILE && object_number(obj) &&
	       sweep_mark_of(&sweep->file, object_number(obj)) != SWEEP_LIVE;
}

/*
 * True if the hop may occur again: a live process may use a forgotten file again.
 * Other objects that have ended do not come back.
 */
static bool may_come_again(const struct sweep *sweep, const struct hop_key *key)
{
	return sweep_mark_of(&sweep->image, key->image) == SWEEP_LIVE &&
	       (is_forgotten_file(sweep, key->from) || is_forgotten_file(sweep, key->to));
}

/* Grade of the hop's link. What the hop shows of its program is added to the image. */
static enum grade fold_grade(void *arg, const struct hop *hop)
{
	struct sweep *sweep = arg;
	struct image *image = image_at(sweep->copies->tasks, hop->key.image);

	image->has_folded = true;
	image->is_partial |= !image->is_many && may_come_again(sweep, &hop->key);
	image->changed_bytes += hop->changed_bytes;
	image->agreed_bytes += hop->agreed_bytes;
	image->is_changer |= hop->changed_bytes && hop->agreed_bytes;
	return change_grade(sweep->copies, hop,
			  !image->is_many && sweep->is_changer[hop->key.image]);
}

static uint32_t count_many(const struct paths *paths)
{
	uint32_t i, nr = 0;

	for (i = 1; i < paths->hop.nr; i++)
		nr += hop_at(paths, i)->key.is_many;
	return nr;
}

static int fold_hops(struct sweep *sweep)
{
	const struct path_folding folding = {
		.nr_single = sweep->copies->limits.hops, .nr_many = sweep->copies->limits.shapes,
		.key = fold_key, .grade = fold_grade, .arg = sweep };

	struct paths *paths = &sweep->copies->paths;
	int err = paths_fold(paths, sweep->hop, &folding);

	if (err || count_many(paths) <= folding.nr_many)
		return err;
	return paths_fold(paths, NULL, &folding);
}

/* ---- channels and files ---- */

static int fold_channels(struct sweep *sweep)
{
	struct copies *copies = sweep->copies;
	uint32_t i;
	int err = 0;

	for (i = 1; i < sweep->channel.nr && !err; i++) {
		const struct channel *channel = channel_at(&copies->channels, i);

		if (sweep->channel.v[i])
			continue;
		if (channel->kind == CHANNEL_FILE)
			((struct file *)pool_at(&copies->files.file, channel->key))->channel = 0;
		err = channels_fold(&copies->channels, i);
	}
	return err;
}

static bool is_segment(void *arg, uint64_t key, uint32_t channel)
{
	const struct sweep *sweep = arg;

	(void)key;
	return sweep_mark_of(&sweep->channel, channel);
}

static int drop_files(struct sweep *sweep)
{
	struct files *files = &sweep->copies->files;
	uint32_t i;
	int err = 0;

	for (i = 1; i < sweep->file.nr && !err; i++)
		if (!sweep->file.v[i])
			err = files_drop(files, i);
	return err ? err : files_forget_numbers(files);
}

/* ---- calls ---- */

/* Add the calls of dropped processes to those of all with their name. */
static int fold_calls(struct sweep *sweep)
{
	struct copies *copies = sweep->copies;
	struct tasks *tasks = copies->tasks;
	uint32_t i, image;
	int err = 0;

	for (i = 1; i < copies->calls.stat.nr && !err; i++) {
		uint32_t proc = call_stat_at(&copies->calls, i)->proc;

		if (!proc || sweep_mark_of(&sweep->proc, proc))
			continue;
		err = tasks_many(tasks, image_at(tasks, proc_at(tasks, proc)->image)->comm, &image);
		if (!err)
			err = calls_fold(&copies->calls, i, image_at(tasks, image)->proc);
	}
	return err;
}

/* ---- processes ---- */

static int drop_tasks(struct sweep *sweep)
{
	uint32_t i;
	int err = 0;

	for (i = 1; i < sweep->task.nr && !err; i++)
		if (!sweep->task.v[i])
			err = tasks_drop_task(sweep->copies->tasks, i);
	return err;
}

static void forget_parent(struct sweep *sweep, struct proc *proc)
{
	if (sweep_mark_of(&sweep->proc, proc->parent))
		return;
	proc->parent = 0;
	proc->has_lost_parent = true;
}

static int drop_procs(struct sweep *sweep)
{
	struct tasks *tasks = sweep->copies->tasks;
	uint32_t i;
	int err = 0;

	for (i = 1; i < sweep->image.nr && !err; i++)
		if (!sweep->image.v[i])
			err = pool_free(&tasks->image, i);
	for (i = 1; i < sweep->proc.nr && !err; i++) {
		struct proc *proc = pool_at(&tasks->proc, i);

		if (!sweep->proc.v[i])
			err = tasks_drop_proc(tasks, i);
		else if (proc->parent)
			forget_parent(sweep, proc);
	}
	return err;
}

/* ---- the sweep ---- */

static int drop_ended(struct sweep *sweep)
{
	struct copies *copies = sweep->copies;
	int err;

	err = fold_channels(sweep);
	if (!err)
		err = map_filter(&copies->segments, is_segment, sweep);
	if (!err)
		err = drop_files(sweep);
	if (err || copies->limits.keeps_tasks)
		return err;
	err = fold_calls(sweep);
	if (!err)
		err = drop_tasks(sweep);
	return err ? err : drop_procs(sweep);
}

static int run_sweep(struct sweep *sweep)
{
	int err;

	sweep_mark_living(sweep);
	sweep_mark_wanted(sweep);
	err = fold_hops(sweep);
	if (!err)
		err = sweep_ends(sweep);
	if (err)
		return err;
	sweep_mark_named(sweep);
	return drop_ended(sweep);
}

/**
 * sweep_run - fold and free what has ended; call it between two records
 * Return: 0 or -ENOMEM.
 */
int sweep_run(struct copies *copies)
{
	struct sweep sweep;
	uint32_t nr;
	int err;

	err = end_streams(copies);
	if (err)
		return err;
	err = sweep_init(&sweep, copies);
	if (!err)
		err = run_sweep(&sweep);
	sweep_deinit(&sweep);
	nr = sweep_nr_objects(copies);
	copies->limits.next = nr > copies->limits.objects / 2 ? 2 * nr : copies->limits.objects;
	return err;
}
