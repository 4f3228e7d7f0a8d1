/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler's private structs, looked into by offsets from the kernel's
 * BTF: struct rq, cfs_rq, dl_rq, task_group, cfs_bandwidth, autogroup.  struct
 * sched_entity is public.
 *
 * Context of all that reads: under the lock of the queue, preemption off.
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

/* Byte offsets; -1: this kernel has no such member, or no BTF. */
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
	int tg_cfs_rq_array;	/* a pointer for each CPU */
	int tg_cfs_rq_percpu;	/* or a per-CPU variable */
	int autogroup_id;
	int tg_bandwidth;
	int bandwidth_quota;
	int bandwidth_period;
};

extern struct ipcprobe_rq_offsets ipcprobe_rq_offsets;
extern bool ipcprobe_rq_explains;	/* all is known that the fair class decides by */
DECLARE_STATIC_KEY_FALSE(ipcprobe_rq_complete);	/* so is all that IPCPROBE_RQ_HAS() is asked for */

void ipcprobe_rq_init(void);

#define IPCPROBE_PRIVATE(type, base, member)				\
	READ_ONCE(*(type const *)((const void *)(base) + ipcprobe_rq_offsets.member))

/* Has this kernel such a member? */
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

/* ---- what hook_pick.c remembers of each CPU ---- */

DECLARE_PER_CPU(const void *, ipcprobe_searched); /* queue searched last, for a switch */

/* The next search is not one of a group that the last search chose. */
static __always_inline void ipcprobe_pick_restart(void)
{
	this_cpu_write(ipcprobe_searched, NULL);
}

/* ---- and hook_sched.c ---- */

/*
 * Who was switched to, and how many voluntary switches it had made. A task that
 * wants to sleep and has a signal is still runnable; since Linux 6.14, and in
 * Debian's 6.12, its prev_state says no more than that. The kernel's count tells.
 */
struct ipcprobe_stint {
	u32 tid;		/* 0: not known; or idle, which makes no such switch */
	u32 nr_voluntary;	/* low bits */
};

DECLARE_PER_CPU(struct ipcprobe_stint, ipcprobe_stint);

/* Each CPU's queue, known since its first snapshot, or since its stopper was woken. */
DECLARE_PER_CPU(const void *, ipcprobe_own_rq);

/* Some group was throttled since hooks are attached: there may be throttled tasks. */
extern bool ipcprobe_rq_has_throttled;

/* Who was woken or enqueued last by this CPU. */
DECLARE_PER_CPU(u32, ipcprobe_named_tid);

/* The last record here is its rq_enqueue: its wake-up is told next, with that time. */
DECLARE_PER_CPU(u32, ipcprobe_fresh_tid);

/*
 * A record stands between a task's rq_enqueue and its rq_wakeup, which must not
 * be older then.
 *
 * Context: as all that writes records.
 */
static __always_inline void ipcprobe_rq_interrupt_wakeup(void)
{
	this_cpu_write(ipcprobe_fresh_tid, 0);
}

/**
 * ipcprobe_irq_context - is it an interrupt that calls, or the running task itself?
 *
 * Context: any but NMI.  Return: IPCPROBE_CONTEXT_HARDIRQ, SOFTIRQ or 0.
 */
static __always_inline u16 ipcprobe_irq_context(void)
{
	unsigned int count = preempt_count();

	if (likely(!(count & (HARDIRQ_MASK | SOFTIRQ_OFFSET))))
		return 0;
	return count & HARDIRQ_MASK ? IPCPROBE_CONTEXT_HARDIRQ : IPCPROBE_CONTEXT_SOFTIRQ;
}

/**
 * ipcprobe_sched_context - where the scheduler was called from
 *
 * Context: any but NMI.  Return: IPCPROBE_CONTEXT_*.
 */
static __always_inline u16 ipcprobe_sched_context(void)
{
	const void *rq = this_cpu_read(ipcprobe_own_rq);
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

/* Return: the number that records call the group by; 0 = not known. */
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

/* All its tasks wait for the next period.  (With groups of such tasks: not known.) */
static __always_inline bool ipcprobe_rt_is_throttled(const void *rq)
{
	const struct ipcprobe_rq_offsets *offsets = &ipcprobe_rq_offsets;

	return IPCPROBE_THROTTLES_REAL_TIME && !IS_ENABLED(CONFIG_RT_GROUP_SCHED) && rq &&
	       offsets->rq_rt >= 0 && offsets->rt_throttled >= 0 &&
	       IPCPROBE_PRIVATE(int, rq + offsets->rq_rt, rt_throttled);
}

/* ---- the fair class ---- */

/* The group's own queue there; NULL = not known. */
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

/* The queue's own group is throttled, or one that it is in. */
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

/* The queue of the group that the entity stands for; NULL: it is a task. */
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
