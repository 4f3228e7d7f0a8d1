/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of a recorded file, read and checked one by one; toc.h finds their
 * offsets. Every value from a file is checked before it is used.
 */
#ifndef IPCPROBE_TRACE_FRAME_H
#define IPCPROBE_TRACE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/tracefile.h"

/**
 * struct frame_file - a recorded file
 * @fd: descriptor, owned by this struct
 * @size: size of the file when it was opened
 * @zstd: decompression context
 * @stored: payload as stored in the file
 * @stored_max: size of @stored
 */
struct frame_file {
	int fd;
	uint64_t size;
	struct ZSTD_DCtx_s *zstd;
	char *stored;
	size_t stored_max;
};

int frame_file_init(struct frame_file *file, int fd);
void frame_file_deinit(struct frame_file *file);

int frame_read_bytes(const struct frame_file *file, uint64_t offset, void *bytes, size_t len);
int frame_read_head(const struct frame_file *file, uint64_t offset, struct tracefile_frame *ret);
int frame_read_payload(struct frame_file *file, uint64_t offset,
		       const struct tracefile_frame *head, void *raw);
int frame_find(const struct frame_file *file, uint64_t offset, uint64_t *ret);

static inline uint64_t frame_end(uint64_t offset, const struct tracefile_frame *head)
{
	return offset + sizeof(*head) + TRACEFILE_ALIGN(head->stored_len);
}

#endif /* IPCPROBE_TRACE_FRAME_H */
