/* SPDX-License-Identifier: GPL-2.0 */
/* Operations that wait for other operations. */
#ifndef IPCPROBE_MODEL_COPIES_PARK_H
#define IPCPROBE_MODEL_COPIES_PARK_H

#include <stdbool.h>
#include <stdint.h>

#include "model/copies/op.h"

/* operations that may wait for a writer's record */
#define COPY_PARKED_MAX		(1U << 18)

/**
 * struct parked - an operation that waits for other operations
 * @next: next waiting operation of this process
 * @older: next older waiting operation of all processes
 * @newer: next newer waiting operation of all processes
 * @target: memory that the operation will put bytes into, or NULL
 * @next_put: next waiting operation that will put bytes into @target
 */
struct parked {
	struct op op;
	struct parked *next;
	struct parked *older;
	struct parked *newer;
	struct memory *target;
	struct parked *next_put;
	struct span span[];
};

/**
 * struct parking - all operations that wait; only park.c changes it
 * @oldest: first of them, in the order of their records
 * @newest: last of them
 * @nr: number of them
 * @max: maximum of @nr; above it the oldest are given up
 * @nr_sums: number of their checksums
 * @runnable: processes whose first waiting operation may be ready to run
 */
struct parking {
	struct parked *oldest;
	struct parked *newest;
	uint32_t nr;
	uint32_t max;
	uint32_t nr_sums;
	uint32_t *runnable;
	uint32_t nr_runnable;
	uint32_t cap_runnable;
};

int park_submit(struct copies *copies, const struct op *op);
int park_flush(struct copies *copies);
void parking_deinit(struct parking *parking);

#endif /* IPCPROBE_MODEL_COPIES_PARK_H */
