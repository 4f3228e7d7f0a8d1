// SPDX-License-Identifier: GPL-2.0
/* Counters at the ends of channels, and parts of an operation's counters. */
#include "model/copies/copies.h"

/* op_count_end - get the process's end of @number, and count the bytes moved there */
int op_count_end(struct copies *copies, const struct op *op, uint32_t number, bool is_write,
		 uint32_t *end)
{
	struct channel *channel = channel_at(&copies->channels, number);
	int err;

	err = channel_end_get(&copies->channels, number, op->proc, op->image, end);
	if (err)
		return err;
	if (is_write) {
		channel->written_bytes += op->bytes;
		channel_end_at(&copies->channels, *end)->written_bytes += op->bytes;
	} else {
		channel->read_bytes += op->bytes;
		channel_end_at(&copies->channels, *end)->read_bytes += op->bytes;
	}
	channel_end_at(&copies->channels, *end)->held |= is_write ? IPCPROBE_IO_WRITE_END :
							      IPCPROBE_IO_READ_END;
	return 0;
}

/* op_count_wait - count a call's wait for room in @channel (@is_full), or for bytes */
void op_count_wait(struct channel *channel, uint32_t wait_ns, bool is_full)
{
	if (!wait_ns)
		return;
	*(is_full ? &channel->full_ns : &channel->empty_ns) += wait_ns;
	*(is_full ? &channel->nr_full : &channel->nr_empty) += 1;
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
