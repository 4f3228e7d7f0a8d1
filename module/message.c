// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers for the messages that are on their way, of System V and POSIX queues
 * alike: the kernel makes a struct msg_msg for each send, and frees that same
 * one when it was received, however it came to the receiver.  So its address
 * ties the two together; here it is exchanged for a number that no later
 * message at the same address has.
 *
 * The table is made of buckets of one cache line each; one that is full gets
 * another behind it, which stays until nobody watches any more.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/msg.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "ipcprobe.h"

#define TABLE_BITS	12
#define NR_SLOTS	4

/* The lock of the first bucket of a chain is that of all; task context only. */
struct bucket {
	const struct msg_msg *msg[NR_SLOTS];	/* NULL: free */
	u32 seq[NR_SLOTS];
	struct bucket *next;
	raw_spinlock_t lock;
} ____cacheline_aligned;

static struct bucket *table;
static atomic_t last_seq;

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

/* No hook may be attached: messages would be freed without our knowing. */
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
		memset(table[i].msg, 0, sizeof(table[i].msg));
	}
}

static u32 new_seq(void)
{
	u32 seq = atomic_inc_return(&last_seq);

	return likely(seq) ? seq : atomic_inc_return(&last_seq);
}

static __always_inline struct bucket *chain_of(const struct msg_msg *msg)
{
	return &table[hash_ptr(msg, TABLE_BITS)];
}

/* Return: where @msg (or NULL: room) is in the chain; NULL if nowhere. */
static __always_inline struct bucket *
search(struct bucket *bucket, const struct msg_msg *msg, unsigned int *slot)
{
	for (; bucket; bucket = bucket->next)
		for (*slot = 0; *slot < NR_SLOTS; ++*slot)
			if (bucket->msg[*slot] == msg)
				return bucket;
	return NULL;
}

static struct bucket *extend(struct bucket *chain, unsigned int *slot)
{
	struct bucket *bucket;

	bucket = kzalloc(sizeof(*bucket), GFP_NOWAIT | __GFP_NOWARN);
	if (!bucket)
		return NULL;
	bucket->next = chain->next;
	chain->next = bucket;
	*slot = 0;
	return bucket;
}

/**
 * ipcprobe_message_add - number a message that is about to be sent
 * @msg: message, new
 *
 * Context: task context, preemption off.  Return: its number; 0: no memory.
 */
u32 ipcprobe_message_add(const struct msg_msg *msg)
{
	struct bucket *chain = chain_of(msg), *bucket;
	unsigned int slot;
	u32 seq = 0;

	raw_spin_lock(&chain->lock);
	bucket = search(chain, NULL, &slot);
	if (unlikely(!bucket))
		bucket = extend(chain, &slot);
	if (likely(bucket)) {
		seq = new_seq();
		bucket->msg[slot] = msg;
		bucket->seq[slot] = seq;
	}
	raw_spin_unlock(&chain->lock);
	return seq;
}

static __always_inline u32 look_up(const struct msg_msg *msg, bool remove)
{
	struct bucket *chain = chain_of(msg), *bucket;
	unsigned int slot;
	u32 seq = 0;

	raw_spin_lock(&chain->lock);
	bucket = search(chain, msg, &slot);
	if (bucket) {
		seq = bucket->seq[slot];
		if (remove)
			bucket->msg[slot] = NULL;
	}
	raw_spin_unlock(&chain->lock);
	return seq;
}

/**
 * ipcprobe_message_find - the number of a message
 * @msg: message
 *
 * Context: task context, preemption off.
 * Return: 0 when it was sent before anybody watched.
 */
u32 ipcprobe_message_find(const struct msg_msg *msg)
{
	return look_up(msg, false);
}

/* The same, of a message that is about to be freed. */
u32 ipcprobe_message_remove(const struct msg_msg *msg)
{
	return look_up(msg, true);
}
