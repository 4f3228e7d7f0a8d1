/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of an IPC namespace, and how much of each limit is used.
 */
#ifndef IPCPROBE_LIVE_LIMIT_H
#define IPCPROBE_LIVE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum live_limit_kind {
	LIVE_LIMIT_COUNT,	/* maximum number of things; some are in use */
	LIVE_LIMIT_BYTES,
	LIVE_LIMIT_NUMBER,
};

/* X(identifier, name, description, kind) */
#define LIVE_LIMITS(X)								\
	X(MSGMNI, "MSGMNI", "SysV message queues", COUNT)			\
	X(MSGMAX, "MSGMAX", "SysV: bytes of a message", BYTES)			\
	X(MSGMNB, "MSGMNB", "SysV: bytes in a new message queue", BYTES)	\
	X(SHMMNI, "SHMMNI", "SysV shared memory segments", COUNT)		\
	X(SHMALL, "SHMALL", "SysV: pages of all segments", COUNT)		\
	X(SHMMAX, "SHMMAX", "SysV: bytes of a segment", BYTES)			\
	X(SHMMIN, "SHMMIN", "SysV: bytes of a segment, at least", BYTES)	\
	X(SEMMNI, "SEMMNI", "SysV semaphore sets", COUNT)			\
	X(SEMMNS, "SEMMNS", "SysV semaphores in all sets", COUNT)		\
	X(SEMMSL, "SEMMSL", "SysV semaphores in a set", NUMBER)			\
	X(SEMOPM, "SEMOPM", "SysV: operations of a semop(2)", NUMBER)		\
	X(SEMVMX, "SEMVMX", "SysV: value of a semaphore", NUMBER)		\
	X(MQ_QUEUES, "queues_max", "POSIX message queues", COUNT)		\
	X(MQ_MSG, "msg_max", "POSIX: messages in a queue", NUMBER)		\
	X(MQ_MSGSIZE, "msgsize_max", "POSIX: bytes of a message", BYTES)	\
	X(MQ_MSG_DEFAULT, "msg_default", "POSIX: messages in a queue, unless asked for", NUMBER) \
	X(MQ_MSGSIZE_DEFAULT, "msgsize_default", "POSIX: bytes of a message, unless asked for", BYTES)

enum live_limit_id {
#define X(id, ...)	LIVE_LIMIT_##id,
	LIVE_LIMITS(X)
#undef X
	LIVE_NR_LIMITS
};

/**
 * struct live_limit - one limit of an IPC namespace
 * @limit: the kernel's value
 * @used: how much of @limit is used
 * @is_known: @limit is valid
 * @is_used_known: @used is valid
 */
struct live_limit {
	uint64_t limit;
	uint64_t used;
	bool is_known;
	bool is_used_known;
};

/* name and description of one limit */
struct live_limit_desc {
	const char *name;
	const char *help;
	enum live_limit_kind kind;
};

extern const struct live_limit_desc live_limits[LIVE_NR_LIMITS];

/* reads the limits of the caller's IPC namespace; a limit that cannot be read stays unknown */
void live_limits_read(struct live_limit limit[LIVE_NR_LIMITS]);

#endif /* IPCPROBE_LIVE_LIMIT_H */
