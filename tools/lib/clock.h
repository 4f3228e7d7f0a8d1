/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Clocks, in nanoseconds.
 */
#ifndef IPCPROBE_LIB_CLOCK_H
#define IPCPROBE_LIB_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

#endif /* IPCPROBE_LIB_CLOCK_H */
