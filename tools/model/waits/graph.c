// SPDX-License-Identifier: GPL-2.0
/*
 * The graph of waits: which nodes somebody can end.
 *
 * Alive nodes are found twice, each time from the leaves upward in time proportional to
 * the edges: once as if every node of kind OPEN were alive, and once as if none were.
 * What is not alive in the first is stuck whatever is not known; what is alive in the
 * second is alive whatever is not known. For the others it cannot be told.
 */
#include "model/waits/graph.h"

#include <errno.h>
#include <stdlib.h>

#include "model/waits/cycle.h"
#include "model/waits/incoming.h"

int waits_graph_init(struct waits_graph *graph)
{
	*graph = (struct waits_graph){ 0 };
	if (pool_init(&graph->node, sizeof(struct waits_node)))
		return -ENOMEM;
	return pool_init(&graph->edge, sizeof(struct waits_edge));
}

void waits_graph_deinit(struct waits_graph *graph)
{
	pool_deinit(&graph->node);
	pool_deinit(&graph->edge);
}

uint32_t waits_add(struct waits_graph *graph, enum waits_kind kind)
{
	struct waits_node *node;
	uint32_t number;

	node = pool_add(&graph->node, &number);
	if (!node)
		return 0;
	node->kind = kind;
	return number;
}

int waits_link(struct waits_graph *graph, uint32_t from, uint32_t to,
	       enum waits_certainty certainty)
{
	struct waits_node *node = waits_node_at(graph, from);
	struct waits_edge *edge;
	uint32_t number;

	edge = pool_add(&graph->edge, &number);
	if (!edge)
		return -ENOMEM;
	*edge = (struct waits_edge){ .from = from, .to = to, .certainty = certainty };
	if (node->last)
		waits_edge_at(graph, node->last)->next = number;
	else
		node->first = number;
	node->last = number;
	return 0;
}

/* ---- alive nodes ---- */

/**
 * struct spread - one search for the alive nodes
 * @needs: by node: how many of its edges must still lead to an alive node; 0: alive
 * @todo: alive nodes whose incoming edges were not followed yet
 * @nr_todo: length of @todo
 * @incoming: edges by the node that they lead to
 */
struct spread {
	uint32_t *needs;
	uint32_t *todo;
	uint32_t nr_todo;
	struct waits_incoming incoming;
};

static void spread_deinit(struct spread *spread)
{
	free(spread->needs);
	free(spread->todo);
	waits_incoming_deinit(&spread->incoming);
}

static int spread_init(struct spread *spread, const struct waits_graph *graph)
{
	*spread = (struct spread){
		.needs = calloc(graph->node.nr, sizeof(uint32_t)),
		.todo = calloc(graph->node.nr, sizeof(uint32_t)),
	};
	if (spread->needs && spread->todo && !waits_incoming_init(&spread->incoming, graph))
		return 0;
	spread_deinit(spread);
	return -ENOMEM;
}

static uint32_t nr_edges(const struct waits_graph *graph, const struct waits_node *node)
{
	uint32_t edge, nr = 0;

	for (edge = node->first; edge; edge = waits_edge_at(graph, edge)->next)
		nr++;
	return nr;
}

/* How many edges of @node must lead to alive nodes: 0 if it is alive without any. */
static uint32_t needs_of(const struct waits_graph *graph, const struct waits_node *node,
			 bool is_open_alive)
{
	switch (node->kind) {
	case WAITS_ALIVE:
		return 0;
	case WAITS_ALL:
		return nr_edges(graph, node);
	case WAITS_OPEN:
		return !is_open_alive;
	default:
		return 1;
	}
}

static void begin_spread(struct spread *spread, const struct waits_graph *graph,
			 bool is_open_alive)
{
	uint32_t i;

	spread->nr_todo = 0;
	for (i = 1; i < graph->node.nr; i++) {
		spread->needs[i] = needs_of(graph, waits_node_at(graph, i), is_open_alive);
		if (!spread->needs[i])
			spread->todo[spread->nr_todo++] = i;
	}
}

static void make_alive(struct spread *spread, const struct waits_graph *graph)
{
	const struct waits_incoming *incoming = &spread->incoming;

	while (spread->nr_todo) {
		uint32_t to = spread->todo[--spread->nr_todo], i;

		for (i = incoming->first[to]; i < incoming->first[to + 1]; i++) {
			uint32_t from = waits_edge_at(graph, incoming->edge[i])->from;

			if (spread->needs[from] && !--spread->needs[from])
				spread->todo[spread->nr_todo++] = from;
		}
	}
}

static void find_alive(struct spread *spread, const struct waits_graph *graph,
		       bool is_open_alive)
{
	begin_spread(spread, graph, is_open_alive);
	make_alive(spread, graph);
}

int waits_solve(struct waits_graph *graph)
{
	struct spread spread;
	uint32_t i;

	if (spread_init(&spread, graph))
		return -ENOMEM;
	find_alive(&spread, graph, true);
	for (i = 1; i < graph->node.nr; i++)
		waits_node_at(graph, i)->verdict = spread.needs[i] ? WAITS_IS_STUCK :
								     WAITS_CANNOT_TELL;
	find_alive(&spread, graph, false);
	for (i = 1; i < graph->node.nr; i++)
		if (!spread.needs[i])
			waits_node_at(graph, i)->verdict = WAITS_IS_ALIVE;
	spread_deinit(&spread);
	return waits_find_cycles(graph);
}
