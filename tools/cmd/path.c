// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe path: where the time until a task's end went, across tasks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/sched_common.h"
#include "view/chain.h"

enum { OPTION_TASK = 0x200, OPTION_LINKS };

static const struct argp_option options[] = {
	{ "task", OPTION_TASK, "TASK", 0,
	  "Follow this task, given by its number or name, not the recorded command", 0 },
	{ "links", OPTION_LINKS, NULL, 0, "Show each link of the chain instead of sums", 0 },
	{ 0 }
};

/**
 * struct path_opts - the command
 * @steps: what all tasks did
 * @tid: number of the task to follow, 0 = none given
 * @name: its name instead, NULL = none given
 * @has_links: --links
 * @nr_found: set to the number of such tasks that were recorded in the time
 */
struct path_opts {
	struct sched_cmd sched;
	struct steps steps;
	uint32_t tid;
	const char *name;
	bool has_links;
	uint32_t *nr_found;
};

static void choose_table(struct path_opts *opts, struct argp_state *state)
{
	const struct output_table sums = { .columns = view_chain_columns };
	const struct output_table links = { .columns = view_link_columns };

	sched_cmd_choose(&opts->sched, state, opts->has_links ? &links : &sums);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct path_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->sched.source;
		state->child_inputs[1] = &opts->sched;
		state->child_inputs[2] = &opts->sched.output;
		return 0;
	case OPTION_TASK:
		option_task(state, arg, &opts->tid, &opts->name);
		if (!opts->tid && !opts->name)
			argp_error(state, "--task: the idle task has no path");
		return 0;
	case OPTION_LINKS:
		opts->has_links = true;
		return 0;
	case ARGP_KEY_END:
		choose_table(opts, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &source_argp, 0, NULL, 0 }, { &sched_top_argp, 0, NULL, 0 },
	{ &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Show the critical path to a task's end: who ran, who was in the way, who woke whom.\n"
	       "\vExamples:\n"
	       "    ipcprobe path -- sh -c 'zcat log.gz | sort | uniq -c'\n"
	       "    ipcprobe path --task 1234 --time mark:begin,mark:end -i r.data",
	.children = children,
};

static bool is_task(const struct path_opts *opts, const struct task *task)
{
	if (opts->name)
		return task_is_named(task, opts->name);
	return task->tid == opts->tid;
}

/*
 * Returns the task to follow: of several with a number that was used again, the one
 * that was seen last; 0: none.  @nr: number of tasks with this number or name.
 */
static uint32_t find_task(const struct model *model, const struct path_opts *opts, uint32_t *nr)
{
	uint64_t last_ns = 0;
	uint32_t i, found = 0;

	*nr = 0;
	for (i = 1; i < model->tasks.task.nr; i++) {
		const struct step_line *line = steps_of(&opts->steps, i);

		if (!line->nr || !is_task(opts, task_at(&model->tasks, i)))
			continue;
		(*nr)++;
		if (line->step[line->nr - 1].until_ns >= last_ns) {
			last_ns = line->step[line->nr - 1].until_ns;
			found = i;
		}
	}
	return found;
}

static int print_chain(const struct model *model, const struct path_opts *opts,
		       const struct chain *chain, uint32_t task)
{
	struct chain_sums sums;
	const struct view_chain view = {
		.runq = &opts->sched.view, .chain = chain, .sums = &sums, .task = task,
		.has_links = opts->has_links,
	};
	int err = chain_sums_init(&sums, chain, &opts->steps, &model->tasks);

	if (!err)
		err = opts->sched.source.json ? view_chain_json(model, &view) :
						view_chain_print(model, &view);
	chain_sums_deinit(&sums);
	return err;
}

/* Follows the task from its begin, or that of the figures, to its end, or theirs. */
static int follow_task(const struct model *model, const struct path_opts *opts, uint32_t task,
		       struct chain *chain)
{
	const struct step_line *line = steps_of(&opts->steps, task);
	uint64_t from_ns = line->from_ns, until_ns = opts->steps.end_ns;

	if (from_ns < model->from_ns)
		from_ns = model->from_ns;
	if (from_ns < model->sched.from_ns)
		from_ns = model->sched.from_ns;
	if (task_at(&model->tasks, task)->has_exited)
		until_ns = line->step[line->nr - 1].until_ns;
	return chain_follow(chain, &opts->steps, task, from_ns, until_ns);
}

static int print_path(const struct model *model, const void *arg)
{
	const struct path_opts *opts = arg;
	struct chain chain = { 0 };
	uint32_t nr, task = find_task(model, opts, &nr);
	int err = 0;

	*opts->nr_found = nr;
	if (opts->name && nr > 1)
		return 0;
	if (task)
		err = follow_task(model, opts, task, &chain);
	if (!err && chain.nr)
		err = print_chain(model, opts, &chain, task);
	else
		*opts->nr_found = 0;
	chain_deinit(&chain);
	return err;
}

/* Returns the number of the task to follow if the user named none; 0: it is not known. */
static uint32_t usual_tid(const struct sched_cmd *cmd, const struct reader_info *info)
{
	if (cmd->source.scope.pids.nr == 1)
		return cmd->source.scope.pids.pid[0];
	if (cmd->source.scope.pids.nr)
		return 0;
	if (info->workload_pid)
		return info->workload_pid;
	return strchr(info->pids, ',') ? 0 : strtoul(info->pids, NULL, 10);
}

static int look_at(struct sched_cmd *cmd, const struct reader_info *info)
{
	struct path_opts *opts = (struct path_opts *)cmd->arg;

	if (opts->tid || opts->name)
		return CMD_OK;
	opts->tid = usual_tid(cmd, info);
	if (opts->tid)
		return CMD_OK;
	fprintf(stderr, "ipcprobe: path: the recording is not of one command or process: name a task with --task\n");
	return CMD_FAILED;
}

int cmd_path(int argc, char **argv)
{
	const struct output_table columns[] = {
		{ "without --links", view_chain_columns, NULL },
		{ "with --links", view_link_columns, NULL },
		{ 0 }
	};
	struct path_opts opts = { 0 };
	uint32_t nr_found = 1;
	int status;

	sched_cmd_init(&opts.sched, print_path, &opts);
	opts.sched.what |= MODEL_WAITS;
	opts.sched.look = look_at;
	opts.sched.watch = &opts.steps.watch;
	opts.nr_found = &nr_found;
	if (steps_init(&opts.steps))
		return sched_cmd_no_memory();
	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &opts, columns);
	status = sched_cmd_run(&opts.sched);
	steps_deinit(&opts.steps);
	if (status || nr_found == 1 || (nr_found && !opts.name))
		return status;
	if (nr_found)
		fprintf(stderr, "ipcprobe: path: %u tasks are named '%s': give the number of one, of 'ipcprobe sched stat'\n",
			nr_found, opts.name);
	else
		fprintf(stderr, "ipcprobe: path: nothing is known of such a task in this time: see 'ipcprobe sched stat'\n");
	return CMD_FAILED;
}
