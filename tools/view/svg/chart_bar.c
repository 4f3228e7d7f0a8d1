// SPDX-License-Identifier: GPL-2.0
/*
 * Code that the parts of a CPU's lane share: their positions, and labels of
 * bars.
 */
#include "view/svg/chart.h"

#include <string.h>

uint32_t queues_queue_y(const struct queues *q, const struct queues_lane *lane)
{
	return lane->y + q->size->run + q->size->space;
}

uint32_t queues_wait_y(const struct queues *q, const struct queues_lane *lane, uint32_t row)
{
	return queues_queue_y(q, lane) + q->size->queue + q->size->space + row * (q->size->wait + 1);
}

static const struct task *task_named(const struct queues *q, uint32_t task)
{
	return task_at(&q->model->tasks, task);
}

/*
 * Writes "cat 1234", with the task's name at that time; the task's last name
 * may be another one.
 */
void queues_write_task(const struct queues *q, uint32_t task, uint32_t name)
{
	const char *comm = name ? q->chart->name[name].comm : task_named(q, task)->comm;

	svg_comm(&q->svg, comm);
	fprintf(q->svg.out, "%s%u", *comm ? " " : "", task_named(q, task)->tid);
}

/*
 * Writes the task's label into its bar, shorter if there is less room, or no
 * label. Several tasks with one name differ only in their thread ids.
 */
void queues_write_label(const struct queues *q, uint32_t task, uint32_t name, double x, double y,
			double width, double letter)
{
	const char *comm = q->chart->name[name].comm;
	size_t len = strnlen(comm, 16), tid_len;
	char tid[16];

	tid_len = snprintf(tid, sizeof(tid), "%u", task_named(q, task)->tid);
	if (!name)
		return;
	if (width < (len + tid_len + 2) * letter) {
		len = q->names.name[name].is_several ? 0 : len;
		tid_len = len ? 0 : tid_len;
	}
	if (width < (len + tid_len + 1) * letter)
		return;
	fprintf(q->svg.out, "<text x=\"%.2f\" y=\"%.2f\">", x + letter / 2, y);
	if (len)
		svg_comm(&q->svg, comm);
	fprintf(q->svg.out, "%s%s</text>", len && tid_len ? " " : "", tid_len ? tid : "");
}
