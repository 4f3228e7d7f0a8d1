/* SPDX-License-Identifier: GPL-2.0 */
/* What exists when a session starts. */
#ifndef IPCPROBE_SNAPSHOT_H
#define IPCPROBE_SNAPSHOT_H

struct ipcprobe_session;

void ipcprobe_snapshot_tasks(struct ipcprobe_session *session);
int ipcprobe_snapshot_files(struct ipcprobe_session *session);
int ipcprobe_snapshot_shm(struct ipcprobe_session *session);
int ipcprobe_snapshot_ipc(struct ipcprobe_session *session);
int ipcprobe_snapshot_queues(struct ipcprobe_session *session);

#endif /* IPCPROBE_SNAPSHOT_H */
