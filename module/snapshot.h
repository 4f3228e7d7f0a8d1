/* SPDX-License-Identifier: GPL-2.0 */
/* Snapshots at the start of a session that several classes share. */
#ifndef IPCPROBE_SNAPSHOT_H
#define IPCPROBE_SNAPSHOT_H

struct ipcprobe_session;

int ipcprobe_snapshot_files(struct ipcprobe_session *session);
int ipcprobe_snapshot_sched(struct ipcprobe_session *session);

#endif /* IPCPROBE_SNAPSHOT_H */
