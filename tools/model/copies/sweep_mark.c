// SPDX-License-Identifier: GPL-2.0
/*
 * Mark what exists, and what is referred to.
 *
 * References are followed one step only, except in the loops below, each of which
 * goes over all objects of one kind: so the length of a chain of references does
 * not matter.
 */
#include "model/copies/sweep.h"

#include <stdlib.h>

#include "model/copies/copies.h"

/* Mark the object as a file and as a channel, if it is both. */
void sweep_mark_object(struct sweep *sweep, uint32_t object, enum sweep_mark mark)
{
	uint32_t number = object_number(object);

	switch (object_type(object)) {
	case OBJECT_CHANNEL:
		sweep_mark(&sweep->channel, number, mark);
		break;
	case OBJECT_FILE:
		sweep_mark(&sweep->file, number, mark);
		break;
	/* with a number: bytes passed on to this image, see take_ranges() */
	case OBJECT_MEMORY:
		sweep_mark(&sweep->image, number, number ? SWEEP_NAMED : SWEEP_NONE);
		break;
	case OBJECT_OTHER:
		break;
	}
}

/* ---- files ---- */

static int compare_used(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/*
 * Time of the last use of the oldest file that is kept; 0 = all are kept,
 * UINT64_MAX = none.
 */
static uint64_t oldest_used(const struct files *files, uint32_t nr_kept)
{
	uint64_t *used = malloc(files->file.nr * sizeof(*used)), oldest = 0;
	uint32_t i;

	if (!used)
		return 0;
	for (i = 0; i < files->file.nr; i++)
		used[i] = ((struct file *)pool_at(&files->file, i))->used;
	qsort(used, files->file.nr, sizeof(*used), compare_used);
	if (nr_kept < files->file.nr)
		oldest = nr_kept ? used[nr_kept - 1] : UINT64_MAX;
	free(used);
	return oldest;
}

static void mark_files(struct sweep *sweep)
{
	const struct files *files = &sweep->copies->files;
	uint64_t oldest = oldest_used(files, sweep->copies->limits.files);
	uint32_t i;

	for (i = 1; i < files->file.nr; i++) {
		const struct file *file = pool_at(&files->file, i);

		if (file->is_many || (file->used && file->used >= oldest))
			sweep_mark(&sweep->file, i, SWEEP_LIVE);
	}
}

/* A file that turned out to be another file keeps that one. */
static void mark_same_files(struct sweep *sweep)
{
	const struct files *files = &sweep->copies->files;
	uint32_t i;

	for (i = 1; i < files->file.nr; i++) {
		const struct file *file = pool_at(&files->file, i);

		if (file->same_as)
			sweep_mark(&sweep->file, file->same_as, sweep_mark_of(&sweep->file, i));
	}
}

/* ---- processes ---- */

static void mark_proc(struct sweep *sweep, uint32_t proc, enum sweep_mark mark)
{
	if (!proc)
		return;
	sweep_mark(&sweep->proc, proc, mark);
	sweep_mark(&sweep->proc, proc_real(sweep->copies->tasks, proc), mark);
}

static void mark_tasks(struct sweep *sweep)
{
	const struct sweep_limits *limits = &sweep->copies->limits;
	const struct tasks *tasks = sweep->copies->tasks;
	uint32_t i;

	if (limits->mark_tasks)
		limits->mark_tasks(limits->arg, &sweep->task);
	for (i = 1; i < tasks->task.nr; i++) {
		if (task_at(tasks, i)->tid && tasks_is_current(tasks, i, limits->ended))
			sweep_mark(&sweep->task, i, SWEEP_LIVE);
		if (sweep_mark_of(&sweep->task, i))
			mark_proc(sweep, task_at(tasks, i)->proc, SWEEP_LIVE);
	}
}

static void mark_procs(struct sweep *sweep)
{
	const struct tasks *tasks = sweep->copies->tasks;
	uint32_t i;

	for (i = 1; i < tasks->proc.nr; i++) {
		const struct proc *proc = pool_at(&tasks->proc, i);

		if (tasks_known_pid(tasks, proc->pid) == i && (proc->nr_tasks || !proc->has_exited))
			mark_proc(sweep, i, SWEEP_LIVE);
		if (sweep_mark_of(&sweep->proc, i) == SWEEP_LIVE)
			sweep_mark(&sweep->image, proc_at(tasks, i)->image, SWEEP_LIVE);
	}
	for (i = 1; i < tasks->image.nr; i++)
		if (image_at(tasks, i)->is_many)
			sweep_mark(&sweep->image, i, SWEEP_LIVE);
}

static void mark_mapping(void *arg, const void *interval)
{
	const struct mapping *mapping = interval;
	struct sweep *sweep = arg;
	const struct channel *channel = channel_at(&sweep->copies->channels, mapping->channel);

	if (mapping->file)
		sweep_mark(&sweep->file, mapping->file, SWEEP_LIVE);
	else
		sweep_mark(&sweep->channel, mapping->channel, SWEEP_LIVE);
	if (mapping->channel && channel->kind == CHANNEL_FILE)
		sweep_mark(&sweep->file, channel->key, SWEEP_LIVE);
}

static void mark_range(void *arg, const void *interval)
{
	const struct range *range = interval;
	struct sweep *sweep = arg;
	uint32_t i;

	sweep->hop[range->hop] = true;
	for (i = 0; i < RANGE_NR_PASSED; i++)
		sweep_mark_object(sweep, range->passed_to[i], SWEEP_NAMED);
}

/*
 * Mark what the state of processes refers to. Their memory is marked later, when
 * all that it may contain is known.
 */
static void mark_proc_io(struct sweep *sweep)
{
	const struct copies *copies = sweep->copies;
	uint32_t i, j;

	for (i = 1; i < copies->proc.nr; i++) {
		const struct proc_io *io = proc_io_at(copies, i);

		if (!io)
			continue;
		mark_proc(sweep, i, SWEEP_LIVE);
		sweep_mark(&sweep->image, io->image, SWEEP_LIVE);
		intervals_visit(io->mappings, copies->nr_sweeps, mark_mapping, sweep);
		for (j = 0; j < io->nr_recent; j++)
			sweep->hop[io->recent[j]] = true;
	}
}

/* ---- operations that wait, and calls that go on ---- */

static void mark_parked(struct sweep *sweep)
{
	const struct parked *parked;

	for (parked = sweep->copies->parking.oldest; parked; parked = parked->newer) {
		const struct op *op = &parked->op;

		mark_proc(sweep, op->proc, SWEEP_LIVE);
		mark_proc(sweep, op->child, SWEEP_LIVE);
		sweep_mark(&sweep->image, op->image, SWEEP_LIVE);
		sweep_mark_object(sweep, op->side[FROM].object, SWEEP_LIVE);
		sweep_mark_object(sweep, op->side[TO].object, SWEEP_LIVE);
	}
}

static void mark_calls(struct sweep *sweep)
{
	const struct copies *copies = sweep->copies;
	uint32_t i, j;

	for (i = 1; i < copies->call.nr; i++) {
		const struct call_state *state = sparse_at(&copies->call, i);

		if (!state)
			continue;
		sweep_mark(&sweep->task, i, SWEEP_LIVE);
		mark_proc(sweep, task_at(copies->tasks, i)->proc, SWEEP_LIVE);
		sweep_mark(&sweep->channel, state->wait_pipe, SWEEP_LIVE);
		for (j = 0; j < state->nr_segs; j++)
			sweep_mark(&sweep->channel, state->seg[j].channel, SWEEP_LIVE);
	}
}

/* ---- channels ---- */

static bool channel_lives(const struct sweep *sweep, uint32_t number)
{
	const struct channel *channel = channel_at(&sweep->copies->channels, number);

	if (channel->is_many || channel->nr_segs)
		return true;
	switch (channel->kind) {
	case CHANNEL_FILE:
		return sweep_mark_of(&sweep->file, channel->key) == SWEEP_LIVE;
	case CHANNEL_PROCESS:
		return sweep_mark_of(&sweep->image, channel->key) == SWEEP_LIVE;
	default:
		return channel->key && channels_is_current(&sweep->copies->channels, number,
							   sweep->copies->limits.ended);
	}
}

static void mark_channels(struct sweep *sweep)
{
	const struct channels *channels = &sweep->copies->channels;
	uint32_t i, j;

	for (i = 1; i < channels->channel.nr; i++) {
		const struct channel *channel = channel_at(channels, i);

		if (channel_lives(sweep, i))
			sweep_mark(&sweep->channel, i, SWEEP_LIVE);
		for (j = channel->first_seg; j < channel->first_seg + channel->nr_segs; j++)
			sweep->hop[channel->seg[j].hop] = true;
	}
}

/* ---- bytes in memory ---- */

/*
 * Mark what bytes in memory refer to; forget the contents of files that were not
 * used for long. A leaf that several address spaces share is visited once.
 */
static void mark_memory(struct sweep *sweep)
{
	struct copies *copies = sweep->copies;
	uint32_t i;

	for (i = 1; i < copies->proc.nr; i++)
		if (proc_io_at(copies, i))
			intervals_visit(proc_io_at(copies, i)->memory.ranges.map,
					copies->nr_sweeps, mark_range, sweep);
	for (i = 1; i < copies->channels.channel.nr; i++) {
		struct channel *channel = channel_at(&copies->channels, i);

		if (sweep_mark_of(&sweep->channel, i) == SWEEP_LIVE)
			intervals_visit(channel->memory.ranges.map, copies->nr_sweeps, mark_range,
					sweep);
		else if (channel->memory.ranges.map)
			channel_forget(channel);
	}
}

/*
 * sweep_mark_living - mark what exists; hops whose bytes may go on; the objects
 * these went to
 */
void sweep_mark_living(struct sweep *sweep)
{
	sweep->copies->nr_sweeps++;
	mark_files(sweep);
	mark_tasks(sweep);
	mark_proc_io(sweep);
	mark_parked(sweep);
	mark_calls(sweep);
	mark_procs(sweep);
	mark_same_files(sweep);
	mark_channels(sweep);
	mark_memory(sweep);
}

/* ---- what the user asked for ---- */

/* sweep_is_wanted - true if the user asked for process @pid */
bool sweep_is_wanted(const struct sweep_limits *limits, uint32_t pid)
{
	uint32_t i;

	for (i = 0; i < limits->nr_pids; i++)
		if (limits->pid[i] == pid)
			return true;
	return false;
}

static bool is_wanted(const struct copies *copies, uint32_t image)
{
	uint32_t proc = image_at(copies->tasks, image)->proc;

	return sweep_is_wanted(&copies->limits, proc_at(copies->tasks, proc)->pid);
}

/*
 * sweep_mark_wanted - mark hops of processes that the user asked for, and the hops
 * after them
 */
void sweep_mark_wanted(struct sweep *sweep)
{
	const struct paths *paths = &sweep->copies->paths;
	bool *is_behind;
	uint32_t *order, nr, i;

	if (!sweep->copies->limits.nr_pids)
		return;
	order = paths_by_depth(paths, &nr);
	is_behind = calloc(nr + 1, sizeof(*is_behind));
	for (i = 0; order && is_behind && i < nr; i++) {
		const struct hop *hop = hop_at(paths, order[i]);

		is_behind[order[i]] = is_behind[hop->key.before] ||
				      is_wanted(sweep->copies, hop->key.image);
		sweep->hop[order[i]] |= is_behind[order[i]];
	}
	free(is_behind);
	free(order);
}

/* ---- what kept objects refer to ---- */

static void mark_hops(struct sweep *sweep)
{
	const struct paths *paths = &sweep->copies->paths;
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop_key *key = &hop_at(paths, i)->key;

		sweep_mark(&sweep->image, key->image, SWEEP_NAMED);
		sweep_mark_object(sweep, key->from, SWEEP_NAMED);
		sweep_mark_object(sweep, key->to, SWEEP_NAMED);
	}
}

static void mark_ends(struct sweep *sweep)
{
	const struct channels *channels = &sweep->copies->channels;
	uint32_t i, end;

	for (i = 1; i < channels->channel.nr; i++) {
		const struct channel *channel = channel_at(channels, i);

		if (channel->kind == CHANNEL_FILE && !channel->is_many &&
		    sweep_mark_of(&sweep->file, channel->key) != SWEEP_NONE)
			sweep_mark(&sweep->channel, i, SWEEP_NAMED);
		if (sweep_mark_of(&sweep->channel, i) == SWEEP_NONE)
			continue;
		if (channel->kind == CHANNEL_FILE)
			sweep_mark(&sweep->file, channel->key, SWEEP_NAMED);
		if (channel->kind == CHANNEL_PROCESS)
			sweep_mark(&sweep->image, channel->key, SWEEP_NAMED);
		for (end = channel->first_end; end; end = channel_end_at(channels, end)->next) {
			mark_proc(sweep, channel_end_at(channels, end)->proc, SWEEP_NAMED);
			sweep_mark(&sweep->image, channel_end_at(channels, end)->image,
				   SWEEP_NAMED);
		}
	}
}

/*
 * Mark ancestors, as many generations as a relation is searched for. A mark is one
 * more than the generations that are left.
 */
static void mark_ancestors(struct sweep *sweep, uint32_t proc)
{
	const struct tasks *tasks = sweep->copies->tasks;
	uint8_t left = TASK_KIN_MAX;

	for (; left; left--) {
		proc = proc_at(tasks, proc)->parent;
		if (!proc || sweep->proc.v[proc] >= left)
			return;
		sweep->proc.v[proc] = left;
	}
}

/* Mark processes with their images, and images with their processes. */
static void mark_families(struct sweep *sweep)
{
	const struct tasks *tasks = sweep->copies->tasks;
	uint32_t i;

	for (i = 1; i < sweep->image.nr; i++)
		if (sweep->image.v[i])
			mark_proc(sweep, image_at(tasks, i)->proc, SWEEP_NAMED);
	for (i = 1; i < sweep->proc.nr; i++)
		if (sweep->proc.v[i])
			sweep->proc.v[i] = TASK_KIN_MAX + 1;
	for (i = 1; i < sweep->proc.nr; i++)
		if (sweep->proc.v[i] == TASK_KIN_MAX + 1)
			mark_ancestors(sweep, i);
	for (i = 1; i < sweep->proc.nr; i++)
		if (sweep->proc.v[i])
			mark_proc(sweep, i, SWEEP_NAMED);
	for (i = 1; i < sweep->proc.nr; i++)
		if (sweep->proc.v[i])
			sweep_mark(&sweep->image, proc_at(tasks, i)->image, SWEEP_NAMED);
}

/* sweep_mark_named - mark what kept hops and channels refer to */
void sweep_mark_named(struct sweep *sweep)
{
	mark_hops(sweep);
	mark_same_files(sweep);
	mark_ends(sweep);
	mark_families(sweep);
}
