/* SPDX-License-Identifier: GPL-2.0 */
/* Fold ended tasks into one for each name. */
#ifndef IPCPROBE_MODEL_SCHED_FOLD_H
#define IPCPROBE_MODEL_SCHED_FOLD_H

#include <stdint.h>

#include "model/copies/sweep.h"
#include "model/sched/runqueue.h"

int sched_fold(struct sched *sched, const struct sweep_limits *limits, uint64_t now_ns);
void sched_mark_tasks(void *sched, struct sweep_marks *tasks);

#endif /* IPCPROBE_MODEL_SCHED_FOLD_H */
