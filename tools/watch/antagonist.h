/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks that ran while another task waited on the same CPU, and tasks that took the
 * CPU from it: sums over a recording. A watcher of the model.
 */
#ifndef IPCPROBE_WATCH_ANTAGONIST_H
#define IPCPROBE_WATCH_ANTAGONIST_H

#include "lib/hash.h"
#include "lib/scope.h"
#include "watch/runs.h"

/**
 * struct antagonist - a task and a task that kept it from running
 * @task: task that waited
 * @by: task that ran; 0 = none, the CPU was idle
 * @ran_ns: time that @by ran while @task was on that CPU's queue and might have run
 * @nr_runs: number of runs of @by in @ran_ns
 * @nr_preemptions: number of times that @task wanted to run on, and @by ran instead
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
 * @scope: CPUs and processes of the waiting tasks that count
 * @row: struct antagonist; number 0 is not used
 * @by_pair: number in @row, by pair of tasks
 * @unknown_ns: waiting time in which the running task is not known
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
