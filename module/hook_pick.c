// SPDX-License-Identifier: GPL-2.0
/*
 * Class pick: why the scheduler chose a task.
 *
 * The fair class searches the next entity in one queue after the other, from
 * the top group's queue down to a queue of tasks: with CFS in
 * pick_next_entity() (6.1), with EEVDF in pick_eevdf().  At the entry of this
 * function all data that it decides by is final, and is recorded: first the
 * candidates, then their queue.
 *
 * 6.12 chooses a group that is the next buddy without a search.  This shows
 * when the group's own queue is searched and the queue above was not: the queue
 * above is recorded then, as nothing in it has changed.
 *
 * All of this runs under the run queue's lock, irqs off.
 */
#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/deadline.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "hook.h"
#include "hot.h"
#include "missed.h"
#include "rq.h"
#include "site.h"

#define NR_CANDIDATES		16	/* after these one eligible candidate is enough */
#define NR_CANDIDATES_MAX	64
#define NR_LEVELS		8	/* groups chosen without a search */
#define NR_DL_CANDIDATES	16

/* Task whose wake-up preemption is being checked; valid only during that check. */
static DEFINE_PER_CPU(const struct task_struct *, woken);
DEFINE_PER_CPU(const void *, ipcprobe_searched_queue);
static DEFINE_PER_CPU(u64, searched_at);	/* run queue's clock at the last search */

/* No hook of class pick is attached: the stored objects may be freed from now on. */
static void detach_pick(u32 staying)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(woken, cpu) = NULL;
		per_cpu(ipcprobe_searched_queue, cpu) = NULL;
		per_cpu(searched_at, cpu) = 0;
	}
}

/* ---- one queue ---- */

struct pick {
	const void *queue;
	const struct sched_entity *curr;	/* running entity; NULL: it does not compete */
	const struct sched_entity *next, *last, *skip;
	u64 ts_ns;
	u16 cpu;
	u16 nr_recorded;
	u16 flags_recorded;		/* flags of all candidates recorded so far */
	bool has_room;		/* room for all records was reserved at once */
	struct ipcprobe_room room; /* to: next record; end: its end, if it is the last */
};

/* Bytes of all records of one pick. */
#define PICK_BYTES_MAX							\
	((NR_CANDIDATES_MAX + 3) * sizeof(struct ipcprobe_rec_pick_candidate) +	\
	 sizeof(struct ipcprobe_rec_fair_pick))

/* Reserves room for all records in the ring of the sole session, if possible. */
static __always_inline void reserve_room(struct pick *pick)
{
	pick->has_room = !trace_pick_candidate_enabled() && !trace_fair_pick_enabled() &&
			 ipcprobe_sole_reserve(IPCPROBE_CLASS_PICK, PICK_BYTES_MAX,
					       &pick->room);
	if (likely(pick->has_room))
		pick->room.end += sizeof(struct ipcprobe_rec_fair_pick) - PICK_BYTES_MAX;
}

static __always_inline void look_at(struct pick *pick, const void *queue,
				    const struct sched_entity *curr, bool has_next)
{
	const void *rq = IPCPROBE_PRIVATE(void *, queue, cfs_rq);

	pick->queue = queue;
	pick->curr = curr;
	pick->next = has_next ? IPCPROBE_PRIVATE(void *, queue, cfs_next) : NULL;
	pick->last = IPCPROBE_IS_EEVDF ? NULL : IPCPROBE_PRIVATE(void *, queue, cfs_last);
	pick->skip = IPCPROBE_IS_EEVDF ? NULL : IPCPROBE_PRIVATE(void *, queue, cfs_skip);
	pick->ts_ns = ipcprobe_clock();
	pick->cpu = IPCPROBE_PRIVATE(int, rq, rq_cpu);
	pick->nr_recorded = 0;
	pick->flags_recorded = 0;
	reserve_room(pick);
}

static u64 zero_vruntime(const void *queue)
{
	return IPCPROBE_PRIVATE(u64, queue, cfs_zero_vruntime);
}

static s64 sum_w_vruntime(const void *queue)
{
	return IPCPROBE_IS_EEVDF ? IPCPROBE_PRIVATE(s64, queue, cfs_sum_w_vruntime) : 0;
}

static u64 sum_weight(const void *queue)
{
	return IPCPROBE_IS_EEVDF ? IPCPROBE_PRIVATE(u64, queue, cfs_sum_weight) : 0;
}

static u32 shift_of(const void *queue)
{
	return IPCPROBE_IS_EEVDF && ipcprobe_rq_offsets.cfs_shift >= 0 ?
		IPCPROBE_PRIVATE(u32, queue, cfs_shift) : 0;
}

static u64 weight_of(const void *queue, const struct sched_entity *se)
{
	u64 weight = ipcprobe_se_weight(se);
	u32 shift = shift_of(queue);

	return shift ? max(2ULL, weight >> shift) : weight;
}

/*
 * True if the entity is eligible, computed like the kernel's
 * vruntime_eligible().  It only decides how many candidates are recorded.
 */
static bool is_eligible(const struct pick *pick, const struct sched_entity *se)
{
	s64 sum = sum_w_vruntime(pick->queue), load = sum_weight(pick->queue);
	u64 zero = zero_vruntime(pick->queue);

	if (pick->curr) {
		s64 weight = weight_of(pick->queue, pick->curr);

		sum += (s64)(pick->curr->vruntime - zero) * weight;
		load += weight;
	}
	return sum >= (s64)(se->vruntime - zero) * load;
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
	if (!IPCPROBE_IS_EEVDF && se == pick->last)
		flags |= IPCPROBE_PICK_LAST;
	if (!IPCPROBE_IS_EEVDF && se == pick->skip)
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

static __always_inline void fill_candidate(struct ipcprobe_rec_pick_candidate *rec,
					   const struct pick *pick,
					   const struct sched_entity *se, u16 flags)
{
	const void *group = ipcprobe_se_group(se);

	/* first, so that registers need not be saved across a call */
	rec->group = group ? group_queue_number(group) : 0;
	rec->hdr.len = sizeof(*rec);
	rec->hdr.type = IPCPROBE_REC_pick_candidate;
	rec->hdr.tid = task_of(se);
	rec->hdr.ts_ns = pick->ts_ns;
	rec->vruntime = se->vruntime;
	rec->deadline = ipcprobe_se_deadline(se);
	rec->weight = se->load.weight;
	rec->slice_ns = ipcprobe_se_slice(se);
	rec->pick_flags = flags;
	rec->cpu = pick->cpu;
}

static noinline void emit_candidate_slow_path(struct pick *pick,
					      const struct sched_entity *se)
{
	struct ipcprobe_rec_pick_candidate rec;
	u16 flags = flags_of(pick, se);

	pick->nr_recorded++;
	pick->flags_recorded |= flags;
	fill_candidate(&rec, pick, se, flags);
	IPCPROBE_EMIT_RQ(pick_candidate, &rec, rec.hdr.tid, rec.cpu);
}

static noinline void emit_candidate(struct pick *pick, const struct sched_entity *se)
{
	struct ipcprobe_rec_pick_candidate *rec = pick->room.to;
	u16 flags;

	if (unlikely(!pick->has_room)) {
		emit_candidate_slow_path(pick, se);
		return;
	}
	flags = flags_of(pick, se);
	fill_candidate(rec, pick, se, flags);
	pick->nr_recorded++;
	pick->flags_recorded |= flags;
	pick->room.to = rec + 1;
	pick->room.end += sizeof(*rec);
}

static const struct sched_entity *entity_of(const struct rb_node *node)
{
	return rb_entry(node, struct sched_entity, run_node);
}

/*
 * Emits candidates from @rest on, until an eligible one was emitted: after it
 * only a buddy can be chosen.
 */
static noinline void emit_rest(struct pick *pick, struct rb_node *rest,
			       struct rb_node *node)
{
	bool has_eligible = !IPCPROBE_IS_EEVDF;

	for (; node != rest && !has_eligible; node = rb_next(node))
		has_eligible = is_eligible(pick, entity_of(node));
	for (; node && !has_eligible && pick->nr_recorded < NR_CANDIDATES_MAX;
	     node = rb_next(node)) {
		has_eligible = is_eligible(pick, entity_of(node));
		emit_candidate(pick, entity_of(node));
	}
}

/*
 * Emits candidates in the queue's order, until of the rest only a buddy could
 * be chosen.
 */
static void emit_queue(struct pick *pick)
{
	const struct rb_root_cached *timeline =
		pick->queue + ipcprobe_rq_offsets.cfs_timeline;
	struct rb_node *first = rb_first_cached(timeline), *node;

	if (pick->curr)
		emit_candidate(pick, pick->curr);
	for (node = first; node; node = rb_next(node)) {
		if (unlikely(pick->nr_recorded >= NR_CANDIDATES)) {
			emit_rest(pick, node, first);
			return;
		}
		emit_candidate(pick, entity_of(node));
	}
}

static void emit_buddy(struct pick *pick, const struct sched_entity *se, u16 flag)
{
	if (se && !(pick->flags_recorded & flag))
		emit_candidate(pick, se);
}

static void emit_candidates(struct pick *pick)
{
	emit_queue(pick);
	emit_buddy(pick, pick->next, IPCPROBE_PICK_NEXT);
	if (!IPCPROBE_IS_EEVDF) {
		emit_buddy(pick, pick->last, IPCPROBE_PICK_LAST);
		emit_buddy(pick, pick->skip, IPCPROBE_PICK_SKIP);
	}
}

static u32 running_on(u16 cpu)
{
	if (cpu == smp_processor_id() || cpu >= nr_cpu_ids)
		return this_cpu_read(ipcprobe_stint.tid);
	return per_cpu(ipcprobe_stint, cpu).tid;
}

static __always_inline void fill_pick(struct ipcprobe_rec_fair_pick *rec,
				      const struct pick *pick, u32 site, u32 woken,
				      u16 flags)
{
	rec->group = group_queue_number(pick->queue);
	rec->hdr.len = sizeof(*rec);
	rec->hdr.type = IPCPROBE_REC_fair_pick;
	rec->hdr.tid = running_on(pick->cpu);
	rec->hdr.ts_ns = pick->ts_ns;
	rec->zero_vruntime = zero_vruntime(pick->queue);
	rec->sum_w_vruntime = sum_w_vruntime(pick->queue);
	rec->sum_weight = sum_weight(pick->queue);
	rec->nr_queued = IPCPROBE_PRIVATE(u32, pick->queue, cfs_nr);
	rec->site = site;
	rec->task = woken;
	rec->nr_recorded = pick->nr_recorded;
	rec->pick_flags = flags | (IPCPROBE_IS_EEVDF ? IPCPROBE_PICK_EEVDF : 0);
	rec->cpu = pick->cpu;
	rec->shift = shift_of(pick->queue);
}

static noinline void emit_pick_slow_path(const struct pick *pick, u32 site, u32 woken, u16 flags)
{
	struct ipcprobe_rec_fair_pick rec;

	fill_pick(&rec, pick, site, woken, flags);
	IPCPROBE_EMIT_RQ(fair_pick, &rec, rec.hdr.tid, rec.cpu);
}

static void emit_pick(const void *queue, const struct sched_entity *curr,
		      u32 site, u32 woken, u16 flags)
{
	struct pick memory, *pick = &memory;

	OPTIMIZER_HIDE_VAR(pick);	/* the members need more registers than there are */
	ipcprobe_rq_interrupt_wakeup();
	/* older kernels do not use the next buddy in a wake-up check */
	look_at(pick, queue, curr, !(flags & IPCPROBE_PICK_WAKEUP) || IPCPROBE_PICK_BUDDIES);
	emit_candidates(pick);
	if (unlikely(!pick->has_room)) {
		emit_pick_slow_path(pick, site, woken, flags);
		return;
	}
	fill_pick(pick->room.to, pick, site, woken, flags);
	ipcprobe_sole_commit(&pick->room, IPCPROBE_CLASS_PICK, pick->nr_recorded + 1);
}

/* ---- the searches ---- */

static const struct sched_entity *running_in(const void *queue)
{
	const struct sched_entity *curr = IPCPROBE_PRIVATE(void *, queue, cfs_curr);

	return curr && curr->on_rq ? curr : NULL;
}

/* Return: the entity of the queue's group in the queue above; NULL: top queue. */
static const struct sched_entity *entity_above(const void *queue)
{
	const struct rb_root_cached *timeline = queue + ipcprobe_rq_offsets.cfs_timeline;
	const struct sched_entity *member = running_in(queue);
	struct rb_node *node = rb_first_cached(timeline);

	if (!member && node)
		member = rb_entry(node, struct sched_entity, run_node);
	return member ? ipcprobe_se_parent(member) : NULL;
}

/*
 * Emits the queues above that were not searched, because their next buddy was
 * chosen.
 */
static void emit_unsearched(const void *queue, u32 site)
{
	const void *last = this_cpu_read(ipcprobe_searched_queue), *above[NR_LEVELS];
	const struct sched_entity *se = entity_above(queue);
	int nr = 0;

	for (; se && nr < NR_LEVELS; se = ipcprobe_se_parent(se)) {
		above[nr] = ipcprobe_se_queue(se);
		if (above[nr] == last)
			break;
		nr++;
	}
	while (nr--)
		emit_pick(above[nr], running_in(above[nr]), site, 0,
			  IPCPROBE_PICK_BUDDY_FIRST);
}

/*
 * Ignores the last search if it belonged to an earlier pick.  A pick that
 * changes nothing causes no switch, but __schedule() updates the clock once for
 * each pick.
 */
static void note_search(const void *queue)
{
	const void *rq = IPCPROBE_PRIVATE(void *, queue, cfs_rq);
	u64 clock = IPCPROBE_RQ_HAS(rq_clock) ? IPCPROBE_PRIVATE(u64, rq, rq_clock) : 0;

	if (this_cpu_read(searched_at) != clock)
		ipcprobe_pick_restart();
	this_cpu_write(searched_at, clock);
}

/* CFS: pick_next_entity(cfs_rq, curr) */
static void search_cfs(struct ftrace_regs *fregs, u32 site)
{
	emit_pick(ARG(fregs, 0), ARG(fregs, 1), site, 0, 0);
}

/* EEVDF: pick_eevdf(cfs_rq); in 7.2 also whether the running one is protected */
static void search_eevdf(struct ftrace_regs *fregs, u32 site,
			 enum ipcprobe_site_kind kind)
{
	const void *queue = ARG(fregs, 0);
	u16 flags = 0;

	if (!IPCPROBE_PICK_PROTECTS(fregs))
		flags |= IPCPROBE_PICK_UNPROTECTED;
	if (kind == IPCPROBE_SITE_PREEMPT_FAIR) {
		emit_pick(queue, running_in(queue), site,
			  this_cpu_read(ipcprobe_last_woken_tid), flags | IPCPROBE_PICK_WAKEUP);
		return;
	}
	note_search(queue);
	emit_unsearched(queue, site);
	this_cpu_write(ipcprobe_searched_queue, queue);
	emit_pick(queue, running_in(queue), site, 0, flags);
}

void ipcprobe_entry_search(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			   unsigned long parent_ip)
{
	enum ipcprobe_site_kind kind;
	u32 site;

	if (unlikely(!ipcprobe_rq_explains)) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_PICK, IPCPROBE_REASON_NO_HOOK);
		return;
	}
	site = ipcprobe_site(parent_ip, &kind);
	if (IPCPROBE_IS_EEVDF)
		search_eevdf(fregs, site, kind);
	else
		search_cfs(fregs, site);
}

/*
 * pick_task_dl(rq), before 6.12 pick_next_task_dl(rq): the deadline class
 * picks.  Emits its entities in the order of their deadlines, the earliest
 * first.
 */
void ipcprobe_entry_pick_dl(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs)
{
	const void *rq = ARG(fregs, 0);
	const struct sched_dl_entity *se;
	const struct rb_root_cached *root;
	struct ipcprobe_rec_dl_params rec;
	struct rb_node *node;
	int nr = 0;

	if (!IPCPROBE_RQ_HAS(rq_dl) || !IPCPROBE_RQ_HAS(dl_root))
		return;
	root = rq + ipcprobe_rq_offsets.rq_dl + ipcprobe_rq_offsets.dl_root;
	for (node = rb_first_cached(root); node && nr < NR_DL_CANDIDATES; node = rb_next(node)) {
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

/* ---- requests that a task give up its CPU ---- */

/*
 * wakeup_preempt_fair(rq, p), check_preempt_wakeup_fair() in 6.12,
 * check_preempt_wakeup() in 6.1: checks whether an arriving task preempts the
 * running one.  A call of resched_curr() inside this check is for this task,
 * which exists until the check returns; outside the check nothing reads the
 * pointer.  Calls of resched_curr() from other parts of wakeup_preempt() are
 * for the task that was woken or enqueued last on this CPU: every caller of the
 * check does one of these just before, under the same lock.
 */
void ipcprobe_entry_wakeup_preempt_fair(struct ipcprobe_hook *hook,
					struct ftrace_regs *fregs)
{
	this_cpu_write(woken, ARG(fregs, 1));
}

/*
 * Return: by how much the vruntime of the running entity exceeds that of @p's
 * entity in the queue where both compete.
 */
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

static __always_inline void fill_rq_resched(struct ipcprobe_rec_rq_resched *rec, int cpu,
					    u32 running, u32 site, u32 task, s64 lead,
					    u16 how)
{
	rec->hdr.tid = current->pid;
	rec->lead = lead;
	rec->running = running;
	rec->task = task;
	rec->site = site;
	rec->cpu = cpu;
	rec->context = ipcprobe_sched_context() | how;
}

IPCPROBE_DEFINE_EMIT_RQ(rq_resched, running,
			(int cpu, u32 running, u32 site, u32 task, s64 lead, u16 how),
			(cpu, running, site, task, lead, how))

/* Return: lead of the running entity over the task that the fair class checks. */
static noinline s64 lead_over_woken(void)
{
	const struct task_struct *p = this_cpu_read(woken);

	return p ? lead_over(p) : S64_MIN;
}

static __always_inline void emit_resched(int cpu, u32 running, u32 site,
					 enum ipcprobe_site_kind kind, u16 how)
{
	s64 lead = S64_MIN;
	u32 task = 0;

	if (kind == IPCPROBE_SITE_PREEMPT_FAIR)
		lead = lead_over_woken();
	if (kind == IPCPROBE_SITE_PREEMPT_FAIR || kind == IPCPROBE_SITE_PREEMPT)
		task = this_cpu_read(ipcprobe_last_woken_tid);
	ipcprobe_rq_interrupt_wakeup();
	emit_rq_resched(ipcprobe_clock_try_now(), cpu, running, site, task, lead, how);
}

/* resched_curr(rq); in 7.2 a jump to __resched_curr(rq, tif), or inlined */
void ipcprobe_entry_resched(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs, unsigned long parent_ip)
{
	int cpu = ipcprobe_rq_cpu(ARG(fregs, 0));
	enum ipcprobe_site_kind kind;
	u32 site = ipcprobe_site(parent_ip, &kind);

	if (likely((unsigned int)cpu < nr_cpu_ids))
		emit_resched(cpu, per_cpu(ipcprobe_stint, cpu).tid, site, kind,
			     IPCPROBE_RESCHED_IS_LAZY(fregs) ? IPCPROBE_CONTEXT_LAZY : 0);
}

/* do_sched_yield(): the running task itself gives up its CPU; no lock is held yet */
void ipcprobe_entry_yield(struct ipcprobe_hook *hook,
			  struct ftrace_regs *fregs)
{
	enum ipcprobe_site_kind kind;
	unsigned long irqflags;
	u32 site;

	local_irq_save(irqflags);
	site = ipcprobe_site(hook->ip + 1, &kind);
	emit_resched(smp_processor_id(), current->pid, site, IPCPROBE_SITE_OTHER, 0);
	local_irq_restore(irqflags);
}

static struct ipcprobe_hook hooks[] = {
#if IPCPROBE_IS_EEVDF
	{ FN_FROM("pick_eevdf", ipcprobe_entry_search), .hot = IPCPROBE_HOT_SEARCH },
#else
	{ FN_FROM("pick_next_entity", ipcprobe_entry_search), .hot = IPCPROBE_HOT_SEARCH },
#endif
#if IPCPROBE_RESCHED_IS_INNER
	{ FN_FROM("__resched_curr", ipcprobe_entry_resched), .hot = IPCPROBE_HOT_RESCHED },
#else
	{ FN_FROM("resched_curr", ipcprobe_entry_resched), .hot = IPCPROBE_HOT_RESCHED },
#endif
	{ FN("wakeup_preempt_fair", ipcprobe_entry_wakeup_preempt_fair),
	  .one_of = "fair preempt", .is_optional = true,
	  .hot = IPCPROBE_HOT_PREEMPT_FAIR },
	{ FN("check_preempt_wakeup_fair", ipcprobe_entry_wakeup_preempt_fair),
	  .one_of = "fair preempt", .is_optional = true,
	  .hot = IPCPROBE_HOT_PREEMPT_FAIR },
	{ FN("check_preempt_wakeup", ipcprobe_entry_wakeup_preempt_fair),
	  .one_of = "fair preempt", .is_optional = true,
	  .hot = IPCPROBE_HOT_PREEMPT_FAIR },
	{ FN("pick_task_dl", ipcprobe_entry_pick_dl), .one_of = "dl pick",
	  .is_optional = true, .hot = IPCPROBE_HOT_PICK_DL },
	{ FN("pick_next_task_dl", ipcprobe_entry_pick_dl), .one_of = "dl pick",
	  .is_optional = true, .hot = IPCPROBE_HOT_PICK_DL },
	{ FN("do_sched_yield", ipcprobe_entry_yield), .is_optional = true,
	  .hot = IPCPROBE_HOT_YIELD },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_pick = {
	.hooks = { hooks },
	.detach = detach_pick,
};
