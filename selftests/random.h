/* SPDX-License-Identifier: GPL-2.0 */
/* Pseudo-random numbers that are the same in each run: xorshift. */
#ifndef IPCPROBE_RANDOM_H
#define IPCPROBE_RANDOM_H

#include <stdint.h>

#define RANDOM_SEED	88172645463325252ULL

static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif /* IPCPROBE_RANDOM_H */
