// SPDX-License-Identifier: GPL-2.0
/*
 * Where shared memory and files lie in a process's address space.
 */
#include "model/copies/mappings.h"

static void cut_mapping(void *interval, uint64_t start, uint64_t end)
{
	struct mapping *mapping = interval;

	mapping->offset = mapping_offset(mapping, start);
	mapping->at = (struct interval){ start, end };
}

static const struct interval_kind mapping_kind = { .bytes = sizeof(struct mapping),
						   .cut = cut_mapping };

/**
 * mappings_set - add a mapping; it replaces what was mapped at its addresses
 * Return: 0 or -ENOMEM.
 */
int mappings_set(struct intervals **mappings, const struct mapping *mapping)
{
	int err;

	if (mapping->at.start >= mapping->at.end ||
	    (*mappings && (*mappings)->nr >= MAPPINGS_MAX))
		return 0;
	err = intervals_clear(mappings, mapping->at.start, mapping->at.end);
	return err ? err : intervals_insert(mappings, &mapping_kind, mapping);
}
