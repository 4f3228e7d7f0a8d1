/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wake-ups under way: the waker and the woken task, from sched_waking (context
 * of the waker) to sched_wakeup (context of the chosen CPU, perhaps through its
 * wake list).
 *
 * Each wake-up has a slot in a table: the home slot of the woken task, given by
 * its thread id, or, if another wake-up has that slot, one of the slots after
 * it. A slot is claimed by an exchange and released when the wake-up is
 * recorded. Between the two, the slot belongs to the task alone, and only one
 * waker at a time wakes the task. The kernel's own locks, which hand the task
 * from the waker to its CPU, order the writes to the slot before the reads.
 *
 *	slot:	| A | B | - | b |	A, B: in their home slots
 *		      ^       ^		b: has the home slot of B, too
 *
 * The slot of a wake-up that was not recorded (its CPU went offline, or the
 * hooks were detached) is used again for the next wake-up of the task.
 */
#ifndef IPCPROBE_WAKING_H
#define IPCPROBE_WAKING_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct ipcprobe_waking - a wake-up under way
 * @wakee: task that is woken; 0 = the slot is free
 * @waker: task that called, or that was interrupted
 * @begin: stamp of the call
 * @prev_cpu: CPU of the task before the wake-up
 * @context: IPCPROBE_CONTEXT_* of the caller
 * @waker_cpu: CPU of the caller; next to @context, as in the record
 */
struct ipcprobe_waking {
	u32 wakee;
	u32 waker;
	u64 begin;
	u16 prev_cpu;
	u16 __aligned(4) context;
	u16 waker_cpu;
};

struct ipcprobe_wakings {
	struct ipcprobe_waking *slots;
	u32 mask;
};

extern struct ipcprobe_wakings ipcprobe_wakings;

/* The home slot of @tid: on the fast path it has the wake-up of @tid. */
static __always_inline struct ipcprobe_waking *ipcprobe_waking_home(u32 tid)
{
	return &ipcprobe_wakings.slots[tid & ipcprobe_wakings.mask];
}

/* Return: true if @slot was free, and now belongs to @tid. */
static __always_inline bool ipcprobe_waking_claim(struct ipcprobe_waking *slot, u32 tid)
{
	return likely(!cmpxchg(&slot->wakee, 0, tid));
}

/* Releases a slot whose contents were read. */
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
