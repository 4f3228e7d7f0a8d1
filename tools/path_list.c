// SPDX-License-Identifier: GPL-2.0
/*
 * The paths of a finished model.
 */
#include "path_list.h"

#include <errno.h>
#include <stdlib.h>

/* Paths of one hop are shown apart only from this share of all bytes on. */
#define SINGLE_HOP_SHARE	100U

const char *path_hop_how(const struct hop *hop)
{
	if (hop->key.kind == HOP_UNSEEN)
		return "not recorded";
	if (hop->copied_bytes && hop->copied_bytes == hop->bytes)
		return "copy";
	if (hop->copied_bytes)
		return "mixed";
	return hop->is_direct ? "direct" : "reference";
}

double path_hop_share(const struct model *model, const struct path *path, uint32_t hop)
{
	uint64_t below = hop_at(&model->copies.paths, hop)->below_bytes;

	return below ? (double)path->bytes / below : 0;
}

/* path_of - the path that ends with hop @last */
void path_of(const struct model *model, uint32_t last, struct path *ret)
{
	const struct paths *paths = &model->copies.paths;
	uint32_t i = hop_at(paths, last)->depth + 1U;

	*ret = (struct path){ .nr_hops = i, .bytes = hop_at(paths, last)->end_bytes,
			      .outcome = hop_at(paths, last)->outcome,
			      .is_exact = model_copies_complete(model) };
	for (; last; last = hop_at(paths, last)->key.before) {
		const struct hop *hop = hop_at(paths, last);

		ret->hop[--i] = last;
		if (hop_grade(hop) > ret->grade)
			ret->grade = hop_grade(hop);
		ret->has_cycle |= hop->has_cycle;
		ret->nr_copies += hop->copied_bytes > 0;
		ret->copied_bytes += hop->copied_bytes * path_hop_share(model, ret, last);
	}
}

/* path_total - sums over all hops and all paths */
struct path_total path_total(const struct model *model)
{
	const struct paths *paths = &model->copies.paths;
	uint64_t ended[] = { [OUTCOME_DELIVERED] = 0, [OUTCOME_LEFT] = 0, [OUTCOME_UNSEEN] = 0 };
	struct path_total total = { 0 };
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop *hop = hop_at(paths, i);

		ended[hop->outcome] += hop->end_bytes;
		total.copied_bytes += hop->copied_bytes;
		if (hop->below_bytes)
			total.delivery_bytes += part_of(hop->copied_bytes, 0,
							hop->delivered_bytes, hop->below_bytes);
		if (hop->key.kind != HOP_UNSEEN)
			total.referenced_bytes += hop->bytes - hop->copied_bytes;
	}
	total.delivered_bytes = ended[OUTCOME_DELIVERED];
	total.left_bytes = ended[OUTCOME_LEFT];
	total.unseen_bytes = ended[OUTCOME_UNSEEN];
	return total;
}

double path_amplification(const struct path_total *total)
{
	return total->delivered_bytes ? (double)total->delivery_bytes / total->delivered_bytes : 0;
}

static bool is_sure(const struct model *model, uint32_t last, enum grade worst)
{
	for (; last; last = hop_at(&model->copies.paths, last)->key.before)
		if (hop_grade(hop_at(&model->copies.paths, last)) > worst)
			return false;
	return true;
}

static bool is_wanted(const struct model *model, uint32_t last, const struct source_opts *opts)
{
	const struct tasks *tasks = &model->tasks;

	if (!opts->pids.nr)
		return true;
	for (; last; last = hop_at(&model->copies.paths, last)->key.before) {
		uint32_t image = hop_at(&model->copies.paths, last)->key.image;

		if (source_wants_pid(opts, proc_at(tasks, image_at(tasks, image)->proc)->pid))
			return true;
	}
	return false;
}

/* Bytes passed on tell more than bytes that one process read or made. */
static bool is_single(const struct hop *hop)
{
	return !hop->depth && hop->outcome == OUTCOME_DELIVERED && hop->key.kind != HOP_MOVE &&
	       hop->key.kind != HOP_TEE;
}

static int compare(const void *a, const void *b, void *arg)
{
	uint32_t hop_a = *(const uint32_t *)a, hop_b = *(const uint32_t *)b;
	const struct model *model = arg;
	const struct paths *paths = &model->copies.paths;
	const struct hop *x = hop_at(paths, hop_a), *y = hop_at(paths, hop_b);

	if (is_single(x) != is_single(y))
		return is_single(x) ? 1 : -1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->end_bytes != y->end_bytes)
		return x->end_bytes < y->end_bytes ? 1 : -1;
	return hop_a < hop_b ? -1 : hop_a > hop_b;
}

static void count_main(struct path_list *list, const struct model *model)
{
	struct path_total total = path_total(model);
	uint64_t all = total.delivered_bytes + total.left_bytes + total.unseen_bytes;
	uint64_t least = all / SINGLE_HOP_SHARE;
	uint32_t i;

	if (least < COPY_CONFIG_BYTES)
		least = COPY_CONFIG_BYTES;
	for (i = 0; i < list->nr; i++) {
		const struct hop *hop = hop_at(&model->copies.paths, list->last[i]);

		if (is_single(hop) && hop->end_bytes < least)
			break;
	}
	list->nr_main = i;
}

/**
 * path_list_init - all paths that the user wants
 * @worst: grade of their weakest links
 *
 * Return: 0 or -ENOMEM.
 */
int path_list_init(struct path_list *list, const struct model *model,
		   const struct source_opts *opts, enum grade worst)
{
	const struct paths *paths = &model->copies.paths;
	uint32_t i;

	*list = (struct path_list){ 0 };
	list->last = calloc(paths->hop.nr, sizeof(*list->last));
	if (!list->last)
		return -ENOMEM;
	for (i = 1; i < paths->hop.nr; i++)
		if (hop_at(paths, i)->end_bytes && is_sure(model, i, worst) &&
		    is_wanted(model, i, opts))
			list->last[list->nr++] = i;
	qsort_r(list->last, list->nr, sizeof(*list->last), compare, (void *)model);
	count_main(list, model);
	return 0;
}

void path_list_deinit(struct path_list *list)
{
	free(list->last);
}
