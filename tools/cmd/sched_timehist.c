// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched timehist: prints each switch when its record is read.
 */
#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/timehist.h"

enum { OPTION_PRECISE = 0x200, OPTION_STATE };

static const struct argp_option options[] = {
	{ "wakeups", 'w', NULL, 0, "Show wake-ups, too", 0 },
	{ "migrations", 'M', NULL, 0, "Show migrations, too", 0 },
	{ "next", 'n', NULL, 0, "Show who runs next", 0 },
	{ "state", OPTION_STATE, NULL, 0, "Show the state of the task that ran", 0 },
	{ "cpu-visual", 'V', NULL, 0, "Show a column for each CPU", 0 },
	{ "summary", 's', NULL, 0, "Show sums per task only", 0 },
	{ "with-summary", 'S', NULL, 0, "Show sums per task, too", 0 },
	{ "precise", OPTION_PRECISE, NULL, 0,
	  "Show CPU usage (precise): for each task that begins to run who made it ready, and what it waited for",
	  0 },
	{ 0 }
};

static const struct output_table columns[] = { { "of the summary", view_sums_columns, NULL }, { 0 } };

struct timehist_opts {
	struct sched_cmd sched;
	struct timehist timehist;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct timehist_opts *opts = state->input;
	struct timehist *th = &opts->timehist;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched;
		state->child_inputs[1] = &opts->sched.output;
		state->child_inputs[2] = &opts->sched;
		return 0;
	case 'w':
		th->has_wakeups = true;
		return 0;
	case 'M':
		th->has_migrations = true;
		return 0;
	case 'n':
		th->has_next = true;
		return 0;
	case 'V':
		th->has_cpus = true;
		return 0;
	case 's':
		th->has_lines = false;
		th->has_summary = true;
		return 0;
	case 'S':
		th->has_summary = true;
		return 0;
	case OPTION_STATE:
		th->has_state = true;
		return 0;
	case OPTION_PRECISE:
		th->is_precise = true;
		return 0;
	case ARGP_KEY_END:
		sched_cmd_choose(&opts->sched, state, columns);
		if (opts->sched.output.columns) {
			th->has_lines = false;
			th->has_summary = true;
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &sched_argp, 0, NULL, 0 }, { &output_long_argp, 0, NULL, 0 },
	{ &sched_top_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show every switch: how long the task that ran had waited, and ran.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched timehist -w -M --time 1,1.01 -i r.data\n"
	       "    ipcprobe sched timehist --precise -- make",
	.children = children,
};

static void print_head(const void *arg)
{
	const struct timehist_opts *opts = arg;

	timehist_print_head(&opts->timehist);
}

static int print_sums(const struct model *model, const void *arg)
{
	const struct timehist_opts *opts = arg;

	return timehist_print(model, &opts->timehist);
}

int cmd_sched_timehist(int argc, char **argv)
{
	struct timehist_opts opts = { 0 };
	int status;

	sched_cmd_init(&opts.sched, print_sums, &opts);
	opts.sched.begin = print_head;
	opts.sched.watch = &opts.timehist.watch;
	if (timehist_init(&opts.timehist, &opts.sched.model, &opts.sched.view))
		return sched_cmd_no_memory();
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	if (opts.timehist.is_precise)
		opts.sched.what |= MODEL_WAITS;
	status = sched_cmd_run(&opts.sched);
	timehist_deinit(&opts.timehist);
	return status;
}
