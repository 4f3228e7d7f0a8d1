// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched explain: why a task ran when and where it did.
 */
#include <stdio.h>

#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/explain.h"

#define NR_WORST	10U	/* if the user gives no number */

enum { OPTION_AT = 0x200, OPTION_TASK, OPTION_WORST };

static const struct argp_option options[] = {
	{ "at", OPTION_AT, "TIME", 0,
	  "Explain each CPU's last switch by then, in seconds since the start; @TIME: by the clock",
	  0 },
	{ "task", OPTION_TASK, "TASK", 0,
	  "Explain each switch to this task, given by its number or name, and its wake-ups", 0 },
	{ "worst", OPTION_WORST, "N", 0,
	  "Explain the N longest delays, after a wake-up or a preemption (default: 10)", 0 },
	{ 0 }
};

static const struct output_table columns[] = { { "of rules", view_picks_columns, NULL }, { 0 } };

struct explain_opts {
	struct sched_cmd sched;
	struct explain explain;
	uint32_t nr_worst;
	unsigned int nr_modes;
	struct option_instant at;
	const char *task;	/* as the user gave it */
	bool *is_unknown;	/* set if no task with this name was recorded */
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct explain_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched;
		state->child_inputs[1] = &opts->sched.output;
		return 0;
	case OPTION_AT:
		option_at(state, arg, &opts->at);
		opts->explain.mode = EXPLAIN_AT;
		opts->nr_modes++;
		return 0;
	case OPTION_TASK:
		opts->task = arg;
		option_task(state, arg, &opts->explain.tid, &opts->explain.name);
		opts->explain.mode = EXPLAIN_TASK;
		opts->nr_modes++;
		return 0;
	case OPTION_WORST:
		option_count(state, "--worst", arg, 1, &opts->nr_worst);
		opts->nr_modes++;
		return 0;
	case ARGP_KEY_END:
		if (opts->nr_modes > 1)
			argp_error(state, "--at, --task and --worst: one of them");
		sched_cmd_choose(&opts->sched, state, columns);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &sched_argp, 0, NULL, 0 }, { &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Explain why a task ran when and where it did: who competed, and what rule chose.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched explain --worst 3 -- hackbench\n"
	       "    ipcprobe sched explain --at 1.25 -i r.data",
	.children = children,
};

/* Leaves out records after the instant that the user asks for. */
static int set_instant(struct explain_opts *opts, const struct reader_info *info)
{
	uint64_t at_ns;

	if (source_find_instant(&opts->at, info, &at_ns))
		return CMD_USAGE;
	opts->sched.source.window.until = (struct moment){ .ns = at_ns - info->start_ns + 1 };
	return CMD_OK;
}

static int look_at_recording(struct sched_cmd *cmd, const struct reader_info *info)
{
	struct explain_opts *opts = (struct explain_opts *)cmd;

	opts->explain.cache = info->caches;
	opts->explain.start_ns = info->start_ns;
	return opts->explain.mode == EXPLAIN_AT ? set_instant(opts, info) : CMD_OK;
}

static int print_explain(const struct model *model, const void *arg)
{
	const struct explain_opts *opts = arg;

	*opts->is_unknown = opts->explain.mode == EXPLAIN_TASK &&
			    !explain_knows_task(&opts->explain);
	if (*opts->is_unknown) {
		fprintf(stderr, "ipcprobe: --task: no task '%s' was recorded\n", opts->task);
		return 0;
	}
	return opts->sched.source.json ? view_explain_json(model, &opts->explain) :
					 view_explain_print(model, &opts->explain,
							    &opts->sched.view.columns);
}

static int run_explain(struct explain_opts *opts)
{
	struct explain *explain = &opts->explain;
	bool is_unknown = false;
	int status;

	explain->show = opts->sched.source.json ? view_explain_case_json : view_explain_case;
	explain->show_wakeup = opts->sched.source.json ? view_explain_wakeup_json :
							 view_explain_wakeup;
	if (opts->sched.output.columns) {
		explain->show = NULL;
		explain->show_wakeup = NULL;
	}
	if (explain->mode == EXPLAIN_WORST && explain_keep(explain, opts->nr_worst))
		return sched_cmd_no_memory();
	opts->is_unknown = &is_unknown;
	status = sched_cmd_run(&opts->sched);
	return is_unknown && !status ? CMD_USAGE : status;
}

int cmd_sched_explain(int argc, char **argv)
{
	struct explain_opts opts = { .nr_worst = NR_WORST };
	int status;

	sched_cmd_init(&opts.sched, print_explain, &opts);
	opts.sched.what |= MODEL_PICKS | MODEL_WAITS;
	opts.sched.source.classes = OPTION_CLASSES_DEFAULT | 1U << IPCPROBE_CLASS_PICK;
	opts.sched.source.needs = MODEL_PICKS_CLASSES;
	opts.sched.look = look_at_recording;
	opts.sched.watch = &opts.explain.watch;
	if (explain_init(&opts.explain, &opts.sched.model, &opts.sched.source.scope))
		return sched_cmd_no_memory();
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	status = run_explain(&opts);
	explain_deinit(&opts.explain);
	return status;
}
