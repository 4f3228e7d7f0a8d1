/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts of system calls that move bytes through pipes, files, queues and other
 * objects, per process, counted as strace counts them.
 */
#ifndef IPCPROBE_MODEL_COPIES_CALL_COUNTS_H
#define IPCPROBE_MODEL_COPIES_CALL_COUNTS_H

#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"

enum call_on {
	CALL_ON_PIPE, CALL_ON_FIFO, CALL_ON_FILE, CALL_ON_MSG, CALL_ON_MQ, CALL_ON_UNIX,
	CALL_ON_PROCESS,
};

/**
 * struct call_stat - counts of one system call of one process on one kind of object
 * @call: enum ipcprobe_call
 * @on: enum call_on
 * @nr_calls: number of calls
 * @nr_errors: number of calls that returned -1
 * @nr_unknown: number of calls whose result was not seen
 * @bytes: sum of the results of all other calls
 */
struct call_stat {
	uint64_t nr_calls;
	uint64_t nr_errors;
	uint64_t nr_unknown;
	uint64_t bytes;
	uint32_t proc;
	uint8_t call;
	uint8_t on;
};

struct calls {
	struct pool stat;	/* struct call_stat */
	struct map by_key;
};

int calls_init(struct calls *calls);
void calls_deinit(struct calls *calls);
int calls_count(struct calls *calls, uint32_t proc, uint8_t call, enum call_on on, int32_t ret);
int calls_fold(struct calls *calls, uint32_t stat, uint32_t proc);
void calls_reset(struct calls *calls);
const char *call_on_name(uint8_t on);

static inline struct call_stat *call_stat_at(const struct calls *calls, uint32_t stat)
{
	return pool_at(&calls->stat, stat);
}

#endif /* IPCPROBE_MODEL_COPIES_CALL_COUNTS_H */
