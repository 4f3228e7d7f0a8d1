// SPDX-License-Identifier: GPL-2.0
/*
 * Class sched: the tasks on each run queue, from the kernel's own enqueue and
 * dequeue, never inferred from switches and wake-ups.
 *
 * Two hooks make one record.  The entry of enqueue_task_*()/dequeue_task_*()
 * of each scheduling class names the task; then, inside this function, the
 * tracepoint sched_update_nr_running shows by how much the queue's length really
 * changed (a task that goes to sleep may stay queued since 6.12, a task that joins
 * a throttled group does not count).  Both hooks run under the queue's lock on the
 * same CPU, so the change belongs to the task that was named last on this CPU:
 *
 *	enqueue_task_fair(rq, p)	pending = p, +1
 *	  sched_update_nr_running(+1)	rq_enqueue p, nr_running
 *
 * The real-time class removes its whole queue and adds it again: the changes are
 * summed until they make the one step that belongs to the task.  A change that
 * belongs to no pending step is recorded on its own (rq_change).
 *
 * A task that joins or leaves a throttled group does not change the length: its
 * record has a change of 0 and is emitted at once.  Tracepoints are silent on a CPU
 * that is not online: a step there is emitted at once, too, with a length that is
 * not known.
 *
 * The members of struct rq are private (rq.h).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/sched/deadline.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <trace/events/sched.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "group.h"
#include "hook.h"
#include "hook_migrate.h"
#include "hot.h"
#include "rq.h"
#include "snapshot.h"
#include "waking.h"

/* ---- members ---- */

/*
 * The enqueue or dequeue under way on this CPU; written by this CPU under the
 * queue's lock.
 */
struct pending {
	const void *rq;
	const struct task_struct *task;	/* exists while its step is pending; NULL: none is */
	s32 sum;	/* sum of the changes so far; 0: no step is half done */
	s32 step;	/* change that belongs to the task: 1 or -1 */
	u32 rq_flags;
	u32 delay_ns;	/* time since sched_waking, if there was a wake-up */
	/*
	 * group, sched_class, prio: in this order in rq_enqueue, copied in one piece;
	 * group and prio: enqueue only
	 */
	u32 group;
	u16 sched_class;
	s16 prio;
	u64 ts_ns;	/* time of the rq_enqueue record */
};

static DEFINE_PER_CPU(struct pending, pending);
DEFINE_PER_CPU(u32, ipcprobe_enqueued_tid);
DEFINE_PER_CPU(u32, ipcprobe_last_woken_tid);
DEFINE_PER_CPU(const void *, ipcprobe_cpu_rq);
bool ipcprobe_rq_has_throttled;

static void learn_rq(const void *rq)
{
	int cpu = ipcprobe_rq_cpu(rq);

	if ((unsigned int)cpu < nr_cpu_ids)
		WRITE_ONCE(per_cpu(ipcprobe_cpu_rq, cpu), rq);
}

static void emit_change(const void *rq, s32 change)
{
	int cpu = ipcprobe_rq_cpu(rq);
	struct ipcprobe_rec_rq_change rec = {
		.hdr.ts_ns = ipcprobe_clock(),
		.change = change,
		.nr_running = ipcprobe_rq_nr_running(rq),
		.cpu = cpu,
	};

	ipcprobe_rq_interrupt_wakeup();	/* a deadline server changes it inside a wake-up */
	if ((unsigned int)cpu < nr_cpu_ids)
		IPCPROBE_EMIT_RQ(rq_change, &rec, 0, cpu);
}

static __always_inline bool is_half_done(void)
{
	return this_cpu_read(pending.sum);
}

static __always_inline void end_pending(struct pending *now)
{
	now->task = NULL;
	now->sum = 0;
}

/*
 * Ends a half-done step, whose changes belong to no task.  Each handler begins
 * with this.
 */
static noinline void finish_half(void)
{
	struct pending *now = this_cpu_ptr(&pending);

	if (now->sum)
		emit_change(now->rq, now->sum);
	end_pending(now);
}

/*
 * Slow path of handlers: calls finish_half(), then the handler again.  On their
 * fast path handlers call no function and need no stack frame.
 */
static noinline void finish_half_first(struct ftrace_regs *fregs,
				       void (*entry)(struct ipcprobe_hook *hook,
						     struct ftrace_regs *fregs))
{
	finish_half();
	entry(NULL, fregs);
}

static __always_inline void set_pending(struct pending *now, const void *rq,
					const struct task_struct *p, u16 sched_class, s32 step,
					u32 rq_flags)
{
	now->rq = rq;
	now->step = step;
	now->rq_flags = rq_flags;
	now->task = p;
	now->sched_class = sched_class;
}

/*
 * Parameters and arguments of both emit functions, for rq_enqueue and for
 * rq_dequeue.  change: 0 if the task is in a throttled group, else 1.
 */
#define STEP_PARAMS	(const struct pending *now, const struct task_struct *p, u16 change)
#define STEP_ARGS	(now, p, change)

/* Copies the fields from @first to @last, which are adjacent in both structures. */
#define COPY_FIELDS(to, from, first, last) do {				\
	static_assert(FIELDS_SIZE(*(to), first, last) ==		\
		      FIELDS_SIZE(*(from), first, last));		\
	__builtin_memcpy((void *)(to) + offsetof(typeof(*(to)), first),	\
			 (void *)(from) + offsetof(typeof(*(from)), first), \
			 FIELDS_SIZE(*(to), first, last));		\
} while (0)
#define FIELDS_SIZE(object, first, last)				\
	(offsetofend(typeof(object), last) - offsetof(typeof(object), first))

#define FILL_STEP(rec, now, p, changed_by) do {				\
	(rec)->hdr.tid = (p)->pid;					\
	(rec)->by = current->pid;					\
	(rec)->nr_running = ipcprobe_rq_nr_running((now)->rq);		\
	(rec)->rq_flags = (now)->rq_flags;				\
	(rec)->cpu = task_cpu(p);					\
	(rec)->change = (changed_by);					\
} while (0)

static __always_inline void fill_rq_enqueue(struct ipcprobe_rec_rq_enqueue *rec,
					    const struct pending *now,
					    const struct task_struct *p, u16 change)
{
	FILL_STEP(rec, now, p, change);
	COPY_FIELDS(rec, now, group, prio);
}

IPCPROBE_DEFINE_EMIT_RQ(rq_enqueue, hdr.tid, STEP_PARAMS, STEP_ARGS)

/* Emits rq_enqueue for the pending step, and ends the step. */
static __always_inline void end_enqueue(struct pending *now, u16 change)
{
	const struct task_struct *p = now->task;
	u32 tid = p->pid;
	const struct ipcprobe_waking *slot = ipcprobe_waking_home(tid);
	u64 ts_ns;

	end_pending(now);
	if (unlikely(READ_ONCE(slot->wakee) != tid)) {
		/* no wake-up, or the wake-up has another slot */
		ipcprobe_rq_interrupt_wakeup();
		ts_ns = ipcprobe_clock_try_now();
	} else if (likely(ipcprobe_clock_try(slot->begin, &ts_ns, &now->delay_ns))) {
		now->ts_ns = ts_ns;
		this_cpu_write(ipcprobe_enqueued_tid, tid);
	} else {
		ipcprobe_rq_interrupt_wakeup();
		ts_ns = 0;
	}
	emit_rq_enqueue(ts_ns, now, p, change);
}

static __always_inline void fill_rq_dequeue(struct ipcprobe_rec_rq_dequeue *rec,
					    const struct pending *now,
					    const struct task_struct *p, u16 change)
{
	FILL_STEP(rec, now, p, change);
}

IPCPROBE_DEFINE_EMIT_RQ(rq_dequeue, hdr.tid, STEP_PARAMS, STEP_ARGS)

static __always_inline void end_dequeue(struct pending *now, u16 change)
{
	const struct task_struct *p = now->task;

	end_pending(now);
	ipcprobe_rq_interrupt_wakeup();
	emit_rq_dequeue(ipcprobe_clock_try_now(), now, p, change);
}

/* Emits the pending step with a change of 0: it is in a throttled group. */
static noinline void emit_uncounted(struct pending *now)
{
	if (now->step > 0)
		end_enqueue(now, 0);
	else
		end_dequeue(now, 0);
}

/*
 * Emits the pending step on a CPU that is not online: nothing will tell the queue's
 * length after it.  There the stopper runs, which wakes others and leaves at last; no
 * other task leaves a queue.
 */
static noinline void emit_step_offline(struct pending *now)
{
	struct ipcprobe_rec_rq_enqueue joins = {};
	struct ipcprobe_rec_rq_dequeue leaves = {};

	ipcprobe_rq_interrupt_wakeup();
	if (now->step > 0) {
		fill_rq_enqueue(&joins, now, now->task, 1);
		joins.nr_running = IPCPROBE_NR_UNKNOWN;
		joins.hdr.ts_ns = ipcprobe_clock();
		IPCPROBE_EMIT_RQ(rq_enqueue, &joins, joins.by, joins.cpu);
	} else {
		fill_rq_dequeue(&leaves, now, now->task, 1);
		leaves.nr_running = IPCPROBE_NR_UNKNOWN;
		leaves.hdr.ts_ns = ipcprobe_clock();
		IPCPROBE_EMIT_RQ(rq_dequeue, &leaves, leaves.by, leaves.cpu);
	}
	end_pending(now);
}

/*
 * enqueue_task_<class>(rq, p, flags).  The step is emitted now if no change of the
 * queue's length will be reported.
 */
static __always_inline void begin_enqueue(struct ftrace_regs *fregs, u16 sched_class,
					  bool is_uncounted)
{
	struct pending *now = this_cpu_ptr(&pending);
	struct task_struct *p = ARG(fregs, 1);

	set_pending(now, ARG(fregs, 0), p, sched_class, 1, ftrace_regs_get_argument(fregs, 2));
	ipcprobe_rq_interrupt_wakeup();	/* a throttled deadline task may join without a record */
	this_cpu_write(ipcprobe_last_woken_tid, p->pid);
	now->prio = p->prio;
	now->group = ipcprobe_group_of(p);
	if (unlikely(is_uncounted))
		emit_uncounted(now);
	else if (unlikely(!cpu_online(smp_processor_id())))
		emit_step_offline(now);
}

void ipcprobe_entry_enqueue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs)
{
	const struct task_struct *p = ARG(fregs, 1);

	if (unlikely(is_half_done())) {
		finish_half_first(fregs, ipcprobe_entry_enqueue_fair);
		return;
	}
	if (p->se.on_rq) {	/* a delayed dequeue ends: the task sleeps no longer */
		ipcprobe_rq_interrupt_wakeup();
		this_cpu_write(ipcprobe_last_woken_tid, p->pid);
		this_cpu_write(pending.task, NULL);
		return;
	}
	begin_enqueue(fregs, IPCPROBE_SCHED_FAIR,
		      ipcprobe_cfs_is_throttled(ipcprobe_se_queue(&p->se)) &&
		      (!IPCPROBE_THROTTLES_TASKS || ipcprobe_task_throttled(p)));
}

static void entry_enqueue_rt(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	finish_half();
	begin_enqueue(fregs, IPCPROBE_SCHED_RT, ipcprobe_rt_is_throttled(ARG(fregs, 0)));
}

static void entry_enqueue_dl(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	finish_half();
	begin_enqueue(fregs, IPCPROBE_SCHED_DL, false);
}

static void entry_enqueue_stop(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs)
{
	finish_half();
	learn_rq(ARG(fregs, 0));
	begin_enqueue(fregs, IPCPROBE_SCHED_STOP, false);
}

static void entry_enqueue_scx(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs)
{
	finish_half();
	begin_enqueue(fregs, IPCPROBE_SCHED_EXT, false);
}

/* dequeue_task_<class>(rq, p, flags) */
static __always_inline void begin_dequeue(struct pending *now, struct ftrace_regs *fregs,
					  u16 sched_class)
{
	set_pending(now, ARG(fregs, 0), ARG(fregs, 1), sched_class, -1,
		    ftrace_regs_get_argument(fregs, 2));
}

void ipcprobe_entry_dequeue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs)
{
	struct pending *now = this_cpu_ptr(&pending);
	const struct task_struct *p = ARG(fregs, 1);

	if (unlikely(is_half_done())) {
		finish_half_first(fregs, ipcprobe_entry_dequeue_fair);
		return;
	}
	begin_dequeue(now, fregs, IPCPROBE_SCHED_FAIR);
	if (unlikely(IPCPROBE_THROTTLES_TASKS ? ipcprobe_task_throttled(p) :
		     ipcprobe_cfs_is_throttled(ipcprobe_se_queue(&p->se))))
		emit_uncounted(now);
}

static void entry_dequeue_rt(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	finish_half();
	begin_dequeue(this_cpu_ptr(&pending), fregs, IPCPROBE_SCHED_RT);
	if (ipcprobe_rt_is_throttled(ARG(fregs, 0)))
		emit_uncounted(this_cpu_ptr(&pending));
}

/* A throttled deadline task has left its queue already. */
static void entry_dequeue_dl(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct task_struct *p = ARG(fregs, 1);

	finish_half();
	if (!p->dl.dl_throttled)
		begin_dequeue(this_cpu_ptr(&pending), fregs, IPCPROBE_SCHED_DL);
}

static void entry_dequeue_scx(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	finish_half();
	begin_dequeue(this_cpu_ptr(&pending), fregs, IPCPROBE_SCHED_EXT);
}

/* ---- throttling ---- */

/*
 * Before 6.18 the tasks of a throttled group leave and return without being
 * named.  A task that joins at this moment is not counted.
 */
static void throttle_unnamed(void)
{
	struct pending *now = this_cpu_ptr(&pending);

	if (IPCPROBE_THROTTLES_TASKS || !now->task)
		return;
	if (now->step > 0 && !now->sum)
		emit_uncounted(now);
	end_pending(now);
}

/*
 * True if @nr is the throttle count of the group's queue on @cpu: the number of
 * throttled groups among the group itself and the groups above.
 */
static bool throttle_count_is(const void *tg, int cpu, int nr)
{
	const void *queue = ipcprobe_group_queue(tg, cpu);

	return queue && IPCPROBE_RQ_HAS(cfs_throttle_count) &&
	       IPCPROBE_PRIVATE(int, queue, cfs_throttle_count) == nr;
}

static void emit_throttle(const void *tg, int cpu, u16 is_throttled)
{
	struct ipcprobe_rec_rq_throttle rec = {
		.hdr.tid = current->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.group = ipcprobe_group_number(tg),
		.cpu = cpu,
		.is_throttled = is_throttled,
	};

	ipcprobe_rq_interrupt_wakeup();
	IPCPROBE_EMIT_RQ(rq_throttle, &rec, 0, cpu);
}

/*
 * tg_throttle_down(tg, rq): called for a group that becomes throttled, and for
 * all groups in it
 */
static void entry_throttle_down(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs)
{
	int cpu = ipcprobe_rq_cpu(ARG(fregs, 1));

	throttle_unnamed();
	WRITE_ONCE(ipcprobe_rq_has_throttled, true);
	if (throttle_count_is(ARG(fregs, 0), cpu, 0))
		emit_throttle(ARG(fregs, 0), cpu, 1);
}

/*
 * tg_unthrottle_up(tg, rq): called for a group that is no longer throttled, and
 * for all groups in it
 */
static void entry_unthrottle_up(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs)
{
	int cpu = ipcprobe_rq_cpu(ARG(fregs, 1));

	throttle_unnamed();
	if (throttle_count_is(ARG(fregs, 0), cpu, 1))
		emit_throttle(ARG(fregs, 0), cpu, 0);
}

/*
 * dequeue_entities(rq, se, flags): called by dequeue_task_fair(), and at the
 * end of a delayed dequeue.  The entity of a group has no task of its own.
 */
void ipcprobe_entry_dequeue_entities(struct ipcprobe_hook *hook,
				     struct ftrace_regs *fregs)
{
	struct pending *now = this_cpu_ptr(&pending);
	struct sched_entity *se = ARG(fregs, 1);

	ipcprobe_pick_restart();
	if (unlikely(ipcprobe_se_group(se))) {
		end_pending(now);
		return;
	}
	if (unlikely(is_half_done())) {
		finish_half_first(fregs, ipcprobe_entry_dequeue_entities);
		return;
	}
	set_pending(now, ARG(fregs, 0), container_of(se, struct task_struct, se),
		    IPCPROBE_SCHED_FAIR, -1, ftrace_regs_get_argument(fregs, 2));
	if (unlikely(!IPCPROBE_THROTTLES_TASKS &&
		     ipcprobe_cfs_is_throttled(ipcprobe_se_queue(se))))
		emit_uncounted(now);
}

/*
 * True if the running task leaves its own queue because it has used up its
 * runtime or yielded it.  The deadline class then removes the task without
 * dequeue_task_dl().
 */
static __always_inline bool is_deadline_over(const void *rq)
{
	return rq == this_cpu_read(ipcprobe_cpu_rq) && dl_prio(current->prio) &&
	       current->dl.dl_throttled;
}

static noinline void change_unnamed(const void *rq, int change)
{
	struct pending over = {
		.rq = rq, .task = current,
		.rq_flags = IPCPROBE_DEQUEUE_THROTTLE |
			    (current->dl.dl_yielded ? IPCPROBE_DEQUEUE_YIELD : 0),
	};

	if (change == -1 && is_deadline_over(rq))
		end_dequeue(&over, 1);
	else if (change)	/* a group that became empty leaves without a task */
		emit_change(rq, change);
}

DEFINE_PER_CPU(struct ipcprobe_stint, ipcprobe_stint);

static void forget_stint(struct ipcprobe_stint *stint)
{
	*stint = (struct ipcprobe_stint) {};
}

/* No probe of class sched or pick is attached: from now on switches are not seen. */
static void detach_sched(u32 staying)
{
	int cpu;

	if (staying & IPCPROBE_BIT(PICK))
		return;	/* handlers of class pick use this state, too */
	for_each_possible_cpu(cpu)
		forget_stint(&per_cpu(ipcprobe_stint, cpu));
	WRITE_ONCE(ipcprobe_rq_has_throttled, false);
	ipcprobe_wakings_reset();
}

static __always_inline bool is_voluntary(bool preempt, const struct task_struct *prev,
					 u32 prev_state)
{
	if (likely(this_cpu_read(ipcprobe_stint.tid) == prev->pid))
		return (u32)prev->nvcsw != this_cpu_read(ipcprobe_stint.nr_voluntary);
	return prev_state && !preempt;
}

/*
 * Here and in fill_rq_wakeup(), a store is placed between the stores of two
 * adjacent values of another object.  Otherwise the compiler combines these two
 * into one store, which takes more instructions.
 */
static __always_inline void fill_rq_switch(struct ipcprobe_rec_rq_switch *rec,
					   bool preempt, const struct task_struct *prev,
					   const struct task_struct *next, u32 prev_state)
{
	rec->hdr.tid = prev->pid;
	rec->next = next->pid;
	rec->prev_prio = prev->prio;
	rec->prev_state = prev_state;
	rec->next_prio = next->prio;
	rec->preempt = preempt;
	rec->voluntary = is_voluntary(preempt, prev, prev_state);
	rec->cpu = smp_processor_id();
}

IPCPROBE_DEFINE_EMIT_RQ(rq_switch, next,
			(bool preempt, const struct task_struct *prev,
			 const struct task_struct *next, u32 prev_state),
			(preempt, prev, next, prev_state))

/*
 * dequeue_task_stop(rq, p, flags): the stopper that takes its CPU offline is the
 * last one to leave the queue.  The CPU's idle task runs next, but the tracepoint of
 * switches is silent; the idle task looks like the one of the first CPU.
 */
static void entry_dequeue_stop(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const void *rq = ARG(fregs, 0);
	const struct task_struct *p = ARG(fregs, 1);

	finish_half();
	begin_dequeue(this_cpu_ptr(&pending), fregs, IPCPROBE_SCHED_STOP);
	if (likely(cpu_online(smp_processor_id())))
		return;
	emit_step_offline(this_cpu_ptr(&pending));
	forget_stint(this_cpu_ptr(&ipcprobe_stint));	/* nvcsw does not count this switch yet */
	if (p == current && ipcprobe_rq_nr_running(rq) == 1)
		emit_rq_switch_slow_path(ipcprobe_clock(), false, current,
					 &init_task, READ_ONCE(current->__state));
}

/*
 * True if the change is the fair server's, not the task's.  When a task of the
 * fair class joins or leaves, the runtime until then is accounted.  If the fair
 * server has used up its runtime, it leaves the queue, and some kernels count
 * it there.  This happens before the task's own step: the kernel clears the
 * task's on_rq before it reports that step.
 */
static __always_inline bool is_server_leaving(const struct pending *now)
{
	return IPCPROBE_HAS_SERVERS && now->task->se.on_rq;
}

/*
 * Handles a change that is not the pending step, or only a part of it.  In the
 * fair class such a change can only be the fair server's.  The real-time class
 * sums changes, unless it finds while one of its tasks leaves that all have
 * used up their time.
 */
static noinline void change_otherwise(struct pending *now, int change)
{
	if (now->sched_class == IPCPROBE_SCHED_FAIR) {
		now->sum -= change;
		emit_change(now->rq, change);
	} else if (change < 0 && now->step < 0 && ipcprobe_rt_is_throttled(now->rq)) {
		emit_change(now->rq, change);
		end_dequeue(now, 0);
	}
}

/*
 * sched_update_nr_running_tp(rq, change): while it has a probe, the kernel calls it
 * for each change of a queue's length, but not on a CPU that is not online
 */
static void probe_nr_running(void *data, struct rq *rq, int change)
{
	struct pending *now;

	guard(preempt_notrace)();
	now = this_cpu_ptr(&pending);
	if (unlikely(!now->task || now->rq != rq)) {
		change_unnamed(rq, change);
		return;
	}
	now->sum += change;
	if (unlikely(now->sum != now->step))
		change_otherwise(now, change);	/* or wait for more, or for finish_half() */
	else if (now->step > 0)
		end_enqueue(now, 1);
	else if (unlikely(is_server_leaving(now)))
		change_otherwise(now, change);
	else
		end_dequeue(now, 1);
}

/* ---- switches and wake-ups ---- */

static __always_inline void emit_switch(bool preempt, struct task_struct *prev,
					struct task_struct *next, unsigned int prev_state)
{
	this_cpu_write(pending.task, NULL);	/* no step is pending across a switch */
	ipcprobe_pick_restart();
	emit_rq_switch(ipcprobe_clock_try_now(), preempt, prev, next, prev_state);
	this_cpu_write(ipcprobe_stint.nr_voluntary, (u32)next->nvcsw);
	this_cpu_write(ipcprobe_stint.tid, next->pid);
}

/*
 * Slow path of probe_switch(); a separate function, so that the fast path needs
 * no stack frame.
 */
static noinline void emit_switch_after_half(bool preempt, struct task_struct *prev,
					    struct task_struct *next, unsigned int prev_state)
{
	finish_half();
	emit_switch(preempt, prev, next, prev_state);
}

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	guard(preempt_notrace)();
	if (unlikely(is_half_done()))
		emit_switch_after_half(preempt, prev, next, prev_state);
	else
		emit_switch(preempt, prev, next, prev_state);
}

static __always_inline void fill_waking(struct ipcprobe_waking *slot,
					const struct task_struct *p, u64 begin)
{
	slot->waker = current->pid;
	slot->begin = begin;
	slot->prev_cpu = task_cpu(p);
	slot->context = ipcprobe_irq_context();
	slot->waker_cpu = smp_processor_id();
}

/*
 * Slow path of probe_waking(): the slot holds the wake-up of another task, or
 * the clock has no fast path.
 */
static noinline void note_waking_slow_path(const struct task_struct *p)
{
	struct ipcprobe_waking *slot = ipcprobe_waking_claim_any(p->pid);

	if (slot)
		fill_waking(slot, p, ipcprobe_stamp());
}

static void probe_waking(void *data, struct task_struct *p)
{
	struct ipcprobe_waking *slot;
	u32 tid = p->pid;
	u64 begin;

	guard(preempt_notrace)();
	ipcprobe_rq_interrupt_wakeup();
	this_cpu_write(ipcprobe_last_woken_tid, tid);
	if (unlikely(p == current))
		return;		/* woken without its lock; another task may wake it, too */
	slot = ipcprobe_waking_home(tid);
	begin = ipcprobe_stamp_try();
	if (likely(begin && ipcprobe_waking_claim(slot, tid)))
		fill_waking(slot, p, begin);
	else
		note_waking_slow_path(p);
}

/* Fills the record, and releases @from, whose values are in the record then. */
static __always_inline void fill_rq_wakeup(struct ipcprobe_rec_rq_wakeup *rec,
					   const struct task_struct *p,
					   struct ipcprobe_waking *from, u32 delay_ns,
					   u16 is_new)
{
	u16 prev_cpu = from->prev_cpu;

	rec->delay_ns = delay_ns;
	rec->hdr.tid = p->pid;
	rec->waker = from->waker;
	rec->prev_cpu = prev_cpu;
	rec->cpu = task_cpu(p);
	rec->is_new = is_new;
	rec->prio = p->prio;
	rec->nr_allowed = likely(!p->migration_disabled) ? p->nr_cpus_allowed : 1;
	rec->prev_allowed = is_new || cpumask_test_cpu(prev_cpu, p->cpus_ptr);
	COPY_FIELDS(rec, from, context, waker_cpu);
	ipcprobe_waking_release(from);
}

IPCPROBE_DEFINE_EMIT_RQ(rq_wakeup, waker,
			(const struct task_struct *p, struct ipcprobe_waking *from,
			 u32 delay_ns, u16 is_new),
			(p, from, delay_ns, is_new))

/* Return: the waking that the running task would note now as @p's waker. */
static struct ipcprobe_waking waking_now(const struct task_struct *p)
{
	return (struct ipcprobe_waking) {
		.waker = current->pid,
		.prev_cpu = task_cpu(p),
		.context = ipcprobe_irq_context(),
		.waker_cpu = smp_processor_id(),
	};
}

static struct ipcprobe_waking unknown_waking(const struct task_struct *p)
{
	return (struct ipcprobe_waking) {
		.prev_cpu = task_cpu(p), .context = IPCPROBE_CONTEXT_UNKNOWN,
	};
}

/*
 * Slow path: the task's slot is not its first one, or the task has no slot, or
 * it is the running task itself; then irqs may be on.
 */
static noinline void emit_rare_wakeup(const struct task_struct *p)
{
	struct ipcprobe_waking *slot = ipcprobe_waking_find(p->pid), other;
	u32 delay_ns = 0;
	u64 ts_ns;

	guard(irqsave)();
	if (p == current || !slot) {
		other = p == current ? waking_now(p) : unknown_waking(p);
		slot = &other;
		ts_ns = ipcprobe_clock();
	} else {
		ts_ns = ipcprobe_clock_since(slot->begin, &delay_ns);
	}
	emit_rq_wakeup_slow_path(ts_ns, p, slot, delay_ns, 0);
}

/*
 * Activating a task enqueues it and calls this tracepoint immediately after,
 * under one lock.  The time of the enqueue is used again, because reading the
 * clock is a quarter of the cost.  Every wake-up begins with sched_waking,
 * which makes older times invalid.
 */
static void probe_wakeup(void *data, struct task_struct *p)
{
	struct ipcprobe_waking *slot;
	const struct pending *last;
	u32 delay_ns;
	u64 ts_ns;

	guard(preempt_notrace)();
	slot = ipcprobe_waking_home(p->pid);
	if (this_cpu_read(ipcprobe_enqueued_tid) == p->pid) {
		last = this_cpu_ptr(&pending);
		ts_ns = ipcprobe_clock_known(last->ts_ns);
		delay_ns = last->delay_ns;
	} else if (unlikely(READ_ONCE(slot->wakee) != p->pid || p == current ||
			    !ipcprobe_clock_try(slot->begin, &ts_ns, &delay_ns))) {
		emit_rare_wakeup(p);
		return;
	}
	emit_rq_wakeup(ts_ns, p, slot, delay_ns, 0);
}

static void probe_wakeup_new(void *data, struct task_struct *p)
{
	struct ipcprobe_waking from;

	guard(preempt_notrace)();
	from = waking_now(p);
	emit_rq_wakeup_slow_path(ipcprobe_clock(), p, &from, 0, 1);
}

#define BOTH	(IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK))	/* stores the task for class pick */

#define SCX		\
	.is_optional = true, .is_absent = !IS_ENABLED(CONFIG_SCHED_CLASS_EXT)
#define THROTTLE	\
	.is_optional = true, .is_absent = !IS_ENABLED(CONFIG_CFS_BANDWIDTH)

static struct ipcprobe_hook hooks[] = {
	{ FN("enqueue_task_fair", ipcprobe_entry_enqueue_fair), .classes = BOTH,
	  .hot = IPCPROBE_HOT_ENQUEUE },
	{ FN("dequeue_entities", ipcprobe_entry_dequeue_entities),
	  .one_of = "fair dequeue", .hot = IPCPROBE_HOT_DEQUEUE_ENTITIES },
	/*
	 * before 6.12, or where dequeue_entities() is inlined; called for
	 * throttled tasks since 6.18
	 */
	{ FN("dequeue_task_fair", ipcprobe_entry_dequeue_fair),
	  .one_of = "fair dequeue", .hot = IPCPROBE_HOT_DEQUEUE,
	  .is_fallback = !IPCPROBE_THROTTLES_TASKS },
	{ FN("enqueue_task_rt", entry_enqueue_rt), .classes = BOTH },
	{ FN("dequeue_task_rt", entry_dequeue_rt) },
	{ FN("enqueue_task_dl", entry_enqueue_dl), .classes = BOTH },
	{ FN("dequeue_task_dl", entry_dequeue_dl) },
	{ FN("enqueue_task_stop", entry_enqueue_stop), .classes = BOTH },
	{ FN("dequeue_task_stop", entry_dequeue_stop) },
	{ FN("enqueue_task_scx", entry_enqueue_scx), .classes = BOTH, SCX },
	{ FN("dequeue_task_scx", entry_dequeue_scx), SCX },
	{ FN("tg_throttle_down", entry_throttle_down), THROTTLE },
	{ FN("tg_unthrottle_up", entry_unthrottle_up), THROTTLE },
	{ TP("sched_update_nr_running_tp", probe_nr_running) },
	{ TP("sched_switch", probe_switch), .classes = BOTH },
	{ TP("sched_waking", probe_waking), .classes = BOTH },
	{ TP("sched_wakeup", probe_wakeup), .classes = BOTH },	/* releases the waking's slot */
	{ TP("sched_wakeup_new", probe_wakeup_new) },
#ifdef CONFIG_CGROUP_SCHED
	{ FN("cpu_cgroup_css_online", ipcprobe_entry_group_online), .is_optional = true },
	{ FN("__refill_cfs_bandwidth_runtime", ipcprobe_entry_group_refill), THROTTLE },
#endif
	{}
};

const struct ipcprobe_event_class ipcprobe_class_sched = {
	.hooks = { hooks, ipcprobe_migrate_hooks },
	.detach = detach_sched,
	.snapshot = ipcprobe_snapshot_sched,
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_update_nr_running_tp(probe_nr_running);
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_sched_waking(probe_waking);
	check_trace_callback_type_sched_wakeup(probe_wakeup);
	check_trace_callback_type_sched_wakeup_new(probe_wakeup_new);
}
