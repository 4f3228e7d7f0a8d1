// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU's ring of one session: the layout of the BPF ring buffer, without its
 * lock.
 *
 * Only the owning CPU writes, with irqs off from reserve to commit. Therefore
 * no record is ever seen half written, and no busy bit is needed; NMI context
 * is not traced. Positions count bytes and never wrap. The data pages are
 * mapped twice in a row, in the kernel and in user space, so that a record
 * which crosses the end needs no special case:
 *
 *	| consumer page | producer page | data ... | data again ... |
 *	  user: rw        user: ro        user: ro   user: ro
 *
 *	kernel (this CPU)                    user (tools/trace/ring.c)
 *	  LOAD  consumer_pos  acquire (A)      LOAD  producer_pos  acquire (C)
 *	  STORE data                           LOAD  data
 *	  STORE producer_pos  release (B)      STORE consumer_pos  release (D)
 *
 *	A pairs with D: data is overwritten only after it was read.
 *	B pairs with C: data is read only after it was written.
 *
 * consumer_pos is not trusted: it is used in one subtraction, and an impossible
 * result means that the ring is full.
 *
 * When the ring is full, the newest event is lost and counted by class. An
 * event that made no record for another reason is counted, too (missed.c). A
 * lost record is written before the next record that fits. The last LOST_ROOM
 * bytes of the ring are reserved for lost records, so that losses at the very
 * end are in the stream as well (ipcprobe_ring_flush_lost()).
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/vmalloc.h>

#include "class.h"
#include "clock.h"
#include "record.h"
#include "ring.h"

#define LOST_LEN	((u32)sizeof(struct ipcprobe_rec_lost))
#define LOST_ROOM	(IPCPROBE_NR_CLASSES * LOST_LEN)

static void wakeup_reader(struct irq_work *work)
{
	struct ipcprobe_ring *ring = container_of(work, struct ipcprobe_ring,
						  wakeup);

	wake_up_interruptible_poll(ring->wait, EPOLLIN | EPOLLRDNORM);
}

/*
 * How the reader is woken. poll() arms a wake-up: it writes the position beyond
 * which the reader must be woken. A writer reads wakeup_pos and publishes
 * producer_pos, in any order and without a barrier, with irqs off. Therefore
 * poll() interrupts the CPU of the writer:
 *
 *	poll()				writer, irqs off
 *	  STORE wakeup_pos		  LOAD  wakeup_pos
 *	  interrupt of the ring's CPU	  STORE producer_pos
 *	  LOAD  producer_pos
 *
 * A writer that began before the interrupt has published its record, and poll()
 * sees the record. A writer that begins after the interrupt sees wakeup_pos.
 * Only poll() has this cost, and only after a wake-up: an old and lower
 * wakeup_pos wakes the reader early, which is harmless.
 */

/*
 * Wakes the reader once; poll() arms the next wake-up. A CPU that is about to
 * go offline would not run its irq_work: the wake-up stays armed until the CPU
 * is back. Context: same as that of the writer.
 */
void ipcprobe_ring_wake(struct ipcprobe_ring *ring)
{
	if (unlikely(!cpu_online(smp_processor_id())))
		return;
	WRITE_ONCE(ring->wakeup_pos, U64_MAX);
	irq_work_queue(&ring->wakeup);
}

/*
 * Return: the position up to which records may be written; 0: consumer_pos is
 * invalid.
 */
static u64 find_limit(const struct ipcprobe_ring *ring)
{
	u64 consumer_pos = smp_load_acquire(&ring->consumer->consumer_pos); /* A */
	u64 size = ring->mask + 1;

	if (ring->producer->producer_pos - consumer_pos > size)
		return 0;
	return consumer_pos + size - LOST_ROOM;
}

/* Return: the class whose loss began first. At least one class has a loss. */
static u32 earliest_lost(const struct ipcprobe_ring *ring)
{
	unsigned long classes = ring->lost_classes;
	u32 class_id, first = __ffs(classes);

	for_each_set_bit(class_id, &classes, IPCPROBE_NR_CLASSES)
		if (ring->lost_begin_ns[class_id] < ring->lost_begin_ns[first])
			first = class_id;
	return first;
}

static void write_lost_of(struct ipcprobe_ring *ring, u32 class_id, u64 ts_ns)
{
	struct ipcprobe_ring_producer *producer = ring->producer;
	struct ipcprobe_rec_lost *rec;

	rec = (void *)(ring->data + (producer->producer_pos & ring->mask));
	*rec = (struct ipcprobe_rec_lost) {
		.hdr.len = LOST_LEN,
		.hdr.type = IPCPROBE_REC_lost,
		.hdr.ts_ns = ts_ns,
		.begin_ns = ring->lost_begin_ns[class_id],
		.nr_lost = ring->lost_pending[class_id],
		.class_id = class_id,
		.reasons = ring->lost_reasons[class_id],
		.queues = ring->lost_queues[class_id],
	};
	ring->lost_pending[class_id] = 0;
	ring->lost_reasons[class_id] = 0;
	ring->lost_queues[class_id] = 0;
	smp_store_release(&producer->producer_pos, /* B */
			  producer->producer_pos + LOST_LEN);
}

/*
 * The lost records always fit, because LOST_ROOM is after the limit. The loss
 * that began first is written first: a reader that merges CPUs by the begin of
 * losses can use them in this order.
 */
static void write_lost(struct ipcprobe_ring *ring, u64 ts_ns)
{
	u32 class_id;

	while (ring->lost_classes) {
		class_id = earliest_lost(ring);
		write_lost_of(ring, class_id, ts_ns);
		WRITE_ONCE(ring->lost_classes, ring->lost_classes & ~BIT(class_id));
	}
}

/*
 * Counts a loss. ring->limit becomes 0, so that the next reservation calls
 * ipcprobe_ring_make_room(), which writes the lost records first.
 */
static void count_lost(struct ipcprobe_ring *ring, u32 class_id, u32 reason,
		       u32 nr, u64 ts_ns, u64 queues)
{
	if (!(ring->lost_classes & BIT(class_id)))
		ring->lost_begin_ns[class_id] = ts_ns;
	WRITE_ONCE(ring->lost_classes, ring->lost_classes | BIT(class_id));
	ring->lost_pending[class_id] += nr;
	ring->lost_reasons[class_id] |= reason;
	if (IPCPROBE_QUEUE_CLASSES & BIT(class_id))
		ring->lost_queues[class_id] |= queues;
	ring->producer->lost[class_id] += nr;
	ring->limit = 0;
}

/**
 * ipcprobe_ring_miss - count events that should be in the ring but made no record
 * @ring: this CPU's ring
 * @class_id: class of the events
 * @reason: enum ipcprobe_reason
 * @nr: least number of events; 0: any number
 * @queues: IPCPROBE_QUEUE() of the queues that the events are about
 *
 * Context: on the ring's CPU, irqs off; not NMI.
 */
void ipcprobe_ring_miss(struct ipcprobe_ring *ring, u32 class_id, u32 reason,
			u32 nr, u64 queues)
{
	ring->producer->produced[class_id] += nr;
	count_lost(ring, class_id, reason, nr, ipcprobe_clock(), queues);
}

/**
 * ipcprobe_ring_adopt - count losses of CPUs that have no ring
 * @ring: a ring that has no writer any more
 * @class_id: class of the events
 * @nr: number of events
 * @begin_ns: time of the first event
 *
 * STATS counts these events for their own CPUs.  Context: process.
 */
void ipcprobe_ring_adopt(struct ipcprobe_ring *ring, u32 class_id, u32 nr,
			 u64 begin_ns)
{
	u64 lost = ring->producer->lost[class_id];

	count_lost(ring, class_id, IPCPROBE_REASON_NO_RING, nr, begin_ns,
		   IPCPROBE_QUEUES_ALL);
	ring->producer->lost[class_id] = lost;
}

/**
 * ipcprobe_ring_make_room - make room in a ring that seems full or has a loss
 *	without a lost record
 * @ring: this CPU's ring
 * @class_id: class that a loss is counted for
 * @len: bytes of the record
 * @ts_ns: time of the record
 * @queues: IPCPROBE_QUEUE() of the queues that the record is about
 *
 * Context: same as ipcprobe_ring_reserve().  Return: false: full, the loss is counted.
 */
bool ipcprobe_ring_make_room(struct ipcprobe_ring *ring, u32 class_id, u32 len,
			     u64 ts_ns, u64 queues)
{
	u32 need = len + hweight32(ring->lost_classes) * LOST_LEN;
	u64 limit = find_limit(ring);

	if (!limit || ring->producer->producer_pos + need > limit) {
		count_lost(ring, class_id, IPCPROBE_REASON_RING_FULL, 1, ts_ns, queues);
		if (READ_ONCE(ring->wakeup_pos) != U64_MAX)
			ipcprobe_ring_wake(ring);
		return false;
	}
	ring->limit = limit;
	if (ring->lost_classes)
		write_lost(ring, ts_ns);
	return true;
}

/**
 * ipcprobe_ring_flush_lost - write the lost records that are not written yet
 * @ring: a ring that has no writer any more
 *
 * Context: process.
 */
void ipcprobe_ring_flush_lost(struct ipcprobe_ring *ring)
{
	u64 limit = find_limit(ring);

	/*
	 * LOST_ROOM is used up if the session was stopped twice without a read:
	 * then write nothing.
	 */
	if (ring->lost_classes && ring->producer->producer_pos +
	    hweight32(ring->lost_classes) * LOST_LEN <= limit + LOST_ROOM && limit)
		write_lost(ring, ipcprobe_clock());
}

/*
 * True if poll() may report the ring: enough bytes, or any bytes and a loss
 * (the ring is full).
 */
static bool has_enough(const struct ipcprobe_ring *ring)
{
	u64 consumer_pos = READ_ONCE(ring->consumer->consumer_pos);
	u64 bytes = READ_ONCE(ring->producer->producer_pos) - consumer_pos;

	return bytes >= ring->wakeup_bytes ||
	       (bytes && READ_ONCE(ring->lost_classes));
}

static void do_nothing(void *unused)
{
}

/**
 * ipcprobe_ring_readable - for poll(): true if the reader has enough to read
 * @ring: any ring of the session
 *
 * If there is not enough, the next wake-up is armed, and the ring is checked again
 * after that, so that no wake-up is missed.
 *
 * Context: process, irqs on.
 */
bool ipcprobe_ring_readable(struct ipcprobe_ring *ring)
{
	u64 consumer_pos = READ_ONCE(ring->consumer->consumer_pos);
	bool is_armed = READ_ONCE(ring->wakeup_pos) != U64_MAX;

	if (has_enough(ring))
		return true;
	WRITE_ONCE(ring->wakeup_pos, consumer_pos + ring->wakeup_bytes - 1);
	if (is_armed)
		return has_enough(ring);
	/* an error means that the CPU is offline and writes nothing */
	smp_call_function_single(ring->producer->cpu, do_nothing, NULL, true);
	if (!has_enough(ring))
		return false;
	/* another poll() may have relied on the wake-up that this one armed */
	wake_up_interruptible_poll(ring->wait, EPOLLIN | EPOLLRDNORM);
	return true;
}

static void free_pages_array(struct page **pages, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (pages[i])
			__free_page(pages[i]);
	kvfree(pages);
}

/* Maps the consumer page, the producer page, the data, and the data again. */
static void *map_area(int node, u32 size, struct page ***ret_pages)
{
	unsigned int nr_data = size >> PAGE_SHIFT, nr = 2 + nr_data, i;
	struct page **pages;
	void *area;

	pages = kvcalloc(nr + nr_data, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++) {
		pages[i] = alloc_pages_node(node, GFP_KERNEL_ACCOUNT |
					    __GFP_ZERO | __GFP_NOWARN |
					    __GFP_RETRY_MAYFAIL, 0);
		if (!pages[i])
			goto err_free_pages;
	}
	for (i = 0; i < nr_data; i++)
		pages[nr + i] = pages[2 + i];
	area = vmap(pages, nr + nr_data, VM_MAP | VM_USERMAP, PAGE_KERNEL);
	if (!area)
		goto err_free_pages;
	*ret_pages = pages;
	return area;

err_free_pages:
	free_pages_array(pages, nr);
	return NULL;
}

/**
 * ipcprobe_ring_create - make one CPU's ring
 * @cpu: the CPU that will write it
 * @size: bytes of data: a power of two, at least one page
 * @wakeup_bytes: bytes in the ring from which on poll() reports it
 * @wait: wait queue that is woken then
 *
 * Context: process.  Return: the ring; NULL: no memory.
 */
struct ipcprobe_ring *ipcprobe_ring_create(int cpu, u32 size, u32 wakeup_bytes,
					   wait_queue_head_t *wait)
{
	struct ipcprobe_ring *ring;

	ring = kzalloc_node(sizeof(*ring), GFP_KERNEL_ACCOUNT, cpu_to_node(cpu));
	if (!ring)
		return NULL;
	ring->area = map_area(cpu_to_node(cpu), size, &ring->pages);
	if (!ring->area) {
		kfree(ring);
		return NULL;
	}
	ring->consumer = ring->area;
	ring->producer = ring->area + PAGE_SIZE;
	ring->data = ring->area + 2 * PAGE_SIZE;
	ring->mask = size - 1;
	ring->wakeup_bytes = wakeup_bytes;
	ring->wakeup_pos = U64_MAX;
	ring->limit = size - LOST_ROOM;
	ring->wait = wait;
	ring->wakeup = IRQ_WORK_INIT(wakeup_reader);
	ring->producer->ring_bytes = size;
	ring->producer->cpu = cpu;
	return ring;
}

/* Frees a ring that has no writer and no mapping any more; NULL is accepted. */
void ipcprobe_ring_destroy(struct ipcprobe_ring *ring)
{
	if (!ring)
		return;
	irq_work_sync(&ring->wakeup);
	vunmap(ring->area);
	free_pages_array(ring->pages, 2 + ((ring->mask + 1) >> PAGE_SHIFT));
	kfree(ring);
}
