// SPDX-License-Identifier: GPL-2.0
/*
 * Who is stuck, in thousands of small graphs made by chance: the same as a search of
 * all sets of nodes finds, and the cycles are those of a search of all ways.
 */
#include "ktap.h"
#include "model/waits/graph.h"
#include "model/waits/reach.h"
#include "random.h"

#define NR_GRAPHS	5000U
#define NR_NODES_MAX	11U
#define NR_EDGES_MAX	24U

static uint64_t seed = RANDOM_SEED;

static uint32_t random_below(uint32_t n)
{
	return (random_next(&seed) >> 24) % n;
}

/* a graph as sets of bits; nodes are numbered from 0 here */
struct sets {
	uint32_t nr;
	enum waits_kind kind[NR_NODES_MAX];
	uint32_t to[NR_NODES_MAX];	/* by node: those that it leads to */
	uint32_t near[NR_NODES_MAX];	/* the same, without edges that are only possible */
};

static enum waits_kind random_kind(void)
{
	static const enum waits_kind kinds[] = {
		WAITS_ANY, WAITS_ANY, WAITS_ANY, WAITS_ANY, WAITS_ALL, WAITS_ALL, WAITS_ALIVE,
		WAITS_OPEN,
	};

	return kinds[random_below(8)];
}

static void make_graph(struct waits_graph *graph, struct sets *sets)
{
	uint32_t i, nr_edges = random_below(NR_EDGES_MAX);

	*sets = (struct sets){ .nr = 1 + random_below(NR_NODES_MAX) };
	for (i = 0; i < sets->nr; i++) {
		sets->kind[i] = random_kind();
		ktap_eq(waits_add(graph, sets->kind[i]), i + 1);
	}
	for (i = 0; i < nr_edges; i++) {
		uint32_t from = random_below(sets->nr), to = random_below(sets->nr);
		enum waits_certainty certainty = random_below(3);

		if (sets->to[from] & 1U << to || sets->kind[from] == WAITS_OPEN)
			continue;
		sets->to[from] |= 1U << to;
		sets->near[from] |= certainty == WAITS_POSSIBLE ? 0 : 1U << to;
		ktap_eq(waits_link(graph, from + 1, to + 1, certainty), 0);
	}
}

/* True if, with all of @set stuck, each of @set is stuck. */
static bool keeps_itself_stuck(const struct sets *sets, uint32_t set, bool is_open_alive)
{
	uint32_t i;

	for (i = 0; i < sets->nr; i++) {
		if (!(set & 1U << i))
			continue;
		if (sets->kind[i] == WAITS_ALIVE || (sets->kind[i] == WAITS_OPEN && is_open_alive))
			return false;
		if (sets->kind[i] == WAITS_ANY && sets->to[i] & ~set)
			return false;
		if (sets->kind[i] == WAITS_ALL && !(sets->to[i] & set))
			return false;
	}
	return true;
}

/* The largest set that keeps itself stuck: all such sets together. */
static uint32_t search_stuck(const struct sets *sets, bool is_open_alive)
{
	uint32_t set, stuck = 0;

	for (set = 1; set < 1U << sets->nr; set++)
		if (keeps_itself_stuck(sets, set, is_open_alive))
			stuck |= set;
	return stuck;
}

/* Who can be reached from @node in one step or more, within @stuck. */
static uint32_t reach(const struct sets *sets, uint32_t node, uint32_t stuck)
{
	uint32_t reached = sets->near[node] & stuck, before, i;

	do {
		before = reached;
		for (i = 0; i < sets->nr; i++)
			if (before & 1U << i)
				reached |= sets->near[i] & stuck;
	} while (reached != before);
	return reached;
}

static bool verdicts_agree(const struct waits_graph *graph, const struct sets *sets,
			   uint32_t stuck, uint32_t not_alive)
{
	uint32_t i, nr = 0;

	for (i = 0; i < sets->nr; i++) {
		enum waits_verdict wanted = stuck & 1U << i ? WAITS_IS_STUCK :
			not_alive & 1U << i ? WAITS_CANNOT_TELL : WAITS_IS_ALIVE;

		nr += waits_node_at(graph, i + 1)->verdict != wanted;
	}
	return !nr;
}

static bool cycles_agree(const struct waits_graph *graph, const struct sets *sets, uint32_t stuck)
{
	uint32_t i, j, nr = 0;

	for (i = 0; i < sets->nr; i++) {
		uint32_t knot = waits_node_at(graph, i + 1)->knot;
		uint32_t from_here = stuck & 1U << i ? reach(sets, i, stuck) : 0;

		nr += !!knot != !!(from_here & 1U << i);
		for (j = 0; j < sets->nr; j++) {
			bool is_same = knot && knot == waits_node_at(graph, j + 1)->knot;
			bool is_both = from_here & 1U << j && stuck & 1U << j &&
				       reach(sets, j, stuck) & 1U << i;

			nr += is_same != is_both;
		}
	}
	return !nr;
}

/* All that can be reached from @start, itself included; or all from which it can be. */
static uint32_t close_set(const struct sets *sets, uint32_t start, bool is_backward)
{
	uint32_t reached = start, before, i, j;

	do {
		before = reached;
		for (i = 0; i < sets->nr; i++)
			for (j = 0; j < sets->nr; j++) {
				uint32_t from = is_backward ? j : i, to = is_backward ? i : j;

				if (before & 1U << i && sets->to[from] & 1U << to)
					reached |= 1U << j;
			}
	} while (reached != before);
	return reached;
}

static bool reach_agrees(const struct waits_graph *graph, const struct sets *sets,
			 bool is_backward)
{
	bool mark[NR_NODES_MAX + 1] = { false };
	uint32_t start = random_below(1U << sets->nr), reached = 0, i;

	for (i = 0; i < sets->nr; i++)
		mark[i + 1] = start & 1U << i;
	ktap_eq(waits_reach(graph, mark, is_backward), 0);
	for (i = 0; i < sets->nr; i++)
		reached |= (uint32_t)mark[i + 1] << i;
	return reached == close_set(sets, start, is_backward);
}

static void test_random_graphs(void)
{
	uint32_t nr_reached = 0;
	uint32_t i, nr_verdicts = 0, nr_cycles = 0, nr_stuck = 0, nr_knots = 0, nr_open = 0;

	for (i = 0; i < NR_GRAPHS; i++) {
		struct waits_graph graph;
		struct sets sets;
		uint32_t stuck, not_alive;

		ktap_eq(waits_graph_init(&graph), 0);
		make_graph(&graph, &sets);
		ktap_eq(waits_solve(&graph), 0);
		stuck = search_stuck(&sets, true);
		not_alive = search_stuck(&sets, false);
		nr_verdicts += verdicts_agree(&graph, &sets, stuck, not_alive);
		nr_cycles += cycles_agree(&graph, &sets, stuck);
		nr_reached += reach_agrees(&graph, &sets, i % 2);
		nr_stuck += !!stuck;
		nr_open += not_alive != stuck;
		nr_knots += !!graph.nr_knots;
		waits_graph_deinit(&graph);
	}
	printf("# %u graphs: in %u somebody is stuck, in %u a cycle, in %u it cannot be told\n",
	       NR_GRAPHS, nr_stuck, nr_knots, nr_open);
	ktap_eq(nr_verdicts, NR_GRAPHS);
	ktap_result("who is stuck is who belongs to a set that keeps itself stuck");
	ktap_eq(nr_cycles, NR_GRAPHS);
	ktap_result("who is in a cycle can be reached from itself, and so from the others of it");
	ktap_eq(nr_reached, NR_GRAPHS);
	ktap_result("what some nodes lead to, or what leads to them, is found step by step, too");
	ktap_true(nr_stuck > NR_GRAPHS / 4 && nr_knots > NR_GRAPHS / 8 && nr_open > NR_GRAPHS / 8);
	ktap_result("many of the graphs have some of each kind");
}

/* A chain so long that a search by recursion would use up the stack. */
static void test_long_chain(void)
{
	struct waits_graph graph;
	uint32_t i, nr = 1000000;

	ktap_eq(waits_graph_init(&graph), 0);
	for (i = 1; i <= nr; i++)
		ktap_eq(waits_add(&graph, WAITS_ANY), i);
	for (i = 1; i <= nr; i++)
		ktap_eq(waits_link(&graph, i, i % nr + 1, WAITS_CERTAIN), 0);
	ktap_eq(waits_solve(&graph), 0);
	ktap_eq(graph.nr_knots, 1);
	ktap_eq(waits_node_at(&graph, nr / 2)->knot, 1);
	ktap_eq(waits_node_at(&graph, nr / 2)->verdict, WAITS_IS_STUCK);
	ktap_result("a cycle of a million nodes is found");
	waits_graph_deinit(&graph);
}

int main(void)
{
	ktap_begin(5);
	test_random_graphs();
	test_long_chain();
	return ktap_end();
}
