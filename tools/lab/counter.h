/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts of the kernel for a process, as a cross-check of the trace.
 */
#ifndef IPCPROBE_LAB_COUNTER_H
#define IPCPROBE_LAB_COUNTER_H

#include <stdint.h>

#include "lab/lab.h"

/* source of the number of system calls, as views print it */
#define LAB_CALLS_SOURCE	"perf: raw_syscalls:sys_enter"

int counter_open(void);
void counter_begin(int counter, struct lab_side *side);
void counter_end(int counter, struct lab_side *side);

#endif /* IPCPROBE_LAB_COUNTER_H */
