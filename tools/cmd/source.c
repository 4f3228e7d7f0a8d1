// SPDX-License-Identifier: GPL-2.0
/*
 * Opens a reader for an analysis: of a file, or of records that are made now.
 * Part of the command line: errors are printed here, on stderr.
 */
#include "cmd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/report.h"
#include "trace/class_list.h"
#include "trace/recorder.h"
#include "trace/workload.h"

enum { OPTION_TIME = 0x100 };

static const struct argp_option options[] = {
	{ "input", 'i', "FILE", 0, "File to read (default: " SOURCE_DEFAULT_FILE ")", 0 },
	{ "output", 'o', "FILE", 0, "Write the report to FILE (default: standard output)", 0 },
	{ "json", 'J', NULL, 0, "Write JSON, as the manual page tells", 0 },
	{ "pid", 'p', "PID[,PID...]", 0,
	  "With -i: show these processes only; else record them, until the command ends or ^C", 0 },
	{ "all", 'a', NULL, 0, "Record all processes, until the command ends or ^C", 0 },
	{ "ring-size", 'm', "SIZE", 0,
	  "If records are made now: size of each CPU's ring (default: 4M)", 0 },
	{ "time", OPTION_TIME, "START,STOP", 0,
	  "Show this time only: seconds since the recording began, or with - before its end, or mark:TEXT of 'ipcprobe mark'; either may be left out",
	  0 },
	{ 0 }
};

static void end_options(struct source_opts *opts, struct argp_state *state)
{
	if (opts->command && opts->input)
		argp_error(state, "-i and a command: read a file or run a command, not both");
	if (opts->is_all && opts->input)
		argp_error(state, "-i and -a: read a file or record, not both");
	if (opts->is_all && opts->scope.pids.nr)
		argp_error(state, "-a and -p: all processes or some of them, not both");
	opts->is_live = opts->command || (!opts->input && (opts->is_all || opts->scope.pids.nr));
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct source_opts *opts = state->input;

	switch (key) {
	case 'i':
		opts->input = arg;
		return 0;
	case 'o':
		opts->output = arg;
		return 0;
	case 'J':
		opts->json = true;
		return 0;
	case 'p':
		option_pids(state, arg, &opts->scope.pids);
		return 0;
	case 'a':
		opts->is_all = true;
		return 0;
	case 'm':
		option_ring_bytes(state, arg, &opts->ring_bytes);
		return 0;
	case OPTION_TIME:
		option_window(state, arg, &opts->window);
		return 0;
	case ARGP_KEY_ARG:
		opts->command = option_command(state);
		return 0;
	case ARGP_KEY_END:
		end_options(opts, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp source_argp = {
	.options = options,
	.parser = parse_option,
};

static const struct argp_option cpus_options[] = {
	{ "cpus", 'C', "CPUS", 0, "Show these CPUs only, for example 0-3,7", 0 },
	{ 0 }
};

static error_t parse_cpus_option(int key, char *arg, struct argp_state *state)
{
	struct source_opts *opts = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = opts;
		return 0;
	case 'C':
		option_cpus(state, arg, &opts->scope.cpus);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child source_child[] = { { &source_argp, 0, NULL, 0 }, { 0 } };

const struct argp source_cpus_argp = {
	.options = cpus_options,
	.parser = parse_cpus_option,
	.children = source_child,
};

static const char *source_name(const struct source_opts *opts)
{
	if (opts->command)
		return opts->command[0];
	if (opts->is_live)
		return "the recording";
	return opts->input ? opts->input : SOURCE_DEFAULT_FILE;
}

__attribute__((format(printf, 2, 3)))
static void print_message(const struct source_opts *opts, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "ipcprobe: %s: ", source_name(opts));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	putc('\n', stderr);
}

/* Opens a file without a name, which vanishes on close. */
static int open_temporary(void)
{
	const char *dir = getenv("TMPDIR") ?: "/tmp";
	char *path;
	int fd;

	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (asprintf(&path, "%s/ipcprobe.XXXXXX", dir) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		fd = -errno;
		fprintf(stderr, "ipcprobe: %s: cannot keep the records there: %s: set TMPDIR\n",
			dir, strerror(-fd));
	} else {
		unlink(path);
	}
	free(path);
	return fd;
}

static int run_recording(struct recording *rec, int fd)
{
	int err = record_run(rec, fd);

	if (err)
		fprintf(stderr, "ipcprobe: %s\n", rec->why);
	record_wait(rec);
	/* warn about inconsistent counts, but show the records */
	return err == -EPROTO ? 0 : err;
}

void source_say_recording(const struct record_opts *opts)
{
	if (opts->command || !isatty(STDERR_FILENO))
		return;
	if (opts->pids.nr)
		fprintf(stderr, "ipcprobe: recording %u %s until they end or ^C\n", opts->pids.nr,
			opts->pids.nr > 1 ? "processes" : "process");
	else
		fprintf(stderr, "ipcprobe: recording all processes until ^C\n");
}

/*
 * Returns the recorded command, in place of the command line "ipcprobe ...",
 * which this code does not have.
 */
static char *command_line_of(const struct source_opts *opts)
{
	int nr = 0;

	while (opts->command && opts->command[nr])
		nr++;
	return nr ? option_join(nr, opts->command) : NULL;
}

static int record_now(const struct source_opts *opts, int fd)
{
	struct record_opts record_opts = {
		.classes = opts->classes ? opts->classes : OPTION_CLASSES_DEFAULT,
		.ring_bytes = opts->ring_bytes,
		.pids = opts->scope.pids,
		.is_all = opts->is_all,
		.command = opts->command,
	};
	struct recording rec;
	char *command_line = command_line_of(opts);
	int err;

	source_say_recording(&record_opts);
	record_opts.command_line = command_line ?: "";
	err = record_init(&rec, &record_opts);
	if (err)
		fprintf(stderr, "ipcprobe: %s\n", rec.why);
	else
		err = run_recording(&rec, fd);
	record_deinit(&rec);
	free(command_line);
	return err;
}

/* Records into a temporary file; returns its descriptor or -errno. */
static int open_recording(const struct source_opts *opts)
{
	int fd, err;

	fd = open_temporary();
	if (fd < 0)
		return fd;
	err = record_now(opts, fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Returns the time after which everything is the recorder's own work. */
static uint64_t last_ns(const struct reader_info *info)
{
	return info->ending_ns ? info->ending_ns : info->end_ns;
}

static uint64_t moment_ns(const struct reader_info *info, const struct moment *moment)
{
	uint64_t length_ns = last_ns(info) - info->start_ns;

	if (!moment->is_before_end)
		return add_saturated(info->start_ns, moment->ns);
	return info->start_ns + (moment->ns < length_ns ? length_ns - moment->ns : 0);
}

/* source_from_ns - start of the user's window, as a time of records */
uint64_t source_from_ns(const struct source_opts *opts, const struct reader *r)
{
	const struct moment *from = &opts->window.from;

	if (!from->ns && !from->is_before_end)
		return 0;
	return moment_ns(reader_info(r), from);
}

/*
 * source_run_from_ns, source_run_until_ns - the user's window without the time
 * in which the recorder starts and ends, since the recorder's work and CPU time
 * are not to be shown
 */
uint64_t source_run_from_ns(const struct source_opts *opts, const struct reader *r)
{
	uint64_t from_ns = source_from_ns(opts, r), ready_ns = reader_info(r)->ready_ns;

	if (from_ns < reader_info(r)->start_ns)
		from_ns = reader_info(r)->start_ns;
	return from_ns > ready_ns ? from_ns : ready_ns;
}

uint64_t source_run_until_ns(const struct source_opts *opts, const struct reader *r)
{
	uint64_t until_ns = source_until_ns(opts, r), end_ns = last_ns(reader_info(r));

	return until_ns < end_ns ? until_ns : end_ns;
}

/* source_until_ns - end of the user's window; times from this one on are left out */
uint64_t source_until_ns(const struct source_opts *opts, const struct reader *r)
{
	return moment_ns(reader_info(r), &opts->window.until);
}

/* source_set_window - restart the reader with the user's window */
void source_set_window(const struct source_opts *opts, struct reader *r)
{
	reader_set_window(r, opts->needs_history ? 0 : source_from_ns(opts, r),
			  source_until_ns(opts, r));
}

/*
 * Reports an error for classes that were not recorded: their tables would be
 * empty, as if nothing had happened.
 */
static int check_classes(const struct source_opts *opts, const struct reader_info *info)
{
	uint32_t recorded = info->classes | 1U << IPCPROBE_CLASS_META;	/* loss is in it */
	uint32_t lacking = opts->needs & ~recorded, missing = opts->uses & ~recorded;
	char names[128], wanted[128];

	if (opts->uses && opts->uses == missing)
		lacking |= missing;
	if (!lacking && !missing)
		return 0;
	print_message(opts, "class %s was not recorded, %s: record with -e %s",
		      parse_class_list(lacking ?: missing, ",", names, sizeof(names)),
		      lacking ? "nothing can be shown" : "what it tells is missing",
		      parse_class_list(opts->needs | opts->uses | 1U << IPCPROBE_CLASS_TASK, ",",
				       wanted, sizeof(wanted)));
	return lacking ? -ENODATA : 0;
}

static int check_cpus(const struct source_opts *opts, const struct reader_info *info)
{
	for (uint32_t cpu = info->nr_cpus; cpu < 64 * opts->scope.cpus.nr_words; cpu++)
		if (cpu_set_has(&opts->scope.cpus, cpu)) {
			print_message(opts, "-C: there is no CPU %u: the numbers are below %u", cpu,
				      info->nr_cpus);
			return -ENXIO;
		}
	return 0;
}

static int check_window(const struct source_opts *opts, const struct reader *r)
{
	const struct reader_info *info = reader_info(r);
	uint64_t from_ns = source_from_ns(opts, r), until_ns = source_until_ns(opts, r);

	if (from_ns <= info->end_ns && from_ns < until_ns)
		return 0;
	if (from_ns > info->end_ns || until_ns <= info->start_ns)
		print_message(opts, "--time: the recording covers 0 to %.9f seconds",
			      (info->end_ns - info->start_ns) / 1e9);
	else
		print_message(opts, "--time: STOP is not after START, which is at %.9f seconds",
			      (from_ns - info->start_ns) / 1e9);
	return -ERANGE;
}

/* True if no record of class task was lost. */
static bool has_all_tasks(const struct reader_info *info)
{
	for (uint32_t i = 0; info->have_stats && i < info->nr_cpus; i++)
		if (info->counts[i].lost[IPCPROBE_CLASS_TASK])
			return false;
	return info->have_stats;
}

/* True if a record of class task is about this process or thread. */
static bool is_of(const struct ipcprobe_rec *rec, uint32_t pid)
{
	const struct ipcprobe_rec_task_snapshot *snapshot = (const void *)rec;
	const struct ipcprobe_rec_task_fork *fork = (const void *)rec;

	if (rec->type == IPCPROBE_REC_task_snapshot && snapshot->pid == pid)
		return true;
	if (rec->type == IPCPROBE_REC_task_fork &&
	    (fork->child_pid == pid || fork->child_tid == pid))
		return true;
	return rec->tid == pid;
}

/* Removes from the list the processes that the record is about. */
static void strike_off(struct pid_list *missing, const struct ipcprobe_rec *rec)
{
	for (uint32_t i = 0; i < missing->nr;)
		if (is_of(rec, missing->pid[i]))
			missing->pid[i] = missing->pid[--missing->nr];
		else
			i++;
}

/*
 * Reports a process of -p that was not there. Class task is never filtered, so
 * it contains every process.
 */
static int check_pids(const struct source_opts *opts, struct reader *r)
{
	struct pid_list missing = opts->scope.pids;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err = 1;

	if (opts->is_live || !missing.nr || !has_all_tasks(reader_info(r)))
		return 0;
	reader_set_window(r, UINT64_MAX, UINT64_MAX);
	while (missing.nr && (err = reader_next(r, &rec, &cpu)) > 0)
		strike_off(&missing, rec);
	if (err < 0 || !missing.nr)
		return err < 0 ? err : 0;
	print_message(opts, "-p: there was no process %u", missing.pid[0]);
	return -ESRCH;
}

/* Sets the moment's time to that of the mark, if the record is the mark's. */
static void find_mark(struct moment *moment, const struct ipcprobe_rec *rec,
		      const struct reader_info *info)
{
	const struct ipcprobe_rec_task_mark *mark = (const void *)rec;

	if (!moment->mark || strncmp(mark->text, moment->mark, moment->mark_len) ||
	    mark->text[moment->mark_len])
		return;
	moment->mark = NULL;
	moment->ns = rec->ts_ns - info->start_ns;
}

static int refuse_mark(const struct source_opts *opts, const struct moment *moment,
		       const char *after)
{
	print_message(opts,
		      "--time: there is no mark '%.*s'%s ('ipcprobe script -e task_mark' shows all)",
		      moment->mark_len, moment->mark, after);
	return -ERANGE;
}

/*
 * Finds when the marks of --time were made: the first mark with the text of START, and
 * the first mark after START with the text of STOP.
 */
static int find_marks(struct source_opts *opts, struct reader *r)
{
	struct time_window *window = &opts->window;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int err = 1;

	if (!window->from.mark && !window->until.mark)
		return 0;
	reader_set_window(r, UINT64_MAX, UINT64_MAX);	/* only class task, which has the marks */
	while ((window->from.mark || window->until.mark) &&
	       (err = reader_next(r, &rec, &cpu)) > 0) {
		if (rec->type != IPCPROBE_REC_task_mark)
			continue;
		if (!window->from.mark && rec->ts_ns > source_from_ns(opts, r))
			find_mark(&window->until, rec, reader_info(r));
		find_mark(&window->from, rec, reader_info(r));
	}
	if (err < 0)
		return err;
	if (!has_all_tasks(reader_info(r)) || reader_info(r)->nr_corrupt_chunks)
		print_message(opts, "--time: records of class task are missing, maybe a mark among them");
	if (window->from.mark)
		return refuse_mark(opts, &window->from, "");
	return window->until.mark ? refuse_mark(opts, &window->until, " after START") : 0;
}

/* Checks that the reader has the records that the options need. */
static int check_recording(struct source_opts *opts, struct reader *r)
{
	int err = check_classes(opts, reader_info(r));

	if (!err)
		err = check_cpus(opts, reader_info(r));
	if (!err)
		err = find_marks(opts, r);
	if (!err)
		err = check_window(opts, r);
	if (!err)
		err = check_pids(opts, r);
	/* for a recording made now the report is open already */
	if (!err && !opts->is_live && opts->output)
		err = report_open(opts->output);
	return err;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return a && !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int open_reader(const struct source_opts *opts, struct reader **ret)
{
	int fd, err;

	if (opts->is_live) {
		fd = open_recording(opts);
		if (fd < 0)
			return fd;
		err = reader_open_fd(fd, ret);
	} else {
		err = reader_open(source_name(opts), ret);
	}
	if (err)
		print_message(opts, "%s", reader_strerror(err));
	return err;
}

/**
 * source_open - open a reader: of the file, or of a recording that is made
 * first
 * @opts: options that source_argp has parsed; marks of @window become times
 * @ret: set to the reader, which has the user's window
 *
 * Return: 0, or -errno after printing the reason on stderr.
 */
int source_open(struct source_opts *opts, struct reader **ret)
{
	int err;

	if (is_same_file(opts->output, source_name(opts))) {
		fprintf(stderr, "ipcprobe: -o '%s': that file is to be read\n", opts->output);
		return -EINVAL;
	}
	if (opts->is_live && opts->output && report_open(opts->output))
		return -EIO;
	err = open_reader(opts, ret);
	if (err)
		return err;
	err = check_recording(opts, *ret);
	if (err) {
		reader_close(*ret);
		return err;
	}
	source_set_window(opts, *ret);
	report_begin();
	return 0;
}

int source_find_instant(const struct option_instant *instant, const struct reader_info *info,
			uint64_t *ret)
{
	*ret = instant->is_absolute ? instant->ns : add_saturated(info->start_ns, instant->ns);
	if (*ret >= info->start_ns && *ret <= info->end_ns)
		return 0;
	fprintf(stderr, "ipcprobe: --at: the recording covers 0 to %.9f seconds, from @%.9f on\n",
		(info->end_ns - info->start_ns) / 1e9, info->start_ns / 1e9);
	return -ERANGE;
}

static void report_damage(const struct source_opts *opts, const struct reader_info *info)
{
	if (info->truncated)
		print_message(opts, "the end is missing: read up to the last whole chunk");
	if (info->nr_corrupt_chunks)
		print_message(opts, "%u damaged parts skipped, %llu records missing",
			      info->nr_corrupt_chunks,
			      (unsigned long long)info->nr_corrupt_records);
}

/* Returns the status of the command, as perf and strace do; prints it if it is not 0. */
static int command_status(const struct source_opts *opts, const struct reader_info *info)
{
	int status = info->workload_status;

	if (!opts->command || !info->has_workload_status || !status)
		return CMD_OK;
	if (WIFSIGNALED(status))
		print_message(opts, "killed by signal %d", WTERMSIG(status));
	else
		print_message(opts, "exit status %d", WEXITSTATUS(status));
	return workload_exit_status_of(status);
}

/**
 * source_close - close the reader and print what was wrong with the records
 * @opts: options
 * @r: reader, read to its end
 * @err: result of the last reader_next()
 *
 * If a file is damaged or cut, a message is printed on stderr; this is no
 * error.
 *
 * Return: the exit status of the sub-command: CMD_FAILED if reading failed,
 * that of the command if one was run, else CMD_OK.
 */
int source_close(const struct source_opts *opts, struct reader *r, int err)
{
	int status = CMD_FAILED;

	report_damage(opts, reader_info(r));
	if (err && !report_has_failed())
		print_message(opts, "cannot read on: %s", reader_strerror(err));
	else if (!err)
		status = command_status(opts, reader_info(r));
	reader_close(r);
	return status;
}
