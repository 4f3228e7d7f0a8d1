/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the analysing sub-commands have in common: they feed all records into a
 * model, then print a view of it.
 */
#ifndef IPCPROBE_CMD_ANALYSIS_H
#define IPCPROBE_CMD_ANALYSIS_H

#include <stdint.h>

#include "cmd/source.h"
#include "model/model.h"

/**
 * struct analysis - from records to a view
 * @source: options; figures begin with the window of these options
 * @reader: source of the records
 * @model: memory for the model
 * @what: MODEL_* flags
 * @until_ns: records from this time on are left out
 * @watch: watcher that the model calls for each change; NULL = none
 * @print: prints the finished model: 0 or -errno
 * @view: last argument of @print
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
