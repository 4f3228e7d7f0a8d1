/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCPROBE_WAITS_RELEASER_H
#define IPCPROBE_WAITS_RELEASER_H

#include "waits/waits.h"

/*
 * Links @node, the condition of @need, to all that could make it true. Return: 0 or
 * -ENOMEM.
 */
int waits_link_releasers(struct waits *waits, uint32_t waiter, const struct live_need *need,
			 uint32_t node);

/*
 * Links @node to the children of process @pid, which may end: to the one that has the
 * number @ns_pid in its PID namespace, 0 = to all. Return: 0 or -ENOMEM.
 */
int waits_link_children(struct waits *waits, uint32_t pid, uint32_t ns_pid, uint32_t node);

#endif /* IPCPROBE_WAITS_RELEASER_H */
