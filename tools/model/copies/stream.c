// SPDX-License-Identifier: GPL-2.0
/* The byte stream of a channel: positions, and the writers of the bytes in it. */
#include "model/copies/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/search.h"

/* stream_forget - forget the contents and the positions of @channel */
void stream_forget(struct channel *channel)
{
	channel->peak_at_least |= channel->has_pos;
	channel->has_lost = true;
	channel->has_pos = false;
	channel->first_seg = 0;
	channel->nr_segs = 0;
	channel->nr_early = 0;
	channel->drained_pos = 0;
}

/**
 * stream_extend_pos - extend a position from 32 to 64 bits
 *
 * Positions in use are never 2^31 apart. The first position seen is not changed.
 */
uint64_t stream_extend_pos(const struct channel *channel, uint32_t pos)
{
	uint64_t near = channel->pos[TO] > channel->pos[FROM] ? channel->pos[TO] :
								channel->pos[FROM];

	if (!channel->has_pos)
		return (1ULL << 32) + pos;
	return near + (int32_t)(pos - (uint32_t)near);
}

/* Set the positions from the first operation seen. */
static void start_at(struct channel *channel, uint64_t pos)
{
	channel->has_pos = true;
	channel->peak_at_least = true;
	channel->pos[TO] = pos;
	channel->pos[FROM] = pos;
	channel->floor_pos = pos;
	channel->base_pos = pos;
}

/**
 * stream_moved - bytes @start ... @start + @bytes went TO the stream or came FROM it
 *
 * Updates the positions and the maximum of bytes in the channel.
 */
void stream_moved(struct channel *channel, enum side side, uint64_t start, uint64_t bytes)
{
	uint64_t *pos = &channel->pos[side], inside;

	if (!channel->has_pos)
		start_at(channel, side == TO ? start : start + bytes);
	if (start + bytes > *pos)
		*pos = start + bytes;
	if (side != TO || channel->pos[TO] <= channel->pos[FROM])
		return;
	inside = channel->pos[TO] - channel->pos[FROM];
	if (channel->capacity && inside > channel->capacity)
		inside = channel->capacity;
	if (inside > channel->peak_bytes)
		channel->peak_bytes = inside;
}

/* ---- bytes read by processes that are not recorded ---- */

/*
 * Records of calls are written when the calls return, so some readers' records may
 * still come at any time. Therefore what is noted here is used only when no more
 * records can come, or when so much has been written since that none can.
 */

/* stream_contains - no more than @bytes are in the stream now */
void stream_contains(struct channel *channel, uint64_t bytes)
{
	uint64_t pos = channel->pos[TO];

	if (channel->has_pos && pos >= bytes && pos - bytes > channel->drained_pos)
		channel->drained_pos = pos - bytes;
}

/* stream_contains_messages - no more than @nr_messages are in the stream now */
void stream_contains_messages(struct channel *channel, uint64_t nr_messages)
{
	uint32_t i = channel->first_seg + channel->nr_segs;
	uint64_t pos = UINT64_MAX, nr = 0;

	for (; i > channel->first_seg && nr <= nr_messages; i--) {
		nr += channel->seg[i - 1].start >> 32 != pos >> 32;
		pos = channel->seg[i - 1].start;
	}
	if (nr > nr_messages)
		channel->drained_pos = (pos | UINT32_MAX) + 1;
}

/**
 * stream_drained_pos - position before which no bytes are in the stream
 * @slack_bytes: number of bytes, more than the channel can hold, that may seem to
 *	be in it because readers' records have not come yet
 */
uint64_t stream_drained_pos(const struct channel *channel, uint64_t slack_bytes)
{
	uint64_t pos = channel->drained_pos, most = channel->capacity + slack_bytes;

	if (!channel_is_pipe(channel))
		return pos;
	if (channel->capacity && channel->pos[TO] > most && channel->pos[TO] - most > pos)
		pos = channel->pos[TO] - most;
	if (!slack_bytes && channel->pos[FROM] > pos)
		pos = channel->pos[FROM];
	return pos < channel->pos[TO] ? pos : channel->pos[TO];
}

/* ---- positions taken before their writer was known ---- */

static int add_early(struct channel *channel, uint64_t start, uint64_t bytes)
{
	struct span *last = channel->nr_early ? &channel->early[channel->nr_early - 1] : NULL;

	if (last && last->start + last->bytes == start) {
		last->bytes += bytes;
		return 0;
	}
	if (!channel->early) {
		channel->early = calloc(STREAM_NR_EARLY, sizeof(*channel->early));
		if (!channel->early)
			return -ENOMEM;
	}
	if (channel->nr_early == STREAM_NR_EARLY)
		memmove(channel->early, channel->early + 1, --channel->nr_early * sizeof(*last));
	channel->early[channel->nr_early++] = (struct span){ start, bytes };
	return 0;
}

/* Find the first position from @start on that was read early; @end if none. */
static uint64_t next_early(const struct channel *channel, uint64_t start, uint64_t end,
			   uint64_t *until)
{
	uint64_t found = end;
	uint32_t i;

	for (i = 0; i < channel->nr_early; i++) {
		const struct span *span = &channel->early[i];
		uint64_t from = span->start > start ? span->start : start;

		if (span->start + span->bytes > start && from < found) {
			found = from;
			*until = span->start + span->bytes;
		}
	}
	return found;
}

/* ---- segments ---- */

static bool ends_after(const void *segs, uint32_t i, uint64_t pos)
{
	const struct stream_seg *seg = segs;

	return seg[i].end > pos;
}

/* Index of the first segment that ends after @pos. */
static uint32_t first_after(const struct channel *channel, uint64_t pos)
{
	uint32_t low = channel->first_seg, high = low + channel->nr_segs;

	if (high > low && channel->seg[low].end > pos)
		return low;
	return search_first(channel->seg, low, high, pos, ends_after);
}

static int make_room(struct channel *channel)
{
	uint32_t end = channel->first_seg + channel->nr_segs;
	struct stream_seg *grown;

	if (end < channel->cap_segs)
		return 0;
	if (channel->nr_segs >= STREAM_SEGS_MAX) {
		channel->first_seg += STREAM_SEGS_MAX / 2;
		channel->nr_segs -= STREAM_SEGS_MAX / 2;
	}
	if (channel->first_seg && channel->first_seg >= channel->cap_segs / 2) {
		memmove(channel->seg, channel->seg + channel->first_seg,
			channel->nr_segs * sizeof(*channel->seg));
		channel->first_seg = 0;
		return 0;
	}
	grown = array_reserve(channel->seg, &channel->cap_segs, end + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	channel->seg = grown;
	return 0;
}

static bool continues_seg(const struct stream_seg *a, const struct stream_seg *b)
{
	return a->end == b->start && a->hop == b->hop && a->writer == b->writer;
}

/* Insert @seg; nothing is stored for its positions yet. */
static int insert_seg(struct channel *channel, const struct stream_seg *seg)
{
	uint32_t i, end;
	int err;

	err = make_room(channel);
	if (err)
		return err;
	end = channel->first_seg + channel->nr_segs;
	i = first_after(channel, seg->start);
	if (i > channel->first_seg && continues_seg(&channel->seg[i - 1], seg)) {
		channel->seg[i - 1].end = seg->end;
		return 0;
	}
	memmove(channel->seg + i + 1, channel->seg + i, (end - i) * sizeof(*seg));
	channel->seg[i] = *seg;
	channel->nr_segs++;
	return 0;
}

static void remove_seg(struct channel *channel, uint32_t i)
{
	uint32_t end = channel->first_seg + channel->nr_segs;

	if (i == channel->first_seg)
		channel->first_seg++;
	else
		memmove(channel->seg + i, channel->seg + i + 1, (end - i - 1) * sizeof(*channel->seg));
	if (!--channel->nr_segs)
		channel->first_seg = 0;
}

/* Cut @start ... @end, which lie inside segment @i, out of it. */
static int cut_seg(struct channel *channel, uint32_t i, uint64_t start, uint64_t end)
{
	struct stream_seg tail = channel->seg[i];

	if (tail.start == start && tail.end == end) {
		remove_seg(channel, i);
		return 0;
	}
	if (tail.start == start) {
		channel->seg[i].start = end;
		return 0;
	}
	channel->seg[i].end = start;
	if (tail.end == end)
		return 0;
	tail.start = end;
	return insert_seg(channel, &tail);
}

/* Remove all segments at @start ... @end. */
static int clear_span(struct channel *channel, uint64_t start, uint64_t end)
{
	int err = 0;

	while (!err && channel->nr_segs) {
		uint32_t i = first_after(channel, start);
		const struct stream_seg *seg = &channel->seg[i];

		if (i == channel->first_seg + channel->nr_segs || seg->start >= end)
			break;
		err = cut_seg(channel, i, seg->start > start ? seg->start : start,
			      seg->end < end ? seg->end : end);
	}
	return err;
}

/**
 * stream_trim - free the memory that the contents do not need
 *
 * For a channel that has ended: there may be very many of them.
 */
void stream_trim(struct channel *channel)
{
	size_t len = channel->nr_segs * sizeof(*channel->seg);
	struct stream_seg *kept = len ? malloc(len) : NULL;

	if (!len || kept) {
		if (len)
			memcpy(kept, channel->seg + channel->first_seg, len);
		free(channel->seg);
		channel->seg = kept;
		channel->first_seg = 0;
		channel->cap_segs = channel->nr_segs;
	}
	if (!channel->nr_early) {
		free(channel->early);
		channel->early = NULL;
	}
}

/**
 * stream_put - bytes were written
 * @seg: positions and writer
 * @unseen_bytes: set to the number of these bytes that were read already, with an
 *	unknown writer
 *
 * Return: 0 or -ENOMEM.
 */
int stream_put(struct channel *channel, const struct stream_seg *seg, uint64_t *unseen_bytes)
{
	struct stream_seg part = *seg;
	int err = 0;

	*unseen_bytes = 0;
	if (part.start < channel->floor_pos) {
		part.start = part.end < channel->floor_pos ? part.end : channel->floor_pos;
		*unseen_bytes = part.start - seg->start;
	}
	while (!err && part.start < part.end) {
		uint64_t until = part.end;
		struct stream_seg free_part = part;

		free_part.end = next_early(channel, part.start, part.end, &until);
		if (until > part.end)
			until = part.end;
		if (free_part.end > free_part.start) {
			err = clear_span(channel, free_part.start, free_part.end);
			if (!err)
				err = insert_seg(channel, &free_part);
		}
		*unseen_bytes += until - free_part.end;
		part.start = until;
	}
	return err;
}

/* Take the bytes of segment @i, or bytes of an unknown writer. */
static int take_part(struct channel *channel, uint32_t i, uint64_t start, uint64_t end, bool is_tee,
		     struct pieces *out)
{
	bool is_known = i < channel->first_seg + channel->nr_segs && channel->seg[i].start <= start;
	struct piece piece = { .bytes = end - start };
	int err;

	if (is_known) {
		piece.hop = channel->seg[i].hop;
		piece.end = channel->seg[i].writer;
		piece.fresh_bytes = is_tee ? 0 : piece.bytes;
	}
	err = pieces_add(out, &piece);
	if (err || is_tee)
		return err;
	return is_known ? cut_seg(channel, i, start, end) : add_early(channel, start, end - start);
}

/**
 * stream_take - take bytes that are read
 * @span: positions
 * @is_tee: the bytes stay in the stream
 * @out: the pieces are appended here, in order
 *
 * Return: 0 or -ENOMEM.
 */
int stream_take(struct channel *channel, const struct span *span, bool is_tee, struct pieces *out)
{
	uint64_t start = span->start, end = start + span->bytes;
	int err = 0;

	while (!err && start < end) {
		uint32_t i = first_after(channel, start);
		uint64_t until = end;

		if (i < channel->first_seg + channel->nr_segs) {
			const struct stream_seg *seg = &channel->seg[i];

			if (seg->start > start)
				until = seg->start < end ? seg->start : end;
			else
				until = seg->end < end ? seg->end : end;
		}
		err = take_part(channel, i, start, until, is_tee, out);
		start = until;
	}
	return err;
}

/**
 * stream_take_drained - take out bytes that left the stream without a recorded read
 * @slack_bytes: as for stream_drained_pos()
 * @out: the pieces are appended here, in order
 *
 * Return: 0 or -ENOMEM.
 */
int stream_take_drained(struct channel *channel, uint64_t slack_bytes, struct pieces *out)
{
	uint64_t until = stream_drained_pos(channel, slack_bytes);
	int err = 0;

	while (!err && channel->nr_segs) {
		const struct stream_seg *seg = &channel->seg[channel->first_seg];
		uint64_t end = seg->end < until ? seg->end : until;

		if (seg->start >= until)
			break;
		err = take_part(channel, channel->first_seg, seg->start, end, false, out);
	}
	return err;
}

/* stream_drop_all - forget the contents: they were destroyed */
void stream_drop_all(struct channel *channel)
{
	channel->first_seg = 0;
	channel->nr_segs = 0;
	channel->nr_early = 0;
}

/**
 * stream_take_rest - take out the rest of the message at @pos: the receiver's
 * buffer was too small
 * @out: the pieces are appended here, in order
 *
 * Return: 0 or -ENOMEM.
 */
int stream_take_rest(struct channel *channel, uint64_t pos, struct pieces *out)
{
	uint64_t end = (pos | UINT32_MAX) + 1;
	int err = 0;

	while (!err && pos < end) {
		uint32_t i = first_after(channel, pos);
		const struct stream_seg *seg;

		if (i == channel->first_seg + channel->nr_segs)
			break;
		seg = &channel->seg[i];
		if (seg->start >= end)
			break;
		pos = seg->end < end ? seg->end : end;
		err = take_part(channel, i, seg->start, pos, false, out);
	}
	return err;
}

/**
 * stream_has - true if all bytes of @span are in the stream that will ever be
 */
bool stream_has(const struct channel *channel, const struct span *span)
{
	uint64_t start = span->start, end = start + span->bytes;
	uint32_t i;

	if (!channel->has_pos)
		return true;
	if (start < channel->base_pos)
		start = channel->base_pos;
	for (i = first_after(channel, start); start < end; i++) {
		if (i >= channel->first_seg + channel->nr_segs || channel->seg[i].start > start)
			return false;
		start = channel->seg[i].end;
	}
	return true;
}
