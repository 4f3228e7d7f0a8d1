// SPDX-License-Identifier: GPL-2.0
/* The marks of a recording. */
#include "model/mark.h"

#include <errno.h>
#include <stdio.h>
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

int marks_init(struct marks *marks)
{
	return pool_init(&marks->mark, sizeof(struct mark));
}

void marks_deinit(struct marks *marks)
{
	pool_deinit(&marks->mark);
}

int marks_add(struct marks *marks, const struct mark *mark)
{
	struct mark *added;
	uint32_t number;

	if (marks_nr(marks) == MARKS_MAX) {
		marks->nr_more++;
		return 0;
	}
	added = pool_add(&marks->mark, &number);
	if (!added)
		return -ENOMEM;
	*added = *mark;
	return 0;
}
