/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 'ipcprobe ls' prints.
 */
#ifndef IPCPROBE_VIEW_LS_H
#define IPCPROBE_VIEW_LS_H

#include "lib/parse.h"
#include "live/live.h"

/**
 * struct view_ls - what to show
 * @columns: these columns
 * @types: mask of LIVE_BIT()
 * @pids: objects that one of these holds or waits for; none = all
 * @is_plain: sizes in bytes
 * @is_chosen: the user named the columns
 */
struct view_ls {
	struct live_column_list columns;
	uint32_t types;
	struct pid_list pids;
	bool is_plain;
	bool is_chosen;
};

/* the objects to show, in order; number 0 ends the list; NULL without memory */
uint32_t *view_ls_sorted(const struct live *live, const struct view_ls *view);

int view_ls_print(struct live *live, const struct view_ls *view);
int view_ls_json(struct live *live, const struct view_ls *view);

#endif /* IPCPROBE_VIEW_LS_H */
