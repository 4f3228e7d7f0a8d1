/* SPDX-License-Identifier: GPL-2.0 */
/* One CPU's ring of one session; ring.c says how it works. */
#ifndef IPCPROBE_RING_H
#define IPCPROBE_RING_H

#include <linux/irq_work.h>
#include <linux/wait.h>

#include "record.h"

struct ipcprobe_ring {
	/* written by the CPU that owns the ring, irqs off */
	u64 limit;		/* records end at or before it; 0 while lost_classes is not */
	u64 wakeup_pos;		/* beyond it a reader is woken; also written by poll(), both WRITE_ONCE */
	/* constant while the ring exists */
	struct ipcprobe_ring_producer *producer;
	u8 *data;
	u64 mask;		/* size of the data - 1 */
	u32 plain;		/* as of the session, less the classes that it wants data of */
	struct ipcprobe_ring_consumer *consumer;	/* user space writes it */
	void *area;		/* consumer page, producer page, data, data again */
	struct page **pages;	/* of the area, the second data left out */
	wait_queue_head_t *wait;
	u32 wakeup_bytes;
	/* as limit */
	u32 lost_classes;	/* mask: losses that no record says yet */
	u32 lost_pending[IPCPROBE_NR_CLASSES];
	u32 lost_reasons[IPCPROBE_NR_CLASSES];
	u64 lost_queues[IPCPROBE_NR_CLASSES];	/* IPCPROBE_QUEUE() of each */
	u64 lost_begin_ns[IPCPROBE_NR_CLASSES];
	struct irq_work wakeup;
};

/* What an event is about: the run queue of a CPU, in a mask; 0: of none. */
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
 * ipcprobe_ring_reserve - room for one record; its loss is counted here
 * @ring: this CPU's ring
 * @len: bytes of the record, a multiple of 8
 * @class_id: class that the record, or its loss, is counted for
 * @ts_ns: its time
 * @queues: whose queues it is about; of use only if it is lost
 * @end: set to the position behind it, for ipcprobe_ring_commit()
 *
 * Context: on the ring's CPU, irqs off until ipcprobe_ring_commit(); not NMI.
 * Return: where to write, or NULL: the ring is full.
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

/* Makes the record reserved last visible. */
static __always_inline void ipcprobe_ring_commit(struct ipcprobe_ring *ring,
						 u64 end)
{
	smp_store_release(&ring->producer->producer_pos, end); /* B in ring.c */
	if (unlikely(end > READ_ONCE(ring->wakeup_pos)))
		ipcprobe_ring_wake(ring);
}

#endif /* IPCPROBE_RING_H */
