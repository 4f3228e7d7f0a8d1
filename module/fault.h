/* SPDX-License-Identifier: GPL-2.0 */
/* Page faults of the kernel in user memory, inside an operation. */
#ifndef IPCPROBE_FAULT_H
#define IPCPROBE_FAULT_H

#include <linux/types.h>

/* In place of the time when a wait began: the task handles a page fault or did so. */
#define IPCPROBE_IN_FAULT	U64_MAX

bool ipcprobe_fault_is_over(unsigned long ip);

#endif /* IPCPROBE_FAULT_H */
