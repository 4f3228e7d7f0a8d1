// SPDX-License-Identifier: GPL-2.0
#include "model/waits/reach.h"

#include <errno.h>
#include <stdlib.h>

#include "model/waits/incoming.h"

/**
 * struct reach - one search
 * @graph: where
 * @mark: by node: it was found
 * @todo: found nodes whose edges were not followed yet
 * @nr_todo: length of @todo
 */
struct reach {
	const struct waits_graph *graph;
	bool *mark;
	uint32_t *todo;
	uint32_t nr_todo;
};

static void find_node(struct reach *reach, uint32_t node)
{
	if (reach->mark[node])
		return;
	reach->mark[node] = true;
	reach->todo[reach->nr_todo++] = node;
}

static void follow(struct reach *reach, uint32_t node)
{
	uint32_t i = waits_node_at(reach->graph, node)->first;

	for (; i; i = waits_edge_at(reach->graph, i)->next)
		find_node(reach, waits_edge_at(reach->graph, i)->to);
}

static void follow_back(struct reach *reach, const struct waits_incoming *incoming, uint32_t node)
{
	uint32_t i;

	for (i = incoming->first[node]; i < incoming->first[node + 1]; i++)
		find_node(reach, waits_edge_at(reach->graph, incoming->edge[i])->from);
}

int waits_reach(const struct waits_graph *graph, bool *mark, bool is_backward)
{
	struct reach reach = {
		.graph = graph, .mark = mark,
		.todo = calloc(graph->node.nr, sizeof(uint32_t)),
	};
	struct waits_incoming incoming = { 0 };
	int err = reach.todo ? 0 : -ENOMEM;
	uint32_t i;

	if (!err && is_backward)
		err = waits_incoming_init(&incoming, graph);
	for (i = 1; i < graph->node.nr && !err; i++)
		if (mark[i])
			reach.todo[reach.nr_todo++] = i;
	while (reach.nr_todo) {
		i = reach.todo[--reach.nr_todo];
		if (is_backward)
			follow_back(&reach, &incoming, i);
		else
			follow(&reach, i);
	}
	waits_incoming_deinit(&incoming);
	free(reach.todo);
	return err;
}
