/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contents of a recorded file: which frames it has and where.
 */
#ifndef IPCPROBE_TRACE_TOC_H
#define IPCPROBE_TRACE_TOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/frame.h"
#include "trace/tracefile.h"

/**
 * struct toc - table of contents
 * @header: the file's header
 * @chunks: of all CPUs, in order of the file; of each CPU in order of time
 * @nr_chunks: length of @chunks
 * @info_offset: of the INFO frame
 * @stats_offset: of the STATS frame, 0 = none
 * @is_truncated: the end of the file is missing
 * @nr_damaged: parts that could not be read
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
