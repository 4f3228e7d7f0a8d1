// SPDX-License-Identifier: GPL-2.0
/*
 * Pipes, FIFOs and other channels, with the processes at their ends, as text.
 */
#include "view/copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"
#include "view/label.h"

#define PAIRS_MAX	8U	/* rows of one channel */

enum {
	COL_CHANNEL, COL_WRITER, COL_READER, COL_RELATION, COL_BYTES, COL_CAPACITY, COL_PEAK,
	COL_FULL, COL_EMPTY, COL_LEFT,
};

#define COLUMNS(first) {								\
	{ first, false }, { "WRITER", false }, { "READER", false }, { "RELATION", false },	\
	{ "BYTES", true }, { "CAPACITY", true }, { "PEAK", true }, { "FULL", true },	\
	{ "EMPTY", true }, { "LEFT", true }, { NULL, false } }

static const struct table_column pipe_columns[] = COLUMNS("PIPE");
static const struct table_column object_columns[] = COLUMNS("OBJECT");

uint32_t view_end_proc(const struct model *model, uint32_t end)
{
	return channel_end_at(&model->copies.channels, end)->proc;
}

/* A process that held an end, but did not use it, may run another program by now. */
uint32_t view_end_image(const struct model *model, uint32_t end)
{
	return label_end_image(model, channel_end_at(&model->copies.channels, end));
}

/* ---- order ---- */

static int compare_channels(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct channel *x = channel_at(arg, i), *y = channel_at(arg, j);
	uint64_t bytes_x = x->bytes[TO] + x->bytes[FROM];
	uint64_t bytes_y = y->bytes[TO] + y->bytes[FROM];

	if (bytes_x != bytes_y)
		return bytes_x < bytes_y ? 1 : -1;
	return i < j ? -1 : i > j;
}

static bool is_wanted(const struct model *model, const struct channel *channel,
		      const struct view_copies *view)
{
	uint32_t end;

	if (channel->kind == CHANNEL_FILE && !channel->is_shared)
		return false;
	if (!channel->bytes[TO] && !channel->bytes[FROM] && !channel->nr_waits[TO] &&
	    !channel->nr_waits[FROM])
		return false;
	if (!view->scope->pids.nr)
		return true;
	for (end = channel->first_end; end; end = channel_end_at(&model->copies.channels, end)->next)
		if (proc_in_scope(&model->tasks, view_end_proc(model, end), view->scope))
			return true;
	return false;
}

/*
 * view_channels_sorted - channels with traffic or waits, the busiest first.
 * @is_pipe: pipes and FIFOs; else all other channels
 */
uint32_t *view_channels_sorted(const struct model *model, const struct view_copies *view,
			       bool is_pipe, uint32_t *nr)
{
	const struct channels *channels = &model->copies.channels;
	uint32_t *list = calloc(channels->channel.nr, sizeof(*list));
	uint32_t i;

	*nr = 0;
	if (!list)
		return NULL;
	for (i = 1; i < channels->channel.nr; i++) {
		const struct channel *channel = channel_at(channels, i);

		if (channel_is_pipe(channel) == is_pipe && is_wanted(model, channel, view))
			list[(*nr)++] = i;
	}
	qsort_r(list, *nr, sizeof(*list), compare_channels, (void *)channels);
	return list;
}

static int compare_pairs(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	uint64_t x = channel_pair_at(arg, i)->bytes, y = channel_pair_at(arg, j)->bytes;

	if (x != y)
		return x < y ? 1 : -1;
	return i < j ? -1 : i > j;
}

uint32_t *view_pairs_sorted(const struct model *model, const struct channel *channel, uint32_t *nr)
{
	const struct channels *channels = &model->copies.channels;
	uint32_t pair, *list, count = 0;

	for (pair = channel->first_pair; pair; pair = channel_pair_at(channels, pair)->next)
		count++;
	list = calloc(count + 1, sizeof(*list));
	*nr = 0;
	if (!list)
		return NULL;
	for (pair = channel->first_pair; pair; pair = channel_pair_at(channels, pair)->next)
		if (channel_pair_at(channels, pair)->bytes)
			list[(*nr)++] = pair;
	qsort_r(list, *nr, sizeof(*list), compare_pairs, (void *)channels);
	return list;
}

/* ---- rows ---- */

/* Sets the columns that only streams have. */
static void set_stream(struct table *table, const struct model *model,
		       const struct channel *channel)
{
	label_set_ns(table, COL_FULL, channel->wait_ns[TO]);
	label_set_ns(table, COL_EMPTY, channel->wait_ns[FROM]);
	label_set_bytes(table, COL_LEFT, channel_left_bytes(channel), true);
	if (channel_is_pipe(channel))
		label_set_bytes(table, COL_PEAK, channel->peak_bytes,
				copies_is_complete(&model->copies) && !channel->peak_at_least);
}

/* Sets the columns that are printed once for a channel. */
static void set_channel(struct table *table, const struct model *model, uint32_t number)
{
	const struct channel *channel = channel_at(&model->copies.channels, number);

	label_set(table, COL_CHANNEL, label_object(model, object(OBJECT_CHANNEL, number)));
	if (channel->capacity)
		label_set_bytes(table, COL_CAPACITY, channel->capacity, true);
	else
		table_set(table, COL_CAPACITY, "unknown");
	if (channel_is_stream(channel))
		set_stream(table, model, channel);
}

static void add_pair(struct table *table, const struct model *model, uint32_t number)
{
	const struct channel_pair *pair = channel_pair_at(&model->copies.channels, number);

	label_set(table, COL_WRITER, label_image(model, view_end_image(model, pair->writer)));
	label_set(table, COL_READER, label_image(model, view_end_image(model, pair->reader)));
	label_set(table, COL_RELATION,
		  label_relation(model, view_end_proc(model, pair->writer),
				 view_end_proc(model, pair->reader)));
	label_set_bytes(table, COL_BYTES, pair->bytes, copies_is_complete(&model->copies));
}

/* Adds the ends of a channel that moved no bytes. */
static void add_ends(struct table *table, const struct model *model,
		     const struct channel *channel)
{
	label_set(table, COL_WRITER, label_ends(model, channel, IPCPROBE_IO_WRITE_END));
	label_set(table, COL_READER, label_ends(model, channel, IPCPROBE_IO_READ_END));
	label_set_bytes(table, COL_BYTES, 0, true);
}

/* Adds one row for all pairs that are not counted separately. */
static void add_many(struct table *table, const struct model *model,
		     const struct channel *channel)
{
	table_set(table, COL_WRITER, "%s:%u", channel_is_pipe(channel) ? "pipes" : "objects",
		  channel->nr_folded);
	label_set_bytes(table, COL_BYTES, channel->bytes[FROM], copies_is_complete(&model->copies));
}

static int add_channel(struct table *table, const struct model *model, uint32_t number)
{
	const struct channel *channel = channel_at(&model->copies.channels, number);
	uint32_t nr, i, *pairs = view_pairs_sorted(model, channel, &nr);

	if (!pairs)
		return -ENOMEM;
	table_add(table);
	set_channel(table, model, number);
	if (channel->is_many)
		add_many(table, model, channel);
	else if (!nr)
		add_ends(table, model, channel);
	for (i = 0; i < nr && i < PAIRS_MAX; i++) {
		if (i)
			table_add(table);
		add_pair(table, model, pairs[i]);
	}
	if (nr > PAIRS_MAX) {
		table_add(table);
		table_set(table, COL_WRITER, "further-pairs:%u", nr - PAIRS_MAX);
	}
	free(pairs);
	return 0;
}

static int print_group(const struct model *model, const struct view_copies *view, bool is_pipe)
{
	uint32_t nr, i, *list = view_channels_sorted(model, view, is_pipe, &nr);
	uint32_t shown = view->top && nr > view->top ? view->top : nr;
	const char *noun = is_pipe ? "pipe" : "object";
	struct table *table;
	int err = 0;

	if (!list)
		return -ENOMEM;
	table = table_create(is_pipe ? pipe_columns : object_columns);
	for (i = 0; i < shown && !err; i++)
		err = add_channel(table, model, list[i]);
	if (nr)
		table_print(table);
	if (nr > shown)
		printf("%u further %s%s\n", nr - shown, noun, nr - shown == 1 ? "" : "s");
	if (nr)
		putchar('\n');
	table_destroy(table);
	free(list);
	return err;
}

/**
 * view_channels_print - print pipes, then other channels, with their writers
 * and readers; the busiest first
 * Return: 0 or -ENOMEM.
 */
int view_channels_print(const struct model *model, const struct view_copies *view)
{
	int err = print_group(model, view, true);

	return err ? err : print_group(model, view, false);
}
