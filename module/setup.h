/* SPDX-License-Identifier: GPL-2.0 */
/* A configuration for CONFIGURE, copied from user space. */
#ifndef IPCPROBE_SETUP_H
#define IPCPROBE_SETUP_H

#include "record.h"

/**
 * struct ipcprobe_setup - a configuration, copied from user space
 * @config: the configuration as given; its pids and cpus are not used again
 * @cpus: copy of the mask of CPUs; NULL: all CPUs
 * @pids: copy of the list of pids; NULL: no filter
 */
struct ipcprobe_setup {
	struct ipcprobe_config config;
	u64 *cpus;
	u32 *pids;
};

int ipcprobe_setup_init(struct ipcprobe_setup *setup, const void __user *from);
void ipcprobe_setup_deinit(struct ipcprobe_setup *setup);

static inline u32 ipcprobe_setup_ring_bytes(const struct ipcprobe_config *config)
{
	return config->ring_bytes ?: IPCPROBE_RING_BYTES_DEFAULT;
}

#endif /* IPCPROBE_SETUP_H */
