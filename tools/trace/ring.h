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
 * @kconsumer: page that this side writes
 * @kproducer: page that the kernel writes, and behind it the data, twice
 * @kdata: the data
 * @ring_bytes: size of the data, a power of two
 * @page_size: of the kernel
 * @consumer_pos: bytes consumed ever; the copy in @kconsumer follows it
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

/* a CPU that is not recorded has no ring */
static inline bool ring_exists(const struct ring *ring)
{
	return ring->kconsumer;
}

size_t ring_peek(const struct ring *ring, const void **ret);
void ring_consume(struct ring *ring, size_t len);

#endif /* IPCPROBE_TRACE_RING_H */
