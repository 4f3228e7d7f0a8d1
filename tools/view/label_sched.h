/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that views print for things of the scheduler.
 */
#ifndef IPCPROBE_VIEW_LABEL_SCHED_H
#define IPCPROBE_VIEW_LABEL_SCHED_H

#include <stdint.h>

#include <jansson.h>

#include "model/model.h"

/* a group's path, or "group:N"; a task or a group; to be freed */
char *label_group(const struct model *model, uint32_t group);
char *label_who(const struct model *model, struct pick_who who);

/* null if the group is unknown */
json_t *label_group_json(const struct model *model, uint32_t group);
json_t *label_who_json(const struct model *model, struct pick_who who);

/* quota_ns (null: no limit), period_ns, burst_ns (null: unknown); null: unknown quota */
json_t *label_quota_json(const struct sched_quota *quota);

/* "fair" and others; "?" if the class is unknown */
const char *label_class(uint8_t sched_class);

/* "task", "softirq", "hardirq" */
const char *label_waker_kind(uint8_t kind);

/* the task that called; the task that an interrupt interrupted; null if there was none */
json_t *label_waker_json(const struct model *model, const struct sched_waker *waker);
json_t *label_interrupted_json(const struct model *model, const struct sched_waker *waker);

/* @state: enum sched_state */
const char *label_state(uint8_t state);

/* names of a candidate's flags, to be freed */
char *label_pick_flags(uint16_t flags);

#endif /* IPCPROBE_VIEW_LABEL_SCHED_H */
