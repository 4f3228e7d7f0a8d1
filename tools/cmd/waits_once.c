// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe waits: one look at who waits for whom.
 */
#include "cmd/waits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/live_report.h"
#include "cmd/report.h"

static int status_of(enum view_waits_result result)
{
	if (result == VIEW_WAITS_STUCK)
		return WAITS_ARE_STUCK;
	return result == VIEW_WAITS_UNKNOWN ? WAITS_UNKNOWN : CMD_OK;
}

static void say_rest(const struct waits *waits, const struct waits_opts *opts,
		     enum view_waits_result result)
{
	live_print_gaps(&waits->live, LIVE_ALL);
	if (waits->nr_changed)
		fprintf(stderr, "ipcprobe: waits: %u threads seemed stuck, and went on\n",
			waits->nr_changed);
	if (opts->format == WAITS_TEXT && !opts->view.is_all && !opts->view.pids.nr &&
	    result == VIEW_WAITS_FREE)
		printf("nothing is stuck: each of %u threads runs, or somebody can end its wait\n",
		       waits->threads.thread.nr - 1);
}

int waits_fail(int err)
{
	if (!report_has_failed())
		fprintf(stderr, "ipcprobe: waits: %s\n", strerror(-err));
	return WAITS_UNKNOWN;
}

/* Lets dot(1) draw the picture. */
static int print_svg(const struct waits *waits, const bool *chosen)
{
	FILE *dot;
	int err, status;

	fflush(stdout);
	dot = popen("dot -Tsvg", "w");
	if (!dot)
		return -errno;
	err = view_waits_dot(waits, chosen, dot);
	status = pclose(dot);
	if (!err && status) {
		fprintf(stderr, "ipcprobe: waits: --svg: dot -Tsvg failed: install the package graphviz\n");
		err = -ECHILD;
	}
	return err;
}

int waits_print(const struct waits *waits, const struct waits_opts *opts, const bool *chosen)
{
	int err;

	switch (opts->format) {
	case WAITS_JSON:
		err = view_waits_json(waits, chosen,
				      view_waits_result(waits, &opts->view, chosen));
		break;
	case WAITS_DOT:
		err = view_waits_dot(waits, chosen, stdout);
		break;
	case WAITS_SVG:
		err = print_svg(waits, chosen);
		break;
	default:
		err = view_waits_print(waits, chosen);
	}
	if (err && err != -ECHILD)
		waits_fail(err);
	return err;
}

int waits_show(const struct waits *waits, const struct waits_opts *opts, const bool *chosen)
{
	enum view_waits_result result = view_waits_result(waits, &opts->view, chosen);

	if (waits_print(waits, opts, chosen))
		return WAITS_UNKNOWN;
	say_rest(waits, opts, result);
	return status_of(result);
}

int waits_once(const struct waits_opts *opts)
{
	struct waits waits;
	int err = waits_read(&waits), status;
	bool *chosen = err ? NULL : view_waits_choose(&waits, &opts->view);

	if (err)
		status = waits_fail(err);
	else
		status = chosen ? waits_show(&waits, opts, chosen) : WAITS_UNKNOWN;
	free(chosen);
	waits_deinit(&waits);
	return status;
}
