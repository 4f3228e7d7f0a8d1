/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IPC objects that exist now, who holds them and who waits for them.
 *
 * live_read() fills it from /proc, from system calls that leave the objects
 * alone, and from the module. Each source is a file of this folder.
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

/* a cell */
struct live_value {
	enum {
		LIVE_NONE,	/* makes no sense here */
		LIVE_UNKNOWN,
		LIVE_AT_LEAST,	/* so much, and perhaps more */
		LIVE_KNOWN
	} state;
	uint64_t number;
	char *text;
};

/* how an object is held */
#define LIVE_READ	0x1U	/* by a descriptor that can read */
#define LIVE_WRITE	0x2U
#define LIVE_MAPPED	0x4U
#define LIVE_WAITING	0x8U	/* not at all: it waits for it */

/**
 * struct live_object - one object
 * @type: enum live_type
 * @scope: what @id is unique in: IPC namespace (SysV), device, process (private
 *	futex), 0
 * @id: identifier, inode, number or address
 * @offset: futex in a shared mapping: place in the object
 * @first_holder: as they were found
 * @last_holder: likewise
 * @peer: unix: object at the other end, 0 = none or not known
 * @peer_ino: unix: its inode, 0 = none
 * @next_alike: object with the same key in @by_key
 * @nr_waiters: threads seen waiting
 * @value: by enum live_column
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
 * @object: what it is of
 * @next: holder of the same object
 * @pid: process
 * @fd: descriptor, -1 = none
 * @how: LIVE_READ, ...
 * @value: by enum live_column - LIVE_NR_OBJECT_COLUMNS
 */
struct live_holder {
	uint32_t object;
	uint32_t next;
	uint32_t pid;
	int32_t fd;
	uint32_t how;
	struct live_value value[LIVE_NR_HOLDER_COLUMNS];
};

/* what could not be found out */
enum live_gap {
	LIVE_GAP_MODULE,	/* contents of pipes */
	LIVE_GAP_PROCESS,	/* descriptors and mappings of processes */
	LIVE_GAP_WAITS,		/* system calls that processes wait in */
	LIVE_GAP_MEMORY,	/* their memory */
	LIVE_GAP_SYSV,
	LIVE_GAP_MQ,
	LIVE_GAP_UNIX,		/* sockets: queues and peers */
	LIVE_GAP_SEALS,
	LIVE_GAP_IPCNS,		/* namespaces that could not be entered */
	LIVE_GAP_NETNS,
	LIVE_NR_GAPS
};

/* how often, and the first reason (-errno) */
struct live_loss {
	uint32_t nr;
	int err;
};

struct live {
	struct pool object;
	struct pool holder;
	struct map by_key;	/* object by a hash of type, scope, id and offset */
	struct tasks tasks;	/* processes and their parents */
	uint64_t ipc_ns;	/* namespace being read */
	uint64_t net_ns;
	struct live_loss loss[LIVE_NR_GAPS];
	bool is_out_of_memory;
};

int live_init(struct live *live);
void live_deinit(struct live *live);
int live_read(struct live *live, uint32_t types);

const char *live_type_name(enum live_type type);
int live_types_parse(const char *word, uint32_t *types);

/* for the sources: number 0 is an object, or holder, that nobody looks at */
uint32_t live_find(const struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		   uint64_t offset);
uint32_t live_get(struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		  uint64_t offset);
uint32_t live_hold(struct live *live, uint32_t object, uint32_t pid, int fd, uint32_t how);
void live_wait(struct live *live, uint32_t holder, const char *call, uint32_t tid);
void live_miss(struct live *live, enum live_gap gap, int err);

/* columns of objects and of holders alike */
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
