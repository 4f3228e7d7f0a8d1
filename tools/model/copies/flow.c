// SPDX-License-Identifier: GPL-2.0
/*
 * One operation: where its bytes came from, which hop they take, and who has
 * them afterwards.
 *
 * Bytes written from memory that was read into are linked: exactly, if
 * fingerprints show that they are the same; not at all if they show others; by
 * address if there are none to compare.  Others may be linked to what the process
 * read before ("inferred"), under three rules: never more bytes than were read and
 * have gone nowhere yet; a write of more than that was made by the process, which
 * used up what it had read; a file of which less than COPY_CONFIG_BYTES were read
 * is not an origin.
 */
#include "model/copies/copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many readers' records, each of a full pipe, may be on their way at once. */
#define FLOW_SLACK	16U

/* Who changes one byte of so many that it passes on may have changed others unseen. */
#define CHANGED_SHARE	32U

/* ---- memory ---- */

static void forget_memory(struct proc_io *io)
{
	ranges_put(io->memory.ranges);
	io->memory.ranges = NULL;
	io->nr_recent = 0;
}

/* Is it of no use any more, and does nothing that waits refer to it? */
static bool is_over(const struct proc_io *io)
{
	return io->has_exited && !io->first && !io->wait_list && !io->waits_for_parent &&
	       !io->memory.first_put && !io->memory.waiters;
}

/* flow_exit - nobody can take bytes from @proc any more */
void flow_exit(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);

	forget_memory(io);
	mappings_put(io->mappings);
	io->mappings = NULL;
	if (is_over(io))
		sparse_drop(&copies->proc, proc);
}

/**
 * flow_proc - what is followed of process @proc, as @image acts
 * Return: NULL without memory.
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

/* The image whose memory @object is, 0 = it is no process's. */
static uint32_t owner_image(const struct copies *copies, const struct op *op, uint32_t object)
{
	const struct channel *channel;

	if (object == OBJECT_MEMORY)
		return op->image;
	if (object_type(object) != OBJECT_CHANNEL)
		return 0;
	channel = channel_at(&copies->channels, object_number(object));
	return channel->kind == CHANNEL_PROCESS ? channel->key : 0;
}

/* flow_owner - the process whose memory @object is, 0 = it is no process's */
uint32_t flow_owner(const struct copies *copies, const struct op *op, uint32_t object)
{
	uint32_t image = owner_image(copies, op, object);

	if (object == OBJECT_MEMORY)
		return op->proc;
	return image ? proc_real(copies->tasks, image_at(copies->tasks, image)->proc) : 0;
}

/* flow_memory - the memory that @object is to @op, NULL = it is none */
struct memory *flow_memory(const struct copies *copies, const struct op *op, uint32_t object)
{
	uint32_t proc = flow_owner(copies, op, object), number;
	struct channel *channel;

	if (proc)
		return proc_io_at(copies, proc) ? &proc_io_at(copies, proc)->memory : NULL;
	number = object_channel(copies, object);
	channel = channel_at(&copies->channels, number);
	return !number || channel_is_stream(channel) ? NULL : &channel->memory;
}

/*
 * The same, as it is now: a process that runs another program has other memory.
 */
static struct memory *current_memory(struct copies *copies, const struct op *op, uint32_t object)
{
	uint32_t image = owner_image(copies, op, object), proc = flow_owner(copies, op, object);
	const struct proc_io *io = proc_io_at(copies, proc);

	if (io && object != OBJECT_MEMORY) {
		if (image_at(copies->tasks, io->image)->order >
		    image_at(copies->tasks, image)->order || !flow_proc(copies, proc, image))
			return NULL;
	}
	return flow_memory(copies, op, object);
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
	ranges_put(child->memory.ranges);
	child->memory.ranges = ranges_get(parent->memory.ranges);
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

/* Bytes of @hop that may be what @op writes: not into a stream they came out of. */
static uint64_t available(const struct copies *copies, const struct op *op, uint32_t hop)
{
	const struct hop *from = hop_at(&copies->paths, hop);

	if (object_type(from->key.from) == OBJECT_FILE && from->bytes < COPY_CONFIG_BYTES)
		return 0;
	if (object_is_stream(copies, op->to) && paths_has(&copies->paths, hop, op->to))
		return 0;
	return hop_unclaimed(from);
}

/* May @bytes have come out of what the process read?  If not, that is spent. */
static bool can_infer(struct copies *copies, const struct proc_io *io, const struct op *op,
		      uint64_t bytes)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < io->nr_recent; i++)
		sum += available(copies, op, io->recent[i]);
	if (sum >= bytes)
		return true;
	for (i = 0; i < io->nr_recent && sum; i++) {
		struct hop *hop = hop_at(&copies->paths, io->recent[i]);

		if (available(copies, op, io->recent[i]))
			hop->spent_bytes += hop_unclaimed(hop);
	}
	return false;
}

/* One piece without an origin, split up among the recent reads. */
static int infer(struct copies *copies, const struct proc_io *io, const struct op *op,
		 uint64_t bytes)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < io->nr_recent && bytes && !err; i++) {
		uint64_t part = available(copies, op, io->recent[i]);
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
 * Pieces out of @memory.  Bytes taken into the process's own count as passed on
 * to its image.
 */
static int take_ranges(struct copies *copies, struct memory *memory, const struct op *op,
		       struct pieces *out)
{
	struct points_view points = { .v = op->point, .nr = op->nr_points, .sum = op->sum,
				      .nr_sums = op->nr_sums, .store = &copies->sums };
	uint32_t i, to = op->to == OBJECT_MEMORY ? op->image : op->to, first = out->nr;
	int err = 0;

	for (i = 0; memory && i < op->nr_in && !err; i++) {
		err = ranges_pass(&memory->ranges, op->in[i].start, op->in[i].bytes, to, &points,
				  out);
		points.first += op->in[i].bytes;
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
			err = infer(copies, io, op, piece->bytes);
		else
			err = pieces_add(&copies->pieces, piece);
	}
	return err;
}

/*
 * Bytes of @piece left stream @number and are nowhere: @key tells how and by whom,
 * @became what became of them.
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

/* A message is gone with what was received of it: the rest is thrown away. */
static int discard_rest(struct copies *copies, struct channel *channel, const struct op *op)
{
	uint32_t i;
	int err;

	copies->raw.nr = 0;
	err = stream_take_rest(channel, op->in[0].start, &copies->raw);
	for (i = 0; i < copies->raw.nr && !err; i++) {
		struct hop_key key = { .image = op->image, .from = op->from, .to = OBJECT_MEMORY,
				       .kind = HOP_DISCARD };

		err = end_apart(copies, &copies->raw.v[i], &key, OUTCOME_DISCARDED);
	}
	return err;
}

static int take_stream(struct copies *copies, const struct op *op)
{
	struct channel *channel = channel_at(&copies->channels, object_number(op->from));
	uint32_t i;
	int err = 0;

	for (i = 0; i < op->nr_in && !err; i++)
		err = stream_take(channel, &op->in[i], op->kind == HOP_TEE, &copies->pieces);
	if (!err && channel->has_messages && op->nr_in && op->kind != HOP_TEE)
		err = discard_rest(copies, channel, op);
	if (!err)
		err = add_unknown(&copies->pieces,
				  op->bytes - sum_bytes(&copies->pieces, false));
	return err;
}

/* Who brought the bytes of @hop into channel @number: of a process's memory, itself. */
static int find_writer(struct copies *copies, const struct op *op, uint32_t number, uint32_t hop,
		       uint32_t *end)
{
	uint32_t image = owner_image(copies, op, op->from) ?:
			 hop_at(&copies->paths, hop)->key.image;
	uint32_t proc = proc_real(copies->tasks, image_at(copies->tasks, image)->proc);
	struct channel *channel = channel_at(&copies->channels, number);

	if (channel->kind == CHANNEL_FILE && proc && proc != op->proc)
		channel->is_shared = true;
	if (!image || (channel->kind == CHANNEL_FILE && !channel->is_shared))
		return 0;
	return channel_end_get(&copies->channels, number, proc, image, end);
}

/* Shared memory, a file, or memory of another process. */
static int take_shared(struct copies *copies, const struct op *op)
{
	uint32_t i, number = object_channel(copies, op->from);
	int err;

	err = take_ranges(copies, current_memory(copies, op, op->from), op, &copies->pieces);
	for (i = 0; i < copies->pieces.nr && !err; i++)
		err = find_writer(copies, op, number, copies->pieces.v[i].hop,
				  &copies->pieces.v[i].end);
	return err;
}

/* The process may have written there: that it is the file's is by address. */
static void doubt_private(struct copies *copies)
{
	uint32_t i;

	for (i = 0; i < copies->pieces.nr; i++)
		if (!copies->pieces.v[i].hop)
			copies->pieces.v[i].grade = GRADE_ADDRESS;
}

static int take_from(struct copies *copies, struct proc_io *io, const struct op *op)
{
	switch (object_type(op->from)) {
	case OBJECT_MEMORY:
		return take_own(copies, io, op);
	default:
		if (object_is_stream(copies, op->from))
			return take_stream(copies, op);
		return object_channel(copies, op->from) ? take_shared(copies, op) :
							  add_unknown(&copies->pieces, op->bytes);
	}
}

static int take(struct copies *copies, struct proc_io *io, const struct op *op)
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
	const struct ranges *ranges = io->memory.ranges;

	if (piece->hop)
		return ORIGIN_BEFORE;
	if (op->from == OBJECT_MEMORY)
		return copies->is_partial || io->has_unknown || piece->is_again ||
		       (ranges && ranges->has_forgotten) ? ORIGIN_UNKNOWN : ORIGIN_MADE;
	return object_is_stream(copies, op->from) ? ORIGIN_UNKNOWN : ORIGIN_OBJECT;
}

static void account(struct copies *copies, const struct op *op, uint32_t number,
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
		       object_is_stream(copies, op->to) ? OUTCOME_LEFT : OUTCOME_DELIVERED;
	hop->has_gap |= op->end_ns <= copies->gap_end_ns;
	hop->nr_calls += hop->last_op != copies->nr_ops;
	hop->last_op = copies->nr_ops;
}

/* @bytes of @piece went from one process to another. */
static int count_pair(struct copies *copies, const struct op *op, const struct piece *piece)
{
	uint32_t image = owner_image(copies, op, op->to), from = object_channel(copies, op->from);
	uint32_t reader = op->reader;
	int err = 0;

	if (op->kind == HOP_DISCARD)
		return 0;
	/* A file that turned out just now to be read by another than its writer. */
	if (from && !reader && piece->end && op->kind != HOP_TEE)
		err = channel_end_get(&copies->channels, from, op->proc, op->image, &reader);
	if (!err && from && reader && op->kind != HOP_TEE)
		err = channel_count_pair(&copies->channels, from, piece->end, reader, piece->bytes);
	if (err || op->to == OBJECT_MEMORY || !image)
		return err;
	err = channel_end_get(&copies->channels, object_number(op->to),
			      flow_owner(copies, op, op->to), image, &reader);
	return err ? err : channel_count_pair(&copies->channels, object_number(op->to),
					      op->writer, reader, piece->bytes);
}

/* How often a path may lead into @to, 0 = that does not matter. */
static uint32_t max_turns(const struct copies *copies, uint32_t to)
{
	if (!object_channel(copies, to))
		return 0;
	return object_is_stream(copies, to) ? 1 : PATH_TURNS_MAX;
}

static int find_hop(struct copies *copies, const struct proc_io *io, const struct op *op,
		    const struct piece *piece, uint32_t *ret)
{
	struct hop_key key = { .before = piece->hop, .image = op->image, .from = op->from,
			       .to = op->to, .kind = op->kind,
			       .origin = origin_of(copies, io, op, piece),
			       .grade = piece->grade };

	return paths_extend(&copies->paths, &key, max_turns(copies, op->to), ret);
}

/* Of @piece, bytes that can go by @hop: not more to one object than came in. */
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

/* Keep @bytes of piece @i; nothing is said of where the others came from. */
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
 * The bytes of @piece are delivered by the hop that they came by: others go on.
 * Those of a stream are not in it any more.
 */
static void end_path(struct copies *copies, const struct op *op, struct piece *piece)
{
	if (object_is_stream(copies, op->from))
		return;
	if (piece->grade == GRADE_INFERRED)
		hop_at(&copies->paths, piece->hop)->passed_bytes -= piece->bytes;
	piece->fresh_bytes = 0;
}

/* The hop that piece @i takes, which may become shorter by that. */
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

/* Let each piece take its hop; its number then stands in the piece. */
static int route(struct copies *copies, const struct proc_io *io, const struct op *op)
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
		account(copies, op, hop, done, piece->bytes);
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
	struct stream_seg seg = { .start = start, .end = start + bytes, .hop = piece->hop,
				  .writer = op->writer };
	uint64_t unseen = 0;
	int err;

	err = stream_put(channel_at(&copies->channels, object_number(op->to)), &seg, &unseen);
	hop_at(&copies->paths, piece->hop)->passed_bytes += unseen;
	return err;
}

/*
 * The dynamic loader looks at the head of each library, on a stack that others
 * use after it: these bytes are not followed.
 */
static bool is_loader_read(const struct copies *copies, const struct op *op)
{
	const char *path, *name, *so;

	if (object_type(op->from) != OBJECT_FILE || op->bytes >= COPY_CONFIG_BYTES)
		return false;
	path = file_at(&copies->files, object_number(op->from))->path;
	if (!path)
		return false;
	name = strrchr(path, '/') ?: path;
	for (so = strstr(name, ".so"); so; so = strstr(so + 1, ".so"))
		if (!so[3] || so[3] == '.')
			return true;
	return false;
}

/* @done: bytes of the operation before these */
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
 * Lay the pieces one after the other over the spans of the destination: of
 * @memory, or of a stream if that is NULL.  Bytes at unknown positions of a
 * stream are read by somebody unknown.
 */
static int put(struct copies *copies, struct memory *memory, const struct op *op)
{
	const struct span *span = op->out;
	uint64_t in_piece = 0, in_span = 0, done = 0;
	uint32_t i = 0, j = 0;
	int err = 0;

	while (i < copies->pieces.nr && j < op->nr_out && !err) {
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

/* Somebody who is not recorded took @piece out of stream @number. */
static int end_unseen(struct copies *copies, uint32_t number, const struct piece *piece)
{
	struct hop_key key = { .from = object(OBJECT_CHANNEL, number), .to = OBJECT_MEMORY,
			       .kind = HOP_UNSEEN };
	int err = end_apart(copies, piece, &key, OUTCOME_UNSEEN);

	return err ? err : channel_count_pair(&copies->channels, number, piece->end, 0, piece->bytes);
}

/**
 * flow_end_unseen - bytes that are in stream @number no more, though nobody was
 * seen to read them
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
 * flow_close - nobody can read from stream @number any more: what is in it stays
 * Return: 0 or -ENOMEM.
 */
int flow_close(struct copies *copies, uint32_t number)
{
	int err;

	/* Else some of what waits may be a read of it. */
	if (copies->nr_parked)
		return 0;
	err = flow_end_unseen(copies, number, 0);
	stream_drop_all(channel_at(&copies->channels, number));
	return err;
}

static int put_into_stream(struct copies *copies, const struct op *op)
{
	uint32_t number = object_number(op->to);
	const struct channel *channel = channel_at(&copies->channels, number);
	int err = put(copies, NULL, op);

	if (!err && channel->nr_segs >= STREAM_SEGS_OLD)
		err = flow_end_unseen(copies, number, FLOW_SLACK * channel->capacity);
	return err;
}

/* what a program did with what it had read and passed on */
struct handling {
	uint64_t changed_bytes;
	uint64_t agreed_bytes;
	bool is_changer;
};

/*
 * Who changed some words of what came by one hop and not others, or more than a
 * small part of all, changes data in place.  Who uses the memory of a small file
 * for something else does not.
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

/* flow_changers - by image: does the program change data in place?  NULL without memory */
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
 * flow_grade - how sure the link of @hop is, by what its program is known to do
 * @is_changer: flow_changers() says so of the program
 *
 * No link is exact where data were changed in place: that some words are the same
 * does not show that all bytes are.
 */
enum grade flow_grade(const struct copies *copies, const struct hop *hop, bool is_changer)
{
	const struct hop_key *key = &hop->key;
	bool is_doubtful = hop_at(&copies->paths, key->before)->changed_bytes ||
			   (key->from == OBJECT_MEMORY && is_changer);

	/* Checksums show it of all bytes. */
	if (hop->has_unproven && is_doubtful && key->grade == GRADE_EXACT &&
	    !object_is_stream(copies, key->from))
		return GRADE_ADDRESS;
	return key->grade;
}

/**
 * flow_doubt_changed - no exact links where data were changed in place
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

/* Bytes that a process has in its memory may be what it makes others of. */
static void note_pieces(struct copies *copies, const struct op *op)
{
	uint32_t i, proc = flow_owner(copies, op, op->to);

	for (i = 0; proc && i < copies->pieces.nr; i++)
		note_recent(proc_io_at(copies, proc), copies->pieces.v[i].hop);
}

static int put_into_memory(struct copies *copies, const struct op *op)
{
	struct memory *memory = current_memory(copies, op, op->to);

	if (!memory)
		return 0;
	note_pieces(copies, op);
	return put(copies, memory, op);
}

/**
 * flow_run - let the bytes of an operation move
 * Return: 0 or -ENOMEM.
 */
int flow_run(struct copies *copies, const struct op *op)
{
	struct proc_io *io = flow_proc(copies, op->proc, op->image);
	int err;

	if (!io)
		return -ENOMEM;
	err = take(copies, io, op);
	if (!err)
		err = route(copies, io, op);
	if (err || op->kind == HOP_DISCARD)
		return err;
	return object_is_stream(copies, op->to) ? put_into_stream(copies, op) :
						  put_into_memory(copies, op);
}
