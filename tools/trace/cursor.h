/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each CPU's records of a recorded file, in their order.  reader.c merges them.
 *
 * A chunk is used only if all of it is right: its CRCs, its records' lengths
 * and texts, its counts.  Otherwise it is skipped, and when the next good one
 * of that CPU arrives, its counts of what went before tell what is missing:
 * that is given as "lost" records, so that a model has one kind of gap only.
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
 * @rec: the record that is next
 * @end: end of what @rec is in: @gaps or the chunk
 * @chunk: behind @gaps: the chunk that follows them, else NULL
 * @chunk_end: its end
 * @raw: memory of a chunk, TRACEFILE_RAW_MAX at most
 * @raw_max: size of @raw
 * @first: in cursors->order: the first chunk of this CPU
 * @next: the next one
 * @last: behind the last one
 * @last_ns: time of the last record of the last chunk
 * @read: records up to there, per class, as the recorder counted them
 * @is_read_known: @read is valid: no chunk was left out because of its time
 * @gaps: "lost" records for what could not be read
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
 * struct cursors - those of all CPUs
 * @file: file read
 * @toc: its contents
 * @info: of the recording; damage met is counted here
 * @order: indices of toc->chunks, CPU by CPU, in order of the file
 * @cpu: one for each CPU, [info->nr_cpus]
 * @from_ns: before it only records of class "task" are given
 * @until_ns: from it on nothing is given
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
