// SPDX-License-Identifier: GPL-2.0
/* Convert records of calls that moved bytes into operations. */
#include "model/copies/copies.h"

#include <errno.h>

/**
 * op_begin - set the fields that all operations have
 * @state: the call's state, NULL if it has none
 *
 * Return: 1, 0 (the record gives no operation) or -ENOMEM.
 */
int op_begin(struct copies *copies, const struct call_rec *call, struct op *op,
	     struct call_state **state)
{
	uint32_t task = tasks_by_tid(copies->tasks, call->hdr->tid);
	uint32_t proc = proc_real(copies->tasks, task_at(copies->tasks, task)->proc);
	uint64_t begin_ns = call_begin_ns(call->hdr->ts_ns, call->dur_ns);

	*state = NULL;
	copies->in.nr = 0;
	copies->out.nr = 0;
	copies->points.nr = 0;
	if (!task)
		return 0;
	if (sparse_at(&copies->call, task)) {
		*state = call_state_get(copies, task, begin_ns, call->dur_ns != UINT32_MAX);
		call_end_wait(copies, *state, call->hdr->ts_ns);
	}
	*op = (struct op){ .proc = proc, .image = proc_at(copies->tasks, proc)->image,
			   .call = call->call, .begin_ns = begin_ns,
			   .end_ns = call->hdr->ts_ns,
			   .bytes = call->ret > 0 ? call->ret : 0 };
	op->blocked_ns = call->wait_ns + (*state ? (*state)->blocked_ns : 0);
	op->copy_ns = call->dur_ns > op->blocked_ns ? call->dur_ns - op->blocked_ns : 0;
	if (!copies->counts_calls)
		return 1;
	return calls_count(&copies->calls, proc, call->call, call->on, call->ret) ?: 1;
}

/* op_end - run the operation, and clear the state of its call */
int op_end(struct copies *copies, struct op *op, struct call_state *state)
{
	op->in = copies->in.v;
	op->nr_in = copies->in.nr;
	op->out = copies->out.v;
	op->nr_out = copies->out.nr;
	op->point = copies->points.v;
	op->nr_points = copies->points.nr;
	if (state && state->sums_ns >= op->begin_ns) {
		op->sum = state->sums.v;
		op->nr_sums = state->sums.nr;
	}
	if (state)	/* but keep the checksums */
		call_state_clear(state, copies->gen);
	return op->bytes ? place_submit(copies, op) : 0;
}

/* op_apply_pipe_io - a read from a pipe or FIFO returned (FROM), or a write (TO) */
int op_apply_pipe_io(struct copies *copies, const struct ipcprobe_rec_pipe_io *rec,
		     enum side side)
{
	bool is_fifo = rec->flags & IPCPROBE_IO_FIFO;
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = is_fifo ? CALL_ON_FIFO : CALL_ON_PIPE };
	uint32_t number = pipes_get(&copies->channels, rec->pipe, is_fifo);
	struct user_buffer buffer = { rec->addr, rec->count, PRINTS_OF(rec), rec->nr_segs };
	struct call_state *state;
	struct op op;
	int err;

	if (!number)
		return -ENOMEM;
	err = op_begin(copies, &call, &op, &state);
	if (err <= 0)
		return err;
	op.kind = side == TO ? HOP_WRITE : HOP_READ;
	*(side == TO ? &op.to : &op.from) = object(OBJECT_CHANNEL, number);
	op.copied_bytes = op.bytes;
	err = op_count_end(copies, &op, number, side, side == TO ? &op.writer : &op.reader);
	if (err || !op.bytes)
		return err ? err : op_end(copies, &op, state);
	if (rec->flags & IPCPROBE_IO_RESYNC)
		stream_forget(channel_at(&copies->channels, number));
	err = call_positions(copies, state, &op, number, side, rec->pos, rec->flags,
			     side == TO ? &copies->out : &copies->in);
	if (!err)
		err = call_addresses(copies, state, &op, &buffer,
				     side == TO ? &copies->in : &copies->out);
	return err ? err : op_end(copies, &op, state);
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
			 .from = object(OBJECT_CHANNEL, number), .to = OBJECT_MEMORY,
			 .begin_ns = rec->hdr.ts_ns, .end_ns = rec->hdr.ts_ns,
			 .bytes = rec->bytes, .nr_in = 1 };
	struct span span = { .bytes = rec->bytes };

	if (!number)
		return -ENOMEM;
	if (!task || !channel->has_pos)
		return 0;
	span.start = stream_extend_pos(channel, rec->pos);
	stream_moved(channel, FROM, span.start, span.bytes);
	op.in = &span;
	return park_submit(copies, &op);
}

/* Let a known size grow to the end of what was written. */
static void grow_file(struct channel *channel, bool is_out, uint64_t offset, uint64_t bytes)
{
	if (is_out && channel->has_size && offset != UINT64_MAX &&
	    offset + bytes > channel->capacity)
		channel->capacity = offset + bytes;
}

/*
 * Set one side of an operation to a file. The file's bytes are followed after it
 * was written or mapped; they are at @offset, all ones = not known.
 */
static int file_side(struct copies *copies, uint32_t number, uint64_t offset, bool is_out,
		     struct op *op)
{
	uint32_t file = files_by_number(&copies->files, number), channel;

	*(is_out ? &op->to : &op->from) = number ? object(OBJECT_FILE, file) :
						   object(OBJECT_OTHER, 0);
	if (!number || !op->bytes)
		return 0;
	channel = file_at(&copies->files, file)->channel;
	if (!channel && !is_out)
		return 0;
	channel = files_follow(&copies->files, &copies->channels, number);
	if (!channel)
		return -ENOMEM;
	channels_refresh(&copies->channels, channel);
	grow_file(channel_at(&copies->channels, channel), is_out, offset, op->bytes);
	if (offset == UINT64_MAX)
		return 0;
	return spans_add(is_out ? &copies->out : &copies->in, offset, op->bytes);
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
	struct call_state *state;
	struct op op;
	int err;

	err = op_begin(copies, &call, &op, &state);
	if (err <= 0)
		return err;
	/*
	 * A read returns less than requested at each end of a file, but a write
	 * very rarely does: then the requested length is the length written.
	 */
	if (side == TO && !rec->span)
		buffer.asked_bytes = op.bytes;
	op.kind = side == TO ? HOP_WRITE : HOP_READ;
	op.is_direct = rec->flags & IPCPROBE_IO_DIRECT;
	op.copied_bytes = op.is_direct ? 0 : op.bytes;
	err = file_side(copies, rec->file, io_offset(copies, rec), side == TO, &op);
	if (!err)
		err = call_addresses(copies, state, &op, &buffer,
				     side == TO ? &copies->in : &copies->out);
	return err ? err : op_end(copies, &op, state);
}

/* op_apply_file_copy - sendfile or copy_file_range between files returned */
int op_apply_file_copy(struct copies *copies, const struct ipcprobe_rec_file_copy *rec)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = CALL_ON_FILE };
	struct call_state *state;
	struct op op;
	int err;

	err = op_begin(copies, &call, &op, &state);
	if (err <= 0)
		return err;
	op.kind = HOP_MOVE;
	op.is_direct = rec->out && rec->flags & IPCPROBE_IO_OFFLOAD;
	op.copied_bytes = rec->flags & IPCPROBE_IO_OFFLOAD ? 0 : op.bytes;
	err = file_side(copies, rec->in, rec->in_offset, false, &op);
	if (!err)
		err = file_side(copies, rec->out, rec->out_offset, true, &op);
	return err ? err : op_end(copies, &op, state);
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

static uint32_t splice_pipe(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
			    bool is_out)
{
	if (is_out)
		return pipes_get(&copies->channels, rec->out, rec->flags & IPCPROBE_IO_OUT_FIFO);
	return pipes_get(&copies->channels, rec->in, rec->flags & IPCPROBE_IO_IN_FIFO);
}

static bool splice_is_pipe(const struct ipcprobe_rec_pipe_splice *rec, bool is_out)
{
	return rec->flags & (is_out ? IPCPROBE_IO_OUT_PIPE : IPCPROBE_IO_IN_PIPE);
}

/* Set one side of a splice. */
static int splice_side(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
		       bool is_out, struct op *op)
{
	if (splice_is_pipe(rec, is_out))
		*(is_out ? &op->to : &op->from) = object(OBJECT_CHANNEL,
							 splice_pipe(copies, rec, is_out));
	else if (rec->call == IPCPROBE_CALL_VMSPLICE)
		*(is_out ? &op->to : &op->from) = OBJECT_MEMORY;
	else
		return file_side(copies, is_out ? rec->out : rec->in, rec->addr, is_out, op);
	return 0;
}

static uint8_t splice_kind(const struct ipcprobe_rec_pipe_splice *rec)
{
	if (rec->call == IPCPROBE_CALL_VMSPLICE)
		return rec->flags & IPCPROBE_IO_OUT_PIPE ? HOP_WRITE : HOP_READ;
	return rec->call == IPCPROBE_CALL_TEE ? HOP_TEE : HOP_MOVE;
}

static int splice_positions(struct copies *copies, const struct call_state *state, struct op *op,
			    const struct ipcprobe_rec_pipe_splice *rec)
{
	int err = 0;

	if (splice_is_pipe(rec, false) && op->kind == HOP_TEE) {
		struct channel *pipe = channel_at(&copies->channels, object_number(op->from));

		err = spans_add(&copies->in, stream_extend_pos(pipe, rec->in_pos), op->bytes);
	} else if (splice_is_pipe(rec, false)) {
		err = call_positions(copies, state, op, object_number(op->from), FROM, rec->in_pos,
				     rec->flags, &copies->in);
	}
	if (!err && splice_is_pipe(rec, true))
		err = call_positions(copies, state, op, object_number(op->to), TO, rec->out_pos,
				     rec->flags, &copies->out);
	return err;
}

/* Other bytes went through one of the pipes unseen: forget its contents. */
static void splice_forget(struct copies *copies, const struct op *op,
			  const struct ipcprobe_rec_pipe_splice *rec)
{
	if (!(rec->flags & IPCPROBE_IO_RESYNC))
		return;
	if (splice_is_pipe(rec, false))
		stream_forget(channel_at(&copies->channels, object_number(op->from)));
	if (splice_is_pipe(rec, true))
		stream_forget(channel_at(&copies->channels, object_number(op->to)));
}

static int splice_ends(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec,
		       struct op *op)
{
	int err = 0;

	if (splice_is_pipe(rec, false) && op->kind != HOP_TEE)
		err = op_count_end(copies, op, object_number(op->from), FROM, &op->reader);
	if (!err && splice_is_pipe(rec, true))
		err = op_count_end(copies, op, object_number(op->to), TO, &op->writer);
	return err;
}

/* op_apply_splice - splice, tee, vmsplice or sendfile with a pipe returned */
int op_apply_splice(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec)
{
	bool is_fifo = rec->flags & (IPCPROBE_IO_IN_FIFO | IPCPROBE_IO_OUT_FIFO);
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = is_fifo ? CALL_ON_FIFO : CALL_ON_PIPE };
	struct user_buffer buffer = { rec->addr, UINT64_MAX, PRINTS_OF(rec), rec->nr_segs };
	struct call_state *state;
	struct op op;
	int err;

	err = op_begin(copies, &call, &op, &state);
	if (err <= 0)
		return err;
	if (!rec->span)
		buffer.asked_bytes = op.bytes;
	op.kind = splice_kind(rec);
	op.copied_bytes = rec->copied < op.bytes ? rec->copied : op.bytes;
	err = splice_side(copies, rec, false, &op);
	if (!err)
		err = splice_side(copies, rec, true, &op);
	if (!err)
		err = splice_ends(copies, rec, &op);
	splice_forget(copies, &op, rec);
	if (!err && op.bytes)
		err = splice_positions(copies, state, &op, rec);
	if (!err && (op.from == OBJECT_MEMORY || op.to == OBJECT_MEMORY))
		err = call_addresses(copies, state, &op, &buffer,
				     op.to == OBJECT_MEMORY ? &copies->out : &copies->in);
	return err ? err : op_end(copies, &op, state);
}
