/* SPDX-License-Identifier: GPL-2.0 */
/* A delay that has ended, with the tasks that ran during each of its parts. */
#ifndef IPCPROBE_WATCH_DELAY_REPORT_H
#define IPCPROBE_WATCH_DELAY_REPORT_H

#include "watch/runs.h"

/**
 * struct delay_report - the delay of a task that runs now
 * @ns: length of the delay, which is the sum of its parts; 0 = no delay, or not
 *	known
 * @wake_ns: time of the waker's call that the delay began with; 0 = the task was
 *	preempted
 * @part: parts of the delay, [@nr]
 * @ran: for each part, tasks that ran on its CPU, and for how long; empty except
 *	for DELAY_QUEUED and DELAY_THROTTLED
 */
struct delay_report {
	uint64_t ns;
	uint64_t wake_ns;
	uint32_t nr;
	struct delay_part *part;
	struct run_sums *ran;
	uint32_t cap_parts;
	uint32_t cap_ran;
};

int delay_report_fill(struct delay_report *report, const struct runs *runs,
		      const struct sched *sched, uint32_t task, uint64_t now_ns);
void delay_report_deinit(struct delay_report *report);

/* Time of a part in which the running task is not known. */
uint64_t delay_report_unknown_ns(const struct delay_report *report, uint32_t part);

#endif /* IPCPROBE_WATCH_DELAY_REPORT_H */
