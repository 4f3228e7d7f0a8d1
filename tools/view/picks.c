// SPDX-License-Identifier: GPL-2.0
/*
 * Number of the scheduler's choices that were predicted, by rule, and the wrong
 * predictions.
 */
#include "view/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

enum { COL_RULE, COL_NR, COL_RIGHT, COL_CHOICE, COL_CHOICE_RIGHT };

const struct table_column view_picks_columns[] = {
	{ "RULE", false }, { "PICKS", true }, { "PREDICTED", true }, { "CHOICES", true },
	{ "CHOICES-PREDICTED", true }, { NULL, false }
};

enum { MISS_TIME, MISS_CPU, MISS_RULE, MISS_PREDICTED, MISS_CHOSEN };

static const struct table_column miss_columns[] = {
	{ "NOT-PREDICTED-AT", true }, { "CPU", true }, { "RULE", false }, { "PREDICTED", false },
	{ "CHOSEN", false }, { NULL, false }
};

static void print_rules(const struct picks *picks, const struct table_view *view)
{
	struct table *table = table_create_view(view_picks_columns, view);
	uint32_t i;

	for (i = 0; i < NR_PICK_RULES; i++) {
		if (!picks->count[i].nr)
			continue;
		table_add(table);
		table_set_phrase(table, COL_RULE, pick_rule_names[i]);
		table_set(table, COL_NR, "%" PRIu64, picks->count[i].nr);
		table_set(table, COL_RIGHT, "%" PRIu64, picks->count[i].nr_right);
		table_set(table, COL_CHOICE, "%" PRIu64, picks->count[i].nr_choice);
		table_set(table, COL_CHOICE_RIGHT, "%" PRIu64, picks->count[i].nr_choice_right);
	}
	table_print(table);
	table_destroy(table);
}

static void print_misses(const struct model *model, uint64_t start_ns)
{
	const struct picks *picks = &model->picks;
	struct table *table;
	uint32_t i;

	if (!picks->nr_misses)
		return;
	putchar('\n');
	table = table_create(miss_columns);
	for (i = 0; i < picks->nr_misses && i < PICK_NR_MISSES; i++) {
		const struct pick_miss *miss = &picks->miss[i];

		table_add(table);
		label_set_since(table, MISS_TIME, miss->ts_ns - start_ns, 9);
		table_set(table, MISS_CPU, "%u", miss->cpu);
		table_set_phrase(table, MISS_RULE, pick_rule_names[miss->rule]);
		label_set(table, MISS_PREDICTED, label_who(model, miss->predicted));
		label_set(table, MISS_CHOSEN, label_who(model, miss->chosen));
	}
	table_print(table);
	table_destroy(table);
	if (picks->nr_misses > i)
		printf("and %" PRIu64 " more\n", picks->nr_misses - i);
}

/**
 * view_picks_print - print the sums, a row for each rule, the wrong predictions
 * @start_ns: start of the recording
 * @view: columns of the table of rules
 *
 * Return: 0.
 */
int view_picks_print(const struct model *model, uint64_t start_ns, const struct table_view *view)
{
	const struct picks *picks = &model->picks;
	struct pick_count sum = picks_sum(picks);

	if (view->is_chosen) {
		print_rules(picks, view);
		return 0;
	}
	printf("picks predicted: %" PRIu64 " of %" PRIu64, sum.nr_right, sum.nr);
	if (sum.nr)
		printf(" (%.4g %%)", label_right_percent(sum.nr_right, sum.nr));
	if (sum.nr_choice)
		printf("; where there was a choice: %" PRIu64 " of %" PRIu64 " (%.4g %%)",
		       sum.nr_choice_right, sum.nr_choice,
		       label_right_percent(sum.nr_choice_right, sum.nr_choice));
	putchar('\n');
	if (sum.nr)
		print_rules(picks, view);
	print_misses(model, start_ns);
	if (picks->nr_undecided)
		printf("not decidable: %" PRIu64 " picks of which too little is known\n",
		       picks->nr_undecided);
	if (picks->nr_unseen)
		printf("not recorded: the searches before %" PRIu64 " switches to fair tasks\n",
		       picks->nr_unseen);
	if (picks->nr_bpf)
		printf("not predicted: %" PRIu64 " switches that a BPF scheduler (sched_ext) decided\n",
		       picks->nr_bpf);
	return 0;
}

static json_t *rule_json(const struct pick_count *count, uint32_t rule)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "rule", pick_rule_names[rule],
			 "picks", view_json_number(count->nr),
			 "predicted", view_json_number(count->nr_right),
			 "choices", view_json_number(count->nr_choice),
			 "choices_predicted", view_json_number(count->nr_choice_right));
}

static json_t *rules_json(const struct picks *picks)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < NR_PICK_RULES; i++)
		if (picks->count[i].nr)
			json_array_append_new(list, rule_json(&picks->count[i], i));
	return list;
}

static json_t *miss_json(const struct model *model, const struct pick_miss *miss)
{
	return json_pack("{s:o, s:o, s:s, s:o, s:o}",
			 "ts_ns", view_json_number(miss->ts_ns),
			 "cpu", view_json_number(miss->cpu),
			 "rule", pick_rule_names[miss->rule],
			 "predicted", label_who_json(model, miss->predicted),
			 "chosen", label_who_json(model, miss->chosen));
}

static json_t *misses_json(const struct model *model)
{
	const struct picks *picks = &model->picks;
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < picks->nr_misses && i < PICK_NR_MISSES; i++)
		json_array_append_new(list, miss_json(model, &picks->miss[i]));
	return list;
}

/* view_picks_json - sums, rules and wrong predictions as a JSON object */
json_t *view_picks_json(const struct model *model)
{
	const struct picks *picks = &model->picks;
	struct pick_count sum = picks_sum(picks);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "total", view_json_number(sum.nr),
			 "predicted", view_json_number(sum.nr_right),
			 "choices", view_json_number(sum.nr_choice),
			 "choices_predicted", view_json_number(sum.nr_choice_right),
			 "rules", rules_json(picks), "misses", misses_json(model),
			 "nr_misses", view_json_number(picks->nr_misses),
			 "undecided", view_json_number(picks->nr_undecided),
			 "unseen", view_json_number(picks->nr_unseen),
			 "by_bpf_scheduler", view_json_number(picks->nr_bpf));
}
