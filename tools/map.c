// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table from 64-bit keys to numbers of objects.
 */
#include "map.h"

#include <errno.h>
#include <stdlib.h>

static struct map_slot *find(const struct map *map, uint64_t key)
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
	return map->slot ? find(map, key)->number : 0;
}

static int grow(struct map *map)
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
			*find(&grown, map->slot[i].key) = map->slot[i];
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

	if ((!map->slot || map->nr > map->mask / 3 * 2) && grow(map))
		return -ENOMEM;
	slot = find(map, key);
	map->nr += !slot->number;
	*slot = (struct map_slot){ .key = key, .number = number };
	return 0;
}

void map_deinit(struct map *map)
{
	free(map->slot);
	*map = (struct map){ 0 };
}
