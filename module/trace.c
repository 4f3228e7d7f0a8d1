// SPDX-License-Identifier: GPL-2.0
/* Defines the tracepoints, and attaches hooks for the users of a tracepoint. */
#define CREATE_TRACE_POINTS
#include "trace.h"

#include "attach.h"

#define TRACE_REG(up, id, low, text)					\
int ipcprobe_trace_reg_##up(void)					\
{									\
	return ipcprobe_hooks_trace_reg(id);				\
}									\
void ipcprobe_trace_unreg_##up(void)					\
{									\
	ipcprobe_hooks_trace_unreg(id);					\
}

IPCPROBE_CLASSES(TRACE_REG)

DEFINE_PER_CPU(struct ipcprobe_trace_copies, ipcprobe_trace_copies);
