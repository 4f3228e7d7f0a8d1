// SPDX-License-Identifier: GPL-2.0
/*
 * The paths of a finished model.
 */
#include "model/copies/path_list.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/hash.h"

/*
 * A path with a smaller share of all bytes (1 in MAIN_SHARE) comes after the
 * others; if it has only one hop, it is not shown separately.
 */
#define MAIN_SHARE	100U

const char *path_hop_how(const struct hop *hop)
{
	if (hop->key.kind == HOP_UNSEEN)
		return "not recorded";
	if (hop->key.kind == HOP_DISCARD)
		return "thrown away";
	if (hop->copied_bytes && hop->copied_bytes == hop->bytes)
		return "copy";
	if (hop->copied_bytes)
		return "mixed";
	return hop->is_direct ? "direct" : "reference";
}

double path_hop_share(const struct copies *copies, const struct path *path, uint32_t hop)
{
	uint64_t below = hop_at(&copies->paths, hop)->below_bytes;

	return below ? (double)path->bytes / below : 0;
}

/*
 * Grade of the path that ends with hop @last; if the recording is partial, never
 * exact.
 */
static enum grade worst_grade(const struct copies *copies, uint32_t last)
{
	bool is_doubtful = copies->is_partial && hop_at(&copies->paths, last)->depth;
	enum grade worst = is_doubtful ? GRADE_ADDRESS : GRADE_EXACT;

	for (; last; last = hop_at(&copies->paths, last)->key.before)
		if (hop_grade(hop_at(&copies->paths, last)) > worst)
			worst = hop_grade(hop_at(&copies->paths, last));
	return worst;
}

/* path_of - describe the path that ends with hop @last */
void path_of(const struct copies *copies, uint32_t last, struct path *ret)
{
	const struct paths *paths = &copies->paths;
	uint32_t i = hop_at(paths, last)->depth + 1U;

	*ret = (struct path){ .nr_hops = i, .bytes = hop_at(paths, last)->end_bytes,
			      .grade = worst_grade(copies, last),
			      .outcome = hop_at(paths, last)->outcome,
			      .is_exact = copies_is_complete(copies) };
	for (; last; last = hop_at(paths, last)->key.before) {
		const struct hop *hop = hop_at(paths, last);

		ret->hop[--i] = last;
		ret->is_exact &= !hop->key.is_many &&
				 !image_at(copies->tasks, hop->key.image)->is_partial;
		ret->has_cycle |= hop->has_cycle;
		ret->nr_copies += hop->copied_bytes > 0;
		ret->copied_bytes += hop->copied_bytes * path_hop_share(copies, ret, last);
	}
}

/* path_total - sums of all hops and all paths */
struct path_total path_total(const struct copies *copies)
{
	const struct paths *paths = &copies->paths;
	uint64_t ended[] = { [OUTCOME_DELIVERED] = 0, [OUTCOME_LEFT] = 0, [OUTCOME_UNSEEN] = 0,
			     [OUTCOME_DISCARDED] = 0 };
	struct path_total total = { .delivery_bytes = paths->folded_delivery_bytes };
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop *hop = hop_at(paths, i);

		ended[hop->outcome] += hop->end_bytes;
		total.copied_bytes += hop->copied_bytes;
		if (!hop->key.is_many)
			total.delivery_bytes += hop_delivery_bytes(hop);
		if (hop->key.kind != HOP_UNSEEN && hop->key.kind != HOP_DISCARD)
			total.referenced_bytes += hop->bytes - hop->copied_bytes;
	}
	total.delivered_bytes = ended[OUTCOME_DELIVERED];
	total.left_bytes = ended[OUTCOME_LEFT];
	total.unseen_bytes = ended[OUTCOME_UNSEEN];
	total.discarded_bytes = ended[OUTCOME_DISCARDED];
	return total;
}

double path_amplification(const struct path_total *total)
{
	return total->delivered_bytes ? (double)total->delivery_bytes / total->delivered_bytes : 0;
}

static bool is_wanted(const struct copies *copies, uint32_t last, const struct scope *scope)
{
	const struct tasks *tasks = copies->tasks;

	if (!scope->pids.nr)
		return true;
	for (; last; last = hop_at(&copies->paths, last)->key.before) {
		uint32_t image = hop_at(&copies->paths, last)->key.image;

		if (proc_in_scope(tasks, image_at(tasks, image)->proc, scope))
			return true;
	}
	return false;
}

/*
 * True for a path of one hop that only delivers bytes. Such paths come last: bytes
 * passed on are more interesting than bytes that one process read or made.
 */
static bool is_single(const struct hop *hop)
{
	return !hop->depth && hop->outcome == OUTCOME_DELIVERED && hop->key.kind != HOP_MOVE &&
	       hop->key.kind != HOP_TEE;
}

/* Sort key of a path. */
struct rank {
	uint32_t last;
	bool is_minor;
	bool is_single;
	uint8_t outcome;
	uint64_t bytes;
	uint64_t weight;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->is_minor != y->is_minor)
		return x->is_minor ? 1 : -1;
	if (x->is_single != y->is_single)
		return x->is_single ? 1 : -1;
	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->last < y->last ? -1 : x->last > y->last;
}

/* Minimum number of bytes of a main path; paths with fewer come after all others. */
static uint64_t least_bytes(const struct copies *copies)
{
	struct path_total total = path_total(copies);
	uint64_t all = total.delivered_bytes + total.left_bytes + total.unseen_bytes;

	return all / MAIN_SHARE > COPY_CONFIG_BYTES ? all / MAIN_SHARE : COPY_CONFIG_BYTES;
}

/*
 * Sort key of the path that ends with @last. A path of a lower grade needs more
 * bytes for its rank.
 */
static struct rank rank_of(const struct copies *copies, uint32_t last)
{
	static const uint32_t weights[] = {
		[GRADE_EXACT] = 4, [GRADE_ADDRESS] = 3, [GRADE_INFERRED] = 2,
	};
	const struct hop *hop = hop_at(&copies->paths, last);

	return (struct rank){ .last = last, .is_single = is_single(hop),
			      .outcome = hop->outcome, .bytes = hop->end_bytes,
			      .weight = hop->end_bytes / 4 * weights[worst_grade(copies, last)] };
}

static void count_main(struct path_list *list, const struct rank *ranks)
{
	uint32_t i;

	for (i = 0; i < list->nr && !(ranks[i].is_minor && ranks[i].is_single); i++)
		;
	list->nr_main = i;
}

/* ---- paths of one course: they differ only in the grades of their links ---- */

static uint64_t course_hash(const struct paths *paths, uint32_t last)
{
	uint64_t hash = hop_at(paths, last)->outcome;

	for (; last; last = hop_at(paths, last)->key.before) {
		const struct hop_key *key = &hop_at(paths, last)->key;

		hash = map_hash(hash ^ map_pair(key->image, key->kind));
		hash = map_hash(hash ^ map_pair(key->from, key->to));
	}
	return hash;
}

/* True if two paths differ only in the grades of their links. */
static bool is_same_course(const struct paths *paths, uint32_t a, uint32_t b)
{
	if (hop_at(paths, a)->outcome != hop_at(paths, b)->outcome)
		return false;
	while (a && b && a != b) {
		const struct hop_key *x = &hop_at(paths, a)->key, *y = &hop_at(paths, b)->key;

		if (x->image != y->image || x->from != y->from || x->to != y->to ||
		    x->kind != y->kind || x->origin != y->origin)
			return false;
		a = x->before;
		b = y->before;
	}
	return a == b;
}

/* Keep one path of each course in @ranks, and link the others in @list->next. */
static int merge_courses(struct path_list *list, const struct paths *paths, struct rank *ranks)
{
	struct map by_course = { 0 };
	uint32_t i, nr = 0;
	int err = 0;

	list->next = calloc(paths->hop.nr, sizeof(*list->next));
	for (i = 0; list->next && i < list->nr && !err; i++) {
		uint64_t hash = course_hash(paths, ranks[i].last);
		uint32_t first = map_get(&by_course, hash);
		struct rank *rank = first ? &ranks[first - 1] : NULL;

		if (rank && is_same_course(paths, rank->last, ranks[i].last)) {
			rank->bytes += ranks[i].bytes;
			rank->weight += ranks[i].weight;
			list->next[ranks[i].last] = list->next[rank->last];
			list->next[rank->last] = ranks[i].last;
			continue;
		}
		ranks[nr++] = ranks[i];
		err = rank ? 0 : map_set(&by_course, hash, nr);
	}
	map_deinit(&by_course);
	list->nr = nr;
	return list->next ? err : -ENOMEM;
}

/* ---- the list ---- */

static int fill_list(struct path_list *list, const struct copies *copies, struct rank *ranks,
		     bool is_merged)
{
	uint64_t least = least_bytes(copies);
	uint32_t i;
	int err = is_merged ? merge_courses(list, &copies->paths, ranks) : 0;

	if (err)
		return err;
	for (i = 0; i < list->nr; i++)
		ranks[i].is_minor = ranks[i].bytes < least;
	qsort(ranks, list->nr, sizeof(*ranks), compare_ranks);
	for (i = 0; i < list->nr; i++)
		list->last[i] = ranks[i].last;
	count_main(list, ranks);
	return 0;
}

static int make_list(struct path_list *list, const struct copies *copies,
		     const struct scope *scope, enum grade worst, bool is_merged)
{
	const struct paths *paths = &copies->paths;
	struct rank *ranks = calloc(paths->hop.nr, sizeof(*ranks));
	uint32_t i;
	int err = -ENOMEM;

	*list = (struct path_list){ .last = calloc(paths->hop.nr, sizeof(*list->last)) };
	for (i = 1; ranks && i < paths->hop.nr; i++)
		if (hop_at(paths, i)->end_bytes && worst_grade(copies, i) <= worst &&
		    is_wanted(copies, i, scope))
			ranks[list->nr++] = rank_of(copies, i);
	if (list->last && ranks)
		err = fill_list(list, copies, ranks, is_merged);
	free(ranks);
	if (err)
		path_list_deinit(list);
	return err;
}

/**
 * path_list_init - list all paths that the user wants
 * @worst: lowest grade of a link in these paths
 *
 * Return: 0 or -ENOMEM.
 */
int path_list_init(struct path_list *list, const struct copies *copies,
		   const struct scope *scope, enum grade worst)
{
	return make_list(list, copies, scope, worst, false);
}

/**
 * path_list_merged - like path_list_init(), but merge paths that differ only in the
 * grades of their links
 *
 * Return: 0 or -ENOMEM.
 */
int path_list_merged(struct path_list *list, const struct copies *copies,
		     const struct scope *scope, enum grade worst)
{
	return make_list(list, copies, scope, worst, true);
}

void path_list_deinit(struct path_list *list)
{
	free(list->last);
	free(list->next);
	*list = (struct path_list){ 0 };
}
