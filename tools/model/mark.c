// SPDX-License-Identifier: GPL-2.0
/* The marks of a recording. */
#include "model/mark.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* mark_of - the mark that a record has */
struct mark mark_of(const struct tasks *tasks, const struct ipcprobe_rec_task_mark *rec)
{
	const struct task *task = task_at(tasks, tasks_known_tid(tasks, rec->hdr.tid));
	struct mark mark = {
		.ts_ns = rec->hdr.ts_ns, .tid = rec->hdr.tid,
		.pid = proc_at(tasks, task->proc)->pid,
	};

	memcpy(mark.comm, task->comm, sizeof(mark.comm));
	snprintf(mark.text, sizeof(mark.text), "%s", rec->text);
	return mark;
}

/**
 * marks_add - keep a copy of the mark, or count it if there are MARKS_MAX
 * Return: 0 or -ENOMEM.
 */
int marks_add(struct marks *marks, const struct mark *mark)
{
	struct mark *v;

	if (marks->nr == MARKS_MAX) {
		marks->nr_more++;
		return 0;
	}
	if (!(marks->nr & (marks->nr - 1))) {	/* none, or a power of two: there is no room */
		v = realloc(marks->v, 2 * (marks->nr ?: 1) * sizeof(*v));
		if (!v)
			return -ENOMEM;
		marks->v = v;
	}
	marks->v[marks->nr++] = *mark;
	return 0;
}

void marks_deinit(struct marks *marks)
{
	free(marks->v);
	*marks = (struct marks){ 0 };
}
