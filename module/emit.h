/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a filled record to tracepoint users and to every session that wants it.
 * All inlined: the class and the size are constants at each call, so what is
 * left of it is a few compares and a copy by registers.
 */
#ifndef IPCPROBE_EMIT_H
#define IPCPROBE_EMIT_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/rculist.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "ipcprobe.h"
#include "trace.h"

/* @cpu: -1: this one, which is asked for only if that matters */
static __always_inline bool
ipcprobe_session_wants(const struct ipcprobe_session *session, u32 class_id,
		       u32 tid, u32 other_tid, int cpu)
{
	u32 bit = BIT(class_id);

	if (likely(session->plain & bit))
		return true;
	if (!(session->classes & bit))
		return false;
	if (session->filtered & bit &&
	    !ipcprobe_filter_pass(&session->filter, tid) &&
	    !ipcprobe_filter_pass(&session->filter, other_tid))
		return false;
	if (session->not_self & bit && session->owner == current->tgid)
		return false;
	if (session->all_cpus)
		return true;
	return cpumask_test_cpu(cpu < 0 ? smp_processor_id() : cpu, session->cpus);
}

/* The ring for what happens here; without one, the event counts as lost. */
static __always_inline struct ipcprobe_ring *
ipcprobe_session_ring(struct ipcprobe_session *session, u32 class_id)
{
	int cpu = smp_processor_id();
	struct ipcprobe_ring *ring = session->rings[cpu];

	if (unlikely(!ring))
		session->no_ring[cpu][class_id]++;
	return ring;
}

/*
 * A tracepoint's user may do what makes the next record, before it has read all
 * of this one: each level has a copy of its own.  Deeper than that events cause
 * themselves without end, and their users hear no more of it.
 */
#define __IPCPROBE_TRACE_COPY(name, rec)					\
	__IPCPROBE_TRACE_FILL(name, copy, *copy = *(rec))

/* @fill writes the record to @copy. */
#define __IPCPROBE_TRACE_FILL(name, copy, fill)					\
({										\
	struct ipcprobe_trace_copies *copies = this_cpu_ptr(&ipcprobe_trace_copies); \
	struct ipcprobe_rec_##name *copy;					\
										\
	BUILD_BUG_ON(sizeof(*copy) > IPCPROBE_TRACE_MAX);			\
	if (copies->level < IPCPROBE_TRACE_LEVELS) {				\
		copy = (void *)copies->buf[copies->level++];			\
		fill;								\
		trace_##name(copy);						\
		copies->level--;						\
	}									\
})

/*
 * The core of the IPCPROBE_EMIT_* below.  @store writes the record to @to.
 * Only the rare tracepoint user sees @rec in memory, and then a copy that is
 * not on the stack: its fields otherwise go from registers to the ring, and
 * the hook needs no stack frame.
 */
#define __IPCPROBE_EMIT(name, rec, bytes, session, condition, trace, store)	\
do {										\
	struct ipcprobe_session *session;					\
	struct ipcprobe_ring *ring;						\
	void *to;								\
	u64 end;								\
										\
	lockdep_assert_irqs_disabled();						\
	(rec)->hdr.type = IPCPROBE_REC_##name;					\
	(rec)->hdr.len = (bytes);						\
	if (trace_##name##_enabled())						\
		trace;								\
	list_for_each_entry_rcu(session, &ipcprobe_sessions, active_node) {	\
		if (!(condition))						\
			continue;						\
		ring = ipcprobe_session_ring(session, IPCPROBE_REC_##name >> 8); \
		if (unlikely(!ring))						\
			continue;						\
		to = ipcprobe_ring_reserve(ring, bytes,				\
					   IPCPROBE_REC_##name >> 8,		\
					   (rec)->hdr.ts_ns, &end);		\
		if (likely(to)) {						\
			store;							\
			ipcprobe_ring_commit(ring, end);			\
		}								\
	}									\
} while (0)

/**
 * IPCPROBE_EMIT_IF - hand a record to tracepoint users and to some sessions
 * @name: event
 * @rec: struct ipcprobe_rec_<name> *, all but len and type filled
 * @session: name of the variable that @condition knows the session by
 * @condition: does this session get it?
 *
 * Context: irqs off from before ts_ns was read; not NMI.
 */
#define IPCPROBE_EMIT_IF(name, rec, session, condition)			\
	__IPCPROBE_EMIT(name, rec, sizeof(*(rec)), session, condition,		\
			__IPCPROBE_TRACE_COPY(name, rec),			\
			*(struct ipcprobe_rec_##name *)to = *(rec))

/* The whole record of an operation. */
#define __IPCPROBE_FILL_OP(to, head, ns, op, ret, fill)				\
({										\
	(to)->hdr = (head).hdr;							\
	(to)->dur_ns = ns;							\
	fill(to, op, ret);							\
})

/**
 * IPCPROBE_EMIT_OP - the record of an operation that is over
 * @name: event
 * @op: operation
 * @ret: its result
 * @fill: fill(rec, op, ret) writes all of the record but hdr and dur_ns
 *
 * The fields go from the operation straight to the ring: a record composed
 * before would need more registers than there are.
 *
 * Context: not NMI.
 */
#define IPCPROBE_EMIT_OP(name, op, ret, fill)					\
do {										\
	struct { struct ipcprobe_rec hdr; } head;				\
	unsigned long irqflags;							\
	u32 ns;									\
										\
	head.hdr.tid = (op)->tid;						\
	local_irq_save(irqflags);						\
	head.hdr.ts_ns = ipcprobe_clock_since((op)->begin, &ns);		\
	__IPCPROBE_EMIT(name, &head, sizeof(struct ipcprobe_rec_##name), s,	\
		ipcprobe_session_wants(s, IPCPROBE_REC_##name >> 8,		\
				       head.hdr.tid, head.hdr.tid, -1),		\
		__IPCPROBE_TRACE_FILL(name, copy,				\
			__IPCPROBE_FILL_OP(copy, head, ns, op, ret, fill)),	\
		__IPCPROBE_FILL_OP((struct ipcprobe_rec_##name *)to, head, ns,	\
				   op, ret, fill));				\
	local_irq_restore(irqflags);						\
} while (0)

/* About the task that acts, for the sessions that want @class_id. */
#define IPCPROBE_EMIT_AS(name, rec, class_id)					\
	IPCPROBE_EMIT_IF(name, rec, s,						\
		ipcprobe_session_wants(s, class_id, (rec)->hdr.tid,		\
				       (rec)->hdr.tid, -1))

/* With a second task that the filter may let pass. */
#define IPCPROBE_EMIT_TO(name, rec, other_tid)					\
	IPCPROBE_EMIT_IF(name, rec, s,						\
		ipcprobe_session_wants(s, IPCPROBE_REC_##name >> 8,		\
				       (rec)->hdr.tid, other_tid, -1))

/* The common case: they want the record's own class. */
#define IPCPROBE_EMIT(name, rec)						\
	IPCPROBE_EMIT_AS(name, rec, IPCPROBE_REC_##name >> 8)

/* About another CPU's queue, with a second task that the filter may let pass. */
#define IPCPROBE_EMIT_RQ(name, rec, other_tid, on_cpu)				\
	IPCPROBE_EMIT_IF(name, rec, s,						\
		ipcprobe_session_wants(s, IPCPROBE_CLASS_SCHED,			\
				       (rec)->hdr.tid, other_tid, on_cpu))

/* Snapshots: to the session that asked. */
#define IPCPROBE_EMIT_ONLY(name, rec, only)					\
	IPCPROBE_EMIT_IF(name, rec, s, s == (only))

/* With a string at the end, @bytes in all; not filtered by task. */
#define IPCPROBE_EMIT_NAME(name, rec, bytes, session, condition)		\
	__IPCPROBE_EMIT(name, rec, bytes, session, condition,			\
			trace_##name(rec), memcpy(to, rec, bytes))

#endif /* IPCPROBE_EMIT_H */
