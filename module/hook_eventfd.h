/* SPDX-License-Identifier: GPL-2.0 */
/* Functions of hook_eventfd.c that other files call. */
#ifndef IPCPROBE_HOOK_EVENTFD_H
#define IPCPROBE_HOOK_EVENTFD_H

struct ipcprobe_op;

void ipcprobe_eventfd_fault(struct ipcprobe_op *op, unsigned long ip);

#endif /* IPCPROBE_HOOK_EVENTFD_H */
