// SPDX-License-Identifier: GPL-2.0
/*
 * The reader's side of the ring. The kernel publishes records by advancing
 * producer_pos; the reader frees room by advancing consumer_pos. Both positions
 * count bytes and never decrease, so their difference is the number of bytes that
 * can be read:
 *
 *	module/ring.c				here
 *	LOAD consumer_pos (room?)  (A)		LOAD-ACQUIRE producer_pos   (C)
 *	STORE record				LOAD records
 *	STORE-RELEASE producer_pos (B)		STORE-RELEASE consumer_pos  (D)
 *
 * B pairs with C: the reader sees only complete records. D pairs with A: a record
 * is overwritten only after it was read.
 */
#include "trace/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t) && ATOMIC_LLONG_LOCK_FREE == 2,
	      "positions are shared with the kernel, which knows nothing of our locks");

static uint64_t load_acquire(uint64_t *pos)
{
	return atomic_load_explicit((_Atomic uint64_t *)pos, memory_order_acquire);
}

static void store_release(uint64_t *pos, uint64_t value)
{
	atomic_store_explicit((_Atomic uint64_t *)pos, value, memory_order_release);
}

static size_t producer_len(const struct ring *ring)
{
	return ring->page_size + 2 * ring->ring_bytes;
}

/**
 * ring_init - map a CPU's ring
 * @ring: ring to set up; zeroed on error
 * @fd: descriptor of a configured session
 * @cpu: CPU number
 * @info: result of IPCPROBE_IOC_INFO after IPCPROBE_IOC_CONFIGURE
 *
 * Return: 0, -ENXIO if the CPU has no ring, -EPROTO if the kernel's page does not
 * agree with @info, or -errno of mmap(2).
 */
int ring_init(struct ring *ring, int fd, uint32_t cpu, const struct ipcprobe_info *info)
{
	off_t offset = (off_t)cpu * info->stride;
	void *page;
	int err;

	memset(ring, 0, sizeof(*ring));
	ring->page_size = info->page_size;
	ring->ring_bytes = info->ring_bytes;
	page = mmap(NULL, ring->page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (page == MAP_FAILED) {
		err = -errno;
		goto err_clear;
	}
	ring->kconsumer = page;
	page = mmap(NULL, producer_len(ring), PROT_READ, MAP_SHARED, fd,
		    offset + ring->page_size);
	if (page == MAP_FAILED) {
		err = -errno;
		goto err_unmap_consumer;
	}
	ring->kproducer = page;
	ring->kdata = (const char *)page + ring->page_size;
	if (ring->kproducer->cpu == cpu && ring->kproducer->ring_bytes == ring->ring_bytes)
		return 0;
	err = -EPROTO;
	munmap(ring->kproducer, producer_len(ring));
err_unmap_consumer:
	munmap(ring->kconsumer, ring->page_size);
err_clear:
	memset(ring, 0, sizeof(*ring));
	return err;
}

void ring_deinit(struct ring *ring)
{
	if (!ring_exists(ring))
		return;
	munmap(ring->kproducer, producer_len(ring));
	munmap(ring->kconsumer, ring->page_size);
	memset(ring, 0, sizeof(*ring));
}

/**
 * ring_peek - get the records that can be read now
 * @ring: the ring
 * @ret: the first record; the others follow it in memory without a break
 *
 * Return: the number of bytes of these records.
 */
size_t ring_peek(const struct ring *ring, const void **ret)
{
	/* Pairs with the store-release of producer_pos in module/ring.c. */
	uint64_t producer_pos = load_acquire((uint64_t *)&ring->kproducer->producer_pos);
	uint64_t len = producer_pos - ring->consumer_pos;

	*ret = ring->kdata + (ring->consumer_pos & (ring->ring_bytes - 1));
	return len <= ring->ring_bytes ? len : 0;
}

/**
 * ring_consume - free the room of the first records
 * @ring: the ring
 * @len: number of bytes of these records, at most the result of ring_peek()
 */
void ring_consume(struct ring *ring, size_t len)
{
	ring->consumer_pos += len;
	/* Pairs with the load of consumer_pos in module/ring.c. */
	store_release((uint64_t *)&ring->kconsumer->consumer_pos, ring->consumer_pos);
}
