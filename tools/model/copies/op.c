// SPDX-License-Identifier: GPL-2.0
/* Convert records of calls that moved bytes into operations. */
#include "model/copies/op.h"

#include <errno.h>
#include <stdlib.h>

#include "model/copies/copies.h"

/**
 * op_begin - begin the draft of an operation, with the fields that all have
 * @ret: set to the draft; it is valid until the next call of op_begin()
 *
 * Return: 1, 0 (the record gives no operation) or -ENOMEM.
 */
int op_begin(struct copies *copies, const struct call_rec *call, struct op_draft **ret)
{
	uint32_t task = tasks_by_tid(copies->tasks, call->hdr->tid);
	uint32_t proc = proc_real(copies->tasks, task_at(copies->tasks, task)->proc);
	uint64_t begin_ns = call_begin_ns(call->hdr->ts_ns, call->dur_ns);
	struct op_draft *draft = &copies->draft;
	struct op *op = &draft->op;

	*ret = draft;
	draft->state = NULL;
	draft->span[FROM].nr = 0;
	draft->span[TO].nr = 0;
	draft->points.nr = 0;
	if (!task)
		return 0;
	if (sparse_at(&copies->call, task)) {
		draft->state = call_state_get(copies, task, begin_ns, call->dur_ns != UINT32_MAX);
		call_end_wait(copies, draft->state, call->hdr->ts_ns);
	}
	*op = (struct op){ .proc = proc, .image = proc_at(copies->tasks, proc)->image,
			   .call = call->call, .begin_ns = begin_ns,
			   .end_ns = call->hdr->ts_ns,
			   .bytes = call->ret > 0 ? call->ret : 0 };
	op->blocked_ns = call->wait_ns + (draft->state ? draft->state->blocked_ns : 0);
	op->copy_ns = call->dur_ns > op->blocked_ns ? call->dur_ns - op->blocked_ns : 0;
	if (!copies->counts_calls)
		return 1;
	return calls_count(&copies->calls, proc, call->call, call->on, call->ret) ?: 1;
}

/* op_end - run the operation, and clear the state of its call */
int op_end(struct copies *copies, struct op_draft *draft)
{
	struct call_state *state = draft->state;
	struct op *op = &draft->op;
	enum side side;

	for (side = FROM; side <= TO; side++) {
		op->side[side].span = draft->span[side].v;
		op->side[side].nr_spans = draft->span[side].nr;
	}
	op->point = draft->points.v;
	op->nr_points = draft->points.nr;
	if (state && state->sums_ns >= op->begin_ns) {
		op->sum = state->sums.v;
		op->nr_sums = state->sums.nr;
	}
	if (state)	/* but keep the checksums */
		call_state_clear(state, copies->gen);
	return op->bytes ? place_submit(copies, op) : 0;
}

void op_draft_deinit(struct op_draft *draft)
{
	free(draft->span[FROM].v);
	free(draft->span[TO].v);
	free(draft->points.v);
}

/* ---- pipes ---- */

/* op_apply_pipe_io - a read from a pipe or FIFO returned (FROM), or a write (TO) */
int op_apply_pipe_io(struct copies *copies, const struct ipcprobe_rec_pipe_io *rec,
		     enum side side)
{
	bool is_fifo = rec->flags & IPCPROBE_IO_FIFO;
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = is_fifo ? CALL_ON_FIFO : CALL_ON_PIPE };
	uint32_t number = pipes_get(&copies->channels, rec->pipe, is_fifo);
	struct user_buffer buffer = { rec->addr, rec->count, PRINTS_OF(rec), rec->nr_segs };
	struct op_draft *draft;
	struct op *op;
	int err;

	if (!number)
		return -ENOMEM;
	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	op = &draft->op;
	op->kind = op_kind(side);
	op->side[side].object = object(OBJECT_CHANNEL, number);
	op->copied_bytes = op->bytes;
	err = op_count_end(copies, op, side);
	if (err || !op->bytes)
		return err ? err : op_end(copies, draft);
	if (rec->flags & IPCPROBE_IO_RESYNC)
		stream_forget(channel_at(&copies->channels, number));
	err = call_positions(copies, draft, side, rec->pos, rec->flags);
	if (!err)
		err = call_addresses(draft, other_side(side), &buffer);
	return err ? err : op_end(copies, draft);
}

/* op_apply_discard - a read discarded the rest of a packet; the read's record follows */
int op_apply_discard(struct copies *copies, const struct ipcprobe_rec_pipe_discard *rec)
{
	uint32_t number = pipes_get(&copies->channels, rec->pipe, rec->flags & IPCPROBE_IO_FIFO);
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);
	uint32_t proc = proc_real(copies->tasks, task_at(copies->tasks, task)->proc);
	struct channel *channel = channel_at(&copies->channels, number);
	struct op op = { .kind = HOP_DISCARD, .call = IPCPROBE_CALL_READ, .proc = proc,
			 .image = proc_at(copies->tasks, proc)->image,
			 .begin_ns = rec->hdr.ts_ns, .end_ns = rec->hdr.ts_ns,
			 .bytes = rec->bytes };
	struct span span = { .bytes = rec->bytes };

	if (!number)
		return -ENOMEM;
	if (!task || !channel->has_pos)
		return 0;
	span.start = stream_extend_pos(channel, rec->pos);
	stream_moved(channel, FROM, span.start, span.bytes);
	op.side[FROM] = (struct op_side){ .object = object(OBJECT_CHANNEL, number),
					  .span = &span, .nr_spans = 1 };
	return park_submit(copies, &op);
}

/* ---- files ---- */

/* Let a known size grow to the end of what was written. */
static void grow_file(struct channel *channel, uint64_t offset, uint64_t bytes)
{
	if (channel->has_size && offset != UINT64_MAX && offset + bytes > channel->capacity)
		channel->capacity = offset + bytes;
}

/*
 * Set one side of an operation to a file. The file's bytes are followed after it
 * was written or mapped; they are at @offset, all ones = not known.
 */
static int file_side(struct copies *copies, uint32_t number, uint64_t offset, enum side side,
		     struct op_draft *draft)
{
	uint32_t file = files_by_number(&copies->files, number), channel;
	struct op *op = &draft->op;

	op->side[side].object = number ? object(OBJECT_FILE, file) : object(OBJECT_OTHER, 0);
	if (!number || !op->bytes)
		return 0;
	channel = file_at(&copies->files, file)->channel;
	if (!channel && side == FROM)
		return 0;
	channel = files_follow(&copies->files, &copies->channels, number);
	if (!channel)
		return -ENOMEM;
	channels_refresh(&copies->channels, channel);
	if (side == TO)
		grow_file(channel_at(&copies->channels, channel), offset, op->bytes);
	return offset == UINT64_MAX ? 0 : spans_add(&draft->span[side], offset, op->bytes);
}

/*
 * Offset of the bytes. Of an append, the record has the file's size at its begin,
 * but another process may have appended first.
 */
static uint64_t io_offset(struct copies *copies, const struct ipcprobe_rec_file_io *rec)
{
	uint32_t number = files_by_number(&copies->files, rec->file);
	struct file *file = files_real(&copies->files, &number);

	if (!(rec->flags & IPCPROBE_IO_APPEND) || !rec->file)
		return rec->offset;
	if (!file->appender)
		file->appender = rec->hdr.tid;
	file->has_appenders |= file->appender != rec->hdr.tid;
	return file->has_appenders ? UINT64_MAX : rec->offset;
}

/* op_apply_file_io - a read from a regular file returned (FROM), or a write (TO) */
int op_apply_file_io(struct copies *copies, const struct ipcprobe_rec_file_io *rec,
		     enum side side)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = CALL_ON_FILE };
	struct user_buffer buffer = { rec->addr, UINT64_MAX, PRINTS_OF(rec), rec->nr_segs };
	struct op_draft *draft;
	struct op *op;
	int err;

	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	op = &draft->op;
	/*
	 * A read returns less than requested at each end of a file, but a write
	 * very rarely does: then the requested length is the length written.
	 */
	if (side == TO && !rec->span)
		buffer.asked_bytes = op->bytes;
	op->kind = op_kind(side);
	op->is_direct = rec->flags & IPCPROBE_IO_DIRECT;
	op->copied_bytes = op->is_direct ? 0 : op->bytes;
	err = file_side(copies, rec->file, io_offset(copies, rec), side, draft);
	if (!err)
		err = call_addresses(draft, other_side(side), &buffer);
	return err ? err : op_end(copies, draft);
}

/* op_apply_file_copy - sendfile or copy_file_range between files returned */
int op_apply_file_copy(struct copies *copies, const struct ipcprobe_rec_file_copy *rec)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = CALL_ON_FILE };
	struct op_draft *draft;
	struct op *op;
	int err;

	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	op = &draft->op;
	op->kind = HOP_MOVE;
	op->is_direct = rec->out && rec->flags & IPCPROBE_IO_OFFLOAD;
	op->copied_bytes = rec->flags & IPCPROBE_IO_OFFLOAD ? 0 : op->bytes;
	err = file_side(copies, rec->in, rec->in_offset, FROM, draft);
	if (!err)
		err = file_side(copies, rec->out, rec->out_offset, TO, draft);
	return err ? err : op_end(copies, draft);
}

/* op_apply_file_resize - a call that sets the size of a file returned */
int op_apply_file_resize(struct copies *copies, const struct ipcprobe_rec_file_resize *rec)
{
	uint32_t file = files_by_number(&copies->files, rec->file);
	uint32_t channel = file_at(&copies->files, file)->channel;

	if (rec->ret < 0 || !rec->file || !channel)
		return 0;
	return channel_resize(channel_at(&copies->channels, channel), rec->bytes, rec->old_bytes);
}

/* ---- splice, tee, vmsplice, sendfile with a pipe ---- */

/* One side of a splice, as its record describes it. */
struct splice_side {
	uint32_t number;
	uint32_t pos;
	bool is_pipe;
	bool is_fifo;
};

static struct splice_side splice_side_of(const struct ipcprobe_rec_pipe_splice *rec,
					 enum side side)
{
	if (side == FROM)
		return (struct splice_side){ rec->in, rec->in_pos,
					     rec->flags & IPCPROBE_IO_IN_PIPE,
					     rec->flags & IPCPROBE_IO_IN_FIFO };
	return (struct splice_side){ rec->out, rec->out_pos, rec->flags & IPCPROBE_IO_OUT_PIPE,
				     rec->flags & IPCPROBE_IO_OUT_FIFO };
}

/* True if the bytes stay in the pipe on side @side: they are not counted as read there. */
static bool splice_keeps(const struct op *op, enum side side)
{
	return side == FROM && op->kind == HOP_TEE;
}

/* Set the object of one side, and count at its end. */
static int splice_object(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
			 enum side side, struct op_draft *draft)
{
	const struct splice_side of = splice_side_of(rec, side);
	struct op *op = &draft->op;
	uint32_t pipe;

	if (!of.is_pipe && rec->call != IPCPROBE_CALL_VMSPLICE)
		return file_side(copies, of.number, rec->addr, side, draft);
	if (!of.is_pipe)
		return 0;	/* OBJECT_MEMORY */
	pipe = pipes_get(&copies->channels, of.number, of.is_fifo);
	op->side[side].object = object(OBJECT_CHANNEL, pipe);
	return splice_keeps(op, side) ? 0 : op_count_end(copies, op, side);
}

/* Other bytes went through one of the pipes unseen: forget its contents. */
static void splice_forget(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
			  const struct op *op)
{
	enum side side;

	for (side = FROM; side <= TO; side++)
		if (splice_side_of(rec, side).is_pipe)
			stream_forget(channel_at(&copies->channels,
						 object_number(op->side[side].object)));
}

static int splice_positions(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
			    enum side side, struct op_draft *draft)
{
	const struct splice_side of = splice_side_of(rec, side);
	const struct op *op = &draft->op;
	const struct channel *pipe;

	if (!of.is_pipe || !op->bytes)
		return 0;
	if (!splice_keeps(op, side))
		return call_positions(copies, draft, side, of.pos, rec->flags);
	pipe = channel_at(&copies->channels, object_number(op->side[side].object));
	return spans_add(&draft->span[side], stream_extend_pos(pipe, of.pos), op->bytes);
}

static uint8_t splice_kind(const struct ipcprobe_rec_pipe_splice *rec)
{
	if (rec->call == IPCPROBE_CALL_VMSPLICE)
		return op_kind(rec->flags & IPCPROBE_IO_OUT_PIPE ? TO : FROM);
	return rec->call == IPCPROBE_CALL_TEE ? HOP_TEE : HOP_MOVE;
}

/* op_apply_splice - splice, tee, vmsplice or sendfile with a pipe returned */
int op_apply_splice(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec)
{
	bool is_fifo = rec->flags & (IPCPROBE_IO_IN_FIFO | IPCPROBE_IO_OUT_FIFO);
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = is_fifo ? CALL_ON_FIFO : CALL_ON_PIPE };
	struct user_buffer buffer = { rec->addr, UINT64_MAX, PRINTS_OF(rec), rec->nr_segs };
	struct op_draft *draft;
	enum side side;
	struct op *op;
	int err;

	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	op = &draft->op;
	if (!rec->span)
		buffer.asked_bytes = op->bytes;
	op->kind = splice_kind(rec);
	op->copied_bytes = rec->copied < op->bytes ? rec->copied : op->bytes;
	for (err = 0, side = FROM; side <= TO && !err; side++)
		err = splice_object(copies, rec, side, draft);
	if (rec->flags & IPCPROBE_IO_RESYNC)
		splice_forget(copies, rec, op);
	for (side = FROM; side <= TO && !err; side++)
		err = splice_positions(copies, rec, side, draft);
	side = op->side[TO].object == OBJECT_MEMORY ? TO : FROM;
	if (!err && op->side[side].object == OBJECT_MEMORY)
		err = call_addresses(draft, side, &buffer);
	return err ? err : op_end(copies, draft);
}
