// SPDX-License-Identifier: GPL-2.0
/* The chain of causes that ends with a task, as JSON. */
#include "view/chain.h"

#include <errno.h>
#include <stdlib.h>

#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

static json_t *kinds_json(const uint64_t ns[NR_STEP_KINDS])
{
	json_t *kinds = json_object();
	uint32_t i;

	for (i = 0; kinds && i < NR_STEP_KINDS; i++)
		if (json_object_set_new(kinds, step_kind_names[i], view_json_number(ns[i])))
			return NULL;
	return kinds;
}

static json_t *task_json(const struct model *model, const struct chain_sums *sums, uint32_t number)
{
	const struct chain_task *task = chain_task_at(sums, number);

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "task", label_task_json(model, number),
			 "times", view_json_number(task->nr),
			 "ns", view_json_number(chain_kinds_ns(task->ns)),
			 "kinds_ns", kinds_json(task->ns),
			 "in_the_way_ns", view_json_number(task->instead_ns));
}

static json_t *object_json(const struct model *model, const struct chain_object *object)
{
	return json_pack("{s:o, s:o, s:o}", "object", label_wait_json(model, &object->wait),
			 "times", view_json_number(object->nr),
			 "ns", view_json_number(object->ns));
}

static json_t *link_json(const struct model *model, const struct chain_link *link)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}",
			 "from_ns", view_json_number(link->from_ns),
			 "until_ns", view_json_number(link->until_ns),
			 "did", step_kind_names[link->kind],
			 "cpu", view_json_known(link->cpu != SCHED_NO_CPU, link->cpu),
			 "task", label_task_json(model, link->task),
			 "woke", label_task_json(model, link->woke),
			 "object", label_wait_json(model, chain_link_object(link)),
			 "group", link->group ? label_group_json(model, link->group) : json_null());
}

static void put_tasks(struct view_json *json, const struct model *model,
		      const struct chain_sums *sums)
{
	uint32_t nr, i, *list = view_chain_tasks(sums, &nr);

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "tasks");
	for (i = 0; i < nr; i++)
		view_json_element(json, task_json(model, sums, list[i]));
	view_json_array_end(json);
	free(list);
}

/**
 * view_chain_json - print the chain with all links and sums; it has at least one link
 * Return: 0 or -errno.
 */
int view_chain_json(const struct model *model, const struct view_chain *view)
{
	const struct chain *chain = view->chain;
	const struct chain_sums *sums = view->sums;
	struct view_json json;
	uint32_t i;

	view_json_begin(&json);
	view_json_member(&json, "task", label_task_json(model, view->task));
	view_json_member(&json, "from_ns", view_json_number(chain->link[0].from_ns));
	view_json_member(&json, "until_ns", view_json_number(chain->link[chain->nr - 1].until_ns));
	view_json_member(&json, "kinds_ns", kinds_json(sums->ns));
	put_tasks(&json, model, sums);
	view_json_array_begin(&json, "objects");
	for (i = 0; i < sums->nr_objects; i++)
		view_json_element(&json, object_json(model, &sums->object[i]));
	view_json_array_end(&json);
	view_json_member(&json, "own_ns", view_json_number(sums->own_ns));
	view_json_member(&json, "idle_ns", view_json_number(sums->idle_ns));
	view_json_member(&json, "unknown_runs_ns", view_json_number(sums->unknown_ns));
	view_json_array_begin(&json, "links");
	for (i = 0; i < chain->nr; i++)
		view_json_element(&json, link_json(model, &chain->link[i]));
	view_json_array_end(&json);
	view_json_member(&json, "lost", label_losses_json(model));
	return view_json_end(&json);
}
