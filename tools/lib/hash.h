/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash table from 64-bit keys to numbers of objects.
 */
#ifndef IPCPROBE_LIB_HASH_H
#define IPCPROBE_LIB_HASH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct map - key to number
 * @slot: open addressing; number 0 = free
 * @nr: keys in use
 * @mask: slots - 1; 0 = no slots yet
 */
struct map {
	struct map_slot {
		uint64_t key;
		uint32_t number;
	} *slot;
	uint32_t nr;
	uint32_t mask;
};

void map_deinit(struct map *map);
int map_set(struct map *map, uint64_t key, uint32_t number);
void map_remove(struct map *map, uint64_t key);
int map_filter(struct map *map, bool (*keep)(void *arg, uint64_t key, uint32_t number),
	       void *arg);
uint32_t map_get(const struct map *map, uint64_t key);

static inline uint64_t map_hash(uint64_t key)
{
	key ^= key >> 32;
	key *= 0x9e3779b97f4a7c15ULL;
	return key ^ key >> 29;
}

static inline uint64_t map_pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

#endif /* IPCPROBE_LIB_HASH_H */
