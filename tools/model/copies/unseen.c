// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes that left a stream without a recorded read: processes that are not recorded
 * took them, or the kernel discarded them.
 */
#include "model/copies/unseen.h"

#include <stdlib.h>

#include "model/copies/copies.h"

/*
 * Bytes of @piece left a stream and are not at any destination: @key says how and by
 * which process, @became says what became of them.
 */
static int end_apart(struct copies *copies, const struct piece *piece, struct hop_key *key,
		     enum hop_outcome became)
{
	uint32_t hop;
	int err;

	key->before = piece->hop;
	err = paths_extend(&copies->paths, key, 0, &hop);
	if (err)
		return err < 0 ? err : 0;
	hop_at(&copies->paths, piece->hop)->passed_bytes += piece->bytes;
	hop_at(&copies->paths, hop)->bytes += piece->bytes;
	hop_at(&copies->paths, hop)->outcome = became;
	return 0;
}

/**
 * unseen_discard - a message was received that @op read a part of: the kernel discards
 * the rest
 * Return: 0 or -ENOMEM.
 */
int unseen_discard(struct copies *copies, const struct op *op)
{
	const struct op_side *from = &op->side[FROM];
	struct channel *queue = channel_at(&copies->channels, object_number(from->object));
	struct pieces rest = { 0 };
	uint32_t i;
	int err;

	err = stream_take_rest(queue, from->span[0].start, &rest);
	for (i = 0; i < rest.nr && !err; i++) {
		struct hop_key key = { .image = op->image, .from = from->object,
				       .to = OBJECT_MEMORY, .kind = HOP_DISCARD };

		err = end_apart(copies, &rest.v[i], &key, OUTCOME_DISCARDED);
	}
	free(rest.v);
	return err;
}

/* A process that is not recorded took @piece out of stream @number. */
static int take_unseen(struct copies *copies, uint32_t number, const struct piece *piece)
{
	struct hop_key key = { .from = object(OBJECT_CHANNEL, number), .to = OBJECT_MEMORY,
			       .kind = HOP_UNSEEN };
	int err = end_apart(copies, piece, &key, OUTCOME_UNSEEN);

	return err ? err : channel_count_pair(&copies->channels, number, piece->end, 0, piece->bytes);
}

/**
 * unseen_end - end the paths of bytes that have left stream @number without a
 * recorded read
 * @slack_bytes: as for stream_drained_pos()
 *
 * Return: 0 or -ENOMEM.
 */
int unseen_end(struct copies *copies, uint32_t number, uint64_t slack_bytes)
{
	struct pieces drained = { 0 };
	uint32_t i;
	int err;

	err = stream_take_drained(channel_at(&copies->channels, number), slack_bytes, &drained);
	for (i = 0; i < drained.nr && !err; i++)
		if (drained.v[i].hop)
			err = take_unseen(copies, number, &drained.v[i]);
	free(drained.v);
	return err;
}

/**
 * unseen_close - no process can read from stream @number any more: bytes in it are
 * left over
 * Return: 0 or -ENOMEM.
 */
int unseen_close(struct copies *copies, uint32_t number)
{
	struct channel *channel = channel_at(&copies->channels, number);
	int err;

	/* A waiting operation may be a read of this stream. */
	if (copies->parking.nr)
		return 0;
	err = unseen_end(copies, number, 0);
	/* Bytes left in a queue or a socket are counted as long as they are there. */
	if (channel_is_pipe(channel))
		stream_drop_all(channel);
	return err;
}
