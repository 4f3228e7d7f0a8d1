/* SPDX-License-Identifier: GPL-2.0 */
/* Spans: bytes at positions of a stream, or at addresses. */
#ifndef IPCPROBE_MODEL_COPIES_SPAN_H
#define IPCPROBE_MODEL_COPIES_SPAN_H

#include <stdint.h>

/* Bytes at positions of a stream, or at addresses. */
struct span {
	uint64_t start;
	uint64_t bytes;
};

/* Spans in the order of their bytes in an operation. */
struct spans {
	struct span *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * spans_add - add @bytes from @start on after the last span
 * Return: 0 or -ENOMEM.
 */
int spans_add(struct spans *spans, uint64_t start, uint64_t bytes);

#endif /* IPCPROBE_MODEL_COPIES_SPAN_H */
