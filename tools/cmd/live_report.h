/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the commands that look at what exists now.
 */
#ifndef IPCPROBE_CMD_LIVE_REPORT_H
#define IPCPROBE_CMD_LIVE_REPORT_H

#include "lib/scope.h"
#include "live/live.h"

/* live_print_gaps - say on stderr what could not be read of these types, and what to do */
void live_print_gaps(const struct live *live, uint32_t types);

/*
 * live_find_processes - say on stderr which of the named processes do not exist
 * Return: how many exist.
 */
uint32_t live_find_processes(const struct pid_list *pids);

#endif /* IPCPROBE_CMD_LIVE_REPORT_H */
