/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the scheduler's functions are about: why a task lost its CPU, why one
 * was moved to another.
 */
#ifndef IPCPROBE_WATCH_CAUSE_H
#define IPCPROBE_WATCH_CAUSE_H

#include <linux/ipcprobe.h>

#include "model/sched/group.h"

/* why the running task is asked to give up its CPU */
enum sched_request {
	REQUEST_UNKNOWN,	/* by a function of which nothing is known */
	REQUEST_SLICE,		/* its slice is used up */
	REQUEST_TICK,		/* the tick found another one's time come */
	REQUEST_WAKEUP,		/* a task of its class was woken, or came */
	REQUEST_CLASS,		/* ... of a higher class */
	REQUEST_PRIO,		/* ... of a higher priority, real time */
	REQUEST_DEADLINE,	/* ... with an earlier deadline */
	REQUEST_IDLE,		/* a task for an idle CPU */
	REQUEST_CHANGE,		/* a task's priority or class changed */
	REQUEST_THROTTLE,	/* its run time is used up, or others' is no more */
	REQUEST_BALANCE,	/* tasks were moved */
	REQUEST_YIELD,		/* it asked itself, in sched_yield(2) */
};

enum sched_request sched_request_of(const char *function);

/* why a task is moved, as the views call it: by @site and @context of rq_migrate; NULL:
 * that was not told
 */
const char *sched_migrate_cause(const struct sched_groups *groups, uint32_t site,
				uint16_t context);

#endif /* IPCPROBE_WATCH_CAUSE_H */
