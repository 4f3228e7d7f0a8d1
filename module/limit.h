/* SPDX-License-Identifier: GPL-2.0 */
/* Limits for all sessions together. */
#ifndef IPCPROBE_LIMIT_H
#define IPCPROBE_LIMIT_H

#include <linux/types.h>

/**
 * enum ipcprobe_limit - things that are limited
 * @IPCPROBE_LIMIT_OPEN: open sessions
 * @IPCPROBE_LIMIT_RUNNING: running sessions: each adds to the cost of every event
 * @IPCPROBE_LIMIT_BYTES: memory of rings and filters
 * @IPCPROBE_NR_LIMITS: number of limits
 */
enum ipcprobe_limit {
	IPCPROBE_LIMIT_OPEN,
	IPCPROBE_LIMIT_RUNNING,
	IPCPROBE_LIMIT_BYTES,
	IPCPROBE_NR_LIMITS
};

bool ipcprobe_limit_take(enum ipcprobe_limit limit, u64 amount);
void ipcprobe_limit_give(enum ipcprobe_limit limit, u64 amount);
u64 ipcprobe_limit_taken(enum ipcprobe_limit limit);

#endif /* IPCPROBE_LIMIT_H */
