// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched map: which task ran on each CPU, switch by switch or as a
 * timeline, or a picture of what each task did.
 */
#include "cmd/options.h"
#include "cmd/picture.h"
#include "cmd/sched_common.h"
#include "view/svg/lifeline.h"
#include "view/switches.h"
#include "watch/lifeline.h"

enum { OPTION_TIMELINE = 0x200, OPTION_WIDTH };

static const struct argp_option options[] = {
	{ "timeline", OPTION_TIMELINE, NULL, 0,
	  "Show a timeline: who ran longest in each slot, and the queue", 0 },
	{ "width", OPTION_WIDTH, "N", 0, "Columns of the timeline (default: the terminal's)", 0 },
	{ 0 }
};

struct map_opts {
	struct sched_cmd sched;
	struct switches switches;
	struct picture picture;
	bool is_timeline;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct map_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched;
		state->child_inputs[1] = &opts->sched;
		state->child_inputs[2] = &opts->picture;
		return 0;
	case OPTION_TIMELINE:
		opts->is_timeline = true;
		return 0;
	case OPTION_WIDTH:
		option_count(state, "--width", arg, 1, &opts->sched.view.width);
		return 0;
	case ARGP_KEY_END:
		if (opts->picture.path && opts->sched.source.json)
			argp_error(state, "--svg and -J: one of them");
		if (opts->picture.path && opts->sched.source.output)
			argp_error(state, "--svg and -o: one of them");
		if (opts->sched.has_top && !opts->picture.path)
			argp_error(state, "--top: with --svg only");
		if (opts->sched.view.width && !opts->is_timeline)
			argp_error(state, "--width: with --timeline only");
		if (opts->is_timeline && opts->picture.path)
			argp_error(state, "--timeline and --svg: one of them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &sched_argp, 0, NULL, 0 }, { &sched_top_argp, 0, NULL, 0 }, { &picture_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show who ran on each CPU, switch by switch or as a timeline, or what each task did as a picture.\n"
	       "\vExamples:\n"
	       "    ipcprobe sched map --svg tasks.svg -p 712 -i r.data\n"
	       "    ipcprobe sched map --time 1,1.01 -i r.data\n"
	       "    ipcprobe sched map --timeline -- make",
	.children = children,
};

static int print_map(const struct model *model, const void *arg)
{
	const struct map_opts *opts = arg;

	if (!opts->is_timeline)
		return switches_print(model, &opts->switches);
	return opts->sched.source.json ? view_map_json(model, &opts->sched.view) :
					 view_map_print(model, &opts->sched.view);
}

/* ---- --svg ---- */

/* the picture of tasks, and how many tasks it shows */
struct tasks_picture {
	struct lifelines lines;
	struct sched_watch watch;
	uint32_t top;
};

static int begin_lines(void *arg, const struct scope *scope, uint64_t from_ns, uint64_t until_ns)
{
	struct tasks_picture *picture = arg;

	picture->watch = lifelines_watch(&picture->lines);
	return lifelines_init(&picture->lines, scope, from_ns, until_ns);
}

static int write_lines(void *arg, FILE *out, const struct model *model, uint64_t start_ns)
{
	const struct tasks_picture *picture = arg;

	return view_lifeline_write(out, model, &picture->lines, picture->top, start_ns);
}

static void end_lines(void *arg)
{
	struct tasks_picture *picture = arg;

	lifelines_deinit(&picture->lines);
}

static int draw_tasks(struct map_opts *opts)
{
	struct tasks_picture tasks = {
		.top = opts->sched.has_top ? opts->sched.view.top : VIEW_RUNQ_TOP,
	};
	struct picture_drawing drawing = {
		.what = MODEL_RUNQ | MODEL_WAITS, .watch = &tasks.watch, .begin = begin_lines,
		.write = write_lines, .end = end_lines, .arg = &tasks,
	};

	opts->sched.source.classes |= MODEL_WAITS_CLASSES;
	return picture_write(&opts->picture, &drawing, &opts->sched.source);
}

static int run_map(struct map_opts *opts)
{
	if (opts->picture.path)
		return draw_tasks(opts);
	if (opts->is_timeline) {
		opts->sched.what |= MODEL_TIMELINE;
		if (!opts->sched.view.width)
			opts->sched.view.width = view_map_width();
	} else {
		opts->sched.watch = &opts->switches.watch;
	}
	return sched_cmd_run(&opts->sched);
}

int cmd_sched_map(int argc, char **argv)
{
	struct map_opts opts = { 0 };
	int status;

	sched_cmd_init(&opts.sched, print_map, &opts);
	if (switches_init(&opts.switches, &opts.sched.model, &opts.sched.view))
		return sched_cmd_no_memory();
	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts);
	status = run_map(&opts);
	switches_deinit(&opts.switches);
	return status;
}
