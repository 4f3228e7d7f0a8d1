// SPDX-License-Identifier: GPL-2.0
/* What all sessions may take together. */
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "limit.h"
#include "record.h"

static DEFINE_SPINLOCK(lock);
static u64 taken[IPCPROBE_NR_LIMITS];

static u64 most(enum ipcprobe_limit limit)
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
 * ipcprobe_limit_take - take something that there is a limit of
 * @limit: what
 * @amount: sessions, or bytes
 *
 * Context: process; waits for nobody.  Return: false: that would be too much,
 * and nothing was taken.
 */
bool ipcprobe_limit_take(enum ipcprobe_limit limit, u64 amount)
{
	u64 max = most(limit);

	guard(spinlock)(&lock);
	if (taken[limit] > max || amount > max - taken[limit])
		return false;
	taken[limit] += amount;
	return true;
}

/* Give back what ipcprobe_limit_take() took.  Context: process. */
void ipcprobe_limit_give(enum ipcprobe_limit limit, u64 amount)
{
	guard(spinlock)(&lock);
	taken[limit] -= amount;
}

/* Return: how much is taken now. */
u64 ipcprobe_limit_taken(enum ipcprobe_limit limit)
{
	return READ_ONCE(taken[limit]);
}
