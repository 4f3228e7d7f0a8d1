// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for SysV semaphores and message queues.
 */
#include "live/need.h"

#include <sys/sem.h>

#define NR_OPS_MAX	500U	/* SEMOPM of the kernel, unless changed */

static uint32_t find_id(const struct wait *wait, enum live_type type)
{
	uint32_t object = live_find(wait->live, type, wait->proc->ipc_ns,
				    (uint32_t)wait->call.arg[0], 0);

	if (object)
		wait_outside(wait, object);
	return object;
}

/* Of several operations, all must be possible at once. */
static void need_ops(const struct wait *wait, uint32_t object)
{
	struct sembuf op[NR_OPS_MAX];
	uint64_t nr = wait->call.arg[2] < NR_OPS_MAX ? wait->call.arg[2] : NR_OPS_MAX;

	nr = wait_read_memory(wait, wait->call.arg[1], op, nr * sizeof(*op)) / sizeof(*op);
	for (uint64_t i = 0; i < nr; i++) {
		struct live_need need = { .object = object, .index = op[i].sem_num };

		if (op[i].sem_op > 0)
			continue;
		need.condition = op[i].sem_op ? LIVE_FOR_VALUE : LIVE_FOR_ZERO;
		need.amount = (uint32_t)-op[i].sem_op;
		wait_needs(wait, &need);
	}
	if (!nr)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	wait_needs_all(wait);
}

void wait_in_sem(const struct wait *wait)
{
	uint32_t object = find_id(wait, LIVE_TYPE_SEM);

	if (object && wait->thread)
		need_ops(wait, object);
	else if (!object)
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
}

void wait_in_msg(const struct wait *wait)
{
	uint32_t object = find_id(wait, LIVE_TYPE_MSG);

	wait_needs(wait, &(struct live_need){
		.condition = object ? wait->condition : LIVE_FOR_UNKNOWN, .object = object,
	});
}
