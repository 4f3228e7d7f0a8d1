// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched stat: use and queue of each CPU, time of each task in each
 * state.
 */
#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/sched_views.h"

enum { OPTION_COLUMNS = 0x200 };

static const struct argp_option options[] = {
	{ "columns", OPTION_COLUMNS, "COLUMN[,COLUMN...]", 0,
	  "Show the table of tasks only, with these columns", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct sched_cmd *cmd = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = cmd;
		state->child_inputs[1] = cmd;
		return 0;
	case OPTION_COLUMNS:
		option_columns(state, "--columns", arg, view_stat_columns, 0, &cmd->view.columns);
		return 0;
	case ARGP_KEY_END:
		if (cmd->view.columns.nr && cmd->source.json)
			argp_error(state, "--columns: without -J");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &sched_argp, 0, NULL, 0 }, { &sched_top_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show each CPU's use and queue, and each task's time in each state.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched stat -- make\n"
	       "    ipcprobe sched stat --columns TASK,QUEUED,BLOCKED-ON -i r.data",
	.children = children,
};

struct stat_opts {
	struct sched_cmd sched;
	struct blocked blocked;
};

static int print_stat(const struct model *model, const void *arg)
{
	const struct stat_opts *opts = arg;
	struct view_stat view = { .runq = &opts->sched.view, .blocked = &opts->blocked };

	if (opts->blocked.err)
		return opts->blocked.err;
	return opts->sched.source.json ? view_stat_json(model, &view) :
					 view_stat_print(model, &view);
}

int cmd_sched_stat(int argc, char **argv)
{
	struct stat_opts opts = { 0 };
	int status;

	sched_cmd_init(&opts.sched, print_stat, &opts);
	opts.sched.what |= MODEL_WAITS;
	opts.sched.watch = &opts.blocked.watch;
	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts.sched);
	if (blocked_init(&opts.blocked))
		return sched_cmd_no_memory();
	status = sched_cmd_run(&opts.sched);
	blocked_deinit(&opts.blocked);
	return status;
}
