// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched stat: use and queue of each CPU, time of each task in each
 * state.
 */
#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/sched_views.h"

static const struct output_table columns[] = { { "of tasks", view_stat_columns, NULL }, { 0 } };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct sched_cmd *cmd = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = cmd;
		state->child_inputs[1] = cmd;
		state->child_inputs[2] = &cmd->output;
		return 0;
	case ARGP_KEY_END:
		sched_cmd_choose(cmd, state, columns);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &sched_argp, 0, NULL, 0 }, { &sched_top_argp, 0, NULL, 0 },
	{ &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
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
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts.sched, columns);
	if (blocked_init(&opts.blocked))
		return sched_cmd_no_memory();
	status = sched_cmd_run(&opts.sched);
	blocked_deinit(&opts.blocked);
	return status;
}
