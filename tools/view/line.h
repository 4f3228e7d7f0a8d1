/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pieces of the lines that views print as records come, on stdout.
 */
#ifndef IPCPROBE_VIEW_LINE_H
#define IPCPROBE_VIEW_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "view/runq.h"

#define LINE_MS_WIDTH	15	/* of line_ms() */

/* seconds, to the microsecond */
void line_time(uint64_t ns);

/* " [0001] " */
void line_cpu(uint32_t cpu);

/* milliseconds; a time that is not known is "-" */
void line_ms(uint64_t ns);
void line_ms_known(bool is_known, uint64_t ns);

/* a duration with its unit */
void line_duration(uint64_t ns);

/* "20.0 ms of 100.0 ms", "not known", or that there is no limit */
void line_quota(const struct sched_quota *quota);

/* "comm[tid]", of a thread "comm[tid/pid]", padded to @width */
void line_task(const struct model *model, uint32_t task, int width);

/* the same of who woke a task: an interrupt as "hardirq on comm[tid]" */
void line_waker(const struct model *model, const struct sched_waker *waker, int width);

/* the state of who ran, as a letter; what a state is called */
char line_state(const struct ipcprobe_rec_rq_switch *rec);
const char *line_state_name(uint32_t state);

/* "unknown: records lost", or the same as JSON */
void line_lost(const struct view_runq *view, const struct sched *sched, const struct sched_gap *gap);

#endif /* IPCPROBE_VIEW_LINE_H */
