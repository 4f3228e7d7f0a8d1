/* SPDX-License-Identifier: GPL-2.0 */
/* Make a table fit into the lines of a terminal. */
#ifndef IPCPROBE_LIB_TABLE_FIT_H
#define IPCPROBE_LIB_TABLE_FIT_H

#include <stdbool.h>

#include <libsmartcols.h>

/**
 * table_fit - shorten texts; if that is not enough, hide columns from the right
 * @table: the table, complete with all its lines
 * @width: characters of a line of the terminal
 * @can_hide: columns may be hidden; if false, lines may be too long
 *
 * Numbers are never shortened.
 */
void table_fit(struct libscols_table *table, unsigned int width, bool can_hide);

#endif /* IPCPROBE_LIB_TABLE_FIT_H */
