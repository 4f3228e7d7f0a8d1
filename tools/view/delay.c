// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of a delay, as text and JSON.
 */
#include "view/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/line.h"
#include "watch/cause.h"

static void put_run(const struct model *model, const struct run_sum *run)
{
	if (run->task)
		line_task(model, run->task, 0);
	else
		fputs("nobody", stdout);
	putchar(' ');
	line_duration(run->ns);
	if (run->task && run->nr > 1)
		printf(" (%u times)", run->nr);
}

#define RUNS_SHOWN	5U	/* maximum number of tasks printed for a part */

/* Prints the tasks that ran least as one sum; the idle task is not among them. */
static void put_others(const struct run_sum *runs, uint32_t nr)
{
	uint64_t ns = 0;
	uint32_t i;

	for (i = 0; i < nr; i++)
		ns += runs[i].ns;
	printf(", %u %s ", nr, nr == 1 ? "other" : "others");
	line_duration(ns);
}

/* Prints the tasks that ran on the part's CPU. */
static void put_runs(const struct model *model, const struct delay_report *delay, uint32_t number)
{
	const struct run_sums *ran = &delay->ran[number];
	bool has_idle = ran->nr && !ran->v[ran->nr - 1].task;	/* the idle task is the last row */
	uint64_t unknown_ns = delay_report_unknown_ns(delay, number);
	uint32_t nr_tasks = ran->nr - has_idle, i;

	if (!ran->nr)
		return;
	fputs(", where ran: ", stdout);
	for (i = 0; i < nr_tasks && i < RUNS_SHOWN; i++) {
		fputs(i ? ", " : "", stdout);
		put_run(model, &ran->v[i]);
	}
	if (nr_tasks > RUNS_SHOWN)
		put_others(&ran->v[RUNS_SHOWN], nr_tasks - RUNS_SHOWN);
	if (has_idle) {
		fputs(nr_tasks ? ", " : "", stdout);
		put_run(model, &ran->v[nr_tasks]);
	}
	if (!unknown_ns)
		return;
	fputs(", not known ", stdout);
	line_duration(unknown_ns);
}

static void put_queue(const struct delay_part *part)
{
	if (part->cpu == DELAY_SEVERAL_CPUS)
		fputs("of several CPUs", stdout);
	else
		printf("of CPU %u", part->cpu);
}

/* Returns the quota, at that time, of the group that throttled the task. */
static struct sched_quota quota_of(const struct model *model, const struct delay_part *part)
{
	const struct sched_group *group = sched_group_find(&model->sched.groups, part->group);

	return group ? sched_group_quota_at(group, part->from_ns) : (struct sched_quota){ 0 };
}

static void put_group_throttle(const struct model *model, const struct delay_part *part)
{
	struct sched_quota quota = quota_of(model, part);
	char *name = label_group(model, part->group);

	fputs("throttled: its group ", stdout);
	text_print(stdout, name ?: "?");
	free(name);
	fputs(" had used up its time", stdout);
	if (!sched_quota_is_limit(&quota))
		return;
	fputs(", ", stdout);
	line_quota(&quota);
}

/* Prints what throttled the task: its group, its class, or the task's own limit. */
static void put_throttle(const struct model *model, const struct delay_part *part, uint32_t task)
{
	if (part->group) {
		put_group_throttle(model, part);
		return;
	}
	switch (sched_task_at(&model->sched, task)->sched_class) {
	case IPCPROBE_SCHED_RT:
		fputs("throttled: the real-time class had used up its time", stdout);
		break;
	case IPCPROBE_SCHED_DL:
		fputs("throttled: it had used up its own time", stdout);
		break;
	default:
		fputs("throttled", stdout);
		break;
	}
	fputs(", on the queue ", stdout);
	put_queue(part);
}

static void put_move(const struct model *model, const struct delay_report *delay, uint32_t number)
{
	const struct delay_part *part = &delay->part[number];
	const char *cause = sched_migrate_cause(&model->sched.groups, part->site, part->context);

	fputs("moved from the queue ", stdout);
	put_queue(part);
	if (number + 1 < delay->nr)
		printf(" to that of CPU %u", delay->part[number + 1].cpu);
	if (!cause)
		return;
	fputs(": ", stdout);
	text_print(stdout, cause);
	fputs(", by ", stdout);
	line_task(model, part->by, 0);
}

static void put_part(const struct model *model, const struct delay_report *delay, uint32_t number,
		     uint32_t task)
{
	const struct delay_part *part = &delay->part[number];

	switch ((enum delay_kind)part->kind) {
	case DELAY_WAKING:
		fputs("in the waker's call", stdout);
		break;
	case DELAY_SIGNALLED:
		printf("until CPU %u, notified by the waker, put it on its queue", part->cpu);
		break;
	case DELAY_QUEUED:
		fputs("on the queue ", stdout);
		put_queue(part);
		break;
	case DELAY_THROTTLED:
		put_throttle(model, part, task);
		break;
	case DELAY_MOVED:
		put_move(model, delay, number);
		break;
	case DELAY_PUT_BACK:
		fputs("taken off the queue ", stdout);
		put_queue(part);
		fputs(" for a change, and put back", stdout);
		break;
	case NR_DELAY_KINDS:
		break;
	}
	put_runs(model, delay, number);
}

/* view_delay_print - print a line for each part */
void view_delay_print(const struct model *model, const struct delay_report *delay, uint32_t task)
{
	char buf[LABEL_MAX];
	uint32_t i;

	for (i = 0; i < delay->nr; i++) {
		printf("    %10s  ", label_ns(buf, delay_part_ns(&delay->part[i], 0)));
		put_part(model, delay, i, task);
		putchar('\n');
	}
}

/* ---- JSON ---- */

static json_t *runs_json(const struct model *model, const struct run_sums *ran)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < ran->nr; i++) {
		json_t *row = json_pack("{s:o, s:o, s:o}",
					"task", label_task_json(model, ran->v[i].task),
					"run_ns", view_json_number(ran->v[i].ns),
					"nr_runs", view_json_number(ran->v[i].nr));

		json_array_append_new(list, row);
	}
	return list;
}

static json_t *part_json(const struct model *model, const struct delay_report *delay,
			 uint32_t number)
{
	const struct delay_part *part = &delay->part[number];
	bool is_moved = part->kind == DELAY_MOVED;
	const char *cause = is_moved ? sched_migrate_cause(&model->sched.groups, part->site,
							   part->context) : NULL;
	struct sched_quota quota = quota_of(model, part);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "kind", delay_kind_names[part->kind],
			 "from_ns", view_json_number(part->from_ns),
			 "ns", view_json_number(delay_part_ns(part, 0)),
			 "cpu", view_json_known(part->cpu != DELAY_SEVERAL_CPUS, part->cpu),
			 "group", part->group ? label_group_json(model, part->group) : json_null(),
			 "quota", label_quota_json(&quota),
			 "cause", cause ? text_json(cause) : json_null(),
			 "by", is_moved && part->site ? label_task_json(model, part->by) :
							json_null(),
			 "ran", runs_json(model, &delay->ran[number]),
			 "ran_unknown_ns", view_json_number(delay_report_unknown_ns(delay, number)));
}

/* view_delay_json - the parts as a JSON array */
json_t *view_delay_json(const struct model *model, const struct delay_report *delay)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < delay->nr; i++)
		json_array_append_new(list, part_json(model, delay, i));
	return list;
}
