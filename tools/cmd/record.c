// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe record: records events of a command, of processes or of the whole
 * system into a file.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/options.h"
#include "cmd/source.h"
#include "trace/event.h"
#include "trace/recorder.h"

/**
 * struct output - the file that is written
 * @path: path of the file
 * @old_path: path to which an existing file was renamed
 * @has_old: there was an existing file
 * @fd: descriptor of the file
 */
struct output {
	const char *path;
	char *old_path;
	bool has_old;
	int fd;
};

struct record_args {
	struct record_opts opts;
	struct output output;
};

#define CLASSES	"task,pipe,file,sched,shm,sem,msg,futex,unix,signal,eventfd,procvm,pick"

enum { OPTION_SNAPLEN = 0x200, OPTION_VERIFY };

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Record all processes, also when a command is given", 0 },
	{ "pid", 'p', "PID[,PID...]", 0,
	  "Record these processes and what they create; with a command: while it runs", 0 },
	{ "cpus", 'C', "CPUS", 0, "Record these CPUs, for example 0-3,7", 0 },
	{ "events", 'e', "CLASSES", 0,
	  "Record these classes: " CLASSES " (default: all but pick)", 0 },
	{ "ring-size", 'm', "SIZE", 0,
	  "Size of each CPU's ring, a power of two (default: 4M)", 0 },
	{ "snaplen", OPTION_SNAPLEN, "BYTES", 0,
	  "Record the first bytes of each transfer, up to 64k (default: none)", 0 },
	{ "verify", OPTION_VERIFY, NULL, 0,
	  "Record checksums of all bytes that calls move, which prove the links of copies", 0 },
	{ "output", 'o', "FILE", 0, "File to write (default: " SOURCE_DEFAULT_FILE ")", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct record_args *args = state->input;
	struct record_opts *opts = &args->opts;

	switch (key) {
	case 'a':
		opts->is_all = true;
		return 0;
	case 'p':
		option_pids(state, arg, &opts->pids);
		return 0;
	case 'C':
		option_cpus(state, arg, &opts->cpus);
		return 0;
	case 'e':
		option_classes(state, arg, &opts->classes);
		return 0;
	case 'm':
		option_ring_bytes(state, arg, &opts->ring_bytes);
		return 0;
	case 'o':
		args->output.path = arg;
		return 0;
	case OPTION_VERIFY:
		opts->has_sums = true;
		return 0;
	case OPTION_SNAPLEN:
		option_snap_bytes(state, arg, &opts->snap_bytes);
		return 0;
	case ARGP_KEY_ARG:
		opts->command = option_command(state);
		return 0;
	case ARGP_KEY_END:
		if (opts->is_all && opts->pids.nr)
			argp_error(state, "-a and -p: all processes or some of them, not both");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[--] [COMMAND [ARG...]]",
	.doc = "Record IPC copies and run queues: of a command, of processes, or of all until ^C.\n"
	       "\vExamples:\n"
	       "    ipcprobe record -o r.data -- make -j4\n"
	       "    ipcprobe record -e pipe,file -p 1234 -- sleep 5\n"
	       "    ipcprobe record -a -m 16M\n"
	       "    ipcprobe record --snaplen 64 -- ls",
};

/* Opens the file. An existing file is kept as FILE.old, as perf does. */
static int output_open(struct output *output)
{
	struct stat st;

	if (asprintf(&output->old_path, "%s.old", output->path) < 0)
		return -ENOMEM;
	if (!stat(output->path, &st) && S_ISREG(st.st_mode)) {
		if (rename(output->path, output->old_path))
			return -errno;
		output->has_old = true;
	}
	output->fd = open(output->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (output->fd >= 0)
		return 0;
	if (output->has_old && !rename(output->old_path, output->path))
		output->has_old = false;
	return -errno;
}

static int output_close(struct output *output)
{
	int err = 0;

	if (output->fd >= 0 && close(output->fd))
		err = -errno;
	output->fd = -1;
	free(output->old_path);
	output->old_path = NULL;
	return err;
}

/* Restores the files as they were, since nothing was recorded. */
static void output_discard(struct output *output)
{
	struct stat st;

	if (fstat(output->fd, &st) || !S_ISREG(st.st_mode))
		return;
	unlink(output->path);
	if (output->has_old)
		rename(output->old_path, output->path);
}

static void report_class(const struct recording *rec, unsigned int id)
{
	fprintf(stderr, "%s ", event_class_name(id) ?: "?");
	if (rec->lost[id])
		fprintf(stderr, "%" PRIu64, rec->lost[id]);
	else
		fprintf(stderr, "an unknown number");
	if (!rec->lost_reasons[id])
		return;
	fprintf(stderr, " (");
	event_print_reasons(stderr, rec->lost_reasons[id]);
	fprintf(stderr, ")");
}

static void report_lost(const struct recording *rec)
{
	uint32_t mib = rec->session.info.ring_bytes >> 20, all = 0;
	const char *separator = "";

	fprintf(stderr, "ipcprobe: lost: ");
	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
		if (!rec->lost[id] && !rec->lost_reasons[id])
			continue;
		fprintf(stderr, "%s", separator);
		report_class(rec, id);
		all |= rec->lost_reasons[id];
		separator = ", ";
	}
	if (all & IPCPROBE_REASON_RING_FULL)
		fprintf(stderr, ": use larger rings (-m %uM) or fewer classes (-e)",
			mib ? 4 * mib : 4);
	fprintf(stderr, "\n");
}

static void print_summary(const struct recording *rec, const char *path)
{
	bool is_exact = true, is_lost = false;
	uint64_t nr_lost = 0;

	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
		nr_lost += rec->lost[id];
		is_lost |= rec->lost[id] || rec->lost_reasons[id];
		is_exact &= !(rec->lost_reasons[id] & ~IPCPROBE_REASON_RING_FULL);
	}
	if (is_lost)
		report_lost(rec);
	fprintf(stderr, "ipcprobe: %s: %" PRIu64 " bytes, %" PRIu64 " events, %s%" PRIu64 " lost\n",
		path, rec->bytes, rec->nr_events, is_exact ? "" : "at least ", nr_lost);
}

static int run_recording(struct recording *rec, struct output *output)
{
	int err, status;

	source_say_recording(rec->opts);
	err = record_run(rec, output->fd);
	if (err == -ENOEXEC) {
		fprintf(stderr, "ipcprobe: %s\n", rec->why);
		output_discard(output);
	} else if (err) {
		fprintf(stderr, "ipcprobe: %s: %s\n", output->path, rec->why);
	}
	status = record_wait(rec);
	if (!err || err == -EPROTO)
		print_summary(rec, output->path);
	if (err == -ENOEXEC)
		return status;
	return err ? CMD_FAILED : status;
}

static void say_unwritable(const struct output *output, int err)
{
	fprintf(stderr, "ipcprobe: %s: cannot write: %s\n", output->path, strerror(-err));
}

static int record_to_file(struct record_args *args)
{
	struct recording rec;
	int err, status = CMD_FAILED;

	if (record_init(&rec, &args->opts)) {
		fprintf(stderr, "ipcprobe: %s\n", rec.why);
		goto out_deinit;
	}
	err = output_open(&args->output);
	if (err) {
		say_unwritable(&args->output, err);
		goto out_close;
	}
	status = run_recording(&rec, &args->output);
out_close:
	err = output_close(&args->output);
	if (err)
		say_unwritable(&args->output, err);
	if (err && !status)
		status = CMD_FAILED;
out_deinit:
	record_deinit(&rec);
	return status;
}

int cmd_record(int argc, char **argv)
{
	struct record_args args = {
		.opts.classes = OPTION_CLASSES_DEFAULT,
		.output = { .path = SOURCE_DEFAULT_FILE, .fd = -1 },
	};
	char *command_line = option_join(argc, argv);
	int status;

	args.opts.command_line = command_line ?: "";
	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &args);
	status = record_to_file(&args);
	free(command_line);
	return status;
}
