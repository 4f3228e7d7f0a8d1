/* SPDX-License-Identifier: GPL-2.0 */
/*
 * On which IPC objects each task blocked, and for how long: the same intervals
 * that the model counts as blocked_ns.  A watcher of it.
 */
#ifndef IPCPROBE_WATCH_BLOCKED_H
#define IPCPROBE_WATCH_BLOCKED_H

#include <stdint.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/sched/runqueue.h"

/**
 * struct blocked_row - a task and an object
 * @next: row with the same hash, 0 = last
 * @count: times it blocked there
 * @out_ns: when it left the CPU to do so, the last time
 */
struct blocked_row {
	struct sched_wait wait;
	uint32_t task;
	uint32_t next;
	uint64_t count;
	uint64_t out_ns;
	uint64_t ns;
};

/**
 * struct blocked - all rows
 * @row: struct blocked_row
 * @by_hash: first row of each hash
 * @err: 0, or -ENOMEM: rows are missing
 */
struct blocked {
	struct sched_watch watch;
	struct pool row;
	struct map by_hash;
	int err;
};

int blocked_init(struct blocked *blocked);
void blocked_deinit(struct blocked *blocked);

static inline const struct blocked_row *blocked_row_at(const struct blocked *blocked, uint32_t row)
{
	return pool_at(&blocked->row, row);
}

#endif /* IPCPROBE_WATCH_BLOCKED_H */
