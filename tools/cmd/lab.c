// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe lab: experiments that are recorded while they run.
 *
 * Each run is a process of its own, which executes this program again, so that
 * it is recorded like any other command.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/source.h"
#include "lab/lab.h"
#include "lib/parse.h"
#include "trace/class_list.h"
#include "trace/control.h"
#include "view/lab.h"

#define SIZE_MAX_BYTES	(1ULL << 40)
#define ROWS_MAX	16U

enum { OPTION_SIZE = 0x200, OPTION_BLOCK, OPTION_ONLY, OPTION_HOPS, OPTION_RUN, OPTION_DIR };

static const struct argp_option options[] = {
	{ "size", OPTION_SIZE, "SIZE", 0, "Size of the file (default: 16M)", 0 },
	{ "block", OPTION_BLOCK, "SIZE", 0, "Bytes handed over at once (default: 64k)", 0 },
	{ "only", OPTION_ONLY, "NAME[,NAME...]", 0, "These transports only", 0 },
	{ "hops", OPTION_HOPS, NULL, 0, "Show each hop of the way, too", 0 },
	{ "json", 'J', NULL, 0, "Write JSON", 0 },
	{ "ring-size", 'm', "SIZE", 0, "Size of each CPU's ring (default: 4M)", 0 },
	{ "run", OPTION_RUN, "NAME", OPTION_HIDDEN, NULL, 0 },
	{ "dir", OPTION_DIR, "DIR", OPTION_HIDDEN, NULL, 0 },
	{ 0 }
};

/**
 * struct lab_opts - options of the command
 * @output: options of the table
 * @columns: columns of the table; if the user named them, only it is printed
 * @run: not NULL: this process is a run of that transport
 * @dir: folder of the run
 */
struct lab_opts {
	uint64_t size;
	uint64_t block;
	const struct lab_transport *wanted[ROWS_MAX];
	uint32_t nr_wanted;
	uint32_t ring_bytes;
	bool has_hops;
	bool json;
	struct output_opts output;
	struct table_view columns;
	const char *experiment;
	const char *run;
	const char *dir;
};

static const struct output_table columns[] = { { NULL, view_lab_columns, NULL }, { 0 } };

/* ---- options ---- */

static char *names_of_all(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (size_t i = 0; lab_transports[i]; i++)
		fprintf(out, "%s%s", i ? ", " : "", lab_transports[i]->name);
	fclose(out);
	return text;
}

static void add_wanted(struct argp_state *state, struct lab_opts *opts, const char *name)
{
	const struct lab_transport *transport = lab_find(name);
	uint32_t i;

	if (!transport)
		argp_error(state, "--only: '%s' is no transport: there are %s", name,
			   names_of_all() ?: "others");
	for (i = 0; i < opts->nr_wanted; i++)
		if (opts->wanted[i] == transport)
			return;
	opts->wanted[opts->nr_wanted++] = transport;
}

static void parse_only(struct argp_state *state, struct lab_opts *opts, const char *arg)
{
	char *list = strdup(arg), *save = NULL, *name;

	if (!list)
		argp_failure(state, CMD_FAILED, ENOMEM, "--only");
	for (name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save))
		add_wanted(state, opts, name);
	free(list);
	if (!opts->nr_wanted)
		argp_error(state, "--only: no transport: there are %s", names_of_all() ?: "some");
}

static uint64_t parse_bytes(struct argp_state *state, const char *option, const char *arg,
			    uint64_t max)
{
	uint64_t value;

	if (parse_size(arg, max, &value) || !value)
		argp_error(state, "%s: '%s' is not a size from 1 to %llu bytes, such as 64k or 16M",
			   option, arg, (unsigned long long)max);
	return value;
}

static void end_options(struct argp_state *state, struct lab_opts *opts)
{
	if (!opts->experiment)
		argp_error(state, "say which experiment: there is 'copies'");
	output_choose(state, &opts->output, opts->json, columns, &opts->columns);
	if (opts->nr_wanted)
		return;
	for (size_t i = 0; lab_transports[i]; i++)
		add_wanted(state, opts, lab_transports[i]->name);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct lab_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->output;
		state->child_inputs[1] = &opts->output;
		return 0;
	case OPTION_SIZE:
		opts->size = parse_bytes(state, "--size", arg, SIZE_MAX_BYTES);
		return 0;
	case OPTION_BLOCK:
		opts->block = parse_bytes(state, "--block", arg, LAB_BLOCK_MAX);
		return 0;
	case OPTION_ONLY:
		parse_only(state, opts, arg);
		return 0;
	case OPTION_HOPS:
		opts->has_hops = true;
		return 0;
	case 'J':
		opts->json = true;
		return 0;
	case 'm':
		option_ring_bytes(state, arg, &opts->ring_bytes);
		return 0;
	case OPTION_RUN:
		opts->run = arg;
		return 0;
	case OPTION_DIR:
		opts->dir = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (opts->experiment || strcmp(arg, "copies"))
			argp_error(state, "'%s': no such experiment: there is 'copies'", arg);
		opts->experiment = arg;
		return 0;
	case ARGP_KEY_END:
		end_options(state, opts);
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
	.args_doc = "copies",
	.doc = "Hand a file over by one transport after the other, show how often it was copied.\n"
	       "\vExamples:\n"
	       "    ipcprobe lab copies --only pipe,splice --size 64M\n"
	       "    ipcprobe lab copies --hops",
	.children = children,
};

/* ---- classes that the module can record ---- */

static bool is_single(uint32_t classes)
{
	return classes && !(classes & (classes - 1));
}

/*
 * Returns the classes that have a hook of their own in the module; all classes,
 * if the module cannot be asked.
 */
static uint32_t classes_with_hooks(void)
{
	struct control_hook *hooks = NULL;
	struct control *control;
	uint32_t classes = 0;
	size_t nr = 0;

	if (control_create(&control))
		return UINT32_MAX;
	if (control_get_hooks(control, &hooks, &nr))
		classes = UINT32_MAX;
	for (size_t i = 0; i < nr; i++)
		if (is_single(hooks[i].classes))
			classes |= hooks[i].classes;
	free(hooks);
	control_destroy(control);
	return classes;
}

/* ---- runs ---- */

/* Records this program while it does the run; returns the reader, or NULL. */
static struct reader *record_program(const struct lab_opts *opts, const struct lab_row *row,
				     const char *dir, struct source_opts *source)
{
	char size[32], block[32];
	struct reader *r;

	snprintf(size, sizeof(size), "%llu", (unsigned long long)opts->size);
	snprintf(block, sizeof(block), "%llu", (unsigned long long)opts->block);
	source->is_live = true;
	source->command = (char *[]) {
		"/proc/self/exe", "lab", "copies", "--run", (char *)row->transport->name,
		"--dir", (char *)dir, "--size", size, "--block", block, NULL,
	};
	source->classes = MODEL_COPIES_CLASSES | 1U << IPCPROBE_CLASS_SCHED;
	source->ring_bytes = opts->ring_bytes;
	return source_open(source, &r) ? NULL : r;
}

static void set_note(struct lab_row *row, const struct lab_opts *opts)
{
	const struct lab_trace *trace = &row->trace;

	if (!trace->last)
		snprintf(row->note, sizeof(row->note), "no way from file to file in the trace");
	else if (trace->bytes < opts->size)
		snprintf(row->note, sizeof(row->note), "%.1f %% of the bytes are traced",
			 100.0 * trace->bytes / opts->size);
	else if (trace->nr_paths > 1)
		snprintf(row->note, sizeof(row->note), "by %u different paths", trace->nr_paths);
}

/* Evaluates a run that has ended: the counts of its processes, its file, its trace. */
static int evaluate_run(const struct lab_opts *opts, struct lab_row *row, const char *dir,
			struct reader *r)
{
	int err = lab_read_result(dir, &row->result);

	if (err)
		return err;
	if (row->result.missing[0]) {
		snprintf(row->note, sizeof(row->note), "not on this system: %.100s",
			 row->result.missing);
		row->is_right = true;
		return 0;
	}
	err = lab_verify(dir);
	row->is_right = !err;
	if (err == -EBADMSG)
		fprintf(stderr, "ipcprobe: lab: %s: the client's file differs from the server's\n",
			row->transport->name);
	if (err)
		return err;
	err = lab_trace_init(&row->trace, r, &row->result, dir);
	row->has_trace = !err;
	if (!err)
		set_note(row, opts);
	return err;
}

static void remove_file(const char *dir, const char *name)
{
	char path[LAB_PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static int record_and_evaluate(const struct lab_opts *opts, struct lab_row *row,
			       const char *dir)
{
	struct source_opts source = SOURCE_OPTS_INIT;
	struct reader *r = record_program(opts, row, dir, &source);
	int err, status;

	if (!r)
		return CMD_FAILED;
	err = reader_info(r)->workload_status ? 0 : evaluate_run(opts, row, dir, r);
	status = source_close(&source, r, err == -EBADMSG ? 0 : err);
	return err ? CMD_FAILED : status;
}

static int run_transport(const struct lab_opts *opts, struct lab_row *row, const char *dir)
{
	int status = record_and_evaluate(opts, row, dir);

	remove_file(dir, "out");
	remove_file(dir, "result");
	remove_file(dir, "fifo");	/* left by a run that was killed */
	return status;
}

static int show_rows(const struct lab_opts *opts, const struct lab_row *rows)
{
	int err = opts->json ? view_lab_json(rows, opts->nr_wanted, opts->size) :
			       view_lab_print(rows, opts->nr_wanted, opts->size, opts->has_hops,
					      &opts->columns);

	return err ? CMD_FAILED : CMD_OK;
}

static int run_all(const struct lab_opts *opts, const char *dir)
{
	uint32_t classes = classes_with_hooks(), i, lacking;
	struct lab_row rows[ROWS_MAX] = { 0 };
	char names[128];
	int status = CMD_OK;

	for (i = 0; i < opts->nr_wanted && status == CMD_OK; i++) {
		rows[i].transport = opts->wanted[i];
		lacking = rows[i].transport->classes & ~classes;
		if (lacking)
			snprintf(rows[i].note, sizeof(rows[i].note),
				 "the module does not record class %s",
				 parse_class_list(lacking, ", ", names, sizeof(names)));
		else
			status = run_transport(opts, &rows[i], dir);
	}
	if (status == CMD_OK)
		status = show_rows(opts, rows);
	for (i = 0; i < opts->nr_wanted; i++)
		if (rows[i].has_trace)
			lab_trace_deinit(&rows[i].trace);
	return status;
}

static int run_in(const struct lab_opts *opts, const char *base)
{
	char dir[LAB_PATH_MAX];
	int status = CMD_FAILED;

	if ((size_t)snprintf(dir, sizeof(dir), "%s/ipcprobe-lab.XXXXXX", base) >= sizeof(dir) ||
	    !mkdtemp(dir)) {
		fprintf(stderr, "ipcprobe: lab: %s: %s: set TMPDIR\n", base, strerror(errno));
		return CMD_FAILED;
	}
	if (!lab_make_input(dir, opts->size))
		status = run_all(opts, dir);
	remove_file(dir, "in");
	rmdir(dir);
	return status;
}

/* Does one run, in the process that is recorded: see lab_run(). */
static int do_run(const struct lab_opts *opts)
{
	if (!lab_find(opts->run))
		return CMD_USAGE;
	return lab_run(opts->run, opts->dir, opts->size, opts->block) ? CMD_FAILED : CMD_OK;
}

int cmd_lab(int argc, char **argv)
{
	struct lab_opts opts = { .size = 16U << 20, .block = 64U << 10 };
	const char *tmpdir = getenv("TMPDIR");
	char *base;
	int status;

	output_parse(&argp, argc, argv, 0, &opts, columns);
	if (opts.run && opts.dir)
		return do_run(&opts);
	if (output_open(&opts.output))
		return CMD_FAILED;
	base = realpath(tmpdir && *tmpdir ? tmpdir : "/tmp", NULL);
	if (!base) {
		fprintf(stderr, "ipcprobe: lab: %s: %s: set TMPDIR\n", tmpdir ?: "/tmp",
			strerror(errno));
		return CMD_FAILED;
	}
	status = run_in(&opts, base);
	free(base);
	return status;
}
