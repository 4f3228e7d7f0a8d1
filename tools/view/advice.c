// SPDX-License-Identifier: GPL-2.0
/*
 * What would remove copies, as text and as JSON.
 */
#include "view/copies.h"

#include <errno.h>

#include "model/copies/advice.h"
#include "model/copies/path_list.h"
#include "view/label.h"

#define ADVICE_SHARE	100U	/* advice that saves a smaller share of all copies is left out */

static void print_advice(const struct model *model, const struct advice *advice)
{
	bool to_file = object_type(advice->to) == OBJECT_FILE;
	bool from_file = object_type(advice->from) == OBJECT_FILE;
	char buf[LABEL_MAX];

	printf("advice: %s(2) in ", advice->call);
	label_print_image(stdout, model, advice->image);
	fputs(" from ", stdout);
	label_print_object(stdout, model, advice->from);
	fputs(" to ", stdout);
	label_print_object(stdout, model, advice->to);
	printf(" would save %s", label_bytes(buf, advice->saved_bytes, true));
	printf(" of %s copied%s\n", label_bytes(buf, advice->copied_bytes, true),
	       from_file && to_file ? " (all where the file system shares blocks)" : "");
}

/**
 * view_advice_print - a line for each process that could have copied less
 * Return: 0 or -ENOMEM.
 */
int view_advice_print(const struct model *model, const struct view_copies *view)
{
	uint64_t least = path_total(&model->copies).copied_bytes / ADVICE_SHARE;
	struct advice_list list;
	uint32_t i;
	int err;

	err = advice_list_init(&list, &model->copies, view->scope);
	if (err)
		return err;
	for (i = 0; i < list.nr && (!view->top || (i < view->top &&
						   list.v[i].saved_bytes >= least)); i++)
		print_advice(model, &list.v[i]);
	advice_list_deinit(&list);
	return 0;
}

static json_t *advice_json(const struct model *model, const struct advice *advice)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "call", advice->call,
			 "process", label_image_json(model, advice->image),
			 "from", label_object_json(model, advice->from),
			 "to", label_object_json(model, advice->to),
			 "bytes", view_json_number(advice->bytes),
			 "copied_bytes", view_json_number(advice->copied_bytes),
			 "saved_bytes", view_json_number(advice->saved_bytes));
}

/* view_advice_put - write the advice of view_advice_print() as member "advice" of @json */
void view_advice_put(struct view_json *json, const struct model *model,
		     const struct view_copies *view)
{
	struct advice_list list;
	uint32_t i;

	if (advice_list_init(&list, &model->copies, view->scope))
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "advice");
	for (i = 0; i < list.nr && (!view->top || i < view->top); i++)
		view_json_element(json, advice_json(model, &list.v[i]));
	view_json_array_end(json);
	advice_list_deinit(&list);
}
