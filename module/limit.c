// SPDX-License-Identifier: GPL-2.0
/* Limits for all sessions together. */
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "limit.h"
#include "record.h"

static DEFINE_SPINLOCK(lock);
static u64 taken[IPCPROBE_NR_LIMITS];

static u64 limit_max(enum ipcprobe_limit limit)
{
	switch (limit) {
	case IPCPROBE_LIMIT_OPEN:
		return IPCPROBE_NR_SESSIONS_MAX;
	case IPCPROBE_LIMIT_RUNNING:
		return IPCPROBE_NR_RUNNING_MAX;
	default:
		return (u64)totalram_pages() * PAGE_SIZE / 4;
	}
}

/**
 * ipcprobe_limit_take - take an amount of something that is limited
 * @limit: the limit
 * @amount: number of sessions, or bytes
 *
 * Context: process; does not wait.  Return: false: the limit would be exceeded, and
 * nothing was taken.
 */
bool ipcprobe_limit_take(enum ipcprobe_limit limit, u64 amount)
{
	u64 max = limit_max(limit);

	guard(spinlock)(&lock);
	if (taken[limit] > max || amount > max - taken[limit])
		return false;
	taken[limit] += amount;
	return true;
}

/* Gives back an amount that ipcprobe_limit_take() took. Context: process. */
void ipcprobe_limit_give(enum ipcprobe_limit limit, u64 amount)
{
	guard(spinlock)(&lock);
	taken[limit] -= amount;
}

/* Return: amount that is taken now. */
u64 ipcprobe_limit_taken(enum ipcprobe_limit limit)
{
	return READ_ONCE(taken[limit]);
}
