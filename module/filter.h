/* SPDX-License-Identifier: GPL-2.0 */
/* Which tasks a session follows. */
#ifndef IPCPROBE_FILTER_H
#define IPCPROBE_FILTER_H

#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct ipcprobe_filter {
	unsigned long *tids;	/* bit per thread id; NULL: everybody */
	spinlock_t lock;	/* whose number is it? */
	struct list_head node;	/* of all filters; RCU */
};

size_t ipcprobe_filter_bytes(void);
int ipcprobe_filter_init(struct ipcprobe_filter *filter);
void ipcprobe_filter_deinit(struct ipcprobe_filter *filter);
int ipcprobe_filter_add_process(struct ipcprobe_filter *filter, u32 tid);
void ipcprobe_filter_fork(u32 parent, u32 child);

static __always_inline bool
ipcprobe_filter_pass(const struct ipcprobe_filter *filter, u32 tid)
{
	return test_bit(tid, filter->tids);
}

#endif /* IPCPROBE_FILTER_H */
