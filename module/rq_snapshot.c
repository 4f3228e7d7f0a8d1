// SPDX-License-Identifier: GPL-2.0
/*
 * Records the members of a CPU's queue at one instant: either under the lock of
 * the queue or, if the offset of the lock is not known, while the machine is
 * stopped.
 *
 * The queue has a list for each scheduling class. These lists are walked, so
 * that the cost depends on the members and not on the number of sleeping
 * threads. If the lists are not known, all threads are examined. Both walks
 * have a limit, so that the queue is locked for a bounded time, whatever the
 * users of the machine do.
 */
#include <linux/sched/deadline.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "clock.h"
#include "emit.h"
#include "missed.h"
#include "rq.h"
#include "session.h"

#define MEMBERS_MAX	4096	/* members of one queue; further members are not in the snapshot */
#define THREADS_MAX	16384	/* threads that are examined one by one */

/* The state of a snapshot on one CPU; irqs are off. */
struct members {
	struct ipcprobe_session *only;
	const void *rq;
	int cpu;
	u32 nr;		/* members in the snapshot so far */
	bool is_cut;	/* the queue has more members than the limit */
};

static u16 state_of(const struct task_struct *p, const void *rq)
{
	u16 state = ipcprobe_se_delayed(&p->se) ? IPCPROBE_RQ_DELAYED : 0;

	if (p->prio < 0)
		return 0;
	if (p->prio < MAX_RT_PRIO)
		return ipcprobe_rt_is_throttled(rq) ? IPCPROBE_RQ_THROTTLED : 0;
	if (IPCPROBE_THROTTLES_TASKS ? ipcprobe_task_throttled(p) :
	    ipcprobe_cfs_is_throttled(ipcprobe_se_queue(&p->se)))
		state |= IPCPROBE_RQ_THROTTLED;
	return state;
}

/* Return: true if one more member may be added. */
static bool add_member(struct members *members, const struct task_struct *task, u16 sched_class)
{
	struct ipcprobe_rec_rq_snapshot rec;

	if (members->nr == MEMBERS_MAX) {
		members->is_cut = true;
		return false;
	}
	rec = (struct ipcprobe_rec_rq_snapshot) {
		.hdr.tid = task->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.cpu = members->cpu,
		.is_current = task == current,
		.prio = task->prio,
		.member_state = state_of(task, members->rq),
		.group = ipcprobe_group_of(task),
		.sched_class = sched_class,
	};
	IPCPROBE_EMIT_RQ_ONLY(rq_snapshot, &rec, members->only);
	members->nr++;
	return true;
}

/* ---- the queue's own lists ---- */

static const struct list_head *list_at(const void *base, int offset)
{
	return base + offset;
}

/*
 * Adds the fair tasks of all groups. A task that has exited and was reaped may
 * still be listed.
 */
static void add_fair(struct members *members)
{
	const struct task_struct *task;

	list_for_each_entry(task, list_at(members->rq, ipcprobe_rq_offsets.rq_cfs_tasks),
			    se.group_node)
		if (!add_member(members, task, IPCPROBE_SCHED_FAIR))
			return;
}

static void add_rt(struct members *members)
{
	const struct list_head *queues =
		list_at(members->rq, ipcprobe_rq_offsets.rq_rt +
			ipcprobe_rq_offsets.rt_active + ipcprobe_rq_offsets.rt_queue);
	const struct task_struct *task;
	int prio;

	for (prio = 0; prio < MAX_RT_PRIO; prio++)
		list_for_each_entry(task, &queues[prio], rt.run_list)
			if (!add_member(members, task, IPCPROBE_SCHED_RT))
				return;
}

static void add_dl(struct members *members)
{
	const struct rb_root_cached *root = members->rq + ipcprobe_rq_offsets.rq_dl +
					    ipcprobe_rq_offsets.dl_root;
	struct sched_dl_entity *entity;
	struct rb_node *node;

	for (node = rb_first_cached(root); node; node = rb_next(node)) {
		entity = rb_entry(node, struct sched_dl_entity, rb_node);
		if (!ipcprobe_dl_is_server(entity) &&
		    !add_member(members, container_of(entity, struct task_struct, dl),
				IPCPROBE_SCHED_DL))
			return;
	}
}

static void add_stopper(struct members *members)
{
	const struct task_struct *task = IPCPROBE_PRIVATE(void *, members->rq, rq_stop);

	if (task && task->on_rq)
		add_member(members, task, IPCPROBE_SCHED_STOP);
}

/*
 * Adds tasks of the ext class. The list has the tasks that wait in a BPF
 * scheduler, but not the running task.
 */
static void add_ext(struct members *members)
{
#ifdef CONFIG_SCHED_CLASS_EXT
	const struct task_struct *task = current;

	if (task->scx.flags & SCX_TASK_QUEUED && list_empty(&task->scx.runnable_node) &&
	    !add_member(members, task, IPCPROBE_SCHED_EXT))
		return;
	list_for_each_entry(task, list_at(members->rq, ipcprobe_rq_offsets.rq_scx +
					  ipcprobe_rq_offsets.scx_runnable),
			    scx.runnable_node)
		if (!add_member(members, task, IPCPROBE_SCHED_EXT))
			return;
#endif
}

/*
 * True if the lists of the queue are known. Real-time groups, which few kernels
 * have, would be lists inside lists.
 */
static bool has_lists(const void *rq)
{
	const struct ipcprobe_rq_offsets *o = &ipcprobe_rq_offsets;

	return rq && !IS_ENABLED(CONFIG_RT_GROUP_SCHED) && o->rq_cfs_tasks >= 0 &&
	       o->rq_stop >= 0 && o->rq_rt >= 0 && o->rt_active >= 0 &&
	       o->rt_queue >= 0 && o->rq_dl >= 0 && o->dl_root >= 0 &&
	       (!IS_ENABLED(CONFIG_SCHED_CLASS_EXT) ||
		(o->rq_scx >= 0 && o->scx_runnable >= 0));
}

static void add_listed(struct members *members)
{
	add_stopper(members);
	add_dl(members);
	add_rt(members);
	add_fair(members);
	add_ext(members);
}

/* ---- all threads ---- */

static u16 class_of(const struct task_struct *p, const void *rq)
{
	if (rq && IPCPROBE_RQ_HAS(rq_stop) &&
	    IPCPROBE_PRIVATE(void *, rq, rq_stop) == p)
		return IPCPROBE_SCHED_STOP;
	if (p->prio < 0)
		return IPCPROBE_SCHED_DL;
	return p->prio < MAX_RT_PRIO ? IPCPROBE_SCHED_RT : IPCPROBE_SCHED_FAIR;
}

static void add_threads(struct members *members, bool only_throttled)
{
	struct task_struct *process, *thread;
	u32 nr = 0;

	for_each_process_thread(process, thread) {
		if (++nr > THREADS_MAX) {
			members->is_cut = true;
			return;
		}
		if (thread->on_rq && task_cpu(thread) == members->cpu &&
		    (!only_throttled || ipcprobe_task_throttled(thread)) &&
		    !add_member(members, thread, class_of(thread, members->rq)))
			return;
	}
}

/* ---- the snapshot ---- */

/* Learns the queue of this CPU from the part of the queue that the root group has. */
static const void *learn_own_rq(void)
{
	const void *queue = ipcprobe_se_queue(&current->se);

	if (queue && IPCPROBE_RQ_HAS(cfs_rq))
		this_cpu_write(ipcprobe_cpu_rq, IPCPROBE_PRIVATE(void *, queue, cfs_rq));
	return this_cpu_read(ipcprobe_cpu_rq);
}

static void emit_end(const struct members *members)
{
	struct ipcprobe_rec_rq_snapshot_end rec = {
		.hdr.tid = current->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.cpu = members->cpu,
		.nr_members = members->nr,
		.nr_running = members->rq ? ipcprobe_rq_nr_running(members->rq) :
					    IPCPROBE_NR_UNKNOWN,
	};

	IPCPROBE_EMIT_RQ_ONLY(rq_snapshot_end, &rec, members->only);
}

/**
 * ipcprobe_rq_has_lock - true if this kernel's way to lock a queue is known
 *
 * With core scheduling, which none of the tested kernels has, several queues share a
 * lock.
 *
 * Context: any, after the module was initialised.
 */
bool ipcprobe_rq_has_lock(void)
{
	const struct ipcprobe_rq_offsets *o = &ipcprobe_rq_offsets;

	return IS_ENABLED(CONFIG_FAIR_GROUP_SCHED) && !IS_ENABLED(CONFIG_SCHED_CORE) &&
	       o->rq_lock >= 0 && o->rq_cpu >= 0 && o->cfs_rq >= 0;
}

static raw_spinlock_t *lock_of(const void *rq)
{
	return (void *)rq + ipcprobe_rq_offsets.rq_lock;
}

/*
 * Emits the members and the end of the snapshot. Tasks of a group that was
 * throttled since the hooks were attached may have left their queues after the
 * caller looked for such tasks.
 */
static void snapshot_queue(struct members *members, bool has_throttled)
{
	has_throttled |= IPCPROBE_THROTTLES_TASKS && READ_ONCE(ipcprobe_rq_has_throttled);
	if (has_lists(members->rq))
		add_listed(members);
	if (!has_lists(members->rq) || has_throttled)
		add_threads(members, has_lists(members->rq));
	emit_end(members);
}

/**
 * ipcprobe_rq_snapshot - record the members of this CPU's queue
 * @only: session that gets the records
 * @has_throttled: throttled tasks exist, which are members of a queue but in none of its
 *	lists
 * @is_stopped: true: the machine is stopped, and every CPU is in this function;
 *	false: this function locks the queue
 *
 * Context: irqs off, no lock of a queue held.
 */
void ipcprobe_rq_snapshot(struct ipcprobe_session *only, bool has_throttled, bool is_stopped)
{
	struct members members = {
		.only = only,
		.rq = learn_own_rq(),
		.cpu = smp_processor_id(),
	};

	if (is_stopped) {
		snapshot_queue(&members, has_throttled);
	} else if (!members.rq || ipcprobe_rq_cpu(members.rq) != members.cpu) {
		ipcprobe_session_missed(only, IPCPROBE_CLASS_SCHED, IPCPROBE_REASON_NO_HOOK,
					IPCPROBE_QUEUE(members.cpu));
	} else {
		raw_spin_lock(lock_of(members.rq));
		snapshot_queue(&members, has_throttled);
		raw_spin_unlock(lock_of(members.rq));
	}
	if (members.is_cut)
		ipcprobe_session_missed(only, IPCPROBE_CLASS_SCHED, IPCPROBE_REASON_LIMIT,
					IPCPROBE_QUEUE(members.cpu));
}
