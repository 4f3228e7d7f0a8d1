// SPDX-License-Identifier: GPL-2.0
/*
 * Reads who waits for whom, and looks twice at whoever seems stuck.
 *
 * Processes are read one after the other, while they run. A thread that was found stuck
 * by two readings, and has not run in between, was stuck at the moment between them:
 * then all that it and the others depend on existed at once.
 */
#include "waits/waits.h"

#include <errno.h>
#include <stdlib.h>

static int read_all(struct waits *waits)
{
	int err;

	*waits = (struct waits){ 0 };
	err = live_init(&waits->live);
	if (!err)
		err = live_threads_init(&waits->threads);
	waits->live.threads = &waits->threads;
	if (!err)
		err = live_read(&waits->live, LIVE_ALL);
	return err ? err : waits_build(waits);
}

void waits_deinit(struct waits *waits)
{
	live_deinit(&waits->live);
	live_threads_deinit(&waits->threads);
	waits_graph_deinit(&waits->graph);
	map_deinit(&waits->by_condition);
	free(waits->thread_node);
	free(waits->process_node);
	free(waits->need_node);
	*waits = (struct waits){ 0 };
}

static bool is_stuck(const struct waits *waits, uint32_t thread)
{
	return live_thread_at(&waits->threads, thread)->doing != LIVE_ENDED &&
	       waits_of_thread(waits, thread)->verdict == WAITS_IS_STUCK;
}

static bool has_stuck(const struct waits *waits)
{
	uint32_t i;

	for (i = 1; i < waits->threads.thread.nr; i++)
		if (is_stuck(waits, i))
			return true;
	return false;
}

/* True if @thread was stuck in @before, too, and has not run since. */
static bool was_stuck(const struct waits *before, const struct live_thread *thread)
{
	uint32_t number = map_get(&before->threads.by_tid, thread->tid);

	return number && is_stuck(before, number) &&
	       live_thread_at(&before->threads, number)->nr_switches == thread->nr_switches;
}

/* Who did something meanwhile is alive, and so may be others that wait for it. */
static int compare(struct waits *waits, const struct waits *before)
{
	uint32_t i, nr = 0;

	for (i = 1; i < waits->threads.thread.nr; i++) {
		if (!is_stuck(waits, i) ||
		    was_stuck(before, live_thread_at(&waits->threads, i)))
			continue;
		waits_node_at(&waits->graph, waits->thread_node[i])->kind = WAITS_ALIVE;
		nr++;
	}
	waits->nr_changed += nr;
	return nr ? waits_solve(&waits->graph) : 0;
}

int waits_read(struct waits *waits)
{
	struct waits before;
	int err = read_all(waits);

	if (err || !has_stuck(waits))
		return err;
	before = *waits;
	before.live.threads = &before.threads;
	err = read_all(waits);
	if (!err)
		err = compare(waits, &before);
	waits_deinit(&before);
	return err;
}
