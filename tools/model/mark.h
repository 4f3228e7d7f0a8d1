/* SPDX-License-Identifier: GPL-2.0 */
/* Marks: texts that users put into the recording, each at an instant. */
#ifndef IPCPROBE_MODEL_MARK_H
#define IPCPROBE_MODEL_MARK_H

#include <stdint.h>

#include <linux/ipcprobe.h>

#include "model/task.h"

#define MARKS_MAX	1000U	/* marks that are kept: the first ones */

/**
 * struct mark - a mark
 * @ts_ns: when it was made
 * @tid: thread that made it
 * @pid: its process; 0 = unknown
 * @comm: name of that thread then; "" = unknown
 * @text: what it wrote
 */
struct mark {
	uint64_t ts_ns;
	uint32_t tid;
	uint32_t pid;
	char comm[16];
	char text[IPCPROBE_MARK_MAX + 1];
};

/**
 * struct marks - the marks of a recording, in order of time
 * @v: the first MARKS_MAX marks
 * @nr: length of @v
 * @nr_more: number of marks that are not kept
 */
struct marks {
	struct mark *v;
	uint32_t nr;
	uint64_t nr_more;
};

struct mark mark_of(const struct tasks *tasks, const struct ipcprobe_rec_task_mark *rec);
int marks_add(struct marks *marks, const struct mark *mark);
void marks_deinit(struct marks *marks);

#endif /* IPCPROBE_MODEL_MARK_H */
