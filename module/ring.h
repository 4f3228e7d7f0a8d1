/* SPDX-License-Identifier: GPL-2.0 */
/* One CPU's ring of one session; ring.c explains the protocol. */
#ifndef IPCPROBE_RING_H
#define IPCPROBE_RING_H

#include <linux/irq_work.h>
#include <linux/wait.h>

#include "record.h"

struct ipcprobe_ring {
	/* written by the CPU that owns the ring, irqs off */
	u64 limit;		/* records end here at the latest; 0 if lost_classes is not 0 */
	/*
	 * a record that ends beyond wakeup_pos wakes the reader; poll() writes
	 * it, too: WRITE_ONCE()
	 */
	u64 wakeup_pos;
	/* constant while the ring exists */
	struct ipcprobe_ring_producer *producer;
	u8 *data;
	u64 mask;		/* size of the data - 1 */
	/* copy of session->plain, without the classes whose data the session wants */
	u32 plain;
	struct ipcprobe_ring_consumer *consumer;	/* written by user space */
	void *area;		/* consumer page, producer page, data, data again */
	struct page **pages;	/* pages of the area, without the second mapping of the data */
	wait_queue_head_t *wait;
	u32 wakeup_bytes;
	/* written like @limit: by the owning CPU, irqs off */
	u32 lost_classes;	/* mask of classes that have a loss without a lost record */
	u32 lost_pending[IPCPROBE_NR_CLASSES];
	u32 lost_reasons[IPCPROBE_NR_CLASSES];
	u64 lost_queues[IPCPROBE_NR_CLASSES];	/* masks made with IPCPROBE_QUEUE() */
	u64 lost_begin_ns[IPCPROBE_NR_CLASSES];
	struct irq_work wakeup;
};

/*
 * Mask of the run queues that an event is about: the bit of one CPU; 0: no run
 * queue.
 */
#define IPCPROBE_QUEUE(cpu)	(1ULL << ((cpu) & 63))
#define IPCPROBE_QUEUES_ALL	U64_MAX

struct ipcprobe_ring *ipcprobe_ring_create(int cpu, u32 size, u32 wakeup_bytes,
					   wait_queue_head_t *wait);
void ipcprobe_ring_destroy(struct ipcprobe_ring *ring);
bool ipcprobe_ring_make_room(struct ipcprobe_ring *ring, u32 class_id, u32 len,
			     u64 ts_ns, u64 queues);
void ipcprobe_ring_miss(struct ipcprobe_ring *ring, u32 class_id, u32 reason,
			u32 nr, u64 queues);
void ipcprobe_ring_adopt(struct ipcprobe_ring *ring, u32 class_id, u32 nr,
			 u64 begin_ns);
void ipcprobe_ring_wake(struct ipcprobe_ring *ring);
void ipcprobe_ring_flush_lost(struct ipcprobe_ring *ring);
bool ipcprobe_ring_readable(struct ipcprobe_ring *ring);

/**
 * ipcprobe_ring_reserve - reserve room for one record; count a loss if there is none
 * @ring: this CPU's ring
 * @len: bytes of the record, a multiple of 8
 * @class_id: class that the record, or its loss, is counted for
 * @ts_ns: time of the record
 * @queues: IPCPROBE_QUEUE() of the queues that the record is about; used only if
 *	the record is lost
 * @end: set to the position after the record, for ipcprobe_ring_commit()
 *
 * Context: on the ring's CPU, irqs off until ipcprobe_ring_commit(); not NMI.
 * Return: address to write the record to; NULL: the ring is full.
 */
static __always_inline void *
ipcprobe_ring_reserve(struct ipcprobe_ring *ring, u32 len, u32 class_id,
		      u64 ts_ns, u64 queues, u64 *end)
{
	struct ipcprobe_ring_producer *producer = ring->producer;
	u64 pos = producer->producer_pos;

	producer->produced[class_id]++;
	if (unlikely(pos + len > ring->limit)) {
		if (!ipcprobe_ring_make_room(ring, class_id, len, ts_ns, queues))
			return NULL;
		pos = producer->producer_pos;
	}
	*end = pos + len;
	return ring->data + (pos & ring->mask);
}

/* Makes the last reserved record visible. */
static __always_inline void ipcprobe_ring_commit(struct ipcprobe_ring *ring,
						 u64 end)
{
	smp_store_release(&ring->producer->producer_pos, end); /* B in ring.c */
	if (unlikely(end > READ_ONCE(ring->wakeup_pos)))
		ipcprobe_ring_wake(ring);
}

#endif /* IPCPROBE_RING_H */
