// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the threads that wait are shown.
 */
#include "view/waits.h"

#include <stdlib.h>

#include "model/waits/reach.h"

/* By node: it is one of those that were asked for. */
static void mark_named(const struct waits *waits, const struct view_waits *view, bool *mark)
{
	uint32_t i;

	for (i = 1; i < waits->threads.thread.nr; i++)
		if (pid_list_has(&view->pids, live_thread_at(&waits->threads, i)->pid))
			mark[waits->thread_node[i]] = true;
	for (i = 1; i < waits->threads.process.nr; i++)
		if (pid_list_has(&view->pids, live_process_at(&waits->threads, i)->pid))
			mark[waits->process_node[i]] = true;
}

static bool is_shown(const struct waits *waits, const struct view_waits *view, uint32_t thread)
{
	const struct live_thread *t = live_thread_at(&waits->threads, thread);

	if (t->doing == LIVE_ENDED || t->doing == LIVE_RUNS)
		return false;
	if (waits_of_thread(waits, thread)->verdict == WAITS_IS_STUCK)
		return true;
	return view->is_all || view->pids.nr;
}

bool *view_waits_choose(const struct waits *waits, const struct view_waits *view)
{
	uint32_t nr = waits->threads.thread.nr, i;
	bool *chosen = calloc(nr, sizeof(*chosen));
	bool *ahead = calloc(waits->graph.node.nr, sizeof(*ahead));
	bool *behind = calloc(waits->graph.node.nr, sizeof(*behind));

	if (chosen && ahead && behind) {
		mark_named(waits, view, ahead);
		mark_named(waits, view, behind);
	}
	if (!chosen || !ahead || !behind || waits_reach(&waits->graph, ahead, false) ||
	    waits_reach(&waits->graph, behind, true)) {
		free(chosen);
		chosen = NULL;
		goto out;
	}
	for (i = 1; i < nr; i++) {
		uint32_t node = waits->thread_node[i];

		chosen[i] = is_shown(waits, view, i) &&
			    (!view->pids.nr || ahead[node] || behind[node]);
	}
out:
	free(ahead);
	free(behind);
	return chosen;
}

enum view_waits_result view_waits_result(const struct waits *waits, const struct view_waits *view,
					 const bool *chosen)
{
	enum view_waits_result result = VIEW_WAITS_FREE;
	uint32_t i;

	for (i = 1; i < waits->threads.thread.nr; i++) {
		enum waits_verdict verdict = waits_of_thread(waits, i)->verdict;

		if (!chosen[i])
			continue;
		if (verdict == WAITS_IS_STUCK)
			return VIEW_WAITS_STUCK;
		if (verdict == WAITS_CANNOT_TELL &&
		    pid_list_has(&view->pids, live_thread_at(&waits->threads, i)->pid))
			result = VIEW_WAITS_UNKNOWN;
	}
	return result;
}
