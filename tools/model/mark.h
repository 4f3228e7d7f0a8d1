/* SPDX-License-Identifier: GPL-2.0 */
/* Marks: texts that users put into the recording, each at an instant. */
#ifndef IPCPROBE_MODEL_MARK_H
#define IPCPROBE_MODEL_MARK_H

#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/pool.h"
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
 * @mark: struct mark, the first MARKS_MAX of them
 * @nr_more: number of marks that are not kept
 */
struct marks {
	struct pool mark;
	uint64_t nr_more;
};

struct mark mark_of(const struct tasks *tasks, const struct ipcprobe_rec_task_mark *rec);

/* Return: 0 or -ENOMEM. */
int marks_init(struct marks *marks);
void marks_deinit(struct marks *marks);

/* Keeps a copy of the mark, or counts it if there are MARKS_MAX. Return: 0 or -ENOMEM. */
int marks_add(struct marks *marks, const struct mark *mark);

static inline uint32_t marks_nr(const struct marks *marks)
{
	return pool_used(&marks->mark);
}

/* @i: less than marks_nr() */
static inline const struct mark *marks_at(const struct marks *marks, uint32_t i)
{
	return pool_at(&marks->mark, i + 1);
}

#endif /* IPCPROBE_MODEL_MARK_H */
