// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of one size, numbered from 1, that never move.
 */
#include "lib/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * array_reserve - make room for @nr elements (at least one) of @size bytes
 * @cap: number of elements that @array has room for; updated
 *
 * Return: the array, possibly at another address; NULL without memory, and then
 * @array is unchanged.
 */
void *array_reserve(void *array, uint32_t *cap, uint32_t nr, size_t size)
{
	uint32_t grown = *cap ? *cap : 8;

	if (nr <= *cap)
		return array;
	while (grown < nr) {
		if (grown > UINT32_MAX / 2)
			return NULL;
		grown *= 2;
	}
	array = reallocarray(array, grown, size);
	if (array)
		*cap = grown;
	return array;
}

/* array_reserve_zeroed - like array_reserve(), and set all new elements to 0 */
void *array_reserve_zeroed(void *array, uint32_t *cap, uint32_t nr, size_t size)
{
	uint32_t old = *cap;
	char *grown = array_reserve(array, cap, nr, size);

	if (grown)
		memset(grown + old * size, 0, (*cap - old) * size);
	return grown;
}

static int add_chunk(struct pool *pool)
{
	char **grown, *chunk;

	grown = array_reserve(pool->chunk, &pool->nr_chunks, (pool->nr >> POOL_SHIFT) + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	pool->chunk = grown;
	chunk = calloc(POOL_CHUNK, pool->size);
	if (!chunk)
		return -ENOMEM;
	pool->chunk[pool->nr >> POOL_SHIFT] = chunk;
	return 0;
}

/**
 * pool_add - allocate a zeroed object
 * @ret: set to the number of the object
 * Return: the object, or NULL without memory.
 */
void *pool_add(struct pool *pool, uint32_t *ret)
{
	if (pool->nr_free) {
		*ret = pool->free[--pool->nr_free];
		return pool_at(pool, *ret);
	}
	if (pool->nr == UINT32_MAX)
		return NULL;
	if (!(pool->nr & (POOL_CHUNK - 1)) && add_chunk(pool))
		return NULL;
	*ret = pool->nr++;
	return pool_at(pool, *ret);
}

/**
 * pool_reach - get object @number; a new one is allocated, with all objects before
 * it
 *
 * Only for pools that share their numbers with another pool.
 *
 * Return: the object, or NULL without memory.
 */
void *pool_reach(struct pool *pool, uint32_t number)
{
	uint32_t last;

	while (pool->nr <= number)
		if (!pool_add(pool, &last))
			return NULL;
	return pool_at(pool, number);
}

/**
 * pool_free - free object @number, to which nothing refers; the number may be used
 * again
 *
 * Not for pools that share their numbers with another pool.
 *
 * Return: 0 or -ENOMEM.
 */
int pool_free(struct pool *pool, uint32_t number)
{
	uint32_t *grown;

	grown = array_reserve(pool->free, &pool->cap_free, pool->nr_free + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	pool->free = grown;
	grown[pool->nr_free++] = number;
	memset(pool_at(pool, number), 0, pool->size);
	return 0;
}

int pool_init(struct pool *pool, size_t size)
{
	uint32_t none;

	*pool = (struct pool){ .size = size };
	return pool_add(pool, &none) ? 0 : -ENOMEM;
}

void pool_deinit(struct pool *pool)
{
	uint32_t i;

	for (i = 0; i < (pool->nr + POOL_CHUNK - 1) >> POOL_SHIFT; i++)
		free(pool->chunk[i]);
	free(pool->chunk);
	free(pool->free);
	*pool = (struct pool){ 0 };
}

/**
 * sparse_reach - get the object of @number; a new object is zeroed
 * Return: the object, or NULL without memory.
 */
void *sparse_reach(struct sparse *sparse, uint32_t number)
{
	void **grown;

	grown = array_reserve_zeroed(sparse->v, &sparse->nr, number + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	sparse->v = grown;
	if (!sparse->v[number])
		sparse->v[number] = calloc(1, sparse->size);
	return sparse->v[number];
}

/* sparse_drop - free the object of @number, if there is one */
void sparse_drop(struct sparse *sparse, uint32_t number)
{
	if (number >= sparse->nr)
		return;
	free(sparse->v[number]);
	sparse->v[number] = NULL;
}

void sparse_deinit(struct sparse *sparse)
{
	uint32_t i;

	for (i = 0; i < sparse->nr; i++)
		free(sparse->v[i]);
	free(sparse->v);
	*sparse = (struct sparse){ 0 };
}
