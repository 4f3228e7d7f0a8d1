/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCPROBE_MODEL_WAITS_REACH_H
#define IPCPROBE_MODEL_WAITS_REACH_H

#include "model/waits/graph.h"

/*
 * waits_reach - also mark what the marked nodes lead to
 * @mark: by node
 * @is_backward: mark what leads to them instead
 *
 * Return: 0 or -ENOMEM.
 */
int waits_reach(const struct waits_graph *graph, bool *mark, bool is_backward);

#endif /* IPCPROBE_MODEL_WAITS_REACH_H */
