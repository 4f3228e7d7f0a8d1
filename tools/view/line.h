/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parts of lines, on stdout, for views that print a line when a record is read.
 */
#ifndef IPCPROBE_VIEW_LINE_H
#define IPCPROBE_VIEW_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "view/runq.h"

#define LINE_MS_WIDTH	15	/* width of a time of line_ms() */

/* prints seconds, with six digits after the point */
void line_time(uint64_t ns);

/* " [0001] " */
void line_cpu(uint32_t cpu);

#define LINE_NR_MS	3U	/* maximum number of times for line_ms() */
#define LINE_UNKNOWN	UINT64_MAX

/* prints @nr times in milliseconds, each LINE_MS_WIDTH wide; LINE_UNKNOWN as "-" */
void line_ms(const uint64_t *ns, uint32_t nr);

/* prints a duration with its unit */
void line_duration(uint64_t ns);

/*
 * prints "20.0 ms of 100.0 ms", with a burst "... with a burst of 5.0 ms", or
 * "not known", or that there is no limit
 */
void line_quota(const struct sched_quota *quota);

/* prints "comm[tid]", or "comm[tid/pid]" for a thread, padded to @width */
void line_task(const struct model *model, uint32_t task, int width);

/* prints the waker like line_task(); an interrupt as "hardirq on comm[tid]" */
void line_waker(const struct model *model, const struct sched_waker *waker, int width);

/* letter for the state of the task that ran before; name of a state */
char line_state(const struct ipcprobe_rec_rq_switch *rec);
const char *line_state_name(uint32_t state);

/* prints "unknown: records lost", or JSON */
void line_lost(const struct view_runq *view, const struct sched *sched, const struct sched_gap *gap);

#endif /* IPCPROBE_VIEW_LINE_H */
