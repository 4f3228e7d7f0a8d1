/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a ptrace(2) recorder saw of a program, with all bytes moved: the expected
 * results for "ipcprobe copies".
 *
 *	oracle_trace.c	runs the program and writes the file
 *	oracle_feed.h	makes records of it, for the model
 *	oracle_check.c	compares
 *
 * The file is a sequence of struct oracle_event, each followed by its buffers, its path
 * with the final NUL, and its bytes.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdint.h>

#define ORACLE_BUFS_MAX	1024U

enum oracle_kind {
	ORACLE_START,		/* of the first process */
	ORACLE_FORK,
	ORACLE_EXEC,
	ORACLE_EXIT,
	ORACLE_IN,		/* bytes came into memory */
	ORACLE_OUT,		/* bytes were taken out of memory */
};

enum oracle_object {
	ORACLE_FILE,		/* a regular file */
	ORACLE_PIPE,
	ORACLE_SOCKET,		/* a UNIX socket */
	ORACLE_OTHER,
};

struct oracle_buf {
	uint64_t addr;
	uint64_t bytes;
};

/**
 * struct oracle_event - one event of the trace
 * @kind: enum oracle_kind
 * @object: enum oracle_object that the bytes came from or went to
 * @call: enum ipcprobe_call
 * @is_shared: ORACLE_FORK: the child has its parent's memory, not a copy
 * @tid: thread id of the task
 * @pid: process id of the task
 * @child_tid: ORACLE_FORK: thread id of the new task
 * @child_pid: ORACLE_FORK: process id of the new task
 * @begin_ns: when the call began (CLOCK_MONOTONIC)
 * @end_ns: when the call had ended
 * @dev: device of the object's inode
 * @ino: number of the object's inode
 * @offset: position in a file
 * @asked: bytes asked for
 * @ret: bytes moved
 * @nr_bufs: number of buffers
 * @path_len: bytes of the path, with the final NUL
 * @nr_data: number of bytes stored: of ORACLE_IN those moved, of ORACLE_OUT those asked for
 * @comm: name of the task
 */
struct oracle_event {
	uint8_t kind;
	uint8_t object;
	uint8_t call;
	uint8_t is_shared;
	uint32_t tid;
	uint32_t pid;
	uint32_t child_tid;
	uint32_t child_pid;
	uint32_t nr_bufs;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t dev;
	uint64_t ino;
	uint64_t offset;
	uint64_t asked;
	uint64_t ret;
	uint64_t nr_data;
	uint32_t path_len;
	uint32_t is_append;
	char comm[16];
};

#endif /* ORACLE_H */
