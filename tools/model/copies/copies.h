/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where bytes went and how often they were copied.
 *
 *	copies.c	records that move no bytes; dispatch of records
 *	op.c		records to operations (struct op)
 *	call.c		positions and addresses of all bytes of an operation
 *	message.c, socket.c, procvm.c	operations on queues, sockets, other processes' memory
 *	shm.c		where shared memory is mapped in which address space
 *	count.c		what operations count at the ends of channels
 *	place.c		operations on memory to operations on what is mapped there
 *	park.c		operations in causal order
 *	flow.c		an operation to hops; puts its bytes where they go to
 *	source.c	takes the bytes of an operation where they come from
 *	unseen.c	bytes that left a stream without a recorded read
 *	memory.c	the state of processes; whose memory bytes lie in
 *	change.c	programs that change data in place
 *	sweep.c		folds what has ended and can have no more effects
 *
 * A stage hands its result to the next one as arguments. What it works with is in a
 * member of struct copies of its own, so that memory is not allocated for each record.
 */
#ifndef IPCPROBE_MODEL_COPIES_COPIES_H
#define IPCPROBE_MODEL_COPIES_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/pool.h"
#include "model/copies/call.h"
#include "model/copies/call_counts.h"
#include "model/copies/channel.h"
#include "model/copies/checksum.h"
#include "model/copies/file.h"
#include "model/copies/flow.h"
#include "model/copies/mappings.h"
#include "model/copies/memory.h"
#include "model/copies/op.h"
#include "model/copies/park.h"
#include "model/copies/path.h"
#include "model/copies/place.h"
#include "model/copies/range.h"
#include "model/copies/sweep.h"
#include "model/task.h"

/* if fewer bytes of a file are read, it is configuration, not an origin */
#define COPY_CONFIG_BYTES	4096U

/**
 * struct copies - the model of "ipcprobe copies"
 * @gen: incremented when records were lost: nothing older is linked to anything
 * @mappings_gen: incremented when records about mappings were lost: no mapping is
 *	known then
 * @has_gap: records were lost
 * @gap_end_ns: not 0: records up to this time may be missing
 * @has_mapping_gap: records about mappings were lost
 * @known_ns: of calls that began before this time, waits may be missing
 * @is_partial: some calls that move bytes were not recorded: they may have filled
 *	memory
 * @counts_calls: count system calls, too
 * @sums: checksums of bytes in memory
 * @nr_ops: number of operations that have run
 * @segments: by object number, which segments and files share: the System V segment
 *	that has it now
 * @watch: observer of moving bytes, NULL = none
 * @limits: how much of what has ended is kept
 * @nr_sweeps: number of sweeps so far
 */
struct copies {
	struct tasks *tasks;
	struct channels channels;
	struct files files;
	struct paths paths;
	struct calls calls;
	struct map segments;
	struct sparse proc;	/* struct proc_io, by process that has not been dropped */
	struct sparse call;	/* struct call_state, by task that has waited */
	uint32_t gen;
	uint32_t mappings_gen;
	uint32_t nr_ops;
	bool has_gap;
	bool has_mapping_gap;
	bool is_partial;
	bool counts_calls;
	uint64_t gap_end_ns;
	uint64_t known_ns;
	struct op_draft draft;		/* the operation that op.c begins */
	struct placing placing;
	struct parking parking;
	struct pieces pieces;		/* of the operation that flow.c runs */
	struct flow_watch *watch;
	struct sum_store sums;
	struct sweep_limits limits;
	uint32_t nr_sweeps;
};

int copies_init(struct copies *copies, struct tasks *tasks);
void copies_deinit(struct copies *copies);
int copies_apply(struct copies *copies, const struct ipcprobe_rec *rec);
int copies_apply_name(struct copies *copies, const struct ipcprobe_rec *rec);
int copies_lost(struct copies *copies, uint32_t class_id, uint64_t begin_ns, uint64_t end_ns);
void copies_reset(struct copies *copies);
int copies_finish(struct copies *copies, uint64_t end_ns);

/* True if no record is missing that could change figures about bytes. */
static inline bool copies_is_complete(const struct copies *copies)
{
	return !copies->is_partial && !copies->has_gap;
}

/* State of process @proc, NULL = none. */
static inline struct proc_io *proc_io_at(const struct copies *copies, uint32_t proc)
{
	return sparse_at(&copies->proc, proc);
}

/* First position of message @seq. */
static inline uint64_t message_pos(uint32_t seq)
{
	return (uint64_t)seq << 32;
}

/* Channel that holds the bytes of @object, 0 = its bytes are not followed. */
static inline uint32_t object_channel(const struct copies *copies, uint32_t object)
{
	if (object_type(object) == OBJECT_CHANNEL)
		return object_number(object);
	return object_type(object) == OBJECT_FILE ?
	       file_at(&copies->files, object_number(object))->channel : 0;
}

static inline bool object_is_pipe(const struct copies *copies, uint32_t object)
{
	return object_type(object) == OBJECT_CHANNEL &&
	       channel_is_pipe(channel_at(&copies->channels, object_number(object)));
}

/* True if each byte of @object is read once, in order. */
static inline bool object_is_stream(const struct copies *copies, uint32_t object)
{
	return object_type(object) == OBJECT_CHANNEL &&
	       channel_is_stream(channel_at(&copies->channels, object_number(object)));
}

/* shm.c */
int shm_segment(struct copies *copies, const struct ipcprobe_rec_shm_segment *rec);
int shm_create(struct copies *copies, const struct ipcprobe_rec_shm_create *rec);
void shm_destroy(struct copies *copies, const struct ipcprobe_rec_shm_destroy *rec);
int shm_resize(struct copies *copies, const struct ipcprobe_rec_shm_resize *rec);
int shm_map(struct copies *copies, const struct ipcprobe_rec_mapping *rec);
int shm_unmap(struct copies *copies, const struct ipcprobe_rec_shm_unmap *rec);
int shm_fork(struct copies *copies, uint32_t parent, uint32_t child);
void shm_exec(struct copies *copies, uint32_t proc);

#endif /* IPCPROBE_MODEL_COPIES_COPIES_H */
