// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which the sources fill the inventory of IPC objects.
 */
#include <errno.h>

#include "lib/array.h"
#include "live/sources.h"

/* Objects with names or tables of their own are read before their holders. */
static const struct {
	uint32_t types;
	void (*read)(struct live *live, uint32_t types);
} sources[] = {
	{ LIVE_SYSV | LIVE_BIT(MQ), live_read_ipc },
	{ LIVE_BIT(POSIX_SHM) | LIVE_BIT(POSIX_SEM), live_read_shm_dir },
	{ LIVE_BIT(UNIX), live_read_unix },
	{ LIVE_ALL, live_read_procs },
	{ LIVE_BIT(PIPE) | LIVE_BIT(FIFO), live_read_pipes },
	{ LIVE_BIT(UNIX), live_find_peers },
};

/**
 * live_read - read all IPC objects of the machine
 * @types: mask of LIVE_BIT(); the inventory may get some objects of other types
 *
 * Return: 0 or -ENOMEM; live->loss counts what could not be read.
 */
int live_read(struct live *live, uint32_t types)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].types & types)
			sources[i].read(live, types);
	return live->is_out_of_memory ? -ENOMEM : 0;
}
