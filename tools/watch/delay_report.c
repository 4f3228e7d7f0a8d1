// SPDX-License-Identifier: GPL-2.0
/* Delays, with the tasks that ran during them. */
#include "watch/delay_report.h"

#include <errno.h>
#include <stdlib.h>

/* True if other tasks may have run on the CPU during the part. */
static bool has_runs(const struct delay_part *part)
{
	return part->kind == DELAY_QUEUED || part->kind == DELAY_THROTTLED;
}

static int make_room(struct delay_report *report, uint32_t nr)
{
	void *grown;

	grown = array_reserve(report->part, &report->cap_parts, nr, sizeof(*report->part));
	if (!grown)
		return -ENOMEM;
	report->part = grown;
	grown = array_reserve_zeroed(report->ran, &report->cap_ran, nr, sizeof(*report->ran));
	if (!grown)
		return -ENOMEM;
	report->ran = grown;
	return 0;
}

/**
 * delay_report_fill - report the delay of @task, which is about to run
 * @report: the report; its memory is reused
 *
 * Return: 0 or -ENOMEM.
 */
int delay_report_fill(struct delay_report *report, const struct runs *runs,
		      const struct sched *sched, uint32_t task, uint64_t now_ns)
{
	const struct sched_task *t = sched_task_at(sched, task);
	int err = make_room(report, t->delay.nr ? t->delay.nr : 1);
	uint32_t i;

	report->ns = delay_ns(&t->delay);
	report->wake_ns = t->wake_ns;
	report->nr = report->ns ? t->delay.nr : 0;
	for (i = 0; i < report->nr && !err; i++) {
		report->part[i] = t->delay.part[i];
		report->ran[i].nr = 0;
		if (has_runs(&report->part[i]))
			err = runs_during(runs, sched, task, &report->part[i], now_ns,
					  &report->ran[i]);
		run_sums_sort(&report->ran[i]);
	}
	return err;
}

uint64_t delay_report_unknown_ns(const struct delay_report *report, uint32_t part)
{
	uint64_t ns = delay_part_ns(&report->part[part], 0);
	uint32_t i;

	if (!has_runs(&report->part[part]))
		return 0;
	for (i = 0; i < report->ran[part].nr; i++)
		ns -= report->ran[part].v[i].ns < ns ? report->ran[part].v[i].ns : ns;
	return ns;
}

void delay_report_deinit(struct delay_report *report)
{
	uint32_t i;

	for (i = 0; i < report->cap_ran; i++)
		free(report->ran[i].v);
	free(report->ran);
	free(report->part);
}
