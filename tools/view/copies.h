/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe copies", on stdout.  Pure functions of the model.
 */
#ifndef IPCPROBE_VIEW_COPIES_H
#define IPCPROBE_VIEW_COPIES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/scope.h"
#include "lib/table.h"
#include "model/model.h"
#include "view/json.h"

#define VIEW_COPIES_TOP	10U	/* paths, pipes and objects shown if the user gives no number */

/**
 * struct view_copies - what to show
 * @scope: processes to show
 * @top: maximum number of paths, of pipes, and of other objects; 0 = all
 * @worst: show paths whose weakest link is no worse than this
 * @has_calls: show the table of system calls, too
 * @columns: columns of the table of hops, or with @has_calls of that of calls
 * @top_calls: maximum number of rows in the table of calls, those with the most
 *	bytes; 0 = all
 */
struct view_copies {
	const struct scope *scope;
	uint32_t top;
	enum grade worst;
	bool has_calls;
	uint32_t top_calls;
	struct table_view columns;
};

/* columns that the user can choose */
extern const struct table_column view_hops_columns[];
extern const struct table_view view_hops_usual;
extern const struct table_column view_calls_columns[];

int view_copies_print(const struct model *model, const struct view_copies *view);
int view_copies_json(const struct model *model, const struct view_copies *view);

/* parts of view_copies_print(), each in its own file */
int view_paths_print(const struct model *model, const struct view_copies *view);
int view_channels_print(const struct model *model, const struct view_copies *view);
int view_calls_print(const struct model *model, const struct view_copies *view);
int view_advice_print(const struct model *model, const struct view_copies *view);
void view_advice_put(struct view_json *json, const struct model *model,
		     const struct view_copies *view);

/* prints the path that ends with hop @last */
int view_path_print(const struct model *model, uint32_t last);
json_t *view_path_json(const struct model *model, uint32_t last);

/* numbers of channels with traffic, and of call statistics: sorted; to be freed */
uint32_t *view_channels_sorted(const struct model *model, const struct view_copies *view,
			       bool is_pipe, uint32_t *nr);
uint32_t *view_calls_sorted(const struct model *model, const struct view_copies *view,
			    uint32_t *nr, uint32_t *nr_left_out);
/* numbers of a channel's pairs, largest first; to be freed */
uint32_t *view_pairs_sorted(const struct model *model, const struct channel *channel, uint32_t *nr);

/* process at an end, and its image; 0 = unknown */
uint32_t view_end_proc(const struct model *model, uint32_t end);
uint32_t view_end_image(const struct model *model, uint32_t end);

#endif /* IPCPROBE_VIEW_COPIES_H */
