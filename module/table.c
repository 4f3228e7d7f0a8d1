// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of objects seen in the kernel. An entry is found without a lock, by
 * the address of the kernel's object, and stays in the table until that object
 * is freed. A user that needs the entry for longer takes a reference.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "table.h"

/*
 * True if one more entry fits. Context: RCU read side, or the lock of the table
 * is held.
 */
static bool has_room(u32 nr, const struct hlist_head *bucket)
{
	const struct hlist_node *node;
	u32 len = 0;

	hlist_for_each(node, bucket)
		len++;
	return len < IPCPROBE_CHAIN_MAX && ipcprobe_objects_have_room(nr);
}

/**
 * ipcprobe_table_add - add an entry to a table, if its key has no entry
 * @table: table
 * @entry: entry, filled except for @node and @refs
 *
 * Context: any but NMI, preemption off.
 * Return: the entry of the key: @entry or an older one; NULL: the table is full.
 */
struct ipcprobe_entry *ipcprobe_table_add(struct ipcprobe_table *table,
					  struct ipcprobe_entry *entry)
{
	struct hlist_head *bucket = ipcprobe_table_bucket(table, entry->key);
	struct ipcprobe_entry *found;
	unsigned long irqflags;

	refcount_set(&entry->refs, 1);
	raw_spin_lock_irqsave(&table->lock, irqflags);
	found = ipcprobe_table_find(table, entry->key);
	if (!found && has_room(table->nr, bucket)) {
		hlist_add_head_rcu(&entry->node, bucket);
		table->nr++;
		found = entry;
	}
	raw_spin_unlock_irqrestore(&table->lock, irqflags);
	return found;
}

void ipcprobe_entry_put(struct ipcprobe_entry *entry)
{
	if (refcount_dec_and_test(&entry->refs))
		kfree_rcu(entry, rcu);
}

static void remove_entry(struct ipcprobe_table *table, struct ipcprobe_entry *entry)
{
	lockdep_assert_held(&table->lock);
	hlist_del_rcu(&entry->node);
	table->nr--;
	if (table->removed)
		table->removed(entry);
	ipcprobe_entry_put(entry);
}

/* Removes the entry of an object that the kernel frees. Context: any but NMI. */
void ipcprobe_table_forget(struct ipcprobe_table *table, const void *key)
{
	struct ipcprobe_entry *entry;
	unsigned long irqflags;

	raw_spin_lock_irqsave(&table->lock, irqflags);
	entry = ipcprobe_table_find(table, key);
	if (entry)
		remove_entry(table, entry);
	raw_spin_unlock_irqrestore(&table->lock, irqflags);
}

/**
 * ipcprobe_table_visit - call a function for every entry
 * @table: table
 * @visit: called with the table's lock held
 *
 * The lock is held for one bucket at a time, and not taken for an empty bucket.
 *
 * Context: process.
 */
void ipcprobe_table_visit(struct ipcprobe_table *table,
			  void (*visit)(struct ipcprobe_entry *entry))
{
	struct ipcprobe_entry *entry;
	struct hlist_head *bucket;
	unsigned long irqflags;

	for (bucket = table->buckets; bucket < table->buckets + BIT(IPCPROBE_TABLE_BITS);
	     bucket++) {
		if (!hlist_empty(bucket)) {
			raw_spin_lock_irqsave(&table->lock, irqflags);
			hlist_for_each_entry(entry, bucket, node)
				visit(entry);
			raw_spin_unlock_irqrestore(&table->lock, irqflags);
		}
		cond_resched();
	}
}

static void empty_bucket(struct ipcprobe_table *table, struct hlist_head *bucket)
{
	struct ipcprobe_entry *entry;
	struct hlist_node *next;
	unsigned long irqflags;

	raw_spin_lock_irqsave(&table->lock, irqflags);
	hlist_for_each_entry_safe(entry, next, bucket, node)
		remove_entry(table, entry);
	raw_spin_unlock_irqrestore(&table->lock, irqflags);
}

/*
 * Empties a table. No hook is attached any more: objects may be freed without
 * being seen. Context: process.
 */
void ipcprobe_table_reset(struct ipcprobe_table *table)
{
	struct hlist_head *bucket;

	for (bucket = table->buckets; bucket < table->buckets + BIT(IPCPROBE_TABLE_BITS);
	     bucket++) {
		if (!hlist_empty(bucket))
			empty_bucket(table, bucket);
		cond_resched();
	}
}

/* Return: the reason why an object has no entry. */
enum ipcprobe_reason ipcprobe_table_reason(struct ipcprobe_table *table, const void *key)
{
	guard(rcu)();
	return ipcprobe_objects_reason(has_room(READ_ONCE(table->nr),
						ipcprobe_table_bucket(table, key)));
}
