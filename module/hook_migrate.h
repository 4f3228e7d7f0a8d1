/* SPDX-License-Identifier: GPL-2.0 */
/* Hooks of hook_migrate.c that class sched uses. */
#ifndef IPCPROBE_HOOK_MIGRATE_H
#define IPCPROBE_HOOK_MIGRATE_H

struct ipcprobe_hook;

extern struct ipcprobe_hook ipcprobe_migrate_hooks[];

#endif /* IPCPROBE_HOOK_MIGRATE_H */
