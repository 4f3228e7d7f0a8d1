// SPDX-License-Identifier: GPL-2.0
/*
 * Switches and what explains them, as JSON.  The keys are documented in
 * ipcprobe-sched(1).
 */
#include "view/explain.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/line.h"
#include "watch/cause.h"

static json_t *task_or_null(const struct model *model, uint32_t task)
{
	return task ? label_task_json(model, task) : json_null();
}

/* ---- why the previous task lost the CPU ---- */

static const char *const loss_names[] = {
	[LOSS_UNKNOWN] = "preempted", [LOSS_IDLE] = "idle", [LOSS_EXIT] = "exit",
	[LOSS_SLEEP] = "sleep", [LOSS_THROTTLED] = "throttled", [LOSS_MOVED] = "moved",
	[LOSS_ASKED] = "asked", [LOSS_YIELD] = "yield",
};

static const char *const request_names[] = {
	[REQUEST_UNKNOWN] = "other", [REQUEST_SLICE] = "slice", [REQUEST_TICK] = "tick",
	[REQUEST_WAKEUP] = "wake-up", [REQUEST_CLASS] = "class", [REQUEST_PRIO] = "priority",
	[REQUEST_DEADLINE] = "deadline", [REQUEST_IDLE] = "idle CPU", [REQUEST_CHANGE] = "change",
	[REQUEST_THROTTLE] = "run time", [REQUEST_BALANCE] = "balancing",
	[REQUEST_YIELD] = "yield",
};

static json_t *request_json(const struct model *model, const struct explain_case *c)
{
	const struct pick_request *request = &c->request;
	const char *function = sched_site_name(&model->sched.groups, request->site);

	return json_pack("{s:s, s:o, s:o, s:o, s:o}",
			 "why", request_names[c->why],
			 "ts_ns", view_json_known(request->ts_ns, request->ts_ns),
			 "task", task_or_null(model, request->task),
			 "lead_ns", request->lead == INT64_MIN ? json_null() :
				    json_integer(request->lead),
			 "function", function ? text_json(function) : json_null());
}

static json_t *loss_json(const struct model *model, const struct explain_case *c)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}",
			 "task", task_or_null(model, c->prev),
			 "run_ns", view_json_number(c->run_ns),
			 "reason", loss_names[c->loss],
			 "state", c->loss == LOSS_SLEEP ?
				  json_string(line_state_name(c->prev_state)) : json_null(),
			 "object", c->loss == LOSS_SLEEP ? label_wait_json(model, &c->wait) :
							   json_null(),
			 "request", c->loss == LOSS_ASKED ? request_json(model, c) :
							    json_null());
}

/* ---- the wake-up ---- */

static json_t *idle_json(uint8_t idle)
{
	return idle == IDLE_UNKNOWN ? json_null() : json_boolean(idle == IDLE_YES);
}

static json_t *shared_json(const struct explain *explain, uint32_t waker_cpu, uint32_t cpu)
{
	int is_shared = explain_is_cache_shared(explain, waker_cpu, cpu);

	return is_shared < 0 ? json_null() : json_boolean(is_shared);
}

static json_t *wakeup_json(const struct explain *explain, const struct explain_wakeup *w)
{
	if (!w->ts_ns)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
			 "ts_ns", view_json_number(w->ts_ns),
			 "wake_ns", view_json_number(w->wake_ns),
			 "waker", label_waker_json(explain->model, &w->waker),
			 "interrupted", label_interrupted_json(explain->model, &w->waker),
			 "waker_context", label_waker_kind(w->waker.kind),
			 "waker_cpu", view_json_number(w->waker.cpu),
			 "cpu", view_json_number(w->cpu),
			 "cpu_idle", idle_json(w->cpu_idle),
			 "cpu_shares_cache", shared_json(explain, w->waker.cpu, w->cpu),
			 "prev_cpu", view_json_number(w->prev_cpu),
			 "prev_idle", idle_json(w->prev_idle),
			 "prev_shares_cache", shared_json(explain, w->waker.cpu, w->prev_cpu),
			 "allowed_cpus", view_json_number(w->nr_allowed),
			 "prev_allowed", json_boolean(w->is_prev_allowed),
			 "is_new", (int)w->is_new);
}

/* ---- what was compared ---- */

static json_t *flags_json(uint16_t flags)
{
	char *names = label_pick_flags(flags);
	json_t *root = names ? json_string(names) : NULL;

	free(names);
	return root ? root : json_null();
}

static json_t *entity_json(const struct model *model, const struct pick_level *level, uint32_t row)
{
	const struct pick_entity *entity = &level->entity[row];
	bool is_eevdf = level->flags & IPCPROBE_PICK_EEVDF;
	struct pick_who who = { .task = entity->task, .group = entity->group };
	uint64_t deadline_ns = entity->deadline - level->zero_vruntime;

	return json_pack("{s:o, s:f, s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:b}",
			 "entity", label_who_json(model, who),
			 "weight", entity->weight / 1024.0,
			 "vruntime_ns", (json_int_t)(entity->vruntime - level->zero_vruntime),
			 "lag_ns", is_eevdf ? json_integer((json_int_t)(pick_mean_vruntime(level) -
							   entity->vruntime)) : json_null(),
			 "eligible", is_eevdf ? json_boolean(pick_is_eligible(level, entity)) :
						json_null(),
			 "deadline_ns", is_eevdf ? json_integer((json_int_t)deadline_ns) :
						   json_null(),
			 "slice_ns", view_json_known(is_eevdf, entity->slice_ns),
			 "flags", flags_json(entity->flags),
			 "predicted", level->predicted == (int32_t)row,
			 "chosen", (int)explain_is_chosen(level, row));
}

static const char *outcome_name(uint8_t outcome)
{
	return outcome == PICK_RIGHT ? "right" : outcome == PICK_WRONG ? "wrong" : "unknown";
}

static json_t *level_json(const struct model *model, const struct pick_level *level)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < level->nr; i++)
		json_array_append_new(list, entity_json(model, level, i));
	return json_pack("{s:o, s:o, s:s, s:s, s:o}",
			 "group", label_group_json(model, level->group),
			 "queued", view_json_number(level->nr_queued),
			 "rule", pick_rule_names[level->rule],
			 "prediction", outcome_name(level->outcome), "candidates", list);
}

static json_t *levels_json(const struct model *model, const struct explain_case *c)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < c->nr_levels; i++)
		json_array_append_new(list, level_json(model, &c->level[i]));
	return list;
}

static json_t *member_json(const struct model *model, const struct explain_member *member)
{
	return json_pack("{s:o, s:s, s:o, s:I, s:o, s:s}",
			 "task", label_task_json(model, member->task),
			 "class", label_class(member->sched_class),
			 "group", label_group_json(model, member->group),
			 "priority", (json_int_t)member->prio,
			 "deadline_ns", view_json_known(member->deadline.is_known,
							member->deadline.deadline),
			 "state", label_state(member->state));
}

static json_t *class_json(const struct model *model, const struct explain_case *c)
{
	json_t *list;
	uint32_t i;

	if (c->by_class.rule == PICK_BY_UNDECIDED)
		return json_null();
	list = json_array();
	for (i = 0; i < c->nr_members; i++)
		json_array_append_new(list, member_json(model, &c->member[i]));
	return json_pack("{s:s, s:s, s:o}", "rule", pick_rule_names[c->by_class.rule],
			 "prediction", outcome_name(c->by_class.outcome), "members", list);
}

/* ---- a case ---- */

static json_t *case_json(const struct explain *explain, const struct explain_case *c)
{
	const struct model *model = explain->model;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "event", "switch",
			 "ts_ns", view_json_number(c->ts_ns),
			 "cpu", view_json_number(c->cpu),
			 "prev", loss_json(model, c),
			 "next", task_or_null(model, c->next),
			 "latency_ns", view_json_known(c->delay.ns, c->delay.ns),
			 "wakeup", wakeup_json(explain, &c->wakeup),
			 "parts", view_delay_json(model, &c->delay),
			 "levels", levels_json(model, c), "classes", class_json(model, c));
}

int view_explain_case_json(const struct explain *explain, const struct explain_case *c)
{
	return view_json_print(case_json(explain, c));
}

int view_explain_wakeup_json(const struct explain *explain, uint32_t task,
			     const struct explain_wakeup *wakeup)
{
	return view_json_print(json_pack("{s:s, s:o, s:o}", "event", "wakeup",
					 "task", label_task_json(explain->model, task),
					 "wakeup", wakeup_json(explain, wakeup)));
}

/**
 * view_explain_json - print a line for each kept case, and one of predictions
 * and audits
 * Return: 0 or -errno.
 */
int view_explain_json(const struct model *model, const struct explain *explain)
{
	const char *figures = model_runq_complete(model) ? "exact" : "at least";
	uint32_t i;
	int err = 0;

	for (i = 0; explain->kept && i < explain->nr_kept && !err; i++)
		if (explain->kept[i] && explain->kept[i]->ts_ns)
			err = view_explain_case_json(explain, explain->kept[i]);
	if (err)
		return err;
	return view_json_print(json_pack("{s:s, s:o, s:o, s:s, s:o}", "event", "summary",
					 "picks", view_picks_json(model),
					 "audits", view_audits_json(model), "figures", figures,
					 "lost", label_losses_json(model)));
}
