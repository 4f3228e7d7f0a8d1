// SPDX-License-Identifier: GPL-2.0
/*
 * Class sched: who is on which run queue, from the kernel's own enqueue and
 * dequeue, never inferred from switches and wake-ups.
 *
 * Two hooks make one record.  The entry of enqueue_task_*()/dequeue_task_*()
 * of each scheduling class names the task; then, inside, the tracepoint
 * sched_update_nr_running tells by how much the queue's length really changed
 * (a task that goes to sleep may stay queued since 6.12, one that joins a
 * throttled group does not count).  Both run under the queue's lock on the
 * same CPU, so what was named last here is what the change is about:
 *
 *	enqueue_task_fair(rq, p)	pending = p, +1
 *	  sched_update_nr_running(+1)	rq_enqueue p, nr_running
 *
 * The real-time class takes its whole queue out and puts it back: the changes
 * are added up until they make the one step that the task stands for.  A
 * change that fits nothing pending is told as it is (rq_change).
 *
 * rq's members are private; their offsets come from the kernel's BTF.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>
#include <trace/events/sched.h>

#include "ipcprobe.h"
#include "emit.h"

#define ARG(fregs, n)	((void *)ftrace_regs_get_argument(fregs, n))

/* ---- struct rq ---- */

enum { RQ_NR_RUNNING, RQ_CPU, NR_RQ_MEMBERS };

static const char *const rq_members[NR_RQ_MEMBERS] = { "nr_running", "cpu" };
static int rq_offsets[NR_RQ_MEMBERS] = { -1, -1 };

static __always_inline u32 rq_nr_running(const void *rq)
{
	int offset = rq_offsets[RQ_NR_RUNNING];

	if (unlikely(offset < 0 || !rq))
		return IPCPROBE_NR_UNKNOWN;
	return READ_ONCE(*(const u32 *)(rq + offset));
}

static __always_inline int rq_cpu(const void *rq)
{
	int offset = rq_offsets[RQ_CPU];

	return likely(offset >= 0) ? *(const int *)(rq + offset) : -1;
}

/* ---- wake-ups under way ---- */

/*
 * Who woke whom, from sched_waking (the waker's context) to sched_wakeup (the
 * chosen CPU's).  A task has one waker at a time; its slot is rewritten by
 * another only when two numbers fall together, and then the waker is unknown.
 */
#define WAKING_BITS	12

static struct waking {
	u32 wakee;
	u32 waker;
	u64 begin;	/* stamp */
	u32 prev_cpu;
} *wakings;

static __always_inline struct waking *waking_slot(u32 tid)
{
	return &wakings[tid & (BIT(WAKING_BITS) - 1)];
}

/* ---- members ---- */

/* What this CPU is doing to some queue, under that queue's lock. */
struct pending {
	const void *rq;
	u32 tid;	/* 0: nothing pending */
	s32 step;	/* the change that the task stands for: 1 or -1 */
	s32 sum;	/* changes so far */
	u32 rq_flags;
	u16 cpu;
	u32 fresh_tid;	/* the last record here is its rq_enqueue: its wake-up is told next */
	u64 ts_ns;	/* when */
	u32 delay_ns;	/* since sched_waking, if there was one */
};

static DEFINE_PER_CPU(struct pending, pending);

/* Each CPU's queue, once it has changed; the stopper's own wake-up is enough. */
static DEFINE_PER_CPU(const void *, own_rq);

static void emit_change(const void *rq, s32 change)
{
	int cpu = rq_cpu(rq);
	struct ipcprobe_rec_rq_change rec = {
		.hdr.ts_ns = ipcprobe_clock(),
		.change = change,
		.nr_running = rq_nr_running(rq),
		.cpu = cpu,
	};

	this_cpu_write(pending.fresh_tid, 0);	/* the deadline server's comes between */
	if ((unsigned int)cpu < nr_cpu_ids)
		IPCPROBE_EMIT_RQ(rq_change, &rec, 0, cpu);
}

static __always_inline void set_pending(const void *rq, struct task_struct *p,
					s32 step, u32 rq_flags)
{
	struct pending *now = this_cpu_ptr(&pending);

	/* What the last one left half done belongs to no task. */
	if (unlikely(now->tid && now->sum))
		emit_change(now->rq, now->sum);
	now->fresh_tid = 0;
	now->rq = rq;
	now->tid = p->pid;
	now->step = step;
	now->sum = 0;
	now->rq_flags = rq_flags;
	now->cpu = task_cpu(p);
}

/* enqueue_task_<class>(rq, p, flags) */
void ipcprobe_entry_enqueue(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs)
{
	set_pending(ARG(fregs, 0), ARG(fregs, 1), 1,
		    ftrace_regs_get_argument(fregs, 2));
}

/* dequeue_task_<class>(rq, p, flags) */
void ipcprobe_entry_dequeue(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs)
{
	set_pending(ARG(fregs, 0), ARG(fregs, 1), -1,
		    ftrace_regs_get_argument(fregs, 2));
}

/* Throttling: tasks come and go that are not named. */
static void entry_throttle(struct ipcprobe_hook *hook,
			   struct ftrace_regs *fregs)
{
	this_cpu_ptr(&pending)->tid = 0;
}

/*
 * dequeue_entities(rq, se, flags): ends a delayed dequeue.  A group entity has
 * no task of its own.
 */
static void entry_dequeue_entities(struct ipcprobe_hook *hook,
				   struct ftrace_regs *fregs)
{
	struct sched_entity *se = ARG(fregs, 1);

#ifdef CONFIG_FAIR_GROUP_SCHED
	if (se->my_q) {
		this_cpu_ptr(&pending)->tid = 0;
		return;
	}
#endif
	set_pending(ARG(fregs, 0), container_of(se, struct task_struct, se), -1,
		    ftrace_regs_get_argument(fregs, 2));
}

static __always_inline void emit_enqueue(struct pending *now)
{
	u64 waking = READ_ONCE(waking_slot(now->tid)->begin);
	struct ipcprobe_rec_rq_enqueue rec = {
		.hdr.tid = now->tid,
		.hdr.ts_ns = ipcprobe_clock_since(waking, &now->delay_ns),
		.by = current->pid,
		.nr_running = rq_nr_running(now->rq),
		.rq_flags = now->rq_flags,
		.cpu = now->cpu,
		.change = 1,
	};

	now->fresh_tid = rec.hdr.tid;
	now->ts_ns = rec.hdr.ts_ns;
	IPCPROBE_EMIT_RQ(rq_enqueue, &rec, rec.hdr.tid, rec.cpu);
}

static __always_inline void emit_dequeue(const struct pending *now)
{
	struct ipcprobe_rec_rq_dequeue rec = {
		.hdr.tid = now->tid,
		.hdr.ts_ns = ipcprobe_clock(),
		.by = current->pid,
		.nr_running = rq_nr_running(now->rq),
		.rq_flags = now->rq_flags,
		.cpu = now->cpu,
		.change = 1,
	};

	IPCPROBE_EMIT_RQ(rq_dequeue, &rec, rec.hdr.tid, rec.cpu);
}

static void probe_nr_running(void *data, struct rq *rq, int change)
{
	struct pending *now;

	guard(preempt_notrace)();
	if (unlikely(!this_cpu_read(own_rq)) && rq_cpu(rq) == smp_processor_id())
		this_cpu_write(own_rq, rq);
	now = this_cpu_ptr(&pending);
	if (unlikely(!now->tid || now->rq != rq)) {
		if (change)	/* an emptied group leaves without its tasks */
			emit_change(rq, change);
		return;
	}
	now->sum += change;
	if (unlikely(now->sum != now->step))
		return;		/* more to come, or set_pending() tells it */
	if (now->step > 0)
		emit_enqueue(now);
	else
		emit_dequeue(now);
	now->tid = 0;
}

/* ---- switches, wake-ups, migrations ---- */

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	guard(preempt_notrace)();
	struct ipcprobe_rec_rq_switch rec = {
		.hdr.tid = prev->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.next = next->pid,
		.prev_state = prev_state,
		.prev_prio = prev->prio,
		.next_prio = next->prio,
		.preempt = preempt,
		.cpu = smp_processor_id(),
	};
	this_cpu_write(pending.tid, 0);	/* whatever it was, it is over */
	IPCPROBE_EMIT_RQ(rq_switch, &rec, rec.next, rec.cpu);
}

static void probe_waking(void *data, struct task_struct *p)
{
	struct waking *slot;

	guard(preempt_notrace)();
	this_cpu_write(pending.fresh_tid, 0);
	slot = waking_slot(p->pid);
	WRITE_ONCE(slot->wakee, 0);	/* unknown while it changes */
	slot->waker = current->pid;
	slot->begin = ipcprobe_stamp();
	slot->prev_cpu = task_cpu(p);
	smp_store_release(&slot->wakee, p->pid); /* pairs with emit_wakeup() */
}

/*
 * Activating a task puts it on a queue and tells of its wake-up at once, under
 * one lock: that time is taken again, as reading the clock is a quarter of the
 * cost.  Every wake-up begins with sched_waking, which makes older ones stale.
 */
static __always_inline u64 wakeup_time(const struct task_struct *p,
				       const struct waking *slot, u32 *delay_ns)
{
	const struct pending *last = this_cpu_ptr(&pending);

	if (unlikely(last->fresh_tid != p->pid))
		return ipcprobe_clock_since(slot->begin, delay_ns);
	*delay_ns = last->delay_ns;
	return last->ts_ns;
}

static __always_inline void emit_wakeup(struct task_struct *p)
{
	const struct waking *slot = waking_slot(p->pid);
	u32 delay_ns;
	struct ipcprobe_rec_rq_wakeup rec = {
		.hdr.tid = p->pid,
		.hdr.ts_ns = wakeup_time(p, slot, &delay_ns),
		.cpu = task_cpu(p),
		.prev_cpu = task_cpu(p),
		.prio = p->prio,
	};

	if (likely(smp_load_acquire(&slot->wakee) == p->pid)) { /* probe_waking() */
		rec.waker = slot->waker;
		rec.prev_cpu = slot->prev_cpu;
		rec.delay_ns = delay_ns;
	}
	IPCPROBE_EMIT_RQ(rq_wakeup, &rec, rec.waker, rec.cpu);
}

static void probe_wakeup(void *data, struct task_struct *p)
{
	guard(preempt_notrace)();
	if (unlikely(p == current)) {	/* no lock is held, irqs may be on */
		guard(irqsave)();
		emit_wakeup(p);
	} else {
		emit_wakeup(p);
	}
}

static void probe_wakeup_new(void *data, struct task_struct *p)
{
	guard(preempt_notrace)();
	struct ipcprobe_rec_rq_wakeup rec = {
		.hdr.tid = p->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.waker = current->pid,
		.cpu = task_cpu(p),
		.prev_cpu = task_cpu(p),
		.is_new = 1,
		.prio = p->prio,
	};

	IPCPROBE_EMIT_RQ(rq_wakeup, &rec, rec.waker, rec.cpu);
}

static void probe_migrate(void *data, struct task_struct *p, int dest_cpu)
{
	guard(preempt_notrace)();
	struct ipcprobe_rec_rq_migrate rec = {
		.hdr.tid = p->pid,
		.by = current->pid,
		.from_cpu = task_cpu(p),
		.to_cpu = dest_cpu,
	};
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_RQ(rq_migrate, &rec, rec.by, rec.to_cpu);
}

/* ---- snapshot ---- */

static u32 snapshot_member(struct ipcprobe_session *only,
			   struct task_struct *task, int cpu)
{
	struct ipcprobe_rec_rq_snapshot rec;

	if (!task->on_rq || task_cpu(task) != cpu)
		return 0;
	rec = (struct ipcprobe_rec_rq_snapshot) {
		.hdr.tid = task->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.cpu = cpu,
		.is_current = task == current,
		.prio = task->prio,
	};
	IPCPROBE_EMIT_ONLY(rq_snapshot, &rec, only);
	return 1;
}

/**
 * ipcprobe_rq_snapshot - the members of this CPU's queue
 * @only: session that gets the records
 *
 * Context: the machine is stopped: every CPU is here, irqs off.
 */
void ipcprobe_rq_snapshot(struct ipcprobe_session *only)
{
	struct ipcprobe_rec_rq_snapshot_end rec = { .hdr.tid = current->pid };
	struct task_struct *process, *thread;
	int cpu = smp_processor_id();

	for_each_process_thread(process, thread)
		rec.nr_members += snapshot_member(only, thread, cpu);
	rec.cpu = cpu;
	rec.nr_running = rq_nr_running(this_cpu_read(own_rq));
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(rq_snapshot_end, &rec, only);
}

int ipcprobe_sched_init(void)
{
	/* Without BTF there is no audit. */
	if (ipcprobe_btf_offsets("rq", rq_members, rq_offsets, NR_RQ_MEMBERS) < 0)
		pr_info("no usable BTF: lengths of run queues are not audited\n");
	wakings = vcalloc(BIT(WAKING_BITS), sizeof(*wakings));
	return wakings ? 0 : -ENOMEM;
}

void ipcprobe_sched_exit(void)
{
	vfree(wakings);
}

#define SCHED_FN(name, fn, alt)	IPCPROBE_FN(name, fn, IPCPROBE_BIT(SCHED), alt)
#define SCHED_TP(name, fn)	IPCPROBE_TP(name, fn, IPCPROBE_BIT(SCHED))

struct ipcprobe_hook ipcprobe_sched_hooks[] = {
	IPCPROBE_HOT_FN("enqueue_task_fair", ipcprobe_entry_enqueue,
			IPCPROBE_BIT(SCHED), 0, IPCPROBE_HOT_ENQUEUE),
	IPCPROBE_HOT_FN("dequeue_task_fair", ipcprobe_entry_dequeue,
			IPCPROBE_BIT(SCHED), 0, IPCPROBE_HOT_DEQUEUE),
	SCHED_FN("enqueue_task_rt", ipcprobe_entry_enqueue, 0),
	SCHED_FN("dequeue_task_rt", ipcprobe_entry_dequeue, 0),
	SCHED_FN("enqueue_task_dl", ipcprobe_entry_enqueue, 0),
	SCHED_FN("dequeue_task_dl", ipcprobe_entry_dequeue, 0),
	SCHED_FN("enqueue_task_stop", ipcprobe_entry_enqueue, 0),
	SCHED_FN("dequeue_task_stop", ipcprobe_entry_dequeue, 0),
	SCHED_FN("enqueue_task_scx", ipcprobe_entry_enqueue, IPCPROBE_HOOK_EXTRA),
	SCHED_FN("dequeue_task_scx", ipcprobe_entry_dequeue, IPCPROBE_HOOK_EXTRA),
	SCHED_FN("dequeue_entities", entry_dequeue_entities, IPCPROBE_HOOK_EXTRA),
	SCHED_FN("throttle_cfs_rq", entry_throttle, IPCPROBE_HOOK_EXTRA),
	SCHED_FN("unthrottle_cfs_rq", entry_throttle, IPCPROBE_HOOK_EXTRA),
	SCHED_TP("sched_update_nr_running_tp", probe_nr_running),
	SCHED_TP("sched_switch", probe_switch),
	SCHED_TP("sched_waking", probe_waking),
	SCHED_TP("sched_wakeup", probe_wakeup),
	SCHED_TP("sched_wakeup_new", probe_wakeup_new),
	SCHED_TP("sched_migrate_task", probe_migrate),
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_update_nr_running_tp(probe_nr_running);
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_sched_waking(probe_waking);
	check_trace_callback_type_sched_wakeup(probe_wakeup);
	check_trace_callback_type_sched_wakeup_new(probe_wakeup_new);
	check_trace_callback_type_sched_migrate_task(probe_migrate);
}
