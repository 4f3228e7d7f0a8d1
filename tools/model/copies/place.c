// SPDX-License-Identifier: GPL-2.0
/*
 * Convert operations on the memory of processes to operations on what is mapped
 * there.
 *
 * Bytes of a buffer in a shared mapping belong to the shared object, not to the
 * process. An operation whose buffers touch such mappings is cut into parts that
 * each have one object on either side.
 */
#include "model/copies/place.h"

#include <errno.h>
#include <stdlib.h>

#include "model/copies/copies.h"

#define NOWHERE	UINT32_MAX	/* no object */

/**
 * struct space - where the bytes of one side of an operation are looked up
 * @object: object in the operation itself
 * @mappings: mappings of the process whose memory @object is; NULL = none, or
 *	@object is not a process's memory
 * @own: bytes in the process's memory that were read in
 * @is_source: bytes are taken from this side
 */
struct space {
	uint32_t object;
	const struct intervals *mappings;
	const struct ranges *own;
	bool is_source;
};

static struct space space_of(const struct copies *copies, const struct op *op, enum side side)
{
	const struct proc_io *io = proc_io_at(copies, memory_owner(copies, op, side));
	struct space space = { .object = op->side[side].object, .is_source = side == FROM };

	if (!io)
		return space;
	space.own = &io->memory.ranges;
	if (io->mappings_gen == copies->mappings_gen)
		space.mappings = io->mappings;
	return space;
}

static int push_place(struct places *places, const struct place *place)
{
	struct place *grown;

	grown = array_reserve(places->v, &places->cap, places->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	places->v = grown;
	grown[places->nr++] = *place;
	return 0;
}

static int add_place(struct places *places, uint32_t object, uint64_t start, uint64_t bytes,
		     bool is_known)
{
	struct place place = { start, bytes, object, is_known, false };

	return push_place(places, &place);
}

/* The object of @channel in operations. A file has one object, however it is accessed. */
static uint32_t object_of(const struct copies *copies, uint32_t channel)
{
	const struct channel *c = channel_at(&copies->channels, channel);

	return c->kind == CHANNEL_FILE ? object(OBJECT_FILE, c->key) :
					 object(OBJECT_CHANNEL, channel);
}

/*
 * Add addresses in a private mapping. Bytes read into the mapping are the process's
 * own, and so are bytes put there. All other bytes are the file's, as far as is
 * known.
 */
static int add_private(struct places *places, const struct space *space,
		       const struct mapping *mapping, uint64_t start, uint64_t end)
{
	int err = 0;

	while (start < end && !err) {
		uint64_t until = end;

		if (!space->is_source || ranges_have(space->own, start, &until))
			err = add_place(places, space->object, start, until - start, true);
		else
			err = push_place(places, &(struct place){
				.start = mapping_offset(mapping, start),
				.bytes = until - start,
				.object = object(OBJECT_FILE, mapping->file),
				.is_known = true, .is_private = true });
		start = until;
	}
	return err;
}

/*
 * Add addresses of a process: mapped parts as the mapped object, other parts as the
 * process's own memory.
 */
static int add_addresses(const struct copies *copies, struct places *places,
			 const struct space *space, const struct span *span)
{
	uint64_t start = span->start, end = start + span->bytes;
	int err = 0;

	while (start < end && !err) {
		const struct mapping *next = intervals_next(space->mappings, start);
		uint64_t until = end;

		if (next && next->at.start <= start) {
			until = next->at.end < end ? next->at.end : end;
			err = next->file ?
			      add_private(places, space, next, start, until) :
			      add_place(places, object_of(copies, next->channel),
					mapping_offset(next, start), until - start, true);
		} else {
			if (next && next->at.start < end)
				until = next->at.start;
			err = add_place(places, space->object, start, until - start, true);
		}
		start = until;
	}
	return err;
}

/* Find the places of all bytes of one side; a place of no object follows the last. */
static int find_places(const struct copies *copies, struct places *places, const struct op *op,
		       enum side side)
{
	struct space space = space_of(copies, op, side);
	uint64_t left = op->bytes;
	uint32_t i;
	int err = 0;

	places->nr = 0;
	for (i = 0; i < op->side[side].nr_spans && left && !err; i++) {
		struct span part = op->side[side].span[i];

		if (!part.bytes)
			continue;
		if (part.bytes > left)
			part.bytes = left;
		if (part.bytes > UINT64_MAX - part.start)
			break;
		err = space.mappings ?
		      add_addresses(copies, places, &space, &part) :
		      add_place(places, space.object, part.start, part.bytes, true);
		left -= part.bytes;
	}
	if (!err && left)
		err = add_place(places, space.object, 0, left, false);
	return err ? err : add_place(places, NOWHERE, 0, 0, false);
}

/* ---- parts ---- */

/*
 * Count at the process's end of the object, if several processes access its memory.
 * Ends of a file that is only written and read are counted only if two processes
 * use it.
 */
static int count_side(struct copies *copies, struct op *part, enum side side)
{
	uint32_t number = object_channel(copies, part->side[side].object);
	struct channel *channel = channel_at(&copies->channels, number);

	if (!number || channel_is_stream(channel))
		return 0;
	channels_refresh(&copies->channels, number);
	if (channel->kind == CHANNEL_FILE && !channel->is_shared) {
		channel->bytes[side] += part->bytes;
		return 0;
	}
	return op_count_end(copies, part, side);
}

/* Copy those fingerprints of @op that lie in bytes @done ... @done + @bytes. */
static int cut_points(struct points *points, const struct op *op, uint64_t done, uint64_t bytes)
{
	uint32_t i;
	int err = 0;

	points->nr = 0;
	for (i = 0; i < op->nr_points && !err; i++) {
		struct point point = op->point[i];

		if (point.at < done || point.at + point.bytes > done + bytes)
			continue;
		point.at -= done;
		err = points_append(points, &point);
	}
	return err;
}

/* Set the fingerprints, times and counts of @part, which begins at byte @done of @op. */
static int share_part(struct placing *placing, const struct op *op, uint64_t done,
		      struct op *part)
{
	int err = cut_points(&placing->points, op, done, part->bytes);

	placing->sums.nr = 0;
	if (!err)
		err = sums_cut(&placing->sums, op->sum, op->nr_sums, done, part->bytes);
	part->point = placing->points.v;
	part->nr_points = placing->points.nr;
	part->sum = placing->sums.v;
	part->nr_sums = placing->sums.nr;
	part->copied_bytes = part_of(op->copied_bytes, done, part->bytes, op->bytes);
	part->copy_ns = part_of(op->copy_ns, done, part->bytes, op->bytes);
	part->blocked_ns = part_of(op->blocked_ns, done, part->bytes, op->bytes);
	return err;
}

/* Position of the walk along one side. */
struct cursor {
	const struct place *place;
	uint64_t used;
};

static uint64_t left_of(const struct cursor *cursor)
{
	return cursor->place->bytes - cursor->used;
}

/*
 * Advance by @bytes, which lie in one place; add them to @spans if their addresses
 * are known.
 */
static int advance_cursor(struct cursor *cursor, uint64_t bytes, struct spans *spans)
{
	const struct place *place = cursor->place;
	uint64_t start = place->start + cursor->used;

	cursor->used += bytes;
	if (cursor->used == place->bytes)
		*cursor = (struct cursor){ .place = place + 1 };
	return place->is_known ? spans_add(spans, start, bytes) : 0;
}

/* True if bytes in both places belong to one part. */
static bool is_same(const struct place *a, const struct place *b)
{
	return a->object == b->object && a->is_private == b->is_private;
}

/*
 * Walk along both sides until the object of either side changes; set the bytes, objects
 * and spans of @part to those walked along.
 */
static int walk_part(struct placing *placing, struct cursor *cursor, struct op *part)
{
	const struct place *first[] = { cursor[FROM].place, cursor[TO].place };
	struct spans *span = placing->span;
	enum side side;
	int err;

	span[FROM].nr = 0;
	span[TO].nr = 0;
	part->bytes = 0;
	do {
		uint64_t from = left_of(&cursor[FROM]), to = left_of(&cursor[TO]);
		uint64_t bytes = from < to ? from : to;

		err = advance_cursor(&cursor[FROM], bytes, &span[FROM]);
		if (!err)
			err = advance_cursor(&cursor[TO], bytes, &span[TO]);
		part->bytes += bytes;
	} while (!err && is_same(first[FROM], cursor[FROM].place) &&
		 is_same(first[TO], cursor[TO].place));
	for (side = FROM; side <= TO; side++) {
		part->side[side].object = first[side]->object;
		part->side[side].span = span[side].v;
		part->side[side].nr_spans = span[side].nr;
	}
	part->is_private = first[FROM]->is_private;
	return err;
}

/* Run @op in parts that have one object on either side. */
static int submit_parts(struct copies *copies, const struct op *op)
{
	struct placing *placing = &copies->placing;
	struct cursor cursor[] = { { placing->places[FROM].v, 0 }, { placing->places[TO].v, 0 } };
	uint64_t done = 0;
	int err = 0;

	while (done < op->bytes && !err) {
		struct op part = *op;

		err = walk_part(placing, cursor, &part);
		if (!err)
			err = share_part(placing, op, done, &part);
		if (!err)
			err = count_side(copies, &part, FROM);
		if (!err)
			err = count_side(copies, &part, TO);
		if (!err)
			err = park_submit(copies, &part);
		done += part.bytes;
	}
	return err;
}

/**
 * place_submit - run an operation, with its buffers replaced by what is mapped
 * there
 * Return: 0 or -ENOMEM.
 */
int place_submit(struct copies *copies, const struct op *op)
{
	struct places *places = copies->placing.places;
	int err = find_places(copies, &places[FROM], op, FROM);

	if (!err)
		err = find_places(copies, &places[TO], op, TO);
	return err ? err : submit_parts(copies, op);
}

void placing_deinit(struct placing *placing)
{
	enum side side;

	for (side = FROM; side <= TO; side++) {
		free(placing->places[side].v);
		free(placing->span[side].v);
	}
	free(placing->points.v);
	free(placing->sums.v);
}
