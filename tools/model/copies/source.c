// SPDX-License-Identifier: GPL-2.0
/*
 * Where the bytes of an operation came from.
 *
 * Bytes written from memory that was read into are linked to the read: exactly, if
 * fingerprints agree; not at all if fingerprints differ; by address if there are no
 * fingerprints to compare. Other bytes may be linked to what the process read
 * before ("inferred"), under three rules: the linked bytes are never more than were
 * read and have gone nowhere yet; if a write is larger than that, the process made
 * its bytes, and what it had read is used up; a file of which less than
 * COPY_CONFIG_BYTES were read is not an origin.
 */
#include "model/copies/source.h"

#include <string.h>

#include "model/copies/copies.h"
#include "model/copies/unseen.h"

/* ---- inference ---- */

/* Bytes of @hop that @op may write: none into a stream that they came out of. */
static uint64_t available_bytes(const struct copies *copies, const struct op *op, uint32_t hop)
{
	const struct hop *from = hop_at(&copies->paths, hop);
	uint32_t to = op->side[TO].object;

	if (object_type(from->key.from) == OBJECT_FILE && from->bytes < COPY_CONFIG_BYTES)
		return 0;
	if (object_is_stream(copies, to) && paths_has(&copies->paths, hop, to))
		return 0;
	return hop_unclaimed(from);
}

/*
 * True if @bytes can come out of what the process read. If not, what it read is
 * marked as spent.
 */
static bool can_infer(struct copies *copies, const struct proc_io *io, const struct op *op,
		      uint64_t bytes)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < io->nr_recent; i++)
		sum += available_bytes(copies, op, io->recent[i]);
	if (sum >= bytes)
		return true;
	for (i = 0; i < io->nr_recent && sum; i++) {
		struct hop *hop = hop_at(&copies->paths, io->recent[i]);

		if (available_bytes(copies, op, io->recent[i]))
			hop->spent_bytes += hop_unclaimed(hop);
	}
	return false;
}

/* Split up @bytes without an origin among the recent reads. */
static int infer_origin(struct copies *copies, const struct proc_io *io, const struct op *op,
			uint64_t bytes, struct pieces *out)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < io->nr_recent && bytes && !err; i++) {
		uint64_t part = available_bytes(copies, op, io->recent[i]);
		struct piece piece = { .hop = io->recent[i], .grade = GRADE_INFERRED };

		if (part > bytes)
			part = bytes;
		if (!part)
			continue;
		piece.bytes = part;
		hop_at(&copies->paths, piece.hop)->passed_bytes += part;
		err = pieces_add(out, &piece);
		bytes -= part;
	}
	return err;
}

/* Replace pieces of unknown origin by pieces of the recent reads. */
static int infer_unknown(struct copies *copies, const struct proc_io *io, const struct op *op,
			 struct pieces *pieces)
{
	uint32_t i, nr = pieces->nr;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		struct piece piece = pieces->v[i];

		err = piece.hop ? pieces_add(pieces, &piece) :
				  infer_origin(copies, io, op, piece.bytes, pieces);
	}
	if (err)
		return err;
	pieces->nr -= nr;
	memmove(pieces->v, pieces->v + nr, pieces->nr * sizeof(*pieces->v));
	return 0;
}

/* ---- sources ---- */

static int add_unknown(struct pieces *pieces, uint64_t bytes)
{
	struct piece piece = { .bytes = bytes };

	return bytes ? pieces_add(pieces, &piece) : 0;
}

static uint64_t sum_bytes(const struct pieces *pieces, bool only_unknown)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < pieces->nr; i++)
		if (!only_unknown || !pieces->v[i].hop)
			sum += pieces->v[i].bytes;
	return sum;
}

/*
 * Take pieces out of @memory. Bytes taken into the process's own memory count as
 * passed on to its image.
 */
static int take_ranges(struct copies *copies, struct memory *memory, const struct op *op,
		       struct pieces *out)
{
	struct points_view points = { .v = op->point, .nr = op->nr_points, .sum = op->sum,
				      .nr_sums = op->nr_sums, .store = &copies->sums };
	const struct op_side *from = &op->side[FROM];
	uint32_t to = op->side[TO].object == OBJECT_MEMORY ? op->image : op->side[TO].object;
	uint32_t i, first = out->nr;
	int err = 0;

	for (i = 0; memory && i < from->nr_spans && !err; i++) {
		const struct span *span = &from->span[i];

		err = ranges_pass(&memory->ranges, span->start, span->bytes, to, &points, out);
		points.first += span->bytes;
	}
	for (i = first; i < out->nr; i++) {
		const struct piece *piece = &out->v[i];

		if (piece->changed)
			hop_at(&copies->paths, piece->changed)->changed_bytes += piece->bytes;
		else if (piece->fresh_bytes && piece->grade == GRADE_EXACT)
			hop_at(&copies->paths, piece->hop)->agreed_bytes += piece->bytes;
	}
	return err ? err : add_unknown(out, op->bytes - sum_bytes(out, false));
}

static int take_own(struct copies *copies, struct proc_io *io, const struct op *op,
		    struct pieces *out)
{
	int err = take_ranges(copies, &io->memory, op, out);
	uint64_t unknown = sum_bytes(out, true);

	if (err || !unknown || !io->nr_recent || !can_infer(copies, io, op, unknown))
		return err;
	return infer_unknown(copies, io, op, out);
}

static int take_stream(struct copies *copies, const struct op *op, struct pieces *out)
{
	const struct op_side *from = &op->side[FROM];
	struct channel *channel = channel_at(&copies->channels, object_number(from->object));
	uint32_t i;
	int err = 0;

	for (i = 0; i < from->nr_spans && !err; i++)
		err = stream_take(channel, &from->span[i], op->kind == HOP_TEE, out);
	if (!err && channel->has_messages && from->nr_spans && op->kind != HOP_TEE)
		err = unseen_discard(copies, op);
	return err ? err : add_unknown(out, op->bytes - sum_bytes(out, false));
}

/*
 * Find the end of the process that brought the bytes of @hop into channel @number.
 * If the channel is a process's memory, the owner itself counts as the writer.
 */
static int find_writer(struct copies *copies, const struct op *op, uint32_t number, uint32_t hop,
		       uint32_t *end)
{
	uint32_t image = memory_image(copies, op, FROM) ?:
			 hop_at(&copies->paths, hop)->key.image;
	uint32_t proc = proc_real(copies->tasks, image_at(copies->tasks, image)->proc);
	struct channel *channel = channel_at(&copies->channels, number);

	if (channel->kind == CHANNEL_FILE && proc && proc != op->proc)
		channel->is_shared = true;
	if (!image || (channel->kind == CHANNEL_FILE && !channel->is_shared))
		return 0;
	return channel_end_get(&copies->channels, number, proc, image, end);
}

/* Take the bytes out of shared memory, a file, or memory of another process. */
static int take_shared(struct copies *copies, const struct op *op, struct pieces *out)
{
	uint32_t i, number = object_channel(copies, op->side[FROM].object);
	int err = take_ranges(copies, memory_find_current(copies, op, FROM), op, out);

	for (i = 0; i < out->nr && !err; i++)
		err = find_writer(copies, op, number, out->v[i].hop, &out->v[i].end);
	return err;
}

/*
 * The process may have written into its private mapping: that the bytes are the
 * file's is known by address only.
 */
static void doubt_private(struct pieces *pieces)
{
	uint32_t i;

	for (i = 0; i < pieces->nr; i++)
		if (!pieces->v[i].hop)
			pieces->v[i].grade = GRADE_ADDRESS;
}

static int take_from(struct copies *copies, struct proc_io *io, const struct op *op,
		     struct pieces *out)
{
	uint32_t from = op->side[FROM].object;

	if (from == OBJECT_MEMORY)
		return take_own(copies, io, op, out);
	if (object_is_stream(copies, from))
		return take_stream(copies, op, out);
	return object_channel(copies, from) ? take_shared(copies, op, out) :
					      add_unknown(out, op->bytes);
}

/**
 * source_take - take the bytes of @op out of the object that they come from
 * @io: state of the process that moves them
 * @out: set to the pieces that they consist of, in order
 *
 * Return: 0 or -ENOMEM.
 */
int source_take(struct copies *copies, struct proc_io *io, const struct op *op,
		struct pieces *out)
{
	int err;

	out->nr = 0;
	err = take_from(copies, io, op, out);
	if (op->is_private)
		doubt_private(out);
	return err;
}
