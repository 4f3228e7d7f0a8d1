// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the contents of IPC namespaces: SysV objects and POSIX message queues.
 */
#include "live/sources.h"

static void read_both(struct live *live, uint64_t ns)
{
	live_read_sysv(live, ns);
	live_read_mq(live, ns);
}

void live_read_ipc(struct live *live, uint32_t types)
{
	void (*read)(struct live *live, uint64_t ns) = read_both;

	if (!(types & LIVE_BIT(MQ)))
		read = live_read_sysv;
	else if (!(types & LIVE_SYSV))
		read = live_read_mq;
	live_each_ns(live, "ipc", LIVE_GAP_IPCNS, read);
}
