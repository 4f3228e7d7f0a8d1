// SPDX-License-Identifier: GPL-2.0
/*
 * Switches and what explains them, as text.
 */
#include "view/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/table.h"
#include "lib/text.h"
#include "view/label.h"
#include "view/line.h"
#include "watch/cause.h"

static void put_task(const struct model *model, uint32_t task)
{
	line_task(model, task, 0);
}

static void put_group(const struct model *model, uint32_t group)
{
	char *name = label_group(model, group);

	text_print(stdout, name ?: "?");
	free(name);
}

/* ---- why the previous task lost the CPU ---- */

static void put_lead(const struct pick_request *request)
{
	uint64_t ns = request->lead < 0 ? -(uint64_t)request->lead : (uint64_t)request->lead;

	if (request->lead == INT64_MIN)
		return;
	fputs(", which had run ", stdout);
	line_duration(ns);
	fputs(request->lead < 0 ? " (virtual time) more" : " (virtual time) less", stdout);
}

static void put_request(const struct model *model, const struct explain_case *c)
{
	const char *function = sched_site_name(&model->sched.groups, c->request.site);

	switch ((enum sched_request)c->why) {
	case REQUEST_SLICE:
		fputs("its slice was used up", stdout);
		break;
	case REQUEST_TICK:
		fputs("at the tick, another one's time had come", stdout);
		break;
	case REQUEST_WAKEUP:
		fputs("preempted by the wake-up of ", stdout);
		put_task(model, c->request.task);
		put_lead(&c->request);
		break;
	case REQUEST_CLASS:
		fputs("preempted by a task of a higher class, ", stdout);
		put_task(model, c->request.task);
		break;
	case REQUEST_PRIO:
		fputs("preempted by a real-time task of higher priority, ", stdout);
		put_task(model, c->request.task);
		break;
	case REQUEST_DEADLINE:
		fputs("preempted by a task with an earlier deadline, ", stdout);
		put_task(model, c->request.task);
		break;
	case REQUEST_IDLE:
		fputs("a task came to an idle CPU", stdout);
		break;
	case REQUEST_CHANGE:
		fputs("a task's priority or class was changed", stdout);
		break;
	case REQUEST_THROTTLE:
		fputs("run time was used up or given anew", stdout);
		break;
	case REQUEST_BALANCE:
		fputs("tasks were moved between queues", stdout);
		break;
	case REQUEST_YIELD:
	case REQUEST_UNKNOWN:
		fputs("it was asked to", stdout);
		break;
	}
	fputs(function ? " (" : "", stdout);
	text_print(stdout, function ?: "");
	fputs(function ? ")" : "", stdout);
}

static void put_sleep(const struct model *model, const struct explain_case *c)
{
	fputs("it went to sleep", stdout);
	if (c->wait.kind) {
		fputs(" on ", stdout);
		label_print_wait(stdout, model, &c->wait);
	} else {
		printf(" (%s)", line_state_name(c->prev_state));
	}
}

static void put_loss(const struct model *model, const struct explain_case *c)
{
	switch ((enum explain_loss)c->loss) {
	case LOSS_EXIT:
		fputs("it ended", stdout);
		break;
	case LOSS_SLEEP:
		put_sleep(model, c);
		break;
	case LOSS_THROTTLED:
		fputs("its group was throttled", stdout);
		break;
	case LOSS_MOVED:
		fputs("it was taken off to be moved", stdout);
		break;
	case LOSS_ASKED:
		put_request(model, c);
		break;
	case LOSS_YIELD:
		fputs("it gave way (sched_yield)", stdout);
		break;
	default:
		fputs("preempted; by whom was not recorded", stdout);
		break;
	}
}

static void print_loss(const struct model *model, const struct explain_case *c)
{
	fputs("  before: ", stdout);
	if (!c->prev) {
		puts("the CPU was idle");
		return;
	}
	put_task(model, c->prev);
	if (c->run_ns) {
		fputs(" ran ", stdout);
		line_duration(c->run_ns);
	}
	fputs("; ", stdout);
	put_loss(model, c);
	putchar('\n');
}

/* ---- the wake-up ---- */

static void put_cpu(const struct explain *explain, const struct explain_wakeup *w, uint32_t cpu,
		    uint8_t idle)
{
	int is_shared = explain_is_cache_shared(explain, w->waker.cpu, cpu);

	printf("CPU %u", cpu);
	if (idle != IDLE_UNKNOWN)
		fputs(idle == IDLE_YES ? ", idle" : ", busy", stdout);
	if (is_shared >= 0)
		fputs(is_shared ? ", cache shared with the waker" :
				  ", no cache shared with the waker", stdout);
}

static void put_waker(const struct model *model, const struct sched_waker *waker)
{
	if (waker->kind == WAKER_TASK) {
		put_task(model, waker->task);
		printf(" on CPU %u", waker->cpu);
		return;
	}
	if (waker->kind == WAKER_UNKNOWN) {
		fputs("an unknown waker", stdout);
		return;
	}
	fputs(waker->kind == WAKER_HARDIRQ ? "an interrupt" : "a softirq", stdout);
	printf(" on CPU %u, ", waker->cpu);
	if (!waker->task) {
		fputs("which was idle", stdout);
		return;
	}
	fputs("while ", stdout);
	put_task(model, waker->task);
	fputs(" ran", stdout);
}

static void put_wakeup(const struct explain *explain, const struct explain_wakeup *w)
{
	fputs(w->is_new ? "begun by " : "woken by ", stdout);
	put_waker(explain->model, &w->waker);
	fputs("; to ", stdout);
	put_cpu(explain, w, w->cpu, w->cpu_idle);
	if (w->prev_cpu != w->cpu) {
		fputs("; before on ", stdout);
		put_cpu(explain, w, w->prev_cpu, w->prev_idle);
	}
	if (w->nr_allowed == 1)
		fputs("; it may run on no other", stdout);
	else if (!w->is_prev_allowed && w->prev_cpu != w->cpu)
		fputs("; it may not run there any more", stdout);
	putchar('\n');
}

static void print_delay(const struct explain *explain, const struct explain_case *c)
{
	if (!c->delay.ns)
		return;
	fputs("  waited ", stdout);
	line_duration(c->delay.ns);
	if (!c->delay.wake_ns) {
		puts(" after it lost its CPU");
	} else if (c->wakeup.ts_ns) {
		fputs("; ", stdout);
		put_wakeup(explain, &c->wakeup);
	} else {
		puts(" after it was woken");
	}
	view_delay_print(explain->model, &c->delay, c->next);
}

/* ---- what the fair class compared ---- */

enum {
	COL_MARK, COL_ENTITY, COL_CLASS, COL_GROUP, COL_WEIGHT, COL_VRUNTIME, COL_LAG,
	COL_ELIGIBLE, COL_DEADLINE, COL_SLICE, COL_FLAGS,
};

static const struct table_column eevdf_columns[] = {
	{ "CHOSEN", false }, { "ENTITY", false }, { "CLASS", false }, { "GROUP", false },
	{ "WEIGHT", true }, { "VRUNTIME", true }, { "LAG", true }, { "ELIGIBLE", false },
	{ "DEADLINE", true }, { "SLICE", true }, { "FLAGS", false }, { NULL, false }
};

static const struct table_view cfs_view = {
	.column = { COL_MARK, COL_ENTITY, COL_CLASS, COL_GROUP, COL_WEIGHT, COL_VRUNTIME,
		    COL_FLAGS }, .nr = 7,
};

static double to_ms(int64_t ns)
{
	return ns / 1e6;
}

static void add_entity(struct table *table, const struct model *model,
		       const struct pick_level *level, uint32_t row)
{
	const struct pick_entity *entity = &level->entity[row];

	table_add(table);
	table_set(table, COL_MARK, "%s", explain_is_chosen(level, row) ? "->" : "-");
	label_set(table, COL_ENTITY, label_who(model, (struct pick_who){
		.task = entity->task, .group = entity->group }));
	table_set(table, COL_CLASS, "%s", entity->group ? "group" : "fair");
	label_set(table, COL_GROUP, label_group(model, level->group));
	table_set(table, COL_WEIGHT, "%.6g", entity->weight / 1024.0);
	table_set(table, COL_VRUNTIME, "%.6f", to_ms(entity->vruntime - level->zero_vruntime));
	label_set(table, COL_FLAGS, label_pick_flags(entity->flags));
	if (!(level->flags & IPCPROBE_PICK_EEVDF))
		return;
	table_set(table, COL_LAG, "%.6f", to_ms(pick_mean_vruntime(level) - entity->vruntime));
	table_set(table, COL_ELIGIBLE, pick_is_eligible(level, entity) ? "yes" : "no");
	table_set(table, COL_DEADLINE, "%.6f", to_ms(entity->deadline - level->zero_vruntime));
	table_set(table, COL_SLICE, "%.6f", to_ms(entity->slice_ns));
}

static void print_rule(const struct model *model, const struct pick_level *level)
{
	const struct pick_entity *entity;
	char *name;

	fputs("  rule: ", stdout);
	if (level->predicted < 0) {
		printf("%s: %s\n", pick_rule_names[level->rule], pick_rule_sentences[level->rule]);
		return;
	}
	entity = &level->entity[level->predicted];
	name = label_who(model, (struct pick_who){ .task = entity->task, .group = entity->group });
	printf("%s: ", pick_rule_names[level->rule]);
	text_print(stdout, name ?: "?");
	printf(": %s%s\n", pick_rule_sentences[level->rule],
	       level->outcome == PICK_WRONG ? "; but the kernel chose another" : "");
	free(name);
}

static void print_level(const struct model *model, const struct pick_level *level)
{
	bool is_eevdf = level->flags & IPCPROBE_PICK_EEVDF;
	struct table *table;
	uint32_t i;

	fputs("  candidates in ", stdout);
	put_group(model, level->group);
	printf(", %u queued, times in ms:\n", level->nr_queued);
	table = is_eevdf ? table_create(eevdf_columns) :
			   table_create_view(eevdf_columns, &cfs_view);
	for (i = 0; i < level->nr; i++)
		add_entity(table, model, level, i);
	if (level->nr)
		table_print(table);
	table_destroy(table);
	print_rule(model, level);
}

/* ---- what the order of classes compared ---- */

enum {
	MEMBER_MARK, MEMBER_TASK, MEMBER_CLASS, MEMBER_GROUP, MEMBER_PRIO, MEMBER_DEADLINE,
	MEMBER_STATE,
};

static const struct table_column member_columns[] = {
	{ "CHOSEN", false }, { "TASK", false }, { "CLASS", false }, { "GROUP", false },
	{ "PRIORITY", true }, { "DEADLINE", true }, { "STATE", false }, { NULL, false }
};

static void print_members(const struct model *model, const struct explain_case *c)
{
	struct table *table = table_create(member_columns);
	uint32_t i;

	for (i = 0; i < c->nr_members; i++) {
		const struct explain_member *member = &c->member[i];

		table_add(table);
		table_set(table, MEMBER_MARK, "%s", member->task == c->next ? "->" : "-");
		label_set(table, MEMBER_TASK, label_task(model, member->task));
		table_set_phrase(table, MEMBER_CLASS, label_class(member->sched_class));
		label_set(table, MEMBER_GROUP, label_group(model, member->group));
		table_set(table, MEMBER_PRIO, "%d", member->prio);
		if (member->deadline.is_known)
			table_set(table, MEMBER_DEADLINE, "%.6f", to_ms(member->deadline.deadline));
		table_set_phrase(table, MEMBER_STATE, label_state(member->state));
	}
	if (c->nr_members)
		table_print(table);
	table_destroy(table);
	printf("  rule: %s: %s%s\n", pick_rule_names[c->by_class.rule],
	       pick_rule_sentences[c->by_class.rule],
	       c->by_class.outcome == PICK_WRONG ? "; but the kernel chose another" : "");
}

/* ---- a case ---- */

int view_explain_case(const struct explain *explain, const struct explain_case *c)
{
	const struct model *model = explain->model;
	uint32_t i;

	printf("%.9f s CPU %u: ", (c->ts_ns - explain->start_ns) / 1e9, c->cpu);
	put_task(model, c->prev);
	fputs(" -> ", stdout);
	put_task(model, c->next);
	putchar('\n');
	print_loss(model, c);
	print_delay(explain, c);
	for (i = 0; i < c->nr_levels; i++)
		print_level(model, &c->level[i]);
	if (c->by_class.rule != PICK_BY_UNDECIDED)
		print_members(model, c);
	else if (!c->nr_levels)
		puts("  candidates: not recorded");
	putchar('\n');
	return 0;
}

int view_explain_wakeup(const struct explain *explain, uint32_t task,
			const struct explain_wakeup *wakeup)
{
	printf("%.9f s ", (wakeup->ts_ns - explain->start_ns) / 1e9);
	put_task(explain->model, task);
	fputs(" was ", stdout);
	put_wakeup(explain, wakeup);
	putchar('\n');
	return 0;
}

/**
 * view_explain_print - print the kept cases, predictions, audits
 * @view: columns of the table of rules; if the user named them, only it is printed
 *
 * Return: 0 or -errno.
 */
int view_explain_print(const struct model *model, const struct explain *explain,
		       const struct table_view *view)
{
	uint32_t i, nr = 0;
	int err = 0;

	if (view->is_chosen)
		return view_picks_print(model, explain->start_ns, view);
	for (i = 0; explain->kept && i < explain->nr_kept && !err; i++) {
		if (!explain->kept[i] || !explain->kept[i]->ts_ns)
			continue;
		err = view_explain_case(explain, explain->kept[i]);
		nr++;
	}
	if (!nr && !explain->nr_shown)
		puts("No such switch.\n");
	if (!err)
		err = view_picks_print(model, explain->start_ns, view);
	if (!err)
		view_trust_print(model, explain->start_ns);
	return err;
}
