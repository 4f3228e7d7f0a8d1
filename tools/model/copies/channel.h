/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Channels: whatever carries bytes from one process to another.
 *
 * A stream (pipe, FIFO, message queue, socket) gives each byte out once: byte
 * n read is byte n written.  Bytes written and not read yet are a list of
 * segments by position; a read takes its bytes out of that list, whatever the
 * order in which records arrive.  Message n of a queue has the positions from
 * n << 32 on.
 *
 * Memory (shared memory, files mapped, memory of another process) keeps its
 * bytes: ranges by offset or address.
 *
 *	channel.c	which there are, and who is at their ends
 *	stream.c	positions and contents of streams
 *	channel_fold.c	those that are gone, as one for all of a kind
 *	pipe.c, message.c, socket.c, shm.c	their records
 */
#ifndef IPCPROBE_MODEL_COPIES_CHANNEL_H
#define IPCPROBE_MODEL_COPIES_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/copies/range.h"

#define STREAM_NR_EARLY	16U		/* ranges read before their writer was known */
#define STREAM_SEGS_MAX	(1U << 18)	/* then the oldest are forgotten */
#define STREAM_SEGS_OLD	(1U << 12)	/* then those are looked at that cannot be inside */

enum channel_kind {
	CHANNEL_PIPE,
	CHANNEL_FIFO,
	CHANNEL_MSG,		/* System V message queue */
	CHANNEL_MQ,		/* POSIX message queue */
	CHANNEL_UNIX,		/* what a UNIX socket receives */
	CHANNEL_SHM,		/* System V shared memory */
	CHANNEL_FILE,		/* a file that was written or is mapped, a memfd */
	CHANNEL_PROCESS,	/* memory that another process reads or writes */
	NR_CHANNEL_KINDS
};

/* bytes at positions, or at addresses */
struct span {
	uint64_t start;
	uint64_t bytes;
};

/* bytes in a stream: came in by @hop, written by @end */
struct stream_seg {
	uint64_t start;
	uint64_t end;
	uint32_t hop;
	uint32_t writer;
};

/**
 * struct channel_end - a process at a channel
 * @proc: the process
 * @image: the last that did something here
 * @next: of the same channel, 0 = last
 * @held: IPCPROBE_IO_READ_END, _WRITE_END: what it was seen to hold, or to do
 */
struct channel_end {
	uint64_t written_bytes;
	uint64_t read_bytes;
	uint32_t proc;
	uint32_t image;
	uint32_t next;
	uint16_t held;
};

/**
 * struct channel_pair - bytes from one writer to one reader
 * @writer: its channel_end, 0 = not known
 * @reader: its channel_end
 * @next: of the same channel, 0 = last
 */
struct channel_pair {
	uint64_t bytes;
	uint32_t writer;
	uint32_t reader;
	uint32_t next;
};

struct parked;

/**
 * struct memory - bytes at addresses of a process, or at offsets
 * @ranges: those that came in by a call
 * @first_put: operations that will put bytes there and wait themselves, in order
 * @last_put: the last of them
 * @waiters: first process whose next operation waits for one of them
 */
struct memory {
	struct ranges *ranges;
	struct parked *first_put;
	struct parked *last_put;
	uint32_t waiters;
};

/**
 * struct channel - what carries bytes
 * @path: a name of its own, or NULL
 * @key: what tells it from all others of its kind now: number of the pipe,
 *	channel_sysv_key(), device and inode of the queue, inode of the socket,
 *	number in files->file, number in tasks->image
 * @kind: enum channel_kind
 * @is_dead: it exists no more
 * @is_many: it stands for all of its kind that are not kept apart
 * @nr_folded: of @is_many: how many these are
 * @dead_number: of @is_dead: so many had gone before it
 * @capacity: bytes it can hold, 0 = not known
 * @gen: generation of what is in it, see channels->gen
 * @written_bytes: by all
 * @full_ns: time that writers waited
 * @empty_ns: time that readers waited
 *
 * Streams:
 * @has_pos: positions are known: @write_pos, @read_pos, both extended to 64 bit
 * @floor_pos: nothing is kept of bytes before it
 * @base_pos: nobody waits for the writer of bytes before it
 * @peak_bytes: most that was in it
 * @peak_at_least: it may have been more
 * @has_lost: what was in it became unknown once
 * @has_messages: message n has the positions from n << 32 on
 * @gone_pos: bytes before it were read, whether that was recorded or not
 * @left_bytes: in it when it was closed; of queues and sockets: besides what is in @seg
 * @seg: segments, [@first_seg, @first_seg + @nr_segs)
 * @early: positions taken with writer unknown; their record may still come
 * @waiters: first process whose next operation waits for bytes of this channel
 *
 * @has_size: of CHANNEL_FILE: @capacity is known, though it may be 0
 * @is_shared: of CHANNEL_FILE: processes map it, or one read what another wrote
 * @memory: of CHANNEL_SHM and CHANNEL_FILE: what is in it
 */
struct channel {
	char *path;
	uint64_t key;
	uint64_t ino;
	uint32_t dev;
	uint8_t kind;
	bool is_dead;
	bool is_many;
	bool has_pos;
	bool peak_at_least;
	bool has_lost;
	bool has_messages;
	bool is_shared;
	bool has_size;
	uint32_t gen;
	uint32_t dead_number;
	uint32_t nr_folded;
	uint64_t capacity;
	uint64_t written_bytes;
	uint64_t read_bytes;
	uint64_t full_ns;
	uint64_t empty_ns;
	uint32_t nr_full;
	uint32_t nr_empty;
	uint64_t floor_pos;
	uint64_t base_pos;
	uint64_t write_pos;
	uint64_t read_pos;
	uint64_t gone_pos;
	uint64_t peak_bytes;
	uint64_t left_bytes;
	struct stream_seg *seg;
	uint32_t first_seg;
	uint32_t nr_segs;
	uint32_t cap_segs;
	struct span *early;
	uint32_t nr_early;
	uint32_t waiters;
	struct memory memory;
	uint32_t first_end;
	uint32_t first_pair;
};

/**
 * struct channels - all channels
 * @by_key: of each kind but CHANNEL_FILE
 * @end_by_proc: of a channel with many ends: those first met
 * @pair_by_ends: likewise
 * @gen: raised when all contents become unknown: what is in channels with an
 *	older generation is void
 * @nr_dead: channels that are gone
 * @many: by kind: the channel that stands for those not kept apart, 0 = none yet
 */
struct channels {
	struct pool channel;	/* struct channel */
	struct pool end;	/* struct channel_end */
	struct pool pair;	/* struct channel_pair */
	struct map by_key[NR_CHANNEL_KINDS];
	struct map end_by_proc;
	struct map pair_by_ends;
	uint32_t gen;
	uint32_t nr_dead;
	uint32_t many[NR_CHANNEL_KINDS];
};

int channels_init(struct channels *channels);
void channels_deinit(struct channels *channels);

uint32_t channels_find(const struct channels *channels, enum channel_kind kind, uint64_t key);
uint32_t channels_get(struct channels *channels, enum channel_kind kind, uint64_t key);
uint32_t channels_renew(struct channels *channels, enum channel_kind kind, uint64_t key);
void channels_refresh(const struct channels *channels, uint32_t channel);
void channels_reset(struct channels *channels);
void channel_release(struct channel *channel);
void channels_died(struct channels *channels, uint32_t channel);
bool channels_is_current(const struct channels *channels, uint32_t channel, uint32_t recent);
uint32_t channels_many(struct channels *channels, enum channel_kind kind);
int channels_fold(struct channels *channels, uint32_t channel);

/**
 * struct end_folding - which processes at channels are not kept apart
 * @is_gone: by channel_end
 * @into: likewise: set to the channel_end that it became part of
 * @nr: length of both
 * @many: gives the process and the image that stand for all of the name of @image
 * @arg: its first argument
 */
struct end_folding {
	bool *is_gone;
	uint32_t *into;
	uint32_t nr;
	int (*many)(void *arg, uint32_t image, uint32_t *ret_proc, uint32_t *ret_image);
	void *arg;
};

int channel_fold_ends(struct channels *channels, uint32_t channel,
		      const struct end_folding *folding);
void channel_forget(struct channel *channel);
int channel_resize(struct channel *channel, uint64_t bytes, uint64_t old_bytes);

int channel_end_get(struct channels *channels, uint32_t channel, uint32_t proc, uint32_t image,
		    uint32_t *ret);
int channel_count_pair(struct channels *channels, uint32_t channel, uint32_t writer,
		       uint32_t reader, uint64_t bytes);
int channel_set_path(struct channel *channel, const char *path);

static inline struct channel *channel_at(const struct channels *channels, uint32_t channel)
{
	return pool_at(&channels->channel, channel);
}

static inline struct channel_end *channel_end_at(const struct channels *channels, uint32_t end)
{
	return pool_at(&channels->end, end);
}

static inline struct channel_pair *channel_pair_at(const struct channels *channels, uint32_t pair)
{
	return pool_at(&channels->pair, pair);
}

/* does it give each byte out once, in order? */
static inline bool channel_is_stream(const struct channel *channel)
{
	return channel->kind <= CHANNEL_UNIX;
}

static inline bool channel_is_pipe(const struct channel *channel)
{
	return channel->kind <= CHANNEL_FIFO;
}

/* System V objects: inode number of the ipc namespace, and id */
static inline uint64_t channel_sysv_key(uint32_t ns, int32_t id)
{
	return map_pair(ns, id);
}

static inline uint32_t channel_sysv_ns(uint64_t key)
{
	return key >> 32;
}

static inline uint32_t channel_sysv_id(uint64_t key)
{
	return key;
}

/* bytes in it at the end: what nobody read */
uint64_t channel_left_bytes(const struct channel *channel);

/* pipe.c */
uint32_t pipes_find(const struct channels *channels, uint32_t number, bool is_fifo);
uint32_t pipes_get(struct channels *channels, uint32_t number, bool is_fifo);
uint32_t pipes_created(struct channels *channels, const struct ipcprobe_rec_pipe_create *rec);
int pipes_snapshot(struct channels *channels, const struct ipcprobe_rec_pipe_snapshot *rec);
uint32_t pipes_closed(struct channels *channels, const struct ipcprobe_rec_pipe_close *rec);

/* stream.c: positions and contents */
void stream_forget(struct channel *channel);
uint64_t stream_extend_pos(const struct channel *channel, uint32_t pos);
void stream_moved(struct channel *channel, bool is_write, uint64_t start, uint64_t bytes);
void stream_trim(struct channel *channel);
int stream_put(struct channel *channel, const struct stream_seg *seg, uint64_t *unseen_bytes);
int stream_take(struct channel *channel, const struct span *span, bool is_tee,
		struct pieces *out);
void stream_contains(struct channel *channel, uint64_t bytes);
void stream_contains_messages(struct channel *channel, uint64_t nr_messages);
uint64_t stream_gone_pos(const struct channel *channel, uint64_t slack_bytes);
int stream_take_gone(struct channel *channel, uint64_t slack_bytes, struct pieces *out);
void stream_drop_all(struct channel *channel);
int stream_take_rest(struct channel *channel, uint64_t pos, struct pieces *out);
bool stream_has(const struct channel *channel, const struct span *span);

#endif /* IPCPROBE_MODEL_COPIES_CHANNEL_H */
