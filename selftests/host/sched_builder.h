/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of a scheduler's recording: each sets the time, in microseconds, and emits a record. */
#ifndef IPCPROBE_SCHED_BUILDER_H
#define IPCPROBE_SCHED_BUILDER_H

#include "ktap.h"
#include "trace_builder.h"

#define US	1000ULL

static inline void enqueue(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .cpu = cpu, .change = 1);
}

static inline void dequeue(struct trace *t, uint64_t us, uint32_t tid, uint16_t cpu, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_dequeue, tid, .nr_running = nr, .cpu = cpu, .change = 1);
}

static inline void run(struct trace *t, uint64_t us, uint16_t cpu, uint32_t prev,
		       uint32_t state, uint32_t next)
{
	t->now_ns = us * US;
	TRACE(t, rq_switch, prev, .next = next, .prev_state = state, .cpu = cpu);
}

static inline void wake(struct trace *t, uint64_t us, uint32_t tid, uint32_t delay_ns,
			uint16_t cpu)
{
	t->now_ns = us * US;
	TRACE(t, rq_wakeup, tid, .delay_ns = delay_ns, .cpu = cpu, .prev_cpu = cpu);
}

static inline void empty_snapshot(struct trace *t, uint64_t us, uint16_t cpu)
{
	t->now_ns = us * US;
	TRACE(t, rq_snapshot_end, 0, .nr_running = 0, .nr_members = 0, .cpu = cpu);
}

/* Begin with tasks 11 ... 14; CPUs 0 and 1 are idle and known from 1 ms on. */
static inline void begin(struct trace *t, uint32_t what)
{
	uint32_t pid;

	trace_init(t, what);
	for (pid = 11; pid <= 14; pid++)
		trace_snapshot(t, pid, 1, "task");
	empty_snapshot(t, 2000, 0);
	empty_snapshot(t, 2000, 1);
}

static inline void finish(struct trace *t, uint64_t us)
{
	t->now_ns = us * US;
	trace_finish(t);
}

static inline struct sched_cpu *cpu(struct trace *t, uint32_t number)
{
	return &t->model.sched.cpu[number];
}

static inline bool is_member(struct trace *t, uint32_t number, uint32_t tid)
{
	uint32_t task = 0;

	while ((task = sched_next_member(&t->model.sched, cpu(t, number), task)))
		if (task == tasks_known_tid(&t->model.tasks, tid))
			return true;
	return false;
}

static inline void join(struct trace *t, uint64_t us, uint32_t tid, uint32_t group,
			uint16_t sched_class, uint32_t nr, uint16_t change)
{
	t->now_ns = us * US;
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .change = change, .group = group,
	      .sched_class = sched_class, .prio = 120);
}

static inline void throttle(struct trace *t, uint64_t us, uint32_t group, uint16_t is_throttled)
{
	t->now_ns = us * US;
	TRACE(t, rq_throttle, 0, .group = group, .is_throttled = is_throttled);
}

static inline void change(struct trace *t, uint64_t us, int32_t by, uint32_t nr)
{
	t->now_ns = us * US;
	TRACE(t, rq_change, 0, .change = by, .nr_running = nr);
}

#endif /* IPCPROBE_SCHED_BUILDER_H */
