// SPDX-License-Identifier: GPL-2.0
/*
 * Ended processes at channels that exist: if there are very many, only those that
 * moved most bytes there are kept.
 */
#include "model/copies/sweep.h"

#include <errno.h>
#include <stdlib.h>

#include "model/copies/copies.h"

/* Sort key that decides which ends are kept. */
struct rank {
	uint64_t bytes;
	uint32_t end;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

/* Mark ends that something else refers to: bytes in a stream, waiting operations. */
static void mark_held(const struct copies *copies, bool *is_held)
{
	const struct parked *parked;
	uint32_t i, j;

	for (i = 1; i < copies->channels.channel.nr; i++) {
		const struct channel *channel = channel_at(&copies->channels, i);

		for (j = channel->first_seg; j < channel->first_seg + channel->nr_segs; j++)
			is_held[channel->seg[j].writer] = true;
	}
	for (parked = copies->parking.oldest; parked; parked = parked->newer) {
		is_held[parked->op.side[FROM].end] = true;
		is_held[parked->op.side[TO].end] = true;
	}
}

static uint32_t count_ends(const struct channels *channels, uint32_t number)
{
	uint32_t end = channel_at(channels, number)->first_end, nr = 0;

	for (; end; end = channel_end_at(channels, end)->next)
		nr++;
	return nr;
}

/* Choose which of @nr_ends ends to fold, so that half of the limit remain. */
static int choose_ends(const struct sweep *sweep, uint32_t number, uint32_t nr_ends,
		       const bool *is_held, bool *is_folded)
{
	const struct channels *channels = &sweep->copies->channels;
	struct rank *ranks = malloc(nr_ends * sizeof(*ranks));
	uint32_t keep = sweep->copies->limits.ends / 2, i, nr = 0;

	if (!ranks)
		return -ENOMEM;
	for (i = channel_at(channels, number)->first_end; i; i = channel_end_at(channels, i)->next) {
		const struct channel_end *end = channel_end_at(channels, i);

		if (!is_held[i] && sweep_mark_of(&sweep->proc, end->proc) != SWEEP_LIVE &&
		    !image_at(sweep->copies->tasks, end->image)->is_many)
			ranks[nr++] = (struct rank){ end->bytes[TO] + end->bytes[FROM], i };
	}
	if (nr)
		qsort(ranks, nr, sizeof(*ranks), compare_ranks);
	for (i = 0; i < nr && i + keep < nr_ends; i++)
		is_folded[ranks[i].end] = true;
	free(ranks);
	return 0;
}

static int find_many(void *arg, uint32_t image, uint32_t *ret_proc, uint32_t *ret_image)
{
	struct tasks *tasks = arg;
	int err = tasks_many(tasks, image_at(tasks, image)->comm, ret_image);

	*ret_proc = image_at(tasks, *ret_image)->proc;
	return err;
}

static int fold_channel(const struct sweep *sweep, uint32_t number, const bool *is_held,
			const struct end_folding *folding)
{
	struct channels *channels = &sweep->copies->channels;
	uint32_t nr = count_ends(channels, number);
	int err;

	if (nr <= sweep->copies->limits.ends)
		return 0;
	err = choose_ends(sweep, number, nr, is_held, folding->is_folded);
	return err ? err : channel_fold_ends(channels, number, folding);
}

/**
 * sweep_ends - fold ended processes at channels that had very many
 * Return: 0 or -ENOMEM.
 */
int sweep_ends(const struct sweep *sweep)
{
	const struct channels *channels = &sweep->copies->channels;
	uint32_t nr_channels = channels->channel.nr, nr = channels->end.nr, i;
	bool *is_held = calloc(nr, sizeof(*is_held));
	struct end_folding folding = {
		.is_folded = calloc(nr, sizeof(*folding.is_folded)),
		.into = calloc(nr, sizeof(*folding.into)), .nr = nr,
		.many = find_many, .arg = sweep->copies->tasks,
	};
	int err = is_held && folding.is_folded && folding.into ? 0 : -ENOMEM;

	if (!err)
		mark_held(sweep->copies, is_held);
	for (i = 1; i < nr_channels && !err; i++)
		err = fold_channel(sweep, i, is_held, &folding);
	free(is_held);
	free(folding.is_folded);
	free(folding.into);
	return err;
}
