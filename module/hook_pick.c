// SPDX-License-Identifier: GPL-2.0
/*
 * Class pick: why the scheduler chose.
 *
 * The fair class looks for the next entity in one queue after the other, from
 * the top group's down to one of tasks: CFS in pick_next_entity() (6.1), EEVDF
 * in pick_eevdf().  At the entry of that function everything it decides by is
 * final, and told: first the candidates, then the queue they are in.
 *
 * 6.12 takes a group that is the next buddy without a search.  It shows when
 * the group's own queue is searched and the one above was not: that one is told
 * then, as nothing in it has changed.
 *
 * All of this runs under the run queue's lock, irqs off.
 */
#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/deadline.h>
#include <trace/events/sched.h>

#include "ipcprobe.h"
#include "emit.h"
#include "rq.h"
#include "site.h"

#define ARG(fregs, n)	((void *)ftrace_regs_get_argument(fregs, n))

#define NR_TOLD		16	/* candidates, beyond which one that is eligible is enough */
#define NR_TOLD_MAX	64
#define NR_LEVELS	8	/* of groups that were taken without a search */
#define NR_DL_TOLD	16

/* What this CPU looks at, under a run queue's lock. */
struct looking {
	const void *queue;		/* searched last, for a switch */
	const struct task_struct *woken; /* of the fair class's check, valid inside it only */
	u32 woken_tid;			/* of wakeup_preempt() */
};

static DEFINE_PER_CPU(struct looking, looking);
static DEFINE_PER_CPU(u32, running_tid);	/* who runs there */

/* No hook of class pick is attached: what was looked at need not exist any more. */
void ipcprobe_pick_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(looking, cpu) = (struct looking) {};
		per_cpu(running_tid, cpu) = 0;
	}
}

/* The next search is not one of a group that the last search chose. */
void ipcprobe_pick_restart(void)
{
	this_cpu_write(looking.queue, NULL);
}

/* ---- one queue ---- */

struct pick {
	const void *queue;
	const struct sched_entity *curr;	/* NULL: none competes */
	const struct sched_entity *next, *last, *skip;
	u64 ts_ns;
	u64 zero_vruntime;
	s64 sum_w_vruntime;
	u64 sum_weight;
	u32 shift;
	u16 cpu;
	u16 nr_told;
	u16 flags_told;		/* of all candidates */
};

static void look_at(struct pick *pick, const void *queue,
		    const struct sched_entity *curr)
{
	const void *rq = IPCPROBE_PRIVATE(void *, queue, cfs_rq);

	*pick = (struct pick) {
		.queue = queue,
		.curr = curr,
		.next = IPCPROBE_PRIVATE(void *, queue, cfs_next),
		.ts_ns = ipcprobe_clock(),
		.zero_vruntime = IPCPROBE_PRIVATE(u64, queue, cfs_zero_vruntime),
		.cpu = IPCPROBE_PRIVATE(int, rq, rq_cpu),
	};
	if (IPCPROBE_IS_EEVDF) {
		pick->sum_w_vruntime = IPCPROBE_PRIVATE(s64, queue, cfs_sum_w_vruntime);
		pick->sum_weight = IPCPROBE_PRIVATE(u64, queue, cfs_sum_weight);
		if (ipcprobe_rq_offsets.cfs_shift >= 0)
			pick->shift = IPCPROBE_PRIVATE(u32, queue, cfs_shift);
	} else {
		pick->last = IPCPROBE_PRIVATE(void *, queue, cfs_last);
		pick->skip = IPCPROBE_PRIVATE(void *, queue, cfs_skip);
	}
}

static u64 weight_of(const struct pick *pick, const struct sched_entity *se)
{
	u64 weight = ipcprobe_se_weight(se);

	return pick->shift ? max(2ULL, weight >> pick->shift) : weight;
}

/* As the kernel's vruntime_eligible(); it only decides how much is told. */
static bool is_eligible(const struct pick *pick, const struct sched_entity *se)
{
	s64 sum = pick->sum_w_vruntime, load = pick->sum_weight;

	if (pick->curr) {
		s64 weight = weight_of(pick, pick->curr);

		sum += (s64)(pick->curr->vruntime - pick->zero_vruntime) * weight;
		load += weight;
	}
	return sum >= (s64)(se->vruntime - pick->zero_vruntime) * load;
}

static u16 flags_of(const struct pick *pick, const struct sched_entity *se)
{
	u16 flags = 0;

	if (se == pick->curr)
		flags |= IPCPROBE_PICK_CURR |
			 (ipcprobe_se_protected(se) ? IPCPROBE_PICK_PROTECTED : 0);
	if (ipcprobe_se_delayed(se))
		flags |= IPCPROBE_PICK_DELAYED;
	if (se == pick->next)
		flags |= IPCPROBE_PICK_NEXT;
	if (se == pick->last)
		flags |= IPCPROBE_PICK_LAST;
	if (se == pick->skip)
		flags |= IPCPROBE_PICK_SKIP;
	return flags;
}

static u32 task_of(const struct sched_entity *se)
{
	return ipcprobe_se_group(se) ? 0 : container_of(se, struct task_struct, se)->pid;
}

static u32 group_queue_number(const void *queue)
{
	return ipcprobe_group_number(IPCPROBE_PRIVATE(void *, queue, cfs_tg));
}

static void tell_candidate(struct pick *pick, const struct sched_entity *se)
{
	const void *group = ipcprobe_se_group(se);
	u16 flags = flags_of(pick, se);
	struct ipcprobe_rec_pick_candidate rec = {
		.hdr.tid = task_of(se),
		.hdr.ts_ns = pick->ts_ns,
		.vruntime = se->vruntime,
		.deadline = ipcprobe_se_deadline(se),
		.weight = se->load.weight,
		.slice_ns = ipcprobe_se_slice(se),
		.group = group ? group_queue_number(group) : 0,
		.pick_flags = flags,
		.cpu = pick->cpu,
	};

	pick->nr_told++;
	pick->flags_told |= flags;
	IPCPROBE_EMIT_RQ(pick_candidate, &rec, rec.hdr.tid, rec.cpu);
}

/* In the queue's own order, until only a buddy of the rest could be chosen. */
static void tell_queue(struct pick *pick)
{
	const struct rb_root_cached *timeline =
		pick->queue + ipcprobe_rq_offsets.cfs_timeline;
	bool has_eligible = !IPCPROBE_IS_EEVDF;
	const struct sched_entity *se;
	struct rb_node *node;

	if (pick->curr)
		tell_candidate(pick, pick->curr);
	for (node = rb_first_cached(timeline); node; node = rb_next(node)) {
		if (pick->nr_told >= (has_eligible ? NR_TOLD : NR_TOLD_MAX))
			return;
		se = rb_entry(node, struct sched_entity, run_node);
		has_eligible = has_eligible || is_eligible(pick, se);
		tell_candidate(pick, se);
	}
}

static void tell_buddy(struct pick *pick, const struct sched_entity *se, u16 flag)
{
	if (se && !(pick->flags_told & flag))
		tell_candidate(pick, se);
}

static void tell_candidates(struct pick *pick)
{
	tell_queue(pick);
	tell_buddy(pick, pick->next, IPCPROBE_PICK_NEXT);
	tell_buddy(pick, pick->last, IPCPROBE_PICK_LAST);
	tell_buddy(pick, pick->skip, IPCPROBE_PICK_SKIP);
}

static void tell_pick(const void *queue, const struct sched_entity *curr,
		      u32 site, u32 woken, u16 flags)
{
	struct ipcprobe_rec_fair_pick rec;
	struct pick pick;

	ipcprobe_rq_interrupt_wakeup();
	look_at(&pick, queue, curr);
	if (flags & IPCPROBE_PICK_WAKEUP && !IPCPROBE_PICK_BUDDIES)
		pick.next = NULL;	/* not asked */
	tell_candidates(&pick);
	rec = (struct ipcprobe_rec_fair_pick) {
		.hdr.tid = this_cpu_read(running_tid),
		.hdr.ts_ns = pick.ts_ns,
		.zero_vruntime = pick.zero_vruntime,
		.sum_w_vruntime = pick.sum_w_vruntime,
		.sum_weight = pick.sum_weight,
		.group = group_queue_number(queue),
		.nr_queued = IPCPROBE_PRIVATE(u32, queue, cfs_nr),
		.site = site,
		.task = woken,
		.nr_told = pick.nr_told,
		.pick_flags = flags | (IPCPROBE_IS_EEVDF ? IPCPROBE_PICK_EEVDF : 0),
		.cpu = pick.cpu,
		.shift = pick.shift,
	};
	if (pick.cpu != smp_processor_id() && pick.cpu < nr_cpu_ids)
		rec.hdr.tid = per_cpu(running_tid, pick.cpu);
	IPCPROBE_EMIT_RQ(fair_pick, &rec, rec.hdr.tid, rec.cpu);
}

/* ---- the searches ---- */

/* CFS: pick_next_entity(cfs_rq, curr) */
static void entry_pick_next_entity(struct ipcprobe_hook *hook,
				   struct ftrace_regs *fregs,
				   unsigned long parent_ip)
{
	enum ipcprobe_site_kind kind;

	if (IPCPROBE_IS_EEVDF)
		return;
	if (unlikely(!ipcprobe_rq_explains)) {
		atomic64_inc(&hook->missed);
		return;
	}
	tell_pick(ARG(fregs, 0), ARG(fregs, 1), ipcprobe_site(parent_ip, &kind), 0, 0);
}

static const struct sched_entity *running_in(const void *queue)
{
	const struct sched_entity *curr = IPCPROBE_PRIVATE(void *, queue, cfs_curr);

	return curr && curr->on_rq ? curr : NULL;
}

/* The entity that stands for the queue's group in the queue above; NULL: top. */
static const struct sched_entity *entity_above(const void *queue)
{
	const struct rb_root_cached *timeline = queue + ipcprobe_rq_offsets.cfs_timeline;
	const struct sched_entity *member = running_in(queue);
	struct rb_node *node = rb_first_cached(timeline);

	if (!member && node)
		member = rb_entry(node, struct sched_entity, run_node);
	return member ? ipcprobe_se_parent(member) : NULL;
}

/* The queues above that were not searched, because their next buddy was taken. */
static void tell_unsearched(const void *queue, u32 site)
{
	const void *last = this_cpu_read(looking.queue), *above[NR_LEVELS];
	const struct sched_entity *se = entity_above(queue);
	int nr = 0;

	for (; se && nr < NR_LEVELS; se = ipcprobe_se_parent(se)) {
		above[nr] = ipcprobe_se_queue(se);
		if (above[nr] == last)
			break;
		nr++;
	}
	while (nr--)
		tell_pick(above[nr], running_in(above[nr]), site, 0,
			  IPCPROBE_PICK_BUDDY_FIRST);
}

/* EEVDF: pick_eevdf(cfs_rq), in 7.2 with whether the running one is protected */
static void entry_pick_eevdf(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs, unsigned long parent_ip)
{
	const void *queue = ARG(fregs, 0);
	enum ipcprobe_site_kind kind;
	u16 flags = 0;
	u32 site;

	if (!IPCPROBE_IS_EEVDF)
		return;
	if (unlikely(!ipcprobe_rq_explains)) {
		atomic64_inc(&hook->missed);
		return;
	}
	site = ipcprobe_site(parent_ip, &kind);
	if (!IPCPROBE_PICK_PROTECTS(fregs))
		flags |= IPCPROBE_PICK_UNPROTECTED;
	if (kind == IPCPROBE_SITE_PREEMPT) {
		tell_pick(queue, running_in(queue), site,
			  this_cpu_read(looking.woken_tid), flags | IPCPROBE_PICK_WAKEUP);
		return;
	}
	tell_unsearched(queue, site);
	this_cpu_write(looking.queue, queue);
	tell_pick(queue, running_in(queue), site, 0, flags);
}

/* pick_task_dl(rq), before 6.12 pick_next_task_dl(rq): the deadline class looks; by deadline, the earliest first */
static void entry_pick_task_dl(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs)
{
	const void *rq = ARG(fregs, 0);
	const struct sched_dl_entity *se;
	const struct rb_root_cached *root;
	struct ipcprobe_rec_dl_params rec;
	struct rb_node *node;
	int nr = 0;

	if (ipcprobe_rq_offsets.rq_dl < 0 || ipcprobe_rq_offsets.dl_root < 0)
		return;
	root = rq + ipcprobe_rq_offsets.rq_dl + ipcprobe_rq_offsets.dl_root;
	for (node = rb_first_cached(root); node && nr < NR_DL_TOLD; node = rb_next(node)) {
		se = rb_entry(node, struct sched_dl_entity, rb_node);
		rec = (struct ipcprobe_rec_dl_params) {
			.hdr.tid = ipcprobe_dl_is_server(se) ? 0 :
				container_of(se, struct task_struct, dl)->pid,
			.hdr.ts_ns = ipcprobe_clock(),
			.deadline = se->deadline,
			.runtime_ns = se->runtime,
			.period_ns = se->dl_period,
			.cpu = ipcprobe_rq_cpu(rq),
		};
		IPCPROBE_EMIT_RQ(dl_params, &rec, rec.hdr.tid, rec.cpu);
		nr++;
	}
}

/* ---- who asks a task to give up its CPU ---- */

/*
 * wakeup_preempt(rq, p), check_preempt_curr() before 6.8: does a task that came
 * preempt the one that runs?
 */
static void entry_wakeup_preempt(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs)
{
	const struct task_struct *p = ARG(fregs, 1);

	this_cpu_write(looking.woken, NULL);
	this_cpu_write(looking.woken_tid, p->pid);
}

/*
 * wakeup_preempt_fair(rq, p), check_preempt_wakeup_fair() in 6.12,
 * check_preempt_wakeup() in 6.1: part of wakeup_preempt().  What calls
 * resched_curr() from inside of either does so for this task, which exists until
 * they return; outside nobody looks at it.  wakeup_preempt() itself may be inlined
 * where it is called, but then it is not what resched_curr() returns to.
 */
static void entry_wakeup_preempt_fair(struct ipcprobe_hook *hook,
				      struct ftrace_regs *fregs)
{
	const struct task_struct *p = ARG(fregs, 1);

	this_cpu_write(looking.woken, p);
	this_cpu_write(looking.woken_tid, p->pid);
}

/* By how much the running entity is ahead of @p's where the two compete. */
static s64 lead_over(const struct task_struct *p)
{
	const struct sched_entity *se, *curr;
	const void *queue;

	if (p->prio < MAX_RT_PRIO || !ipcprobe_rq_explains)
		return S64_MIN;
	for (se = &p->se; se; se = ipcprobe_se_parent(se)) {
		queue = ipcprobe_se_queue(se);
		curr = queue ? running_in(queue) : NULL;
		if (curr && curr != se)
			return curr->vruntime - se->vruntime;
	}
	return S64_MIN;
}

static void emit_resched(int cpu, u32 site, enum ipcprobe_site_kind kind)
{
	struct ipcprobe_rec_rq_resched rec = {
		.hdr.tid = current->pid,
		.lead = S64_MIN,
		.running = per_cpu(running_tid, cpu),
		.site = site,
		.cpu = cpu,
		.context = ipcprobe_sched_context(),
	};
	const struct task_struct *woken;

	if (kind == IPCPROBE_SITE_PREEMPT || kind == IPCPROBE_SITE_PREEMPT_CLASS)
		rec.task = this_cpu_read(looking.woken_tid);
	woken = this_cpu_read(looking.woken);
	if (kind == IPCPROBE_SITE_PREEMPT && woken)
		rec.lead = lead_over(woken);
	ipcprobe_rq_interrupt_wakeup();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_RQ(rq_resched, &rec, rec.running, rec.cpu);
}

/* resched_curr(rq); in 7.2 that is a jump, or less, to __resched_curr(rq, tif) */
static void entry_resched(struct ipcprobe_hook *hook,
			  struct ftrace_regs *fregs, unsigned long parent_ip)
{
	int cpu = ipcprobe_rq_cpu(ARG(fregs, 0));
	enum ipcprobe_site_kind kind;
	u32 site = ipcprobe_site(parent_ip, &kind);

	if ((unsigned int)cpu < nr_cpu_ids)
		emit_resched(cpu, site, kind);
}

/* do_sched_yield(): the running task itself asks; not under a lock yet */
static void entry_yield(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	enum ipcprobe_site_kind kind;

	guard(irqsave)();
	emit_resched(smp_processor_id(), ipcprobe_site(hook->ip + 1, &kind),
		     IPCPROBE_SITE_OTHER);
}

static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	guard(preempt_notrace)();
	this_cpu_write(running_tid, next->pid);
	this_cpu_write(looking.queue, NULL);
}

#define PICK_FN(name, fn)						\
	IPCPROBE_FN(name, fn, IPCPROBE_BIT(PICK), IPCPROBE_HOOK_EXTRA)
#define PICK_FN_FROM(name, fn, alt)					\
	IPCPROBE_FN_FROM(name, fn, IPCPROBE_BIT(PICK), alt)

#define ALT_PICK	100	/* the search */
#define ALT_PREEMPT	101	/* before it: for whom */

struct ipcprobe_hook ipcprobe_pick_hooks[] = {
	PICK_FN_FROM("pick_eevdf", entry_pick_eevdf, ALT_PICK),
	PICK_FN_FROM("pick_next_entity", entry_pick_next_entity, ALT_PICK),
	IPCPROBE_FN("wakeup_preempt", entry_wakeup_preempt,
		    IPCPROBE_BIT(PICK), ALT_PREEMPT),
	IPCPROBE_FN("check_preempt_curr", entry_wakeup_preempt,
		    IPCPROBE_BIT(PICK), ALT_PREEMPT),
#if IPCPROBE_RESCHED_IS_INNER
	PICK_FN_FROM("__resched_curr", entry_resched, 0),
#else
	PICK_FN_FROM("resched_curr", entry_resched, 0),
#endif
	PICK_FN("wakeup_preempt_fair", entry_wakeup_preempt_fair),
	PICK_FN("check_preempt_wakeup_fair", entry_wakeup_preempt_fair),
	PICK_FN("check_preempt_wakeup", entry_wakeup_preempt_fair),
	PICK_FN("pick_task_dl", entry_pick_task_dl),
	PICK_FN("pick_next_task_dl", entry_pick_task_dl),
	PICK_FN("do_sched_yield", entry_yield),
	IPCPROBE_TP("sched_switch", probe_switch, IPCPROBE_BIT(PICK)),
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
}
