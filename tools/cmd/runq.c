// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe runq: which tasks were on each CPU's run queue.
 */
#include <argp.h>

#include "cmd/analysis.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/picture.h"
#include "view/runq.h"
#include "view/svg/chart.h"
#include "watch/chart.h"

enum { OPTION_MAP = 0x200, OPTION_AT, OPTION_TOP, OPTION_WIDTH };

static const struct argp_option options[] = {
	{ "map", OPTION_MAP, NULL, 0, "Show a timeline: who ran on each CPU, and its queue", 0 },
	{ "at", OPTION_AT, "TIME", 0,
	  "Show every queue at this instant, in seconds since the start; @TIME: by the clock", 0 },
	{ "top", OPTION_TOP, "N", 0, "Show so many tasks, 0 = all (default: 20, with -J all)", 0 },
	{ "width", OPTION_WIDTH, "N", 0, "Columns of the timeline (default: the terminal's)", 0 },
	{ 0 }
};

enum { TABLE_TASKS, TABLE_AT };

static const struct output_table columns[] = {
	[TABLE_TASKS] = { "of tasks", view_runq_columns, NULL },
	[TABLE_AT] = { "with --at", view_at_columns, NULL },
	{ 0 }
};

struct runq_opts {
	struct source_opts source;
	struct output_opts output;
	struct view_runq view;
	struct picture picture;
	bool has_top;
	bool is_map;
	struct option_instant at;
};

static void end_options(struct runq_opts *opts, struct argp_state *state)
{
	if (opts->output.columns && (opts->is_map || opts->picture.path || opts->source.json))
		argp_error(state, "--columns: without --map, --svg, -J");
	if (opts->view.width && !opts->is_map)
		argp_error(state, "--width: with --map only");
	if (opts->is_map && opts->at.is_given)
		argp_error(state, "--map and --at: one of them");
	if (opts->picture.path && (opts->at.is_given || opts->source.json))
		argp_error(state, "--svg, --at and -J: one of them");
	if (opts->picture.path && opts->source.output)
		argp_error(state, "--svg and -o: one of them");
	output_choose(state, &opts->output, false, &columns[opts->at.is_given ? TABLE_AT : TABLE_TASKS],
		      &opts->view.columns);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct runq_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->source;
		state->child_inputs[1] = &opts->picture;
		state->child_inputs[2] = &opts->output;
		return 0;
	case OPTION_MAP:
		opts->is_map = true;
		return 0;
	case OPTION_AT:
		option_at(state, arg, &opts->at);
		return 0;
	case OPTION_TOP:
		option_count(state, "--top", arg, 0, &opts->view.top);
		opts->has_top = true;
		return 0;
	case OPTION_WIDTH:
		option_count(state, "--width", arg, 1, &opts->view.width);
		return 0;
	case ARGP_KEY_END:
		end_options(opts, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &source_cpus_argp, 0, NULL, 0 }, { &picture_argp, 0, NULL, 0 },
	{ &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show run queues: who ran, who was queued, for how long; wake-up latencies.\n"
	       "\vExamples:\n"
	       "    ipcprobe runq -- make -j4\n"
	       "    ipcprobe runq --at 1.25 -i r.data\n"
	       "    ipcprobe runq --svg queues.svg --time 1,1.5 -i r.data",
	.children = children,
};

static int print_queues(const struct model *model, const void *view)
{
	const struct runq_opts *opts = view;

	if (opts->at.is_given)
		return opts->source.json ? view_at_json(model, &opts->view) :
					   view_at_print(model, &opts->view);
	if (opts->is_map)
		return opts->source.json ? view_map_json(model, &opts->view) :
					   view_map_print(model, &opts->view);
	return opts->source.json ? view_runq_json(model, &opts->view) :
				   view_runq_print(model, &opts->view);
}

static int show_queues(const struct runq_opts *opts, struct reader *r)
{
	struct model model;
	struct analysis analysis = {
		.source = &opts->source,
		.reader = r,
		.model = &model,
		.what = MODEL_RUNQ | (opts->is_map ? MODEL_TIMELINE : 0),
		.until_ns = opts->at.is_given ? opts->view.at_ns + 1 :
					  source_until_ns(&opts->source, r),
		.print = print_queues,
		.view = opts,
	};

	return analysis_run(&analysis);
}

/* ---- --svg ---- */

struct queues_picture {
	struct chart chart;
	struct sched_watch watch;
};

static int begin_chart(void *arg, const struct scope *scope, uint64_t from_ns, uint64_t until_ns)
{
	struct queues_picture *picture = arg;

	picture->watch = chart_watch(&picture->chart);
	return chart_init(&picture->chart, scope, from_ns, until_ns);
}

static int write_chart(void *arg, FILE *out, const struct model *model, uint64_t start_ns)
{
	struct queues_picture *picture = arg;

	return view_svg_write(out, model, &picture->chart, start_ns);
}

static void end_chart(void *arg)
{
	struct queues_picture *picture = arg;

	chart_deinit(&picture->chart);
}

static int draw_queues(struct runq_opts *opts)
{
	struct queues_picture queues;
	struct picture_drawing drawing = {
		.what = MODEL_RUNQ, .watch = &queues.watch, .begin = begin_chart,
		.write = write_chart, .end = end_chart, .arg = &queues,
	};

	return picture_write(&opts->picture, &drawing, &opts->source);
}

int cmd_runq(int argc, char **argv)
{
	struct runq_opts opts = {
		.source = SOURCE_OPTS_INIT,
		.view = { .scope = &opts.source.scope },
	};
	struct reader *r;

	opts.source.classes = 1U << IPCPROBE_CLASS_TASK | 1U << IPCPROBE_CLASS_SCHED;
	opts.source.needs = 1U << IPCPROBE_CLASS_SCHED;
	opts.source.needs_history = true;
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	if (!opts.has_top && !opts.source.json)
		opts.view.top = VIEW_RUNQ_TOP;
	if (!opts.view.width)
		opts.view.width = view_map_width();
	if (opts.picture.path)
		return draw_queues(&opts);
	if (source_open(&opts.source, &r))
		return CMD_FAILED;
	opts.view.start_ns = reader_info(r)->start_ns;
	if (opts.at.is_given &&
	    source_find_instant(&opts.at, reader_info(r), &opts.view.at_ns)) {
		source_close(&opts.source, r, 0);
		return CMD_USAGE;
	}
	return source_close(&opts.source, r, show_queues(&opts, r));
}
