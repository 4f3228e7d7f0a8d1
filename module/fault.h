/* SPDX-License-Identifier: GPL-2.0 */
/* Page faults that the kernel takes in user memory, inside an operation. */
#ifndef IPCPROBE_FAULT_H
#define IPCPROBE_FAULT_H

#include <linux/types.h>

/*
 * Value in place of the start time of a wait: the task handles or has handled a
 * page fault.
 */
#define IPCPROBE_IN_FAULT	U64_MAX

bool ipcprobe_fault_is_over(unsigned long ip);

#endif /* IPCPROBE_FAULT_H */
