// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of bytes and how often the bytes were copied, as text.
 */
#include "view/copies.h"

#include <stdio.h>

#include "lib/parse.h"
#include "lib/text.h"
#include "model/copies/path_list.h"
#include "trace/class_list.h"
#include "view/label.h"

static void print_total(const struct model *model)
{
	struct path_total total = path_total(&model->copies);
	bool is_complete = copies_is_complete(&model->copies);
	char buf[LABEL_MAX];

	printf("total: %s delivered, ", label_bytes(buf, total.delivered_bytes, is_complete));
	printf("%s copied", label_bytes(buf, total.delivery_bytes, is_complete));
	if (total.delivered_bytes)
		printf(", %s%.2f", text_sign(SIGN_TIMES),
		       path_amplification(&total));
	if (total.referenced_bytes)
		printf(", %s moved without a copy",
		       label_bytes(buf, total.referenced_bytes, is_complete));
	if (total.left_bytes)
		printf(", %s left on the way", label_bytes(buf, total.left_bytes, is_complete));
	if (total.unseen_bytes)
		printf(", %s read by somebody not recorded",
		       label_bytes(buf, total.unseen_bytes, is_complete));
	if (total.discarded_bytes)
		printf(", %s thrown away", label_bytes(buf, total.discarded_bytes, is_complete));
	if (total.copied_bytes > total.delivery_bytes)
		printf(", %s copied for these",
		       label_bytes(buf, total.copied_bytes - total.delivery_bytes, is_complete));
	putchar('\n');
}

/* Prints what was not recorded, and how to record it. */
static void print_scope(const struct model *model)
{
	struct path_total total = path_total(&model->copies);
	char names[128];

	if (model->missing_classes)
		printf("not recorded: class %s: no path is exact; record without -e\n",
		       parse_class_list(model->missing_classes, ",", names, sizeof(names)));
	if (model->cpus[0])
		printf("recorded on CPU %s only: no path is exact; record without -C\n",
		       model->cpus);
	if (model->pids[0] && total.unseen_bytes)
		printf("recorded of process %s and its children only: record with -a to see who read the rest\n",
		       model->pids);
}

/**
 * view_copies_print - print paths, pipes and other channels, totals, and losses
 * Return: 0 or -ENOMEM.
 */
int view_copies_print(const struct model *model, const struct view_copies *view)
{
	int err;

	if (view->columns.is_chosen)
		return view->has_calls ? view_calls_print(model, view) :
					 view_paths_print(model, view);
	err = view_paths_print(model, view);

	if (!err)
		err = view_channels_print(model, view);
	if (!err && view->has_calls)
		err = view_calls_print(model, view);
	if (err)
		return err;
	print_total(model);
	label_print_losses(stdout, model);
	print_scope(model);
	if (model->copies.paths.nr_folded)
		printf("%llu hops of what was over were not kept apart, there were too many: [*] stands for all of a name or kind\n",
		       (unsigned long long)model->copies.paths.nr_folded);
	return view_advice_print(model, view);
}
