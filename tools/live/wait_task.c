// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for children and for signals.
 */
#include "live/need.h"

#include <sched.h>
#include <sys/wait.h>

#ifndef P_PIDFD
#define P_PIDFD	3
#endif

static void need_child(const struct wait *wait, int32_t pid)
{
	wait_needs(wait, &(struct live_need){
		.condition = LIVE_FOR_CHILD, .task = pid > 0 ? (uint32_t)pid : 0,
		.is_own_ns = true,
	});
}

void wait_in_wait4(const struct wait *wait)
{
	need_child(wait, (int32_t)wait->call.arg[0]);
}

void wait_in_waitid(const struct wait *wait)
{
	if (wait->call.arg[0] == P_PIDFD)
		wait_for_fd(wait, (int)wait->call.arg[1], LIVE_FOR_CHILD);
	else
		need_child(wait, wait->call.arg[0] == P_PID ? (int32_t)wait->call.arg[1] : 0);
}

/* After vfork(2) the parent waits until the child calls execve(2) or ends. */
void wait_in_fork(const struct wait *wait)
{
	need_child(wait, 0);
}

void wait_in_signal(const struct wait *wait)
{
	wait_needs_condition(wait, LIVE_FOR_SIGNAL);
}
