/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording: from the rings of a session into a file, until the command ends, the
 * watched processes have ended, or a signal ends it.
 *
 *	record_init()	finds errors in the options before anything runs
 *	record_run()	records; the file is complete when it returns
 *	record_wait()	waits for a command that outlives the recording
 *	record_deinit()
 */
#ifndef IPCPROBE_TRACE_RECORDER_H
#define IPCPROBE_TRACE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/parse.h"
#include "trace/poller.h"
#include "trace/session.h"
#include "trace/workload.h"

/**
 * struct record_opts - options of a recording
 * @classes: mask of classes; class "task" is always added, for the names
 * @ring_bytes: size of each CPU's ring, 0 = default
 * @pids: processes to record; none = all, or those of @command
 * @cpus: CPUs to record; none = all
 * @snap_bytes: number of bytes to record of each transfer, 0 = none
 * @has_sums: record checksums of all bytes moved
 * @is_all: record all processes although there is a command
 * @command: command to run, or NULL; with @pids, the recording ends when the
 *	command ends
 * @command_line: command line of the recorder, stored in the file
 *
 * Classes "sched" and "task" are never filtered by process: a run queue without
 * some of its members is useless, and any process can be a parent or a waker.
 */
struct record_opts {
	uint32_t classes;
	uint32_t ring_bytes;
	uint32_t snap_bytes;
	bool has_sums;
	struct pid_list pids;
	struct cpu_set cpus;
	bool is_all;
	char **command;
	const char *command_line;
};

struct tracefile;
struct tracefile_cpu_stats;

/**
 * struct recording - the state and the results of a recording
 * @opts: options of the recording
 * @session: session with the module
 * @workload: the command, if any
 * @file: writer of the file, during the recording
 * @cpus: statistics by CPU, [session.info.nr_cpus]
 * @watch: events that the recording waits for
 * @start_ns: CLOCK_MONOTONIC just before START
 * @ready_ns: CLOCK_MONOTONIC just after START
 * @ending_ns: CLOCK_MONOTONIC when nothing was left to record
 * @stop_ns: CLOCK_MONOTONIC just after STOP
 * @resync_ns: time of the last resynchronisation
 * @flush_ns: time when the last flush of the file began
 * @nr_to_flush: number of chunks that this flush has not written yet
 * @lost_classes: classes with a loss that only a snapshot can replace
 * @bytes: size of the file
 * @nr_events: number of records in the file, without "lost" records
 * @lost: number of records lost in the kernel, per class
 * @lost_reasons: reasons of the losses, IPCPROBE_REASON_* bits; if a class has
 *	reasons but no count, the number of lost records is not known
 * @why: after an error: what, why, and what to do; or, after success, ""
 */
struct recording {
	const struct record_opts *opts;
	struct session session;
	struct workload workload;
	struct tracefile *file;
	struct tracefile_cpu_stats *cpus;
	struct watch watch;
	uint64_t start_ns;
	uint64_t ready_ns;
	uint64_t ending_ns;
	uint64_t stop_ns;
	uint64_t resync_ns;
	uint64_t flush_ns;
	unsigned int nr_to_flush;
	uint32_t lost_classes;
	uint64_t bytes;
	uint64_t nr_events;
	uint64_t lost[IPCPROBE_NR_CLASSES];
	uint32_t lost_reasons[IPCPROBE_NR_CLASSES];
	char why[512];
};

int record_init(struct recording *rec, const struct record_opts *opts);
int record_run(struct recording *rec, int fd);
int record_wait(struct recording *rec);
void record_deinit(struct recording *rec);

#endif /* IPCPROBE_TRACE_RECORDER_H */
