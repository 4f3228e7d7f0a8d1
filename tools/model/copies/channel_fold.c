// SPDX-License-Identifier: GPL-2.0
/*
 * Fold channels whose objects no longer exist into one channel for each kind; and
 * fold ended processes at a channel that exists into one process for each name.
 */
#include "model/copies/channel.h"

#include <errno.h>
#include <stdlib.h>

/* channels_died - the object of the channel no longer exists */
void channels_died(struct channels *channels, uint32_t number)
{
	struct channel *channel = channel_at(channels, number);

	if (!channel->is_dead)
		channel->dead_number = channels->nr_dead++;
	channel->is_dead = true;
}

/**
 * channels_is_current - true if a stream or shared memory exists, or is among the
 * last @recent that died
 *
 * Records may still name an object shortly after its end.
 */
bool channels_is_current(const struct channels *channels, uint32_t number, uint32_t recent)
{
	const struct channel *channel = channel_at(channels, number);

	return channels_find(channels, channel->kind, channel->key) == number &&
	       (!channel->is_dead || channels->nr_dead - channel->dead_number <= recent);
}

/**
 * channels_many - get the channel that is the sum of all folded channels of @kind
 * Return: the channel, or 0 without memory.
 */
uint32_t channels_many(struct channels *channels, enum channel_kind kind)
{
	struct channel *channel;

	if (channels->many[kind])
		return channels->many[kind];
	channel = pool_add(&channels->channel, &channels->many[kind]);
	if (!channel)
		return channels->many[kind] = 0;
	channel->kind = kind;
	channel->is_many = true;
	channel->is_shared = true;
	channel->peak_at_least = true;
	return channels->many[kind];
}

static void add_figures(struct channel *sum, const struct channel *channel)
{
	enum side side;

	sum->nr_folded++;
	for (side = FROM; side <= TO; side++) {
		sum->bytes[side] += channel->bytes[side];
		sum->wait_ns[side] += channel->wait_ns[side];
		sum->nr_waits[side] += channel->nr_waits[side];
	}
	sum->left_bytes += channel_left_bytes(channel);
	if (channel->peak_bytes > sum->peak_bytes)
		sum->peak_bytes = channel->peak_bytes;
}

static int drop_ends(struct channels *channels, uint32_t number)
{
	const struct channel *channel = channel_at(channels, number);
	uint32_t i, next;
	int err = 0;

	for (i = channel->first_end; i && !err; i = next) {
		next = channel_end_at(channels, i)->next;
		map_remove(&channels->end_by_proc,
			   map_pair(number, channel_end_at(channels, i)->proc));
		err = pool_free(&channels->end, i);
	}
	for (i = channel->first_pair; i && !err; i = next) {
		const struct channel_pair *pair = channel_pair_at(channels, i);

		next = pair->next;
		map_remove(&channels->pair_by_ends, map_pair(pair->writer, pair->reader));
		err = pool_free(&channels->pair, i);
	}
	return err;
}

/**
 * channels_fold - fold a dead channel to which nothing refers: only its figures are
 * kept
 *
 * A file is counted only if several processes used it: views show no other files.
 *
 * Return: 0 or -ENOMEM.
 */
int channels_fold(struct channels *channels, uint32_t number)
{
	struct channel *channel = channel_at(channels, number);
	uint32_t many = channels_many(channels, channel->kind);
	int err = many ? drop_ends(channels, number) : -ENOMEM;

	if (err)
		return err;
	if (channel->kind != CHANNEL_FILE || channel->is_shared)
		add_figures(channel_at(channels, many), channel);
	if (channel->kind != CHANNEL_FILE &&
	    channels_find(channels, channel->kind, channel->key) == number)
		map_remove(&channels->by_key[channel->kind], channel->key);
	channel_release(channel);
	free(channel->path);
	return pool_free(&channels->channel, number);
}

/* ---- processes at a channel ---- */

/* Take the folded ends out of the list; return the list of those that remain. */
static uint32_t unlink_ends(struct channels *channels, uint32_t number,
			    const struct end_folding *folding)
{
	uint32_t *link = &channel_at(channels, number)->first_end, taken = 0;

	while (*link) {
		struct channel_end *end = channel_end_at(channels, *link);
		uint32_t i = *link;

		if (i >= folding->nr || !folding->is_folded[i]) {
			link = &end->next;
			continue;
		}
		*link = end->next;
		end->next = taken;
		taken = i;
		map_remove(&channels->end_by_proc, map_pair(number, end->proc));
	}
	return taken;
}

static int add_end_figures(struct channels *channels, uint32_t number,
			   const struct end_folding *folding, uint32_t i)
{
	const struct channel_end *end = channel_end_at(channels, i);
	struct channel_end *sum;
	uint32_t proc, image;
	int err;

	err = folding->many(folding->arg, end->image, &proc, &image);
	if (!err)
		err = channel_end_get(channels, number, proc, image, &folding->into[i]);
	if (err)
		return err;
	sum = channel_end_at(channels, folding->into[i]);
	sum->bytes[TO] += end->bytes[TO];
	sum->bytes[FROM] += end->bytes[FROM];
	sum->held |= end->held;
	return 0;
}

static uint32_t end_now(const struct end_folding *folding, uint32_t end)
{
	return end < folding->nr && folding->is_folded[end] ? folding->into[end] : end;
}

/* Take the folded pairs out of the list like unlink_ends(). */
static uint32_t unlink_pairs(struct channels *channels, uint32_t number,
			     const struct end_folding *folding)
{
	uint32_t *link = &channel_at(channels, number)->first_pair, taken = 0;

	while (*link) {
		struct channel_pair *pair = channel_pair_at(channels, *link);
		uint32_t i = *link;

		if (end_now(folding, pair->writer) == pair->writer &&
		    end_now(folding, pair->reader) == pair->reader) {
			link = &pair->next;
			continue;
		}
		*link = pair->next;
		pair->next = taken;
		taken = i;
		map_remove(&channels->pair_by_ends, map_pair(pair->writer, pair->reader));
	}
	return taken;
}

static int fold_pairs(struct channels *channels, uint32_t number,
		      const struct end_folding *folding)
{
	uint32_t i = unlink_pairs(channels, number, folding), next;
	int err = 0;

	for (; i && !err; i = next) {
		const struct channel_pair *pair = channel_pair_at(channels, i);

		next = pair->next;
		err = channel_count_pair(channels, number, end_now(folding, pair->writer),
					 end_now(folding, pair->reader), pair->bytes);
		if (!err)
			err = pool_free(&channels->pair, i);
	}
	return err;
}

/**
 * channel_fold_ends - fold processes at a channel into one for each name
 * Return: 0 or -ENOMEM.
 */
int channel_fold_ends(struct channels *channels, uint32_t number,
		      const struct end_folding *folding)
{
	uint32_t taken = unlink_ends(channels, number, folding), i, next;
	int err = 0;

	for (i = taken; i && !err; i = channel_end_at(channels, i)->next)
		err = add_end_figures(channels, number, folding, i);
	if (!err)
		err = fold_pairs(channels, number, folding);
	for (i = taken; i && !err; i = next) {
		next = channel_end_at(channels, i)->next;
		err = pool_free(&channels->end, i);
	}
	return err;
}
