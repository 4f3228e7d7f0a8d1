/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each task did from the begin of the figures to their end: it ran, wanted to
 * run, or slept until somebody woke it. A watcher of the model.
 *
 * Nothing is summed up and no task is folded, because a chain of causes may lead to
 * any step: memory grows by about 150 bytes for each switch.
 */
#ifndef IPCPROBE_WATCH_STEP_H
#define IPCPROBE_WATCH_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pool.h"
#include "model/sched/runqueue.h"

enum step_kind {
	STEP_UNKNOWN,		/* records are missing, or none says what the task did */
	STEP_RAN,
	STEP_WAKING,		/* woken, and not on a queue yet */
	STEP_QUEUED,		/* wanted to run, while others ran on the CPU */
	STEP_THROTTLED,		/* wanted to run, and its group or class had used up its time */
	STEP_MOVED,		/* wanted to run, and was between two queues */
	STEP_SLEPT,		/* slept until it was woken */
	STEP_SLEEPS,		/* slept, and was not woken before the end */
	NR_STEP_KINDS
};

/* Names of the kinds in text and JSON. */
extern const char *const step_kind_names[NR_STEP_KINDS];

/**
 * struct step - a time in which a task did one thing
 * @until_ns: end; the step begins where the task's step before ends
 * @wait: with STEP_SLEPT and STEP_SLEEPS: IPC object that the task blocked on
 * @waker: with STEP_SLEPT: who woke the task at @until_ns
 * @group: with STEP_THROTTLED: task group, 0 = none
 * @cpu: CPU on which the task ran, or on whose queue it was; SCHED_NO_CPU = none
 * @kind: enum step_kind
 */
struct step {
	uint64_t until_ns;
	struct sched_wait wait;
	struct sched_waker waker;
	uint32_t group;
	uint16_t cpu;
	uint8_t kind;
};

/**
 * struct step_line - all steps of a task
 * @from_ns: begin of the first step
 */
struct step_line {
	uint64_t from_ns;
	struct step *step;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct step_run - a run on a CPU
 * @until_ns: end; the run begins where the run before ends
 * @task: 0 = idle
 * @is_known: @task is known
 */
struct step_run {
	uint64_t until_ns;
	uint32_t task;
	bool is_known;
};

/**
 * struct step_cpu - all runs on a CPU
 * @has_gap: it is not known that the current run begins where the last one ends
 */
struct step_cpu {
	bool has_gap;
	struct step_run *run;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct steps - the steps of all tasks
 * @line: struct step_line, by task
 * @end_ns: end of the figures, 0 = not reached
 */
struct steps {
	struct sched_watch watch;
	struct pool line;
	struct step_cpu *cpu;
	uint32_t nr_cpus;
	uint64_t end_ns;
};

int steps_init(struct steps *steps);
void steps_deinit(struct steps *steps);

/* The steps of @task; none if the task is not known. */
const struct step_line *steps_of(const struct steps *steps, uint32_t task);

/* Index of the step that contains the instant before @ts_ns; -1 = none. */
int64_t step_line_find(const struct step_line *line, uint64_t ts_ns);

/* Begin of step @i of the line. */
static inline uint64_t step_begin_ns(const struct step_line *line, uint32_t i)
{
	return i ? line->step[i - 1].until_ns : line->from_ns;
}

#endif /* IPCPROBE_WATCH_STEP_H */
