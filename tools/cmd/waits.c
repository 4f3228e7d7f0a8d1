// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe waits: who waits for whom now, who could end it, and whether nobody can. Its
 * options, and which of its three ways of looking they choose.
 */
#include "cmd/cmd.h"

#include <argp.h>

#include "cmd/live_report.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "cmd/waits.h"

enum { KEY_WATCH = 256, KEY_HANG, KEY_DOT, KEY_SVG };

static const struct argp_option options[] = {
	{ "pid", 'p', "PID[,PID...]", 0,
	  "Show what these processes wait for, and who waits for them", 0 },
	{ "all", 'a', NULL, 0, "Also show waits that somebody can end", 0 },
	{ "json", 'J', NULL, 0, "Write JSON", 0 },
	{ "dot", KEY_DOT, NULL, 0, "Write a graph for dot(1)", 0 },
	{ "svg", KEY_SVG, NULL, 0, "Write a picture; dot(1) draws it", 0 },
	{ "watch", KEY_WATCH, "SECONDS", 0,
	  "Look again after each so many seconds, and report when more threads are stuck", 0 },
	{ "hang", KEY_HANG, "SECONDS", 0,
	  "Run COMMAND; if it hangs for so long, report its waits and end it", 0 },
	{ 0 }
};

static void set_format(struct argp_state *state, struct waits_opts *opts,
		       enum waits_format format)
{
	if (opts->format != WAITS_TEXT && opts->format != format)
		argp_error(state, "only one of --json, --dot and --svg can be written");
	opts->format = format;
}

static void check_options(struct argp_state *state, const struct waits_opts *opts)
{
	if (opts->hang_ns && !opts->command)
		argp_error(state, "--hang needs a command to run: give it after --");
	if (opts->hang_ns && (opts->watch_ns || opts->view.pids.nr || opts->view.is_all))
		argp_error(state, "--hang shows all waits of its command: leave out --watch, -p and -a");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct waits_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->output;
		return 0;
	case 'p':
		option_pids(state, arg, &opts->view.pids);
		return 0;
	case 'a':
		opts->view.is_all = true;
		return 0;
	case 'J':
		set_format(state, opts, WAITS_JSON);
		return 0;
	case KEY_DOT:
		set_format(state, opts, WAITS_DOT);
		return 0;
	case KEY_SVG:
		set_format(state, opts, WAITS_SVG);
		return 0;
	case KEY_WATCH:
		option_interval(state, "--watch", arg, &opts->watch_ns);
		return 0;
	case KEY_HANG:
		option_interval(state, "--hang", arg, &opts->hang_ns);
		return 0;
	case ARGP_KEY_ARG:
		if (!opts->hang_ns)
			option_no_words(state, arg);
		opts->command = option_command(state);
		return 0;
	case ARGP_KEY_END:
		check_options(state, opts);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &output_file_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.args_doc = "\n--hang SECONDS [--] COMMAND [ARG...]",
	.doc = "Who waits for whom now, who could end it, and whether it is a deadlock.\n"
	       "\vExit status: 0 nothing is stuck; 1 something is; 2 it cannot be told.\n"
	       "With --hang: that of COMMAND; 124 if it hung.\n\n"
	       "Examples:\n"
	       "    ipcprobe waits\n"
	       "    ipcprobe waits -p 1234\n"
	       "    ipcprobe waits -a -J\n"
	       "    ipcprobe waits --hang 60 -- make test",
};

int cmd_waits(int argc, char **argv)
{
	struct waits_opts opts = { 0 };

	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts);
	report_set_failure(WAITS_UNKNOWN);
	if (opts.output.path && report_open(opts.output.path))
		return WAITS_UNKNOWN;
	if (opts.hang_ns)
		return waits_hang(&opts);
	if (live_find_processes(&opts.view.pids) < opts.view.pids.nr)
		return WAITS_UNKNOWN;
	report_begin();
	return opts.watch_ns ? waits_watch(&opts) : waits_once(&opts);
}
