// SPDX-License-Identifier: GPL-2.0
/*
 * The ranges of an address space as a tree of two levels.
 */
#include "model/copies/range_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Most address spaces hold one range: that of a file written at once. */
#define LEAVES_FIRST	1U
#define LEAF_FIRST	1U

/* ---- leaves ---- */

static size_t leaf_size(uint32_t cap)
{
	return sizeof(struct range_leaf) + cap * sizeof(struct range);
}

static struct range_leaf *make_leaf(uint32_t cap)
{
	struct range_leaf *leaf = malloc(leaf_size(cap));

	if (leaf)
		*leaf = (struct range_leaf){ .nr_sharing = 1, .cap = cap };
	return leaf;
}

static void put_leaf(struct range_leaf *leaf)
{
	if (!--leaf->nr_sharing)
		free(leaf);
}

/*
 * Get a copy of leaf @l of @ranges that no one else shares, with room for @more.
 * @ranges itself is not shared.
 */
static int own_leaf(struct ranges *ranges, uint32_t l, uint32_t more)
{
	struct range_leaf *old = ranges->leaf[l], *own;
	uint32_t cap = old->cap;

	if (old->nr + more > cap)
		cap = 2 * cap < RANGE_LEAF_MAX ? 2 * cap : RANGE_LEAF_MAX;
	if (old->nr_sharing == 1 && cap == old->cap)
		return 0;
	if (old->nr_sharing == 1) {
		own = realloc(old, leaf_size(cap));
		if (!own)
			return -ENOMEM;
		own->cap = cap;
	} else {
		own = make_leaf(cap);
		if (!own)
			return -ENOMEM;
		own->nr = old->nr;
		memcpy(own->v, old->v, old->nr * sizeof(*own->v));
		put_leaf(old);
	}
	ranges->leaf[l] = own;
	return 0;
}

/* ---- the index of leaves ---- */

struct ranges *ranges_get(struct ranges *ranges)
{
	if (ranges)
		ranges->nr_sharing++;
	return ranges;
}

void ranges_put(struct ranges *ranges)
{
	uint32_t l;

	if (!ranges || --ranges->nr_sharing)
		return;
	for (l = 0; l < ranges->nr_leaves; l++)
		put_leaf(ranges->leaf[l]);
	free(ranges);
}

/*
 * Get a copy of @ranges that no one else shares, with room for one more leaf. The
 * leaves may be shared.
 */
static int own_index(struct ranges **ranges)
{
	struct ranges *old = *ranges, *own;
	uint32_t cap = old ? old->cap_leaves : LEAVES_FIRST, l;
	bool is_ours = old && old->nr_sharing == 1;

	if (old && old->nr_leaves == cap)
		cap *= 2;
	if (is_ours && cap == old->cap_leaves)
		return 0;
	own = realloc(is_ours ? old : NULL, sizeof(*own) + cap * sizeof(own->leaf[0]));
	if (!own)
		return -ENOMEM;
	if (!old) {
		*own = (struct ranges){ .nr_sharing = 1 };
	} else if (!is_ours) {
		memcpy(own, old, sizeof(*own) + old->nr_leaves * sizeof(own->leaf[0]));
		own->nr_sharing = 1;
		for (l = 0; l < own->nr_leaves; l++)
			own->leaf[l]->nr_sharing++;
		ranges_put(old);
	}
	own->cap_leaves = cap;
	*ranges = own;
	return 0;
}

static void add_leaf(struct ranges *ranges, uint32_t l, struct range_leaf *leaf)
{
	memmove(ranges->leaf + l + 1, ranges->leaf + l,
		(ranges->nr_leaves - l) * sizeof(ranges->leaf[0]));
	ranges->leaf[l] = leaf;
	ranges->nr_leaves++;
}

static void remove_leaf(struct ranges *ranges, uint32_t l)
{
	put_leaf(ranges->leaf[l]);
	ranges->nr_leaves--;
	memmove(ranges->leaf + l, ranges->leaf + l + 1,
		(ranges->nr_leaves - l) * sizeof(ranges->leaf[0]));
}

/* ---- places ---- */

static uint64_t leaf_end(const struct range_leaf *leaf)
{
	return leaf->v[leaf->nr - 1].end;
}

/* range_tree_after - find the first range that ends after @address */
struct range_spot range_tree_after(const struct ranges *ranges, uint64_t address)
{
	uint32_t low = 0, high = ranges ? ranges->nr_leaves : 0;
	struct range_spot spot = { 0 };

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (leaf_end(ranges->leaf[middle]) > address)
			high = middle;
		else
			low = middle + 1;
	}
	spot.leaf = low;
	if (!ranges || low == ranges->nr_leaves)
		return spot;
	for (low = 0, high = ranges->leaf[spot.leaf]->nr; low < high;) {
		uint32_t middle = (low + high) / 2;

		if (ranges->leaf[spot.leaf]->v[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	spot.i = low;
	return spot;
}

/* range_tree_at - the range at @spot; NULL = none */
const struct range *range_tree_at(const struct ranges *ranges, struct range_spot spot)
{
	return ranges && spot.leaf < ranges->nr_leaves ? &ranges->leaf[spot.leaf]->v[spot.i] : NULL;
}

/*
 * range_tree_edit - the range at @spot, for changes; a shared leaf is copied first;
 * NULL without memory
 */
struct range *range_tree_edit(struct ranges **ranges, struct range_spot spot)
{
	if (own_index(ranges) || own_leaf(*ranges, spot.leaf, 0))
		return NULL;
	return &(*ranges)->leaf[spot.leaf]->v[spot.i];
}

/* ---- changes ---- */

/* Make room before @spot, which lies in a full leaf. */
static int split_leaf(struct ranges *ranges, struct range_spot *spot)
{
	struct range_leaf *full = ranges->leaf[spot->leaf], *upper;
	uint32_t half = spot->i == full->nr ? full->nr : full->nr / 2;

	if (own_leaf(ranges, spot->leaf, 0))
		return -ENOMEM;
	full = ranges->leaf[spot->leaf];
	upper = make_leaf(RANGE_LEAF_MAX);
	if (!upper)
		return -ENOMEM;
	upper->nr = full->nr - half;
	memcpy(upper->v, full->v + half, upper->nr * sizeof(*upper->v));
	full->nr = half;
	add_leaf(ranges, spot->leaf + 1, upper);
	if (spot->i >= half)
		*spot = (struct range_spot){ spot->leaf + 1, spot->i - half };
	return 0;
}

static int add_first_leaf(struct ranges *ranges)
{
	struct range_leaf *leaf = make_leaf(LEAF_FIRST);

	if (!leaf)
		return -ENOMEM;
	add_leaf(ranges, 0, leaf);
	return 0;
}

/**
 * range_tree_insert - insert @range, which overlaps no other range
 * Return: 0 or -ENOMEM.
 */
int range_tree_insert(struct ranges **ranges, const struct range *range)
{
	struct range_spot spot = range_tree_after(*ranges, range->start);
	struct range_leaf *leaf;
	struct ranges *own;
	int err;

	err = own_index(ranges);
	if (err)
		return err;
	own = *ranges;
	if (!own->nr_leaves)
		err = add_first_leaf(own);
	else if (spot.leaf == own->nr_leaves)
		spot = (struct range_spot){ spot.leaf - 1, own->leaf[spot.leaf - 1]->nr };
	if (!err && own->leaf[spot.leaf]->nr == RANGE_LEAF_MAX)
		err = split_leaf(own, &spot);
	if (!err)
		err = own_leaf(own, spot.leaf, 1);
	if (err)
		return err;
	leaf = own->leaf[spot.leaf];
	memmove(leaf->v + spot.i + 1, leaf->v + spot.i, (leaf->nr - spot.i) * sizeof(*range));
	leaf->v[spot.i] = *range;
	leaf->nr++;
	own->nr++;
	return 0;
}

/**
 * range_tree_remove - remove the range at @spot
 * Return: 0 or -ENOMEM.
 */
int range_tree_remove(struct ranges **ranges, struct range_spot spot)
{
	struct range_leaf *leaf;

	if (!range_tree_edit(ranges, spot))
		return -ENOMEM;
	leaf = (*ranges)->leaf[spot.leaf];
	leaf->nr--;
	memmove(leaf->v + spot.i, leaf->v + spot.i + 1, (leaf->nr - spot.i) * sizeof(*leaf->v));
	(*ranges)->nr--;
	if (!leaf->nr)
		remove_leaf(*ranges, spot.leaf);
	return 0;
}

/**
 * range_tree_filter - remove the ranges for which @keep returns false; @keep is
 * called in order, and may change the range in its place
 * Return: 0 or -ENOMEM.
 */
int range_tree_filter(struct ranges **ranges, bool (*keep)(struct range *range, void *arg),
		      void *arg)
{
	struct ranges *own;
	uint32_t l, i, nr;

	if (own_index(ranges))
		return -ENOMEM;
	own = *ranges;
	for (l = 0, own->nr = 0; l < own->nr_leaves;) {
		if (own_leaf(own, l, 0))
			return -ENOMEM;
		for (i = nr = 0; i < own->leaf[l]->nr; i++) {
			own->leaf[l]->v[nr] = own->leaf[l]->v[i];
			nr += keep(&own->leaf[l]->v[nr], arg);
		}
		own->leaf[l]->nr = nr;
		own->nr += nr;
		if (nr)
			l++;
		else
			remove_leaf(own, l);
	}
	return 0;
}
