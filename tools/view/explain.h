/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The view of "ipcprobe sched explain", on stdout.
 */
#ifndef IPCPROBE_VIEW_EXPLAIN_H
#define IPCPROBE_VIEW_EXPLAIN_H

#include <jansson.h>

#include "view/label_sched.h"
#include "lib/table.h"
#include "watch/explain.h"

/* prints one switch, one wake-up, when its record is read */
int view_explain_case(const struct explain *explain, const struct explain_case *c);
int view_explain_case_json(const struct explain *explain, const struct explain_case *c);
int view_explain_wakeup(const struct explain *explain, uint32_t task,
			const struct explain_wakeup *wakeup);
int view_explain_wakeup_json(const struct explain *explain, uint32_t task,
			     const struct explain_wakeup *wakeup);

/* prints the kept cases, then how many predictions were right, and the audits */
int view_explain_print(const struct model *model, const struct explain *explain,
		       const struct table_view *view);
int view_explain_json(const struct model *model, const struct explain *explain);

/* delay.c: prints the parts of @task's delay, and which tasks ran meanwhile */
void view_delay_print(const struct model *model, const struct delay_report *delay,
		      uint32_t task);
json_t *view_delay_json(const struct model *model, const struct delay_report *delay);

/* picks.c: prints predictions by rule, and the wrong ones */
extern const struct table_column view_picks_columns[];

int view_picks_print(const struct model *model, uint64_t start_ns, const struct table_view *view);
json_t *view_picks_json(const struct model *model);

/* true if the row of a fair task is the chosen one */
static inline bool explain_is_chosen(const struct pick_level *level, uint32_t row)
{
	return level->chosen == (int32_t)row;
}

#endif /* IPCPROBE_VIEW_EXPLAIN_H */
