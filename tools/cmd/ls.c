// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe ls: the IPC objects that exist now, with their holders.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/live_report.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/report.h"
#include "lib/array.h"
#include "view/ipc_limits.h"
#include "view/ls.h"

static const struct argp_option options[] = {
	{ "type", 't', "TYPE[,TYPE...]", 0, "Show objects of these types only", 0 },
	{ "pid", 'p', "PID[,PID...]", 0,
	  "Show objects only that one of these processes holds or waits for", 0 },
	{ "limits", 'l', NULL, 0,
	  "Show the limits of SysV IPC and POSIX message queues instead, and what is used", 0 },
	{ "json", 'J', NULL, 0, "Write JSON, of all columns unless --columns is given", 0 },
	{ 0 }
};

enum { TABLE_OBJECTS, TABLE_LIMITS };

static const struct output_table columns[] = {
	[TABLE_OBJECTS] = { NULL, view_ls_columns, &view_ls_usual },
	[TABLE_LIMITS] = { "with --limits", view_limits_columns, NULL },
	{ 0 }
};

struct ls_opts {
	struct view_ls view;
	struct output_opts output;
	struct table_view limits;
	bool has_types;
	bool is_json;
	bool is_limits;
};

/* "a, b, c" */
static char *join_names(const char *(*name)(unsigned int i), unsigned int nr)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (unsigned int i = 0; i < nr; i++)
		fprintf(out, "%s%s", i ? ", " : "", name(i));
	fclose(out);
	return text;
}

static const char *type_name(unsigned int i)
{
	return live_type_name(i);
}

static void parse_types(struct ls_opts *opts, const char *arg, struct argp_state *state)
{
	char *known;

	opts->has_types = true;
	if (!live_types_parse(arg, &opts->view.types))
		return;
	known = join_names(type_name, LIVE_NR_TYPES);
	argp_error(state, "-t '%s': not a list of types: there are %s", arg, known ?: "?");
	free(known);
}

static struct table_view all_columns(void)
{
	struct table_view view = { .nr = 0 };

	for (; view.nr < LIVE_NR_COLUMNS; view.nr++)
		view.column[view.nr] = view.nr;
	return view;
}

static void end_options(struct ls_opts *opts, struct argp_state *state)
{
	if (opts->is_limits && (opts->has_types || opts->view.pids.nr))
		argp_error(state, "-l: goes with neither -t nor -p");
	if (opts->is_limits && opts->is_json && opts->output.columns)
		argp_error(state, "-l --columns: without -J");
	if (opts->is_json)
		opts->view.columns = all_columns();
	if (opts->is_limits)
		output_choose(state, &opts->output, false, &columns[TABLE_LIMITS], &opts->limits);
	else
		output_choose(state, &opts->output, false, &columns[TABLE_OBJECTS],
			      &opts->view.columns);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct ls_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->output;
		state->child_inputs[1] = &opts->output;
		return 0;
	case 't':
		parse_types(opts, arg, state);
		return 0;
	case 'p':
		option_pids(state, arg, &opts->view.pids);
		return 0;
	case 'l':
		opts->is_limits = true;
		return 0;
	case 'J':
		opts->is_json = true;
		return 0;
	case ARGP_KEY_ARG:
		option_no_words(state, arg);
		return 0;
	case ARGP_KEY_END:
		end_options(opts, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &output_file_argp, 0, NULL, 0 }, { &output_table_argp, 0, NULL, 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "List the IPC objects that exist now: who holds them, what is in them, who waits.\n"
	       "\vExamples:\n"
	       "    ipcprobe ls -t pipe,unix\n"
	       "    ipcprobe ls -p 1234 --columns TYPE,NAME,USED,WAITERS\n"
	       "    ipcprobe ls -l",
	.children = children,
};

static void say_if_none(const struct live *live, const struct view_ls *view)
{
	uint32_t *list = view_ls_sorted(live, view);

	if (list && !list[0] && view->pids.nr)
		fprintf(stderr, "ipcprobe: ls: no such object is held or waited for by %s\n",
			view->pids.nr > 1 ? "these processes" : "this process");
	free(list);
}

static int list_objects(const struct ls_opts *opts)
{
	struct live live;
	int err = live_init(&live);

	if (err)
		return err;
	err = live_read(&live, opts->view.types);
	if (!err)
		err = opts->is_json ? view_ls_json(&live, &opts->view) :
				      view_ls_print(&live, &opts->view);
	live_print_gaps(&live, opts->view.types);
	if (!err)
		say_if_none(&live, &opts->view);
	live_deinit(&live);
	return err;
}

static int list_limits(const struct ls_opts *opts)
{
	struct live_limit limit[LIVE_NR_LIMITS];

	live_limits_read(limit);
	return opts->is_json ? view_limits_json(limit) :
			       view_limits_print(limit, &opts->limits);
}

int cmd_ls(int argc, char **argv)
{
	struct ls_opts opts = { .view = { .types = LIVE_ALL, .columns = view_ls_usual } };
	int err;

	output_parse(&argp, argc, argv, 0, &opts, columns);
	if (output_open(&opts.output))
		return CMD_FAILED;
	if (live_find_processes(&opts.view.pids) < opts.view.pids.nr)
		return CMD_FAILED;
	err = opts.is_limits ? list_limits(&opts) : list_objects(&opts);
	if (err && !report_has_failed())
		fprintf(stderr, "ipcprobe: ls: %s\n", strerror(-err));
	return err ? CMD_FAILED : CMD_OK;
}
