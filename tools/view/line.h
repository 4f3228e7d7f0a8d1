/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines on stdout, for views that print one when a record is read.
 */
#ifndef IPCPROBE_VIEW_LINE_H
#define IPCPROBE_VIEW_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/model.h"
#include "view/runq.h"

#define LINE_MAX	512U	/* a longer line is printed in parts */
#define LINE_MS_WIDTH	15	/* width of a time of line_add_ms() */
#define LINE_UNKNOWN	UINT64_MAX

/**
 * struct line - what is to be printed with one call
 * @len: number of characters
 * @text: they, without a 0 at the end
 */
struct line {
	uint32_t len;
	char text[LINE_MAX];
};

/* line_print - print the line so far; it is empty then */
void line_print(struct line *line);

void line_add_text(struct line *line, const char *text);
void line_add_char(struct line *line, char c);

/* line_add_spaces - at most LINE_MAX */
void line_add_spaces(struct line *line, uint32_t nr);

/* line_add_time - seconds, with six digits after the point */
void line_add_time(struct line *line, uint64_t ns);

/* line_add_cpu - " [0001] " */
void line_add_cpu(struct line *line, uint32_t cpu);

/* line_add_ms - milliseconds, LINE_MS_WIDTH wide; LINE_UNKNOWN as "-" */
void line_add_ms(struct line *line, uint64_t ns);

/* line_add_task - "comm[tid]", or "comm[tid/pid]" for a thread, padded to @width */
void line_add_task(struct line *line, const struct model *model, uint32_t task, int width);

/* line_add_waker - the waker like line_add_task(); an interrupt as "hardirq on comm[tid]" */
void line_add_waker(struct line *line, const struct model *model,
		    const struct sched_waker *waker, int width);

/* prints what line_add_task() adds */
void line_task(const struct model *model, uint32_t task, int width);

/* prints a duration with its unit */
void line_duration(uint64_t ns);

/*
 * prints "20.0 ms of 100.0 ms", with a burst "... with a burst of 5.0 ms", or
 * "not known", or that there is no limit
 */
void line_quota(const struct sched_quota *quota);

/* letter for the state of the task that ran before; name of a state */
char line_state(const struct ipcprobe_rec_rq_switch *rec);
const char *line_state_name(uint32_t state);

/* prints the mark on a line of its own, or as JSON */
void line_mark(const struct view_runq *view, const struct mark *mark);

/* prints "unknown: records lost", or JSON */
void line_lost(const struct view_runq *view, const struct sched *sched, const struct sched_gap *gap);

#endif /* IPCPROBE_VIEW_LINE_H */
