/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who waits for whom, as text and JSON.
 */
#ifndef IPCPROBE_VIEW_WAITS_H
#define IPCPROBE_VIEW_WAITS_H

#include <stdio.h>

#include "lib/scope.h"
#include "waits/waits.h"

/**
 * struct view_waits - what to show
 * @pids: only what these processes wait for, and who waits for them; none: all
 * @is_all: also waits that somebody can end
 */
struct view_waits {
	struct pid_list pids;
	bool is_all;
};

/* what the shown waits say together */
enum view_waits_result {
	VIEW_WAITS_FREE,	/* somebody can end each */
	VIEW_WAITS_STUCK,
	VIEW_WAITS_UNKNOWN,	/* of one that was asked for it cannot be told */
};

/*
 * view_waits_choose - which threads to show
 * Return: a flag by number of a thread, to be freed; NULL if memory is short.
 */
bool *view_waits_choose(const struct waits *waits, const struct view_waits *view);

enum view_waits_result view_waits_result(const struct waits *waits, const struct view_waits *view,
					 const bool *chosen);

/* @chosen is from view_waits_choose(). Return: 0 or -ENOMEM. */
int view_waits_print(const struct waits *waits, const bool *chosen);
int view_waits_json(const struct waits *waits, const bool *chosen, enum view_waits_result result);

/*
 * As a graph for dot(1): what waits, what for, and who could end it; what is stuck is
 * orange, and red in a cycle. Arrows: bold = certain, dashed = possible.
 */
int view_waits_dot(const struct waits *waits, const bool *chosen, FILE *out);

/* "room in pipe:[9921], 65536 of 65536 bytes", to be freed; NULL if memory is short */
char *view_waits_need(const struct waits *waits, const struct live_thread *waiter,
		      const struct live_need *need);

#endif /* IPCPROBE_VIEW_WAITS_H */
