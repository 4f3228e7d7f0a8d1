/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel itself counts of a process, as a cross-check of the trace.
 */
#ifndef IPCPROBE_LAB_COUNTER_H
#define IPCPROBE_LAB_COUNTER_H

#include <stdint.h>

#include "lab/lab.h"

/* how system calls are counted, as views say it */
#define LAB_CALLS_SOURCE	"perf: raw_syscalls:sys_enter"

int counter_open(void);
void counter_begin(int counter, struct lab_side *side);
void counter_end(int counter, struct lab_side *side);

#endif /* IPCPROBE_LAB_COUNTER_H */
