/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each CPU did in a stretch of time, as exactly as it can be drawn.
 *
 * A track is a list of spans in order of time: one interval each where
 * intervals are long, several together where they are shorter than half a
 * grain.  The grain doubles when there are too many spans, so the memory is
 * bounded whatever the length of the recording: about 5 MiB, and 16 bytes for
 * each task.
 *
 *	chart_init(&chart, &source, from_ns, until_ns);
 *	... chart_follow() after each record of class "sched", chart_finish() ...
 *	... views read the chart ...
 *	chart_deinit(&chart);
 */
#ifndef IPCPROBE_CHART_H
#define IPCPROBE_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "model_sched.h"
#include "pool.h"
#include "source.h"

#define CHART_NR_COLUMNS	1600U	/* grains at first */
#define CHART_NR_SPANS		8192U	/* of a track, of all CPUs */
#define CHART_NR_WAITS		4096U	/* of all CPUs */
#define CHART_NR_NAMES		1024U	/* those met later are "other" */
#define CHART_NR_SHARES		5U	/* names told apart in a mixed span */

/**
 * struct chart_span - part of a track
 * @from_ns: begin
 * @until_ns: end
 * @known_ns: time of it that is known
 * @is_mixed: several intervals; else @name ran, or the queue had @max_length
 * @task: not mixed: who ran, 0 = idle
 * @max_length: longest queue
 * @length_ns: sum of length times time
 * @busy_ns: somebody ran
 * @share: who ran; what is missing to @busy_ns is others'
 */
struct chart_span {
	uint64_t from_ns;
	uint64_t until_ns;
	uint64_t known_ns;
	bool is_mixed;
	uint32_t task;
	uint32_t max_length;
	uint64_t length_ns;
	uint64_t busy_ns;
	uint32_t nr_shares;
	struct chart_share {
		uint32_t name;
		uint64_t ns;
	} share[CHART_NR_SHARES];
};

/* spans of one CPU, in order of time */
struct chart_list {
	struct chart_span *span;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct chart_track - one kind of span
 * @grain_ns: longest span of several intervals
 * @nr: spans of all CPUs
 * @list: by CPU
 */
struct chart_track {
	uint64_t grain_ns;
	uint32_t nr;
	struct chart_list *list;
	uint32_t nr_lists;
};

/**
 * struct chart_wait - a task was on @cpu's queue and did not run
 * @state: SCHED_QUEUED, SCHED_DELAYED
 */
struct chart_wait {
	uint64_t from_ns;
	uint64_t until_ns;
	uint32_t task;
	uint32_t name;
	uint16_t cpu;
	uint8_t state;
};

/**
 * struct chart_name - a name of tasks
 * @run_ns: for how long tasks of that name ran
 */
struct chart_name {
	char comm[16];
	uint64_t run_ns;
};

/* how a CPU was after the last record about it */
struct chart_cpu {
	bool is_known;
	bool is_wrong;
	uint32_t current;
	int64_t length;
	uint64_t current_since_ns;
	uint64_t length_since_ns;
};

/**
 * struct chart_task - the same of a task
 * @is_met: a record was about it
 * @state: enum sched_state
 * @cpu: on whose queue it waits, or SCHED_NO_CPU
 * @name: the last one it had
 * @place: its place in the list of those that wait, from 1 on; 0: it does not
 */
struct chart_task {
	bool is_met;
	uint8_t state;
	uint16_t cpu;
	uint32_t name;
	uint32_t place;
	uint64_t since_ns;
};

/**
 * struct chart - all CPUs
 * @from_ns: begin of what is drawn
 * @until_ns: its end
 * @run: who ran
 * @length: the queues' lengths
 * @wait: who waited, in no order
 * @wait_least_ns: shorter ones were left out
 * @name: by number; 0 stands for all that have none of their own
 * @source: CPUs drawn; tasks of processes that are not wanted have name 0
 */
struct chart {
	uint64_t from_ns;
	uint64_t until_ns;
	struct chart_track run;
	struct chart_track length;
	struct chart_wait *wait;
	uint32_t nr_waits;
	uint64_t wait_least_ns;
	struct chart_name *name;
	uint32_t nr_names;
	const struct source_opts *source;
	struct chart_cpu *cpu;
	uint32_t nr_cpus;
	struct pool task;	/* struct chart_task, by task */
	uint32_t *waiter;	/* tasks that wait, in no order */
	uint32_t nr_waiters;
	uint32_t cap_waiters;
};

int chart_init(struct chart *chart, const struct source_opts *source, uint64_t from_ns,
	       uint64_t until_ns);
void chart_deinit(struct chart *chart);

/* the state after @rec is that of @sched */
int chart_follow(struct chart *chart, const struct sched *sched, const struct ipcprobe_rec *rec);
int chart_finish(struct chart *chart, const struct sched *sched, uint64_t until_ns);

/* what chart_follow() adds */
int chart_add_run(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		  uint32_t task, uint32_t name);
int chart_add_length(struct chart *chart, uint32_t cpu, uint64_t from_ns, uint64_t until_ns,
		     uint32_t length);
void chart_add_wait(struct chart *chart, const struct chart_wait *wait);
uint32_t chart_name(struct chart *chart, const char comm[16]);

/* spans of one CPU */
static inline const struct chart_list *chart_list(const struct chart_track *track, uint32_t cpu)
{
	static const struct chart_list none;

	return cpu < track->nr_lists ? &track->list[cpu] : &none;
}

#endif /* IPCPROBE_CHART_H */
