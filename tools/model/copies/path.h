/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paths that bytes took. A hop moves bytes from one object to another; a path
 * is a hop with all the hops before it. Equal beginnings of paths are stored once:
 * the hops are a forest, in which each refers to the one before it.
 *
 *	path.c		the list of hops, and their sums at the end
 *	path_fold.c	folds ended hops into one for all that are alike
 */
#ifndef IPCPROBE_MODEL_COPIES_PATH_H
#define IPCPROBE_MODEL_COPIES_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"
#include "model/copies/fingerprint.h"

#define PATH_DEPTH_MAX	256U		/* maximum number of hops of a path */
/* number of times that a path may lead into one memory object */
#define PATH_TURNS_MAX	4U

/* What bytes move from or to: 4 bits of type, and the number in the pool of that type. */
#define OBJECT_SHIFT	28
enum object_type {
	OBJECT_MEMORY,		/* the process's own memory; its number is 0 */
	OBJECT_CHANNEL,
	/* a regular file; if its contents are followed, it also has a channel */
	OBJECT_FILE,
	OBJECT_OTHER,		/* a socket, a device, ...; its number is 0 */
};

static inline uint32_t object(enum object_type type, uint32_t number)
{
	return (uint32_t)type << OBJECT_SHIFT | number;
}

static inline enum object_type object_type(uint32_t object)
{
	return object >> OBJECT_SHIFT;
}

static inline uint32_t object_number(uint32_t object)
{
	return object & ((1U << OBJECT_SHIFT) - 1);
}

enum hop_kind {
	HOP_READ,		/* object to memory */
	HOP_WRITE,		/* memory to object */
	HOP_MOVE,		/* object to object inside the kernel */
	/* object to object inside the kernel; the bytes also stay where they were */
	HOP_TEE,
	HOP_UNSEEN,		/* out of an object, by a process that is not recorded */
	/* out of an object and discarded: no room for the rest of a message */
	HOP_DISCARD,
};

/* What is known of bytes before the first hop of a path. */
enum hop_origin {
	ORIGIN_BEFORE,		/* there is a hop before this one */
	ORIGIN_OBJECT,		/* the bytes were in the object that the hop reads */
	ORIGIN_MADE,		/* the process made the bytes */
	ORIGIN_UNKNOWN,		/* not recorded, or the path was too long */
	ORIGIN_CYCLE,		/* the bytes were in the hop's object before */
};

/* Key of a hop: hops with equal keys are one hop. */
struct hop_key {
	uint32_t before;	/* hop before this one, 0 = none */
	uint32_t image;		/* image that moved the bytes */
	uint32_t from;		/* object that bytes come from */
	uint32_t to;		/* object that bytes go to */
	uint8_t kind;		/* enum hop_kind */
	uint8_t origin;		/* enum hop_origin */
	uint8_t grade;		/* enum grade of the link to the hop before */
	bool is_many;		/* the hop stands for many folded hops */
};

/* What became of bytes that went no further. */
enum hop_outcome {
	OUTCOME_DELIVERED,	/* bytes are in a process's memory, a file or a device */
	OUTCOME_LEFT,		/* bytes are still in a pipe, a queue or a socket */
	OUTCOME_UNSEEN,		/* a process that is not recorded took the bytes */
	OUTCOME_DISCARDED,	/* the kernel discarded the bytes */
};

/**
 * struct hop - one step of some bytes
 * @bytes: bytes that took the hop
 * @copied_bytes: part of @bytes that a CPU copied
 * @passed_bytes: part of @bytes that went on by another hop, each byte counted once
 * @life_bytes: bytes that took the hop since the first record, never reset
 * @changed_bytes: bytes that had changed when they were to go on for the first time
 * @agreed_bytes: bytes that were proved unchanged when they went on for the first
 *	time
 * @spent_bytes: bytes no longer considered as the origin of what the process makes
 * @copy_ns: time in the calls, without waits
 * @blocked_ns: time of waits in the calls
 * @apart_below_bytes: @below_bytes of following hops that are cut off and counted
 *	elsewhere
 * @apart_delivered_bytes: @delivered_bytes of following hops that are cut off
 * @end_bytes: part of @bytes that went no further (set by paths_settle())
 * @below_bytes: @end_bytes of this hop and all hops after it (set by
 *	paths_settle())
 * @delivered_bytes: part of @below_bytes with OUTCOME_DELIVERED (set by
 *	paths_settle())
 * @nr_calls: number of calls that moved bytes by this hop
 * @last_op: the last operation counted in @nr_calls
 * @calls: mask of 1 << enum ipcprobe_call, which stays below 64
 * @depth: number of hops before this one
 * @has_cycle: bytes came back to this hop and are counted again each time
 * @gap_number: number of the last gap that @has_gap takes into account
 * @has_gap: the hop took bytes while records were lost
 * @has_kept: the hop took bytes while earlier ones had not gone on yet
 * @has_unproven: for some bytes no checksum proves that they are those of the hop
 *	before
 * @is_overdrawn: more bytes went on than took the hop (set at the end)
 * @is_direct: some bytes bypassed the page cache
 * @is_used: the entry is a hop, not a free number
 * @outcome: enum hop_outcome of bytes that went no further
 */
struct hop {
	struct hop_key key;
	uint32_t gap_number;
	uint64_t bytes;
	uint64_t life_bytes;
	uint64_t copied_bytes;
	uint64_t passed_bytes;
	uint64_t changed_bytes;
	uint64_t agreed_bytes;
	uint64_t spent_bytes;
	uint64_t copy_ns;
	uint64_t blocked_ns;
	uint64_t last_ns;
	uint64_t apart_below_bytes;
	uint64_t apart_delivered_bytes;
	uint64_t end_bytes;
	uint64_t below_bytes;
	uint64_t delivered_bytes;
	uint32_t nr_calls;
	uint32_t last_op;
	uint64_t calls;
	uint16_t depth;
	bool has_cycle;
	bool has_gap;
	bool has_kept;
	bool has_unproven;
	bool is_direct;
	bool is_overdrawn;
	bool is_used;
	uint8_t outcome;
};

/* Slot in the hash table; hop 0 = free. */
struct path_slot {
	uint32_t hash;
	uint32_t hop;
};

#define PATH_GAPS_MAX	64U

/* A gap: when it was marked with @number, records from @begin_ns on were missing. */
struct path_gap {
	uint64_t begin_ns;
	uint32_t number;
};

/**
 * struct paths - all hops
 * @hop: struct hop
 * @slot: hash table of hops by key
 * @mask: number of slots in @slot, minus 1
 * @nr_folded: number of hops that were folded
 * @folded_delivery_bytes: bytes that folded hops copied for delivered bytes
 * @last_ns: last time that any hop took bytes
 * @gap: gaps that began before @last_ns; each began later, and was marked later,
 *	than the one before it
 * @gap_number: number of the last gap
 */
struct paths {
	struct pool hop;
	struct path_slot *slot;
	uint32_t mask;
	uint64_t nr_folded;
	uint64_t folded_delivery_bytes;
	uint64_t last_ns;
	struct path_gap gap[PATH_GAPS_MAX];
	uint32_t nr_gaps;
	uint32_t gap_number;
};

int paths_init(struct paths *paths);
void paths_deinit(struct paths *paths);
int paths_extend(struct paths *paths, const struct hop_key *key, uint32_t max_turns,
		 uint32_t *ret);
bool paths_has(const struct paths *paths, uint32_t last, uint32_t to);
void paths_reset(struct paths *paths);
void paths_mark_gap(struct paths *paths, uint64_t begin_ns);
void paths_touch(struct paths *paths, struct hop *hop, uint64_t ns);
int paths_settle(struct paths *paths);
void paths_settle_hop(struct paths *paths, struct hop *hop);
void paths_note_overdrawn(struct hop *hop);
void paths_cut(struct hop_key *key);
void paths_revoke(struct paths *paths, struct hop *hop);
void paths_settle_gaps(const struct paths *paths, struct hop *hop);
int paths_find_or_add(struct paths *paths, const struct hop_key *key, uint32_t *ret);
void paths_index(struct paths *paths);
uint32_t *paths_by_depth(const struct paths *paths, uint32_t *nr);

/**
 * struct path_folding - how many hops are kept, and functions that know the hops'
 * objects
 * @nr_single: number of ended hops that are not folded
 * @nr_many: number of hops that stand for many and keep their link to the hop
 *	before
 * @key: replaces in @key those objects and processes of @hop that no longer exist
 *	by those that stand for many
 * @grade: returns the final grade of the link of @hop; called once, before @hop is
 *	folded
 * @arg: first argument of @key and @grade
 */
struct path_folding {
	uint32_t nr_single;
	uint32_t nr_many;
	int (*key)(void *arg, const struct hop *hop, struct hop_key *key);
	enum grade (*grade)(void *arg, const struct hop *hop);
	void *arg;
};

int paths_fold(struct paths *paths, bool *is_live, const struct path_folding *folding);

static inline struct hop *hop_at(const struct paths *paths, uint32_t hop)
{
	return pool_at(&paths->hop, hop);
}

/* Add what ended at @hop or after it to what ended after @before. */
static inline void hop_add_below(struct hop *before, const struct hop *hop)
{
	before->below_bytes += hop->below_bytes;
	before->delivered_bytes += hop->delivered_bytes;
}

/* Grade of the hop's link; while records are missing, every link is in doubt. */
static inline enum grade hop_grade(const struct hop *hop)
{
	return hop->has_gap ? GRADE_INFERRED : (enum grade)hop->key.grade;
}

/* Bytes that @hop copied for delivered bytes; valid after paths_settle(). */
static inline uint64_t hop_delivery_bytes(const struct hop *hop)
{
	return hop->below_bytes ? (__uint128_t)hop->copied_bytes * hop->delivered_bytes /
				  hop->below_bytes : 0;
}

/* Bytes of a hop that have gone nowhere yet. */
static inline uint64_t hop_unclaimed(const struct hop *hop)
{
	uint64_t claimed = hop->passed_bytes + hop->spent_bytes;

	return hop->bytes > claimed ? hop->bytes - claimed : 0;
}

#endif /* IPCPROBE_MODEL_COPIES_PATH_H */
