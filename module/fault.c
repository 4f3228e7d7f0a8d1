// SPDX-License-Identifier: GPL-2.0
/* Page faults that the kernel takes in user memory, inside an operation. */
#include <linux/sched.h>
#include <linux/stacktrace.h>

#include "fault.h"

/**
 * ipcprobe_fault_is_over - true if the current task has left a page fault that the
 *	kernel took in user memory
 * @ip: address of the instruction that touched the page
 *
 * While the fault is handled, @ip is on the stack. The presence of the page proves
 * less: the handler of the fault provides the page before it wakes the task.
 *
 * Context: task context, also in the middle of a task switch.
 * Return: false also if the stack is too deep to be searched.
 */
noinline bool ipcprobe_fault_is_over(unsigned long ip)
{
	unsigned long frames[64];
	unsigned int i, nr = stack_trace_save(frames, ARRAY_SIZE(frames), 0);

	for (i = 0; i < nr; i++)
		if (frames[i] == ip)
			return false;
	return nr < ARRAY_SIZE(frames);
}
