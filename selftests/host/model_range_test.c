// SPDX-License-Identifier: GPL-2.0
/* The ranges of address spaces, compared with a simple model of single bytes. */
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "model/copies/range.h"

#define SPACE		4096U	/* number of addresses */
#define NR_SPACES	3U
#define STEPS		200000U

static uint32_t seed = 1;

static uint32_t random_below(uint32_t nr)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % nr;
}

/* An address space: the hop of each byte, and the ranges under test. */
struct space {
	uint32_t hop[SPACE];
	struct ranges ranges;
};

/* Number of bytes for which ranges_pass() differs from @space. */
static uint32_t differences(struct space *space, uint32_t start, uint32_t bytes, uint32_t to)
{
	struct pieces pieces = { 0 };
	uint32_t at = start, nr_wrong = 0, i;
	uint64_t k;

	if (ranges_pass(&space->ranges, start, bytes, to, NULL, &pieces))
		nr_wrong++;
	for (i = 0; i < pieces.nr; i++)
		for (k = 0; k < pieces.v[i].bytes; k++)
			nr_wrong += space->hop[at++] != pieces.v[i].hop;
	nr_wrong += at != start + bytes;
	free(pieces.v);
	return nr_wrong;
}

static uint32_t count_ranges(const struct intervals *map, uint32_t *nr_unordered)
{
	uint64_t end = 0;
	uint32_t l, i, nr = 0;

	for (l = 0; l < map->nr_leaves; l++) {
		const struct range *range = (const void *)map->leaf[l]->v;

		*nr_unordered += !map->leaf[l]->nr;
		for (i = 0; i < map->leaf[l]->nr; i++, nr++) {
			*nr_unordered += range[i].at.start < end ||
					 range[i].at.end <= range[i].at.start;
			end = range[i].at.end;
		}
	}
	return nr;
}

/* Fill, overwrite, pass on and fork at random. */
static void test_random(void)
{
	static struct space spaces[NR_SPACES];
	uint32_t step, nr_wrong = 0, nr_unordered = 0, nr_passed = 0;

	for (step = 0; step < STEPS; step++) {
		struct space *space = &spaces[random_below(NR_SPACES)];
		struct space *child = &spaces[random_below(NR_SPACES)];
		uint32_t start = random_below(SPACE), i, bytes = 1 + random_below(64);

		if (bytes > SPACE - start)
			bytes = SPACE - start;
		if (random_below(500) == 0 && child != space) {
			ranges_drop(&child->ranges);
			ranges_copy(&child->ranges, &space->ranges);
			memcpy(child->hop, space->hop, sizeof(child->hop));
		} else if (random_below(3) == 0) {
			/* an object of its own, so that no bytes have gone there before */
			nr_wrong += differences(space, start, bytes, step + 1);
			nr_passed += bytes;
		} else {
			uint32_t hop = random_below(5);

			nr_wrong += !!(hop ? ranges_set(&space->ranges, start, bytes, hop, NULL) :
				       ranges_forget(&space->ranges, start, bytes));
			for (i = 0; i < bytes; i++)
				space->hop[start + i] = hop;
		}
		if (space->ranges.map && step % 1000 == 0)
			nr_wrong += count_ranges(space->ranges.map, &nr_unordered) !=
				    space->ranges.map->nr;
	}
	ktap_false(nr_wrong);
	ktap_false(nr_unordered);
	ktap_result("of %u bytes passed on %u have another origin, %u ranges out of order",
		    nr_passed, nr_wrong, nr_unordered);
	for (step = 0; step < NR_SPACES; step++)
		ranges_drop(&spaces[step].ranges);
}

/* The older half is freed, and the newer half stays. */
static void test_forget(void)
{
	struct pieces pieces = { 0 };
	struct ranges ranges = { 0 };
	uint32_t i, nr = RANGES_MAX + 10, most = 0;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		err = ranges_set(&ranges, i * 100ULL, 10, 1 + i, NULL);
		if (ranges.map && ranges.map->nr > most)
			most = ranges.map->nr;
	}
	err = err ?: ranges_pass(&ranges, 0, 10, 7, NULL, &pieces);
	err = err ?: ranges_pass(&ranges, (nr - 1) * 100ULL, 10, 7, NULL, &pieces);
	ktap_false(err);
	ktap_eq(most, RANGES_MAX);
	ktap_true(ranges.has_forgotten);
	ktap_eq(pieces.nr, 2);
	ktap_false(pieces.v[0].hop);
	ktap_eq(pieces.v[1].hop, nr);
	ktap_result("%u ranges at most (%u); the first one is dropped, and that is counted",
		    RANGES_MAX, most);
	free(pieces.v);
	ranges_drop(&ranges);
}

/*
 * Ranges that continue each other are joined, also with fingerprints and when room is
 * short.
 */
static void test_join(void)
{
	struct point point = { .at = 0, .hash = 0x1234, .bytes = 8 };
	struct points_view points = { .v = &point, .nr = 1 };
	struct ranges plain = { 0 }, marked = { 0 };
	uint32_t i;
	int err = 0;

	for (i = 0; i <= RANGES_MAX && !err; i++) {
		err = ranges_set(&plain, i * 100ULL, 100, 1, NULL);
		err = err ?: ranges_set(&marked, i * 100ULL, 100, 1, &points);
	}
	ktap_false(err);
	ktap_eq(plain.map->nr, 1);
	ktap_le(marked.map->nr, 2);
	ktap_false(marked.has_forgotten);
	ktap_result("a buffer that grows is one range (%u; %u with fingerprints, when they are too many)",
		    plain.map->nr, marked.map->nr);
	ranges_drop(&plain);
	ranges_drop(&marked);
}

/* The same with three neighbours that each came by one hop. */
static void test_join_some(void)
{
	struct point point = { .at = 0, .hash = 0x1234, .bytes = 8 };
	struct points_view points = { .v = &point, .nr = 1 };
	struct pieces pieces = { 0 };
	struct ranges ranges = { 0 };
	uint32_t i, nr_wrong = 0, nr;
	int err = 0;

	for (i = 0; i <= RANGES_MAX && !err; i++)
		err = ranges_set(&ranges, i * 100ULL, 100, 1 + i / 3, &points);
	nr = ranges.map->nr;
	for (i = 0; i <= RANGES_MAX && !err; i++) {
		pieces.nr = 0;
		err = ranges_pass(&ranges, i * 100ULL, 100, 7, NULL, &pieces);
		nr_wrong += pieces.nr != 1 || pieces.v[0].hop != 1 + i / 3;
	}
	ktap_false(err);
	ktap_false(nr_wrong);
	ktap_lt(nr, RANGES_MAX / 2);
	ktap_result("joined where they continue, and nowhere else (%u ranges, %u wrong)", nr,
		    nr_wrong);
	free(pieces.v);
	ranges_drop(&ranges);
}

int main(void)
{
	ktap_begin(4);
	test_random();
	test_forget();
	test_join();
	test_join_some();
	return ktap_end();
}
