/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for whom: a graph of tasks and of the conditions that they wait for, and
 * which of them nobody can end.
 *
 * An edge leads from a node to what could end it: from a task to the condition that
 * it waits for, from a condition to the tasks that could make it true. A node of kind
 * ANY ends if one of its edges leads to a node that is alive; a node of kind ALL needs
 * each. What runs, or ends by itself, is alive from the start.
 */
#ifndef IPCPROBE_MODEL_WAITS_GRAPH_H
#define IPCPROBE_MODEL_WAITS_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"

enum waits_kind {
	WAITS_ANY,	/* ends if one of those that it leads to is alive; none: never */
	WAITS_ALL,	/* ends if each is alive */
	WAITS_ALIVE,	/* runs, ends by itself, or is ended from outside */
	WAITS_OPEN,	/* nobody knows who could end it */
};

/* how it is known that the target could end the wait */
enum waits_certainty {
	WAITS_CERTAIN,	/* the kernel or the lock names it */
	WAITS_CANDIDATE,	/* it holds what it takes */
	WAITS_POSSIBLE,	/* it can reach the memory, and holds nothing */
};

enum waits_verdict {
	WAITS_IS_ALIVE,
	WAITS_CANNOT_TELL,	/* depends on a node of kind OPEN */
	WAITS_IS_STUCK,	/* nobody can end it */
};

/**
 * struct waits_node - a task, a process or a condition
 * @kind: see enum waits_kind
 * @verdict: result of waits_solve()
 * @first: first edge that leads from it; 0 = none
 * @last: last edge that leads from it
 * @knot: result of waits_solve(): number of the cycle of stuck nodes that it is part
 *	of: a deadlock; 0 = none. Numbers begin with 1.
 */
struct waits_node {
	enum waits_kind kind;
	enum waits_verdict verdict;
	uint32_t first;
	uint32_t last;
	uint32_t knot;
};

/**
 * struct waits_edge - what could end @from
 * @from: node
 * @to: node
 * @next: next edge of @from; 0 = none
 * @certainty: how it is known
 */
struct waits_edge {
	uint32_t from;
	uint32_t to;
	uint32_t next;
	enum waits_certainty certainty;
};

/**
 * struct waits_graph - nodes and edges, by number
 * @nr_knots: result of waits_solve(): number of cycles
 */
struct waits_graph {
	struct pool node;
	struct pool edge;
	uint32_t nr_knots;
};

int waits_graph_init(struct waits_graph *graph);
void waits_graph_deinit(struct waits_graph *graph);

/* Return: the number of the node; 0 if memory is short. */
uint32_t waits_add(struct waits_graph *graph, enum waits_kind kind);

/* Return: 0 or -ENOMEM. */
int waits_link(struct waits_graph *graph, uint32_t from, uint32_t to,
	       enum waits_certainty certainty);

/* Computes the verdict of each node, and the cycles. Return: 0 or -ENOMEM. */
int waits_solve(struct waits_graph *graph);

static inline struct waits_node *waits_node_at(const struct waits_graph *graph, uint32_t node)
{
	return pool_at(&graph->node, node);
}

static inline struct waits_edge *waits_edge_at(const struct waits_graph *graph, uint32_t edge)
{
	return pool_at(&graph->edge, edge);
}

#endif /* IPCPROBE_MODEL_WAITS_GRAPH_H */
