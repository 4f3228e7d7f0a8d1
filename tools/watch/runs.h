/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tasks that ran on each CPU, and so, the tasks that ran while another task
 * waited there.
 *
 * Of each CPU the last RUNS_KEPT runs are kept. Before older runs are dropped, they
 * are added to a sum for each task that is waiting there, so that sums are right
 * even if a task waits for very long.
 */
#ifndef IPCPROBE_WATCH_RUNS_H
#define IPCPROBE_WATCH_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/sched/runqueue.h"

#define RUNS_KEPT	1024U	/* maximum number of runs of a CPU */

/**
 * struct run_sum - one task's runs on a CPU while another waited there
 * @task: 0 = the CPU was idle
 * @nr: number of runs
 */
struct run_sum {
	uint64_t ns;
	uint32_t task;
	uint32_t nr;
};

/**
 * struct run_sums - sums of the runs of all tasks; each task occurs once
 */
struct run_sums {
	struct run_sum *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct runs - the runs of all CPUs
 * @past: struct run_past, by waiting task: sums of runs that are no longer kept
 */
struct runs {
	struct runs_cpu *cpu;
	uint32_t nr_cpus;
	struct sparse past;
};

void runs_init(struct runs *runs);
void runs_deinit(struct runs *runs);

int runs_switch(struct runs *runs, const struct sched *sched, const struct sched_switch *sw);
void runs_forget(struct runs *runs, const struct sched_gap *gap);
void runs_fold(struct runs *runs, const uint32_t *into, uint32_t nr);
int runs_during(const struct runs *runs, const struct sched *sched, uint32_t task,
		const struct delay_part *part, uint64_t now_ns, struct run_sums *ret);
void run_sums_sort(struct run_sums *sums);

#endif /* IPCPROBE_WATCH_RUNS_H */
