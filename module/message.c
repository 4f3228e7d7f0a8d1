// SPDX-License-Identifier: GPL-2.0
/*
 * Gives numbers to messages under way, in System V and POSIX queues: the kernel
 * allocates a struct msg_msg for each send, and frees the same struct when the
 * message was received, whichever way the message took. So the address of the
 * struct connects the send with the receive. This file maps the address to a
 * number that no later message at the same address has.
 *
 * The table consists of buckets of one cache line each. A message has a slot of
 * its own in one bucket, and in most cases this slot is free. If not, the
 * message takes another slot of the same bucket, or a slot of further buckets
 * that are chained to the bucket while they are needed. Chains are short, and
 * the table has a limit: a message that finds no room has no number.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/msg.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "message.h"
#include "table.h"

#define TABLE_BITS	14
#define SLOT_BITS	2
#define NR_SLOTS	BIT(SLOT_BITS)
#define CHAIN_MAX	16	/* buckets */

/* The first bucket of a chain has the lock for the chain; task context only. */
struct bucket {
	const struct msg_msg *msg[NR_SLOTS];	/* NULL: free */
	u32 seq[NR_SLOTS];
	struct bucket *next;
	raw_spinlock_t lock;
	u32 nr_displaced;	/* first bucket: messages outside their own slot */
} ____cacheline_aligned;

static struct bucket *table;
static atomic_t last_seq;
static atomic_t nr_chained;	/* buckets beyond the table */

int ipcprobe_message_init(void)
{
	u32 i;

	table = vcalloc(BIT(TABLE_BITS), sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (i = 0; i < BIT(TABLE_BITS); i++)
		raw_spin_lock_init(&table[i].lock);
	return 0;
}

void ipcprobe_message_exit(void)
{
	if (table)
		ipcprobe_message_reset();
	vfree(table);
}

/*
 * Empties the table. No hook may be attached: messages may be freed without
 * being seen.
 */
void ipcprobe_message_reset(void)
{
	struct bucket *bucket, *next;
	u32 i;

	for (i = 0; i < BIT(TABLE_BITS); i++) {
		for (bucket = table[i].next; bucket; bucket = next) {
			next = bucket->next;
			kfree(bucket);
		}
		table[i].next = NULL;
		table[i].nr_displaced = 0;
		memset(table[i].msg, 0, sizeof(table[i].msg));
	}
	atomic_set(&nr_chained, 0);
}

static u32 new_seq(void)
{
	u32 seq = atomic_inc_return(&last_seq);

	return likely(seq) ? seq : atomic_inc_return(&last_seq);
}

/* Return: the bucket of a message; sets @slot to its own slot in that bucket. */
static __always_inline struct bucket *chain_of(const struct msg_msg *msg,
					       unsigned int *slot)
{
	u32 hash = hash_ptr(msg, TABLE_BITS + SLOT_BITS);

	*slot = hash % NR_SLOTS;
	return &table[hash / NR_SLOTS];
}

/*
 * Return: the bucket of the chain that has @msg (or, if @msg is NULL, a free
 * slot), @slot set; NULL: none.
 */
static struct bucket *search_chain(struct bucket *bucket, const struct msg_msg *msg,
				   unsigned int *slot)
{
	for (; bucket; bucket = bucket->next)
		for (*slot = 0; *slot < NR_SLOTS; ++*slot)
			if (bucket->msg[*slot] == msg)
				return bucket;
	return NULL;
}

static bool may_extend(const struct bucket *chain)
{
	const struct bucket *bucket;
	u32 nr = 0;

	for (bucket = chain; bucket; bucket = bucket->next)
		nr++;
	return nr < CHAIN_MAX &&
	       ipcprobe_objects_have_room(atomic_read(&nr_chained) * NR_SLOTS);
}

static struct bucket *extend_chain(struct bucket *chain, unsigned int *slot)
{
	struct bucket *bucket;

	if (!may_extend(chain))
		return NULL;
	bucket = kzalloc(sizeof(*bucket),
			 GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!bucket)
		return NULL;
	atomic_inc(&nr_chained);
	bucket->next = chain->next;
	chain->next = bucket;
	*slot = 0;
	return bucket;
}

/*
 * Slow path: finds a slot for a message whose own slot is taken, or whose
 * address may be in another slot. The address is in the table already if the
 * kernel freed a message while no hook saw it: the number of that message is
 * stale, and is replaced.
 */
static noinline struct bucket *find_room(struct bucket *chain,
					 const struct msg_msg *msg,
					 unsigned int *slot)
{
	unsigned int own = *slot;
	struct bucket *bucket = search_chain(chain, msg, slot);

	if (bucket)
		return bucket;
	*slot = own;
	if (!chain->msg[own])
		return chain;
	bucket = search_chain(chain, NULL, slot) ?: extend_chain(chain, slot);
	if (bucket)
		chain->nr_displaced++;
	return bucket;
}

/**
 * ipcprobe_message_add - number a message that is about to be sent
 * @msg: the new message
 *
 * Context: task context, preemption off.
 * Return: the number; 0: none, ipcprobe_message_reason() says why.
 */
u32 ipcprobe_message_add(const struct msg_msg *msg)
{
	struct bucket *chain, *bucket;
	unsigned int slot;
	u32 seq = 0;

	chain = chain_of(msg, &slot);
	raw_spin_lock(&chain->lock);
	bucket = chain;
	if (unlikely(chain->nr_displaced ||
		     (chain->msg[slot] && chain->msg[slot] != msg)))
		bucket = find_room(chain, msg, &slot);
	if (likely(bucket)) {
		seq = new_seq();
		bucket->msg[slot] = msg;
		bucket->seq[slot] = seq;
	}
	raw_spin_unlock(&chain->lock);
	return seq;
}

/* Return: the reason why a message has no number. */
enum ipcprobe_reason ipcprobe_message_reason(const struct msg_msg *msg)
{
	unsigned int slot;
	struct bucket *chain = chain_of(msg, &slot);
	bool has_room;

	raw_spin_lock(&chain->lock);
	has_room = may_extend(chain);
	raw_spin_unlock(&chain->lock);
	return ipcprobe_objects_reason(has_room);
}

/* Removes an empty bucket from its chain. Return: the removed bucket; NULL: none. */
static struct bucket *unchain_bucket(struct bucket *chain, struct bucket *bucket)
{
	if (bucket == chain || memchr_inv(bucket->msg, 0, sizeof(bucket->msg)))
		return NULL;
	while (chain->next != bucket)
		chain = chain->next;
	chain->next = bucket->next;
	atomic_dec(&nr_chained);
	return bucket;
}

static noinline u32 look_up_displaced(struct bucket *chain,
				      const struct msg_msg *msg, bool remove,
				      struct bucket **unused)
{
	unsigned int slot;
	struct bucket *bucket = search_chain(chain, msg, &slot);

	if (!bucket)
		return 0;
	if (remove) {
		bucket->msg[slot] = NULL;
		chain->nr_displaced--;
		*unused = unchain_bucket(chain, bucket);
	}
	return bucket->seq[slot];
}

static __always_inline u32 look_up(const struct msg_msg *msg, bool remove)
{
	struct bucket *chain, *unused = NULL;
	unsigned int slot;
	u32 seq = 0;

	chain = chain_of(msg, &slot);
	raw_spin_lock(&chain->lock);
	if (likely(chain->msg[slot] == msg)) {
		seq = chain->seq[slot];
		if (remove)
			chain->msg[slot] = NULL;
	} else if (unlikely(chain->nr_displaced)) {
		seq = look_up_displaced(chain, msg, remove, &unused);
	}
	raw_spin_unlock(&chain->lock);
	if (unlikely(unused))
		kfree(unused);
	return seq;
}

/**
 * ipcprobe_message_find - find the number of a message
 * @msg: message
 *
 * Context: task context, preemption off.
 * Return: the number; 0: the message was sent before any hook was attached.
 */
u32 ipcprobe_message_find(const struct msg_msg *msg)
{
	return look_up(msg, false);
}

/*
 * Like ipcprobe_message_find(), for a message that is about to be freed: frees
 * its slot.
 */
u32 ipcprobe_message_remove(const struct msg_msg *msg)
{
	return look_up(msg, true);
}
