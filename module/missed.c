// SPDX-License-Identifier: GPL-2.0
/*
 * Counts events that made no record: at the hook that saw the event, and for
 * each session that wants the class. Such a session gets a lost record in its
 * stream.
 */
#include "clock.h"
#include "emit.h"
#include "hook.h"
#include "missed.h"
#include "ring.h"
#include "session.h"

static void trace_missed(u32 class_id, enum ipcprobe_reason reason)
{
	struct ipcprobe_rec_lost rec = {
		.hdr.tid = current->pid,
		.begin_ns = ipcprobe_clock(),
		.nr_lost = 1,
		.class_id = class_id,
		.reasons = reason,
	};

	if (trace_lost_enabled())
		__IPCPROBE_TRACE_COPY(lost, &rec);
}

static void miss_events(struct ipcprobe_session *session, u32 class_id,
			enum ipcprobe_reason reason, u32 nr, u64 queues)
{
	struct ipcprobe_ring *ring = ipcprobe_session_ring(session, class_id);

	if (ring)
		ipcprobe_ring_miss(ring, class_id, reason, nr, queues);
}

/**
 * ipcprobe_missed - count an event of the current task that should make a record but
 *	makes none
 * @hook: hook that counts the event; NULL: no hook saw the event
 * @class_id: class of the record
 * @reason: why there is no record
 *
 * Context: any but NMI, preemption off.
 */
void ipcprobe_missed(struct ipcprobe_hook *hook, u32 class_id,
		     enum ipcprobe_reason reason)
{
	struct ipcprobe_session *session;
	u32 tid = current->pid;

	if (hook)
		atomic64_inc(&hook->missed);
	guard(irqsave)();
	trace_missed(class_id, reason);
	list_for_each_entry_rcu(session, &ipcprobe_sessions, active_node)
		if (ipcprobe_session_wants(session, class_id, tid, tid, -1))
			miss_events(session, class_id, reason, 1, IPCPROBE_QUEUES_ALL);
}

/**
 * ipcprobe_session_missed - mark events of a class as lost for a running session,
 *	without a number of events
 * @session: the session
 * @class_id: the class
 * @reason: why events are missing
 * @queues: classes sched and pick: IPCPROBE_QUEUE() of the queues concerned
 *
 * Context: process, or irqs off.
 */
void ipcprobe_session_missed(struct ipcprobe_session *session, u32 class_id,
			     enum ipcprobe_reason reason, u64 queues)
{
	guard(irqsave)();
	miss_events(session, class_id, reason, 0, queues);
}

/*
 * Counts an event on a CPU that became present after CONFIGURE. Context: irqs
 * off, on that CPU.
 */
noinline void ipcprobe_session_ringless(struct ipcprobe_session *session,
					int cpu, u32 class_id)
{
	if (!READ_ONCE(session->no_ring_begin_ns))
		WRITE_ONCE(session->no_ring_begin_ns, ipcprobe_clock());
	session->no_ring[cpu][class_id]++;
}

static struct ipcprobe_ring *first_ring(const struct ipcprobe_session *session)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (session->rings[cpu])
			return session->rings[cpu];
	return NULL;
}

static u64 count_ringless(const struct ipcprobe_session *session, u32 class_id)
{
	u64 nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += session->no_ring[cpu][class_id];
	return nr;
}

/* Puts the losses of CPUs without a ring into the first ring. */
static void adopt_ringless(struct ipcprobe_session *session)
{
	struct ipcprobe_ring *ring = first_ring(session);
	u32 class_id;
	u64 nr;

	if (!ring || !session->no_ring_begin_ns)
		return;
	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++) {
		nr = count_ringless(session, class_id);
		if (nr == session->no_ring_flushed[class_id])
			continue;
		ipcprobe_ring_adopt(ring, class_id, nr - session->no_ring_flushed[class_id],
				    session->no_ring_begin_ns);
		session->no_ring_flushed[class_id] = nr;
	}
	session->no_ring_begin_ns = 0;
}

/**
 * ipcprobe_session_flush_lost - write lost records for the losses that have none yet
 * @session: stopped session, which no probe uses any more
 *
 * Context: process.
 */
void ipcprobe_session_flush_lost(struct ipcprobe_session *session)
{
	int cpu;

	adopt_ringless(session);
	for_each_possible_cpu(cpu)
		if (session->rings[cpu])
			ipcprobe_ring_flush_lost(session->rings[cpu]);
}
