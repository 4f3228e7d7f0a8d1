/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The laboratory: a server hands a file to a client by one transport after the
 * other; the number of copies is then read from the trace.
 *
 *	transports.c	the transports
 *	lab.c		functions that all transports use
 *	stream.c, queue.c, shm.c, splice.c, procvm.c, uring.c
 *			what server and client do
 *	run.c		one run: the two processes and their counters
 *	trace.c		what the trace of a run shows
 *	view/lab.c	the table of results
 */
#ifndef IPCPROBE_LAB_LAB_H
#define IPCPROBE_LAB_LAB_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LAB_BLOCK_MAX	(16U << 20)
#define LAB_PATH_MAX	512

enum lab_role { LAB_SERVER, LAB_CLIENT, LAB_NR_ROLES };

/**
 * struct lab_side - times and counts of one of the two processes
 * @pid: process id
 * @begin_ns: CLOCK_MONOTONIC before the process began to hand over or to
 *	receive
 * @end_ns: CLOCK_MONOTONIC after it had finished
 * @nr_switches: context switches between @begin_ns and @end_ns, counted by the
 *	kernel
 * @nr_calls: system calls between @begin_ns and @end_ns, if @has_calls
 */
struct lab_side {
	uint32_t pid;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t nr_switches;
	uint64_t nr_calls;
	bool has_calls;
};

/**
 * struct lab_result - what the processes of a run report about the run
 * @block: bytes handed over at once
 * @missing: why this system cannot do the transport; "" if it can
 */
struct lab_result {
	struct lab_side side[LAB_NR_ROLES];
	uint64_t block;
	char missing[128];
};

/**
 * struct lab_shared - memory that server and client share, for synchronisation
 * only
 * @ready: posted by each process that is ready to begin
 * @go: posted when both may begin
 * @full: posted when a block is ready
 * @empty: posted when there is room for a block
 * @addr: address of the block in the server
 */
struct lab_shared {
	sem_t ready;
	sem_t go;
	sem_t full;
	sem_t empty;
	const void *addr;
	struct lab_result result;
};

/**
 * struct lab - one run
 * @transport: the transport
 * @size: bytes to hand over
 * @block: bytes to hand over at once
 * @dir: directory with the files "in" and "out"
 * @in: the server's file, open for reading
 * @out: the client's file, open for writing
 * @buf: private memory of the process, @block bytes; for vmsplice more
 * @fd: of pipes and sockets: [0] is read, [1] is written
 * @id: identifier of a System V object
 * @sem_id: identifier of a System V semaphore set
 * @mq: descriptor of a POSIX message queue
 * @map: address of the mapped shared memory
 */
struct lab {
	const struct lab_transport *transport;
	uint64_t size;
	uint64_t block;
	char dir[LAB_PATH_MAX];
	int in;
	int out;
	char *buf;
	int fd[2];
	int id;
	int sem_id;
	int mq;
	char *map;
	struct lab_shared *shared;
};

/**
 * struct lab_transport - a way to hand over bytes
 * @name: name on the command line
 * @text: description of what server and client do
 * @classes: classes of the records that show where the bytes went
 * @prepare: called before the processes are created; may lower lab->block; or
 *	NULL
 * @serve: hands over lab->size bytes of lab->in
 * @receive: receives the bytes and writes them to lab->out
 * @clean: called after the processes have ended; or NULL
 *
 * All functions return 0, or -errno after lab_error() has printed why.
 */
struct lab_transport {
	const char *name;
	const char *text;
	uint32_t classes;
	int (*prepare)(struct lab *lab);
	int (*serve)(struct lab *lab);
	int (*receive)(struct lab *lab);
	void (*clean)(struct lab *lab);
};

/* transports.c */
extern const struct lab_transport *const lab_transports[];	/* NULL at the end */
const struct lab_transport *lab_find(const char *name);

/* each transport, in its own file */
extern const struct lab_transport lab_pipe, lab_fifo, lab_unix;
extern const struct lab_transport lab_msg, lab_mq;
extern const struct lab_transport lab_shm, lab_posix_shm, lab_memfd;
extern const struct lab_transport lab_splice, lab_sendfile, lab_vmsplice;
extern const struct lab_transport lab_procvm, lab_uring;

/* lab.c: functions for the transports */
int lab_error(const struct lab *lab, const char *what);
int lab_missing(struct lab *lab, const char *what);
int lab_call_failed(struct lab *lab, const char *call);
int lab_read_full(const struct lab *lab, void *buf, size_t bytes);
int lab_write_full(const struct lab *lab, int fd, const void *buf, size_t bytes);
int lab_pump(const struct lab *lab, int from, int to);
uint64_t lab_next(const struct lab *lab, uint64_t done);
int lab_wait(sem_t *sem);

/* run.c: what the process of a run does */
int lab_run(const char *transport, const char *dir, uint64_t size, uint64_t block);
int lab_read_result(const char *dir, struct lab_result *ret);
int lab_make_input(const char *dir, uint64_t size);
int lab_verify(const char *dir);

#endif /* IPCPROBE_LAB_LAB_H */
