// SPDX-License-Identifier: GPL-2.0
/* process_vm_readv and process_vm_writev: copies between the memory of two processes. */
#include "model/copies/op.h"

#include <errno.h>

#include "model/copies/copies.h"

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
static int add_points(struct op_draft *draft, const struct ipcprobe_rec_procvm *rec)
{
	const struct call_state *state = draft->state;
	struct prints prints = PRINTS_OF(rec);
	uint64_t done = 0, all = draft->op.bytes;
	uint32_t i;
	int err = 0;

	if (rec->nr_local == 1)
		return points_add(&draft->points, 0, rec->local, &prints, all);
	for (i = 0; state && i < state->nr_bufs && !err; i++) {
		const struct call_buf *buf = &state->buf[i];

		if (buf->is_remote || buf->ts_ns < draft->op.begin_ns)
			continue;
		err = points_add(&draft->points, done, buf->span.start, &buf->prints, all);
		done += buf->span.bytes;
	}
	return err;
}

/* Add all ranges of one side: if there are several, each has a record of its own. */
static int add_ranges(struct op_draft *draft, enum side side, bool is_remote, uint64_t addr,
		      uint32_t nr)
{
	const struct call_state *state = draft->state;
	struct spans *spans = &draft->span[side];
	uint32_t i;
	int err = 0;

	if (nr == 1)
		return spans_add(spans, addr, draft->op.bytes);
	for (i = 0; state && i < state->nr_bufs && !err; i++) {
		const struct call_buf *buf = &state->buf[i];

		if (buf->is_remote == is_remote && buf->ts_ns >= draft->op.begin_ns)
			err = spans_add(spans, buf->span.start, buf->span.bytes);
	}
	return err;
}

/* op_apply_procvm - process_vm_readv or process_vm_writev returned */
int op_apply_procvm(struct copies *copies, const struct ipcprobe_rec_procvm *rec)
{
	struct call_rec call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
				 .call = rec->call, .on = CALL_ON_PROCESS };
	enum side side = rec->call == IPCPROBE_CALL_PROCESS_VM_WRITEV ? TO : FROM;
	struct op_draft *draft;
	uint32_t number;
	struct op *op;
	int err;

	err = op_begin(copies, &call, &draft);
	if (err <= 0)
		return err;
	err = process_channel(copies, rec->target, &number);
	if (err || !number)
		return err;
	op = &draft->op;
	op->kind = op_kind(side);
	op->side[side].object = object(OBJECT_CHANNEL, number);
	op->copied_bytes = op->bytes;
	err = add_ranges(draft, other_side(side), false, rec->local, rec->nr_local);
	if (!err)
		err = add_ranges(draft, side, true, rec->remote, rec->nr_remote);
	if (!err)
		err = add_points(draft, rec);
	return err ? err : op_end(copies, draft);
}
