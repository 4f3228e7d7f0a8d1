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
 *	flow.c		an operation to hops; where the bytes are afterwards
 *	sweep.c		folds what has ended and can have no more effects
 */
#ifndef IPCPROBE_MODEL_COPIES_COPIES_H
#define IPCPROBE_MODEL_COPIES_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/pool.h"
#include "model/copies/call_counts.h"
#include "model/copies/channel.h"
#include "model/copies/checksum.h"
#include "model/copies/file.h"
#include "model/copies/mappings.h"
#include "model/copies/path.h"
#include "model/copies/range.h"
#include "model/copies/sweep.h"
#include "model/task.h"

/* reads that may be the origin of data the process makes */
#define COPY_NR_RECENT		8U
/* if fewer bytes of a file are read, it is configuration, not an origin */
#define COPY_CONFIG_BYTES	4096U
/* operations that may wait for a writer's record */
#define COPY_PARKED_MAX		(1U << 18)

/**
 * struct op - bytes moved by one call, or a fork
 * @is_fork: a fork: process @child gets a copy of @proc's memory; other fields are
 *	not set
 * @begin_ns: time of the call's entry
 * @end_ns: time of the call's exit
 * @from: object that bytes come from, OBJECT_MEMORY = the process's own memory
 * @to: object that bytes go to, OBJECT_MEMORY = the process's own memory
 * @reader: channel_end of the process at @from
 * @writer: channel_end of the process at @to
 * @is_private: bytes come out of a private mapping of file @from, where the process
 *	may have written other bytes
 * @kind: enum hop_kind
 * @in: positions or addresses in @from, as far as known, in order
 * @out: positions or addresses in @to, as far as known, in order
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
	uint32_t from;
	uint32_t to;
	uint32_t reader;
	uint32_t writer;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t bytes;
	uint64_t copied_bytes;
	uint64_t copy_ns;
	uint64_t blocked_ns;
	const struct span *in;
	const struct span *out;
	const struct point *point;
	uint32_t nr_in;
	uint32_t nr_out;
	uint32_t nr_points;
	const struct checksum *sum;
	uint32_t nr_sums;
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

/**
 * struct parked - an operation that waits for other operations
 * @next: next waiting operation of this process
 * @older: next older waiting operation of all processes
 * @newer: next newer waiting operation of all processes
 * @target: memory that the operation will put bytes into, or NULL
 * @next_put: next waiting operation that will put bytes into @target
 */
struct parked {
	struct op op;
	struct parked *next;
	struct parked *older;
	struct parked *newer;
	struct memory *target;
	struct parked *next_put;
	struct span span[];
};

/**
 * struct proc_io - the state of a process
 * @memory: bytes in the process's memory that were read in
 * @mappings: struct mapping, by address
 * @mappings_gen: generation of @mappings, see copies->mappings_gen
 * @first: first of the process's waiting operations, in order of time
 * @last: last of the process's waiting operations
 * @image: image that @memory and @recent belong to
 * @gen: generation of @memory and @recent, see copies->gen
 * @recent: hops by which the process read, most recent first
 * @wait_list: list of the processes that wait for what @first waits for; NULL =
 *	does not wait
 * @next_waiter: next process in @wait_list
 * @waits_for_parent: waits, because the parent's fork operation waits
 * @has_exited: the process has ended: no further operation will come
 * @has_unknown: the memory may contain bytes whose read was not recorded
 */
struct proc_io {
	struct memory memory;
	struct intervals *mappings;
	uint32_t mappings_gen;
	struct parked *first;
	struct parked *last;
	uint32_t image;
	uint32_t gen;
	uint32_t recent[COPY_NR_RECENT];
	uint32_t nr_recent;
	uint32_t *wait_list;
	uint32_t next_waiter;
	bool waits_for_parent;
	bool has_exited;
	bool has_unknown;
};

/* Bytes that a call moved before it waited, FROM @channel or TO it. */
struct call_seg {
	uint64_t start;
	uint64_t bytes;
	uint32_t channel;
	enum side side;
};

/* A further user buffer of a call; is_remote: in another process. */
struct call_buf {
	struct span span;
	struct prints prints;
	uint64_t ts_ns;
	bool is_remote;
};

/**
 * struct user_buffer - the (first) user buffer in a call's record
 * @addr: address of the buffer
 * @asked_bytes: requested length of all buffers; UINT64_MAX = not recorded
 * @nr_segs: number of buffers
 */
struct user_buffer {
	uint64_t addr;
	uint64_t asked_bytes;
	struct prints prints;
	uint8_t nr_segs;
};

/**
 * struct call_state - a task's call that is under way
 * @sums: checksums of bytes that the call moved
 * @sums_ns: time of the first record with checksums
 * @last_ns: time of the last record about the call
 * @block_ns: begin of the current wait, 0 = the call does not wait
 * @blocked_ns: time of all waits that have ended
 * @wait_pipe: pipe that the call waits for
 * @wait_side: what the call waits for: FROM = bytes in the pipe, TO = room in it
 */
struct call_state {
	struct call_seg *seg;
	struct call_buf *buf;
	uint32_t nr_segs;
	uint32_t cap_segs;
	uint32_t nr_bufs;
	uint32_t cap_bufs;
	struct checksums sums;
	uint64_t sums_ns;
	uint64_t last_ns;
	uint64_t block_ns;
	uint64_t blocked_ns;
	uint32_t wait_pipe;
	uint32_t gen;
	enum side wait_side;
};

struct spans {
	struct span *v;
	uint32_t nr;
	uint32_t cap;
};

/*
 * Location of the bytes of one side of an operation. is_known: from @start on;
 * is_private: in a private mapping.
 */
struct place {
	uint64_t start;
	uint64_t bytes;
	uint32_t object;
	bool is_known;
	bool is_private;
};

struct places {
	struct place *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct flow_watch - an observer of moving bytes
 * @moved: bytes @done ... of @op took hop @hop; called before the bytes are at
 *	their destination
 */
struct flow_watch {
	void (*moved)(struct flow_watch *watch, const struct op *op, uint64_t done,
		      uint64_t bytes, uint32_t hop);
};

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
 * @nr_parked_sums: number of checksums of waiting operations
 * @nr_ops: number of operations that have run
 * @segments: by object number, which segments and files share: the System V segment
 *	that has it now
 * @runnable: processes whose first waiting operation may be ready to run
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
	struct parked *oldest;
	struct parked *newest;
	uint32_t nr_parked;
	uint32_t parked_max;
	uint32_t *runnable;
	uint32_t nr_runnable;
	uint32_t cap_runnable;
	uint32_t gen;
	uint32_t mappings_gen;
	uint32_t nr_ops;
	bool has_gap;
	bool has_mapping_gap;
	bool is_partial;
	bool counts_calls;
	uint64_t gap_end_ns;
	uint64_t known_ns;
	struct pieces raw;
	struct pieces pieces;
	struct spans in;
	struct spans out;
	struct places from;
	struct places to;
	struct spans part_in;
	struct spans part_out;
	struct points points;
	struct points part_points;
	struct flow_watch *watch;
	struct checksums part_sums;
	struct sum_store sums;
	uint32_t nr_parked_sums;
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

/* count.c */
int op_count_end(struct copies *copies, const struct op *op, uint32_t number, enum side side,
		 uint32_t *end);
void op_count_wait(struct channel *channel, uint32_t wait_ns, enum side side);
uint64_t part_of(uint64_t total, uint64_t done, uint64_t bytes, uint64_t all);

/* op.c */
int op_begin(struct copies *copies, const struct call_rec *call, struct op *op,
	     struct call_state **state);
int op_end(struct copies *copies, struct op *op, struct call_state *state);
int op_apply_pipe_io(struct copies *copies, const struct ipcprobe_rec_pipe_io *rec,
		     enum side side);
int op_apply_discard(struct copies *copies, const struct ipcprobe_rec_pipe_discard *rec);
int op_apply_file_io(struct copies *copies, const struct ipcprobe_rec_file_io *rec,
		     enum side side);
int op_apply_file_copy(struct copies *copies, const struct ipcprobe_rec_file_copy *rec);
int op_apply_file_resize(struct copies *copies, const struct ipcprobe_rec_file_resize *rec);
int op_apply_splice(struct copies *copies, const struct ipcprobe_rec_pipe_splice *rec);


/* shm.c */
int shm_segment(struct copies *copies, const struct ipcprobe_rec_shm_segment *rec);
int shm_create(struct copies *copies, const struct ipcprobe_rec_shm_create *rec);
void shm_destroy(struct copies *copies, const struct ipcprobe_rec_shm_destroy *rec);
int shm_resize(struct copies *copies, const struct ipcprobe_rec_shm_resize *rec);
int shm_map(struct copies *copies, const struct ipcprobe_rec_mapping *rec);
int shm_unmap(struct copies *copies, const struct ipcprobe_rec_shm_unmap *rec);
int shm_fork(struct copies *copies, uint32_t parent, uint32_t child);
void shm_exec(struct copies *copies, uint32_t proc);

/* message.c */
void message_reach(struct channel *queue, uint32_t seq, enum side side);
int op_apply_msg(struct copies *copies, const struct ipcprobe_rec_msg_io *rec,
		 enum side side);
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
int op_apply_unix(struct copies *copies, const struct ipcprobe_rec_unix_io *rec,
		  enum side side);

/* procvm.c */
int op_apply_procvm(struct copies *copies, const struct ipcprobe_rec_procvm *rec);

/* call.c */
uint64_t call_begin_ns(uint64_t ts_ns, uint32_t dur_ns);
void call_state_end(struct copies *copies, uint32_t task);
struct call_state *call_state_get(struct copies *copies, uint32_t task, uint64_t begin_ns,
				  bool is_begin_known);
void call_state_clear(struct call_state *state, uint32_t gen);
int call_add_seg(struct call_state *state, const struct call_seg *seg);
int call_block(struct copies *copies, const struct ipcprobe_rec_pipe_block *rec);
int call_unblock(struct copies *copies, const struct ipcprobe_rec_pipe_unblock *rec);
void call_end_wait(struct copies *copies, struct call_state *state, uint64_t ts_ns);
int call_buffer(struct copies *copies, const struct ipcprobe_rec *rec,
		const struct call_buf *buf);
int call_sums(struct copies *copies, const struct ipcprobe_rec_io_sums *rec);
int call_positions(struct copies *copies, const struct call_state *state, const struct op *op,
		   uint32_t number, enum side side, uint32_t pos, uint16_t flags,
		   struct spans *spans);
int call_addresses(struct copies *copies, struct call_state *state, const struct op *op,
		   const struct user_buffer *buffer, struct spans *spans);
int spans_add(struct spans *spans, uint64_t start, uint64_t bytes);

/* place.c */
int place_submit(struct copies *copies, const struct op *op);

/* park.c */
int park_submit(struct copies *copies, const struct op *op);
int park_flush(struct copies *copies);

/* flow.c */
struct proc_io *flow_proc(struct copies *copies, uint32_t proc, uint32_t image);
uint32_t flow_owner(const struct copies *copies, const struct op *op, uint32_t object);
struct memory *flow_memory(const struct copies *copies, const struct op *op, uint32_t object);
void flow_exit(struct copies *copies, uint32_t proc);
int flow_fork(struct copies *copies, const struct op *op);
int flow_run(struct copies *copies, const struct op *op);
int flow_close(struct copies *copies, uint32_t number);
bool *flow_changers(const struct copies *copies);
enum grade flow_grade(const struct copies *copies, const struct hop *hop, bool is_changer);
int flow_doubt_changed(struct copies *copies);
int flow_end_unseen(struct copies *copies, uint32_t number, uint64_t slack_bytes);

#endif /* IPCPROBE_MODEL_COPIES_COPIES_H */
