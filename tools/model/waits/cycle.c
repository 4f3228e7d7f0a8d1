// SPDX-License-Identifier: GPL-2.0
/*
 * The cycles of a graph of waits: the strongly connected components of its stuck nodes,
 * by Tarjan's algorithm, with a stack of its own in place of recursion.
 */
#include "model/waits/cycle.h"

#include <errno.h>
#include <stdlib.h>

/**
 * struct walk - depth-first walk
 * @node: by node: what the algorithm knows of it
 * @path: nodes from the root of the walk to the present one
 * @nr_path: length of @path
 * @open: nodes that were reached, and whose component is not complete
 * @nr_open: length of @open
 * @order: nodes reached so far
 */
struct walk {
	struct walk_node {
		uint32_t order;		/* when it was reached; 0 = not yet */
		uint32_t low;		/* the earliest node that it leads back to */
		uint32_t edge;		/* the edge to follow next */
		bool is_open;
	} *node;
	uint32_t *path;
	uint32_t nr_path;
	uint32_t *open;
	uint32_t nr_open;
	uint32_t order;
};

static bool is_stuck(const struct waits_graph *graph, uint32_t node)
{
	return waits_node_at(graph, node)->verdict == WAITS_IS_STUCK;
}

static void enter(struct walk *walk, const struct waits_graph *graph, uint32_t node)
{
	walk->order++;
	walk->node[node] = (struct walk_node){
		.order = walk->order, .low = walk->order, .is_open = true,
		.edge = waits_node_at(graph, node)->first,
	};
	walk->path[walk->nr_path++] = node;
	walk->open[walk->nr_open++] = node;
}

static void lower(struct walk_node *node, uint32_t low)
{
	if (low < node->low)
		node->low = low;
}

static bool leads_to_itself(const struct waits_graph *graph, uint32_t node)
{
	uint32_t i = waits_node_at(graph, node)->first;
	const struct waits_edge *edge;

	for (; i; i = edge->next) {
		edge = waits_edge_at(graph, i);
		if (edge->to == node && edge->certainty != WAITS_POSSIBLE)
			return true;
	}
	return false;
}

/* All nodes above @node on the stack are its component. */
static void close_component(struct walk *walk, struct waits_graph *graph, uint32_t node)
{
	bool is_cycle = walk->open[walk->nr_open - 1] != node || leads_to_itself(graph, node);
	uint32_t member;

	graph->nr_knots += is_cycle;
	do {
		member = walk->open[--walk->nr_open];
		walk->node[member].is_open = false;
		waits_node_at(graph, member)->knot = is_cycle ? graph->nr_knots : 0;
	} while (member != node);
}

/* Follows the edges of @node until one leads to a new node, which is entered. */
static bool step(struct walk *walk, const struct waits_graph *graph, uint32_t node)
{
	struct walk_node *from = &walk->node[node];

	while (from->edge) {
		const struct waits_edge *edge = waits_edge_at(graph, from->edge);
		const struct walk_node *to = &walk->node[edge->to];

		from->edge = edge->next;
		if (edge->certainty == WAITS_POSSIBLE || !is_stuck(graph, edge->to))
			continue;
		if (!to->order) {
			enter(walk, graph, edge->to);
			return true;
		}
		if (to->is_open)
			lower(from, to->order);
	}
	return false;
}

static void walk_from(struct walk *walk, struct waits_graph *graph, uint32_t root)
{
	enter(walk, graph, root);
	while (walk->nr_path) {
		uint32_t node = walk->path[walk->nr_path - 1];

		if (step(walk, graph, node))
			continue;
		walk->nr_path--;
		if (walk->nr_path)
			lower(&walk->node[walk->path[walk->nr_path - 1]], walk->node[node].low);
		if (walk->node[node].low == walk->node[node].order)
			close_component(walk, graph, node);
	}
}

int waits_find_cycles(struct waits_graph *graph)
{
	struct walk walk = {
		.node = calloc(graph->node.nr, sizeof(*walk.node)),
		.path = calloc(graph->node.nr, sizeof(*walk.path)),
		.open = calloc(graph->node.nr, sizeof(*walk.open)),
	};
	int err = walk.node && walk.path && walk.open ? 0 : -ENOMEM;
	uint32_t i;

	graph->nr_knots = 0;
	for (i = 1; !err && i < graph->node.nr; i++)
		if (is_stuck(graph, i) && !walk.node[i].order)
			walk_from(&walk, graph, i);
	free(walk.node);
	free(walk.path);
	free(walk.open);
	return err;
}
