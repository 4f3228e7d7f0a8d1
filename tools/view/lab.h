/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe lab", on stdout.
 */
#ifndef IPCPROBE_VIEW_LAB_H
#define IPCPROBE_VIEW_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/lab.h"
#include "lab/trace.h"
#include "lib/table.h"

/**
 * struct lab_row - result of one run
 * @is_right: the client's file equals the server's
 * @note: why there are no figures, or a remark about them; "" = nothing
 * @trace: valid if @has_trace
 */
struct lab_row {
	const struct lab_transport *transport;
	struct lab_result result;
	bool is_right;
	bool has_trace;
	struct lab_trace trace;
	char note[160];
};

extern const struct table_column view_lab_columns[];

/* @size: size of the file; @has_hops: print the paths, too; @view: columns of the table */
int view_lab_print(const struct lab_row *rows, uint32_t nr, uint64_t size, bool has_hops,
		   const struct table_view *view);
int view_lab_json(const struct lab_row *rows, uint32_t nr, uint64_t size);

#endif /* IPCPROBE_VIEW_LAB_H */
