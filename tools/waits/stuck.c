// SPDX-License-Identifier: GPL-2.0
#include "waits/stuck.h"

#include <errno.h>
#include <stdlib.h>

/* Return: since when @thread has been seen stuck; 0: it was not at the last look. */
static uint64_t since_when(const struct stuck *stuck, const struct live_thread *thread)
{
	for (uint32_t i = 0; i < stuck->nr; i++)
		if (stuck->thread[i].tid == thread->tid &&
		    stuck->thread[i].nr_switches == thread->nr_switches)
			return stuck->thread[i].since_ns;
	return 0;
}

int stuck_update(struct stuck *stuck, const struct waits *waits, const bool *chosen,
		 uint64_t now_ns)
{
	struct stuck now = {
		.thread = calloc(waits->threads.thread.nr, sizeof(*now.thread)),
		.oldest_ns = UINT64_MAX,
	};
	uint32_t i;
	int nr_new = 0;

	if (!now.thread)
		return -ENOMEM;
	for (i = 1; i < waits->threads.thread.nr; i++) {
		const struct live_thread *thread = live_thread_at(&waits->threads, i);
		uint64_t since_ns;

		if (!chosen[i] || waits_of_thread(waits, i)->verdict != WAITS_IS_STUCK)
			continue;
		since_ns = since_when(stuck, thread);
		nr_new += !since_ns;
		now.thread[now.nr++] = (struct stuck_thread){
			.tid = thread->tid, .nr_switches = thread->nr_switches,
			.since_ns = since_ns ?: now_ns,
		};
		if ((since_ns ?: now_ns) < now.oldest_ns)
			now.oldest_ns = since_ns ?: now_ns;
	}
	stuck_deinit(stuck);
	*stuck = now;
	return nr_new;
}

void stuck_deinit(struct stuck *stuck)
{
	free(stuck->thread);
	*stuck = (struct stuck){ .oldest_ns = UINT64_MAX };
}
