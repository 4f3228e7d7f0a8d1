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
 * @columns: columns to print
 * @types: mask of LIVE_BIT()
 * @pids: show objects that one of these processes holds or waits for; none =
 *	all
 * @is_plain: print sizes in bytes
 * @is_chosen: the user named the columns
 */
struct view_ls {
	struct live_column_list columns;
	uint32_t types;
	struct pid_list pids;
	bool is_plain;
	bool is_chosen;
};

/* objects to show, in order; the list ends with number 0; NULL without memory */
uint32_t *view_ls_sorted(const struct live *live, const struct view_ls *view);

int view_ls_print(struct live *live, const struct view_ls *view);
int view_ls_json(struct live *live, const struct view_ls *view);

#endif /* IPCPROBE_VIEW_LS_H */
