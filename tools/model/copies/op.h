/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations: the bytes that one call moved from one object to another.
 *
 * op_begin() begins the draft of an operation with what the records of all calls have.
 * The file of the class adds objects, positions, addresses and fingerprints to the
 * draft; op_end() runs it.
 *
 *	op.c	calls on pipes and files
 *	message.c, socket.c, procvm.c	calls on queues, sockets, other processes' memory
 *	count.c	what operations count at the ends of channels
 */
#ifndef IPCPROBE_MODEL_COPIES_OP_H
#define IPCPROBE_MODEL_COPIES_OP_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "model/copies/call_counts.h"
#include "model/copies/channel.h"
#include "model/copies/checksum.h"
#include "model/copies/fingerprint.h"
#include "model/copies/path.h"
#include "model/copies/span.h"

struct call_state;
struct copies;

/**
 * struct op_side - one side of an operation: where its bytes come from, or go to
 * @object: the object; OBJECT_MEMORY = the process's own memory
 * @end: channel_end of the process at @object; 0 = none
 * @span: positions or addresses in @object, as far as known, in the order of the bytes
 * @nr_spans: length of @span
 */
struct op_side {
	uint32_t object;
	uint32_t end;
	const struct span *span;
	uint32_t nr_spans;
};

/**
 * struct op - bytes moved by one call, or a fork
 * @is_fork: a fork: process @child gets a copy of @proc's memory; other fields are
 *	not set
 * @is_private: bytes come out of a private mapping of a file, where the process may
 *	have written other bytes
 * @kind: enum hop_kind
 * @begin_ns: time of the call's entry
 * @end_ns: time of the call's exit
 * @side: where the bytes come from, and where they go to
 * @point: fingerprints of the operation's bytes, by place in the operation
 * @sum: checksums of the operation's bytes, in order of their place in it
 */
struct op {
	bool is_fork;
	bool is_direct;
	bool is_private;
	uint8_t kind;
	uint8_t call;
	uint32_t proc;
	uint32_t image;
	uint32_t child;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t bytes;
	uint64_t copied_bytes;
	uint64_t copy_ns;
	uint64_t blocked_ns;
	struct op_side side[NR_SIDES];
	const struct point *point;
	const struct checksum *sum;
	uint32_t nr_points;
	uint32_t nr_sums;
};

/**
 * struct op_draft - an operation that is put together from the records of a call
 * @op: the operation; op_end() sets its spans, points and sums
 * @state: state of the call; NULL = it has none
 * @span: positions or addresses, by side
 * @points: fingerprints of the user buffers
 */
struct op_draft {
	struct op op;
	struct call_state *state;
	struct spans span[NR_SIDES];
	struct points points;
};

/**
 * struct call_rec - what the records of all calls contain
 * @wait_ns: the part of @dur_ns that was waiting, if the record has it
 * @call: enum ipcprobe_call
 * @on: kind of object that the call was made on
 */
struct call_rec {
	const struct ipcprobe_rec *hdr;
	int32_t ret;
	uint32_t dur_ns;
	uint32_t wait_ns;
	uint8_t call;
	enum call_on on;
};

/* Kind of a call that moves bytes between user buffers and an object on side @side. */
static inline enum hop_kind op_kind(enum side side)
{
	return side == FROM ? HOP_READ : HOP_WRITE;
}

int op_begin(struct copies *copies, const struct call_rec *call, struct op_draft **ret);
int op_end(struct copies *copies, struct op_draft *draft);
void op_draft_deinit(struct op_draft *draft);

int op_apply_pipe_io(struct copies *copies, const struct ipcprobe_rec_pipe_io *rec,
		     enum side side);
int op_apply_discard(struct copies *copies, const struct ipcprobe_rec_pipe_discard *rec);
int op_apply_file_io(struct copies *copies, const struct ipcprobe_rec_file_io *rec,
		     enum side side);
int op_apply_file_copy(struct copies *copies, const struct ipcprobe_rec_file_copy *rec);
int op_apply_file_resize(struct copies *copies, const struct ipcprobe_rec_file_resize *rec);
int op_apply_splice(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec);

/* message.c */
void message_reach(struct channel *queue, uint32_t seq, enum side side);
int op_apply_msg(struct copies *copies, const struct ipcprobe_rec_msg_io *rec, enum side side);
int msg_create(struct copies *copies, const struct ipcprobe_rec_msg_create *rec);
int msg_snapshot(struct copies *copies, const struct ipcprobe_rec_msg_snapshot *rec);
int msg_destroy(struct copies *copies, const struct ipcprobe_rec_msg_destroy *rec);
int op_apply_mq(struct copies *copies, const struct ipcprobe_rec_mq_io *rec, enum side side);
int mq_info(struct copies *copies, const struct ipcprobe_rec_mq_info *rec);
int mq_destroy(struct copies *copies, const struct ipcprobe_rec_mq_destroy *rec);

/* socket.c */
int unix_socket(struct copies *copies, const struct ipcprobe_rec_unix_socket *rec);
int unix_holder(struct copies *copies, const struct ipcprobe_rec_unix_holder *rec);
int unix_pair(struct copies *copies, const struct ipcprobe_rec_unix_pair *rec);
int unix_connect(struct copies *copies, const struct ipcprobe_rec_unix_connect *rec);
int unix_accept(struct copies *copies, const struct ipcprobe_rec_unix_accept *rec);
int unix_segment(struct copies *copies, const struct ipcprobe_rec_unix_segment *rec);
int unix_close(struct copies *copies, const struct ipcprobe_rec_unix_close *rec);
int op_apply_unix(struct copies *copies, const struct ipcprobe_rec_unix_io *rec, enum side side);

/* procvm.c */
int op_apply_procvm(struct copies *copies, const struct ipcprobe_rec_procvm *rec);

/* count.c */
int op_count_end(struct copies *copies, struct op *op, enum side side);
void op_count_wait(struct channel *channel, uint32_t wait_ns, enum side side);
uint64_t part_of(uint64_t total, uint64_t done, uint64_t bytes, uint64_t all);

#endif /* IPCPROBE_MODEL_COPIES_OP_H */
