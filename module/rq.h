/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler's private structs: struct rq, cfs_rq, dl_rq, task_group,
 * cfs_bandwidth, autogroup. Their members are read at offsets from the kernel's
 * BTF. struct sched_entity is public.
 *
 * Context of all functions that read: under the lock of the queue, preemption
 * off.
 */
#ifndef IPCPROBE_RQ_H
#define IPCPROBE_RQ_H

#include <linux/cgroup.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/sched.h>

#include "record.h"

struct ipcprobe_session;

/* Byte offsets; -1: this kernel has no such member, or has no BTF. */
struct ipcprobe_rq_offsets {
	int rq_nr_running;
	int rq_cpu;
	int rq_stop;
	int rq_dl;
	int rq_rt;
	int rq_scx;
	int rq_cfs_tasks;
	int rq_clock;
	int rq_lock;
	int cfs_nr;
	int cfs_sum_w_vruntime;
	int cfs_sum_weight;
	int cfs_zero_vruntime;
	int cfs_shift;
	int cfs_timeline;
	int cfs_curr;
	int cfs_next;
	int cfs_last;
	int cfs_skip;
	int cfs_rq;
	int cfs_tg;
	int cfs_throttle_count;
	int dl_root;
	int rt_active;
	int rt_queue;
	int rt_throttled;
	int scx_runnable;
	int tg_css;
	int tg_autogroup;
	int tg_cfs_rq_array;	/* array with a pointer for each CPU ... */
	int tg_cfs_rq_percpu;	/* ... or a per-CPU variable; the other is -1 */
	int autogroup_id;
	int tg_bandwidth;
	int bandwidth_quota;
	int bandwidth_period;
	int bandwidth_burst;
};

extern struct ipcprobe_rq_offsets ipcprobe_rq_offsets;
/* True if all offsets that explain the choices of the fair class are known. */
extern bool ipcprobe_rq_explains;
/* True if all offsets used with IPCPROBE_RQ_HAS() are known. */
DECLARE_STATIC_KEY_FALSE(ipcprobe_rq_complete);

void ipcprobe_rq_init(void);

#define IPCPROBE_PRIVATE(type, base, member)				\
	READ_ONCE(*(type const *)((const void *)(base) + ipcprobe_rq_offsets.member))

/* True if this kernel has the member. */
#define IPCPROBE_RQ_HAS(member)						\
	(static_branch_likely(&ipcprobe_rq_complete) ||			\
	 ipcprobe_rq_offsets.member >= 0)

static __always_inline u32 ipcprobe_rq_nr_running(const void *rq)
{
	return IPCPROBE_RQ_HAS(rq_nr_running) ?
		IPCPROBE_PRIVATE(u32, rq, rq_nr_running) : IPCPROBE_NR_UNKNOWN;
}

static __always_inline int ipcprobe_rq_cpu(const void *rq)
{
	return IPCPROBE_RQ_HAS(rq_cpu) ? IPCPROBE_PRIVATE(int, rq, rq_cpu) : -1;
}

/* ---- state of each CPU, kept by hook_pick.c ---- */

/* Queue that was searched last, for a switch. */
DECLARE_PER_CPU(const void *, ipcprobe_searched_queue);

/*
 * Marks the next search as one that does not continue in a group chosen by the
 * last search.
 */
static __always_inline void ipcprobe_pick_restart(void)
{
	this_cpu_write(ipcprobe_searched_queue, NULL);
}

/* ---- state of each CPU, kept by hook_sched.c ---- */

/*
 * The task that the CPU switched to, and the number of voluntary switches that
 * the task had made then. A task that wants to sleep and has a signal pending
 * is still runnable; since Linux 6.14, and in Debian's 6.12, its prev_state
 * shows only that. Therefore the kernel's count of voluntary switches decides.
 */
struct ipcprobe_stint {
	u32 tid;		/* 0: not known, or idle, which makes no voluntary switch */
	u32 nr_voluntary;	/* low 32 bits of the count */
};

DECLARE_PER_CPU(struct ipcprobe_stint, ipcprobe_stint);

/*
 * The queue of each CPU; known after its first snapshot, or after its stopper
 * was woken.
 */
DECLARE_PER_CPU(const void *, ipcprobe_cpu_rq);

/*
 * True if some group was throttled since hooks were attached: throttled tasks
 * may exist.
 */
extern bool ipcprobe_rq_has_throttled;

/* Task that this CPU woke or enqueued last. */
DECLARE_PER_CPU(u32, ipcprobe_last_woken_tid);

/*
 * Task whose rq_enqueue is the last record of this CPU: the rq_wakeup of the
 * task comes next, with the same time.
 */
DECLARE_PER_CPU(u32, ipcprobe_enqueued_tid);

/*
 * Notes that another record comes between the rq_enqueue of a task and its
 * rq_wakeup: then the rq_wakeup must not have the time of the rq_enqueue, which
 * would be older.
 *
 * Context: same as for all functions that write records.
 */
static __always_inline void ipcprobe_rq_interrupt_wakeup(void)
{
	this_cpu_write(ipcprobe_enqueued_tid, 0);
}

/**
 * ipcprobe_irq_context - interrupt context of the caller; 0: the running task itself
 *
 * Context: any but NMI.  Return: IPCPROBE_CONTEXT_HARDIRQ, IPCPROBE_CONTEXT_SOFTIRQ or 0.
 */
static __always_inline u16 ipcprobe_irq_context(void)
{
	unsigned int count = preempt_count();

	if (likely(!(count & (HARDIRQ_MASK | SOFTIRQ_OFFSET))))
		return 0;
	return count & HARDIRQ_MASK ? IPCPROBE_CONTEXT_HARDIRQ : IPCPROBE_CONTEXT_SOFTIRQ;
}

/**
 * ipcprobe_sched_context - context in which the scheduler was called
 *
 * Context: any but NMI.  Return: IPCPROBE_CONTEXT_*.
 */
static __always_inline u16 ipcprobe_sched_context(void)
{
	const void *rq = this_cpu_read(ipcprobe_cpu_rq);
	u16 context = ipcprobe_irq_context();

	if (unlikely(context))
		return context;
	if (likely(rq) && IPCPROBE_RQ_HAS(rq_stop) &&
	    IPCPROBE_PRIVATE(void *, rq, rq_stop) == current)
		return IPCPROBE_CONTEXT_STOPPER;
	return 0;
}

bool ipcprobe_rq_has_lock(void);
void ipcprobe_rq_snapshot(struct ipcprobe_session *only, bool has_throttled, bool is_stopped);

/* ---- task groups ---- */

/* Return: the number of the group in records; 0: not known. */
static __always_inline u32 ipcprobe_group_number(const void *tg)
{
	const struct cgroup_subsys_state *css;
	const void *autogroup;

	if (!IPCPROBE_RQ_HAS(tg_css))
		return 0;
	if (IPCPROBE_RQ_HAS(tg_autogroup)) {
		autogroup = IPCPROBE_PRIVATE(void *, tg, tg_autogroup);
		if (autogroup && IPCPROBE_RQ_HAS(autogroup_id))
			return IPCPROBE_GROUP_AUTO |
			       (u32)IPCPROBE_PRIVATE(unsigned long, autogroup, autogroup_id);
	}
	css = tg + ipcprobe_rq_offsets.tg_css;
	return css->id;
}

static __always_inline u32 ipcprobe_group_of(const struct task_struct *p)
{
#ifdef CONFIG_CGROUP_SCHED
	return ipcprobe_group_number(p->sched_task_group);
#else
	return 0;
#endif
}

/* ---- the real-time class ---- */

/*
 * True if all tasks of the real-time class on this queue wait for the next
 * period. (With groups of real-time tasks: not known.)
 */
static __always_inline bool ipcprobe_rt_is_throttled(const void *rq)
{
	const struct ipcprobe_rq_offsets *offsets = &ipcprobe_rq_offsets;

	return IPCPROBE_THROTTLES_REAL_TIME && !IS_ENABLED(CONFIG_RT_GROUP_SCHED) && rq &&
	       offsets->rq_rt >= 0 && offsets->rt_throttled >= 0 &&
	       IPCPROBE_PRIVATE(int, rq + offsets->rq_rt, rt_throttled);
}

/* ---- the fair class ---- */

/* Return: the queue of the group on @cpu; NULL: not known. */
static __always_inline const void *ipcprobe_group_queue(const void *tg, int cpu)
{
	const struct ipcprobe_rq_offsets *offsets = &ipcprobe_rq_offsets;

	if ((unsigned int)cpu >= nr_cpu_ids)
		return NULL;
	if (offsets->tg_cfs_rq_array >= 0)
		return IPCPROBE_PRIVATE(void *const *, tg, tg_cfs_rq_array)[cpu];
	if (offsets->tg_cfs_rq_percpu >= 0)
		return (const void *)(IPCPROBE_PRIVATE(unsigned long, tg, tg_cfs_rq_percpu) +
				      per_cpu_offset(cpu));
	return NULL;
}

/* True if the group of the queue is throttled, or one of the groups above it. */
static __always_inline bool ipcprobe_cfs_is_throttled(const void *cfs_rq)
{
	return IPCPROBE_RQ_HAS(cfs_throttle_count) &&
	       IPCPROBE_PRIVATE(int, cfs_rq, cfs_throttle_count) > 0;
}

static __always_inline const void *
ipcprobe_se_queue(const struct sched_entity *se)
{
#ifdef CONFIG_FAIR_GROUP_SCHED
	return se->cfs_rq;
#else
	return NULL;
#endif
}

/*
 * Return: the queue of the group that the entity stands for; NULL: the entity
 * is a task.
 */
static __always_inline const void *
ipcprobe_se_group(const struct sched_entity *se)
{
#ifdef CONFIG_FAIR_GROUP_SCHED
	return se->my_q;
#else
	return NULL;
#endif
}

static __always_inline struct sched_entity *
ipcprobe_se_parent(const struct sched_entity *se)
{
#ifdef CONFIG_FAIR_GROUP_SCHED
	return se->parent;
#else
	return NULL;
#endif
}

#endif /* IPCPROBE_RQ_H */
