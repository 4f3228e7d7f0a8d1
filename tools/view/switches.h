/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A watcher of the model that prints a line for each switch with the task that
 * runs on each CPU.
 */
#ifndef IPCPROBE_VIEW_SWITCHES_H
#define IPCPROBE_VIEW_SWITCHES_H

#include "model/model.h"
#include "view/runq.h"

/**
 * struct switches - the view
 * @model: model, for names
 * @runq: CPUs and processes to show, start of the recording
 * @code: uint32_t by task: number of its code, 0 = none yet
 * @nr_codes: number of codes given so far
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
