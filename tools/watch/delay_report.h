/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A delay that has ended, with who ran during each of its parts.
 */
#ifndef IPCPROBE_WATCH_DELAY_REPORT_H
#define IPCPROBE_WATCH_DELAY_REPORT_H

#include "watch/runs.h"

/**
 * struct delay_report - the delay of a task that runs now
 * @ns: its length, that of its parts together; 0 = there was none, or it is not known
 * @wake_ns: when the waker called that it began with; 0 = the task was preempted
 * @part: its parts, [@nr]
 * @ran: who ran on the CPU of each, and for how long; of DELAY_QUEUED and
 *	DELAY_THROTTLED, of others nobody
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

/* of a part, for how long it is not known who ran */
uint64_t delay_report_unknown_ns(const struct delay_report *report, uint32_t part);

#endif /* IPCPROBE_WATCH_DELAY_REPORT_H */
