/* SPDX-License-Identifier: GPL-2.0 */
/* Calls under way: what their records before the last one describe. */
#ifndef IPCPROBE_MODEL_COPIES_CALL_H
#define IPCPROBE_MODEL_COPIES_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "model/copies/channel.h"
#include "model/copies/checksum.h"
#include "model/copies/fingerprint.h"
#include "model/copies/span.h"

struct copies;
struct op_draft;

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
int call_positions(struct copies *copies, struct op_draft *draft, enum side side, uint32_t pos,
		   uint16_t flags);
int call_addresses(struct op_draft *draft, enum side side, const struct user_buffer *buffer);

#endif /* IPCPROBE_MODEL_COPIES_CALL_H */
