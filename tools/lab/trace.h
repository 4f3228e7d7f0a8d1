/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Result of the trace of one run of the laboratory.
 */
#ifndef IPCPROBE_LAB_TRACE_H
#define IPCPROBE_LAB_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/lab.h"
#include "model/model.h"
#include "trace/reader.h"

/**
 * struct lab_trace - figures
 * @model: model of all records of the run
 * @last: last hop of the path that most bytes took from the server's file to
 *	the client's; 0 = no such path in the trace
 * @nr_paths: number of different paths between the two files
 * @nr_copies: copies on the path that most bytes took
 * @bytes: bytes that came from the server's file to the client's on any path
 * @copied_bytes: bytes that CPUs copied for @bytes
 * @copy_ns: time in the calls that moved @bytes, without waits
 * @grade: enum grade of the weakest link of all these paths
 * @nr_switches: context switches of server and client while they handed over or
 *	received
 * @has_switches: @nr_switches is exact
 */
struct lab_trace {
	struct model model;
	uint32_t last;
	uint32_t nr_paths;
	uint32_t nr_copies;
	uint64_t bytes;
	double copied_bytes;
	double copy_ns;
	enum grade grade;
	uint64_t nr_switches;
	bool has_switches;
};

int lab_trace_init(struct lab_trace *trace, struct reader *r, const struct lab_result *result,
		   const char *dir);
void lab_trace_deinit(struct lab_trace *trace);

#endif /* IPCPROBE_LAB_TRACE_H */
