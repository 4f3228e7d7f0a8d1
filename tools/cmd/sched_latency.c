// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched latency: how long tasks waited for a CPU before they ran.
 */
#include <string.h>

#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "lib/array.h"
#include "view/sched_views.h"

enum { OPTION_BY = 0x200, OPTION_HISTOGRAM, OPTION_PARTS, OPTION_ANTAGONISTS };

static const struct argp_option options[] = {
	{ "by", OPTION_BY, "task|waker|cpu|cgroup", 0,
	  "A row for each of these (default: task)", 0 },
	{ "histogram", OPTION_HISTOGRAM, NULL, 0,
	  "Show a histogram of all delays, with --by one of each row, with --parts one of each part",
	  0 },
	{ "antagonists", OPTION_ANTAGONISTS, NULL, 0,
	  "Show instead who ran, and who took the CPU, while each task waited", 0 },
	{ "parts", OPTION_PARTS, NULL, 0, "Show what held the tasks up, part by part", 0 },
	{ 0 }
};

struct latency_opts {
	struct sched_cmd sched;
	struct view_latency view;
	struct latency latency;
	enum latency_by by;
	struct antagonists antagonists;
	bool has_antagonists;
};

static enum latency_by parse_by(const char *word, struct argp_state *state)
{
	static const char *const words[] = { "task", "waker", "cpu", "cgroup" };

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word))
			return i;
	argp_error(state, "--by '%s': there are task, waker, cpu and cgroup", word);
	return LATENCY_BY_TASK;
}

static void choose_table(struct latency_opts *opts, struct argp_state *state)
{
	const struct output_table delays = {
		.columns = view_latency_columns(opts->by),
		.usual = view_latency_usual(opts->by, opts->view.has_parts),
	};
	const struct output_table pairs = { .columns = view_antagonist_columns };

	sched_cmd_choose(&opts->sched, state, opts->has_antagonists ? &pairs : &delays);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct latency_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched;
		state->child_inputs[1] = &opts->sched;
		state->child_inputs[2] = &opts->sched.output;
		return 0;
	case OPTION_BY:
		opts->by = parse_by(arg, state);
		opts->view.is_each = true;
		return 0;
	case OPTION_ANTAGONISTS:
		opts->has_antagonists = true;
		return 0;
	case ARGP_KEY_END:
		choose_table(opts, state);
		if (opts->has_antagonists && (opts->view.is_each || opts->view.has_parts ||
					      opts->view.has_histogram))
			argp_error(state, "--antagonists: without --by, --parts, --histogram");
		return 0;
	case OPTION_PARTS:
		opts->view.has_parts = true;
		return 0;
	case OPTION_HISTOGRAM:
		opts->view.has_histogram = true;
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
	.doc = "Show for how long tasks wanted a CPU before they ran.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched latency --by cpu --histogram -- make\n"
	       "    ipcprobe sched latency --top 5 -i r.data",
	.children = children,
};

static int print_latency(const struct model *model, const void *arg)
{
	const struct latency_opts *opts = arg;

	return opts->sched.source.json ? view_latency_json(model, &opts->view) :
					 view_latency_print(model, &opts->view);
}

static int print_antagonists(const struct model *model, const void *arg)
{
	const struct latency_opts *opts = arg;
	const struct view_runq *view = &opts->sched.view;

	return opts->sched.source.json ?
	       view_antagonists_json(model, &opts->antagonists, view->top) :
	       view_antagonists_print(model, &opts->antagonists, view);
}

static int run_antagonists(struct latency_opts *opts)
{
	int status;

	if (antagonists_init(&opts->antagonists, &opts->sched.source.scope))
		return sched_cmd_no_memory();
	opts->sched.watch = &opts->antagonists.watch;
	opts->sched.print = print_antagonists;
	status = sched_cmd_run(&opts->sched);
	antagonists_deinit(&opts->antagonists);
	return status;
}

static int run_latency(struct latency_opts *opts)
{
	int status;

	if (latency_init(&opts->latency, &opts->sched.source.scope, opts->by))
		return sched_cmd_no_memory();
	opts->sched.watch = &opts->latency.watch;
	status = sched_cmd_run(&opts->sched);
	latency_deinit(&opts->latency);
	return status;
}

int cmd_sched_latency(int argc, char **argv)
{
	const struct output_table columns[] = {
		{ "(WAKER, CPU or CGROUP instead of TASK with --by)",
		  view_latency_columns(LATENCY_BY_TASK), NULL },
		{ "with --antagonists", view_antagonist_columns, NULL },
		{ 0 }
	};
	struct latency_opts opts = { 0 };

	sched_cmd_init(&opts.sched, print_latency, &opts);
	opts.view.runq = &opts.sched.view;
	opts.view.latency = &opts.latency;
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	return opts.has_antagonists ? run_antagonists(&opts) : run_latency(&opts);
}
