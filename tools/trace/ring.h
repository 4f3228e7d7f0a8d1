/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reader's side of one CPU's ring in kernel memory.  The other side is
 * module/ring.c; the layout is in <linux/ipcprobe.h>.
 */
#ifndef IPCPROBE_TRACE_RING_H
#define IPCPROBE_TRACE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

/**
 * struct ring - one CPU's ring, mapped; k... is memory shared with the kernel
 * @kconsumer: page that the reader writes
 * @kproducer: page that the kernel writes; after it the data is mapped twice
 * @kdata: first mapping of the data
 * @ring_bytes: size of the data, a power of two
 * @page_size: page size of the kernel
 * @consumer_pos: number of bytes ever consumed; the copy in @kconsumer is updated
 *	from it
 */
struct ring {
	struct ipcprobe_ring_consumer *kconsumer;
	struct ipcprobe_ring_producer *kproducer;
	const char *kdata;
	size_t ring_bytes;
	size_t page_size;
	uint64_t consumer_pos;
};

int ring_init(struct ring *ring, int fd, uint32_t cpu, const struct ipcprobe_info *info);
void ring_deinit(struct ring *ring);

/* True if the CPU has a ring: a CPU that is not recorded has none. */
static inline bool ring_exists(const struct ring *ring)
{
	return ring->kconsumer;
}

size_t ring_peek(const struct ring *ring, const void **ret);
void ring_consume(struct ring *ring, size_t len);

#endif /* IPCPROBE_TRACE_RING_H */
