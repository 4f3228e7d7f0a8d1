// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe copies: where bytes went and how often they were copied.
 */
#include <argp.h>
#include <string.h>

#include "cmd/analysis.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "view/copies.h"

enum { OPTION_CALLS = 0x200, OPTION_GRADE, OPTION_TOP };

static const struct argp_option options[] = {
	{ "calls", OPTION_CALLS, NULL, 0, "Show calls and bytes of each process, too", 0 },
	{ "grade", OPTION_GRADE, "exact|address|inferred", 0,
	  "Show paths only that are at least so sure", 0 },
	{ "top", OPTION_TOP, "N", 0,
	  "Show so many paths and pipes, 0 = all (default: 10, with -J all)", 0 },
	{ "cpus", 'C', "CPUS", OPTION_HIDDEN, NULL, 0 },
	{ 0 }
};

enum { TABLE_HOPS, TABLE_CALLS };

static const struct output_table columns[] = {
	[TABLE_HOPS] = { "of hops", view_hops_columns, &view_hops_usual },
	[TABLE_CALLS] = { "of calls, with --calls", view_calls_columns, NULL },
	{ 0 }
};

struct copies_opts {
	struct source_opts source;
	struct output_opts output;
	struct view_copies view;
	bool has_top;
};

static enum grade parse_grade(struct argp_state *state, const char *arg)
{
	static const char *const names[] = {
		[GRADE_EXACT] = "exact", [GRADE_ADDRESS] = "address", [GRADE_INFERRED] = "inferred",
	};
	uint32_t i;

	for (i = 0; i < NR_GRADES; i++)
		if (!strcmp(arg, names[i]))
			return i;
	argp_error(state, "--grade: '%s' is none of exact, address, inferred", arg);
	return GRADE_INFERRED;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct copies_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->source;
		state->child_inputs[1] = &opts->output;
		return 0;
	case OPTION_CALLS:
		opts->view.has_calls = true;
		return 0;
	case OPTION_GRADE:
		opts->view.worst = parse_grade(state, arg);
		return 0;
	case OPTION_TOP:
		option_count(state, "--top", arg, 0, &opts->view.top);
		opts->view.top_calls = opts->view.top;
		opts->has_top = true;
		return 0;
	case 'C':
		argp_error(state, "-C: bytes are followed by process, not by CPU");
		return 0;
	case ARGP_KEY_END:
		output_choose(state, &opts->output, opts->source.json,
			      &columns[opts->view.has_calls ? TABLE_CALLS : TABLE_HOPS],
			      &opts->view.columns);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &source_argp, 0, NULL, 0 }, { &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show the path of bytes through processes, pipes and files: hops, copies, cost.\n"
	       "\vExamples:\n"
	       "    ipcprobe copies -- sh -c 'cat big.bin | cat > out.bin'\n"
	       "    ipcprobe copies -o report -- make -j4\n"
	       "    ipcprobe copies -p 1234\n"
	       "    ipcprobe copies -a -- sleep 5\n"
	       "    ipcprobe copies --top 3 --time 1.5,2 -i r.data",
	.children = children,
};

static int print_copies(const struct model *model, const void *opts)
{
	const struct copies_opts *copies = opts;

	return copies->source.json ? view_copies_json(model, &copies->view) :
				     view_copies_print(model, &copies->view);
}

static int show_copies(const struct copies_opts *opts, struct reader *r)
{
	struct model model;
	struct analysis analysis = {
		.source = &opts->source,
		.reader = r,
		.model = &model,
		.what = MODEL_COPIES | (opts->view.has_calls ? MODEL_CALLS : 0),
		.until_ns = source_until_ns(&opts->source, r),
		.print = print_copies,
		.view = opts,
	};

	return analysis_run(&analysis);
}

int cmd_copies(int argc, char **argv)
{
	struct copies_opts opts = {
		.source = SOURCE_OPTS_INIT,
		.view = { .scope = &opts.source.scope, .worst = GRADE_INFERRED },
	};
	struct reader *r;

	opts.source.classes = MODEL_COPIES_CLASSES;
	opts.source.uses = MODEL_COPIES_CLASSES & ~(1U << IPCPROBE_CLASS_TASK);
	opts.source.needs_history = true;
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	if (!opts.has_top && !opts.source.json)
		opts.view.top = VIEW_COPIES_TOP;
	if (source_open(&opts.source, &r))
		return CMD_FAILED;
	/* only these processes, and the processes they created, were recorded */
	if (opts.source.is_live)
		opts.source.scope.pids.nr = 0;
	return source_close(&opts.source, r, show_copies(&opts, r));
}
