// SPDX-License-Identifier: GPL-2.0
/* Counters at the ends of channels, and parts of an operation's counters. */
#include "model/copies/copies.h"

/*
 * op_count_end - get the process's end of the channel on one side, and count the bytes
 * moved there
 */
int op_count_end(struct copies *copies, struct op *op, enum side side)
{
	uint32_t number = object_channel(copies, op->side[side].object);
	struct channel_end *end;
	int err;

	err = channel_end_get(&copies->channels, number, op->proc, op->image,
			      &op->side[side].end);
	if (err)
		return err;
	end = channel_end_at(&copies->channels, op->side[side].end);
	end->bytes[side] += op->bytes;
	end->held |= side_end(side);
	channel_at(&copies->channels, number)->bytes[side] += op->bytes;
	return 0;
}

/* op_count_wait - count a call's wait for bytes FROM @channel, or for room TO write */
void op_count_wait(struct channel *channel, uint32_t wait_ns, enum side side)
{
	if (!wait_ns)
		return;
	channel->wait_ns[side] += wait_ns;
	channel->nr_waits[side]++;
}

/*
 * Part of @total that belongs to bytes @done ... @done + @bytes of @all. The parts
 * add up to @total.
 */
uint64_t part_of(uint64_t total, uint64_t done, uint64_t bytes, uint64_t all)
{
	if (bytes == all)
		return total;
	return (__uint128_t)total * (done + bytes) / all - (__uint128_t)total * done / all;
}
