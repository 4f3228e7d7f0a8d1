/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 'ipcprobe ls --limits' prints.
 */
#ifndef IPCPROBE_VIEW_IPC_LIMITS_H
#define IPCPROBE_VIEW_IPC_LIMITS_H

#include "live/limit.h"

int view_limits_print(const struct live_limit limit[LIVE_NR_LIMITS], bool is_plain);
int view_limits_json(const struct live_limit limit[LIVE_NR_LIMITS]);

#endif /* IPCPROBE_VIEW_IPC_LIMITS_H */
