// SPDX-License-Identifier: GPL-2.0
/* Counts epochs: each new epoch makes objects be described again. */
#include <linux/compiler.h>
#include <linux/spinlock.h>

#include "epoch.h"

u32 ipcprobe_epoch;

/**
 * ipcprobe_describe_again - have every object described again at its next use
 *
 * Called when a session starts or resynchronises, and for a new user of a tracepoint.
 *
 * Context: process.
 */
void ipcprobe_describe_again(void)
{
	static DEFINE_SPINLOCK(lock);

	guard(spinlock)(&lock);
	WRITE_ONCE(ipcprobe_epoch, ipcprobe_epoch + 1);
}
