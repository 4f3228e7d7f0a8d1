/* SPDX-License-Identifier: GPL-2.0 */
/* CPUs that come up and go down. */
#ifndef IPCPROBE_ONLINE_H
#define IPCPROBE_ONLINE_H

struct ipcprobe_session;

int ipcprobe_online_init(void);
void ipcprobe_online_exit(void);
void ipcprobe_snapshot_offline(struct ipcprobe_session *only);

#endif /* IPCPROBE_ONLINE_H */
