// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table from 64-bit keys to numbers of objects.
 */
#include "lib/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static struct map_slot *find_slot(const struct map *map, uint64_t key)
{
	uint32_t i = map_hash(key) & map->mask;

	while (map->slot[i].number && map->slot[i].key != key)
		i = (i + 1) & map->mask;
	return &map->slot[i];
}

/**
 * map_get - the number stored for @key
 * Return: the number, 0 if there is none.
 */
uint32_t map_get(const struct map *map, uint64_t key)
{
	return map->slot ? find_slot(map, key)->number : 0;
}

static int grow_table(struct map *map)
{
	struct map grown = { .nr = map->nr, .mask = map->mask ? map->mask * 2 + 1 : 15 };
	uint32_t i;

	if (grown.mask == UINT32_MAX)
		return -ENOMEM;
	grown.slot = calloc((size_t)grown.mask + 1, sizeof(*grown.slot));
	if (!grown.slot)
		return -ENOMEM;
	for (i = 0; map->slot && i <= map->mask; i++)
		if (map->slot[i].number)
			*find_slot(&grown, map->slot[i].key) = map->slot[i];
	free(map->slot);
	*map = grown;
	return 0;
}

/**
 * map_set - store @number, which is not 0, for @key
 * Return: 0 or -ENOMEM.
 */
int map_set(struct map *map, uint64_t key, uint32_t number)
{
	struct map_slot *slot;

	if ((!map->slot || map->nr > map->mask / 3 * 2) && grow_table(map))
		return -ENOMEM;
	slot = find_slot(map, key);
	map->nr += !slot->number;
	*slot = (struct map_slot){ .key = key, .number = number };
	return 0;
}

/*
 * True if the entry in slot @from, whose home slot is @home, can move to free slot
 * @i: slot @i lies on the probe sequence from @home to @from.
 */
static bool can_move(uint32_t home, uint32_t from, uint32_t i, uint32_t mask)
{
	return ((from - home) & mask) >= ((from - i) & mask);
}

/* map_remove - remove the number stored for @key */
void map_remove(struct map *map, uint64_t key)
{
	struct map_slot *slot = map->slot ? find_slot(map, key) : NULL;
	uint32_t i, from;

	if (!slot || !slot->number)
		return;
	i = slot - map->slot;
	for (from = (i + 1) & map->mask; map->slot[from].number; from = (from + 1) & map->mask) {
		if (!can_move(map_hash(map->slot[from].key) & map->mask, from, i, map->mask))
			continue;
		map->slot[i] = map->slot[from];
		i = from;
	}
	map->slot[i] = (struct map_slot){ 0 };
	map->nr--;
}

/**
 * map_filter - remove the entries for which @keep returns false
 * Return: 0 or -ENOMEM.
 */
int map_filter(struct map *map, bool (*keep)(void *arg, uint64_t key, uint32_t number), void *arg)
{
	struct map kept = { 0 };
	uint32_t i;
	int err = 0;

	for (i = 0; map->slot && i <= map->mask && !err; i++) {
		const struct map_slot *slot = &map->slot[i];

		if (slot->number && keep(arg, slot->key, slot->number))
			err = map_set(&kept, slot->key, slot->number);
	}
	map_deinit(err ? &kept : map);
	if (!err)
		*map = kept;
	return err;
}

void map_deinit(struct map *map)
{
	free(map->slot);
	*map = (struct map){ 0 };
}
