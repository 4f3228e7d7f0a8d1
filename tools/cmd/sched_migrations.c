// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched migrations: which tasks moved from which CPU to which.
 */
#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/migrations.h"

static const struct argp_option options[] = {
	{ "summary", 's', NULL, 0, "Show sums only", 0 },
	{ 0 }
};

static const struct output_table columns[] = { { "of tasks", view_moved_columns, NULL }, { 0 } };

struct migrations_opts {
	struct sched_cmd sched;
	struct migrations migrations;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct migrations_opts *opts = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched;
		state->child_inputs[1] = &opts->sched;
		state->child_inputs[2] = &opts->sched.output;
		return 0;
	case 's':
		opts->migrations.has_lines = false;
		return 0;
	case ARGP_KEY_END:
		sched_cmd_choose(&opts->sched, state, columns);
		if (opts->sched.output.columns)
			opts->migrations.has_lines = false;
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
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show who was moved from which CPU to which, by whom, and how long both queues were.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched migrations -s -- make\n"
	       "    ipcprobe sched migrations -p 1234 -i r.data",
	.children = children,
};

static void print_head(const void *arg)
{
	const struct migrations_opts *opts = arg;

	migrations_print_head(&opts->migrations);
}

static int print_sums(const struct model *model, const void *arg)
{
	const struct migrations_opts *opts = arg;

	return migrations_print(model, &opts->migrations);
}

int cmd_sched_migrations(int argc, char **argv)
{
	struct migrations_opts opts = { 0 };
	int status;

	sched_cmd_init(&opts.sched, print_sums, &opts);
	opts.sched.begin = print_head;
	opts.sched.watch = &opts.migrations.watch;
	if (migrations_init(&opts.migrations, &opts.sched.model, &opts.sched.view))
		return sched_cmd_no_memory();
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	status = sched_cmd_run(&opts.sched);
	migrations_deinit(&opts.migrations);
	return status;
}
