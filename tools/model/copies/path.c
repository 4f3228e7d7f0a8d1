// SPDX-License-Identifier: GPL-2.0
/*
 * The paths that bytes took.
 *
 * Bytes that go round in a cycle (a ping-pong, make's job server) must not make
 * paths longer forever. Paths grow only through channels, so a path contains each
 * stream once: bytes that come back into a pipe continue at the hop by which they
 * entered it the first time; if another process writes them, they continue at a new
 * hop beside that one. Shared memory holds many things at once and may occur in a
 * path several times, up to a limit.
 *
 * A cycle with an inferred link is no evidence that bytes went round: the path is
 * cut at the link that would close the cycle.
 */
#include "model/copies/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/search.h"

#define FIRST_SLOTS	1024U

static uint32_t key_hash(const struct hop_key *key)
{
	uint64_t a = map_pair(key->before, key->image), b = map_pair(key->from, key->to);

	return map_hash(map_hash(a) + b +
			(key->kind | key->origin << 8 | key->grade << 16 | (uint32_t)key->is_many << 24));
}

static bool key_equal(const struct hop_key *a, const struct hop_key *b)
{
	return a->before == b->before && a->image == b->image && a->from == b->from &&
	       a->to == b->to && a->kind == b->kind && a->origin == b->origin &&
	       a->grade == b->grade && a->is_many == b->is_many;
}

static struct path_slot *find_slot(const struct paths *paths, const struct hop_key *key,
				   uint32_t hash)
{
	uint32_t i = hash & paths->mask;

	while (paths->slot[i].hop &&
	       (paths->slot[i].hash != hash ||
		!key_equal(&hop_at(paths, paths->slot[i].hop)->key, key)))
		i = (i + 1) & paths->mask;
	return &paths->slot[i];
}

static int grow_slots(struct paths *paths)
{
	struct path_slot *old = paths->slot, *grown;
	uint32_t old_nr = paths->mask + 1, i, to;

	grown = calloc((size_t)old_nr * 2, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	paths->slot = grown;
	paths->mask = old_nr * 2 - 1;
	for (i = 0; i < old_nr; i++) {
		if (!old[i].hop)
			continue;
		for (to = old[i].hash & paths->mask; grown[to].hop; to = (to + 1) & paths->mask)
			;
		grown[to] = old[i];
	}
	free(old);
	return 0;
}

static int add_hop(struct paths *paths, const struct hop_key *key, uint32_t hash, uint32_t *ret)
{
	struct hop *hop;

	if (paths->hop.nr > paths->mask / 2 && grow_slots(paths))
		return -ENOMEM;
	hop = pool_add(&paths->hop, ret);
	if (!hop)
		return -ENOMEM;
	hop->key = *key;
	hop->is_used = true;
	hop->gap_number = paths->gap_number;
	hop->depth = key->before ? hop_at(paths, key->before)->depth + 1 : 0;
	*find_slot(paths, key, hash) = (struct path_slot){ .hash = hash, .hop = *ret };
	return 0;
}

/* paths_find_or_add - find the hop with @key or add it; 0 or -ENOMEM */
int paths_find_or_add(struct paths *paths, const struct hop_key *key, uint32_t *ret)
{
	uint32_t hash = key_hash(key);

	*ret = find_slot(paths, key, hash)->hop;
	return *ret ? 0 : add_hop(paths, key, hash, ret);
}

/* paths_has - true if the path that ends with @last leads into object @to */
bool paths_has(const struct paths *paths, uint32_t last, uint32_t to)
{
	while (last && hop_at(paths, last)->key.to != to)
		last = hop_at(paths, last)->key.before;
	return last;
}

/*
 * Find the hop by which a path enters object key->to, if it does so @max_turns
 * times; else 0. @is_sure: no link from that hop to @key is inferred.
 */
static uint32_t find_entry(const struct paths *paths, const struct hop_key *key,
			   uint32_t max_turns, bool *is_sure)
{
	uint32_t last = key->before, nr = 0;

	*is_sure = key->grade != GRADE_INFERRED;
	for (; last; last = hop_at(paths, last)->key.before) {
		const struct hop_key *hop = &hop_at(paths, last)->key;

		if (hop->to == key->to && ++nr == max_turns)
			return last;
		*is_sure &= hop->grade != GRADE_INFERRED;
	}
	return 0;
}

/* Bytes come back into the pipe that they entered by @entry. */
static int close_cycle(struct paths *paths, struct hop_key *key, uint32_t entry, uint32_t *ret)
{
	const struct hop_key *first = &hop_at(paths, entry)->key;
	int err = 0;

	if (first->image == key->image && first->from == key->from && first->kind == key->kind) {
		*ret = entry;
	} else {
		key->before = first->before;
		key->origin = ORIGIN_CYCLE;
		err = paths_find_or_add(paths, key, ret);
	}
	if (!err)
		hop_at(paths, *ret)->has_cycle = true;
	return err;
}

/* paths_cut - remove the link to the hop before @key */
void paths_cut(struct hop_key *key)
{
	key->before = 0;
	key->origin = ORIGIN_UNKNOWN;
	key->grade = GRADE_EXACT;
}

/*
 * True if the path would be too long with the hop of @key. The limit is lower for a
 * hop out of a process's memory, so that a path ends in memory, where bytes count as
 * delivered, rather than in a stream.
 */
static bool is_too_long(const struct paths *paths, const struct hop_key *key)
{
	uint32_t depth = hop_at(paths, key->before)->depth + 1U;

	return key->before && (depth >= PATH_DEPTH_MAX ||
			       (key->from == OBJECT_MEMORY && depth >= PATH_DEPTH_MAX - 1));
}

/**
 * paths_extend - find the hop with @key or add it
 * @max_turns: times that a path may lead into key->to, 0 = any number
 *
 * Return: 0, 1 (the path ends with the hop before, and a new path begins) or
 * -ENOMEM.
 */
int paths_extend(struct paths *paths, const struct hop_key *key, uint32_t max_turns,
		 uint32_t *ret)
{
	struct hop_key wanted = *key;
	uint32_t entry = 0;
	bool is_sure, is_cut;
	int err;

	if (max_turns && key->before)
		entry = find_entry(paths, key, max_turns, &is_sure);
	if (entry && is_sure)
		return close_cycle(paths, &wanted, entry, ret);
	is_cut = entry || is_too_long(paths, &wanted);
	if (is_cut)
		paths_cut(&wanted);
	err = paths_find_or_add(paths, &wanted, ret);
	return err ? err : is_cut;
}

/* paths_reset - set all figures to 0, keep the hops */
void paths_reset(struct paths *paths)
{
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		struct hop *hop = hop_at(paths, i);

		*hop = (struct hop){ .key = hop->key, .depth = hop->depth,
				     .is_used = hop->is_used,
				     .life_bytes = hop->life_bytes,
				     .changed_bytes = hop->changed_bytes,
				     .agreed_bytes = hop->agreed_bytes,
				     .has_unproven = hop->has_unproven,
				     .outcome = hop->outcome };
	}
	paths->folded_delivery_bytes = 0;
}

/* ---- gaps ---- */

/* Merge each two consecutive gaps into one: only PATH_GAPS_MAX gaps are kept. */
static void merge_gaps(struct paths *paths)
{
	uint32_t i;

	for (i = 0; i < PATH_GAPS_MAX / 2; i++)
		paths->gap[i] = (struct path_gap){ .begin_ns = paths->gap[2 * i].begin_ns,
						   .number = paths->gap[2 * i + 1].number };
	paths->nr_gaps = PATH_GAPS_MAX / 2;
}

/**
 * paths_mark_gap - records from @begin_ns until now are missing
 *
 * A hop is compared with the gaps when it takes bytes again, or at the end: of the
 * gaps marked since the last comparison, the one that began first decides.
 * Therefore a gap is not needed any more when a later one began before it. A gap
 * that began after the last bytes that any hop took, as it does when records are in
 * order, affects no hop.
 */
void paths_mark_gap(struct paths *paths, uint64_t begin_ns)
{
	if (begin_ns > paths->last_ns)
		return;
	while (paths->nr_gaps && paths->gap[paths->nr_gaps - 1].begin_ns >= begin_ns)
		paths->nr_gaps--;
	if (paths->nr_gaps == PATH_GAPS_MAX)
		merge_gaps(paths);
	paths->gap[paths->nr_gaps++] = (struct path_gap){ .begin_ns = begin_ns,
							  .number = ++paths->gap_number };
}

static bool is_later_gap(const void *gaps, uint32_t i, uint64_t number)
{
	const struct path_gap *gap = gaps;

	return gap[i].number > number;
}

/*
 * paths_settle_gaps - set has_gap if a gap that was marked since the last
 * comparison began before the hop's last bytes
 */
void paths_settle_gaps(const struct paths *paths, struct hop *hop)
{
	uint32_t first = search_first(paths->gap, 0, paths->nr_gaps, hop->gap_number, is_later_gap);

	hop->has_gap |= first < paths->nr_gaps && hop->last_ns >= paths->gap[first].begin_ns;
	hop->gap_number = paths->gap_number;
}

/* paths_touch - the hop takes bytes at @ns */
void paths_touch(struct paths *paths, struct hop *hop, uint64_t ns)
{
	if (hop->gap_number != paths->gap_number)
		paths_settle_gaps(paths, hop);
	hop->last_ns = ns;
	if (ns > paths->last_ns)
		paths->last_ns = ns;
}

/*
 * An inferred link may turn out to be wrong: bytes were linked by inference to a
 * hop, and later exactly those bytes of the hop were written, so that more bytes
 * went on than came. Then the process made the inferred bytes itself.
 */

/* paths_note_overdrawn - check whether more bytes went on from @hop than came */
void paths_note_overdrawn(struct hop *hop)
{
	hop->is_overdrawn = hop->passed_bytes > hop->bytes;
}

/*
 * paths_revoke - remove an inferred link that is wrong; call paths_note_overdrawn()
 * for all hops before
 */
void paths_revoke(struct paths *paths, struct hop *hop)
{
	struct hop *before = hop_at(paths, hop->key.before);

	if (hop->key.grade != GRADE_INFERRED || !before->is_overdrawn)
		return;
	before->passed_bytes -= hop->bytes < before->passed_bytes ? hop->bytes :
								    before->passed_bytes;
	paths_cut(&hop->key);
	hop->key.origin = ORIGIN_MADE;
}

/* paths_by_depth - list all hops, each after the hop before it; NULL without memory */
uint32_t *paths_by_depth(const struct paths *paths, uint32_t *nr)
{
	uint32_t *order = malloc(paths->hop.nr * sizeof(*order)), first[PATH_DEPTH_MAX + 1] = { 0 };
	uint32_t i;

	*nr = paths->hop.nr - 1;
	if (!order)
		return NULL;
	for (i = 1; i <= *nr; i++)
		first[hop_at(paths, i)->depth + 1]++;
	for (i = 1; i <= PATH_DEPTH_MAX; i++)
		first[i] += first[i - 1];
	for (i = 1; i <= *nr; i++)
		order[first[hop_at(paths, i)->depth]++] = i;
	return order;
}

/* paths_settle_hop - compute where the bytes of @hop ended; it takes no more bytes */
void paths_settle_hop(struct paths *paths, struct hop *hop)
{
	hop->depth = hop->key.before ? hop_at(paths, hop->key.before)->depth + 1 : 0;
	paths_settle_gaps(paths, hop);
	hop->end_bytes = hop->bytes > hop->passed_bytes ? hop->bytes - hop->passed_bytes : 0;
	hop->below_bytes = hop->end_bytes + hop->apart_below_bytes;
	hop->delivered_bytes = hop->apart_delivered_bytes;
	if (hop->outcome == OUTCOME_DELIVERED)
		hop->delivered_bytes += hop->end_bytes;
}

/**
 * paths_settle - compute where the bytes ended, after the last record
 * Return: 0 or -ENOMEM.
 */
int paths_settle(struct paths *paths)
{
	uint32_t *order, nr, i;

	order = paths_by_depth(paths, &nr);
	if (!order)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		paths_note_overdrawn(hop_at(paths, order[i]));
	for (i = 0; i < nr; i++)
		paths_revoke(paths, hop_at(paths, order[i]));
	for (i = 0; i < nr; i++)
		paths_settle_hop(paths, hop_at(paths, order[i]));
	for (i = nr; i--;) {
		const struct hop *hop = hop_at(paths, order[i]);

		if (hop->key.before)
			hop_add_below(hop_at(paths, hop->key.before), hop);
	}
	free(order);
	return 0;
}

/* paths_index - rebuild the hash table from the existing hops */
void paths_index(struct paths *paths)
{
	uint32_t i;

	memset(paths->slot, 0, ((size_t)paths->mask + 1) * sizeof(*paths->slot));
	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop_key *key = &hop_at(paths, i)->key;
		uint32_t hash = key_hash(key);

		if (hop_at(paths, i)->is_used)
			*find_slot(paths, key, hash) = (struct path_slot){ .hash = hash, .hop = i };
	}
}

int paths_init(struct paths *paths)
{
	*paths = (struct paths){ .mask = FIRST_SLOTS - 1 };
	paths->slot = calloc(FIRST_SLOTS, sizeof(*paths->slot));
	if (!paths->slot || pool_init(&paths->hop, sizeof(struct hop))) {
		paths_deinit(paths);
		return -ENOMEM;
	}
	return 0;
}

void paths_deinit(struct paths *paths)
{
	pool_deinit(&paths->hop);
	free(paths->slot);
	*paths = (struct paths){ 0 };
}
