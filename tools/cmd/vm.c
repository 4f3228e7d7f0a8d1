// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe vm: address spaces, and what they share.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/report.h"
#include "view/vm.h"
#include "vm/sample.h"

enum { OPTION_WRITTEN = 0x200, OPTION_TOUCHED, OPTION_TOP };

static const struct argp_option options[] = {
	{ "pid", 'p', "PIDS", 0, "Processes, the same as without -p", 0 },
	{ "json", 'J', NULL, 0, "Write JSON", 0 },
	{ "written", OPTION_WRITTEN, "SECONDS", 0,
	  "Show which pages of shared mappings are written within this time", 0 },
	{ "touched", OPTION_TOUCHED, "SECONDS", 0,
	  "Show how much of shared mappings is read or written within this time", 0 },
	{ "top", OPTION_TOP, "N", 0, "Show so many objects of several processes, 0 = all (default: 20)",
	  0 },
	{ 0 }
};

enum { TABLE_ONE, TABLE_SEVERAL, TABLE_WATCHED };

static const struct output_table columns[] = {
	[TABLE_ONE] = { "of one process", view_vm_columns, &view_vm_usual },
	[TABLE_SEVERAL] = { "of several processes", view_share_columns, &view_share_usual },
	[TABLE_WATCHED] = { "with --written or --touched", view_watch_columns,
			    &view_watch_usual },
	{ 0 }
};

typedef int print_sample(const struct vm_sample *sample, const struct view_vm *view);

static print_sample *const print[] = {
	[TABLE_ONE] = view_vm_print, [TABLE_SEVERAL] = view_share_print,
	[TABLE_WATCHED] = view_watch_print,
};

struct vm_opts {
	struct pid_list pids;
	struct view_vm view;
	struct output_opts output;
	unsigned int table;
	enum vm_watch watch;
	uint64_t interval_ns;
	bool is_json;
};

static void add_pids(struct vm_opts *opts, const char *word, struct argp_state *state)
{
	struct pid_list more;

	option_pids(state, word, &more);
	for (uint32_t i = 0; i < more.nr; i++) {
		if (pid_list_has(&opts->pids, more.pid[i]))
			continue;
		if (opts->pids.nr == VM_PROCS_MAX)
			argp_error(state, "more than %u processes", VM_PROCS_MAX);
		opts->pids.pid[opts->pids.nr++] = more.pid[i];
	}
}

static void set_watch(struct vm_opts *opts, enum vm_watch watch, const char *name,
		      const char *word, struct argp_state *state)
{
	if (opts->watch != WATCH_NONE && opts->watch != watch)
		argp_error(state, "--written and --touched: one of them");
	opts->watch = watch;
	option_interval(state, name, word, &opts->interval_ns);
}

static void choose_table(struct vm_opts *opts, struct argp_state *state)
{
	if (!opts->pids.nr)
		argp_error(state, "which processes? Give their numbers");
	opts->table = opts->watch != WATCH_NONE ? TABLE_WATCHED :
		      opts->pids.nr > 1 ? TABLE_SEVERAL : TABLE_ONE;
	opts->view.table = *columns[opts->table].usual;
	output_choose(state, &opts->output, opts->is_json, &columns[opts->table],
		      &opts->view.table);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct vm_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->output;
		state->child_inputs[1] = &opts->output;
		return 0;
	case 'p':
	case ARGP_KEY_ARG:
		add_pids(opts, arg, state);
		return 0;
	case 'J':
		opts->is_json = true;
		return 0;
	case OPTION_TOP:
		option_count(state, "--top", arg, 0, &opts->view.top);
		return 0;
	case OPTION_WRITTEN:
		set_watch(opts, WATCH_WRITTEN, "--written", arg, state);
		return 0;
	case OPTION_TOUCHED:
		set_watch(opts, WATCH_TOUCHED, "--touched", arg, state);
		return 0;
	case ARGP_KEY_END:
		choose_table(opts, state);
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
	.args_doc = "PID...",
	.doc = "Show the address space of a process; of several, what they share, page by page, and why.\n"
	       "\vExamples:\n"
	       "    ipcprobe vm 1234\n"
	       "    ipcprobe vm --top 5 1234 1235\n"
	       "    ipcprobe vm --written 0.5 1234 1235\n"
	       "    ipcprobe vm --columns SIZE,WHAT,BACKING 1234",
	.children = children,
};

static const char *error_reason(const struct vm_opts *opts, int err)
{
	switch (-err) {
	case ESRCH:
		return "there is no such process, or it ended or ran another program meanwhile";
	case ENXIO:
		return "has no address space: a kernel thread, or it has ended";
	case EACCES:
	case EPERM:
		return "not allowed: that takes its owner, or CAP_SYS_PTRACE";
	case EBADMSG:
		return "/proc/PID/smaps: not understood";
	case EOPNOTSUPP:
		return opts->watch == WATCH_WRITTEN ?
		       "--written: this kernel does not tell (CONFIG_MEM_SOFT_DIRTY): try --touched" :
		       strerror(EOPNOTSUPP);
	default:
		return strerror(-err);
	}
}

static int print_failure(const struct vm_opts *opts, const struct vm_sample *sample, int err)
{
	if (sample->concerned)
		fprintf(stderr, "ipcprobe: process %u: %s\n", sample->concerned,
			error_reason(opts, err));
	else
		fprintf(stderr, "ipcprobe: %s\n", error_reason(opts, err));
	return CMD_FAILED;
}

static int show_sample(const struct vm_opts *opts, const struct vm_sample *sample)
{
	return opts->is_json ? view_vm_json(sample) : print[opts->table](sample, &opts->view);
}

int cmd_vm(int argc, char **argv)
{
	struct vm_opts opts = { .view.top = VIEW_SHARE_TOP };
	struct vm_sample sample;
	int err;

	output_parse(&argp, argc, argv, 0, &opts, columns);
	if (output_open(&opts.output))
		return CMD_FAILED;
	err = vm_sample_init(&sample, &opts.pids, opts.watch, opts.interval_ns);
	if (!err) {
		sample.concerned = 0;
		err = show_sample(&opts, &sample);
	}
	if (err && !report_has_failed())
		err = print_failure(&opts, &sample, err);
	vm_sample_deinit(&sample);
	return err;
}
