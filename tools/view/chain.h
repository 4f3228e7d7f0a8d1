/* SPDX-License-Identifier: GPL-2.0 */
/* The views of "ipcprobe path", on stdout. */
#ifndef IPCPROBE_VIEW_CHAIN_H
#define IPCPROBE_VIEW_CHAIN_H

#include <stdbool.h>

#include "model/model.h"
#include "view/runq.h"
#include "watch/chain_sums.h"

/**
 * struct view_chain - what to show
 * @runq: number of lines, start of the recording, columns
 * @chain: the chain
 * @sums: sums of @chain
 * @task: task with which the chain ends
 * @has_links: show each link instead of sums
 */
struct view_chain {
	const struct view_runq *runq;
	const struct chain *chain;
	const struct chain_sums *sums;
	uint32_t task;
	bool has_links;
};

/* columns of the tables that the user can choose */
extern const struct table_column view_chain_columns[];
extern const struct table_column view_link_columns[];

int view_chain_print(const struct model *model, const struct view_chain *view);
int view_chain_json(const struct model *model, const struct view_chain *view);

/* tasks of the chain, longest time first; to be freed */
uint32_t *view_chain_tasks(const struct chain_sums *sums, uint32_t *nr);

#endif /* IPCPROBE_VIEW_CHAIN_H */
