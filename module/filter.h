/* SPDX-License-Identifier: GPL-2.0 */
/* The set of tasks that a session follows. */
#ifndef IPCPROBE_FILTER_H
#define IPCPROBE_FILTER_H

#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct ipcprobe_filter {
	unsigned long *tids;	/* one bit per thread id; NULL: all tasks pass */
	spinlock_t lock;	/* a bit is set for a task only while the task has the id */
	struct list_head node;	/* in the list of all filters; RCU */
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
