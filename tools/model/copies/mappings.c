// SPDX-License-Identifier: GPL-2.0
/*
 * Where shared memory and files lie in a process's address space.
 */
#include "model/copies/mappings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAPPINGS_FIRST	8U

struct mappings *mappings_get(struct mappings *mappings)
{
	if (mappings)
		mappings->nr_sharing++;
	return mappings;
}

void mappings_put(struct mappings *mappings)
{
	if (mappings && !--mappings->nr_sharing)
		free(mappings);
}

/* Get a copy of @mappings that no other process shares, with room for two more. */
static int make_own(struct mappings **mappings)
{
	struct mappings *old = *mappings, *own;
	uint32_t nr = old ? old->nr : 0;
	uint32_t cap = old ? old->cap : MAPPINGS_FIRST;

	if (nr + 2 > cap)
		cap *= 2;
	if (old && old->nr_sharing == 1 && cap == old->cap)
		return 0;
	own = malloc(sizeof(*own) + cap * sizeof(*own->v));
	if (!own)
		return -ENOMEM;
	*own = (struct mappings){ .nr_sharing = 1, .nr = nr, .cap = cap };
	if (nr)
		memcpy(own->v, old->v, nr * sizeof(*own->v));
	mappings_put(old);
	*mappings = own;
	return 0;
}

/* Index of the first mapping that ends after @address. */
static uint32_t first_after(const struct mappings *mappings, uint64_t address)
{
	uint32_t low = 0, high = mappings->nr;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (mappings->v[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* mappings_next - the mapping at @address, or the first one after it; NULL = none */
const struct mapping *mappings_next(const struct mappings *mappings, uint64_t address)
{
	uint32_t i;

	if (!mappings)
		return NULL;
	i = first_after(mappings, address);
	return i < mappings->nr ? &mappings->v[i] : NULL;
}

/* Replace mappings @first ... @last - 1 by the @nr mappings @with. */
static void replace_mappings(struct mappings *mappings, uint32_t first, uint32_t last,
			     const struct mapping *with, uint32_t nr)
{
	memmove(mappings->v + first + nr, mappings->v + last,
		(mappings->nr - last) * sizeof(*with));
	memcpy(mappings->v + first, with, nr * sizeof(*with));
	mappings->nr = mappings->nr - (last - first) + nr;
}

/* Replace the mappings at @start ... @end by @middle, or by nothing if it is NULL. */
static int cover_addresses(struct mappings **mappings, uint64_t start, uint64_t end,
			   const struct mapping *middle)
{
	uint32_t first, last, nr = 0;
	struct mapping with[3];
	struct mappings *own;
	int err;

	err = make_own(mappings);
	if (err)
		return err;
	own = *mappings;
	first = first_after(own, start);
	for (last = first; last < own->nr && own->v[last].start < end; last++)
		;
	if (last > first && own->v[first].start < start) {
		with[nr] = own->v[first];
		with[nr++].end = start;
	}
	if (middle)
		with[nr++] = *middle;
	if (last > first && own->v[last - 1].end > end) {
		with[nr] = own->v[last - 1];
		with[nr].offset += end - with[nr].start;
		with[nr++].start = end;
	}
	replace_mappings(own, first, last, with, nr);
	return 0;
}

/**
 * mappings_set - add a mapping; it replaces what was mapped at its addresses
 * Return: 0 or -ENOMEM.
 */
int mappings_set(struct mappings **mappings, const struct mapping *mapping)
{
	if (mapping->start >= mapping->end || (*mappings && (*mappings)->nr >= MAPPINGS_MAX))
		return 0;
	return cover_addresses(mappings, mapping->start, mapping->end, mapping);
}

/**
 * mappings_clear - remove the mappings at @start ... @end
 * Return: 0 or -ENOMEM.
 */
int mappings_clear(struct mappings **mappings, uint64_t start, uint64_t end)
{
	const struct mapping *next = mappings_next(*mappings, start);

	if (start >= end || !next || next->start >= end)
		return 0;
	return cover_addresses(mappings, start, end, NULL);
}
