/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 'ipcprobe ls' prints.
 */
#ifndef IPCPROBE_VIEW_LS_H
#define IPCPROBE_VIEW_LS_H

#include "lib/parse.h"
#include "lib/table.h"
#include "live/live.h"

/**
 * struct view_ls - what to show
 * @columns: columns to print, enum live_column
 * @types: mask of LIVE_BIT()
 * @pids: show objects that one of these processes holds or waits for; none =
 *	all
 */
struct view_ls {
	struct table_view columns;
	uint32_t types;
	struct pid_list pids;
};

/* all columns, and those that are shown by default */
extern const struct table_column view_ls_columns[];
extern const struct table_view view_ls_usual;

/* objects to show, in order; the list ends with number 0; NULL without memory */
uint32_t *view_ls_sorted(const struct live *live, const struct view_ls *view);

int view_ls_print(struct live *live, const struct view_ls *view);
int view_ls_json(struct live *live, const struct view_ls *view);

#endif /* IPCPROBE_VIEW_LS_H */
