/* SPDX-License-Identifier: GPL-2.0 */
/* The device /dev/ipcprobe, the first interface to user space beside netlink. */
#ifndef IPCPROBE_DEV_H
#define IPCPROBE_DEV_H

#include <linux/types.h>

int ipcprobe_check_access(bool is_capable);
int ipcprobe_dev_init(void);
void ipcprobe_dev_exit(void);

#endif /* IPCPROBE_DEV_H */
