/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table that is to fit into the lines of a terminal.
 */
#ifndef IPCPROBE_LIB_TABLE_FIT_H
#define IPCPROBE_LIB_TABLE_FIT_H

#include <stdbool.h>

#include <libsmartcols.h>

/**
 * table_fit - shorten texts, and where that is not enough hide columns from the right
 * @table: with all its lines
 * @width: characters of a line
 * @can_hide: else they are shown all the same
 *
 * Numbers are never shortened.
 */
void table_fit(struct libscols_table *table, unsigned int width, bool can_hide);

#endif /* IPCPROBE_LIB_TABLE_FIT_H */
