/* SPDX-License-Identifier: GPL-2.0 */
/* Epochs: each new epoch makes objects be described again. */
#ifndef IPCPROBE_EPOCH_H
#define IPCPROBE_EPOCH_H

#include <linux/types.h>

extern u32 ipcprobe_epoch;	/* an object described before its last change is described again */

void ipcprobe_describe_again(void);

#endif /* IPCPROBE_EPOCH_H */
