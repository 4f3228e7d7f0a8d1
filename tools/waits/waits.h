/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for whom now: all threads, what each waits for, and who could end it.
 */
#ifndef IPCPROBE_WAITS_WAITS_H
#define IPCPROBE_WAITS_WAITS_H

#include "live/live.h"
#include "live/thread.h"
#include "model/waits/graph.h"

/**
 * struct waits - threads, processes and objects, with the graph made of them
 * @live: objects and their holders
 * @threads: threads and processes
 * @graph: a node for each thread, process and condition
 * @thread_node: by number of a thread: its node; these are numbered successively
 * @process_node: by number of a process: its node; likewise
 * @need_node: by number of a need: the node of its condition
 * @by_condition: node by object and condition, where all waiters share it
 * @open: node of kind OPEN, which stands for whoever is not known
 * @outside: node of kind ALIVE, which stands for whoever is outside
 * @nr_changed: threads that seemed stuck and were not at a second look
 */
struct waits {
	struct live live;
	struct live_threads threads;
	struct waits_graph graph;
	uint32_t *thread_node;
	uint32_t *process_node;
	uint32_t *need_node;
	struct map by_condition;
	uint32_t open;
	uint32_t outside;
	uint32_t nr_changed;
};

/*
 * Reads what exists now. Who seems stuck is looked at again: a thread that did anything
 * meanwhile is not. Return: 0 or -errno.
 */
int waits_read(struct waits *waits);
void waits_deinit(struct waits *waits);

/* waits_build - make the graph of what was read, and solve it. Return: 0 or -ENOMEM. */
int waits_build(struct waits *waits);

static inline const struct waits_node *waits_of_thread(const struct waits *waits, uint32_t thread)
{
	return waits_node_at(&waits->graph, waits->thread_node[thread]);
}

/* Return: number of the thread, or process, that a node stands for; 0: for neither. */
uint32_t waits_thread_of(const struct waits *waits, uint32_t node);
uint32_t waits_process_of(const struct waits *waits, uint32_t node);

/* Return: number of the thread that @need names as its owner or its end; 0 = none. */
uint32_t waits_named_thread(const struct waits *waits, const struct live_thread *waiter,
			    const struct live_need *need);

#endif /* IPCPROBE_WAITS_WAITS_H */
