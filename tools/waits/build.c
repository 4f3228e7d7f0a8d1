// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the graph of waits: a node for each thread, each process (any of its threads)
 * and each condition (whoever could make it true).
 */
#include "waits/waits.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "waits/releaser.h"

static int add_nodes(struct waits *waits)
{
	struct waits_graph *graph = &waits->graph;
	uint32_t i;

	waits->thread_node = calloc(waits->threads.thread.nr, sizeof(uint32_t));
	waits->process_node = calloc(waits->threads.process.nr, sizeof(uint32_t));
	waits->need_node = calloc(waits->threads.need.nr, sizeof(uint32_t));
	if (!waits->thread_node || !waits->process_node || !waits->need_node)
		return -ENOMEM;
	waits->open = waits_add(graph, WAITS_OPEN);
	waits->outside = waits_add(graph, WAITS_ALIVE);
	for (i = 1; i < waits->threads.thread.nr; i++) {
		waits->thread_node[i] = waits_add(graph, WAITS_ANY);
		if (!waits->thread_node[i])
			return -ENOMEM;
	}
	for (i = 1; i < waits->threads.process.nr; i++) {
		waits->process_node[i] = waits_add(graph, WAITS_ANY);
		if (!waits->process_node[i])
			return -ENOMEM;
	}
	return waits->open && waits->outside ? 0 : -ENOMEM;
}

static uint32_t index_of(const uint32_t *node_of, uint32_t nr, uint32_t node)
{
	return nr > 1 && node >= node_of[1] && node - node_of[1] < nr - 1 ?
	       node - node_of[1] + 1 : 0;
}

uint32_t waits_thread_of(const struct waits *waits, uint32_t node)
{
	return index_of(waits->thread_node, waits->threads.thread.nr, node);
}

uint32_t waits_process_of(const struct waits *waits, uint32_t node)
{
	return index_of(waits->process_node, waits->threads.process.nr, node);
}

/* ---- processes ---- */

/* A process whose threads have all ended does not keep anybody waiting. */
static int link_process(struct waits *waits, uint32_t number)
{
	const struct live_process *process = live_process_at(&waits->threads, number);
	uint32_t node = waits->process_node[number], i, nr_left = 0;
	int err = 0;

	for (i = 0; i < process->nr_threads && !err; i++) {
		uint32_t thread = process->first_thread + i;

		if (live_thread_at(&waits->threads, thread)->doing == LIVE_ENDED)
			continue;
		nr_left++;
		err = waits_link(&waits->graph, node, waits->thread_node[thread], WAITS_CERTAIN);
	}
	if (!process->nr_threads)
		err = waits_link(&waits->graph, node, waits->open, WAITS_CERTAIN);
	else if (!nr_left)
		waits_node_at(&waits->graph, node)->kind = WAITS_ALIVE;
	return err;
}

/* ---- conditions ---- */

/* True if all threads with this need of the object wait for the same tasks. */
static bool is_shared(const struct live_need *need)
{
	return need->condition == LIVE_FOR_BYTES || need->condition == LIVE_FOR_ROOM ||
	       need->condition == LIVE_FOR_EITHER;
}

/* Adds the condition of need @number, and an edge to it from @from. */
static int add_need(struct waits *waits, uint32_t waiter, uint32_t number, uint32_t from)
{
	const struct live_need *need = live_need_at(&waits->threads, number);
	uint64_t key = map_pair(need->object, need->condition);
	uint32_t node = is_shared(need) ? map_get(&waits->by_condition, key) : 0;

	if (!node) {
		node = waits_add(&waits->graph, WAITS_ANY);
		if (!node || waits_link_releasers(waits, waiter, need, node))
			return -ENOMEM;
		if (is_shared(need) && map_set(&waits->by_condition, key, node))
			return -ENOMEM;
	}
	waits->need_node[number] = node;
	return waits_link(&waits->graph, from, node, WAITS_CERTAIN);
}

/* ---- threads ---- */

/* The node that the thread's needs hang on: with several operations at once, all of them. */
static uint32_t needs_node(struct waits *waits, uint32_t number)
{
	uint32_t node = waits->thread_node[number], all;

	if (!live_thread_at(&waits->threads, number)->needs_all)
		return node;
	all = waits_add(&waits->graph, WAITS_ALL);
	return all && !waits_link(&waits->graph, node, all, WAITS_CERTAIN) ? all : 0;
}

/*
 * The end of a child interrupts the wait of a thread whose process has a handler for
 * SIGCHLD: so does make(1) wait for its children while it waits for a token.
 */
static int link_signal(struct waits *waits, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	uint32_t process = map_get(&waits->threads.by_pid, thread->pid), node;
	const uint64_t child = 1ULL << (SIGCHLD - 1);

	if (!(live_process_at(&waits->threads, process)->caught & child & ~thread->blocked))
		return 0;
	node = waits_add(&waits->graph, WAITS_ANY);
	if (!node || waits_link(&waits->graph, waits->thread_node[number], node, WAITS_POSSIBLE))
		return -ENOMEM;
	return waits_link_children(waits, thread->pid, 0, node);
}

static int link_needs(struct waits *waits, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	uint32_t node = needs_node(waits, number), i;
	int err = node ? 0 : -ENOMEM;

	if (!err && !thread->first_need)
		err = waits_link(&waits->graph, node, waits->open, WAITS_CERTAIN);
	for (i = thread->first_need; i && !err; i = live_need_at(&waits->threads, i)->next)
		err = add_need(waits, number, i, node);
	return err ? err : link_signal(waits, number);
}

static int link_tracer(struct waits *waits, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	uint32_t tracer = map_get(&waits->threads.by_pid, thread->tracer);

	return waits_link(&waits->graph, waits->thread_node[number],
			  tracer ? waits->process_node[tracer] : waits->open, WAITS_CERTAIN);
}

/*
 * Who is stopped or frozen waits for nothing: somebody outside stopped it, and can
 * continue it.
 */
static int link_thread(struct waits *waits, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	struct waits_node *node = waits_node_at(&waits->graph, waits->thread_node[number]);

	if (thread->doing == LIVE_ENDED)
		return 0;
	if (thread->doing == LIVE_TRACED)
		return link_tracer(waits, number);
	if (thread->doing == LIVE_SLEEPS && !thread->has_limit)
		return link_needs(waits, number);
	node->kind = WAITS_ALIVE;
	return 0;
}

int waits_build(struct waits *waits)
{
	int err = waits_graph_init(&waits->graph);
	uint32_t i;

	if (!err)
		err = add_nodes(waits);
	for (i = 1; i < waits->threads.process.nr && !err; i++)
		err = link_process(waits, i);
	for (i = 1; i < waits->threads.thread.nr && !err; i++)
		err = link_thread(waits, i);
	return err ? err : waits_solve(&waits->graph);
}
