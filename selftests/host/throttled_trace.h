/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording for pictures: of two tasks on CPU 0 one runs, and the other task's group
 * is throttled for a while.
 */
#ifndef IPCPROBE_THROTTLED_TRACE_H
#define IPCPROBE_THROTTLED_TRACE_H

#include "trace_builder.h"

/*
 * ping runs from @ns on; pong waits, and its group, 5, is throttled from 400 us to 1 ms
 * after @ns.
 */
static inline void trace_throttled(struct trace *t, uint64_t ns)
{
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	t->now_ns = ns;
	TRACE(t, rq_snapshot, 11, .is_current = 1, .group = 1);
	t->now_ns = ns;
	TRACE(t, rq_snapshot, 12, .group = 5);
	t->now_ns = ns;
	TRACE(t, rq_snapshot_end, 11, .nr_running = 2, .nr_members = 2);
	t->now_ns = ns + 400000;
	TRACE(t, rq_throttle, 0, .group = 5, .is_throttled = 1);
	t->now_ns = ns + 400000;
	TRACE(t, rq_change, 0, .change = -1, .nr_running = 1);
	t->now_ns = ns + 1000000;
	TRACE(t, rq_throttle, 0, .group = 5);
	t->now_ns = ns + 1000000;
	TRACE(t, rq_change, 0, .change = 1, .nr_running = 2);
}

#endif /* IPCPROBE_THROTTLED_TRACE_H */
