/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects of one size, numbered from 1, that never move in memory. Number 0 is a
 * zeroed object that stands for "none" or "unknown". The number of a freed object
 * is used again for a new object; until then its object is zeroed, too.
 */
#ifndef IPCPROBE_LIB_POOL_H
#define IPCPROBE_LIB_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_SHIFT	6
#define POOL_CHUNK	(1U << POOL_SHIFT)

/**
 * struct pool - objects by number
 * @chunk: arrays of POOL_CHUNK objects
 * @size: size of one object, bytes
 * @nr: numbers ever given out, including 0
 * @nr_chunks: length of @chunk
 * @free: numbers of freed objects
 */
struct pool {
	char **chunk;
	size_t size;
	uint32_t nr;
	uint32_t nr_chunks;
	uint32_t *free;
	uint32_t nr_free;
	uint32_t cap_free;
};

int pool_init(struct pool *pool, size_t size);
void pool_deinit(struct pool *pool);
void *pool_add(struct pool *pool, uint32_t *ret);
void *pool_reach(struct pool *pool, uint32_t number);
int pool_free(struct pool *pool, uint32_t number);

/* Number of objects in use, without number 0. */
static inline uint32_t pool_used(const struct pool *pool)
{
	return pool->nr - 1 - pool->nr_free;
}

/*
 * @number must be less than pool->nr.
 */
static inline void *pool_at(const struct pool *pool, uint32_t number)
{
	return pool->chunk[number >> POOL_SHIFT] + (number & (POOL_CHUNK - 1)) * pool->size;
}

/**
 * struct sparse - array with objects of one size, in which most numbers have no
 * object
 * @v: objects by number, NULL = no object
 * @nr: length of @v
 */
struct sparse {
	void **v;
	uint32_t nr;
	size_t size;
};

void *sparse_reach(struct sparse *sparse, uint32_t number);
void sparse_drop(struct sparse *sparse, uint32_t number);
void sparse_deinit(struct sparse *sparse);

/* The object of @number, NULL = none. */
static inline void *sparse_at(const struct sparse *sparse, uint32_t number)
{
	return number < sparse->nr ? sparse->v[number] : NULL;
}

void *array_reserve(void *array, uint32_t *cap, uint32_t nr, size_t size);
void *array_reserve_zeroed(void *array, uint32_t *cap, uint32_t nr, size_t size);

#endif /* IPCPROBE_LIB_POOL_H */
