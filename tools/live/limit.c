// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the limits of an IPC namespace: SysV limits by the system calls that
 * ipcs(1) uses, limits of POSIX message queues from /proc.
 */
#include "live/limit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "live/sources.h"

const struct live_limit_desc live_limits[LIVE_NR_LIMITS] = {
#define X(id, name, help, kind)	[LIVE_LIMIT_##id] = { name, help, LIVE_LIMIT_##kind },
	LIVE_LIMITS(X)
#undef X
};

static void set_limit(struct live_limit *limit, uint64_t number)
{
	limit->limit = number;
	limit->is_known = true;
}

static void set_used(struct live_limit *limit, uint64_t number)
{
	limit->used = number;
	limit->is_used_known = true;
}

/*
 * For IPC_INFO the kernel fills another structure than the one in the
 * declarations of msgctl() and shmctl().
 */
static void read_msg(struct live_limit *limit)
{
	struct msginfo info;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&info) >= 0) {
		set_limit(&limit[LIVE_LIMIT_MSGMNI], (uint32_t)info.msgmni);
		set_limit(&limit[LIVE_LIMIT_MSGMAX], (uint32_t)info.msgmax);
		set_limit(&limit[LIVE_LIMIT_MSGMNB], (uint32_t)info.msgmnb);
	}
	if (msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info) >= 0)
		set_used(&limit[LIVE_LIMIT_MSGMNI], (uint32_t)info.msgpool);
}

static void read_shm(struct live_limit *limit)
{
	struct shminfo info;
	struct shm_info used;

	if (shmctl(0, IPC_INFO, (struct shmid_ds *)(void *)&info) >= 0) {
		set_limit(&limit[LIVE_LIMIT_SHMMNI], info.shmmni);
		set_limit(&limit[LIVE_LIMIT_SHMALL], info.shmall);
		set_limit(&limit[LIVE_LIMIT_SHMMAX], info.shmmax);
		set_limit(&limit[LIVE_LIMIT_SHMMIN], info.shmmin);
	}
	if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) >= 0) {
		set_used(&limit[LIVE_LIMIT_SHMMNI], (uint32_t)used.used_ids);
		set_used(&limit[LIVE_LIMIT_SHMALL], used.shm_tot);
	}
}

static void read_sem(struct live_limit *limit)
{
	struct seminfo info;

	if (semctl(0, 0, IPC_INFO, &info) >= 0) {
		set_limit(&limit[LIVE_LIMIT_SEMMNI], (uint32_t)info.semmni);
		set_limit(&limit[LIVE_LIMIT_SEMMNS], (uint32_t)info.semmns);
		set_limit(&limit[LIVE_LIMIT_SEMMSL], (uint32_t)info.semmsl);
		set_limit(&limit[LIVE_LIMIT_SEMOPM], (uint32_t)info.semopm);
		set_limit(&limit[LIVE_LIMIT_SEMVMX], (uint32_t)info.semvmx);
	}
	if (semctl(0, 0, SEM_INFO, &info) >= 0) {
		set_used(&limit[LIVE_LIMIT_SEMMNI], (uint32_t)info.semusz);
		set_used(&limit[LIVE_LIMIT_SEMMNS], (uint32_t)info.semaem);
	}
}

static void read_file(struct live_limit *limit, const char *name)
{
	char path[64], *text, *end;
	unsigned long long number;

	snprintf(path, sizeof(path), "/proc/sys/fs/mqueue/%s", name);
	text = live_read_file(-1, path);
	if (!text)
		return;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (!errno && end != text)
		set_limit(limit, number);
	free(text);
}

/* The kernel does not report the number of queues; count the queues that have a name. */
static void count_queues(struct live_limit *limit)
{
	struct live live;

	if (live_init(&live))
		return;
	live_read_mq(&live, 0);
	if (!live.is_out_of_memory && !live.loss[LIVE_GAP_MQ].nr)
		set_used(limit, live.object.nr - 1);
	live_deinit(&live);
}

static void read_mq(struct live_limit *limit)
{
	for (unsigned int i = LIVE_LIMIT_MQ_QUEUES; i < LIVE_NR_LIMITS; i++)
		read_file(&limit[i], live_limits[i].name);
	count_queues(&limit[LIVE_LIMIT_MQ_QUEUES]);
}

void live_limits_read(struct live_limit limit[LIVE_NR_LIMITS])
{
	memset(limit, 0, LIVE_NR_LIMITS * sizeof(*limit));
	read_msg(limit);
	read_shm(limit);
	read_sem(limit);
	read_mq(limit);
}
