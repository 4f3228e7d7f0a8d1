/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCPROBE_MODEL_WAITS_CYCLE_H
#define IPCPROBE_MODEL_WAITS_CYCLE_H

#include "model/waits/graph.h"

/*
 * Numbers the cycles among the nodes that are stuck, in node->knot. An edge that is
 * only possible makes no cycle. Return: 0 or -ENOMEM.
 */
int waits_find_cycles(struct waits_graph *graph);

#endif /* IPCPROBE_MODEL_WAITS_CYCLE_H */
