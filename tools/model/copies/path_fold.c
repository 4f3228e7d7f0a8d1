// SPDX-License-Identifier: GPL-2.0
/*
 * Fold hops that have ended into one for all that are alike.
 *
 * If the process or the objects of a hop no longer exist, and its bytes are
 * nowhere, the hop does not change any more. If there are too many hops, those of
 * these that carried least are folded into hops that stand for many: the same step,
 * by any process of the name, from and to any object of the kind. A hop that stands
 * for many follows the one that stands for those before it, so that the path
 * remains visible:
 *
 *	/tmp/a -> cc[7] -> pipe:[5] -> sh[3]
 *	/tmp/b -> cc[8] -> pipe:[6] -> sh[3]	file:[*] -> cc[*] -> pipe:[*] -> sh[3]
 *
 * Where the bytes of each hop ended is computed before, so all sums stay unchanged.
 * A hop is folded only together with all hops that follow it.
 */
#include "model/copies/path.h"

#include <errno.h>
#include <stdlib.h>

/**
 * struct fold - hops that are being folded
 * @order: all hops, each after the hop before it
 * @is_folded: by hop: the hop is to be folded
 * @is_cut: by hop that stands for many: the link to the hop before is forgotten
 * @into: by folded hop: the hop that it was folded into
 */
struct fold {
	struct paths *paths;
	uint32_t *order;
	uint32_t nr;
	bool *is_folded;
	bool *is_cut;
	uint32_t *into;
};

/* Sort key that decides which hops are kept. */
struct rank {
	uint64_t weight;
	uint32_t hop;
	uint16_t depth;
};

/*
 * Hops that carried least come first; of equal ones, a hop comes after those that
 * follow it.
 */
static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return x->hop < y->hop ? -1 : x->hop > y->hop;
}

/* True if the hop stands for many (@is_many), or is in use and does not (!@is_many). */
static bool is_kind(const struct hop *hop, bool is_many)
{
	return hop->is_used && hop->key.is_many == is_many;
}

/*
 * Weight of each hop of a kind: the maximum that it, or one of the kind that
 * follows it, carried.
 */
static uint64_t *weigh_hops(const struct fold *fold, bool is_many)
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

/* Choose hops of a kind to fold, none of them in @is_out, so that @keep hops remain. */
static int choose_hops(const struct fold *fold, bool is_many, const bool *is_out, uint32_t keep,
		       bool *is_chosen)
{
	struct rank *ranks = malloc((fold->nr + 1) * sizeof(*ranks));
	uint64_t *weight = weigh_hops(fold, is_many);
	uint32_t i, nr = 0, nr_all = 0;

	for (i = 1; weight && ranks && i <= fold->nr; i++) {
		const struct hop *hop = hop_at(fold->paths, i);

		nr_all += is_kind(hop, is_many);
		if (is_kind(hop, is_many) && !is_out[i])
			ranks[nr++] = (struct rank){ weight[i], i, hop->depth };
	}
	if (nr)
		qsort(ranks, nr, sizeof(*ranks), compare_ranks);
	for (i = 0; i < nr && i + keep < nr_all; i++)
		is_chosen[ranks[i].hop] = true;
	free(ranks);
	free(weight);
	return weight && ranks ? 0 : -ENOMEM;
}

/* Mark all hops before a live hop as live. */
static void spread_life(const struct fold *fold, bool *is_live)
{
	uint32_t i;

	for (i = fold->nr; i--;)
		is_live[hop_at(fold->paths, fold->order[i])->key.before] |= is_live[fold->order[i]];
}

/*
 * True if the link is inferred and can still turn out to be wrong, because the hop
 * before may take more bytes.
 */
static bool may_be_revoked(const struct paths *paths, const struct hop_key *key)
{
	return key->grade == GRADE_INFERRED && !hop_at(paths, key->before)->key.is_many;
}

/*
 * Fold hops that stand for many again, because more of their objects may have
 * ended. A hop without a hop before has no link that could be forgotten.
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
		err = choose_hops(fold, true, is_first, keep, fold->is_cut);
	free(is_first);
	return err;
}

/*
 * Do not fold hops that would stay unchanged: all their objects exist, and so does
 * the hop before.
 */
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

/* Compute where the bytes of folded hops ended. */
static void settle_folded(const struct fold *fold)
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

static void merge_hop(struct paths *paths, struct hop *sum, const struct hop *hop)
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

/* Cut the hop off: the hop before keeps only its sums. */
static void cut_hop(struct paths *paths, const struct hop *hop, struct hop_key *key)
{
	struct hop *before = hop_at(paths, key->before);

	before->apart_below_bytes += hop->below_bytes;
	before->apart_delivered_bytes += hop->delivered_bytes;
	paths_cut(key);
}

/* Fold hop @number into another one; the number is freed later. */
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
		cut_hop(fold->paths, hop, &key);
	err = folding->key(folding->arg, hop, &key);
	if (!err)
		err = paths_find_or_add(fold->paths, &key, &into);
	if (err)
		return err;
	fold->into[number] = into;
	merge_hop(fold->paths, hop_at(fold->paths, into), hop);
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
 * @is_live: by hop: the hop may take bytes again, or its bytes may go on; all hops
 *	before a live hop become live; NULL = reduce only the hops that stand for
 *	many
 *
 * Return: 0 or -ENOMEM.
 */
int paths_fold(struct paths *paths, bool *is_live, const struct path_folding *folding)
{
	struct fold fold;
	int err = fold_init(&fold, paths);

	if (!err && is_live) {
		spread_life(&fold, is_live);
		err = choose_hops(&fold, false, is_live, folding->nr_single, fold.is_folded);
	}
	if (!err)
		err = choose_many(&fold, folding->nr_many);
	if (!err)
		err = drop_unchanged(&fold, folding);
	if (!err) {
		settle_folded(&fold);
		err = fold_all(&fold, folding);
	}
	fold_deinit(&fold);
	return err;
}
