/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading of a recorded file: every record, of all CPUs, in order of time; a
 * loss stands where it began.
 */
#ifndef IPCPROBE_TRACE_READER_H
#define IPCPROBE_TRACE_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

struct reader;

/**
 * struct reader_counts - what happened to the records of one CPU, per class
 * @produced: passed the filter in the kernel
 * @lost: dropped in the kernel because the ring was full
 * @read: written to the file; @produced = @lost + @read
 */
struct reader_counts {
	uint64_t produced[IPCPROBE_NR_CLASSES];
	uint64_t lost[IPCPROBE_NR_CLASSES];
	uint64_t read[IPCPROBE_NR_CLASSES];
};

/**
 * struct reader_info - what is known of the recording as a whole
 * @nr_cpus: CPU numbers are below this, those reader_next() gives; CPU
 *	numbers *inside* records come from the kernel and are not checked
 * @classes: mask of the classes recorded
 * @page_size: of the machine recorded
 * @ring_bytes: of each CPU's ring
 * @start_ns: just before the session's START (CLOCK_MONOTONIC)
 * @end_ns: just after its STOP; of a truncated file the last record's time
 * @ready_ns: just after its START, when the program began to run; 0 = not known
 * @ending_ns: when there was nothing left to record, as the program had ended; 0 = not known
 * @realtime_offset_ns: to be added to a record's time to get the wall clock
 * @command: command line of the recorder, words separated by blanks, or ""
 * @hostname: machine recorded, or ""
 * @kernel: its uname -s -r -v -m, or ""
 * @tool_version: of the recorder, or ""
 * @caches: CPUs that share a last-level cache, as "0-3;4-7"; "" = not known
 * @cpus: those recorded, as "0-3,7"; "" = all, or not known
 * @pids: the processes recorded, with their children, as "12,34"; likewise
 * @snap_bytes: how many bytes of each transfer are recorded (io_data), 0 = none
 * @workload_pid: process of the command that was run, 0 = there was none
 * @has_workload_status: it had ended when the recording did
 * @workload_status: then its status, as from wait(2)
 * @truncated: the end of the file is missing: the recorder was killed, or the
 *	disk was full.  What is there is read.
 * @have_stats: @counts is valid
 * @nr_corrupt_chunks: parts of the file that were damaged and skipped
 * @nr_corrupt_records: records missing because of that, as far as known.
 *	Each such gap is given as records of type "lost", just as loss in the
 *	kernel is, with the CPU, the class and the interval it concerns.
 * @nr_chunks: chunks found
 * @stored_bytes: size of the file
 * @counts: one per CPU, [nr_cpus]; NULL unless @have_stats
 *
 * The two numbers about damage grow while the file is read; they are final
 * when reader_next() has returned 0.  All else is fixed by reader_open().
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
