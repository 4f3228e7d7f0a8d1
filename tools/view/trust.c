// SPDX-License-Identifier: GPL-2.0
/*
 * Prints how far the figures of run queues can be trusted: audits of the
 * queues' lengths, checks of names and fields, and what was lost or left out.
 */
#include "view/runq.h"

#include <inttypes.h>
#include <stdio.h>

#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"
#include "view/line.h"

#define FAILURES_SHOWN	10U

#define NAME(up, name, words)	[SCHED_CHECK_##up] = name,
static const char *const check_names[NR_SCHED_CHECKS] = { SCHED_CHECKS(NAME) };
#undef NAME

#define WORDS(up, name, words)	[SCHED_CHECK_##up] = words,
static const char *const check_words[NR_SCHED_CHECKS] = { SCHED_CHECKS(WORDS) };
#undef WORDS

struct view_audits view_audits(const struct model *model)
{
	struct view_audits sum = { 0 };
	uint32_t i;

	for (i = 0; i < model->sched.nr_cpus; i++) {
		sum.nr_audits += model->sched.cpu[i].nr_audits;
		sum.nr_agreed += model->sched.cpu[i].nr_agreed;
		sum.nr_checks += model->sched.cpu[i].nr_checks;
		sum.nr_same += model->sched.cpu[i].nr_same;
	}
	return sum;
}

static struct sched_check_count sum_checks(const struct sched *sched)
{
	struct sched_check_count sum = { 0 };
	uint32_t i;

	for (i = 0; i < NR_SCHED_CHECKS; i++) {
		sum.nr += sched->check[i].nr;
		sum.nr_failed += sched->check[i].nr_failed;
	}
	return sum;
}

/* ---- text ---- */

static void print_disagreements(const struct sched *sched, uint64_t start_ns)
{
	uint32_t i, nr = sched->nr_disagreements;

	for (i = 0; i < nr && i < FAILURES_SHOWN; i++) {
		const struct sched_disagreement *d = &sched->disagreement[i];

		printf("  at %.9f s CPU %u: %lld in the model, %u in the kernel\n",
		       (d->ts_ns - start_ns) / 1e9, d->cpu, (long long)d->model, d->kernel);
	}
	if (nr > i)
		printf("  and %u more\n", nr - i);
}

static void put_value(uint8_t check, uint32_t value)
{
	if (check == SCHED_CHECK_STATE)
		fputs(label_state(value), stdout);
	else if (check == SCHED_CHECK_CLASS)
		fputs(label_class(value), stdout);
	else if (check == SCHED_CHECK_PRIO)
		printf("%d", (int16_t)value);
	else if (check == SCHED_CHECK_GROUP)
		printf("%u", value);
	else
		fputs(value ? "true" : "false", stdout);
}

static void print_failures(const struct model *model, uint64_t start_ns)
{
	const struct sched *sched = &model->sched;
	uint64_t nr = sched->nr_failures;
	uint32_t i;

	for (i = 0; i < nr && i < FAILURES_SHOWN; i++) {
		const struct sched_failure *failure = &sched->failure[i];

		printf("  at %.9f s CPU %u: ", (failure->ts_ns - start_ns) / 1e9, failure->cpu);
		line_task(model, failure->task, 0);
		printf(": %s: ", check_words[failure->check]);
		put_value(failure->check, failure->model);
		fputs(" in the model, ", stdout);
		put_value(failure->check, failure->kernel);
		puts(" in the kernel");
	}
	if (nr > i)
		printf("  and %" PRIu64 " more\n", nr - i);
}

static void print_audits(const struct sched *sched, const struct view_audits *audits,
			 uint64_t start_ns)
{
	printf("\naudits: %" PRIu64 " of %" PRIu64 " queue lengths agree with the kernel's nr_running",
	       audits->nr_agreed, audits->nr_audits);
	if (audits->nr_audits)
		printf(" (%.4g %%)", label_right_percent(audits->nr_agreed, audits->nr_audits));
	putchar('\n');
	print_disagreements(sched, start_ns);
}

static void print_checks(const struct model *model, uint64_t start_ns)
{
	const struct sched *sched = &model->sched;
	struct sched_check_count sum = sum_checks(sched);
	uint32_t i;

	if (!sum.nr)
		return;
	printf("checks: %" PRIu64 " of %" PRIu64
	       " passed, of joins, leaves, switches, wake-ups and snapshots (%.4g %%)\n",
	       sum.nr - sum.nr_failed, sum.nr, label_right_percent(sum.nr - sum.nr_failed, sum.nr));
	for (i = 0; i < NR_SCHED_CHECKS; i++)
		if (sched->check[i].nr_failed)
			printf("  %s: false %" PRIu64 " of %" PRIu64 " times\n", check_words[i],
			       sched->check[i].nr_failed, sched->check[i].nr);
	print_failures(model, start_ns);
}

/* view_trust_print - print audits, checks, and what was lost or left out */
void view_trust_print(const struct model *model, uint64_t start_ns)
{
	struct view_audits audits = view_audits(model);

	print_audits(&model->sched, &audits, start_ns);
	print_checks(model, start_ns);
	if (audits.nr_checks)
		printf("snapshots: %" PRIu64 " of %" PRIu64 " queues are the kernel's own, member by member\n",
		       audits.nr_same, audits.nr_checks);
	if (model->sched.is_partial)
		printf("CPUs %s were recorded: what tasks did on others is not known\n", model->cpus);
	label_print_losses(stdout, model);
}

/* ---- JSON ---- */

static json_t *disagreements_json(const struct sched *sched)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < sched->nr_disagreements && i < SCHED_NR_DISAGREEMENTS; i++) {
		const struct sched_disagreement *d = &sched->disagreement[i];

		json_t *row = json_pack("{s:o, s:o, s:I, s:o}",
					"ts_ns", view_json_number(d->ts_ns),
					"cpu", view_json_number(d->cpu),
					"model", (json_int_t)d->model,
					"kernel", view_json_number(d->kernel));

		json_array_append_new(list, row);
	}
	return list;
}

static json_t *checks_json(const struct sched *sched)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < NR_SCHED_CHECKS; i++) {
		json_t *row = json_pack("{s:s, s:o, s:o}", "check", check_names[i],
					"total", view_json_number(sched->check[i].nr),
					"failed", view_json_number(sched->check[i].nr_failed));

		json_array_append_new(list, row);
	}
	return list;
}

/* A priority may be -1, that of a deadline task. */
static json_t *value_json(uint8_t check, uint32_t value)
{
	return check == SCHED_CHECK_PRIO ? json_integer((int16_t)value) : view_json_number(value);
}

static json_t *failures_json(const struct model *model)
{
	const struct sched *sched = &model->sched;
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < sched->nr_failures && i < SCHED_NR_FAILURES; i++) {
		const struct sched_failure *failure = &sched->failure[i];

		json_t *row = json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}",
					"ts_ns", view_json_number(failure->ts_ns),
					"cpu", view_json_number(failure->cpu),
					"task", label_task_json(model, failure->task),
					"check", check_names[failure->check],
					"model", value_json(failure->check, failure->model),
					"kernel", value_json(failure->check, failure->kernel));

		json_array_append_new(list, row);
	}
	return list;
}

/* view_audits_json - number of audits, number of those that agreed, and those that did not */
json_t *view_audits_json(const struct model *model)
{
	struct view_audits audits = view_audits(model);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "total", view_json_number(audits.nr_audits),
			 "agreed", view_json_number(audits.nr_agreed),
			 "disagreements", disagreements_json(&model->sched),
			 "queues_compared", view_json_number(audits.nr_checks),
			 "queues_same", view_json_number(audits.nr_same),
			 "checks", checks_json(&model->sched),
			 "failures", failures_json(model));
}
