/* SPDX-License-Identifier: GPL-2.0 */
/* Call sites in the scheduler and their numbers; site.c explains the table. */
#ifndef IPCPROBE_SITE_H
#define IPCPROBE_SITE_H

#include <linux/hash.h>

#include "epoch.h"

enum ipcprobe_site_kind {
	IPCPROBE_SITE_OTHER,
	IPCPROBE_SITE_PREEMPT,	/* wakeup_preempt(), or its part for one class */
	IPCPROBE_SITE_PREEMPT_FAIR, /* the part of wakeup_preempt() for the fair class */
	IPCPROBE_SITE_BALANCE,	/* function that moves tasks to balance the load */
};

enum ipcprobe_site_name {
	IPCPROBE_SITE_UNKNOWN,
	IPCPROBE_SITE_FOUND,
	IPCPROBE_SITE_NAMELESS,
};

#define IPCPROBE_SITE_BITS	7

/**
 * struct ipcprobe_site - a call site
 * @ip: an address inside the call; 0: the slot is free
 * @epoch: value of ipcprobe_epoch when the site was described; set after all other
 *	fields
 * @kind: enum ipcprobe_site_kind
 * @name: enum ipcprobe_site_name; set after @kind
 */
struct ipcprobe_site {
	unsigned long ip;
	u32 epoch;
	u8 kind;
	u8 name;
};

extern struct ipcprobe_site ipcprobe_sites[BIT(IPCPROBE_SITE_BITS)];

u32 ipcprobe_site_slow_path(unsigned long ip, enum ipcprobe_site_kind *kind);

/**
 * ipcprobe_site - get the number of a call site; describe the site if it may be new to a
 *	session
 * @return_ip: return address of the called function; 0 = not known
 * @kind: set to the kind of the site
 *
 * Context: irqs off; not NMI.  Return: the number; 0: the site has no name or
 * no slot.
 */
static __always_inline u32 ipcprobe_site(unsigned long return_ip,
					 enum ipcprobe_site_kind *kind)
{
	unsigned long ip = return_ip - 1;	/* inside the call */
	u32 slot = hash_long(ip, IPCPROBE_SITE_BITS);
	const struct ipcprobe_site *site = &ipcprobe_sites[slot];

	if (unlikely(READ_ONCE(site->ip) != ip ||
		     smp_load_acquire(&site->epoch) != /* emit_site() */
		     READ_ONCE(ipcprobe_epoch)))
		return ipcprobe_site_slow_path(ip, kind);
	*kind = READ_ONCE(site->kind);
	return slot + 1;
}

#endif /* IPCPROBE_SITE_H */
