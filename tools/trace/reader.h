/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Read a recorded file: every record, of all CPUs, in order of time. The record of
 * a loss is sorted by the time when the loss began.
 */
#ifndef IPCPROBE_TRACE_READER_H
#define IPCPROBE_TRACE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

struct reader;

/**
 * struct reader_counts - what happened to the records of one CPU, per class
 * @produced: number of records that passed the filter in the kernel
 * @lost: number of records lost in the kernel because the ring was full
 * @read: number of records written to the file; @produced = @lost + @read
 */
struct reader_counts {
	uint64_t produced[IPCPROBE_NR_CLASSES];
	uint64_t lost[IPCPROBE_NR_CLASSES];
	uint64_t read[IPCPROBE_NR_CLASSES];
};

/**
 * struct reader_info - information about the recording as a whole
 * @nr_cpus: CPU numbers from reader_next() are less than this; CPU numbers *inside*
 *	records come from the kernel and are not checked
 * @classes: mask of the recorded classes
 * @page_size: page size of the recorded machine
 * @ring_bytes: size of each CPU's ring
 * @start_ns: time just before the session's START (CLOCK_MONOTONIC)
 * @end_ns: time just after the session's STOP; of a truncated file, time of the
 *	last record
 * @ready_ns: time just after the session's START, when the program began to run; 0
 *	= not known
 * @ending_ns: time when nothing was left to record, because the program had ended;
 *	0 = not known
 * @realtime_offset_ns: offset from a record's time to the wall clock
 * @command: command line of the recorder, words separated by blanks, or ""
 * @hostname: name of the recorded machine, or ""
 * @kernel: uname -s -r -v -m of the recorded machine, or ""
 * @tool_version: version of the recorder, or ""
 * @caches: CPUs that share a last-level cache, as "0-3;4-7"; "" = not known
 * @cpus: recorded CPUs, as "0-3,7"; "" = all, or not known
 * @pids: recorded processes, whose children are recorded, too, as "12,34"; "" =
 *	all, or not known
 * @snap_bytes: number of bytes recorded of each transfer (io_data), 0 = none
 * @workload_pid: process id of the command that was run, 0 = none
 * @has_workload_status: the command had ended before the recording ended
 * @workload_status: with @has_workload_status: status of the command, as from
 *	wait(2)
 * @truncated: the end of the file is missing: the recorder was killed, or the disk
 *	was full. The rest is read.
 * @have_stats: @counts is valid
 * @nr_corrupt_chunks: number of damaged parts of the file, which were skipped
 * @nr_corrupt_records: number of records missing because of damage, as far as
 *	known. Each such gap is returned as records of type "lost", like a loss in
 *	the kernel, with its CPU, class and interval.
 * @nr_chunks: number of chunks found
 * @stored_bytes: size of the file
 * @counts: counts by CPU, [nr_cpus]; NULL unless @have_stats
 *
 * The two numbers about damage grow while the file is read; they are final after
 * reader_next() has returned 0. All other fields are set by reader_open().
 */
struct reader_info {
	uint32_t nr_cpus;
	uint32_t classes;
	uint32_t page_size;
	uint32_t ring_bytes;
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t ready_ns;
	uint64_t ending_ns;
	int64_t realtime_offset_ns;
	const char *command;
	const char *hostname;
	const char *kernel;
	const char *tool_version;
	const char *caches;
	const char *cpus;
	const char *pids;
	uint32_t snap_bytes;
	uint32_t workload_pid;
	bool has_workload_status;
	int workload_status;
	bool truncated;
	bool have_stats;
	uint32_t nr_corrupt_chunks;
	uint64_t nr_corrupt_records;
	uint32_t nr_chunks;
	uint64_t stored_bytes;
	const struct reader_counts *counts;
};

int reader_open(const char *path, struct reader **ret);
int reader_open_fd(int fd, struct reader **ret);
void reader_set_window(struct reader *r, uint64_t from_ns, uint64_t until_ns);
int reader_next(struct reader *r, const struct ipcprobe_rec **rec, uint32_t *cpu);
const struct reader_info *reader_info(const struct reader *r);
void reader_close(struct reader *r);

const char *reader_strerror(int err);

#endif /* IPCPROBE_TRACE_READER_H */
