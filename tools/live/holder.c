// SPDX-License-Identifier: GPL-2.0
/*
 * Adds holders of objects, with the properties of the process that is being
 * read.
 */
#include "live/sources.h"

/* live_proc_hold - add a holder of @object, with the properties of its process */
uint32_t live_proc_hold(struct live *live, struct live_proc *proc, uint32_t object,
			int fd, uint32_t how)
{
	uint32_t holder = live_hold(live, object, proc->pid, fd, how);

	if (fd >= 0 && holder && map_set(&proc->by_fd, (uint64_t)fd, holder))
		live->is_out_of_memory = true;
	live_set_text(live_holder_value(live, holder, LIVE_COL_COMM), "%s", proc->comm);
	live_set_text(live_holder_value(live, holder, LIVE_COL_PROCESS), "%s[%u]", proc->comm,
		      proc->pid);
	live_set_text(live_holder_value(live, holder, LIVE_COL_PUSER), "%s", proc->user);
	live_set(live_holder_value(live, holder, LIVE_COL_PUID), proc->uid);
	live_set(live_holder_value(live, holder, LIVE_COL_KTHREAD), proc->is_kthread);
	if (proc->is_stopped || proc->is_frozen)
		live_set_text(live_holder_value(live, holder, LIVE_COL_WAITS), "%s",
			      proc->is_stopped ? "stopped" : "frozen");
	return holder;
}

/* live_fd_holder - the holder for descriptor @fd; 0 if the descriptor is of no interest */
uint32_t live_fd_holder(const struct live_proc *proc, int fd)
{
	return fd >= 0 ? map_get(&proc->by_fd, (uint64_t)fd) : 0;
}
