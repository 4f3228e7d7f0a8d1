// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits for whom, as JSON: one object with all waits that are shown.
 */
#include "view/waits.h"

#include "lib/text.h"
#include "view/json.h"

static json_t *task_json(const struct live_thread *thread)
{
	return json_pack("{sI sI so}", "tid", (json_int_t)thread->tid, "pid",
			 (json_int_t)thread->pid, "comm", text_json(thread->comm));
}

static const char *state_name(const struct live_thread *thread)
{
	static const char *const names[] = {
		[LIVE_RUNS] = "runs", [LIVE_SLEEPS] = "sleeps", [LIVE_STOPPED] = "stopped",
		[LIVE_TRACED] = "traced", [LIVE_FROZEN] = "frozen", [LIVE_ENDED] = "ended",
	};

	return names[thread->doing];
}

static const char *verdict_name(const struct waits_node *node)
{
	static const char *const names[] = {
		[WAITS_IS_ALIVE] = "alive", [WAITS_CANNOT_TELL] = "cannot tell",
		[WAITS_IS_STUCK] = "stuck",
	};

	if (node->knot)
		return "deadlock";
	return names[node->verdict];
}

/* ---- who could end a wait ---- */

static json_t *releaser_json(const struct waits *waits, const struct waits_edge *edge)
{
	static const char *const names[] = {
		[WAITS_CERTAIN] = "certain", [WAITS_CANDIDATE] = "candidate",
		[WAITS_POSSIBLE] = "possible",
	};
	uint32_t thread = waits_thread_of(waits, edge->to);
	uint32_t process = waits_process_of(waits, edge->to);
	json_t *row = json_object();
	uint32_t pid = process ? live_process_at(&waits->threads, process)->pid : 0;

	json_object_set_new(row, "certainty", json_string(names[edge->certainty]));
	if (thread)
		json_object_set_new(row, "task", task_json(live_thread_at(&waits->threads, thread)));
	else if (process)
		json_object_set_new(row, "pid", view_json_number(pid));
	else
		json_object_set_new(row, "unknown", json_boolean(edge->to == waits->open));
	json_object_set_new(row, "verdict",
			    json_string(verdict_name(waits_node_at(&waits->graph, edge->to))));
	return row;
}

static json_t *releasers_json(const struct waits *waits, uint32_t node)
{
	json_t *list = json_array();
	uint32_t i = waits_node_at(&waits->graph, node)->first;

	for (; i; i = waits_edge_at(&waits->graph, i)->next)
		json_array_append_new(list, releaser_json(waits, waits_edge_at(&waits->graph, i)));
	return list;
}

/* ---- what a thread waits for ---- */

static json_t *object_json(const struct waits *waits, uint32_t number)
{
	const struct live_object *object = live_object_at(&waits->live, number);
	const struct live_value *name = &object->value[LIVE_COL_NAME];

	if (!number)
		return json_null();
	return json_pack("{ss sI so}", "type", live_type_name(object->type), "id",
			 (json_int_t)object->id, "name",
			 name->state == LIVE_KNOWN ? text_json(name->text) : json_null());
}

static json_t *need_json(const struct waits *waits, uint32_t number)
{
	const struct live_need *need = live_need_at(&waits->threads, number);
	json_t *row = json_object();

	json_object_set_new(row, "condition", json_string(live_condition_text(need->condition)));
	json_object_set_new(row, "object", object_json(waits, need->object));
	if (need->condition == LIVE_FOR_LOCK || need->condition == LIVE_FOR_WAKE)
		json_object_set_new(row, "lock", json_string(lock_type_name(need->lock.type)));
	if (need->condition == LIVE_FOR_LOCK)
		json_object_set_new(row, "owner", view_json_known(need->task, need->task));
	if (need->condition == LIVE_FOR_VALUE || need->condition == LIVE_FOR_ZERO)
		json_object_set_new(row, "semaphore", view_json_number(need->index));
	json_object_set_new(row, "releasers", releasers_json(waits, waits->need_node[number]));
	return row;
}

static json_t *thread_json(const struct waits *waits, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	const struct waits_node *node = waits_of_thread(waits, number);
	json_t *row = json_object(), *needs = json_array();
	uint32_t i;

	for (i = thread->first_need; i && waits->need_node[i];
	     i = live_need_at(&waits->threads, i)->next)
		json_array_append_new(needs, need_json(waits, i));
	json_object_set_new(row, "task", task_json(thread));
	json_object_set_new(row, "state", json_string(state_name(thread)));
	json_object_set_new(row, "call", thread->call ? json_string(thread->call) : json_null());
	json_object_set_new(row, "has_limit", json_boolean(thread->has_limit));
	json_object_set_new(row, "verdict", json_string(verdict_name(node)));
	json_object_set_new(row, "knot", view_json_known(node->knot, node->knot));
	json_object_set_new(row, "needs_all", json_boolean(thread->needs_all));
	json_object_set_new(row, "needs", needs);
	return row;
}

int view_waits_json(const struct waits *waits, const bool *chosen, enum view_waits_result result)
{
	static const char *const results[] = {
		[VIEW_WAITS_FREE] = "not stuck", [VIEW_WAITS_STUCK] = "stuck",
		[VIEW_WAITS_UNKNOWN] = "cannot tell",
	};
	json_t *root = json_object(), *list = json_array();
	uint32_t i;

	for (i = 1; i < waits->threads.thread.nr; i++)
		if (chosen[i])
			json_array_append_new(list, thread_json(waits, i));
	json_object_set_new(root, "result", json_string(results[result]));
	json_object_set_new(root, "changed", view_json_number(waits->nr_changed));
	json_object_set_new(root, "waits", list);
	return view_json_print(root);
}
