// SPDX-License-Identifier: GPL-2.0
/*
 * Convert operations on the memory of processes to operations on what is mapped
 * there.
 *
 * Bytes of a buffer in a shared mapping belong to the shared object, not to the
 * process. An operation whose buffers touch such mappings is cut into parts that
 * each have one object on either side.
 */
#include "model/copies/copies.h"

#include <errno.h>

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

static struct space space_of(const struct copies *copies, const struct op *op, uint32_t object,
			   bool is_source)
{
	uint32_t proc = flow_owner(copies, op, object);
	struct space space = { .object = object, .is_source = is_source };
	const struct proc_io *io = proc_io_at(copies, proc);

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
static int find_places(const struct copies *copies, struct places *places,
		       const struct space *space, const struct span *span, uint32_t nr,
		       uint64_t bytes)
{
	uint64_t left = bytes;
	uint32_t i;
	int err = 0;

	places->nr = 0;
	for (i = 0; i < nr && left && !err; i++) {
		struct span part = span[i];

		if (!part.bytes)
			continue;
		if (part.bytes > left)
			part.bytes = left;
		if (part.bytes > UINT64_MAX - part.start)
			break;
		err = space->mappings ? add_addresses(copies, places, space, &part) :
				       add_place(places, space->object, part.start, part.bytes, true);
		left -= part.bytes;
	}
	if (!err && left)
		err = add_place(places, space->object, 0, left, false);
	return err ? err : add_place(places, NOWHERE, 0, 0, false);
}

/*
 * Count at the process's end of the object, if several processes access its memory.
 * Ends of a file that is only written and read are counted only if two processes
 * use it.
 */
static int count_side(struct copies *copies, const struct op *op, uint32_t object,
		      enum side side, uint32_t *end)
{
	uint32_t number = object_channel(copies, object);
	struct channel *channel = channel_at(&copies->channels, number);

	if (!number || channel_is_stream(channel))
		return 0;
	channels_refresh(&copies->channels, number);
	if (channel->kind == CHANNEL_FILE && !channel->is_shared) {
		channel->bytes[side] += op->bytes;
		return 0;
	}
	return op_count_end(copies, op, number, side, end);
}

/* Copy the operation's fingerprints that lie in a part. */
static int cut_points(struct copies *copies, const struct op *op, uint64_t done, uint64_t bytes)
{
	uint32_t i;
	int err = 0;

	copies->part_points.nr = 0;
	for (i = 0; i < op->nr_points && !err; i++) {
		struct point point = op->point[i];

		if (point.at < done || point.at + point.bytes > done + bytes)
			continue;
		point.at -= done;
		err = points_append(&copies->part_points, &point);
	}
	return err;
}

/* Run bytes @done ... @done + @bytes of @op, which have one object on either side. */
static int submit_part(struct copies *copies, const struct op *op, const struct place *from,
		       uint32_t to, uint64_t done, uint64_t bytes)
{
	struct op part = *op;
	int err = cut_points(copies, op, done, bytes);

	copies->part_sums.nr = 0;
	if (!err)
		err = sums_cut(&copies->part_sums, op->sum, op->nr_sums, done, bytes);
	if (err)
		return err;
	part.sum = copies->part_sums.v;
	part.nr_sums = copies->part_sums.nr;
	part.point = copies->part_points.v;
	part.nr_points = copies->part_points.nr;
	part.from = from->object;
	part.is_private = from->is_private;
	part.to = to;
	part.bytes = bytes;
	part.copied_bytes = part_of(op->copied_bytes, done, bytes, op->bytes);
	part.copy_ns = part_of(op->copy_ns, done, bytes, op->bytes);
	part.blocked_ns = part_of(op->blocked_ns, done, bytes, op->bytes);
	part.in = copies->part_in.v;
	part.nr_in = copies->part_in.nr;
	part.out = copies->part_out.v;
	part.nr_out = copies->part_out.nr;
	err = count_side(copies, &part, part.from, FROM, &part.reader);
	if (!err)
		err = count_side(copies, &part, to, TO, &part.writer);
	return err ? err : park_submit(copies, &part);
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

/* Walk along both sides; a part ends where the object of either side changes. */
static int submit_parts(struct copies *copies, const struct op *op)
{
	struct cursor from = { .place = copies->from.v }, to = { .place = copies->to.v };
	uint64_t done = 0, part;
	int err = 0;

	for (; done < op->bytes && !err; done += part) {
		const struct place *first = from.place;
		uint32_t object_to = to.place->object;

		copies->part_in.nr = 0;
		copies->part_out.nr = 0;
		part = 0;
		do {
			uint64_t bytes = left_of(&from) < left_of(&to) ? left_of(&from) :
									 left_of(&to);

			err = advance_cursor(&from, bytes, &copies->part_in);
			if (!err)
				err = advance_cursor(&to, bytes, &copies->part_out);
			part += bytes;
		} while (!err && from.place->object == first->object &&
			 from.place->is_private == first->is_private &&
			 to.place->object == object_to);
		if (!err)
			err = submit_part(copies, op, first, object_to, done, part);
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
	struct space from = space_of(copies, op, op->from, true);
	struct space to = space_of(copies, op, op->to, false);
	int err;

	err = find_places(copies, &copies->from, &from, op->in, op->nr_in, op->bytes);
	if (!err)
		err = find_places(copies, &copies->to, &to, op->out, op->nr_out, op->bytes);
	return err ? err : submit_parts(copies, op);
}
