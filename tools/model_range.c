// SPDX-License-Identifier: GPL-2.0
/*
 * Which bytes of a process's memory came in by which hop.
 */
#include "model_range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define RANGES_FIRST	8U

int pieces_add(struct pieces *pieces, const struct piece *piece)
{
	struct piece *grown;

	grown = array_reserve(pieces->v, &pieces->cap, pieces->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	pieces->v = grown;
	grown[pieces->nr++] = *piece;
	return 0;
}

struct ranges *ranges_get(struct ranges *ranges)
{
	if (ranges)
		ranges->nr_sharing++;
	return ranges;
}

void ranges_put(struct ranges *ranges)
{
	if (ranges && !--ranges->nr_sharing)
		free(ranges);
}

static size_t ranges_size(uint32_t cap)
{
	return sizeof(struct ranges) + cap * sizeof(struct range);
}

/* Forget the older half. */
static void forget_oldest(struct ranges *ranges)
{
	uint32_t limit = ranges->clock - RANGES_MAX / 2;
	uint32_t i, nr = 0;

	for (i = 0; i < ranges->nr; i++)
		if ((int32_t)(ranges->v[i].age - limit) >= 0)
			ranges->v[nr++] = ranges->v[i];
	ranges->nr = nr <= ranges->cap / 4 * 3 ? nr : 0;
	ranges->has_forgotten = true;
}

/* Make @ranges ours alone, with room for two more. */
static int make_own(struct ranges **ranges)
{
	struct ranges *old = *ranges, *own;
	uint32_t cap = old ? old->cap : RANGES_FIRST;

	if (old && old->nr + 2 > old->cap && old->nr_sharing == 1 && old->cap >= RANGES_MAX)
		forget_oldest(old);
	if (old && old->nr + 2 > old->cap)
		cap *= 2;
	if (old && old->nr_sharing == 1 && cap == old->cap)
		return 0;
	if (old && old->nr_sharing == 1) {
		own = realloc(old, ranges_size(cap));
		if (!own)
			return -ENOMEM;
	} else {
		own = calloc(1, ranges_size(cap));
		if (!own)
			return -ENOMEM;
		if (old)
			memcpy(own, old, ranges_size(old->nr));
		own->nr_sharing = 1;
		ranges_put(old);
	}
	own->cap = cap;
	*ranges = own;
	return 0;
}

/* index of the first range that ends after @address */
static uint32_t first_after(const struct ranges *ranges, uint64_t address)
{
	uint32_t low = 0, high = ranges->nr;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (ranges->v[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Put @nr ranges @with in the place of ranges @first ... @last - 1. */
static void replace(struct ranges *ranges, uint32_t first, uint32_t last,
		    const struct range *with, uint32_t nr)
{
	memmove(ranges->v + first + nr, ranges->v + last,
		(ranges->nr - last) * sizeof(*with));
	if (nr)
		memcpy(ranges->v + first, with, nr * sizeof(*with));
	ranges->nr = ranges->nr - (last - first) + nr;
}

static bool continues(const struct range *a, const struct range *b)
{
	return a->end == b->start && a->hop == b->hop && a->passed_to == b->passed_to;
}

/* Join range @i with its neighbours where they are alike. */
static void join(struct ranges *ranges, uint32_t i)
{
	if (i + 1 < ranges->nr && continues(&ranges->v[i], &ranges->v[i + 1])) {
		ranges->v[i].end = ranges->v[i + 1].end;
		replace(ranges, i + 1, i + 2, NULL, 0);
	}
	if (i && continues(&ranges->v[i - 1], &ranges->v[i])) {
		ranges->v[i - 1].end = ranges->v[i].end;
		ranges->v[i - 1].age = ranges->v[i].age;
		replace(ranges, i, i + 1, NULL, 0);
	}
}

/* Let @range replace all that lies under it. */
static void cover(struct ranges *ranges, const struct range *range)
{
	uint32_t first = first_after(ranges, range->start);
	uint32_t last = first, nr = 0, at;
	struct range with[3];

	while (last < ranges->nr && ranges->v[last].start < range->end)
		last++;
	if (last > first && ranges->v[first].start < range->start) {
		with[nr] = ranges->v[first];
		with[nr++].end = range->start;
	}
	at = first + nr;
	with[nr++] = *range;
	if (last > first && ranges->v[last - 1].end > range->end) {
		with[nr] = ranges->v[last - 1];
		with[nr++].start = range->end;
	}
	replace(ranges, first, last, with, nr);
	join(ranges, at);
}

/**
 * ranges_set - @bytes from @start on came in by @hop
 * Return: 0 or -ENOMEM.
 */
int ranges_set(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t hop)
{
	struct range range = { .start = start, .end = start + bytes, .hop = hop };
	int err;

	if (!bytes || range.end < start)
		return 0;
	err = make_own(ranges);
	if (err)
		return err;
	range.age = (*ranges)->clock++;
	cover(*ranges, &range);
	return 0;
}

/**
 * ranges_forget - @bytes from @start on were overwritten
 * Return: 0 or -ENOMEM.
 */
int ranges_forget(struct ranges **ranges, uint64_t start, uint64_t bytes)
{
	return *ranges && (*ranges)->nr ? ranges_set(ranges, start, bytes, 0) : 0;
}

/* Mark the part of range @i within @start ... @end as passed on to @to. */
static int pass_range(struct ranges **ranges, uint32_t i, uint64_t start, uint64_t end,
		      uint32_t to)
{
	struct range part = (*ranges)->v[i];
	int err = make_own(ranges);

	if (err)
		return err;
	part.start = start;
	part.end = end;
	part.passed_to = to;
	cover(*ranges, &part);
	return 0;
}

/* What is known of bytes @start ... @end, all of range @found. */
static struct piece piece_of(const struct range *found, uint64_t start, uint64_t end, uint32_t to)
{
	struct piece piece = { .bytes = end - start };

	piece.is_again = found->hop && found->passed_to == to;
	if (!found->hop || piece.is_again)
		return piece;
	piece.hop = found->hop;
	piece.fresh_bytes = found->passed_to ? 0 : piece.bytes;
	return piece;
}

/**
 * ranges_pass - where @bytes from @start on came from, as they are passed on
 * @to: the object they go to
 * @out: the pieces in order are appended to it
 *
 * Return: 0 or -ENOMEM.
 */
int ranges_pass(struct ranges **ranges, uint64_t start, uint64_t bytes, uint32_t to,
		struct pieces *out)
{
	uint64_t end = start + bytes < start ? UINT64_MAX : start + bytes;
	int err = 0;

	while (start < end && !err) {
		uint32_t i = *ranges ? first_after(*ranges, start) : 0;
		const struct range *found = *ranges && i < (*ranges)->nr ? &(*ranges)->v[i] : NULL;
		uint64_t until = found && found->start < end ? found->start : end;
		struct piece piece = { .bytes = until - start };

		if (found && found->start <= start) {
			until = found->end < end ? found->end : end;
			piece = piece_of(found, start, until, to);
		}
		err = pieces_add(out, &piece);
		if (!err && piece.hop)
			err = pass_range(ranges, i, start, until, to);
		start = until;
	}
	return err;
}
