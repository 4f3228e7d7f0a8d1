/* SPDX-License-Identifier: GPL-2.0 */
/* What exists when a session starts, where several classes share the walk. */
#ifndef IPCPROBE_SNAPSHOT_H
#define IPCPROBE_SNAPSHOT_H

struct ipcprobe_session;

int ipcprobe_snapshot_files(struct ipcprobe_session *session);
int ipcprobe_snapshot_sched(struct ipcprobe_session *session);

#endif /* IPCPROBE_SNAPSHOT_H */
