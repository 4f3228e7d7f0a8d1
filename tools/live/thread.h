/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The threads that exist now, what each does, and what it waits for.
 */
#ifndef IPCPROBE_LIVE_THREAD_H
#define IPCPROBE_LIVE_THREAD_H

#include "live/live.h"
#include "live/lock_type.h"

enum live_doing {
	LIVE_RUNS,	/* on a CPU, or ready to be */
	LIVE_SLEEPS,
	LIVE_STOPPED,	/* by a signal: waits for nothing, until it is continued */
	LIVE_TRACED,	/* stopped by its tracer */
	LIVE_FROZEN,	/* with its control group, until that is thawed */
	LIVE_ENDED,
};

/* X(identifier, what the thread waits for) */
#define LIVE_CONDITIONS(X)						\
	X(UNKNOWN, "something unknown")					\
	X(BYTES, "bytes or end of file")				\
	X(ROOM, "room")							\
	X(EITHER, "bytes or room")					\
	X(CONNECTION, "a connection")					\
	X(OTHER_END, "the other end to be opened")			\
	X(VALUE, "a greater value")					\
	X(ZERO, "the value 0")						\
	X(LOCK, "the lock")						\
	X(WAKE, "a wake-up")						\
	X(CHILD, "the end of a child")					\
	X(FILE_LOCK, "a file lock")					\
	X(SIGNAL, "a signal")						\
	X(OUTSIDE, "a device, terminal or network")

enum live_condition {
#define X(id, ...)	LIVE_FOR_##id,
	LIVE_CONDITIONS(X)
#undef X
};

/**
 * struct live_need - one thing that a thread waits for
 * @condition: what has to become true
 * @object: object that it is about; 0 = none
 * @memory: LOCK, WAKE in shared memory: object that the word is in; 0 = none, or
 *	unknown
 * @task: CHILD: process, 0 = any child. LOCK: thread that has the lock, 0 = unknown.
 *	WAKE: number in the word, which a thread has there that others wait for the end
 *	of. FILE_LOCK: process that holds the lock
 * @index: VALUE, ZERO: number of the semaphore in its set
 * @amount: VALUE: how much the semaphore must be
 * @lock: LOCK, WAKE: kind of lock
 * @is_private: LOCK, WAKE: the word is in the process's own memory
 * @is_own_ns: @task is an id in the waiter's PID namespace
 * @next: next need of the thread; 0 = none
 */
struct live_need {
	enum live_condition condition;
	uint32_t object;
	uint32_t memory;
	uint32_t task;
	uint32_t index;
	uint32_t amount;
	struct lock lock;
	bool is_private;
	bool is_own_ns;
	uint32_t next;
};

/**
 * struct live_thread - one thread
 * @tid: thread id
 * @pid: process id
 * @ns_tid: thread id in its own PID namespace
 * @tracer: process that traces it; 0 = none
 * @doing: what it does
 * @comm: its name
 * @call: system call that it is in; NULL: in none, or in one that is not known here
 * @needs_all: it waits for all of its needs, not for one of them
 * @has_limit: the wait has a time limit, or is for time only: it ends by itself
 * @blocked: signals that it has blocked, a bit each
 * @nr_switches: how often it has left a CPU
 * @first_need: first need; 0: it does not wait, or it is not known for what
 * @last_need: last need
 */
struct live_thread {
	uint32_t tid;
	uint32_t pid;
	uint32_t ns_tid;
	uint32_t tracer;
	enum live_doing doing;
	char comm[16];
	const char *call;
	bool needs_all;
	bool has_limit;
	uint64_t blocked;
	uint64_t nr_switches;
	uint32_t first_need;
	uint32_t last_need;
};

/**
 * struct live_process - one process
 * @pid: process id
 * @ppid: its parent
 * @ns_pid: process id in its own PID namespace
 * @first_thread: its threads have successive numbers
 * @nr_threads: 0: they could not be read
 * @caught: signals for which it has a handler, a bit each
 */
struct live_process {
	uint32_t pid;
	uint32_t ppid;
	uint32_t ns_pid;
	uint32_t first_thread;
	uint32_t nr_threads;
	uint64_t caught;
};

/**
 * struct live_threads - all threads and processes
 * @thread: struct live_thread
 * @process: struct live_process
 * @need: struct live_need
 * @by_pid: number of a process by its id
 * @by_tid: number of a thread by its id
 */
struct live_threads {
	struct pool thread;
	struct pool process;
	struct pool need;
	struct map by_pid;
	struct map by_tid;
};

const char *live_condition_text(enum live_condition condition);

/* Return: 0 or -ENOMEM. */
int live_threads_init(struct live_threads *threads);
void live_threads_deinit(struct live_threads *threads);

/* Adds a need of @thread. Return: the need, NULL if memory is short. */
struct live_need *live_need_add(struct live_threads *threads, uint32_t thread,
				const struct live_need *need);

static inline struct live_thread *live_thread_at(const struct live_threads *threads, uint32_t i)
{
	return pool_at(&threads->thread, i);
}

static inline struct live_process *live_process_at(const struct live_threads *threads, uint32_t i)
{
	return pool_at(&threads->process, i);
}

static inline struct live_need *live_need_at(const struct live_threads *threads, uint32_t i)
{
	return pool_at(&threads->need, i);
}

#endif /* IPCPROBE_LIVE_THREAD_H */
