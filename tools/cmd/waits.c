// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe waits: who waits for whom now, who could end it, and whether nobody can.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/live_report.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "view/waits.h"

/* exit status, besides CMD_OK: nothing that is shown is stuck */
enum {
	WAITS_ARE_STUCK = 1,
	WAITS_UNKNOWN = 2,	/* it cannot be told, or an error */
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID[,PID...]", 0,
	  "Show what these processes wait for, and who waits for them", 0 },
	{ "all", 'a', NULL, 0, "Also show waits that somebody can end", 0 },
	{ "json", 'J', NULL, 0, "Write JSON", 0 },
	{ 0 }
};

struct waits_opts {
	struct view_waits view;
	bool is_json;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct waits_opts *opts = state->input;

	switch (key) {
	case 'p':
		option_pids(state, arg, &opts->view.pids);
		return 0;
	case 'a':
		opts->view.is_all = true;
		return 0;
	case 'J':
		opts->is_json = true;
		return 0;
	case ARGP_KEY_ARG:
		option_no_words(state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Who waits for whom now, who could end it, and whether it is a deadlock.\v"
	       "Exit status: 0 nothing is stuck; 1 something is; 2 it cannot be told.\n\n"
	       "Examples:\n"
	       "    ipcprobe waits\n"
	       "    ipcprobe waits -p 1234\n"
	       "    ipcprobe waits -a -J",
};

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
	if (!opts->is_json && !opts->view.is_all && !opts->view.pids.nr &&
	    result == VIEW_WAITS_FREE)
		printf("nothing is stuck: each of %u threads runs, or somebody can end its wait\n",
		       waits->threads.thread.nr - 1);
}

static int show(const struct waits *waits, const struct waits_opts *opts)
{
	bool *chosen = view_waits_choose(waits, &opts->view);
	enum view_waits_result result;
	int err;

	if (!chosen)
		return WAITS_UNKNOWN;
	result = view_waits_result(waits, &opts->view, chosen);
	err = opts->is_json ? view_waits_json(waits, chosen, result) :
			      view_waits_print(waits, chosen);
	if (!err)
		say_rest(waits, opts, result);
	free(chosen);
	return err ? WAITS_UNKNOWN : status_of(result);
}

int cmd_waits(int argc, char **argv)
{
	struct waits_opts opts = { 0 };
	struct waits waits;
	int err, status = WAITS_UNKNOWN;

	option_parse(&argp, argc, argv, 0, &opts);
	if (live_find_processes(&opts.view.pids) < opts.view.pids.nr)
		return WAITS_UNKNOWN;
	err = waits_read(&waits);
	if (!err)
		status = show(&waits, &opts);
	else if (!report_has_failed())
		fprintf(stderr, "ipcprobe: waits: %s\n", strerror(-err));
	waits_deinit(&waits);
	return status;
}
