// SPDX-License-Identifier: GPL-2.0
/* Finds the offsets of members of the scheduler's private structs. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "btf.h"
#include "rq.h"

struct ipcprobe_rq_offsets ipcprobe_rq_offsets;
bool ipcprobe_rq_explains;
DEFINE_STATIC_KEY_FALSE(ipcprobe_rq_complete);

/*
 * Some members have different names in different kernels: the newest name is
 * first. After each name is the type that the member must have, in the form of
 * ipcprobe_btf_offsets().
 */
static const struct {
	const char *type;
	const char *names[3];
	size_t offset;
} members[] = {
#define MEMBER(type, field, ...)					\
	{ type, { __VA_ARGS__ }, offsetof(struct ipcprobe_rq_offsets, field) }
	MEMBER("rq", rq_nr_running, "nr_running 4"),
	MEMBER("rq", rq_cpu, "cpu 4"),
	MEMBER("rq", rq_stop, "stop *task_struct"),
	MEMBER("rq", rq_dl, "dl dl_rq"),
	MEMBER("rq", rq_rt, "rt rt_rq"),
	MEMBER("rq", rq_scx, "scx scx_rq"),
	MEMBER("rq", rq_cfs_tasks, "cfs_tasks list_head"),
	MEMBER("rq", rq_clock, "clock 8"),
	MEMBER("rq", rq_lock, "__lock raw_spinlock"),
	MEMBER("cfs_rq", cfs_nr, "nr_queued 4", "nr_running 4"),
	MEMBER("cfs_rq", cfs_sum_w_vruntime, "sum_w_vruntime 8", "avg_vruntime 8"),
	MEMBER("cfs_rq", cfs_sum_weight, "sum_weight 8", "avg_load 8"),
	MEMBER("cfs_rq", cfs_zero_vruntime, "zero_vruntime 8", "min_vruntime 8"),
	MEMBER("cfs_rq", cfs_shift, "sum_shift 4"),
	MEMBER("cfs_rq", cfs_timeline, "tasks_timeline rb_root_cached"),
	MEMBER("cfs_rq", cfs_curr, "curr *sched_entity"),
	MEMBER("cfs_rq", cfs_next, "next *sched_entity"),
	MEMBER("cfs_rq", cfs_last, "last *sched_entity"),
	MEMBER("cfs_rq", cfs_skip, "skip *sched_entity"),
	MEMBER("cfs_rq", cfs_rq, "rq *rq"),
	MEMBER("cfs_rq", cfs_tg, "tg *task_group"),
	MEMBER("cfs_rq", cfs_throttle_count, "throttle_count 4"),
	MEMBER("dl_rq", dl_root, "root rb_root_cached"),
	MEMBER("rt_rq", rt_active, "active rt_prio_array"),
	MEMBER("rt_rq", rt_throttled, "rt_throttled 4"),
	MEMBER("rt_prio_array", rt_queue, "queue"),
	MEMBER("scx_rq", scx_runnable, "runnable_list list_head"),
	MEMBER("task_group", tg_css, "css cgroup_subsys_state"),
	MEMBER("task_group", tg_autogroup, "autogroup *autogroup"),
	MEMBER("task_group", tg_cfs_rq_array, "cfs_rq **cfs_rq"),
	MEMBER("task_group", tg_cfs_rq_percpu, "cfs_rq *cfs_rq"),
	MEMBER("autogroup", autogroup_id, "id 8"),
	MEMBER("task_group", tg_bandwidth, "cfs_bandwidth cfs_bandwidth"),
	MEMBER("cfs_bandwidth", bandwidth_quota, "quota 8"),
	MEMBER("cfs_bandwidth", bandwidth_period, "period 8"),
	MEMBER("cfs_bandwidth", bandwidth_burst, "burst 8"),
#undef MEMBER
};

static bool can_explain(void)
{
	const struct ipcprobe_rq_offsets *o = &ipcprobe_rq_offsets;

	return o->rq_cpu >= 0 && o->cfs_nr >= 0 && o->cfs_zero_vruntime >= 0 &&
	       o->cfs_timeline >= 0 && o->cfs_curr >= 0 && o->cfs_next >= 0 &&
	       o->cfs_rq >= 0 && o->cfs_tg >= 0 && o->tg_css >= 0 &&
	       (!IPCPROBE_IS_EEVDF ||
		(o->cfs_sum_w_vruntime >= 0 && o->cfs_sum_weight >= 0)) &&
	       (IPCPROBE_IS_EEVDF || (o->cfs_last >= 0 && o->cfs_skip >= 0));
}

static bool is_complete(void)
{
	const struct ipcprobe_rq_offsets *o = &ipcprobe_rq_offsets;

	return o->rq_nr_running >= 0 && o->rq_cpu >= 0 && o->rq_stop >= 0 &&
	       o->rq_dl >= 0 && o->rq_cfs_tasks >= 0 && o->rq_clock >= 0 &&
	       o->dl_root >= 0 && o->cfs_rq >= 0 && o->cfs_throttle_count >= 0 &&
	       o->tg_css >= 0 && o->tg_autogroup >= 0 &&
	       (o->tg_cfs_rq_array >= 0 || o->tg_cfs_rq_percpu >= 0) &&
	       o->autogroup_id >= 0;
}

/**
 * ipcprobe_rq_init - find the offsets in the kernel's BTF
 *
 * Context: process, between ipcprobe_btf_load() and ipcprobe_btf_unload().
 */
void ipcprobe_rq_init(void)
{
	unsigned int i, n;
	int *offset;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		offset = (void *)&ipcprobe_rq_offsets + members[i].offset;
		*offset = -1;
		for (n = 0; n < ARRAY_SIZE(members[i].names) && members[i].names[n] &&
		     *offset < 0; n++)
			if (ipcprobe_btf_offsets(members[i].type, &members[i].names[n],
						 offset, 1) < 0)
				*offset = -1;
	}
	if (ipcprobe_rq_offsets.rq_nr_running < 0 || ipcprobe_rq_offsets.rq_cpu < 0)
		pr_info("no usable BTF: lengths of run queues are not audited\n");
	ipcprobe_rq_explains = can_explain();
	if (is_complete())
		static_branch_enable(&ipcprobe_rq_complete);
}
