/* SPDX-License-Identifier: GPL-2.0 */
/* The state of processes, and whose memory the bytes of an operation lie in. */
#ifndef IPCPROBE_MODEL_COPIES_MEMORY_H
#define IPCPROBE_MODEL_COPIES_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/interval.h"
#include "model/copies/channel.h"

struct copies;
struct op;

/* reads that may be the origin of data the process makes */
#define COPY_NR_RECENT		8U

/**
 * struct proc_parked - a process's waiting operations, see park.c
 * @first: first of them, in order of time
 * @last: last of them
 * @wait_list: list of the processes that wait for what @first waits for; NULL =
 *	does not wait
 * @next_waiter: next process in @wait_list
 * @waits_for_parent: waits, because the parent's fork operation waits
 */
struct proc_parked {
	struct parked *first;
	struct parked *last;
	uint32_t *wait_list;
	uint32_t next_waiter;
	bool waits_for_parent;
};

/**
 * struct proc_io - the state of a process
 * @memory: bytes in the process's memory that were read in
 * @mappings: struct mapping, by address
 * @mappings_gen: generation of @mappings, see copies->mappings_gen
 * @image: image that @memory and @recent belong to
 * @gen: generation of @memory and @recent, see copies->gen
 * @recent: hops by which the process read, most recent first
 * @parked: its waiting operations
 * @has_exited: the process has ended: no further operation will come
 * @has_unknown: the memory may contain bytes whose read was not recorded
 */
struct proc_io {
	struct memory memory;
	struct intervals *mappings;
	uint32_t mappings_gen;
	uint32_t image;
	uint32_t gen;
	uint32_t recent[COPY_NR_RECENT];
	uint32_t nr_recent;
	struct proc_parked parked;
	bool has_exited;
	bool has_unknown;
};

struct proc_io *proc_io_get(struct copies *copies, uint32_t proc, uint32_t image);
void proc_io_exit(struct copies *copies, uint32_t proc);
int proc_io_fork(struct copies *copies, const struct op *op);
void proc_io_add_recent(struct proc_io *io, uint32_t hop);

uint32_t memory_image(const struct copies *copies, const struct op *op, enum side side);
uint32_t memory_owner(const struct copies *copies, const struct op *op, enum side side);
struct memory *memory_find(const struct copies *copies, const struct op *op, enum side side);
struct memory *memory_find_current(struct copies *copies, const struct op *op, enum side side);

#endif /* IPCPROBE_MODEL_COPIES_MEMORY_H */
