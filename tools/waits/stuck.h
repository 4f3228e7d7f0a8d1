/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The threads that were stuck at the last look, and at how many looks before: for
 * those who look again and again.
 */
#ifndef IPCPROBE_WAITS_STUCK_H
#define IPCPROBE_WAITS_STUCK_H

#include "waits/waits.h"

/**
 * struct stuck - the stuck threads
 * @thread: each with the number of times that it had left a CPU, which tells
 *	whether it went on meanwhile
 * @nr: number of threads
 * @oldest_ns: since when one of them has been seen stuck; UINT64_MAX = none is
 */
struct stuck {
	struct stuck_thread {
		uint32_t tid;
		uint64_t nr_switches;
		uint64_t since_ns;
	} *thread;
	uint32_t nr;
	uint64_t oldest_ns;
};

/*
 * stuck_update - take those that are stuck in @waits, of @chosen, instead
 * @now_ns: when @waits was read
 *
 * Return: how many of them were not stuck at the last look; -ENOMEM.
 */
int stuck_update(struct stuck *stuck, const struct waits *waits, const bool *chosen,
		 uint64_t now_ns);
void stuck_deinit(struct stuck *stuck);

#endif /* IPCPROBE_WAITS_STUCK_H */
