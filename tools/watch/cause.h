/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The meaning of the scheduler's functions: why a task lost its CPU, and why a task
 * was moved to another CPU.
 */
#ifndef IPCPROBE_WATCH_CAUSE_H
#define IPCPROBE_WATCH_CAUSE_H

#include <linux/ipcprobe.h>

#include "model/sched/group.h"

/* Why the running task is asked to give up its CPU. */
enum sched_request {
	REQUEST_UNKNOWN,	/* by a function of which nothing is known */
	REQUEST_SLICE,		/* the slice of the running task is used up */
	REQUEST_TICK,		/* the tick found that it is another task's turn */
	/* a task of the running task's class was woken, or joined the queue */
	REQUEST_WAKEUP,
	/* a task of a higher class was woken, or joined the queue */
	REQUEST_CLASS,
	/* a real-time task of a higher priority was woken, or joined the queue */
	REQUEST_PRIO,
	/* a task with an earlier deadline was woken, or joined the queue */
	REQUEST_DEADLINE,
	REQUEST_IDLE,		/* a task was woken on an idle CPU */
	REQUEST_CHANGE,		/* a task's priority or class changed */
	REQUEST_THROTTLE,	/* run time is used up, or other tasks' throttling ended */
	REQUEST_BALANCE,	/* tasks were moved */
	REQUEST_YIELD,		/* the running task asked itself, in sched_yield(2) */
};

enum sched_request sched_request_of(const char *function);

/*
 * Reason why a task is moved, in the words of the views, from @site and @context of
 * rq_migrate; NULL = not recorded.
 */
const char *sched_migrate_cause(const struct sched_groups *groups, uint32_t site,
				uint16_t context);

#endif /* IPCPROBE_WATCH_CAUSE_H */
