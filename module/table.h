/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of objects seen in the kernel: pipes, UNIX sockets. */
#ifndef IPCPROBE_TABLE_H
#define IPCPROBE_TABLE_H

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/spinlock_types.h>

#include "record.h"

#define IPCPROBE_OBJECTS_MAX	(1 << 19)	/* most entries of a table */
#define IPCPROBE_CHAIN_MAX	64		/* most entries in one chain */

extern unsigned int ipcprobe_objects_max;	/* limit set by the administrator, if lower */

/* True if a table that has @nr entries may have one more. */
static inline bool ipcprobe_objects_have_room(u32 nr)
{
	return nr < min_t(u32, READ_ONCE(ipcprobe_objects_max), IPCPROBE_OBJECTS_MAX);
}

/*
 * Return: the reason why an object has no entry in a table; @has_room: the
 * table has room for the object.
 */
static inline enum ipcprobe_reason ipcprobe_objects_reason(bool has_room)
{
	return has_room ? IPCPROBE_REASON_NO_MEMORY : IPCPROBE_REASON_LIMIT;
}

/**
 * struct ipcprobe_entry - entry of a table, the first member of an object
 * @node: node in the chain of a bucket; RCU
 * @key: address of the kernel's object; only compared, never read
 * @refs: references of the table and of operations under way
 * @rcu: used to free the object
 */
struct ipcprobe_entry {
	struct hlist_node node;
	const void *key;
	refcount_t refs;
	struct rcu_head rcu;
};

#define IPCPROBE_TABLE_BITS	17

/**
 * struct ipcprobe_table - table of objects, by their address in the kernel
 * @lock: taken for changes of @buckets and @nr
 * @nr: number of entries
 * @removed: called for an entry that leaves the table, @lock held; may be NULL
 * @buckets: the entries
 */
struct ipcprobe_table {
	raw_spinlock_t lock;
	u32 nr;
	void (*removed)(struct ipcprobe_entry *entry);
	struct hlist_head buckets[BIT(IPCPROBE_TABLE_BITS)];
};

struct ipcprobe_entry *ipcprobe_table_add(struct ipcprobe_table *table,
					  struct ipcprobe_entry *entry);
void ipcprobe_table_forget(struct ipcprobe_table *table, const void *key);
void ipcprobe_table_visit(struct ipcprobe_table *table,
			  void (*visit)(struct ipcprobe_entry *entry));
void ipcprobe_table_reset(struct ipcprobe_table *table);
enum ipcprobe_reason ipcprobe_table_reason(struct ipcprobe_table *table, const void *key);
void ipcprobe_entry_put(struct ipcprobe_entry *entry);

static __always_inline struct hlist_head *
ipcprobe_table_bucket(struct ipcprobe_table *table, const void *key)
{
	return &table->buckets[hash_ptr(key, IPCPROBE_TABLE_BITS)];
}

/* Context: preemption off. Return: the entry; NULL: none. */
static __always_inline struct ipcprobe_entry *
ipcprobe_table_find(struct ipcprobe_table *table, const void *key)
{
	struct ipcprobe_entry *entry;

	hlist_for_each_entry_rcu(entry, ipcprobe_table_bucket(table, key), node)
		if (entry->key == key)
			return entry;
	return NULL;
}

#endif /* IPCPROBE_TABLE_H */
