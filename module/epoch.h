/* SPDX-License-Identifier: GPL-2.0 */
/* When objects are described again. */
#ifndef IPCPROBE_EPOCH_H
#define IPCPROBE_EPOCH_H

#include <linux/types.h>

extern u32 ipcprobe_epoch;	/* objects described before it changed are described again */

void ipcprobe_describe_again(void);

#endif /* IPCPROBE_EPOCH_H */
