/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 'ipcprobe ls --limits' prints.
 */
#ifndef IPCPROBE_VIEW_IPC_LIMITS_H
#define IPCPROBE_VIEW_IPC_LIMITS_H

#include "lib/table.h"
#include "live/limit.h"

extern const struct table_column view_limits_columns[];

int view_limits_print(const struct live_limit limit[LIVE_NR_LIMITS], const struct table_view *view);
int view_limits_json(const struct live_limit limit[LIVE_NR_LIMITS]);

#endif /* IPCPROBE_VIEW_IPC_LIMITS_H */
