/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who ran while another task waited on the same CPU, and who took the CPU from
 * it: sums over a recording.  A watcher of the model.
 */
#ifndef IPCPROBE_WATCH_ANTAGONIST_H
#define IPCPROBE_WATCH_ANTAGONIST_H

#include "lib/hash.h"
#include "lib/scope.h"
#include "watch/runs.h"

/**
 * struct antagonist - one task and one that was in its way
 * @task: who waited
 * @by: who ran; 0 = nobody, the CPU was idle
 * @ran_ns: while @task was on that CPU's queue and might have run
 * @nr_runs: how often
 * @nr_preemptions: @task wanted to run on, and @by ran instead
 */
struct antagonist {
	uint32_t task;
	uint32_t by;
	uint64_t ran_ns;
	uint64_t nr_runs;
	uint64_t nr_preemptions;
};

/**
 * struct antagonists - all pairs
 * @scope: which CPUs and processes count, of those that waited
 * @row: struct antagonist, but for number 0
 * @by_pair: its number
 * @unknown_ns: time waited of which it is not known who ran
 */
struct antagonists {
	struct sched_watch watch;
	const struct scope *scope;
	struct runs runs;
	struct run_sums sums;
	struct pool row;
	struct map by_pair;
	uint64_t unknown_ns;
};

int antagonists_init(struct antagonists *antagonists, const struct scope *scope);
void antagonists_deinit(struct antagonists *antagonists);

#endif /* IPCPROBE_WATCH_ANTAGONIST_H */
