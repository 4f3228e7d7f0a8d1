/* SPDX-License-Identifier: GPL-2.0 */
/* Set SCHED_DEADLINE by its system call, for which older C libraries have no function. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <sched.h>
#include <stdint.h>
#include <unistd.h>
#include <sys/syscall.h>

/*
 * Give the calling task @runtime_ns of each period, before the deadline in that period;
 * sched_yield() gives up the rest of a period.  Return: 0, or -1 with errno.
 */
static inline int set_deadline(uint64_t runtime_ns, uint64_t deadline_ns, uint64_t period_ns)
{
	const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {
		.size = sizeof(attr), .policy = SCHED_DEADLINE,
		.runtime = runtime_ns, .deadline = deadline_ns, .period = period_ns,
	};

	return syscall(SYS_sched_setattr, 0, &attr, 0);
}

#endif /* DEADLINE_H */
