// SPDX-License-Identifier: GPL-2.0
/*
 * Hops that are over, as one for all that are alike.
 *
 * Of a hop whose process or objects are gone, and whose bytes are nowhere, nothing
 * will change.  If there are too many hops, such ones that carried least become
 * parts of hops that stand for many: the same step, by any process of the name, from
 * and to any object of the kind.  The hop that stands for many goes on from the one
 * that stands for those before it, so that the way remains:
 *
 *	/tmp/a -> cc[7] -> pipe:[5] -> sh[3]
 *	/tmp/b -> cc[8] -> pipe:[6] -> sh[3]	file:[*] -> cc[*] -> pipe:[*] -> sh[3]
 *
 * Where the bytes of each ended is settled before, so all sums stay what they
 * are.  One is folded with all that follow it only.
 */
#include "model/copies/path.h"

#include <errno.h>
#include <stdlib.h>

/**
 * struct fold - hops that are being folded
 * @order: all hops, none before the hop before it
 * @is_folded: by hop
 * @is_cut: by hop that stands for many: it is forgotten what was before it
 * @into: by hop that is folded: the one that it became part of
 */
struct fold {
	struct paths *paths;
	uint32_t *order;
	uint32_t nr;
	bool *is_folded;
	bool *is_cut;
	uint32_t *into;
};

/* what decides about which are kept */
struct rank {
	uint64_t weight;
	uint32_t hop;
	uint16_t depth;
};

/* What carried least comes first; of equal ones, no hop before those that follow it. */
static int compare(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return x->hop < y->hop ? -1 : x->hop > y->hop;
}

/* one of the kind: those that stand for many (@is_many), or the others */
static bool is_kind(const struct hop *hop, bool is_many)
{
	return hop->is_used && hop->key.is_many == is_many;
}

/* The most that each, or one of the kind that follows it, carried. */
static uint64_t *weigh(const struct fold *fold, bool is_many)
{
	uint64_t *weight = calloc(fold->nr + 1, sizeof(*weight));
	uint32_t i;

	for (i = fold->nr; weight && i--;) {
		uint32_t number = fold->order[i];
		const struct hop *hop = hop_at(fold->paths, number);

		if (!is_kind(hop, is_many))
			continue;
		if (hop->bytes > weight[number])
			weight[number] = hop->bytes;
		if (weight[number] > weight[hop->key.before])
			weight[hop->key.before] = weight[number];
	}
	return weight;
}

/* Choose so many of a kind, but none that is in @is_out, that @keep remain. */
static int choose(const struct fold *fold, bool is_many, const bool *is_out, uint32_t keep,
		  bool *is_chosen)
{
	struct rank *ranks = malloc((fold->nr + 1) * sizeof(*ranks));
	uint64_t *weight = weigh(fold, is_many);
	uint32_t i, nr = 0, nr_all = 0;

	for (i = 1; weight && ranks && i <= fold->nr; i++) {
		const struct hop *hop = hop_at(fold->paths, i);

		nr_all += is_kind(hop, is_many);
		if (is_kind(hop, is_many) && !is_out[i])
			ranks[nr++] = (struct rank){ weight[i], i, hop->depth };
	}
	if (nr)
		qsort(ranks, nr, sizeof(*ranks), compare);
	for (i = 0; i < nr && i + keep < nr_all; i++)
		is_chosen[ranks[i].hop] = true;
	free(ranks);
	free(weight);
	return weight && ranks ? 0 : -ENOMEM;
}

/* Whoever is before a live one lives. */
static void spread_life(const struct fold *fold, bool *is_live)
{
	uint32_t i;

	for (i = fold->nr; i--;)
		is_live[hop_at(fold->paths, fold->order[i])->key.before] |= is_live[fold->order[i]];
}

/* Whether an inferred link is one, is known when the hop before takes no more. */
static bool may_be_revoked(const struct paths *paths, const struct hop_key *key)
{
	return key->grade == GRADE_INFERRED && !hop_at(paths, key->before)->key.is_many;
}

/*
 * Those that stand for many are looked at again: more of what they tell of may be
 * over.  Where bytes come from an object there is nothing before to be forgotten.
 */
static int choose_many(struct fold *fold, uint32_t keep)
{
	bool *is_first = calloc(fold->nr + 1, sizeof(*is_first));
	uint32_t i;
	int err = is_first ? 0 : -ENOMEM;

	for (i = 1; !err && i <= fold->nr; i++) {
		const struct hop_key *key = &hop_at(fold->paths, i)->key;

		fold->is_folded[i] |= key->is_many;
		is_first[i] = !key->before || may_be_revoked(fold->paths, key);
	}
	if (!err)
		err = choose(fold, true, is_first, keep, fold->is_cut);
	free(is_first);
	return err;
}

/* What is left as it is: all that the hop tells of exists, and so does the hop before. */
static int drop_unchanged(struct fold *fold, const struct path_folding *folding)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < fold->nr && !err; i++) {
		uint32_t number = fold->order[i];
		const struct hop *hop = hop_at(fold->paths, number);
		struct hop_key key = hop->key;

		if (!fold->is_folded[number])
			continue;
		err = folding->key(folding->arg, hop, &key);
		fold->is_folded[number] = fold->is_folded[key.before] || fold->is_cut[number] ||
					  key.image != hop->key.image ||
					  key.from != hop->key.from || key.to != hop->key.to;
	}
	return err;
}

/* Where the bytes of those that are folded ended. */
static void settle(const struct fold *fold)
{
	struct paths *paths = fold->paths;
	uint32_t i;

	for (i = 0; i < fold->nr; i++)
		if (fold->is_folded[fold->order[i]])
			paths_note_overdrawn(hop_at(paths, fold->order[i]));
	for (i = 0; i < fold->nr; i++) {
		struct hop *hop = hop_at(paths, fold->order[i]);

		if (fold->is_folded[fold->order[i]] && fold->is_folded[hop->key.before])
			paths_revoke(paths, hop);
	}
	for (i = 0; i < fold->nr; i++)
		if (fold->is_folded[fold->order[i]])
			paths_settle_hop(paths, hop_at(paths, fold->order[i]));
	for (i = fold->nr; i--;) {
		const struct hop *hop = hop_at(paths, fold->order[i]);

		if (fold->is_folded[fold->order[i]] && fold->is_folded[hop->key.before])
			hop_add_below(hop_at(paths, hop->key.before), hop);
	}
}

static void merge(struct paths *paths, struct hop *sum, const struct hop *hop)
{
	sum->outcome = hop->outcome;
	sum->bytes += hop->bytes;
	sum->life_bytes += hop->life_bytes;
	sum->copied_bytes += hop->copied_bytes;
	sum->passed_bytes += hop->bytes - hop->end_bytes;
	sum->apart_below_bytes += hop->apart_below_bytes;
	sum->apart_delivered_bytes += hop->apart_delivered_bytes;
	sum->copy_ns += hop->copy_ns;
	sum->blocked_ns += hop->blocked_ns;
	sum->nr_calls += hop->nr_calls;
	sum->calls |= hop->calls;
	sum->has_cycle |= hop->has_cycle;
	sum->has_gap |= hop->has_gap;
	sum->has_unproven |= hop->has_unproven;
	sum->is_direct |= hop->is_direct;
	if (hop->last_ns > sum->last_ns)
		sum->last_ns = hop->last_ns;
	if (hop->key.is_many)
		return;
	paths->nr_folded++;
	paths->folded_delivery_bytes += hop_delivery_bytes(hop);
}

/* The hop before knows of it by its sums only. */
static void cut(struct paths *paths, const struct hop *hop, struct hop_key *key)
{
	struct hop *before = hop_at(paths, key->before);

	before->apart_below_bytes += hop->below_bytes;
	before->apart_delivered_bytes += hop->delivered_bytes;
	paths_cut(key);
}

/* Let hop @number become part of another one; its number is given back later. */
static int fold_hop(struct fold *fold, uint32_t number, const struct path_folding *folding)
{
	struct hop *hop = hop_at(fold->paths, number);
	struct hop_key key = hop->key;
	uint32_t into;
	int err;

	key.grade = folding->grade(folding->arg, hop);
	key.is_many = true;
	if (fold->is_folded[key.before])
		key.before = fold->into[key.before];
	if (fold->is_cut[number])
		cut(fold->paths, hop, &key);
	err = folding->key(folding->arg, hop, &key);
	if (!err)
		err = paths_find_or_add(fold->paths, &key, &into);
	if (err)
		return err;
	fold->into[number] = into;
	merge(fold->paths, hop_at(fold->paths, into), hop);
	return 0;
}

static int fold_all(struct fold *fold, const struct path_folding *folding)
{
	uint32_t i, number;
	int err = 0;

	for (i = 1; i <= fold->nr; i++)
		hop_at(fold->paths, i)->is_used &= !fold->is_folded[i];
	paths_index(fold->paths);
	for (i = 0; i < fold->nr && !err; i++)
		if (fold->is_folded[fold->order[i]])
			err = fold_hop(fold, fold->order[i], folding);
	for (i = 0; i < fold->nr && !err; i++) {
		number = fold->order[i];
		if (fold->is_folded[number])
			err = pool_free(&fold->paths->hop, number);
	}
	return err;
}

static int fold_init(struct fold *fold, struct paths *paths)
{
	*fold = (struct fold){ .paths = paths };
	fold->order = paths_by_depth(paths, &fold->nr);
	fold->is_folded = calloc(fold->nr + 1, sizeof(*fold->is_folded));
	fold->is_cut = calloc(fold->nr + 1, sizeof(*fold->is_cut));
	fold->into = calloc(fold->nr + 1, sizeof(*fold->into));
	return fold->order && fold->is_folded && fold->is_cut && fold->into ? 0 : -ENOMEM;
}

static void fold_deinit(struct fold *fold)
{
	free(fold->order);
	free(fold->is_folded);
	free(fold->is_cut);
	free(fold->into);
}

/**
 * paths_fold - fold hops that are over
 * @is_live: by hop: it may take bytes again, or bytes that it took may go on; then
 *	also those before it; NULL = only hops that stand for many are to become fewer
 *
 * Return: 0 or -ENOMEM.
 */
int paths_fold(struct paths *paths, bool *is_live, const struct path_folding *folding)
{
	struct fold fold;
	int err = fold_init(&fold, paths);

	if (!err && is_live) {
		spread_life(&fold, is_live);
		err = choose(&fold, false, is_live, folding->nr_single, fold.is_folded);
	}
	if (!err)
		err = choose_many(&fold, folding->nr_many);
	if (!err)
		err = drop_unchanged(&fold, folding);
	if (!err) {
		settle(&fold);
		err = fold_all(&fold, folding);
	}
	fold_deinit(&fold);
	return err;
}
