/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC objects that exist now, their holders and their waiters.
 *
 * live_read() fills the inventory from /proc, from system calls that do not
 * change the objects, and from the module. Each source is a file of this
 * folder.
 */
#ifndef IPCPROBE_LIVE_LIVE_H
#define IPCPROBE_LIVE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "live/column.h"
#include "model/task.h"

enum live_type {
	LIVE_TYPE_PIPE, LIVE_TYPE_FIFO, LIVE_TYPE_SHM, LIVE_TYPE_SEM, LIVE_TYPE_MSG,
	LIVE_TYPE_POSIX_SHM, LIVE_TYPE_POSIX_SEM, LIVE_TYPE_MQ, LIVE_TYPE_MEMFD,
	LIVE_TYPE_ANON_SHM, LIVE_TYPE_UNIX, LIVE_TYPE_EVENTFD, LIVE_TYPE_FUTEX,
	LIVE_NR_TYPES
};

#define LIVE_BIT(type)	(1U << LIVE_TYPE_##type)
#define LIVE_ALL	((1U << LIVE_NR_TYPES) - 1)
#define LIVE_SYSV	(LIVE_BIT(SHM) | LIVE_BIT(SEM) | LIVE_BIT(MSG))

/* value of one cell */
struct live_value {
	enum {
		LIVE_NONE,	/* the column does not apply to this object */
		LIVE_UNKNOWN,
		LIVE_AT_LEAST,	/* lower limit of the value */
		LIVE_KNOWN
	} state;
	uint64_t number;
	char *text;
};

/* flags: how a process holds an object */
#define LIVE_READ	0x1U	/* by a descriptor that is open for reading */
#define LIVE_WRITE	0x2U
#define LIVE_MAPPED	0x4U
#define LIVE_WAITING	0x8U	/* no access; a thread waits for the object */

/**
 * struct live_object - one IPC object
 * @type: enum live_type
 * @scope: in which @id is unique: IPC namespace (SysV), device, process
 *	(private futex), or 0 for the whole system
 * @id: identifier, inode number, number or address
 * @offset: for a futex in a shared mapping: its offset in the mapped object
 * @first_holder: first holder, in the order in which holders were found
 * @last_holder: last holder in this order
 * @peer: for a UNIX socket: object at the other end; 0 = none or unknown
 * @peer_ino: for a UNIX socket: inode number of the other end; 0 = none
 * @next_alike: next object with the same key in @by_key
 * @nr_waiters: number of waiting threads that were found
 * @value: values, by enum live_column
 */
struct live_object {
	enum live_type type;
	uint64_t scope;
	uint64_t id;
	uint64_t offset;
	uint32_t first_holder;
	uint32_t last_holder;
	uint32_t peer;
	uint32_t peer_ino;
	uint32_t next_alike;
	uint32_t nr_waiters;
	struct live_value value[LIVE_NR_OBJECT_COLUMNS];
};

/**
 * struct live_holder - one descriptor, mapping or waiting thread
 * @object: number of the object that it holds or waits for
 * @next: next holder of the same object
 * @pid: process id
 * @fd: number of the descriptor; -1 = none
 * @how: flags: LIVE_READ, ...
 * @value: values, by enum live_column - LIVE_NR_OBJECT_COLUMNS
 */
struct live_holder {
	uint32_t object;
	uint32_t next;
	uint32_t pid;
	int32_t fd;
	uint32_t how;
	struct live_value value[LIVE_NR_HOLDER_COLUMNS];
};

/* information that could not be read */
enum live_gap {
	LIVE_GAP_MODULE,	/* contents of pipes */
	LIVE_GAP_PROCESS,	/* descriptors and mappings of processes */
	LIVE_GAP_WAITS,		/* system calls that processes wait in */
	LIVE_GAP_MEMORY,	/* memory of processes that wait */
	LIVE_GAP_SYSV,
	LIVE_GAP_MQ,
	LIVE_GAP_UNIX,		/* sockets: queues and peers */
	LIVE_GAP_SEALS,
	LIVE_GAP_IPCNS,		/* namespaces that could not be entered */
	LIVE_GAP_NETNS,
	LIVE_NR_GAPS
};

/* number of failures, and the error of the first one (-errno) */
struct live_loss {
	uint32_t nr;
	int err;
};

struct live_threads;

struct live {
	struct live_threads *threads;	/* NULL: not wanted */
	struct pool object;
	struct pool holder;
	struct map by_key;	/* number of an object by a hash of type, scope, id and offset */
	struct tasks tasks;	/* processes and their parents */
	uint64_t ipc_ns;	/* IPC namespace that is being read */
	uint64_t net_ns;
	struct live_loss loss[LIVE_NR_GAPS];
	bool is_out_of_memory;
};

int live_init(struct live *live);
void live_deinit(struct live *live);
int live_read(struct live *live, uint32_t types);

const char *live_type_name(enum live_type type);
int live_types_parse(const char *word, uint32_t *types);

/* functions for the sources; number 0 is an object or holder that is never printed */
uint32_t live_find(const struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		   uint64_t offset);
uint32_t live_get(struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		  uint64_t offset);
uint32_t live_hold(struct live *live, uint32_t object, uint32_t pid, int fd, uint32_t how);
void live_wait(struct live *live, uint32_t holder, const char *call, uint32_t tid);
void live_miss(struct live *live, enum live_gap gap, int err);

/* values of objects, values of holders */
struct live_value *live_object_value(struct live *live, uint32_t object, enum live_column column);
struct live_value *live_holder_value(struct live *live, uint32_t holder, enum live_column column);
void live_set(struct live_value *value, uint64_t number);
__attribute__((format(printf, 2, 3)))
void live_set_text(struct live_value *value, const char *format, ...);
void live_set_at_least(struct live_value *value, uint64_t number);
void live_set_unknown(struct live_value *value);

static inline struct live_object *live_object_at(const struct live *live, uint32_t object)
{
	return pool_at(&live->object, object);
}

static inline struct live_holder *live_holder_at(const struct live *live, uint32_t holder)
{
	return pool_at(&live->holder, holder);
}

#endif /* IPCPROBE_LIVE_LIVE_H */
