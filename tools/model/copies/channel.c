// SPDX-License-Identifier: GPL-2.0
/* The list of channels, and the processes at their ends. */
#include "model/copies/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LISTED_MAX	8U

/* Add a channel. A file is not in by_key: struct file refers to its channel. */
static uint32_t add_channel(struct channels *channels, enum channel_kind kind, uint64_t key)
{
	struct channel *channel;
	uint32_t number;

	channel = pool_add(&channels->channel, &number);
	if (!channel || (kind != CHANNEL_FILE && map_set(&channels->by_key[kind], key, number)))
		return 0;
	channel->key = key;
	channel->kind = kind;
	channel->gen = channels->gen;
	return number;
}

/* channels_find - find the channel that has @key now; 0 = none is known */
uint32_t channels_find(const struct channels *channels, enum channel_kind kind, uint64_t key)
{
	return map_get(&channels->by_key[kind], key);
}

/* channel_forget - forget the contents of @channel */
void channel_forget(struct channel *channel)
{
	stream_forget(channel);
	ranges_drop(&channel->memory.ranges);
}

/**
 * channel_resize - set the size of a file or of shared memory to @bytes; contents
 * after that size are forgotten
 * Return: 0 or -ENOMEM.
 */
int channel_resize(struct channel *channel, uint64_t bytes, uint64_t old_bytes)
{
	channel->has_size = true;
	channel->capacity = bytes;
	return bytes < old_bytes ?
	       ranges_forget(&channel->memory.ranges, bytes, old_bytes - bytes) : 0;
}

/*
 * channels_refresh - forget the contents of @number if records were lost since its
 * last use
 */
void channels_refresh(const struct channels *channels, uint32_t number)
{
	struct channel *channel = channel_at(channels, number);

	if (channel->gen == channels->gen)
		return;
	channel_forget(channel);
	channel->gen = channels->gen;
}

/**
 * channels_get - get the channel that has @key now
 * Return: the channel, with its contents as of channels->gen; a new one if none is
 * known; 0 without memory.
 */
uint32_t channels_get(struct channels *channels, enum channel_kind kind, uint64_t key)
{
	uint32_t found = channels_find(channels, kind, key);

	if (!found)
		return add_channel(channels, kind, key);
	channels_refresh(channels, found);
	return found;
}

/*
 * channel_release - the object of @channel no longer exists; operations may still
 * refer to the channel
 */
void channel_release(struct channel *channel)
{
	free(channel->seg);
	free(channel->early);
	channel->seg = NULL;
	channel->early = NULL;
	channel->nr_segs = 0;
	channel->first_seg = 0;
	channel->cap_segs = 0;
	channel->nr_early = 0;
	ranges_drop(&channel->memory.ranges);
}

/**
 * channels_renew - give @key to a new channel
 * Return: the channel, or 0 without memory.
 */
uint32_t channels_renew(struct channels *channels, enum channel_kind kind, uint64_t key)
{
	uint32_t old = channels_find(channels, kind, key);

	if (old)
		channel_release(channel_at(channels, old));
	return add_channel(channels, kind, key);
}

/* channel_set_path - set the name, unless @path is empty; 0 or -ENOMEM */
int channel_set_path(struct channel *channel, const char *path)
{
	if (!path[0] || (channel->path && !strcmp(channel->path, path)))
		return 0;
	free(channel->path);
	channel->path = strdup(path);
	return channel->path ? 0 : -ENOMEM;
}

/* Sum of the bytes in a queue or socket, as far as their writes were seen. */
static uint64_t sum_segs(const struct channel *channel)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = channel->first_seg; i < channel->first_seg + channel->nr_segs; i++)
		sum += channel->seg[i].end - channel->seg[i].start;
	return sum;
}

uint64_t channel_left_bytes(const struct channel *channel)
{
	if (!channel_is_pipe(channel))
		return channel->left_bytes + sum_segs(channel);
	if (channel->is_dead || channel->is_many)
		return channel->left_bytes;
	return channel->has_pos ? channel->pos[TO] - stream_drained_pos(channel, 0) : 0;
}

/* ---- ends and pairs: the newest few are found in a list, older ones in a table ---- */

/*
 * Find the end of process @proc at @channel; 0 = none. If the search passed
 * LISTED_MAX ends, @last is set to the last of these.
 */
static uint32_t find_end(const struct channels *channels, uint32_t channel, uint32_t proc,
			 uint32_t *last)
{
	uint32_t i = channel_at(channels, channel)->first_end, nr = 0;

	for (*last = 0; i; i = channel_end_at(channels, i)->next) {
		if (channel_end_at(channels, i)->proc == proc)
			return i;
		if (++nr < LISTED_MAX)
			continue;
		*last = i;
		return map_get(&channels->end_by_proc, map_pair(channel, proc));
	}
	return 0;
}

static int add_end(struct channels *channels, uint32_t channel, uint32_t proc, uint32_t last,
		   uint32_t *ret)
{
	struct channel_end *end = pool_add(&channels->end, ret);

	if (!end)
		return -ENOMEM;
	end->proc = proc;
	end->next = channel_at(channels, channel)->first_end;
	channel_at(channels, channel)->first_end = *ret;
	return last ? map_set(&channels->end_by_proc,
			      map_pair(channel, channel_end_at(channels, last)->proc), last) : 0;
}

/**
 * channel_end_get - get the end of process @proc at @channel
 * Return: 0 or -ENOMEM.
 */
int channel_end_get(struct channels *channels, uint32_t channel, uint32_t proc, uint32_t image,
		    uint32_t *ret)
{
	uint32_t last;

	*ret = find_end(channels, channel, proc, &last);
	if (!*ret && add_end(channels, channel, proc, last, ret))
		return -ENOMEM;
	channel_end_at(channels, *ret)->image = image;
	return 0;
}

/* Find the pair of @writer and @reader like find_end(). */
static uint32_t find_pair(const struct channels *channels, uint32_t channel, uint32_t writer,
			  uint32_t reader, uint32_t *last)
{
	uint32_t i = channel_at(channels, channel)->first_pair, nr = 0;

	for (*last = 0; i; i = channel_pair_at(channels, i)->next) {
		const struct channel_pair *pair = channel_pair_at(channels, i);

		if (pair->writer == writer && pair->reader == reader)
			return i;
		if (++nr < LISTED_MAX)
			continue;
		*last = i;
		return map_get(&channels->pair_by_ends, map_pair(writer, reader));
	}
	return 0;
}

static int add_pair(struct channels *channels, uint32_t channel, uint32_t last,
		    const struct channel_pair *wanted, uint32_t *ret)
{
	struct channel_pair *pair = pool_add(&channels->pair, ret);

	if (!pair)
		return -ENOMEM;
	*pair = *wanted;
	pair->next = channel_at(channels, channel)->first_pair;
	channel_at(channels, channel)->first_pair = *ret;
	pair = channel_pair_at(channels, last);
	return last ? map_set(&channels->pair_by_ends, map_pair(pair->writer, pair->reader),
			      last) : 0;
}

/**
 * channel_count_pair - count @bytes that went through @channel from @writer to
 * @reader
 * Return: 0 or -ENOMEM.
 */
int channel_count_pair(struct channels *channels, uint32_t channel, uint32_t writer,
		       uint32_t reader, uint64_t bytes)
{
	struct channel_pair wanted = { .writer = writer, .reader = reader };
	uint32_t last, number = find_pair(channels, channel, writer, reader, &last);

	if (!number && add_pair(channels, channel, last, &wanted, &number))
		return -ENOMEM;
	channel_pair_at(channels, number)->bytes += bytes;
	return 0;
}

static void reset_channel(struct channel *channel)
{
	uint64_t now = channel->pos[TO] > channel->pos[FROM] ?
		       channel->pos[TO] - channel->pos[FROM] : 0;

	channel->peak_bytes = channel->has_pos ? now : 0;
	memset(channel->bytes, 0, sizeof(channel->bytes));
	memset(channel->wait_ns, 0, sizeof(channel->wait_ns));
	memset(channel->nr_waits, 0, sizeof(channel->nr_waits));
	if (channel->is_many)
		channel->left_bytes = 0;
}

/* channels_reset - set all figures to 0, keep the contents */
void channels_reset(struct channels *channels)
{
	uint32_t i;

	for (i = 1; i < channels->channel.nr; i++)
		reset_channel(channel_at(channels, i));
	for (i = 1; i < channels->end.nr; i++) {
		struct channel_end *end = channel_end_at(channels, i);

		memset(end->bytes, 0, sizeof(end->bytes));
	}
	for (i = 1; i < channels->pair.nr; i++)
		channel_pair_at(channels, i)->bytes = 0;
}

int channels_init(struct channels *channels)
{
	*channels = (struct channels){ 0 };
	if (pool_init(&channels->channel, sizeof(struct channel)) ||
	    pool_init(&channels->end, sizeof(struct channel_end)) ||
	    pool_init(&channels->pair, sizeof(struct channel_pair))) {
		channels_deinit(channels);
		return -ENOMEM;
	}
	return 0;
}

void channels_deinit(struct channels *channels)
{
	uint32_t i;

	for (i = 0; i < channels->channel.nr; i++) {
		channel_release(channel_at(channels, i));
		free(channel_at(channels, i)->path);
	}
	pool_deinit(&channels->channel);
	pool_deinit(&channels->end);
	pool_deinit(&channels->pair);
	for (i = 0; i < NR_CHANNEL_KINDS; i++)
		map_deinit(&channels->by_key[i]);
	map_deinit(&channels->end_by_proc);
	map_deinit(&channels->pair_by_ends);
}
