/* SPDX-License-Identifier: GPL-2.0 */
/* Events that happened and are not in the stream. */
#ifndef IPCPROBE_MISSED_H
#define IPCPROBE_MISSED_H

#include "record.h"

struct ipcprobe_hook;
struct ipcprobe_session;

void ipcprobe_missed(struct ipcprobe_hook *hook, u32 class_id,
		     enum ipcprobe_reason reason);
void ipcprobe_session_missed(struct ipcprobe_session *session, u32 class_id,
			     enum ipcprobe_reason reason, u64 queues);
void ipcprobe_session_ringless(struct ipcprobe_session *session, int cpu,
			       u32 class_id);
void ipcprobe_session_flush_lost(struct ipcprobe_session *session);

#endif /* IPCPROBE_MISSED_H */
