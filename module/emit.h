/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hands a filled record to the users of its tracepoint and to every session
 * that wants it. Everything is inlined: class and size are constants at each
 * call, so only a few compares and a copy through registers remain.
 */
#ifndef IPCPROBE_EMIT_H
#define IPCPROBE_EMIT_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/rculist.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "clock.h"
#include "missed.h"
#include "op_state.h"
#include "ring.h"
#include "session.h"
#include "trace.h"

/* @cpu: number of the CPU; -1: this CPU, whose number is read only if it matters */
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
	if (session->not_self & bit && session->owner == current->signal)
		return false;
	if (session->all_cpus)
		return true;
	return cpumask_test_cpu(cpu < 0 ? smp_processor_id() : cpu, session->cpus);
}

/*
 * The ring for an event on this CPU; if there is no ring, the event is counted
 * as lost.
 */
static __always_inline struct ipcprobe_ring *
ipcprobe_session_ring(struct ipcprobe_session *session, u32 class_id)
{
	int cpu = smp_processor_id();
	struct ipcprobe_ring *ring = session->rings[cpu];

	if (unlikely(!ring))
		ipcprobe_session_ringless(session, cpu, class_id);
	return ring;
}

/* Room for the next record in the ring of the sole session. */
struct ipcprobe_room {
	struct ipcprobe_ring_producer *producer;
	void *to;
	u64 end;	/* position after the record */
};

/*
 * Reserves room on the fast path. Return: true if exactly one session runs, it
 * has the class unfiltered, the ring has room, and the reader need not be
 * woken.
 */
static __always_inline bool ipcprobe_sole_reserve(u32 class_id, u32 len,
						  struct ipcprobe_room *room)
{
	struct ipcprobe_ring *ring = this_cpu_read(ipcprobe_sole_ring);
	u64 pos;

	if (unlikely(!(ring->plain & BIT(class_id))))
		return false;
	room->producer = ring->producer;
	pos = room->producer->producer_pos;
	room->end = pos + len;
	room->to = ring->data + (pos & ring->mask);
	return likely(room->end <= ring->limit &&
		      room->end <= READ_ONCE(ring->wakeup_pos));
}

/* Makes the records in the reserved room visible: @nr records of one class. */
static __always_inline void ipcprobe_sole_commit(const struct ipcprobe_room *room,
						 u32 class_id, u32 nr)
{
	room->producer->produced[class_id] += nr;
	smp_store_release(&room->producer->producer_pos, room->end); /* B in ring.c */
}

/*
 * A user of a tracepoint may cause another event before it has read all of this
 * record, so each level of nesting has a copy of its own. At a deeper level the
 * events cause each other without end, and their tracepoint is not called any
 * more.
 */
#define __IPCPROBE_TRACE_COPY(name, rec)					\
({										\
	struct ipcprobe_trace_copies *copies = this_cpu_ptr(&ipcprobe_trace_copies); \
	struct ipcprobe_rec_##name *copy;					\
										\
	BUILD_BUG_ON(sizeof(*copy) > IPCPROBE_TRACE_MAX);			\
	if (copies->level < IPCPROBE_TRACE_LEVELS) {				\
		copy = (void *)copies->buf[copies->level++];			\
		*copy = *(rec);							\
		trace_##name(copy);						\
		copies->level--;						\
	}									\
})

/*
 * The core of the IPCPROBE_EMIT_* macros below. @store writes the record to
 * @to; @queues is evaluated only if there is no room for the record. Only a
 * user of the tracepoint, which is rare, needs @rec in memory, and gets a copy
 * that is not on the stack: without such a user the fields go from registers to
 * the ring, and the hook needs no stack frame.
 */
#define __IPCPROBE_EMIT(name, rec, bytes, session, condition, queues, trace, store) \
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
					   (rec)->hdr.ts_ns, queues, &end);	\
		if (likely(to)) {						\
			store;							\
			ipcprobe_ring_commit(ring, end);			\
		}								\
	}									\
} while (0)

/**
 * IPCPROBE_EMIT_IF - hand a record to tracepoint users and to some sessions
 * @name: event
 * @rec: struct ipcprobe_rec_<name> *, filled except for len and type
 * @session: name of the session variable in @condition
 * @condition: true if this session gets the record
 *
 * Context: irqs off from before ts_ns was read; not NMI.
 */
#define IPCPROBE_EMIT_IF(name, rec, session, condition)			\
	IPCPROBE_EMIT_ABOUT(name, rec, session, condition, 0)

/*
 * Like IPCPROBE_EMIT_IF(), for a record about the queues of the CPUs in the
 * mask @queues.
 */
#define IPCPROBE_EMIT_ABOUT(name, rec, session, condition, queues)		\
	__IPCPROBE_EMIT(name, rec, sizeof(*(rec)), session, condition, queues,	\
			__IPCPROBE_TRACE_COPY(name, rec),			\
			*(struct ipcprobe_rec_##name *)to = *(rec))

/**
 * IPCPROBE_DEFINE_EMIT_IO - make emit_<name>(op, ret): the record of an
 *	operation that has ended and moved bytes
 * @name: event
 * @stamp: expression for the stamp of the begin; uses the variable "op"
 * @fill: fill(rec, op, ret) writes all of the record but hdr and dur_ns
 * @emit_first: emit_first(op, ret) writes the records before this one, for sessions that
 *	want data or checksums (ipcprobe_data_emit())
 *
 * The fields go from the operation straight to the ring: a record composed first
 * would need more registers than there are. Calls would need more registers, too:
 * therefore emit_<name>_slowly() has the slow path.
 *
 * Context of emit_<name>(): not NMI.
 */
#define IPCPROBE_DEFINE_EMIT_IO(name, stamp, fill, emit_first)			\
static noinline void emit_##name##_slow_path(const struct ipcprobe_op *op,	\
					     s32 ret, unsigned long irqflags)	\
{										\
	struct ipcprobe_rec_##name rec = { .hdr.tid = op->tid };		\
										\
	local_irq_restore(irqflags);						\
	emit_first(op, ret);							\
	local_irq_save(irqflags);						\
	fill(&rec, op, ret);							\
	rec.hdr.ts_ns = ipcprobe_clock_since(stamp, &rec.dur_ns);		\
	IPCPROBE_EMIT(name, &rec);						\
	local_irq_restore(irqflags);						\
}										\
										\
static __always_inline void emit_##name(const struct ipcprobe_op *op, s32 ret)	\
{										\
	struct ipcprobe_rec_##name *rec;					\
	struct ipcprobe_room room;						\
	unsigned long irqflags;							\
	u32 dur_ns;								\
	u64 ts_ns;								\
										\
	local_irq_save(irqflags);						\
	if (unlikely(trace_##name##_enabled() ||				\
		     !ipcprobe_sole_reserve(IPCPROBE_REC_##name >> 8,		\
					    sizeof(*rec), &room) ||		\
		     !ipcprobe_clock_try(stamp, &ts_ns, &dur_ns))) {		\
		emit_##name##_slow_path(op, ret, irqflags);			\
		return;								\
	}									\
	rec = room.to;								\
	rec->hdr.len = sizeof(*rec);						\
	rec->hdr.type = IPCPROBE_REC_##name;					\
	rec->hdr.tid = op->tid;							\
	rec->hdr.ts_ns = ts_ns;							\
	rec->dur_ns = dur_ns;							\
	fill(rec, op, ret);							\
	ipcprobe_sole_commit(&room, IPCPROBE_REC_##name >> 8, 1);		\
	local_irq_restore(irqflags);						\
}

/* Like IPCPROBE_DEFINE_EMIT_IO(), for an operation that moved no bytes. */
#define IPCPROBE_DEFINE_EMIT_OP(name, stamp, fill)				\
	IPCPROBE_DEFINE_EMIT_IO(name, stamp, fill, ipcprobe_emit_nothing)

static __always_inline void ipcprobe_emit_nothing(const struct ipcprobe_op *op, s32 ret)
{
}

/* A record about the task that acts, for the sessions that want @class_id. */
#define IPCPROBE_EMIT_AS(name, rec, class_id)					\
	IPCPROBE_EMIT_IF(name, rec, s,						\
		ipcprobe_session_wants(s, class_id, (rec)->hdr.tid,		\
				       (rec)->hdr.tid, -1))

/* Like IPCPROBE_EMIT(), with a second task: the filter may pass either of the two. */
#define IPCPROBE_EMIT_TO(name, rec, other_tid)					\
	IPCPROBE_EMIT_IF(name, rec, s,						\
		ipcprobe_session_wants(s, IPCPROBE_REC_##name >> 8,		\
				       (rec)->hdr.tid, other_tid, -1))

/* The common case: for the sessions that want the class of the record. */
#define IPCPROBE_EMIT(name, rec)						\
	IPCPROBE_EMIT_AS(name, rec, IPCPROBE_REC_##name >> 8)

/*
 * A record about the queue of another CPU, with a second task: the filter may
 * pass either of the two.
 */
#define IPCPROBE_EMIT_RQ(name, rec, other_tid, on_cpu)				\
	IPCPROBE_EMIT_QUEUES(name, rec, other_tid, on_cpu, IPCPROBE_QUEUE(on_cpu))

/* Like IPCPROBE_EMIT_RQ(), for a record that is about queues of further CPUs, too. */
#define IPCPROBE_EMIT_QUEUES(name, rec, other_tid, on_cpu, queues)		\
	IPCPROBE_EMIT_ABOUT(name, rec, s,					\
		ipcprobe_session_wants(s, IPCPROBE_REC_##name >> 8,		\
				       (rec)->hdr.tid, other_tid, on_cpu), queues)

/**
 * IPCPROBE_DEFINE_EMIT_RQ - make emit_<name>(ts_ns, ...): like IPCPROBE_EMIT_RQ(),
 *	for an event that happens at every switch or wake-up
 * @name: event
 * @other: member of the record that has the second task
 * @params: in parentheses: parameters of fill_<name>(rec, ...) after rec, with types
 * @args: in parentheses: the names of these parameters
 *
 * fill_<name>() writes all of the record except len, type and time, straight to
 * the ring of the sole session. The slow path is a function that is called last,
 * so that no hook needs a stack frame for it.
 *
 * @ts_ns of emit_<name>() may be 0: time not known yet (ipcprobe_clock_try_now()).
 * Context of emit_<name>(): same as IPCPROBE_EMIT_IF().
 */
#define IPCPROBE_DEFINE_EMIT_RQ(name, other, params, args)			\
	__IPCPROBE_DEFINE_EMIT_RQ(name, other, IPCPROBE_LIST params, IPCPROBE_LIST args)

#define IPCPROBE_LIST(...)	__VA_ARGS__

#define __IPCPROBE_DEFINE_EMIT_RQ(name, other, params, args)			\
static noinline __noclone void emit_##name##_slow_path(u64 ts_ns, params)	\
{										\
	struct ipcprobe_rec_##name rec = {};					\
										\
	fill_##name(&rec, args);						\
	rec.hdr.ts_ns = ts_ns ?: ipcprobe_clock();				\
	IPCPROBE_EMIT_RQ(name, &rec, rec.other, rec.cpu);			\
}										\
										\
static __always_inline void emit_##name(u64 ts_ns, params)			\
{										\
	struct ipcprobe_rec_##name *rec;					\
	struct ipcprobe_room room;						\
										\
	lockdep_assert_irqs_disabled();						\
	if (unlikely(!ts_ns || trace_##name##_enabled() ||			\
		     !ipcprobe_sole_reserve(IPCPROBE_REC_##name >> 8,		\
					    sizeof(*rec), &room))) {		\
		emit_##name##_slow_path(ts_ns, args);				\
		return;								\
	}									\
	rec = room.to;								\
	rec->hdr.len = sizeof(*rec);						\
	rec->hdr.type = IPCPROBE_REC_##name;					\
	rec->hdr.ts_ns = ts_ns;							\
	fill_##name(rec, args);							\
	ipcprobe_sole_commit(&room, IPCPROBE_REC_##name >> 8, 1);		\
}

/* A snapshot record, only for the session that asked for the snapshot. */
#define IPCPROBE_EMIT_ONLY(name, rec, only)					\
	IPCPROBE_EMIT_IF(name, rec, s, s == (only))

/* A snapshot record about the queue of a CPU, only for the session @only. */
#define IPCPROBE_EMIT_RQ_ONLY(name, rec, only)					\
	IPCPROBE_EMIT_ABOUT(name, rec, s, s == (only), IPCPROBE_QUEUE((rec)->cpu))

/*
 * A record with a string at its end, @bytes in all; the filter of tasks does
 * not apply.
 */
#define IPCPROBE_EMIT_NAME(name, rec, bytes, session, condition)		\
	__IPCPROBE_EMIT(name, rec, bytes, session, condition, 0,		\
			trace_##name(rec), memcpy(to, rec, bytes))

#endif /* IPCPROBE_EMIT_H */
