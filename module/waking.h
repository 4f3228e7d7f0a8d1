/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wake-ups under way: who woke whom, from sched_waking (the waker's context) to
 * sched_wakeup (the chosen CPU's, by way of its wake list perhaps).
 *
 * Each has a slot of a table: the one that its task's number leads to or, while
 * another's is there, one of those behind it.  It is claimed by an exchange and
 * given back when the wake-up is recorded.  Between the two it is the task's alone,
 * which is woken by one at a time: the kernel's own locks, which hand the task
 * from the waker to its CPU, order what is written here before what is read.
 *
 *	slot:	| A | B | - | b |	A, B: where their numbers lead to
 *		      ^       ^		b: leads to B's, too
 *
 * A slot whose wake-up was not recorded (its CPU went offline, no hook was attached
 * any more) waits for the task's next one.
 */
#ifndef IPCPROBE_WAKING_H
#define IPCPROBE_WAKING_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct ipcprobe_waking - a wake-up under way
 * @wakee: whose it is, 0 = free
 * @waker: who called, or was interrupted
 * @begin: when, as a stamp
 * @prev_cpu: where the task was
 * @context: IPCPROBE_CONTEXT_*: what called
 * @waker_cpu: where; it and @context are side by side, as in the record
 */
struct ipcprobe_waking {
	u32 wakee;
	u32 waker;
	u64 begin;
	u16 prev_cpu;
	u16 context __aligned(4);
	u16 waker_cpu;
};

struct ipcprobe_wakings {
	struct ipcprobe_waking *slots;
	u32 mask;
};

extern struct ipcprobe_wakings ipcprobe_wakings;

/* Where the wake-up of @tid is, nearly always. */
static __always_inline struct ipcprobe_waking *ipcprobe_waking_home(u32 tid)
{
	return &ipcprobe_wakings.slots[tid & ipcprobe_wakings.mask];
}

/* Return: whether @slot was free, and is now @tid's. */
static __always_inline bool ipcprobe_waking_claim(struct ipcprobe_waking *slot, u32 tid)
{
	return likely(!cmpxchg(&slot->wakee, 0, tid));
}

/* What it held was read. */
static __always_inline void ipcprobe_waking_release(struct ipcprobe_waking *slot)
{
	smp_store_release(&slot->wakee, 0); /* pairs with ipcprobe_waking_claim() */
}

struct ipcprobe_waking *ipcprobe_waking_claim_any(u32 tid);
struct ipcprobe_waking *ipcprobe_waking_find(u32 tid);
void ipcprobe_wakings_reset(void);
int ipcprobe_wakings_init(void);
void ipcprobe_wakings_exit(void);

#endif /* IPCPROBE_WAKING_H */
