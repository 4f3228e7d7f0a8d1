// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU's ring of one session: BPF ring buffer's layout without its lock.
 *
 * Only the owning CPU writes, with irqs off from reserve to commit, so a
 * record is never seen half written and needs no busy bit; NMI context is
 * not traced.  Positions count bytes and never wrap.  The data pages are
 * mapped twice in a row, here and in user space, so that nobody handles a
 * record that crosses the end:
 *
 *	| consumer page | producer page | data ... | data again ... |
 *	  user: rw        user: ro        user: ro   user: ro
 *
 *	kernel (this CPU)                    user (tools/trace/ring.c)
 *	  LOAD  consumer_pos  acquire (A)      LOAD  producer_pos  acquire (C)
 *	  STORE data                           LOAD  data
 *	  STORE producer_pos  release (B)      STORE consumer_pos  release (D)
 *
 *	A pairs with D: data are overwritten only after they were read.
 *	B pairs with C: data are read only after they were written.
 *
 * consumer_pos is not trusted: it enters one subtraction, and a result that
 * cannot be means that the ring is full.
 *
 * When the ring is full the newest event is dropped and counted by class, and
 * so is an event that made no record for another reason (missed.c); a lost
 * record stands in the stream before the next record that fits.  The last
 * LOST_ROOM bytes are kept for these, so that the losses at the very end are
 * in the stream as well (ipcprobe_ring_flush_lost()).
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
 * Waking the reader.  poll() arms a wake-up by writing the position beyond which
 * it wants to know.  A writer looks at wakeup_pos and publishes producer_pos, in
 * any order and without a barrier, with irqs off; so poll() interrupts that CPU:
 *
 *	poll()				writer, irqs off
 *	  STORE wakeup_pos		  LOAD  wakeup_pos
 *	  interrupt of the ring's CPU	  STORE producer_pos
 *	  LOAD  producer_pos
 *
 * A writer that began before the interrupt has published, and poll() sees it; one
 * that begins after it sees wakeup_pos.  Only poll() pays, and only after a
 * wake-up: an old wakeup_pos that is lower wakes early, which harms nobody.
 */

/*
 * Wakes the reader once: poll() arms it again.  A CPU that is about to die would
 * not do its work; it stays armed for what comes when it is back.  Context: as
 * the writer's.
 */
void ipcprobe_ring_wake(struct ipcprobe_ring *ring)
{
	if (unlikely(!cpu_online(smp_processor_id())))
		return;
	WRITE_ONCE(ring->wakeup_pos, U64_MAX);
	irq_work_queue(&ring->wakeup);
}

/* Where records may end now; 0: the reader claims nonsense. */
static u64 find_limit(const struct ipcprobe_ring *ring)
{
	u64 consumer_pos = smp_load_acquire(&ring->consumer->consumer_pos); /* A */
	u64 size = ring->mask + 1;

	if (ring->producer->producer_pos - consumer_pos > size)
		return 0;
	return consumer_pos + size - LOST_ROOM;
}

/* The class whose loss began first; there is one. */
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
 * LOST_ROOM is behind the limit, so these always fit. The one that began first is
 * first: whoever merges CPUs by the time when losses began takes them as they come.
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

/* The next record is reserved by ipcprobe_ring_make_room(), which writes these first. */
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
 * ipcprobe_ring_miss - events that should be in the ring made no record
 * @ring: this CPU's ring
 * @class_id: their class
 * @reason: enum ipcprobe_reason
 * @nr: how many, at least; 0: any number
 * @queues: whose queues they were about
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
 * ipcprobe_ring_adopt - say what was lost on CPUs that have no ring
 * @ring: a ring that nobody writes any more
 * @class_id: class of the events
 * @nr: how many
 * @begin_ns: time of the first
 *
 * STATS counts them with their own CPUs.  Context: process.
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
 * ipcprobe_ring_make_room - for a ring that seems full, or owes a lost record
 * @ring: this CPU's ring
 * @class_id: class that a loss is counted for
 * @len: bytes wanted
 * @ts_ns: time of the record
 * @queues: whose queues it is about
 *
 * Context: as ipcprobe_ring_reserve().  Return: false: full, the loss is counted.
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
 * ipcprobe_ring_flush_lost - tell the losses that no record has told yet
 * @ring: a ring that nobody writes any more
 *
 * Context: process.
 */
void ipcprobe_ring_flush_lost(struct ipcprobe_ring *ring)
{
	u64 limit = find_limit(ring);

	/* Stopped twice without reading, LOST_ROOM is used up: not now then. */
	if (ring->lost_classes && ring->producer->producer_pos +
	    hweight32(ring->lost_classes) * LOST_LEN <= limit + LOST_ROOM && limit)
		write_lost(ring, ipcprobe_clock());
}

/* A ring that refused a record is full, however little wakeup_bytes are missing. */
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
 * ipcprobe_ring_readable - for poll(): is there enough to read?
 * @ring: any ring of the session
 *
 * When not, the ring's next wake-up is armed first, and then looked at again,
 * so that no wake-up is missed.
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
	/* an error means that the CPU is offline: it writes nothing */
	smp_call_function_single(ring->producer->cpu, do_nothing, NULL, true);
	if (!has_enough(ring))
		return false;
	/* another poll() may have relied on this one's arming */
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

/* Maps consumer page, producer page, data and data again. */
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
 * @wakeup_bytes: when poll() calls it readable
 * @wait: woken when it is
 *
 * Context: process.  Return: NULL when there is not enough memory.
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

/* No writer and no mapping may be left. */
void ipcprobe_ring_destroy(struct ipcprobe_ring *ring)
{
	if (!ring)
		return;
	irq_work_sync(&ring->wakeup);
	vunmap(ring->area);
	free_pages_array(ring->pages, 2 + ((ring->mask + 1) >> PAGE_SHIFT));
	kfree(ring);
}
