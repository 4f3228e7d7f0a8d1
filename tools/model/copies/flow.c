// SPDX-License-Identifier: GPL-2.0
/*
 * One operation: its bytes are taken where they come from (source.c), take one more hop,
 * and are put where they go to.
 */
#include "model/copies/flow.h"

#include <errno.h>
#include <string.h>

#include "model/copies/copies.h"
#include "model/copies/source.h"
#include "model/copies/unseen.h"

/* Number of readers, each of a full pipe, whose records may still come. */
#define FLOW_SLACK	16U

/* ---- hops ---- */

static enum hop_origin origin_of(const struct copies *copies, const struct proc_io *io,
				 const struct op *op, const struct piece *piece)
{
	if (piece->hop)
		return ORIGIN_BEFORE;
	if (op->side[FROM].object == OBJECT_MEMORY)
		return copies->is_partial || io->has_unknown || piece->is_again ||
		       io->memory.ranges.has_forgotten ? ORIGIN_UNKNOWN : ORIGIN_MADE;
	return object_is_stream(copies, op->side[FROM].object) ? ORIGIN_UNKNOWN : ORIGIN_OBJECT;
}

static void account_hop(struct copies *copies, const struct op *op, uint32_t number,
			uint64_t done, uint64_t bytes)
{
	struct hop *hop = hop_at(&copies->paths, number);

	hop->has_kept |= hop->last_op != copies->nr_ops && hop->bytes > hop->passed_bytes;
	hop->bytes += bytes;
	hop->life_bytes += bytes;
	hop->copied_bytes += part_of(op->copied_bytes, done, bytes, op->bytes);
	hop->copy_ns += part_of(op->copy_ns, done, bytes, op->bytes);
	hop->blocked_ns += part_of(op->blocked_ns, done, bytes, op->bytes);
	paths_touch(&copies->paths, hop, op->end_ns);
	hop->calls |= 1ULL << (op->call & 63);
	hop->is_direct |= op->is_direct;
	hop->outcome = op->kind == HOP_DISCARD ? OUTCOME_DISCARDED :
		       object_is_stream(copies, op->side[TO].object) ? OUTCOME_LEFT :
								       OUTCOME_DELIVERED;
	hop->has_gap |= op->end_ns <= copies->gap_end_ns;
	hop->nr_calls += hop->last_op != copies->nr_ops;
	hop->last_op = copies->nr_ops;
}

/* Count @bytes of @piece that went from one process to another. */
static int count_pair(struct copies *copies, const struct op *op, const struct piece *piece)
{
	uint32_t from = object_channel(copies, op->side[FROM].object);
	uint32_t to = object_number(op->side[TO].object);
	uint32_t image = memory_image(copies, op, TO), reader = op->side[FROM].end;
	int err = 0;

	if (op->kind == HOP_DISCARD)
		return 0;
	/* The file just turned out to be read by a process other than its writer. */
	if (from && !reader && piece->end && op->kind != HOP_TEE)
		err = channel_end_get(&copies->channels, from, op->proc, op->image, &reader);
	if (!err && from && reader && op->kind != HOP_TEE)
		err = channel_count_pair(&copies->channels, from, piece->end, reader, piece->bytes);
	if (err || op->side[TO].object == OBJECT_MEMORY || !image)
		return err;
	err = channel_end_get(&copies->channels, to, memory_owner(copies, op, TO), image, &reader);
	return err ? err : channel_count_pair(&copies->channels, to, op->side[TO].end, reader,
					      piece->bytes);
}

/* Number of times that a path may lead into @to; 0 = any number. */
static uint32_t max_turns(const struct copies *copies, uint32_t to)
{
	if (!object_channel(copies, to))
		return 0;
	return object_is_stream(copies, to) ? 1 : PATH_TURNS_MAX;
}

static int find_hop(struct copies *copies, const struct proc_io *io, const struct op *op,
		    const struct piece *piece, uint32_t *ret)
{
	struct hop_key key = { .before = piece->hop, .image = op->image,
			       .from = op->side[FROM].object, .to = op->side[TO].object,
			       .kind = op->kind,
			       .origin = origin_of(copies, io, op, piece),
			       .grade = piece->grade };

	return paths_extend(&copies->paths, &key, max_turns(copies, op->side[TO].object), ret);
}

/*
 * Number of bytes of @piece that can go by @hop: no more bytes go to one object
 * than came in.
 */
static uint64_t room_for(const struct copies *copies, const struct op *op,
			 const struct piece *piece, uint32_t hop)
{
	uint64_t came = hop_at(&copies->paths, piece->hop)->life_bytes;
	uint64_t went = hop_at(&copies->paths, hop)->life_bytes;

	if (!piece->hop || op->kind == HOP_TEE || piece->grade == GRADE_INFERRED ||
	    hop_at(&copies->paths, hop)->key.before != piece->hop)
		return UINT64_MAX;
	return came > went ? came - went : 0;
}

/* Keep @bytes of piece @i; the rest becomes a piece of unknown origin. */
static int split_piece(struct pieces *pieces, uint32_t i, uint64_t bytes)
{
	struct piece rest = { .bytes = pieces->v[i].bytes - bytes, .is_again = true };
	int err;

	if (!bytes) {
		pieces->v[i] = rest;
		return 0;
	}
	err = pieces_add(pieces, &rest);
	if (err)
		return err;
	memmove(pieces->v + i + 2, pieces->v + i + 1, (pieces->nr - i - 2) * sizeof(rest));
	pieces->v[i + 1] = rest;
	pieces->v[i].bytes = bytes;
	if (pieces->v[i].fresh_bytes > bytes)
		pieces->v[i].fresh_bytes = bytes;
	return 0;
}

/*
 * The path of @piece ends here: its bytes count as delivered by the hop that they
 * came by. Bytes of a stream are not in it any more, so they count as passed on.
 */
static void end_path(struct copies *copies, const struct op *op, struct piece *piece)
{
	if (object_is_stream(copies, op->side[FROM].object))
		return;
	if (piece->grade == GRADE_INFERRED)
		hop_at(&copies->paths, piece->hop)->passed_bytes -= piece->bytes;
	piece->fresh_bytes = 0;
}

/* Choose the hop that piece @i takes; the piece may become shorter. */
static int choose_hop(struct copies *copies, const struct proc_io *io, const struct op *op,
		      struct pieces *pieces, uint32_t i, uint32_t *ret)
{
	uint64_t room;
	int err;

	err = find_hop(copies, io, op, &pieces->v[i], ret);
	if (err > 0)
		end_path(copies, op, &pieces->v[i]);
	if (err)
		return err < 0 ? err : 0;
	room = room_for(copies, op, &pieces->v[i], *ret);
	if (pieces->v[i].bytes <= room)
		return 0;
	err = split_piece(pieces, i, room);
	return err || room ? err : find_hop(copies, io, op, &pieces->v[i], ret);
}

/* Let each piece take its hop, and store the hop's number in the piece. */
static int route_pieces(struct copies *copies, const struct proc_io *io, const struct op *op,
			struct pieces *pieces)
{
	uint64_t done = 0;
	uint32_t i, hop;
	int err = 0;

	copies->nr_ops++;
	for (i = 0; i < pieces->nr && !err; i++) {
		struct piece *piece;

		err = choose_hop(copies, io, op, pieces, i, &hop);
		if (err)
			break;
		piece = &pieces->v[i];
		hop_at(&copies->paths, piece->hop)->passed_bytes += piece->fresh_bytes;
		account_hop(copies, op, hop, done, piece->bytes);
		err = count_pair(copies, op, piece);
		if (copies->watch)
			copies->watch->moved(copies->watch, op, done, piece->bytes, hop);
		hop_at(&copies->paths, hop)->has_unproven |= !piece->is_proven;
		piece->hop = hop;
		done += piece->bytes;
	}
	return err;
}

/* ---- destinations ---- */

/*
 * Bytes @start ... @start + @bytes of the destination, which come by @hop; @done bytes
 * of the operation precede them.
 */
struct arrival {
	uint64_t start;
	uint64_t bytes;
	uint64_t done;
	uint32_t hop;
};

static int put_stream(struct copies *copies, const struct op *op, const struct arrival *arrival)
{
	const struct op_side *to = &op->side[TO];
	struct stream_seg seg = { .start = arrival->start, .end = arrival->start + arrival->bytes,
				  .hop = arrival->hop, .writer = to->end };
	uint64_t unseen = 0;
	int err;

	err = stream_put(channel_at(&copies->channels, object_number(to->object)), &seg, &unseen);
	hop_at(&copies->paths, arrival->hop)->passed_bytes += unseen;
	return err;
}

/*
 * True for a read by the dynamic loader: it reads the head of each library into a
 * buffer on the stack, which others use afterwards. These bytes are not followed.
 */
static bool is_loader_read(const struct copies *copies, const struct op *op)
{
	const char *path, *name, *so;

	if (object_type(op->side[FROM].object) != OBJECT_FILE || op->bytes >= COPY_CONFIG_BYTES)
		return false;
	path = file_at(&copies->files, object_number(op->side[FROM].object))->path;
	if (!path)
		return false;
	name = strrchr(path, '/') ?: path;
	for (so = strstr(name, ".so"); so; so = strstr(so + 1, ".so"))
		if (!so[3] || so[3] == '.')
			return true;
	return false;
}

static int put_memory(struct copies *copies, struct memory *memory, const struct op *op,
		      const struct arrival *arrival)
{
	struct points_view points = { .v = op->point, .nr = op->nr_points, .first = arrival->done,
				      .sum = op->sum, .nr_sums = op->nr_sums,
				      .store = &copies->sums };

	if (is_loader_read(copies, op))
		return ranges_forget(&memory->ranges, arrival->start, arrival->bytes);
	return ranges_set(&memory->ranges, arrival->start, arrival->bytes, arrival->hop, &points);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Put the pieces one after the other into the spans of the destination: of @memory,
 * or of a stream if @memory is NULL. Bytes at unknown positions of a stream are
 * read by a process that is not known.
 */
static int put_pieces(struct copies *copies, struct memory *memory, const struct op *op,
		      const struct pieces *pieces)
{
	uint64_t in_piece = 0, in_span = 0, done = 0;
	uint32_t i = 0, nr_full = 0;
	int err = 0;

	while (i < pieces->nr && nr_full < op->side[TO].nr_spans && !err) {
		const struct span *span = &op->side[TO].span[nr_full];
		const struct piece *piece = &pieces->v[i];
		struct arrival arrival = {
			.start = span->start + in_span, .done = done, .hop = piece->hop,
			.bytes = lesser(piece->bytes - in_piece, span->bytes - in_span) };

		err = memory ? put_memory(copies, memory, op, &arrival) :
			       put_stream(copies, op, &arrival);
		in_piece += arrival.bytes;
		in_span += arrival.bytes;
		done += arrival.bytes;
		if (in_piece == piece->bytes) {
			in_piece = 0;
			i++;
		}
		if (in_span == span->bytes) {
			in_span = 0;
			nr_full++;
		}
	}
	for (; !memory && i < pieces->nr; i++, in_piece = 0)
		hop_at(&copies->paths, pieces->v[i].hop)->passed_bytes +=
			pieces->v[i].bytes - in_piece;
	return err;
}

static int put_into_stream(struct copies *copies, const struct op *op,
			   const struct pieces *pieces)
{
	uint32_t number = object_number(op->side[TO].object);
	const struct channel *channel = channel_at(&copies->channels, number);
	int err = put_pieces(copies, NULL, op, pieces);

	if (!err && channel->nr_segs >= STREAM_SEGS_OLD)
		err = unseen_end(copies, number, FLOW_SLACK * channel->capacity);
	return err;
}

/* The process that has the bytes in its memory may make other bytes out of them. */
static void note_pieces(struct copies *copies, const struct op *op,
			const struct pieces *pieces)
{
	uint32_t i, proc = memory_owner(copies, op, TO);

	for (i = 0; proc && i < pieces->nr; i++)
		proc_io_add_recent(proc_io_at(copies, proc), pieces->v[i].hop);
}

static int put_into_memory(struct copies *copies, const struct op *op,
			   const struct pieces *pieces)
{
	struct memory *memory = memory_find_current(copies, op, TO);

	if (!memory)
		return 0;
	note_pieces(copies, op, pieces);
	return put_pieces(copies, memory, op, pieces);
}

/**
 * flow_run - move the bytes of an operation
 * Return: 0 or -ENOMEM.
 */
int flow_run(struct copies *copies, const struct op *op)
{
	struct proc_io *io = proc_io_get(copies, op->proc, op->image);
	struct pieces *pieces = &copies->pieces;
	int err;

	if (!io)
		return -ENOMEM;
	err = source_take(copies, io, op, pieces);
	if (!err)
		err = route_pieces(copies, io, op, pieces);
	if (err || op->kind == HOP_DISCARD)
		return err;
	return object_is_stream(copies, op->side[TO].object) ?
	       put_into_stream(copies, op, pieces) : put_into_memory(copies, op, pieces);
}
