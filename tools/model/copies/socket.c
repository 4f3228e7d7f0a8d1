// SPDX-License-Identifier: GPL-2.0
/* UNIX sockets: a socket receives a stream, of bytes or of messages. */
#include "model/copies/op.h"

#include <errno.h>

#include "model/copies/copies.h"
#include "model/copies/unseen.h"

#define SOCKET_STREAM	1	/* SOCK_STREAM in records */

/* Position of the first byte sent to a stream socket, or of the first message. */
static uint64_t first_pos(uint8_t type)
{
	return type == SOCKET_STREAM ? 1ULL << 32 : message_pos(0);
}

static struct channel *socket_at(const struct copies *copies, uint32_t number)
{
	return channel_at(&copies->channels, number);
}

static uint32_t socket_get(struct copies *copies, uint32_t sock)
{
	return channels_get(&copies->channels, CHANNEL_UNIX, sock);
}

/* Set the positions of @socket: everything sent from these positions on is recorded. */
static void set_pos(struct channel *socket, uint64_t read_pos, uint64_t write_pos)
{
	if (socket->has_pos)
		return;
	socket->has_pos = true;
	socket->pos[FROM] = read_pos;
	socket->pos[TO] = write_pos;
	socket->floor_pos = read_pos;
	socket->base_pos = write_pos;
}

/* Add a new socket: nothing was sent to it before. */
static int add_socket(struct copies *copies, uint32_t sock, uint32_t ino, uint8_t type)
{
	uint32_t number = sock ? socket_get(copies, sock) : 0;

	if (!number)
		return sock ? -ENOMEM : 0;
	if (ino)
		socket_at(copies, number)->ino = ino;
	set_pos(socket_at(copies, number), first_pos(type), first_pos(type));
	return 0;
}

int unix_pair(struct copies *copies, const struct ipcprobe_rec_unix_pair *rec)
{
	int err = add_socket(copies, rec->sock, rec->ino, rec->type);

	return err ? err : add_socket(copies, rec->peer, rec->peer_ino, rec->type);
}

int unix_connect(struct copies *copies, const struct ipcprobe_rec_unix_connect *rec)
{
	return rec->ret < 0 ? 0 : add_socket(copies, rec->peer, 0, rec->type);
}

int unix_accept(struct copies *copies, const struct ipcprobe_rec_unix_accept *rec)
{
	return rec->ret < 0 ? 0 : add_socket(copies, rec->sock, rec->ino, rec->type);
}

/* unix_socket - describe a socket that existed before, or is seen for the first time */
int unix_socket(struct copies *copies, const struct ipcprobe_rec_unix_socket *rec)
{
	uint32_t number = socket_get(copies, rec->sock);
	uint64_t read_pos = first_pos(rec->type) + rec->read_pos;
	struct channel *socket;

	if (!number)
		return -ENOMEM;
	socket = socket_at(copies, number);
	if (rec->ino)
		socket->ino = rec->ino;
	if (rec->type == SOCKET_STREAM)
		set_pos(socket, read_pos, read_pos + (uint32_t)(rec->write_pos - rec->read_pos));
	else
		set_pos(socket, message_pos(rec->read_pos), message_pos(rec->write_pos));
	return channel_set_path(socket, rec->name);
}

/* unix_holder - a process holds the socket: it receives what is sent to it */
int unix_holder(struct copies *copies, const struct ipcprobe_rec_unix_holder *rec)
{
	uint32_t number = socket_get(copies, rec->sock);
	uint32_t proc = tasks_by_pid(copies->tasks, rec->pid), end;
	int err;

	if (!number)
		return -ENOMEM;
	if (!proc)
		return 0;
	err = channel_end_get(&copies->channels, number, proc,
			      proc_at(copies->tasks, proc)->image, &end);
	if (!err)
		channel_end_at(&copies->channels, end)->held |= IPCPROBE_IO_READ_END;
	return err;
}

/*
 * unix_close - the socket was closed; the record has the bytes that no process will
 * receive
 */
int unix_close(struct copies *copies, const struct ipcprobe_rec_unix_close *rec)
{
	uint32_t number = channels_find(&copies->channels, CHANNEL_UNIX, rec->sock);
	struct channel *socket = socket_at(copies, number);

	if (!number)
		return 0;
	channels_died(&copies->channels, number);
	if (socket->has_messages)
		stream_contains_messages(socket, rec->unread);
	else
		stream_contains(socket, rec->unread);
	return unseen_close(copies, number);
}

/* ---- bytes ---- */

/*
 * Bytes that a call moved before its last part. The call's record names the other
 * end, so these are stored with the caller's own socket, with their positions.
 */
int unix_segment(struct copies *copies, const struct ipcprobe_rec_unix_segment *rec)
{
	struct call_seg seg = { .start = rec->pos, .bytes = rec->bytes,
				.side = rec->flags & IPCPROBE_UNIX_SENT ? TO : FROM };
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);
	struct call_state *state;

	seg.channel = socket_get(copies, rec->sock);
	if (!seg.channel)
		return -ENOMEM;
	if (!task)
		return 0;
	state = call_state_get(copies, task, 0, false);
	if (!state)
		return -ENOMEM;
	state->last_ns = rec->hdr.ts_ns;
	return call_add_seg(state, &seg);
}

static int add_run(struct channel *socket, enum side side, uint32_t pos, uint64_t bytes,
		   struct spans *spans)
{
	uint64_t start = stream_extend_pos(socket, pos);

	if (!bytes)
		return 0;
	stream_moved(socket, side, start, bytes);
	return spans_add(spans, start, bytes);
}

/* Positions of all bytes that a call moved, in @socket, to which the bytes were sent. */
static int stream_positions(struct copies *copies, struct op_draft *draft,
			    const struct ipcprobe_rec_unix_io *rec, enum side side,
			    struct channel *socket)
{
	uint32_t own = channels_find(&copies->channels, CHANNEL_UNIX, rec->sock), i;
	const struct call_state *state = draft->state;
	uint64_t before = 0, all = draft->op.bytes;
	struct spans *spans = &draft->span[side];
	int err = 0;

	for (i = 0; state && i < state->nr_segs && !err; i++) {
		const struct call_seg *seg = &state->seg[i];

		if (seg->channel != own || seg->side != side || before + seg->bytes > all)
			continue;
		before += seg->bytes;
		err = add_run(socket, side, seg->start, seg->bytes, spans);
	}
	return err ? err : add_run(socket, side, rec->pos, all - before, spans);
}

static int set_positions(struct copies *copies, struct op_draft *draft,
			 const struct ipcprobe_rec_unix_io *rec, enum side side,
			 struct channel *socket)
{
	if (rec->flags & IPCPROBE_UNIX_RESYNC)
		stream_forget(socket);
	if (!(rec->flags & IPCPROBE_UNIX_MESSAGE))
		return stream_positions(copies, draft, rec, side, socket);
	message_reach(socket, rec->pos, side);
	return spans_add(&draft->span[side], message_pos(rec->pos), draft->op.bytes);
}

/*
 * Number of bytes copied. With MSG_TRUNC the result is the length of the message,
 * of which less may have been copied.
 */
static int32_t copied_bytes(const struct ipcprobe_rec_unix_io *rec)
{
	if (rec->flags & IPCPROBE_UNIX_TRUNC && rec->ret > 0 && (uint32_t)rec->ret > rec->count)
		return rec->count;
	return rec->ret;
}

/*
 * Set the two sides of the operation; @number is the socket that the bytes were
 * sent to.
 */
static void set_sides(struct op *op, const struct ipcprobe_rec_unix_io *rec, uint32_t number,
		      enum side side)
{
	bool is_pages = rec->flags & IPCPROBE_UNIX_PAGES;

	op->kind = is_pages ? HOP_MOVE : op_kind(side);
	if (rec->flags & IPCPROBE_UNIX_PEEK)
		op->kind = HOP_TEE;
	op->side[side].object = rec->flags & IPCPROBE_UNIX_UNPLACED ?
				object(OBJECT_OTHER, 0) : object(OBJECT_CHANNEL, number);
	op->side[other_side(side)].object = is_pages ? object(OBJECT_OTHER, 0) : OBJECT_MEMORY;
	op->copied_bytes = is_pages ? 0 : op->bytes;
}

/* op_apply_unix - a call that sends (TO) or receives (FROM) returned */
int op_apply_unix(struct copies *copies, const struct ipcprobe_rec_unix_io *rec, enum side side)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = copied_bytes(rec), .dur_ns = rec->dur_ns,
				 .wait_ns = rec->wait_ns, .call = rec->call, .on = CALL_ON_UNIX };
	uint32_t number, sock = side == TO ? rec->peer : rec->sock;
	bool is_placed = !(rec->flags & IPCPROBE_UNIX_UNPLACED);
	struct user_buffer buffer = { rec->addr, rec->count, PRINTS_OF(rec), rec->nr_segs };
	struct op_draft *draft;
	int err;

	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	number = sock ? socket_get(copies, sock) : 0;
	if (!number)
		return sock ? -ENOMEM : 0;
	op_count_wait(socket_at(copies, number), rec->wait_ns, side);
	set_sides(&draft->op, rec, number, side);
	err = is_placed ? op_count_end(copies, &draft->op, side) : 0;
	if (!err && is_placed && draft->op.bytes)
		err = set_positions(copies, draft, rec, side, socket_at(copies, number));
	if (!err && !(rec->flags & IPCPROBE_UNIX_PAGES))
		err = call_addresses(draft, other_side(side), &buffer);
	return err ? err : op_end(copies, draft);
}
