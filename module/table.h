/* SPDX-License-Identifier: GPL-2.0 */
/* How much the tables of objects may hold. */
#ifndef IPCPROBE_TABLE_H
#define IPCPROBE_TABLE_H

#include <linux/list.h>
#include <linux/minmax.h>

#include "record.h"

#define IPCPROBE_OBJECTS_MAX	(1 << 19)	/* entries of a table */
#define IPCPROBE_CHAIN_MAX	64		/* of them in one chain */

extern unsigned int ipcprobe_objects_max;	/* a lower limit that the administrator sets */

/* May a table that has @nr entries have one more? */
static inline bool ipcprobe_objects_have_room(u32 nr)
{
	return nr < min_t(u32, READ_ONCE(ipcprobe_objects_max), IPCPROBE_OBJECTS_MAX);
}

/* May one more be put into a table of chains, into this one? */
static inline bool ipcprobe_table_has_room(u32 nr, const struct hlist_head *chain)
{
	const struct hlist_node *node;
	u32 len = 0;

	hlist_for_each(node, chain)
		len++;
	return len < IPCPROBE_CHAIN_MAX && ipcprobe_objects_have_room(nr);
}

/* Why an object has no entry in a table that @has_room for it. */
static inline enum ipcprobe_reason ipcprobe_objects_reason(bool has_room)
{
	return has_room ? IPCPROBE_REASON_NO_MEMORY : IPCPROBE_REASON_LIMIT;
}

#endif /* IPCPROBE_TABLE_H */
