/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the analysing sub-commands have in common: all records into a model,
 * then a view of it.
 */
#ifndef IPCPROBE_CMD_ANALYSIS_H
#define IPCPROBE_CMD_ANALYSIS_H

#include <stdint.h>

#include "cmd/source.h"
#include "model/model.h"

/**
 * struct analysis - from records to a view
 * @source: options; figures begin with their window
 * @reader: where the records come from
 * @model: room for it
 * @what: MODEL_*
 * @until_ns: records from this on are left out
 * @watch: whom the model tells what happens as it happens, NULL = nobody
 * @print: prints the finished model: 0 or -errno
 * @view: its last argument
 */
struct analysis {
	const struct source_opts *source;
	struct reader *reader;
	struct model *model;
	uint32_t what;
	uint64_t until_ns;
	const struct sched_watch *watch;
	int (*print)(const struct model *model, const void *view);
	const void *view;
};

int analysis_run(const struct analysis *analysis);

#endif /* IPCPROBE_CMD_ANALYSIS_H */
