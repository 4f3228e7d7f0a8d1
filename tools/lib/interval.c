// SPDX-License-Identifier: GPL-2.0
/* A map from addresses to what is there, as a tree of two levels. */
#include "lib/interval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/search.h"

/* Many maps hold one interval: that of a file written at once. */
#define LEAVES_FIRST	1U
#define LEAF_FIRST	1U

/* ---- leaves ---- */

/* Interval @i of @leaf, or the place where it would begin. */
static void *leaf_at(const struct interval_kind *kind, struct interval_leaf *leaf, uint32_t i)
{
	return leaf->v + i * kind->bytes;
}

static size_t leaf_size(const struct interval_kind *kind, uint32_t cap)
{
	return sizeof(struct interval_leaf) + cap * kind->bytes;
}

static struct interval_leaf *make_leaf(const struct interval_kind *kind, uint32_t cap)
{
	struct interval_leaf *leaf = malloc(leaf_size(kind, cap));

	if (leaf)
		*leaf = (struct interval_leaf){ .nr_sharing = 1, .cap = cap };
	return leaf;
}

static void put_leaf(struct interval_leaf *leaf)
{
	if (!--leaf->nr_sharing)
		free(leaf);
}

/*
 * Get a copy of leaf @l of @map that no one else shares, with room for @more. @map
 * itself is not shared.
 */
static int own_leaf(struct intervals *map, uint32_t l, uint32_t more)
{
	struct interval_leaf *old = map->leaf[l], *own;
	uint32_t cap = old->cap;

	if (old->nr + more > cap)
		cap = 2 * cap < INTERVAL_LEAF_MAX ? 2 * cap : INTERVAL_LEAF_MAX;
	if (old->nr_sharing == 1 && cap == old->cap)
		return 0;
	if (old->nr_sharing == 1) {
		own = realloc(old, leaf_size(map->kind, cap));
		if (!own)
			return -ENOMEM;
		own->cap = cap;
	} else {
		own = make_leaf(map->kind, cap);
		if (!own)
			return -ENOMEM;
		own->nr = old->nr;
		memcpy(own->v, old->v, old->nr * map->kind->bytes);
		put_leaf(old);
	}
	map->leaf[l] = own;
	return 0;
}

/* ---- the index of leaves ---- */

/* intervals_get - one more owner of @map */
struct intervals *intervals_get(struct intervals *map)
{
	if (map)
		map->nr_sharing++;
	return map;
}

/* intervals_put - one owner less; the last one frees the map */
void intervals_put(struct intervals *map)
{
	uint32_t l;

	if (!map || --map->nr_sharing)
		return;
	for (l = 0; l < map->nr_leaves; l++)
		put_leaf(map->leaf[l]);
	free(map);
}

/* Replace @map, which is shared, by @own, which has the same leaves. */
static void copy_index(struct intervals **map, struct intervals *own)
{
	struct intervals *old = *map;
	uint32_t l;

	memcpy(own, old, sizeof(*own) + old->nr_leaves * sizeof(own->leaf[0]));
	own->nr_sharing = 1;
	for (l = 0; l < own->nr_leaves; l++)
		own->leaf[l]->nr_sharing++;
	intervals_put(old);
}

/*
 * Get a copy of @map that no one else shares, with room for one more leaf. The
 * leaves may be shared.
 */
static int own_index(struct intervals **map, const struct interval_kind *kind)
{
	struct intervals *old = *map, *own;
	uint32_t cap = old ? old->cap_leaves : LEAVES_FIRST;
	bool is_ours = old && old->nr_sharing == 1;

	if (old && old->nr_leaves == cap)
		cap *= 2;
	if (is_ours && cap == old->cap_leaves)
		return 0;
	own = realloc(is_ours ? old : NULL, sizeof(*own) + cap * sizeof(own->leaf[0]));
	if (!own)
		return -ENOMEM;
	if (!old)
		*own = (struct intervals){ .kind = kind, .nr_sharing = 1 };
	else if (!is_ours)
		copy_index(map, own);
	own->cap_leaves = cap;
	*map = own;
	return 0;
}

static void add_leaf(struct intervals *map, uint32_t l, struct interval_leaf *leaf)
{
	memmove(map->leaf + l + 1, map->leaf + l, (map->nr_leaves - l) * sizeof(map->leaf[0]));
	map->leaf[l] = leaf;
	map->nr_leaves++;
}

static void remove_leaf(struct intervals *map, uint32_t l)
{
	put_leaf(map->leaf[l]);
	map->nr_leaves--;
	memmove(map->leaf + l, map->leaf + l + 1, (map->nr_leaves - l) * sizeof(map->leaf[0]));
}

/* ---- places ---- */

/* A leaf in which an interval is searched for. */
struct leaf_view {
	const struct interval_kind *kind;
	struct interval_leaf *leaf;
};

static bool ends_after(const void *view, uint32_t i, uint64_t address)
{
	const struct leaf_view *in = view;
	const struct interval *interval = leaf_at(in->kind, in->leaf, i);

	return interval->end > address;
}

static bool leaf_ends_after(const void *view, uint32_t l, uint64_t address)
{
	const struct intervals *map = view;
	struct leaf_view in = { map->kind, map->leaf[l] };

	return ends_after(&in, in.leaf->nr - 1, address);
}

/* intervals_after - find the first interval that ends after @address */
struct interval_spot intervals_after(const struct intervals *map, uint64_t address)
{
	struct interval_spot spot = { 0 };
	struct leaf_view in;

	if (!map)
		return spot;
	spot.leaf = search_first(map, 0, map->nr_leaves, address, leaf_ends_after);
	if (spot.leaf == map->nr_leaves)
		return spot;
	in = (struct leaf_view){ map->kind, map->leaf[spot.leaf] };
	spot.i = search_first(&in, 0, in.leaf->nr, address, ends_after);
	return spot;
}

/*
 * intervals_edit - the interval at @spot, for changes; a shared leaf is copied
 * first; NULL without memory
 */
void *intervals_edit(struct intervals **map, struct interval_spot spot)
{
	if (own_index(map, NULL) || own_leaf(*map, spot.leaf, 0))
		return NULL;
	return leaf_at((*map)->kind, (*map)->leaf[spot.leaf], spot.i);
}

/* ---- changes ---- */

/* Make room before @spot, which lies in a full leaf. */
static int split_leaf(struct intervals *map, struct interval_spot *spot)
{
	struct interval_leaf *full = map->leaf[spot->leaf], *upper;
	uint32_t half = spot->i == full->nr ? full->nr : full->nr / 2;

	if (own_leaf(map, spot->leaf, 0))
		return -ENOMEM;
	full = map->leaf[spot->leaf];
	upper = make_leaf(map->kind, INTERVAL_LEAF_MAX);
	if (!upper)
		return -ENOMEM;
	upper->nr = full->nr - half;
	memcpy(upper->v, leaf_at(map->kind, full, half), upper->nr * map->kind->bytes);
	full->nr = half;
	add_leaf(map, spot->leaf + 1, upper);
	if (spot->i >= half)
		*spot = (struct interval_spot){ spot->leaf + 1, spot->i - half };
	return 0;
}

static int add_first_leaf(struct intervals *map)
{
	struct interval_leaf *leaf = make_leaf(map->kind, LEAF_FIRST);

	if (!leaf)
		return -ENOMEM;
	add_leaf(map, 0, leaf);
	return 0;
}

/* Make room for an interval at @spot, which is changed if it lies in another leaf then. */
static int make_room(struct intervals **map, const struct interval_kind *kind,
		     struct interval_spot *spot)
{
	struct intervals *own;
	int err = own_index(map, kind);

	if (err)
		return err;
	own = *map;
	if (!own->nr_leaves)
		err = add_first_leaf(own);
	else if (spot->leaf == own->nr_leaves)
		*spot = (struct interval_spot){ spot->leaf - 1, own->leaf[spot->leaf - 1]->nr };
	if (!err && own->leaf[spot->leaf]->nr == INTERVAL_LEAF_MAX)
		err = split_leaf(own, spot);
	return err ? err : own_leaf(own, spot->leaf, 1);
}

/**
 * intervals_insert - insert @interval, which overlaps no other interval
 * @kind: the same for all intervals of the map
 *
 * Return: 0 or -ENOMEM.
 */
int intervals_insert(struct intervals **map, const struct interval_kind *kind,
		     const void *interval)
{
	const struct interval *added = interval;
	struct interval_spot spot = intervals_after(*map, added->start);
	struct interval_leaf *leaf;
	char *at;
	int err = make_room(map, kind, &spot);

	if (err)
		return err;
	leaf = (*map)->leaf[spot.leaf];
	at = leaf_at(kind, leaf, spot.i);
	memmove(at + kind->bytes, at, (leaf->nr - spot.i) * kind->bytes);
	memcpy(at, interval, kind->bytes);
	leaf->nr++;
	(*map)->nr++;
	return 0;
}

/**
 * intervals_remove - remove the interval at @spot
 * Return: 0 or -ENOMEM.
 */
int intervals_remove(struct intervals **map, struct interval_spot spot)
{
	char *at = intervals_edit(map, spot);
	struct interval_leaf *leaf;
	size_t bytes;

	if (!at)
		return -ENOMEM;
	bytes = (*map)->kind->bytes;
	leaf = (*map)->leaf[spot.leaf];
	leaf->nr--;
	memmove(at, at + bytes, (leaf->nr - spot.i) * bytes);
	(*map)->nr--;
	if (!leaf->nr)
		remove_leaf(*map, spot.leaf);
	return 0;
}

/* Remove @start ... @end from the interval at @spot, which overlaps these addresses. */
static int cut_interval(struct intervals **map, struct interval_spot spot, uint64_t start,
			uint64_t end)
{
	const struct interval_kind *kind = (*map)->kind;
	const struct interval *found = intervals_at(*map, spot);
	char tail[INTERVAL_BYTES_MAX] __attribute__((aligned(8)));
	struct interval all = *found;
	void *head;

	if (all.start >= start && all.end <= end)
		return intervals_remove(map, spot);
	memcpy(tail, found, kind->bytes);
	head = intervals_edit(map, spot);
	if (!head)
		return -ENOMEM;
	if (all.start >= start) {
		kind->cut(head, end, all.end);
		return 0;
	}
	kind->cut(head, all.start, start);
	if (all.end <= end)
		return 0;
	kind->cut(tail, end, all.end);
	return intervals_insert(map, kind, tail);
}

/**
 * intervals_clear - remove @start ... @end from all intervals
 * Return: 0 or -ENOMEM.
 */
int intervals_clear(struct intervals **map, uint64_t start, uint64_t end)
{
	while (start < end) {
		struct interval_spot spot = intervals_after(*map, start);
		const struct interval *found = intervals_at(*map, spot);
		int err;

		if (!found || found->start >= end)
			return 0;
		err = cut_interval(map, spot, start, end);
		if (err)
			return err;
	}
	return 0;
}

/* Remove the intervals of leaf @l for which @keep returns false. */
static int filter_leaf(struct intervals *map, uint32_t l, bool (*keep)(void *interval, void *arg),
		       void *arg)
{
	struct interval_leaf *leaf;
	uint32_t i, nr = 0;

	if (own_leaf(map, l, 0))
		return -ENOMEM;
	leaf = map->leaf[l];
	for (i = 0; i < leaf->nr; i++) {
		if (i != nr)
			memcpy(leaf_at(map->kind, leaf, nr), leaf_at(map->kind, leaf, i),
			       map->kind->bytes);
		nr += keep(leaf_at(map->kind, leaf, nr), arg);
	}
	leaf->nr = nr;
	map->nr += nr;
	return 0;
}

/**
 * intervals_filter - remove the intervals for which @keep returns false; @keep is
 * called in order, and may change the interval in its place
 * Return: 0 or -ENOMEM.
 */
int intervals_filter(struct intervals **map, bool (*keep)(void *interval, void *arg), void *arg)
{
	struct intervals *own;
	uint32_t l = 0;

	if (!*map)
		return 0;
	if (own_index(map, NULL))
		return -ENOMEM;
	own = *map;
	own->nr = 0;
	while (l < own->nr_leaves) {
		if (filter_leaf(own, l, keep, arg))
			return -ENOMEM;
		if (own->leaf[l]->nr)
			l++;
		else
			remove_leaf(own, l);
	}
	return 0;
}

/*
 * intervals_visit - call @look for each interval; within one @visit, which is not 0, a
 * shared leaf is visited once
 */
void intervals_visit(const struct intervals *map, uint32_t visit,
		     void (*look)(void *arg, const void *interval), void *arg)
{
	uint32_t l, i;

	for (l = 0; map && l < map->nr_leaves; l++) {
		struct interval_leaf *leaf = map->leaf[l];

		if (leaf->visit == visit)
			continue;
		leaf->visit = visit;
		for (i = 0; i < leaf->nr; i++)
			look(arg, leaf_at(map->kind, leaf, i));
	}
}
