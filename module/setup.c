// SPDX-License-Identifier: GPL-2.0
/*
 * Copies and checks the configuration that CONFIGURE gets from user space.
 * Reads of user memory may take as long as the owner of the memory likes
 * (userfaultfd, FUSE), so everything is copied here, before any lock is taken.
 */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "setup.h"

static int check_config(const struct ipcprobe_config *config)
{
	u32 bytes = ipcprobe_setup_ring_bytes(config);

	if (!config->classes || config->classes & ~__IPCPROBE_CLASSES_ALL ||
	    config->filtered & ~config->classes ||
	    config->flags & ~__IPCPROBE_F_ALL ||
	    config->snap_bytes > IPCPROBE_SNAP_BYTES_MAX ||
	    memchr_inv(config->resv, 0, sizeof(config->resv)))
		return -EINVAL;
	if (!is_power_of_2(bytes) || bytes < PAGE_SIZE ||
	    bytes < IPCPROBE_RING_BYTES_MIN || bytes > IPCPROBE_RING_BYTES_MAX ||
	    config->wakeup_bytes > bytes)
		return -EINVAL;
	if (config->nr_pids > IPCPROBE_NR_PIDS_MAX ||
	    (config->filtered && !config->nr_pids) ||
	    config->nr_cpu_words > BITS_TO_U64(CONFIG_NR_CPUS))
		return -EINVAL;
	return 0;
}

/* @ret: set to a copy of @nr members of @size bytes; NULL if @nr is 0, or on error */
static int copy_array(void *ret, u64 from, u32 nr, size_t size)
{
	void **to = ret, *copy;

	copy = nr ? memdup_user(u64_to_user_ptr(from), array_size(nr, size)) : NULL;
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	*to = copy;
	return 0;
}

/**
 * ipcprobe_setup_init - copy a configuration and check all that needs no
 *	session
 * @setup: filled; freed by ipcprobe_setup_deinit(), also after an error
 * @from: struct ipcprobe_config in user space
 *
 * Context: process, no lock held.  Return: 0, -EFAULT, -EINVAL or -ENOMEM.
 */
int ipcprobe_setup_init(struct ipcprobe_setup *setup, const void __user *from)
{
	const struct ipcprobe_config *config = &setup->config;
	int err;

	*setup = (struct ipcprobe_setup) {};
	if (copy_from_user(&setup->config, from, sizeof(setup->config)))
		return -EFAULT;
	err = check_config(config);
	if (!err)
		err = copy_array(&setup->cpus, config->cpus, config->nr_cpu_words,
				 sizeof(*setup->cpus));
	if (!err)
		err = copy_array(&setup->pids, config->pids, config->nr_pids,
				 sizeof(*setup->pids));
	return err;
}

void ipcprobe_setup_deinit(struct ipcprobe_setup *setup)
{
	kfree(setup->cpus);
	kfree(setup->pids);
}
