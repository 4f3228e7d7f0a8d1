// SPDX-License-Identifier: GPL-2.0
/*
 * One operation: where its bytes came from, which hops they take, and where they
 * are afterwards.
 *
 * Bytes written from memory that was read into are linked to the read: exactly, if
 * fingerprints agree; not at all if fingerprints differ; by address if there are no
 * fingerprints to compare. Other bytes may be linked to what the process read
 * before ("inferred"), under three rules: the linked bytes are never more than were
 * read and have gone nowhere yet; if a write is larger than that, the process made
 * its bytes, and what it had read is used up; a file of which less than
 * COPY_CONFIG_BYTES were read is not an origin.
 */
#include "model/copies/copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Number of readers, each of a full pipe, whose records may still come. */
#define FLOW_SLACK	16U

/*
 * If a process changes one byte in this many that it passes on, it may have changed
 * others unseen.
 */
#define CHANGED_SHARE	32U

/* ---- memory ---- */

static void forget_memory(struct proc_io *io)
{
	ranges_drop(&io->memory.ranges);
	io->nr_recent = 0;
}

/* True if @io is of no further use and no waiting operation refers to it. */
static bool is_over(const struct proc_io *io)
{
	return io->has_exited && !io->first && !io->wait_list && !io->waits_for_parent &&
	       !io->memory.first_put && !io->memory.waiters;
}

/* flow_exit - process @proc has ended: free its state when nothing refers to it */
void flow_exit(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);

	forget_memory(io);
	intervals_put(io->mappings);
	io->mappings = NULL;
	if (is_over(io))
		sparse_drop(&copies->proc, proc);
}

/**
 * flow_proc - get the state of process @proc, on behalf of @image
 * Return: the state; NULL without memory.
 */
struct proc_io *flow_proc(struct copies *copies, uint32_t proc, uint32_t image)
{
	struct proc_io *io = sparse_reach(&copies->proc, proc);

	if (!io)
		return NULL;
	if (io->gen != copies->gen) {
		forget_memory(io);
		io->has_unknown = true;
		io->gen = copies->gen;
	}
	if (io->image != image) {
		if (io->image)
			forget_memory(io);
		io->has_unknown = image_at(copies->tasks, image)->is_older;
		io->image = image;
	}
	return io;
}

/* Image whose memory is the object on one side of @op; 0 = it is no process's memory. */
static uint32_t owner_image(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t object = op->side[side].object;
	const struct channel *channel;

	if (object == OBJECT_MEMORY)
		return op->image;
	if (object_type(object) != OBJECT_CHANNEL)
		return 0;
	channel = channel_at(&copies->channels, object_number(object));
	return channel->kind == CHANNEL_PROCESS ? channel->key : 0;
}

/*
 * flow_owner - process whose memory is the object on one side of @op; 0 = it is no
 * process's memory
 */
uint32_t flow_owner(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t image = owner_image(copies, op, side);

	if (op->side[side].object == OBJECT_MEMORY)
		return op->proc;
	return image ? proc_real(copies->tasks, image_at(copies->tasks, image)->proc) : 0;
}

/* flow_memory - memory on one side of @op; NULL = the object there is not memory */
struct memory *flow_memory(const struct copies *copies, const struct op *op, enum side side)
{
	uint32_t proc = flow_owner(copies, op, side), number;
	struct channel *channel;

	if (proc)
		return proc_io_at(copies, proc) ? &proc_io_at(copies, proc)->memory : NULL;
	number = object_channel(copies, op->side[side].object);
	channel = channel_at(&copies->channels, number);
	return !number || channel_is_stream(channel) ? NULL : &channel->memory;
}

/*
 * Current memory on one side of @op. A process that runs another program has other
 * memory.
 */
static struct memory *current_memory(struct copies *copies, const struct op *op, enum side side)
{
	uint32_t image = owner_image(copies, op, side), proc = flow_owner(copies, op, side);
	const struct proc_io *io = proc_io_at(copies, proc);

	if (io && op->side[side].object != OBJECT_MEMORY) {
		if (image_at(copies->tasks, io->image)->order >
		    image_at(copies->tasks, image)->order || !flow_proc(copies, proc, image))
			return NULL;
	}
	return flow_memory(copies, op, side);
}

/**
 * flow_fork - the child gets a copy of its parent's memory
 * Return: 0 or -ENOMEM.
 */
int flow_fork(struct copies *copies, const struct op *op)
{
	struct proc_io *child = sparse_reach(&copies->proc, op->child);
	struct proc_io *parent = flow_proc(copies, op->proc, op->image);

	if (!child || !parent)
		return -ENOMEM;
	ranges_drop(&child->memory.ranges);
	ranges_copy(&child->memory.ranges, &parent->memory.ranges);
	child->gen = parent->gen;
	child->has_unknown = parent->has_unknown;
	child->waits_for_parent = false;
	if (!child->first && child->has_exited)
		flow_exit(copies, op->child);
	return 0;
}

static void note_recent(struct proc_io *io, uint32_t hop)
{
	uint32_t i;

	if (io->nr_recent && io->recent[0] == hop)
		return;
	for (i = 0; i < io->nr_recent && io->recent[i] != hop; i++)
		;
	if (i == io->nr_recent && i < COPY_NR_RECENT)
		io->nr_recent++;
	if (i == COPY_NR_RECENT)
		i--;
	memmove(io->recent + 1, io->recent, i * sizeof(*io->recent));
	io->recent[0] = hop;
}

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
			uint64_t bytes)
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
		err = pieces_add(&copies->pieces, &piece);
		bytes -= part;
	}
	return err;
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

static int take_own(struct copies *copies, struct proc_io *io, const struct op *op)
{
	uint64_t unknown;
	bool may_infer;
	uint32_t i;
	int err;

	copies->raw.nr = 0;
	err = take_ranges(copies, &io->memory, op, &copies->raw);
	unknown = sum_bytes(&copies->raw, true);
	may_infer = unknown && io->nr_recent && can_infer(copies, io, op, unknown);
	for (i = 0; i < copies->raw.nr && !err; i++) {
		const struct piece *piece = &copies->raw.v[i];

		if (!piece->hop && may_infer)
			err = infer_origin(copies, io, op, piece->bytes);
		else
			err = pieces_add(&copies->pieces, piece);
	}
	return err;
}

/*
 * Bytes of @piece left stream @number and are not at any destination: @key says how
 * and by which process, @became says what became of them.
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

/*
 * A message is removed from the queue when it is received: bytes of it that were
 * not received are discarded.
 */
static int discard_rest(struct copies *copies, struct channel *channel, const struct op *op)
{
	uint32_t i;
	int err;

	copies->raw.nr = 0;
	err = stream_take_rest(channel, op->side[FROM].span[0].start, &copies->raw);
	for (i = 0; i < copies->raw.nr && !err; i++) {
		struct hop_key key = { .image = op->image, .from = op->side[FROM].object,
				       .to = OBJECT_MEMORY, .kind = HOP_DISCARD };

		err = end_apart(copies, &copies->raw.v[i], &key, OUTCOME_DISCARDED);
	}
	return err;
}

static int take_stream(struct copies *copies, const struct op *op)
{
	const struct op_side *from = &op->side[FROM];
	struct channel *channel = channel_at(&copies->channels, object_number(from->object));
	uint32_t i;
	int err = 0;

	for (i = 0; i < from->nr_spans && !err; i++)
		err = stream_take(channel, &from->span[i], op->kind == HOP_TEE, &copies->pieces);
	if (!err && channel->has_messages && from->nr_spans && op->kind != HOP_TEE)
		err = discard_rest(copies, channel, op);
	if (!err)
		err = add_unknown(&copies->pieces,
				  op->bytes - sum_bytes(&copies->pieces, false));
	return err;
}

/*
 * Find the end of the process that brought the bytes of @hop into channel @number.
 * If the channel is a process's memory, the owner itself counts as the writer.
 */
static int find_writer(struct copies *copies, const struct op *op, uint32_t number, uint32_t hop,
		       uint32_t *end)
{
	uint32_t image = owner_image(copies, op, FROM) ?:
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
static int take_shared(struct copies *copies, const struct op *op)
{
	uint32_t i, number = object_channel(copies, op->side[FROM].object);
	int err;

	err = take_ranges(copies, current_memory(copies, op, FROM), op, &copies->pieces);
	for (i = 0; i < copies->pieces.nr && !err; i++)
		err = find_writer(copies, op, number, copies->pieces.v[i].hop,
				  &copies->pieces.v[i].end);
	return err;
}

/*
 * The process may have written into its private mapping: that the bytes are the
 * file's is known by address only.
 */
static void doubt_private(struct copies *copies)
{
	uint32_t i;

	for (i = 0; i < copies->pieces.nr; i++)
		if (!copies->pieces.v[i].hop)
			copies->pieces.v[i].grade = GRADE_ADDRESS;
}

static int take_from(struct copies *copies, struct proc_io *io, const struct op *op)
{
	uint32_t from = op->side[FROM].object;

	if (from == OBJECT_MEMORY)
		return take_own(copies, io, op);
	if (object_is_stream(copies, from))
		return take_stream(copies, op);
	return object_channel(copies, from) ? take_shared(copies, op) :
					      add_unknown(&copies->pieces, op->bytes);
}

static int take_pieces(struct copies *copies, struct proc_io *io, const struct op *op)
{
	int err;

	copies->pieces.nr = 0;
	err = take_from(copies, io, op);
	if (op->is_private)
		doubt_private(copies);
	return err;
}

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
	uint32_t image = owner_image(copies, op, TO), reader = op->side[FROM].end;
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
	err = channel_end_get(&copies->channels, to, flow_owner(copies, op, TO), image, &reader);
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
		      uint32_t i, uint32_t *ret)
{
	uint64_t room;
	int err;

	err = find_hop(copies, io, op, &copies->pieces.v[i], ret);
	if (err > 0)
		end_path(copies, op, &copies->pieces.v[i]);
	if (err)
		return err < 0 ? err : 0;
	room = room_for(copies, op, &copies->pieces.v[i], *ret);
	if (copies->pieces.v[i].bytes <= room)
		return 0;
	err = split_piece(&copies->pieces, i, room);
	return err || room ? err : find_hop(copies, io, op, &copies->pieces.v[i], ret);
}

/* Let each piece take its hop, and store the hop's number in the piece. */
static int route_pieces(struct copies *copies, const struct proc_io *io, const struct op *op)
{
	uint64_t done = 0;
	uint32_t i, hop;
	int err = 0;

	copies->nr_ops++;
	for (i = 0; i < copies->pieces.nr && !err; i++) {
		struct piece *piece;

		err = choose_hop(copies, io, op, i, &hop);
		if (err)
			break;
		piece = &copies->pieces.v[i];
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

static int put_stream(struct copies *copies, const struct op *op, uint64_t start,
		      const struct piece *piece, uint64_t bytes)
{
	struct channel *channel = channel_at(&copies->channels, object_number(op->side[TO].object));
	struct stream_seg seg = { .start = start, .end = start + bytes, .hop = piece->hop,
				  .writer = op->side[TO].end };
	uint64_t unseen = 0;
	int err;

	err = stream_put(channel, &seg, &unseen);
	hop_at(&copies->paths, piece->hop)->passed_bytes += unseen;
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

/*
 * @done: bytes of the operation before @piece
 */
static int put_memory(struct copies *copies, struct memory *memory, const struct op *op,
		      uint64_t start, const struct piece *piece, uint64_t bytes, uint64_t done)
{
	struct points_view points = { .v = op->point, .nr = op->nr_points, .first = done,
				      .sum = op->sum, .nr_sums = op->nr_sums,
				      .store = &copies->sums };

	if (is_loader_read(copies, op))
		return ranges_forget(&memory->ranges, start, bytes);
	return ranges_set(&memory->ranges, start, bytes, piece->hop, &points);
}

/*
 * Put the pieces one after the other into the spans of the destination: of @memory,
 * or of a stream if @memory is NULL. Bytes at unknown positions of a stream are
 * read by a process that is not known.
 */
static int put_pieces(struct copies *copies, struct memory *memory, const struct op *op)
{
	const struct span *span = op->side[TO].span;
	uint64_t in_piece = 0, in_span = 0, done = 0;
	uint32_t i = 0, j = 0;
	int err = 0;

	while (i < copies->pieces.nr && j < op->side[TO].nr_spans && !err) {
		const struct piece *piece = &copies->pieces.v[i];
		uint64_t bytes = piece->bytes - in_piece;

		if (bytes > span[j].bytes - in_span)
			bytes = span[j].bytes - in_span;
		if (memory)
			err = put_memory(copies, memory, op, span[j].start + in_span, piece,
					 bytes, done);
		else
			err = put_stream(copies, op, span[j].start + in_span, piece, bytes);
		in_piece += bytes;
		in_span += bytes;
		done += bytes;
		if (in_piece == piece->bytes) {
			in_piece = 0;
			i++;
		}
		if (in_span == span[j].bytes) {
			in_span = 0;
			j++;
		}
	}
	for (; !memory && i < copies->pieces.nr; i++, in_piece = 0)
		hop_at(&copies->paths, copies->pieces.v[i].hop)->passed_bytes +=
			copies->pieces.v[i].bytes - in_piece;
	return err;
}

/* A process that is not recorded took @piece out of stream @number. */
static int end_unseen(struct copies *copies, uint32_t number, const struct piece *piece)
{
	struct hop_key key = { .from = object(OBJECT_CHANNEL, number), .to = OBJECT_MEMORY,
			       .kind = HOP_UNSEEN };
	int err = end_apart(copies, piece, &key, OUTCOME_UNSEEN);

	return err ? err : channel_count_pair(&copies->channels, number, piece->end, 0, piece->bytes);
}

/**
 * flow_end_unseen - end the paths of bytes that have left stream @number without a
 * recorded read
 * @slack_bytes: as for stream_gone_pos()
 *
 * Return: 0 or -ENOMEM.
 */
int flow_end_unseen(struct copies *copies, uint32_t number, uint64_t slack_bytes)
{
	uint32_t i;
	int err;

	copies->raw.nr = 0;
	err = stream_take_gone(channel_at(&copies->channels, number), slack_bytes, &copies->raw);
	for (i = 0; i < copies->raw.nr && !err; i++)
		if (copies->raw.v[i].hop)
			err = end_unseen(copies, number, &copies->raw.v[i]);
	return err;
}

/**
 * flow_close - no process can read from stream @number any more: bytes in it are
 * left over
 * Return: 0 or -ENOMEM.
 */
int flow_close(struct copies *copies, uint32_t number)
{
	int err;

	/* A waiting operation may be a read of this stream. */
	if (copies->parking.nr)
		return 0;
	err = flow_end_unseen(copies, number, 0);
	stream_drop_all(channel_at(&copies->channels, number));
	return err;
}

static int put_into_stream(struct copies *copies, const struct op *op)
{
	uint32_t number = object_number(op->side[TO].object);
	const struct channel *channel = channel_at(&copies->channels, number);
	int err = put_pieces(copies, NULL, op);

	if (!err && channel->nr_segs >= STREAM_SEGS_OLD)
		err = flow_end_unseen(copies, number, FLOW_SLACK * channel->capacity);
	return err;
}

/* What a program did with bytes that it had read and passed on. */
struct handling {
	uint64_t changed_bytes;
	uint64_t agreed_bytes;
	bool is_changer;
};

/*
 * Find programs that change data in place: they changed some words of what came by
 * one hop and not others, or more than a small part of all. A program that reuses
 * the memory of a small file for other data is not one.
 */
static void find_changers(const struct copies *copies, struct handling *handlings)
{
	uint32_t i;

	for (i = 1; i < copies->paths.hop.nr; i++) {
		const struct hop *hop = hop_at(&copies->paths, i);
		struct handling *handling = &handlings[hop->key.image];

		handling->changed_bytes += hop->changed_bytes;
		handling->agreed_bytes += hop->agreed_bytes;
		handling->is_changer |= hop->changed_bytes && hop->agreed_bytes;
	}
	for (i = 1; i < copies->tasks->image.nr; i++) {
		const struct image *image = image_at(copies->tasks, i);
		uint64_t changed = handlings[i].changed_bytes + image->changed_bytes;
		uint64_t agreed = handlings[i].agreed_bytes + image->agreed_bytes;

		handlings[i].is_changer |= image->is_changer ||
					   (changed && changed >= agreed / CHANGED_SHARE);
	}
}

/*
 * flow_changers - by image: true if the program changes data in place; NULL without
 * memory
 */
bool *flow_changers(const struct copies *copies)
{
	struct handling *handlings = calloc(copies->tasks->image.nr, sizeof(*handlings));
	bool *is_changer = calloc(copies->tasks->image.nr, sizeof(*is_changer));
	uint32_t i;

	if (handlings && is_changer) {
		find_changers(copies, handlings);
		for (i = 1; i < copies->tasks->image.nr; i++)
			is_changer[i] = handlings[i].is_changer;
	}
	if (!handlings) {
		free(is_changer);
		is_changer = NULL;
	}
	free(handlings);
	return is_changer;
}

/**
 * flow_grade - grade of the link of @hop, with what is known of its program
 * @is_changer: result of flow_changers() for the program
 *
 * A link is not exact if the data may have been changed in place: equal words do
 * not prove that all bytes are equal.
 */
enum grade flow_grade(const struct copies *copies, const struct hop *hop, bool is_changer)
{
	const struct hop_key *key = &hop->key;
	bool is_doubtful = hop_at(&copies->paths, key->before)->changed_bytes ||
			   (key->from == OBJECT_MEMORY && is_changer);

	/* Bytes with checksums stay exact: checksums cover all bytes. */
	if (hop->has_unproven && is_doubtful && key->grade == GRADE_EXACT &&
	    !object_is_stream(copies, key->from))
		return GRADE_ADDRESS;
	return key->grade;
}

/**
 * flow_doubt_changed - lower the grade of exact links whose data may have been
 * changed in place
 * Return: 0 or -ENOMEM.
 */
int flow_doubt_changed(struct copies *copies)
{
	bool *is_changer = flow_changers(copies);
	uint32_t i;

	if (!is_changer)
		return -ENOMEM;
	for (i = 1; i < copies->paths.hop.nr; i++) {
		struct hop *hop = hop_at(&copies->paths, i);

		hop->key.grade = flow_grade(copies, hop, is_changer[hop->key.image]);
	}
	free(is_changer);
	return 0;
}

/* The process that has the bytes in its memory may make other bytes out of them. */
static void note_pieces(struct copies *copies, const struct op *op)
{
	uint32_t i, proc = flow_owner(copies, op, TO);

	for (i = 0; proc && i < copies->pieces.nr; i++)
		note_recent(proc_io_at(copies, proc), copies->pieces.v[i].hop);
}

static int put_into_memory(struct copies *copies, const struct op *op)
{
	struct memory *memory = current_memory(copies, op, TO);

	if (!memory)
		return 0;
	note_pieces(copies, op);
	return put_pieces(copies, memory, op);
}

/**
 * flow_run - move the bytes of an operation
 * Return: 0 or -ENOMEM.
 */
int flow_run(struct copies *copies, const struct op *op)
{
	struct proc_io *io = flow_proc(copies, op->proc, op->image);
	int err;

	if (!io)
		return -ENOMEM;
	err = take_pieces(copies, io, op);
	if (!err)
		err = route_pieces(copies, io, op);
	if (err || op->kind == HOP_DISCARD)
		return err;
	return object_is_stream(copies, op->side[TO].object) ? put_into_stream(copies, op) :
						  put_into_memory(copies, op);
}
