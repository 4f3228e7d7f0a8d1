/* SPDX-License-Identifier: GPL-2.0 */
/* Which system call the current task is in. */
#ifndef IPCPROBE_OP_CALL_H
#define IPCPROBE_OP_CALL_H

#include <linux/types.h>
#include <asm/unistd.h>

#include "record.h"

#define IPCPROBE_NR_CALLS	(__NR_futex_requeue + 1)

extern const u8 ipcprobe_calls[];	/* [IPCPROBE_NR_CALLS] by call number */

u8 ipcprobe_op_call(void);
bool ipcprobe_is_io_submit(void);
bool ipcprobe_is_in_call(long nr);
bool ipcprobe_op_calls_are_found(u8 kind);

#endif /* IPCPROBE_OP_CALL_H */
