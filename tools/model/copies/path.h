/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ways that bytes took.  A hop moves bytes from one object to another; a
 * path is a hop with all the hops before it.  Equal beginnings of paths are
 * stored once: the hops form a forest, each refers to the one before it.
 *
 *	path.c		which hops there are, and what is known of them at the end
 *	path_fold.c	hops that are over, as one for all that are alike
 */
#ifndef IPCPROBE_MODEL_COPIES_PATH_H
#define IPCPROBE_MODEL_COPIES_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"
#include "model/copies/fingerprint.h"

#define PATH_DEPTH_MAX	256U		/* hops of one path */
#define PATH_TURNS_MAX	4U		/* times that a path may lead into the same memory */

/* what bytes move from or to: 4 bits of type and the number in its pool */
#define OBJECT_SHIFT	28
enum object_type {
	OBJECT_MEMORY,		/* the process's own; its number is 0 */
	OBJECT_CHANNEL,
	OBJECT_FILE,		/* a regular file; if it is followed, it has a channel besides */
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
	HOP_MOVE,		/* object to object within the kernel */
	HOP_TEE,		/* the same, and the bytes stay where they were, too */
	HOP_UNSEEN,		/* out of an object, by somebody who is not recorded */
	HOP_DISCARD,		/* out of an object, and nowhere: no room for a message's rest */
};

/* what is known of bytes before the first hop of a path */
enum hop_origin {
	ORIGIN_BEFORE,		/* there is a hop before */
	ORIGIN_OBJECT,		/* they were in the object that the hop reads */
	ORIGIN_MADE,		/* the process made them */
	ORIGIN_UNKNOWN,		/* not recorded, or too long a way back */
	ORIGIN_CYCLE,		/* they have been in the hop's object before */
};

/* what makes a hop: two with equal keys are one */
struct hop_key {
	uint32_t before;	/* the hop before, 0 = none */
	uint32_t image;		/* who did it */
	uint32_t from;		/* object */
	uint32_t to;		/* object */
	uint8_t kind;		/* enum hop_kind */
	uint8_t origin;		/* enum hop_origin */
	uint8_t grade;		/* enum grade of the link to the hop before */
	bool is_many;		/* it stands for hops that are not kept apart */
};

/* what became of bytes that went no further */
enum hop_outcome {
	OUTCOME_DELIVERED,	/* they are in a process's memory, a file, a device */
	OUTCOME_LEFT,		/* they lie in a pipe, a queue or a socket */
	OUTCOME_UNSEEN,		/* somebody who is not recorded took them */
	OUTCOME_DISCARDED,	/* the kernel threw them away */
};

/**
 * struct hop - one step of some bytes
 * @bytes: that took it
 * @copied_bytes: of these, copied by a CPU
 * @passed_bytes: of these, went further by another hop, each counted once
 * @life_bytes: the same as @bytes, since the first record, whatever is counted
 * @changed_bytes: others when they were to go further for the first time
 * @agreed_bytes: shown to be the same then
 * @spent_bytes: no longer considered as origin of what the process makes
 * @copy_ns: time in the calls without waiting
 * @blocked_ns: time waiting in the calls
 * @apart_below_bytes: of hops after it that are counted elsewhere: their @below_bytes
 * @apart_delivered_bytes: likewise
 * @end_bytes: of @bytes, went no further (set by paths_settle())
 * @below_bytes: @end_bytes of this and all hops after it (likewise)
 * @delivered_bytes: of @below_bytes, those with OUTCOME_DELIVERED (likewise)
 * @nr_calls: calls that moved bytes here
 * @last_op: the last operation counted in @nr_calls
 * @calls: mask of 1 << enum ipcprobe_call, which stays below 64
 * @depth: hops before it
 * @has_cycle: bytes came back here and are counted again each time
 * @gap_number: the last gap that @has_gap knows of
 * @has_gap: took bytes while records were lost
 * @has_kept: took bytes while some before were still to go further
 * @has_unproven: of some bytes no checksum shows that they are those of the hop before
 * @is_overdrawn: more bytes went further than took it (set at the end)
 * @is_direct: some bytes bypassed the page cache
 * @is_used: it is a hop, and not a number that was given back
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

/* in the hash table; hop 0 = free */
struct path_slot {
	uint32_t hash;
	uint32_t hop;
};

#define PATH_GAPS_MAX	64U

/* records of @begin_ns and later were missing when gap @number was told */
struct path_gap {
	uint64_t begin_ns;
	uint32_t number;
};

/**
 * struct paths - all hops
 * @hop: struct hop
 * @slot: hash table of hops by key
 * @mask: its slots - 1
 * @nr_folded: hops that are not kept apart
 * @folded_delivery_bytes: copied by these for what was delivered
 * @last_ns: when a hop last took bytes
 * @gap: gaps that began before a hop last took bytes; each began later, and was
 *	told later, than the one before it
 * @gap_number: of the last one
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
 * struct path_folding - how much is kept, and who knows what hops are about
 * @nr_single: hops kept apart, if so many are over
 * @nr_many: hops that stand for many; of others it is forgotten what was before them
 * @key: what is gone of that which @hop tells of becomes, in @key, what stands for
 *	many; the same key if nothing is
 * @grade: how sure the link of @hop is, all things considered; called once, before it
 *	becomes part of another one
 * @arg: their first argument
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

/* what ended at @hop or behind it counts as ended behind @before */
static inline void hop_add_below(struct hop *before, const struct hop *hop)
{
	before->below_bytes += hop->below_bytes;
	before->delivered_bytes += hop->delivered_bytes;
}

/* how sure its link is; while records are missing everything is in doubt */
static inline enum grade hop_grade(const struct hop *hop)
{
	return hop->has_gap ? GRADE_INFERRED : (enum grade)hop->key.grade;
}

/* copied by @hop for what was delivered, when it is settled */
static inline uint64_t hop_delivery_bytes(const struct hop *hop)
{
	return hop->below_bytes ? (__uint128_t)hop->copied_bytes * hop->delivered_bytes /
				  hop->below_bytes : 0;
}

/* bytes of a hop that have gone nowhere yet */
static inline uint64_t hop_unclaimed(const struct hop *hop)
{
	uint64_t gone = hop->passed_bytes + hop->spent_bytes;

	return hop->bytes > gone ? hop->bytes - gone : 0;
}

#endif /* IPCPROBE_MODEL_COPIES_PATH_H */
