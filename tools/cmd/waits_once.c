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

int waits_look_read(struct waits_look *look, const struct view_waits *view)
{
	int err = waits_read(&look->waits);

	look->chosen = err ? NULL : view_waits_choose(&look->waits, view);
	return err || look->chosen ? err : -ENOMEM;
}

void waits_look_deinit(struct waits_look *look)
{
	free(look->chosen);
	waits_deinit(&look->waits);
}

/* Lets dot(1) draw the picture. */
static int print_svg(const struct waits_look *look)
{
	FILE *dot;
	int err, status;

	fflush(stdout);
	dot = popen("dot -Tsvg", "w");
	if (!dot)
		return -errno;
	err = view_waits_dot(&look->waits, look->chosen, dot);
	status = pclose(dot);
	if (!err && status) {
		fprintf(stderr, "ipcprobe: waits: --svg: dot -Tsvg failed: install the package graphviz\n");
		err = -ECHILD;
	}
	return err;
}

int waits_print(const struct waits_look *look, const struct waits_opts *opts)
{
	int err;

	switch (opts->format) {
	case WAITS_JSON:
		err = view_waits_json(&look->waits, look->chosen,
				      view_waits_result(&look->waits, &opts->view, look->chosen));
		break;
	case WAITS_DOT:
		err = view_waits_dot(&look->waits, look->chosen, stdout);
		break;
	case WAITS_SVG:
		err = print_svg(look);
		break;
	default:
		err = view_waits_print(&look->waits, look->chosen);
	}
	if (err && err != -ECHILD)
		waits_fail(err);
	return err;
}

int waits_show(const struct waits_look *look, const struct waits_opts *opts)
{
	enum view_waits_result result = view_waits_result(&look->waits, &opts->view,
							  look->chosen);

	if (waits_print(look, opts))
		return WAITS_UNKNOWN;
	say_rest(&look->waits, opts, result);
	return status_of(result);
}

int waits_once(const struct waits_opts *opts)
{
	struct waits_look look;
	int err = waits_look_read(&look, &opts->view);
	int status = err ? waits_fail(err) : waits_show(&look, opts);

	waits_look_deinit(&look);
	return status;
}
