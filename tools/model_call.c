// SPDX-License-Identifier: GPL-2.0
/*
 * System calls counted per process.
 */
#include "model_call.h"

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

/**
 * calls_count - a call returned @ret
 * Return: 0 or -ENOMEM.
 */
int calls_count(struct calls *calls, uint32_t proc, uint8_t call, enum call_on on, int32_t ret)
{
	uint64_t key = map_pair(proc, call << 8 | on);
	uint32_t number = map_get(&calls->by_key, key);
	struct call_stat *stat;

	if (!number) {
		stat = pool_add(&calls->stat, &number);
		if (!stat || map_set(&calls->by_key, key, number))
			return -ENOMEM;
		stat->proc = proc;
		stat->call = call;
		stat->on = on;
	}
	stat = call_stat_at(calls, number);
	stat->nr_calls++;
	if (ret == IPCPROBE_RET_UNKNOWN)
		stat->nr_unknown++;
	else if (ret < 0)
		stat->nr_errors++;
	else
		stat->bytes += ret;
	return 0;
}

/* calls_reset - forget all figures */
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
