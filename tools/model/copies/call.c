// SPDX-License-Identifier: GPL-2.0
/*
 * A system call under way: its waits, the bytes it moved before them, its further
 * user buffers; and, when the call has ended, the positions and addresses of all
 * its bytes.
 *
 * The record of a call describes only the last part of the call: what it moved
 * after its last wait for the pipe. The parts before are in pipe_block records, and
 * further user buffers are in io_segment records; struct call_state collects both
 * until the call's own record comes.
 */
#include "model/copies/call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipcprobe_print.h>

#include "model/copies/copies.h"

uint64_t call_begin_ns(uint64_t ts_ns, uint32_t dur_ns)
{
	return ts_ns > dur_ns ? ts_ns - dur_ns : 0;
}

void call_state_clear(struct call_state *state, uint32_t gen)
{
	state->nr_segs = 0;
	state->nr_bufs = 0;
	state->sums.nr = 0;
	state->last_ns = 0;
	state->block_ns = 0;
	state->blocked_ns = 0;
	state->gen = gen;
}

/* call_state_end - free the state of @task, which makes no further call */
void call_state_end(struct copies *copies, uint32_t task)
{
	struct call_state *state = sparse_at(&copies->call, task);

	if (!state)
		return;
	free(state->seg);
	free(state->buf);
	free(state->sums.v);
	sparse_drop(&copies->call, task);
}

/*
 * Get the state of the call that @tid is in and that began at @begin_ns. The state
 * of an earlier call whose end was not seen is dropped.
 */
struct call_state *call_state_get(struct copies *copies, uint32_t task, uint64_t begin_ns,
				  bool is_begin_known)
{
	struct call_state *state = sparse_reach(&copies->call, task);

	if (state && (state->gen != copies->gen ||
		      (is_begin_known && state->last_ns && state->last_ns < begin_ns)))
		call_state_clear(state, copies->gen);
	return state;
}

/* ---- waits ---- */

int call_add_seg(struct call_state *state, const struct call_seg *seg)
{
	struct call_seg *grown;

	grown = array_reserve(state->seg, &state->cap_segs, state->nr_segs + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	state->seg = grown;
	grown[state->nr_segs++] = *seg;
	return 0;
}

int call_block(struct copies *copies, const struct ipcprobe_rec_pipe_block *rec)
{
	uint32_t number = pipes_get(&copies->channels, rec->pipe, rec->flags & IPCPROBE_IO_FIFO);
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);
	struct channel *pipe = channel_at(&copies->channels, number);
	struct call_seg seg = { .bytes = rec->bytes, .channel = number };
	struct call_state *state;

	if (!number || !task)
		return 0;
	state = call_state_get(copies, task, call_begin_ns(rec->hdr.ts_ns, rec->dur_ns),
			       rec->dur_ns != UINT32_MAX);
	if (!state)
		return -ENOMEM;
	state->last_ns = rec->hdr.ts_ns;
	state->block_ns = rec->hdr.ts_ns;
	state->wait_pipe = number;
	state->wait_side = rec->flags & IPCPROBE_IO_FULL ? TO : FROM;
	if (!rec->bytes)
		return 0;
	seg.side = rec->flags & IPCPROBE_IO_WRITE_END ? TO : FROM;
	seg.start = stream_extend_pos(pipe, rec->pos);
	stream_moved(pipe, seg.side, seg.start, seg.bytes);
	return call_add_seg(state, &seg);
}

void call_end_wait(struct copies *copies, struct call_state *state, uint64_t ts_ns)
{
	struct channel *pipe = channel_at(&copies->channels, state->wait_pipe);
	uint64_t ns = ts_ns > state->block_ns ? ts_ns - state->block_ns : 0;

	if (!state->block_ns)
		return;
	state->blocked_ns += ns;
	state->block_ns = 0;
	pipe->wait_ns[state->wait_side] += ns;
	pipe->nr_waits[state->wait_side]++;
}

int call_unblock(struct copies *copies, const struct ipcprobe_rec_pipe_unblock *rec)
{
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);
	struct call_state *state;

	if (!task)
		return 0;
	state = call_state_get(copies, task, 0, false);
	if (!state)
		return -ENOMEM;
	call_end_wait(copies, state, rec->hdr.ts_ns);
	state->last_ns = rec->hdr.ts_ns;
	return 0;
}

int call_buffer(struct copies *copies, const struct ipcprobe_rec *rec,
		const struct call_buf *buf)
{
	uint32_t task = tasks_by_tid(copies->tasks, rec->tid);
	struct call_state *state;
	struct call_buf *grown;

	if (!task)
		return 0;
	state = call_state_get(copies, task, 0, false);
	if (!state)
		return -ENOMEM;
	if (state->nr_bufs >= UINT8_MAX)
		state->nr_bufs = 0;
	grown = array_reserve(state->buf, &state->cap_bufs, state->nr_bufs + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	state->buf = grown;
	grown[state->nr_bufs++] = *buf;
	return 0;
}

/* Store checksums of blocks. A checksum of 0 means that the block was not read. */
static int add_sums(struct call_state *state, const struct ipcprobe_rec_io_sums *rec)
{
	uint64_t addr = rec->addr, end = rec->addr + rec->span;
	uint32_t i;
	int err = 0;

	for (i = 0; i < rec->bytes / sizeof(uint32_t) && addr < end && !err; i++) {
		struct checksum sum = { .at = addr - rec->addr + rec->offset };

		memcpy(&sum.hash, rec->sums + i * sizeof(sum.hash), sizeof(sum.hash));
		sum.bytes = IPCPROBE_SUM_BYTES - addr % IPCPROBE_SUM_BYTES;
		if (sum.bytes > end - addr)
			sum.bytes = end - addr;
		addr += sum.bytes;
		if (sum.hash)
			err = sums_add(&state->sums, &sum);
	}
	return err;
}

/* call_sums - store checksums of bytes that a call moved; the call's record follows */
int call_sums(struct copies *copies, const struct ipcprobe_rec_io_sums *rec)
{
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);
	struct call_state *state;
	const struct checksum *last;

	if (!task)
		return 0;
	state = call_state_get(copies, task, 0, false);
	if (!state)
		return -ENOMEM;
	last = state->sums.nr ? &state->sums.v[state->sums.nr - 1] : NULL;
	/* sums of an earlier call */
	if (last && last->at + last->bytes > rec->offset)
		state->sums.nr = 0;
	if (!state->sums.nr)
		state->sums_ns = rec->hdr.ts_ns;
	return rec->offset < IPCPROBE_SUMMED_MAX ? add_sums(state, rec) : 0;
}

/* ---- what a call moved, and where ---- */

/*
 * call_positions - add the positions of all bytes that a call moved, in the stream on
 * one side
 *
 * Adds none if waits of the call may be missing.
 */
int call_positions(struct copies *copies, struct op_draft *draft, enum side side, uint32_t pos,
		   uint16_t flags)
{
	const struct op *op = &draft->op;
	const struct call_state *state = draft->state;
	uint32_t number = object_number(op->side[side].object), i;
	struct channel *pipe = channel_at(&copies->channels, number);
	uint64_t before = 0, start;
	int err = 0;

	if (flags & IPCPROBE_IO_BLOCKED && side == TO && op->begin_ns < copies->known_ns) {
		stream_forget(pipe);
		return 0;
	}
	for (i = 0; state && i < state->nr_segs && !err; i++) {
		const struct call_seg *seg = &state->seg[i];

		if (seg->channel != number || seg->side != side ||
		    before + seg->bytes > op->bytes)
			continue;
		before += seg->bytes;
		err = spans_add(&draft->span[side], seg->start, seg->bytes);
	}
	start = stream_extend_pos(pipe, pos);
	stream_moved(pipe, side, start, op->bytes - before);
	return err ? err : spans_add(&draft->span[side], start, op->bytes - before);
}

/* Forget user buffers of calls before the one that began at @begin_ns. */
static void drop_old_bufs(struct call_state *state, uint64_t begin_ns)
{
	uint32_t i;

	for (i = 0; i < state->nr_bufs && state->buf[i].ts_ns < begin_ns; i++)
		;
	if (!i)
		return;
	state->nr_bufs -= i;
	memmove(state->buf, state->buf + i, state->nr_bufs * sizeof(*state->buf));
}

/*
 * Number of bytes in the first of several buffers; all ones = not known. If the
 * record has no requested length, the span of the fingerprints gives the number.
 */
static uint64_t first_bytes(const struct op_draft *draft, const struct user_buffer *buffer)
{
	struct call_state *state = draft->state;
	uint64_t others = 0;
	uint32_t i;

	if (buffer->nr_segs <= 1)
		return draft->op.bytes;
	if (!state)
		return UINT64_MAX;
	drop_old_bufs(state, draft->op.begin_ns);
	for (i = 0; i < state->nr_bufs; i++)
		others += state->buf[i].span.bytes;
	if (state->nr_bufs + 1U != buffer->nr_segs)
		return UINT64_MAX;
	if (buffer->asked_bytes == UINT64_MAX)
		return buffer->prints.span ?: UINT64_MAX;
	return others <= buffer->asked_bytes ? buffer->asked_bytes - others : UINT64_MAX;
}

/*
 * Add addresses and fingerprints of bytes in a buffer; @done bytes of the call precede
 * them.
 */
static int add_buffer(struct op_draft *draft, enum side side, uint64_t done,
		      const struct span *span, const struct prints *prints)
{
	int err = spans_add(&draft->span[side], span->start, span->bytes);

	return err ? err : points_add(&draft->points, done, span->start, prints,
				      done + span->bytes);
}

/*
 * call_addresses - add the addresses and fingerprints of the bytes that a call moved,
 * in the user buffers on one side; add none if they are not known
 */
int call_addresses(struct op_draft *draft, enum side side, const struct user_buffer *buffer)
{
	uint64_t first = first_bytes(draft, buffer), all = draft->op.bytes, done;
	const struct call_state *state = draft->state;
	struct span span = { .start = buffer->addr };
	uint32_t i;
	int err;

	if (first == UINT64_MAX)
		return 0;
	span.bytes = first < all ? first : all;
	err = add_buffer(draft, side, 0, &span, &buffer->prints);
	done = span.bytes;
	for (i = 0; done < all && i < state->nr_bufs && !err; i++) {
		span = state->buf[i].span;
		if (span.bytes > all - done)
			span.bytes = all - done;
		err = add_buffer(draft, side, done, &span, &state->buf[i].prints);
		done += span.bytes;
	}
	return err;
}
