// SPDX-License-Identifier: GPL-2.0
/* Counts of system calls per process. */
#include "model/copies/call_counts.h"

#include <errno.h>
#include <stddef.h>

const char *call_on_name(uint8_t on)
{
	static const char *const objects[] = {
		[CALL_ON_PIPE] = "pipe", [CALL_ON_FIFO] = "FIFO", [CALL_ON_FILE] = "file",
		[CALL_ON_MSG] = "message queue", [CALL_ON_MQ] = "POSIX queue",
		[CALL_ON_UNIX] = "UNIX socket", [CALL_ON_PROCESS] = "process",
	};

	return objects[on];
}

static uint64_t key_of(uint32_t proc, uint8_t call, uint8_t on)
{
	return map_pair(proc, call << 8 | on);
}

/* Find or add the counters; NULL without memory. */
static struct call_stat *find_or_add(struct calls *calls, uint32_t proc, uint8_t call, uint8_t on)
{
	uint64_t key = key_of(proc, call, on);
	uint32_t number = map_get(&calls->by_key, key);
	struct call_stat *stat;

	if (number)
		return call_stat_at(calls, number);
	stat = pool_add(&calls->stat, &number);
	if (!stat || map_set(&calls->by_key, key, number))
		return NULL;
	stat->proc = proc;
	stat->call = call;
	stat->on = on;
	return stat;
}

/**
 * calls_fold - add the counts of process @number to those of @proc
 * Return: 0 or -ENOMEM.
 */
int calls_fold(struct calls *calls, uint32_t number, uint32_t proc)
{
	const struct call_stat *stat = call_stat_at(calls, number);
	struct call_stat *sum = find_or_add(calls, proc, stat->call, stat->on);

	if (!sum)
		return -ENOMEM;
	sum->nr_calls += stat->nr_calls;
	sum->nr_errors += stat->nr_errors;
	sum->nr_unknown += stat->nr_unknown;
	sum->bytes += stat->bytes;
	map_remove(&calls->by_key, key_of(stat->proc, stat->call, stat->on));
	return pool_free(&calls->stat, number);
}

/**
 * calls_count - count a call that returned @ret
 * Return: 0 or -ENOMEM.
 */
int calls_count(struct calls *calls, uint32_t proc, uint8_t call, enum call_on on, int32_t ret)
{
	struct call_stat *stat = find_or_add(calls, proc, call, on);

	if (!stat)
		return -ENOMEM;
	stat->nr_calls++;
	if (ret == IPCPROBE_RET_UNKNOWN)
		stat->nr_unknown++;
	else if (ret < 0)
		stat->nr_errors++;
	else
		stat->bytes += ret;
	return 0;
}

/* calls_reset - set all counts to 0 */
void calls_reset(struct calls *calls)
{
	uint32_t i;

	for (i = 1; i < calls->stat.nr; i++) {
		struct call_stat *stat = call_stat_at(calls, i);

		*stat = (struct call_stat){ .proc = stat->proc, .call = stat->call,
					    .on = stat->on };
	}
}

int calls_init(struct calls *calls)
{
	*calls = (struct calls){ 0 };
	return pool_init(&calls->stat, sizeof(struct call_stat));
}

void calls_deinit(struct calls *calls)
{
	pool_deinit(&calls->stat);
	map_deinit(&calls->by_key);
}
