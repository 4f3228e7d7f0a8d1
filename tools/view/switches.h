/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who runs on each CPU, one line per switch: a watcher of the model.
 */
#ifndef IPCPROBE_VIEW_SWITCHES_H
#define IPCPROBE_VIEW_SWITCHES_H

#include "model/model.h"
#include "view/runq.h"

/**
 * struct switches - the view
 * @model: for names
 * @runq: which CPUs and processes; begin of the recording
 * @code: uint32_t by task: its code's number, 0 = none yet
 * @nr_codes: given so far
 */
struct switches {
	struct sched_watch watch;
	const struct model *model;
	const struct view_runq *runq;
	struct pool code;
	uint32_t nr_codes;
};

int switches_init(struct switches *sw, const struct model *model, const struct view_runq *runq);
void switches_deinit(struct switches *sw);

int switches_print(const struct model *model, const struct switches *sw);

#endif /* IPCPROBE_VIEW_SWITCHES_H */
