/* SPDX-License-Identifier: GPL-2.0 */
/* The contents of a recorded file: its frames and their offsets. */
#ifndef IPCPROBE_TRACE_TOC_H
#define IPCPROBE_TRACE_TOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/frame.h"
#include "trace/tracefile.h"

/**
 * struct toc - table of contents
 * @header: header of the file
 * @chunks: chunks of all CPUs, in order of the file; those of one CPU are in order
 *	of time
 * @nr_chunks: length of @chunks
 * @info_offset: offset of the INFO frame
 * @stats_offset: offset of the STATS frame, 0 = none
 * @is_truncated: the end of the file is missing
 * @nr_damaged: number of parts that could not be read
 */
struct toc {
	struct tracefile_header header;
	struct tracefile_index *chunks;
	size_t nr_chunks;
	uint64_t info_offset;
	uint64_t stats_offset;
	bool is_truncated;
	uint32_t nr_damaged;
};

int toc_init(struct toc *toc, struct frame_file *file);
void toc_deinit(struct toc *toc);

#endif /* IPCPROBE_TRACE_TOC_H */
