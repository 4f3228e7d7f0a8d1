// SPDX-License-Identifier: GPL-2.0
/*
 * The meaning of the scheduler's functions, by their names in Linux 6.1 to 7.2. A
 * name stands for the function and for all functions that the compiler derived from
 * it ("name.isra.0").
 */
#include "watch/cause.h"

#include <stddef.h>
#include <string.h>

#include "lib/array.h"

/* True if @function is @name, or a part that the compiler split off from it. */
static bool is_function(const char *function, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(function, name, len) && (!function[len] || function[len] == '.');
}

/* ---- requests to give up the CPU ---- */

static const struct {
	const char *function;
	enum sched_request request;
} requests[] = {
	{ "update_curr", REQUEST_SLICE }, { "update_deadline", REQUEST_SLICE },
	{ "hrtick", REQUEST_SLICE },
	{ "entity_tick", REQUEST_TICK }, { "check_preempt_tick", REQUEST_TICK },
	{ "task_tick_fair", REQUEST_TICK }, { "task_tick_rt", REQUEST_TICK },
	{ "task_tick_dl", REQUEST_TICK }, { "task_tick_idle", REQUEST_TICK },
	{ "task_tick_stop", REQUEST_TICK }, { "task_tick_core", REQUEST_TICK },
	{ "sched_tick", REQUEST_TICK }, { "scheduler_tick", REQUEST_TICK },
	{ "check_preempt_wakeup", REQUEST_WAKEUP }, { "check_preempt_wakeup_fair", REQUEST_WAKEUP },
	{ "wakeup_preempt_fair", REQUEST_WAKEUP },
	{ "check_preempt_curr", REQUEST_CLASS }, { "wakeup_preempt", REQUEST_CLASS },
	{ "check_preempt_curr_rt", REQUEST_PRIO }, { "wakeup_preempt_rt", REQUEST_PRIO },
	{ "check_preempt_equal_prio", REQUEST_PRIO },
	{ "check_preempt_curr_dl", REQUEST_DEADLINE }, { "wakeup_preempt_dl", REQUEST_DEADLINE },
	{ "check_preempt_equal_dl", REQUEST_DEADLINE },
	{ "check_preempt_curr_idle", REQUEST_IDLE }, { "wakeup_preempt_idle", REQUEST_IDLE },
	{ "prio_changed_fair", REQUEST_CHANGE }, { "prio_changed_rt", REQUEST_CHANGE },
	{ "prio_changed_dl", REQUEST_CHANGE }, { "prio_changed_idle", REQUEST_CHANGE },
	{ "switched_to_fair", REQUEST_CHANGE }, { "switched_to_rt", REQUEST_CHANGE },
	{ "switched_to_dl", REQUEST_CHANGE }, { "switched_from_dl", REQUEST_CHANGE },
	{ "set_user_nice", REQUEST_CHANGE },
	{ "update_curr_rt", REQUEST_THROTTLE }, { "update_curr_dl", REQUEST_THROTTLE },
	{ "update_curr_dl_se", REQUEST_THROTTLE }, { "account_cfs_rq_runtime", REQUEST_THROTTLE },
	{ "__account_cfs_rq_runtime", REQUEST_THROTTLE }, { "throttle_cfs_rq", REQUEST_THROTTLE },
	{ "unthrottle_cfs_rq", REQUEST_THROTTLE }, { "dl_task_timer", REQUEST_THROTTLE },
	{ "sched_rt_rq_enqueue", REQUEST_THROTTLE }, { "sched_rt_period_timer", REQUEST_THROTTLE },
	{ "detach_task", REQUEST_BALANCE }, { "detach_tasks", REQUEST_BALANCE },
	{ "attach_task", REQUEST_BALANCE }, { "attach_tasks", REQUEST_BALANCE },
	{ "load_balance", REQUEST_BALANCE }, { "sched_balance_rq", REQUEST_BALANCE },
	{ "push_rt_task", REQUEST_BALANCE }, { "pull_rt_task", REQUEST_BALANCE },
	{ "push_dl_task", REQUEST_BALANCE }, { "pull_dl_task", REQUEST_BALANCE },
	{ "do_sched_yield", REQUEST_YIELD },
};

enum sched_request sched_request_of(const char *function)
{
	size_t i;

	for (i = 0; function && i < ARRAY_SIZE(requests); i++)
		if (is_function(function, requests[i].function))
			return requests[i].request;
	return REQUEST_UNKNOWN;
}

/* ---- migrations ---- */

static const struct {
	const char *function;
	const char *cause;
} causes[] = {
	{ "try_to_wake_up", "wake-up" }, { "ttwu_do_activate", "wake-up" },
	{ "select_task_rq", "wake-up" }, { "sched_ttwu_pending", "wake-up" },
	{ "wake_up_new_task", "fork" }, { "sched_cgroup_fork", "fork" }, { "sched_fork", "fork" },
	{ "sched_exec", "exec" },
	{ "migrate_swap", "NUMA" }, { "migrate_swap_stop", "NUMA" },
	{ "__migrate_swap_task", "NUMA" }, { "migrate_task_to", "NUMA" }, { "task_numa_migrate", "NUMA" },
	{ "push_rt_task", "real-time push" }, { "push_rt_tasks", "real-time push" },
	{ "pull_rt_task", "real-time pull" },
	{ "push_dl_task", "deadline push" }, { "push_dl_tasks", "deadline push" },
	{ "pull_dl_task", "deadline pull" }, { "dl_task_offline_migration", "hotplug" },
	{ "push_cpu_stop", "real-time push" },
	{ "__balance_push_cpu_stop", "hotplug" }, { "migrate_tasks", "hotplug" },
	{ "move_queued_task", "affinity" }, { "affine_move_task", "affinity" },
	{ "try_steal_cookie", "core scheduling" },
	{ "move_remote_task_to_local_dsq", "BPF scheduler" },
	{ "migration_cpu_stop", "affinity" }, { "__migrate_task", "affinity" },
	{ "__set_cpus_allowed_ptr", "affinity" }, { "__set_cpus_allowed_ptr_locked", "affinity" },
	{ "move_queued_task_locked", "real-time or deadline balancing" },
};

/* functions of a CPU's stopper, both for sched_setaffinity() and for exec */
static const char *const stop_steps[] = {
	"migration_cpu_stop", "__migrate_task", "move_queued_task",
};

static const char *const detachers[] = {
	"detach_task", "detach_tasks", "detach_one_task", "load_balance", "sched_balance_rq",
	"active_load_balance_cpu_stop",
};

static bool is_one_of(const char *function, const char *const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (is_function(function, names[i]))
			return true;
	return false;
}

/* Kind of balancing, by the context of the call. */
static const char *balancing_kind(uint16_t context)
{
	if (context & IPCPROBE_CONTEXT_STOPPER)
		return "active balancing";
	if (context & IPCPROBE_CONTEXT_SWITCH)
		return "newly idle balancing";
	if (context & IPCPROBE_CONTEXT_SOFTIRQ)
		return "periodic balancing";
	return "balancing";
}

const char *sched_migrate_cause(const struct sched_groups *groups, uint32_t site,
				uint16_t context)
{
	const char *function = sched_site_name(groups, site);
	size_t i;

	if (context & IPCPROBE_CONTEXT_OFFLINE)
		return "hotplug";
	if (!function)
		return NULL;
	if (is_one_of(function, detachers, ARRAY_SIZE(detachers)))
		return balancing_kind(context);
	if (context & IPCPROBE_CONTEXT_STOPPER &&
	    is_one_of(function, stop_steps, ARRAY_SIZE(stop_steps)))
		return "affinity or exec";
	for (i = 0; i < ARRAY_SIZE(causes); i++)
		if (is_function(function, causes[i].function))
			return causes[i].cause;
	return function;
}
