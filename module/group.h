/* SPDX-License-Identifier: GPL-2.0 */
/* Task groups. */
#ifndef IPCPROBE_GROUP_H
#define IPCPROBE_GROUP_H

struct ftrace_regs;
struct ipcprobe_hook;
struct ipcprobe_session;

void ipcprobe_entry_group_online(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);
void ipcprobe_entry_group_refill(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);
int ipcprobe_snapshot_groups(struct ipcprobe_session *session);

#endif /* IPCPROBE_GROUP_H */
