// SPDX-License-Identifier: GPL-2.0
/*
 * Code that the commands of "ipcprobe sched" share.
 */
#include "cmd/sched_common.h"

#include <stdio.h>

#include "cmd/analysis.h"
#include "cmd/options.h"

static error_t parse_source(int key, char *arg, struct argp_state *state)
{
	struct sched_cmd *cmd = state->input;

	(void)arg;
	if (key != ARGP_KEY_INIT)
		return ARGP_ERR_UNKNOWN;
	state->child_inputs[0] = &cmd->source;
	return 0;
}

static const struct argp_child source_child[] = { { &source_cpus_argp, 0, NULL, 0 }, { 0 } };

const struct argp sched_argp = { .parser = parse_source, .children = source_child };

enum { OPTION_TOP = 0x300 };

static const struct argp_option top_options[] = {
	{ "top", OPTION_TOP, "N", 0, "Show so many lines, 0 = all (default: 20, with -J all)", 0 },
	{ 0 }
};

static error_t parse_top(int key, char *arg, struct argp_state *state)
{
	struct sched_cmd *cmd = state->input;

	if (key != OPTION_TOP)
		return ARGP_ERR_UNKNOWN;
	option_count(state, "--top", arg, 0, &cmd->view.top);
	cmd->has_top = true;
	return 0;
}

const struct argp sched_top_argp = { .options = top_options, .parser = parse_top };

/**
 * sched_cmd_choose - parse --columns, when all options are known
 * @cmd: the command
 * @state: state of the parser
 * @table: the table that will be shown
 */
void sched_cmd_choose(struct sched_cmd *cmd, struct argp_state *state,
		      const struct output_table *table)
{
	output_choose(state, &cmd->output, cmd->source.json, table, &cmd->view.columns);
}

void sched_cmd_init(struct sched_cmd *cmd,
		    int (*print)(const struct model *model, const void *arg), const void *arg)
{
	*cmd = (struct sched_cmd){
		.source = SOURCE_OPTS_INIT, .what = MODEL_RUNQ, .print = print, .arg = arg,
	};
	cmd->source.classes = 1U << IPCPROBE_CLASS_TASK | 1U << IPCPROBE_CLASS_SCHED;
	cmd->source.needs = 1U << IPCPROBE_CLASS_SCHED;
	cmd->source.needs_history = true;
	cmd->view.scope = &cmd->source.scope;
}

/**
 * sched_cmd_run - record or read, then print
 * @cmd: the command, with its options parsed
 *
 * Return: the exit status.
 */
int sched_cmd_run(struct sched_cmd *cmd)
{
	struct analysis analysis = {
		.source = &cmd->source,
		.model = &cmd->model,
		.what = cmd->what,
		.watch = cmd->watch,
		.print = cmd->print,
		.view = cmd->arg,
	};
	int status;

	if (cmd->what & MODEL_WAITS)
		cmd->source.classes |= MODEL_WAITS_CLASSES;
	if (!cmd->has_top && !cmd->source.json)
		cmd->view.top = VIEW_RUNQ_TOP;
	cmd->view.is_json = cmd->source.json;
	if (source_open(&cmd->source, &analysis.reader))
		return CMD_FAILED;
	status = cmd->look ? cmd->look(cmd, reader_info(analysis.reader)) : CMD_OK;
	if (status) {
		source_close(&cmd->source, analysis.reader, 0);
		return status;
	}
	cmd->view.start_ns = reader_info(analysis.reader)->start_ns;
	analysis.until_ns = source_until_ns(&cmd->source, analysis.reader);
	if (cmd->begin)
		cmd->begin(cmd->arg);
	return source_close(&cmd->source, analysis.reader, analysis_run(&analysis));
}

/* sched_cmd_no_memory - print that memory is short; returns the exit status */
int sched_cmd_no_memory(void)
{
	fprintf(stderr, "ipcprobe: no memory\n");
	return CMD_FAILED;
}
