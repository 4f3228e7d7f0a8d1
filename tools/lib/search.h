/* SPDX-License-Identifier: GPL-2.0 */
/* Binary search. */
#ifndef IPCPROBE_LIB_SEARCH_H
#define IPCPROBE_LIB_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/**
 * search_first - find the first entry of a sorted array that has reached @key
 * @low: index of the first entry to be searched
 * @high: index after the last one
 * @has_reached: true if entry @i of @array has reached @key; then all later ones have, too
 *
 * It is compiled into its caller, and @has_reached with it.
 *
 * Return: the index; @high if no entry has reached @key.
 */
static inline __attribute__((always_inline)) uint32_t
search_first(const void *array, uint32_t low, uint32_t high, uint64_t key,
	     bool (*has_reached)(const void *array, uint32_t i, uint64_t key))
{
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (has_reached(array, middle, key))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

#endif /* IPCPROBE_LIB_SEARCH_H */
