/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Channels: objects that carry bytes from one process to another.
 *
 * In a stream (pipe, FIFO, message queue, socket) each byte is read once: byte n
 * read is byte n written.  Bytes written and not read yet are a list of segments by
 * position; a read takes its bytes out of that list; records may arrive in any
 * order.  Message n of a queue has the positions that begin at n << 32.
 *
 * Memory (shared memory, mapped files, memory of another process) keeps its bytes;
 * they are ranges of offsets or addresses.
 *
 *	channel.c	the list of channels, and the processes at their ends
 *	stream.c	positions and contents of streams
 *	channel_fold.c	dead channels, folded into one for each kind
 *	pipe.c, message.c, socket.c, shm.c	records of these channels
 */
#ifndef IPCPROBE_MODEL_COPIES_CHANNEL_H
#define IPCPROBE_MODEL_COPIES_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/copies/range.h"
#include "model/copies/span.h"

/* ranges kept that were read before their writer was known */
#define STREAM_NR_EARLY	16U
/* maximum number of segments; above it the oldest are forgotten */
#define STREAM_SEGS_MAX	(1U << 18)
/* above this number, segments that cannot be in the channel any more are searched for */
#define STREAM_SEGS_OLD	(1U << 12)

enum channel_kind {
	CHANNEL_PIPE,
	CHANNEL_FIFO,
	CHANNEL_MSG,		/* System V message queue */
	CHANNEL_MQ,		/* POSIX message queue */
	CHANNEL_UNIX,		/* what a UNIX socket receives */
	CHANNEL_SHM,		/* System V shared memory */
	CHANNEL_FILE,		/* a written or mapped file, a memfd */
	/* memory of a process that another process reads or writes */
	CHANNEL_PROCESS,
	NR_CHANNEL_KINDS
};

/*
 * Sides of a transfer. A process that reads moves bytes FROM a channel, one that
 * writes moves bytes TO it.
 */
enum side {
	FROM,
	TO,
	NR_SIDES
};

static inline enum side other_side(enum side side)
{
	return side == FROM ? TO : FROM;
}

/* The end of a channel that moves bytes FROM it or TO it: a flag of the records. */
static inline uint16_t side_end(enum side side)
{
	return side == FROM ? IPCPROBE_IO_READ_END : IPCPROBE_IO_WRITE_END;
}

/* Bytes in a stream: @hop brought them in, @end wrote them. */
struct stream_seg {
	uint64_t start;
	uint64_t end;
	uint32_t hop;
	uint32_t writer;
};

/**
 * struct channel_end - a process at a channel
 * @bytes: bytes that the process moved, by side
 * @proc: the process
 * @image: the last image of @proc that used the channel
 * @next: next end of this channel, 0 = last
 * @held: IPCPROBE_IO_READ_END, _WRITE_END: ends that the process was seen to hold
 *	or use
 */
struct channel_end {
	uint64_t bytes[NR_SIDES];
	uint32_t proc;
	uint32_t image;
	uint32_t next;
	uint16_t held;
};

/**
 * struct channel_pair - bytes from one writer to one reader
 * @writer: the writer's channel_end, 0 = not known
 * @reader: the reader's channel_end
 * @next: next pair of this channel, 0 = last
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
 * @ranges: bytes that calls brought in
 * @first_put: first of the waiting operations that will put bytes into this memory,
 *	in order of time
 * @last_put: last of the operations in the list of @first_put
 * @waiters: first process whose next operation waits for one in the list of
 *	@first_put
 */
struct memory {
	struct ranges ranges;
	struct parked *first_put;
	struct parked *last_put;
	uint32_t waiters;
};

/**
 * struct channel - an object that carries bytes
 * @path: path or name of the object, or NULL
 * @key: unique among the existing objects of its kind: number of the pipe,
 *	channel_sysv_key(), device and inode of the queue, inode of the socket,
 *	number in files->file, number in tasks->image
 * @kind: enum channel_kind
 * @is_dead: the object no longer exists
 * @is_many: the channel is the sum of all folded channels of its kind
 * @nr_folded: with @is_many: number of folded channels
 * @dead_number: with @is_dead: number of channels that had died before it
 * @capacity: bytes that the object can hold, 0 = not known
 * @gen: generation of the contents, see channels->gen
 * @bytes: bytes that all processes moved, by side
 * @wait_ns: by side: time that readers waited for bytes, and writers for room
 * @nr_waits: number of these waits
 *
 * Streams:
 * @has_pos: @pos is known
 * @pos: by side: position of the next byte read, and of the next byte written;
 *	extended to 64 bits
 * @floor_pos: position before which nothing is kept
 * @base_pos: position before which no operation waits for the bytes' writer
 * @peak_bytes: maximum number of bytes in the channel
 * @peak_at_least: the maximum may have been higher than @peak_bytes
 * @has_lost: the contents became unknown at least once
 * @has_messages: message n has the positions that begin at n << 32
 * @drained_pos: position before which all bytes were read, recorded or not
 * @left_bytes: bytes in the channel when it was closed; of queues and sockets:
 *	without those in @seg
 * @seg: segments, [@first_seg, @first_seg + @nr_segs)
 * @early: positions read while their writer was unknown; the write's record may
 *	still come
 * @waiters: first process whose next operation waits for bytes of the channel
 *
 * @has_size: of CHANNEL_FILE: @capacity is known, even if it is 0
 * @is_shared: of CHANNEL_FILE: processes map the file, or one read what another
 *	wrote
 * @memory: of CHANNEL_SHM and CHANNEL_FILE: the contents
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
	uint64_t bytes[NR_SIDES];
	uint64_t wait_ns[NR_SIDES];
	uint32_t nr_waits[NR_SIDES];
	uint64_t floor_pos;
	uint64_t base_pos;
	uint64_t pos[NR_SIDES];
	uint64_t drained_pos;
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
 * @by_key: for each kind except CHANNEL_FILE: channel by key
 * @end_by_proc: of channels with many ends: the ends that were added first
 * @pair_by_ends: of channels with many pairs: the pairs that were added first
 * @gen: incremented when all contents become unknown: the contents of a channel
 *	with an older generation are invalid
 * @nr_dead: number of channels whose objects no longer exist
 * @many: by kind: the channel that is the sum of the folded ones, 0 = none yet
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
 * struct end_folding - which ends of channels are folded
 * @is_folded: by channel_end: the end is to be folded
 * @into: by channel_end: set to the channel_end that the end was folded into
 * @nr: length of @is_folded and of @into
 * @many: returns the process and the image that stand for all with the name of
 *	@image
 * @arg: first argument of @many
 */
struct end_folding {
	bool *is_folded;
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

/* True if each byte is read once, in order. */
static inline bool channel_is_stream(const struct channel *channel)
{
	return channel->kind <= CHANNEL_UNIX;
}

static inline bool channel_is_pipe(const struct channel *channel)
{
	return channel->kind <= CHANNEL_FIFO;
}

/* Key of a System V object: inode number of the ipc namespace, and id. */
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

/* Bytes that were left in the channel at the end, because no process read them. */
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
void stream_moved(struct channel *channel, enum side side, uint64_t start, uint64_t bytes);
void stream_trim(struct channel *channel);
int stream_put(struct channel *channel, const struct stream_seg *seg, uint64_t *unseen_bytes);
int stream_take(struct channel *channel, const struct span *span, bool is_tee,
		struct pieces *out);
void stream_contains(struct channel *channel, uint64_t bytes);
void stream_contains_messages(struct channel *channel, uint64_t nr_messages);
uint64_t stream_drained_pos(const struct channel *channel, uint64_t slack_bytes);
int stream_take_drained(struct channel *channel, uint64_t slack_bytes, struct pieces *out);
void stream_drop_all(struct channel *channel);
int stream_take_rest(struct channel *channel, uint64_t pos, struct pieces *out);
bool stream_has(const struct channel *channel, const struct span *span);

#endif /* IPCPROBE_MODEL_COPIES_CHANNEL_H */
