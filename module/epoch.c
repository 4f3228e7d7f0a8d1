// SPDX-License-Identifier: GPL-2.0
/* When objects are described again. */
#include <linux/compiler.h>
#include <linux/spinlock.h>

#include "epoch.h"

u32 ipcprobe_epoch;

/**
 * ipcprobe_describe_again - have every object described at its next use
 *
 * Called when somebody new listens.
 *
 * Context: process.
 */
void ipcprobe_describe_again(void)
{
	static DEFINE_SPINLOCK(lock);

	guard(spinlock)(&lock);
	WRITE_ONCE(ipcprobe_epoch, ipcprobe_epoch + 1);
}
