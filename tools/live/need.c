// SPDX-License-Identifier: GPL-2.0
/*
 * A waiting thread: its memory, the objects that it waits for, and its needs.
 */
#include "live/need.h"

#include <errno.h>
#include <sys/uio.h>

size_t wait_read_memory(const struct wait *wait, uint64_t addr, void *buf, size_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };
	ssize_t got = process_vm_readv((pid_t)wait->tid, &local, 1, &remote, 1, 0);

	if (got < 0 && errno == EPERM)
		live_miss(wait->live, LIVE_GAP_MEMORY, -errno);
	return got < 0 ? 0 : (size_t)got;
}

void wait_outside(const struct wait *wait, uint32_t object)
{
	uint32_t holder = live_object_at(wait->live, object)->last_holder;
	const struct live_holder *last = live_holder_at(wait->live, holder);

	if (last->pid != wait->proc->pid || last->how != LIVE_WAITING) {
		holder = live_proc_hold(wait->live, wait->proc, object, -1, LIVE_WAITING);
		live_set_text(live_holder_value(wait->live, holder, LIVE_COL_ACCESS), "waits");
	}
	live_wait(wait->live, holder, wait->name, wait->tid);
}

void wait_needs(const struct wait *wait, const struct live_need *need)
{
	if (wait->thread && !live_need_add(wait->live->threads, wait->thread, need))
		wait->live->is_out_of_memory = true;
}

void wait_needs_condition(const struct wait *wait, enum live_condition condition)
{
	wait_needs(wait, &(struct live_need){ .condition = condition });
}

void wait_needs_all(const struct wait *wait)
{
	if (wait->thread)
		live_thread_at(wait->live->threads, wait->thread)->needs_all = true;
}

void wait_has_limit(const struct wait *wait)
{
	if (wait->thread)
		live_thread_at(wait->live->threads, wait->thread)->has_limit = true;
}
