// SPDX-License-Identifier: GPL-2.0
/* The slow path of the table of wake-ups under way. */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/vmalloc.h>

#include "waking.h"

#define NR_SLOTS_MIN	4096U
#define NR_SLOTS_CPU	256U	/* slots for each possible CPU */
#define NR_TRIED	64U	/* slots that are tried for one task */

struct ipcprobe_wakings ipcprobe_wakings __read_mostly;

static struct ipcprobe_waking *slot_at(u32 tid, u32 n)
{
	return ipcprobe_waking_home(tid + n);
}

/**
 * ipcprobe_waking_find - find the slot of a task
 * @tid: task
 *
 * Context: any, between the task's sched_waking and its sched_wakeup.
 * Return: the slot; NULL: the task has none.
 */
struct ipcprobe_waking *ipcprobe_waking_find(u32 tid)
{
	u32 n;

	for (n = 0; n < NR_TRIED; n++)
		if (READ_ONCE(slot_at(tid, n)->wakee) == tid)
			return slot_at(tid, n);
	return NULL;
}

/**
 * ipcprobe_waking_claim_any - claim any free slot for a task
 * @tid: task
 *
 * Context: the task's sched_waking.  Return: the slot; NULL: no slot is free.
 */
struct ipcprobe_waking *ipcprobe_waking_claim_any(u32 tid)
{
	struct ipcprobe_waking *slot = ipcprobe_waking_find(tid);
	u32 n;

	for (n = 0; !slot && n < NR_TRIED; n++)
		if (ipcprobe_waking_claim(slot_at(tid, n), tid))
			slot = slot_at(tid, n);
	return slot;
}

/* Empties the table. No hook that writes or reads it is attached. */
void ipcprobe_wakings_reset(void)
{
	u32 n;

	for (n = 0; n <= ipcprobe_wakings.mask; n++)
		ipcprobe_wakings.slots[n].wakee = 0;
}

int ipcprobe_wakings_init(void)
{
	u32 nr = max_t(u32, NR_SLOTS_MIN,
		       roundup_pow_of_two(num_possible_cpus() * NR_SLOTS_CPU));

	ipcprobe_wakings.slots = vcalloc(nr, sizeof(*ipcprobe_wakings.slots));
	if (!ipcprobe_wakings.slots)
		return -ENOMEM;
	ipcprobe_wakings.mask = nr - 1;
	return 0;
}

void ipcprobe_wakings_exit(void)
{
	vfree(ipcprobe_wakings.slots);
}
