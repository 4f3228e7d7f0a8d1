/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC objects on which each task blocked, and for how long: the intervals that
 * the model counts as blocked_ns. A watcher of the model.
 */
#ifndef IPCPROBE_WATCH_BLOCKED_H
#define IPCPROBE_WATCH_BLOCKED_H

#include <stdint.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/sched/runqueue.h"

/**
 * struct blocked_row - a task and an object
 * @next: next row with this hash, 0 = last
 * @count: number of times that the task blocked on the object
 * @out_ns: time when the task last left the CPU to block on the object
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
