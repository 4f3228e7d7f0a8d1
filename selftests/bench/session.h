/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session of the module through its ABI alone, so that the benchmarks measure the
 * module and nothing of the tools.  It has one CPU and one ring.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include <stdint.h>

#include <linux/ipcprobe.h>

#define BENCH_NR_TYPES	(IPCPROBE_NR_CLASSES << 8)

/**
 * struct bench_session - an open session
 * @fd: descriptor of the session, -1: none
 * @producer: page that the kernel writes
 * @consumer: page that the reader writes
 * @data: the ring, mapped twice in a row
 * @info: description of the rings by the module
 */
struct bench_session {
	int fd;
	struct ipcprobe_ring_producer *producer;
	struct ipcprobe_ring_consumer *consumer;
	const char *data;
	struct ipcprobe_info info;
};

/**
 * struct bench_count - records
 * @nr: number of records of each type
 * @all: number of records of all types
 * @bytes: length of all records
 */
struct bench_count {
	uint32_t nr[BENCH_NR_TYPES];
	uint64_t all;
	uint64_t bytes;
};

void bench_session_start(struct bench_session *session, uint32_t classes,
			 uint32_t filter_pid, uint32_t flags);
void bench_session_stop(struct bench_session *session);
void bench_session_close(struct bench_session *session);
uint64_t bench_session_lost(const struct bench_session *session);
void bench_session_count(const struct bench_session *session, uint64_t from,
			 uint64_t until, struct bench_count *count);

/*
 * Number of bytes ever produced.  Makes no system call, so it does not disturb a
 * measurement.
 */
static inline uint64_t bench_session_pos(const struct bench_session *session)
{
	return session->fd < 0 ? 0 :
		__atomic_load_n(&session->producer->producer_pos, __ATOMIC_ACQUIRE);
}

/* Mark all records before @pos as consumed. */
static inline void bench_session_consume(const struct bench_session *session, uint64_t pos)
{
	if (session->fd >= 0)
		__atomic_store_n(&session->consumer->consumer_pos, pos, __ATOMIC_RELEASE);
}

__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *format, ...);

#endif /* BENCH_SESSION_H */
