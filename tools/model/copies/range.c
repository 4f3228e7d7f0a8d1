// SPDX-License-Identifier: GPL-2.0
/* Which bytes of a process's memory came in by which hop. */
#include "model/copies/range.h"

#include <errno.h>
#include <string.h>

#include "lib/pool.h"
#include "model/copies/checksum.h"

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

/* ---- fingerprints ---- */

static bool is_inside(const struct point *point, uint64_t start, uint64_t end)
{
	return point->at >= start && point->at < end && point->bytes <= end - point->at;
}

static bool has_points(const struct range *range)
{
	return range->point[0].hash || range->point[1].hash || range->point[2].hash || range->sums;
}

/* Remove words that do not lie in the range any more. */
static void trim_points(struct range *range)
{
	uint32_t i;

	for (i = 0; i < PRINTS_MAX; i++)
		if (!is_inside(&range->point[i], range->at.start, range->at.end))
			range->point[i].hash = 0;
}

/* Point @i of an operation, moved to a place that begins at @start. */
static struct point point_at(const struct points_view *points, uint32_t i, uint64_t start)
{
	struct point point = points->v[i];

	if (point.at < points->first)
		point.hash = 0;
	point.at += start - points->first;
	return point;
}

/* Store in @range the operation's words that lie in it. */
static void set_points(struct range *range, const struct points_view *points)
{
	uint32_t i, nr = 0;

	for (i = 0; points && i < points->nr && nr < PRINTS_MAX; i++) {
		struct point point = point_at(points, i, range->at.start);

		if (point.hash && is_inside(&point, range->at.start, range->at.end))
			range->point[nr++] = point;
	}
}

/* The fingerprint of the word of @point that is known of @found, or NULL. */
static const struct point *known_point(const struct range *found, const struct point *point)
{
	uint32_t i;

	for (i = 0; i < PRINTS_MAX; i++)
		if (found->point[i].hash && found->point[i].at == point->at &&
		    found->point[i].bytes == point->bytes)
			return &found->point[i];
	return NULL;
}

/* What the words of @bytes bytes that were compared have shown, as long as none differs. */
struct agreement {
	uint64_t bytes;
	uint64_t first_at;	/* of the first word that agreed */
	uint32_t nr;		/* words that agreed */
	bool is_whole;		/* one word has all the bytes */
	bool is_varied;		/* one word is not constant */
};

static void add_agreeing(struct agreement *agreement, const struct point *point)
{
	if (!agreement->nr)
		agreement->first_at = point->at;
	if (!agreement->nr || point->at != agreement->first_at)
		agreement->nr++;
	agreement->is_whole |= point->bytes >= agreement->bytes;
	agreement->is_varied |= !print_is_constant(point->hash, point->bytes);
}

/*
 * Compare bytes @start ... @end of range @found with what the operation moves; its
 * place begins at @from.
 *
 * One word of many that agrees proves nothing: programs change headers behind a
 * magic number. Two do, with change_doubt().
 */
static enum print_match match_points(const struct range *found, uint64_t start, uint64_t end,
				     const struct points_view *points, uint64_t from)
{
	struct agreement agreement = { .bytes = end - start };
	uint32_t i;

	if (!points || !points->nr || !has_points(found))
		return PRINTS_UNKNOWN;
	for (i = 0; i < points->nr; i++) {
		struct point point = point_at(points, i, from);
		const struct point *known;

		if (!point.hash || !is_inside(&point, start, end))
			continue;
		known = known_point(found, &point);
		if (known && known->hash != point.hash)
			return PRINTS_DIFFER;
		if (known)
			add_agreeing(&agreement, &point);
	}
	if (agreement.is_varied && (agreement.is_whole || agreement.nr > 1))
		return PRINTS_AGREE;
	return PRINTS_UNKNOWN;
}

/* ---- ranges ---- */

static bool continues_range(const struct range *a, const struct range *b)
{
	return a->at.end == b->at.start && a->hop == b->hop &&
	       !memcmp(a->passed_to, b->passed_to, sizeof(a->passed_to));
}

/* Reduce a range to @start ... @end, with the words that lie there. */
static void cut_range(void *interval, uint64_t start, uint64_t end)
{
	struct range *range = interval;

	range->at = (struct interval){ start, end };
	trim_points(range);
}

static const struct interval_kind range_kind = { .bytes = sizeof(struct range), .cut = cut_range };

_Static_assert(sizeof(struct range) <= INTERVAL_BYTES_MAX, "a range is a small interval");

/* Join the range at @spot, which no one else shares, with the one before it. */
static int join_before(struct ranges *ranges, struct interval_spot spot)
{
	const struct range *range = intervals_at(ranges->map, spot);
	uint64_t start;
	struct range *own;

	if (!spot.i || has_points(range - 1) || has_points(range) ||
	    !continues_range(range - 1, range))
		return 0;
	start = range[-1].at.start;
	own = intervals_edit(&ranges->map, spot);
	if (!own)
		return -ENOMEM;
	own->at.start = start;
	return intervals_remove(&ranges->map, (struct interval_spot){ spot.leaf, spot.i - 1 });
}

/*
 * State for filters: the range before, for joining neighbours; the oldest age to
 * keep, for forgetting.
 */
struct thinning {
	struct range *before;
	uint32_t limit;
};

static bool keep_apart(void *interval, void *arg)
{
	struct range *range = interval;
	struct thinning *thinning = arg;
	struct range *before = thinning->before;

	if (!before || !continues_range(before, range)) {
		thinning->before = range;
		return true;
	}
	before->at.end = range->at.end;
	memset(before->point, 0, sizeof(before->point));
	before->sums = 0;
	return false;
}

static bool keep_young(void *interval, void *arg)
{
	const struct range *range = interval;
	const struct thinning *thinning = arg;

	return (int32_t)(range->age - thinning->limit) >= 0;
}

static bool keep_none(void *interval, void *arg)
{
	(void)interval;
	(void)arg;
	return false;
}

/*
 * Reduce the number of ranges: first join neighbours, which loses fingerprints;
 * then forget the older half.
 */
static int thin_out(struct ranges *ranges)
{
	struct thinning thinning = { .limit = ranges->clock - RANGES_MAX / 2 };
	int err;

	err = intervals_filter(&ranges->map, keep_apart, &thinning);
	if (err || ranges->map->nr <= RANGES_MAX / 4 * 3)
		return err;
	ranges->has_forgotten = true;
	err = intervals_filter(&ranges->map, keep_young, &thinning);
	if (err || ranges->map->nr <= RANGES_MAX / 4 * 3)
		return err;
	return intervals_filter(&ranges->map, keep_none, NULL);
}

/* Let @range replace all ranges at its addresses. */
static int cover_ranges(struct ranges *ranges, const struct range *range)
{
	uint64_t start = range->at.start, end = range->at.end;
	struct interval_spot spot = intervals_after(ranges->map, start);
	const struct range *found = intervals_at(ranges->map, spot);
	struct range *same;
	int err;

	if (found && found->at.start == start && found->at.end == end) {
		same = intervals_edit(&ranges->map, spot);
		if (!same)
			return -ENOMEM;
		*same = *range;
		return join_before(ranges, spot);
	}
	err = intervals_clear(&ranges->map, start, end);
	if (err)
		return err;
	if (ranges->map && ranges->map->nr >= RANGES_MAX) {
		err = thin_out(ranges);
		if (err)
			return err;
	}
	err = intervals_insert(&ranges->map, &range_kind, range);
	return err ? err : join_before(ranges, intervals_after(ranges->map, start));
}

/* ranges_copy - let @ranges, which are empty, be those of @from */
void ranges_copy(struct ranges *ranges, const struct ranges *from)
{
	*ranges = *from;
	intervals_get(ranges->map);
}

/* ranges_drop - free what @ranges need; they are empty then */
void ranges_drop(struct ranges *ranges)
{
	intervals_put(ranges->map);
	*ranges = (struct ranges){ 0 };
}

/**
 * ranges_set - hop @hop brought in @bytes from @start on
 * @points: fingerprints of the operation that brought the bytes, or NULL
 *
 * Return: 0 or -ENOMEM.
 */
int ranges_set(struct ranges *ranges, uint64_t start, uint64_t bytes, uint32_t hop,
	       const struct points_view *points)
{
	struct range range = { .at = { start, start + bytes }, .hop = hop, .age = ranges->clock };

	if (!bytes || range.at.end < start)
		return 0;
	set_points(&range, points);
	if (points && points->nr_sums &&
	    sum_store_add(points->store, points->sum, points->nr_sums, points->first, start, bytes,
			  &range.sums))
		return -ENOMEM;
	if (cover_ranges(ranges, &range))
		return -ENOMEM;
	ranges->clock++;
	return 0;
}

/**
 * ranges_forget - @bytes from @start on were overwritten
 * Return: 0 or -ENOMEM.
 */
int ranges_forget(struct ranges *ranges, uint64_t start, uint64_t bytes)
{
	return ranges->map && ranges->map->nr ? ranges_set(ranges, start, bytes, 0, NULL) : 0;
}

/**
 * ranges_have - true if a hop brought the byte at @start
 * @until: lowered to the end of the addresses for which the result is valid
 */
bool ranges_have(const struct ranges *ranges, uint64_t start, uint64_t *until)
{
	const struct range *next = intervals_next(ranges->map, start);

	if (!next || next->at.start >= *until)
		return false;
	if (next->at.start > start) {
		*until = next->at.start;
		return false;
	}
	if (next->at.end < *until)
		*until = next->at.end;
	return next->hop;
}

/* ---- what is passed on ---- */

static bool has_passed(const struct range *range, uint32_t to)
{
	uint32_t i;

	for (i = 0; i < RANGE_NR_PASSED; i++)
		if (range->passed_to[i] == to)
			return true;
	return false;
}

/* Mark the part of @found at @start ... @end as passed on to @to. */
static int pass_range(struct ranges *ranges, const struct range *found, uint64_t start,
		      uint64_t end, uint32_t to)
{
	struct range part = *found;

	memmove(part.passed_to + 1, part.passed_to,
		(RANGE_NR_PASSED - 1) * sizeof(part.passed_to[0]));
	part.passed_to[0] = to;
	cut_range(&part, start, end);
	return cover_ranges(ranges, &part);
}

/*
 * Pass bytes @start ... @end, all of range @found, to @to; @match says whether they
 * are the bytes that the range describes.
 */
static int pass_part(struct ranges *ranges, const struct range *found, uint64_t start,
		     uint64_t end, uint32_t to, enum print_match match, bool is_proven,
		     struct pieces *out)
{
	struct piece piece = { .bytes = end - start, .is_proven = is_proven };
	int err;

	if (!found->hop)
		return pieces_add(out, &piece);
	if (match == PRINTS_DIFFER) {
		piece.changed = found->passed_to[0] ? 0 : found->hop;
		err = pieces_add(out, &piece);
		return err ? err : ranges_forget(ranges, start, end - start);
	}
	piece.is_again = has_passed(found, to);
	if (piece.is_again)
		return pieces_add(out, &piece);
	piece.hop = found->hop;
	piece.grade = match == PRINTS_AGREE ? GRADE_EXACT : GRADE_ADDRESS;
	piece.fresh_bytes = found->passed_to[0] ? 0 : piece.bytes;
	err = pieces_add(out, &piece);
	return err ? err : pass_range(ranges, found, start, end, to);
}

/*
 * Pass bytes @start ... @end of range @found to @to, by an operation whose place
 * begins at @from. If both sides have checksums, fingerprints prove nothing more:
 * they can only show a difference.
 */
static int pass_found(struct ranges *ranges, const struct range *found, uint64_t start,
		      uint64_t end, uint32_t to, const struct points_view *points, uint64_t from,
		      struct pieces *out)
{
	const struct checksums *known = points && points->nr_sums ?
				   sum_store_get(points->store, found->sums) : NULL;
	int err = 0;

	if (!known)
		return pass_part(ranges, found, start, end, to,
				 match_points(found, start, end, points, from), false, out);
	while (start < end && !err) {
		struct sum_run run = sums_compare(known, points->sum, points->nr_sums,
						  points->first, from, start, end);

		if (!run.is_compared &&
		    match_points(found, start, run.end, points, from) == PRINTS_DIFFER)
			run.match = PRINTS_DIFFER;
		err = pass_part(ranges, found, start, run.end, to, run.match, run.is_compared, out);
		start = run.end;
	}
	return err;
}

/**
 * ranges_pass - find where @bytes from @start on came from, and pass them on
 * @to: object that the bytes go to
 * @points: fingerprints of the operation that passes the bytes on, or NULL; bytes
 *	that have changed get no origin and are forgotten
 * @out: the pieces are appended here, in order
 *
 * Return: 0 or -ENOMEM.
 */
int ranges_pass(struct ranges *ranges, uint64_t start, uint64_t bytes, uint32_t to,
		const struct points_view *points, struct pieces *out)
{
	uint64_t end = start + bytes < start ? UINT64_MAX : start + bytes, from = start;
	int err = 0;

	while (start < end && !err) {
		const struct range *next = intervals_next(ranges->map, start);
		uint64_t until = next && next->at.start < end ? next->at.start : end;
		struct piece none = { .bytes = until - start };

		if (next && next->at.start <= start) {
			struct range found = *next;

			until = found.at.end < end ? found.at.end : end;
			err = pass_found(ranges, &found, start, until, to, points, from, out);
		} else {
			err = pieces_add(out, &none);
		}
		start = until;
	}
	return err;
}
