// SPDX-License-Identifier: GPL-2.0
/*
 * CPU time that control groups may use, have used and would have used, as text
 * and JSON.
 *
 * A group wanted a CPU while a task of the group or of a group below it ran,
 * and while a task was throttled because of the group itself. It wanted at most
 * as many CPUs at once as there are.
 */
#include "view/sched_views.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/text.h"
#include "view/label.h"
#include "view/label_sched.h"
#include "view/line.h"

/**
 * struct use - CPU time that a group had and wanted while queues were known
 * @time_ns: how long queues were known
 * @ran_ns: time that the group's tasks ran
 * @wanted_ns: @ran_ns plus the time that tasks were throttled because of the
 *	group
 */
struct use {
	const struct sched_group *group;
	uint64_t time_ns;
	uint64_t ran_ns;
	uint64_t wanted_ns;
};

struct uses {
	struct use *v;
	uint32_t nr;
};

/* ---- groups to show, and their times ---- */

static uint64_t ran_ns(const struct model *model, const struct latency *latency, uint32_t group)
{
	uint64_t ns = 0;
	uint32_t i;

	for (i = 1; i < latency->row.nr; i++) {
		const struct latency_row *row = latency_row_at(latency, i);

		if (sched_group_is_in(&model->sched.groups, row->number, group))
			ns += row->all_run_ns;
	}
	return ns;
}

static struct use use_of(const struct model *model, const struct latency *latency,
			 const struct sched_group *group)
{
	struct use use = { .group = group, .ran_ns = ran_ns(model, latency, group->number) };
	uint64_t most_ns = 0;
	uint32_t i;

	for (i = 0; i < model->sched.nr_cpus; i++) {
		const struct sched_cpu *cpu = &model->sched.cpu[i];
		uint64_t ns = cpu->busy_ns + cpu->idle_ns;

		most_ns += ns;
		if (ns + cpu->offline_ns > use.time_ns)
			use.time_ns = ns + cpu->offline_ns;
	}
	use.wanted_ns = use.ran_ns + group->throttled_ns;
	if (use.wanted_ns > most_ns)
		use.wanted_ns = most_ns;
	return use;
}

static bool was_set(const struct model *model, const struct sched_group *group)
{
	return group->set_ns > model->sched.from_ns;
}

/* True if the group has or had a quota, and wanted CPU time. */
static bool is_shown(const struct model *model, const struct use *use)
{
	const struct sched_group *group = use->group;

	return group->throttled_ns ||
	       (use->wanted_ns && (sched_quota_is_limit(&group->quota) ||
				   (was_set(model, group) && sched_quota_is_limit(&group->before))));
}

/* The group that was throttled longest comes first. */
static int compare_uses(const void *a, const void *b)
{
	const struct sched_group *x = ((const struct use *)a)->group;
	const struct sched_group *y = ((const struct use *)b)->group;

	if (x->throttled_ns != y->throttled_ns)
		return x->throttled_ns < y->throttled_ns ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int uses_init(struct uses *uses, const struct model *model, const struct view_latency *view)
{
	const struct pool *groups = &model->sched.groups.group;
	uint32_t i;

	*uses = (struct uses){ .v = calloc(groups->nr, sizeof(*uses->v)) };
	if (!uses->v)
		return -ENOMEM;
	for (i = 1; i < groups->nr; i++) {
		uses->v[uses->nr] = use_of(model, view->latency, pool_at(groups, i));
		uses->nr += is_shown(model, &uses->v[uses->nr]);
	}
	qsort(uses->v, uses->nr, sizeof(*uses->v), compare_uses);
	return 0;
}

/* Returns @ns, scaled from the whole time to one period. */
static uint64_t per_period(const struct use *use, uint64_t ns)
{
	return use->time_ns ? (double)ns / use->time_ns * use->group->quota.period_ns + 0.5 : 0;
}

/* ---- text ---- */

static void print_use(const struct model *model, const struct use *use, uint64_t start_ns)
{
	const struct sched_group *group = use->group;
	char *name = label_group(model, group->number);

	text_print(stdout, name ?: "?");
	free(name);
	if (!sched_quota_is_known(&group->quota)) {
		fputs(": throttled for ", stdout);
		line_duration(group->throttled_ns);
		puts("; what it may use was not recorded");
		return;
	}
	fputs(": may use ", stdout);
	line_quota(&group->quota);
	fputs(", ran ", stdout);
	line_duration(per_period(use, use->ran_ns));
	fputs(", wanted ", stdout);
	line_duration(per_period(use, use->wanted_ns));
	if (was_set(model, group)) {
		fputs("; might use ", stdout);
		line_quota(&group->before);
		printf(" until %.6f s", (int64_t)(group->set_ns - start_ns) / 1e9);
	}
	putchar('\n');
}

/**
 * view_quotas_print - print a line for each group that has a quota and used
 * some of it
 * Return: 0 or -ENOMEM.
 */
int view_quotas_print(const struct model *model, const struct view_latency *view)
{
	uint32_t i, top = view->runq->top, shown;
	struct uses uses;
	int err = uses_init(&uses, model, view);

	if (err)
		return err;
	shown = top && uses.nr > top ? top : uses.nr;
	if (shown)
		puts("\nQuotas: what groups may use in each period, ran for in it on average, and wanted: ran or were throttled");
	for (i = 0; i < shown; i++)
		print_use(model, &uses.v[i], view->runq->start_ns);
	if (uses.nr > shown)
		printf("%u further ones\n", uses.nr - shown);
	free(uses.v);
	return 0;
}

/* ---- JSON ---- */

static json_t *use_json(const struct model *model, const struct use *use)
{
	const struct sched_group *group = use->group;
	bool is_known = sched_quota_is_known(&group->quota);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "cgroup", label_group_json(model, group->number),
			 "quota", label_quota_json(&group->quota),
			 "set_ns", view_json_known(was_set(model, group), group->set_ns),
			 "before", was_set(model, group) ? label_quota_json(&group->before) :
							   json_null(),
			 "time_ns", view_json_number(use->time_ns),
			 "ran_ns", view_json_number(use->ran_ns),
			 "throttled_ns", view_json_number(group->throttled_ns),
			 "period_ran_ns", view_json_known(is_known, per_period(use, use->ran_ns)),
			 "period_wanted_ns", view_json_known(is_known,
							     per_period(use, use->wanted_ns)));
}

/* view_quotas_json - write the groups as member "quotas" */
void view_quotas_json(struct view_json *json, const struct model *model,
		      const struct view_latency *view)
{
	uint32_t i, top = view->runq->top;
	struct uses uses;

	if (uses_init(&uses, model, view)) {
		view_json_fail(json, -ENOMEM);
		return;
	}
	view_json_array_begin(json, "quotas");
	for (i = 0; i < uses.nr && (!top || i < top); i++)
		view_json_element(json, use_json(model, &uses.v[i]));
	view_json_array_end(json);
	free(uses.v);
}
