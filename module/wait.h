/* SPDX-License-Identifier: GPL-2.0 */
/* Waits inside an operation: hook_wait.c measures them. */
#ifndef IPCPROBE_WAIT_H
#define IPCPROBE_WAIT_H

#include <linux/minmax.h>
#include <linux/types.h>

#include "clock.h"
#include "op_state.h"

/* In place of when a wait began: the task handles a page fault or did so. */
#define IPCPROBE_IN_FAULT	U64_MAX

bool ipcprobe_fault_is_over(unsigned long ip);

/* How long an operation waited; 0: it did not. */
static __always_inline u32 ipcprobe_op_blocked_ns(const struct ipcprobe_op *op)
{
	if (likely(!op->wait_begin_ns) || op->wait_end_ns < op->wait_begin_ns)
		return 0;
	return max(ipcprobe_ns32(op->wait_end_ns - op->wait_begin_ns), 1U);
}

#endif /* IPCPROBE_WAIT_H */
