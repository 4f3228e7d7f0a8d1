/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where an analysis gets its records from: a recorded file, or a recording that
 * is made now of a command or of processes; and the options that all analyses
 * share.
 *
 * A sub-command has a struct source_opts, gives source_argp as an argp child
 * with that struct as its input, and then:
 *
 *	struct source_opts source = SOURCE_OPTS_INIT;
 *	...
 *	if (source_open(&source, &r))
 *		return CMD_FAILED;
 *	while ((err = reader_next(r, &rec, &cpu)) > 0)
 *		...
 *	return source_close(&source, r, err);
 */
#ifndef IPCPROBE_CMD_SOURCE_H
#define IPCPROBE_CMD_SOURCE_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/options.h"
#include "lib/scope.h"
#include "trace/reader.h"

#define SOURCE_DEFAULT_FILE	"ipcprobe.data"

/**
 * struct source_opts - options that all analyses share
 * @input: -i: file to read, NULL = SOURCE_DEFAULT_FILE
 * @is_live: make a recording now: there is a @command, or @scope.pids or
 *	@is_all without @input
 * @command: the command to run, NULL = record until ^C
 * @is_all: -a: record all processes
 * @output: -o: file for the report, NULL = stdout
 * @json: -J: JSON instead of text
 * @scope: -p, -C: processes and CPUs to show. A recording that is made now
 *	records these processes; CPUs are only a filter of the view
 * @ring_bytes: -m: size of each CPU's ring, 0 = default
 * @window: --time: the part to show
 * @classes: classes to record now, 0 = all: set by the sub-command
 * @needs: classes without which nothing can be shown: set by the sub-command
 * @uses: classes of which one is enough to show something: set by the
 *	sub-command; a message names the missing ones
 * @needs_history: set by the sub-command if its state builds up from the start:
 *	the reader returns records before @window, too, and the sub-command
 *	leaves them out of what it shows (see source_from_ns()). Otherwise
 *	the reader returns only records of class "task" before @window.
 */
struct source_opts {
	const char *input;
	bool is_live;
	bool is_all;
	char **command;
	const char *output;
	bool json;
	struct scope scope;
	uint32_t ring_bytes;
	struct time_window window;
	uint32_t classes;
	uint32_t needs;
	uint32_t uses;
	bool needs_history;
};

#define SOURCE_OPTS_INIT	{ .window.until.ns = UINT64_MAX }

/* argp child: -i -o -J -p -a -m --time and the command; input: struct source_opts */
extern const struct argp source_argp;

/* argp child: the options of source_argp and -C, for records that have a CPU */
extern const struct argp source_cpus_argp;

int source_open(struct source_opts *opts, struct reader **ret);
int source_close(const struct source_opts *opts, struct reader *r, int err);

struct record_opts;

/* source_say_recording - on a terminal, print that the recording goes on until ^C, if it does */
void source_say_recording(const struct record_opts *opts);

void source_set_window(const struct source_opts *opts, struct reader *r);

/* limits of the user's window, as times of records */
uint64_t source_from_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_until_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_run_from_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_run_until_ns(const struct source_opts *opts, const struct reader *r);

/**
 * source_find_instant - convert an instant that the user asks for to a time of
 * records
 * @instant: instant, parsed
 * @info: description of the recording
 * @ret: CLOCK_MONOTONIC, in ns
 *
 * Return: 0, or -ERANGE after printing on stderr what was recorded.
 */
int source_find_instant(const struct option_instant *instant, const struct reader_info *info,
			uint64_t *ret);

#endif /* IPCPROBE_CMD_SOURCE_H */
