// SPDX-License-Identifier: GPL-2.0
#include "model/waits/incoming.h"

#include <errno.h>
#include <stdlib.h>

/* Orders the edges by the nodes that they lead to: count, add up, place. */
static void sort_edges(struct waits_incoming *incoming, const struct waits_graph *graph)
{
	uint32_t *first = incoming->first;
	uint32_t i;

	for (i = 1; i < graph->edge.nr; i++)
		first[waits_edge_at(graph, i)->to]++;
	for (i = 1; i <= graph->node.nr; i++)
		first[i] += first[i - 1];
	for (i = 1; i < graph->edge.nr; i++)
		incoming->edge[--first[waits_edge_at(graph, i)->to]] = i;
}

int waits_incoming_init(struct waits_incoming *incoming, const struct waits_graph *graph)
{
	incoming->edge = calloc(graph->edge.nr, sizeof(uint32_t));
	incoming->first = calloc(graph->node.nr + 1UL, sizeof(uint32_t));
	if (!incoming->edge || !incoming->first) {
		waits_incoming_deinit(incoming);
		return -ENOMEM;
	}
	sort_edges(incoming, graph);
	return 0;
}

void waits_incoming_deinit(struct waits_incoming *incoming)
{
	free(incoming->edge);
	free(incoming->first);
	*incoming = (struct waits_incoming){ 0 };
}
