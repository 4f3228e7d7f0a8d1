/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each CPU's records of a recorded file, in their order.  reader.c merges them.
 *
 * A chunk is used only if all of it is valid: its CRCs, its counts, and the lengths
 * and texts of its records. A chunk that is not valid is skipped. The next valid
 * chunk of that CPU has the counts of all records before it, which show how many
 * are missing. The reader returns missing records as "lost" records, so that a
 * model has only one kind of gap.
 */
#ifndef IPCPROBE_TRACE_CURSOR_H
#define IPCPROBE_TRACE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "trace/frame.h"
#include "trace/reader.h"
#include "trace/toc.h"

/**
 * struct cursor - one CPU's records
 * @rec: next record
 * @end: end of the memory that @rec is in: @gaps or the chunk
 * @chunk: while @rec is in @gaps: the chunk after the gaps; otherwise NULL
 * @chunk_end: end of @chunk
 * @raw: memory for a chunk, at most TRACEFILE_RAW_MAX
 * @raw_max: size of @raw
 * @first: index in cursors->order of the first chunk of this CPU
 * @next: index in cursors->order of the next chunk of this CPU
 * @last: index in cursors->order after the last chunk of this CPU
 * @last_ns: time of the last record of the last chunk read
 * @read: records up to the end of that chunk, per class, as the recorder counted
 *	them
 * @is_read_known: @read is valid: no chunk was skipped because of its time
 * @gaps: "lost" records for records that could not be read
 */
struct cursor {
	const struct ipcprobe_rec *rec;
	const void *end;
	const void *chunk;
	const void *chunk_end;
	char *raw;
	size_t raw_max;
	size_t first;
	size_t next;
	size_t last;
	uint64_t last_ns;
	uint64_t read[IPCPROBE_NR_CLASSES];
	bool is_read_known;
	struct ipcprobe_rec_lost gaps[IPCPROBE_NR_CLASSES];
};

/**
 * struct cursors - the cursors of all CPUs
 * @file: file that is read
 * @toc: table of contents of @file
 * @info: information about the recording; damage is counted here
 * @order: indices of toc->chunks, CPU by CPU, in order of the file
 * @cpu: cursors by CPU, [info->nr_cpus]
 * @from_ns: before this time, only records of class "task" are returned
 * @until_ns: from this time on, no records are returned
 */
struct cursors {
	struct frame_file *file;
	const struct toc *toc;
	struct reader_info *info;
	uint32_t *order;
	struct cursor *cpu;
	uint64_t from_ns;
	uint64_t until_ns;
};

int cursors_init(struct cursors *cursors, struct frame_file *file, const struct toc *toc,
		 struct reader_info *info);
void cursors_deinit(struct cursors *cursors);

void cursors_restart(struct cursors *cursors, uint64_t from_ns, uint64_t until_ns);
int cursor_settle(struct cursors *cursors, struct cursor *c);

#endif /* IPCPROBE_TRACE_CURSOR_H */
