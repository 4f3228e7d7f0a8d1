// SPDX-License-Identifier: GPL-2.0
/* process_vm_readv and process_vm_writev: copies between the memory of two processes. */
#include "model/copies/copies.h"

#include <errno.h>

/* Get the memory of process @pid as a channel. */
static uint32_t process_channel(struct copies *copies, uint32_t pid, uint32_t *ret)
{
	uint32_t proc = tasks_by_pid(copies->tasks, pid);

	*ret = 0;
	if (!proc)
		return 0;
	if (!sparse_reach(&copies->proc, proc))
		return -ENOMEM;
	*ret = channels_get(&copies->channels, CHANNEL_PROCESS,
			    proc_at(copies->tasks, proc)->image);
	return *ret ? 0 : -ENOMEM;
}

/* Add the fingerprints of the bytes, which the module took in the caller's memory. */
static int add_points(struct copies *copies, const struct call_state *state, const struct op *op,
		      const struct ipcprobe_rec_procvm *rec)
{
	struct prints prints = PRINTS_OF(rec);
	uint64_t done = 0;
	uint32_t i;
	int err = 0;

	if (rec->nr_local == 1)
		return points_add(&copies->points, 0, rec->local, &prints, op->bytes);
	for (i = 0; state && i < state->nr_bufs && !err; i++) {
		const struct call_buf *buf = &state->buf[i];

		if (buf->is_remote || buf->ts_ns < op->begin_ns)
			continue;
		err = points_add(&copies->points, done, buf->span.start, &buf->prints, op->bytes);
		done += buf->span.bytes;
	}
	return err;
}

/* Add all ranges of one side: if there are several, each has a record of its own. */
static int add_ranges(const struct call_state *state, const struct op *op, bool is_remote,
		      uint64_t addr, uint32_t nr, struct spans *spans)
{
	uint32_t i;
	int err = 0;

	if (nr == 1)
		return spans_add(spans, addr, op->bytes);
	for (i = 0; state && i < state->nr_bufs && !err; i++)
		if (state->buf[i].is_remote == is_remote && state->buf[i].ts_ns >= op->begin_ns)
			err = spans_add(spans, state->buf[i].span.start, state->buf[i].span.bytes);
	return err;
}

/* op_apply_procvm - process_vm_readv or process_vm_writev returned */
int op_apply_procvm(struct copies *copies, const struct ipcprobe_rec_procvm *rec)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = CALL_ON_PROCESS };
	bool is_write = rec->call == IPCPROBE_CALL_PROCESS_VM_WRITEV;
	struct call_state *state;
	uint32_t number;
	struct op op;
	int err;

	err = op_begin(copies, &call, &op, &state);
	if (err <= 0)
		return err;
	err = process_channel(copies, rec->target, &number);
	if (err || !number)
		return err;
	op.kind = is_write ? HOP_WRITE : HOP_READ;
	*(is_write ? &op.to : &op.from) = object(OBJECT_CHANNEL, number);
	op.copied_bytes = op.bytes;
	err = add_ranges(state, &op, false, rec->local, rec->nr_local,
			 is_write ? &copies->in : &copies->out);
	if (!err)
		err = add_ranges(state, &op, true, rec->remote, rec->nr_remote,
				 is_write ? &copies->out : &copies->in);
	if (!err)
		err = add_points(copies, state, &op, rec);
	return err ? err : op_end(copies, &op, state);
}
