// SPDX-License-Identifier: GPL-2.0
/*
 * Task groups: the control groups of the cpu controller. Records name a group
 * by a number (rq.h). An rq_group record says which control group has the
 * number, and an rq_quota record says how much CPU time the group may use. Both
 * are recorded for all groups together with the members of the queues, and for
 * a new group when it is made; rq_quota also when the quota is changed.
 */
#include <linux/cgroup.h>
#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "group.h"
#include "hook.h"
#include "missed.h"
#include "rq.h"
#include "session.h"

#ifdef CONFIG_CGROUP_SCHED

static u32 fill_group(struct ipcprobe_rec_rq_group *rec,
		      const struct cgroup_subsys_state *css)
{
	u32 len = offsetof(struct ipcprobe_rec_rq_group, path), padded;

	rec->hdr.tid = current->pid;
	rec->cgroup = cgroup_id(css->cgroup);
	rec->group = css->id;
	rec->parent = css->parent ? css->parent->id : 0;
	len += strlen(rec->path) + 1;
	padded = ALIGN(len, 8);
	memset((void *)rec + len, 0, padded - len);
	return padded;
}

/* Return: length of the record; 0: no control group belongs to @css. */
static u32 describe_group(struct ipcprobe_rec_rq_group *rec,
			  const struct cgroup_subsys_state *css)
{
	if (!css->cgroup)
		return 0;
	if (cgroup_path(css->cgroup, rec->path, IPCPROBE_PATH_MAX) < 0)
		rec->path[0] = '\0';
	return fill_group(rec, css);
}

/*
 * The group cannot be freed: the caller has a reference to it, or the group is
 * being made, or its quota is being set. In a snapshot, while cpu.max is being
 * written, some of the values may be new and others still old: the write itself
 * makes another record.
 *
 * Return: false: not known.
 */
static bool fill_quota(struct ipcprobe_rec_rq_quota *rec, const void *tg)
{
	const struct ipcprobe_rq_offsets *offsets = &ipcprobe_rq_offsets;
	const void *bandwidth = tg + offsets->tg_bandwidth;

	if (offsets->tg_bandwidth < 0 || offsets->bandwidth_quota < 0 ||
	    offsets->bandwidth_period < 0 || offsets->bandwidth_burst < 0 ||
	    offsets->tg_css < 0)
		return false;
	*rec = (struct ipcprobe_rec_rq_quota) {
		.hdr.tid = current->pid,
		.hdr.ts_ns = ipcprobe_clock(),
		.quota_ns = IPCPROBE_PRIVATE(u64, bandwidth, bandwidth_quota),
		.period_ns = IPCPROBE_PRIVATE(u64, bandwidth, bandwidth_period),
		.group = ipcprobe_group_number(tg),
		.burst_ns = IPCPROBE_PRIVATE(u64, bandwidth, bandwidth_burst),
	};
	return true;
}

/* @only: session that gets the record; NULL: all sessions with class sched */
static void emit_quota(const void *tg, const struct ipcprobe_session *only)
{
	struct ipcprobe_rec_rq_quota rec;

	guard(irqsave)();
	if (fill_quota(&rec, tg))
		IPCPROBE_EMIT_IF(rq_quota, &rec, s,
				 only ? s == only : s->classes & IPCPROBE_BIT(SCHED));
}

/*
 * Struct task_group contains the state of the control group, often as its first
 * member.
 */
static const void *group_of(const struct cgroup_subsys_state *css)
{
	return (const void *)css - ipcprobe_rq_offsets.tg_css;
}

static void emit_group(struct ipcprobe_rec_rq_group *rec, struct ipcprobe_session *only,
		       const struct cgroup_subsys_state *css)
{
	u32 len = describe_group(rec, css);

	if (!len)
		return;
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_NAME(rq_group, rec, len, s, s == only);
	emit_quota(group_of(css), only);
}

/**
 * ipcprobe_snapshot_groups - emit every task group
 * @session: session that gets the rq_group and rq_quota records
 *
 * A reference keeps each group while its record is written, so that other tasks can
 * run in between.
 *
 * Context: process.  Return: 0, -ENOMEM or -EINTR.
 */
int ipcprobe_snapshot_groups(struct ipcprobe_session *session)
{
	struct cgroup_subsys_state *root, *css;
	struct ipcprobe_rec_rq_group *rec;

	rec = kmalloc(IPCPROBE_REC_MAX, GFP_KERNEL);
	if (!rec)
		return -ENOMEM;
	rcu_read_lock();
	root = task_css(&init_task, cpu_cgrp_id);
	while (root->parent)
		root = root->parent;
	css_for_each_descendant_pre(css, root) {
		if (!css_tryget(css))
			continue;
		rcu_read_unlock();
		emit_group(rec, session, css);
		cond_resched();
		rcu_read_lock();
		css_put(css);	/* RCU keeps css readable for the next step */
		if (fatal_signal_pending(current))
			break;
	}
	rcu_read_unlock();
	kfree(rec);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/*
 * cpu_cgroup_css_online(css): a control group gets the controller, either when
 * the group is made or when the controller is enabled for the group. Tasks join
 * the group later. The path of the group is known already.
 */
void ipcprobe_entry_group_online(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct cgroup_subsys_state *css = (void *)ftrace_regs_get_argument(fregs, 0);
	struct ipcprobe_rec_rq_group *rec;
	u32 len;

	guard(irqsave)();
	rec = kmalloc(IPCPROBE_REC_MAX, GFP_NOWAIT | __GFP_NOWARN);
	if (!rec) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_SCHED, IPCPROBE_REASON_NO_MEMORY);
		return;
	}
	len = describe_group(rec, css);
	rec->hdr.ts_ns = ipcprobe_clock();
	if (len) {
		IPCPROBE_EMIT_NAME(rq_group, rec, len, s, s->classes & IPCPROBE_BIT(SCHED));
		emit_quota(group_of(css), NULL);
	}
	kfree(rec);
}

/*
 * __refill_cfs_bandwidth_runtime(cfs_b): either cpu.max or cpu.max.burst has
 * been written, and cfs_b->lock is held, or an interrupt begins the next period.
 */
void ipcprobe_entry_group_refill(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const void *bandwidth = (void *)ftrace_regs_get_argument(fregs, 0);

	if (in_task() && ipcprobe_rq_offsets.tg_bandwidth >= 0)
		emit_quota(bandwidth - ipcprobe_rq_offsets.tg_bandwidth, NULL);
}

#else

int ipcprobe_snapshot_groups(struct ipcprobe_session *session)
{
	return 0;
}

#endif
