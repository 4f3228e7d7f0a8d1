/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCPROBE_MODEL_WAITS_INCOMING_H
#define IPCPROBE_MODEL_WAITS_INCOMING_H

#include "model/waits/graph.h"

/**
 * struct waits_incoming - the edges of a graph, ordered by the node that they lead to
 * @edge: numbers of the edges
 * @first: by node: index in @edge of the first one that leads to it; they end where
 *	those of the next node begin
 */
struct waits_incoming {
	uint32_t *edge;
	uint32_t *first;
};

/* Return: 0 or -ENOMEM. */
int waits_incoming_init(struct waits_incoming *incoming, const struct waits_graph *graph);
void waits_incoming_deinit(struct waits_incoming *incoming);

#endif /* IPCPROBE_MODEL_WAITS_INCOMING_H */
