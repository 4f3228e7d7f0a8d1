/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink, the second interface to user space beside the device. */
#ifndef IPCPROBE_CONTROL_H
#define IPCPROBE_CONTROL_H

int ipcprobe_control_init(void);
void ipcprobe_control_exit(void);

#endif /* IPCPROBE_CONTROL_H */
