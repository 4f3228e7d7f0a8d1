/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where an analysis gets its records from: a recorded file, or what is recorded
 * now, of a command that is run or of processes; and the options that all
 * analyses share.
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
 * @is_live: record now instead: there is a @command, or @scope.pids or @is_all without @input
 * @command: the command to run, NULL = record until ^C
 * @is_all: -a: record all processes
 * @output: -o: file for the report, NULL = stdout
 * @json: -J: JSON instead of text
 * @scope: -p, -C: processes and CPUs to show.  If records are made now, these
 *	processes are recorded; CPUs are only a view's filter
 * @ring_bytes: -m: size of each CPU's ring, 0 = default
 * @window: --time: the part to show
 * @classes: what to record now, 0 = all: set by the sub-command
 * @needs: classes without which there is nothing to show, by the sub-command
 * @uses: classes of which one is enough for that; those that are missing are said
 * @needs_history: set by the sub-command if its state builds up from the
 *	start: records before @window are given as well, and the sub-command
 *	leaves them out of what it shows (see source_from_ns()).  Otherwise
 *	only those of class "task" are given before it.
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

#define SOURCE_OPTS_INIT	{ .window.until_ns = UINT64_MAX }

/* argp child: -i -o -J -p -a -m --time and the command; input: struct source_opts */
extern const struct argp source_argp;

/* argp child: the same and -C, for what can be told apart by CPU */
extern const struct argp source_cpus_argp;

int source_open(const struct source_opts *opts, struct reader **ret);
int source_close(const struct source_opts *opts, struct reader *r, int err);

struct record_opts;

/* source_say_recording - on a terminal: that it goes on until ^C, if it does */
void source_say_recording(const struct record_opts *opts);

void source_set_window(const struct source_opts *opts, struct reader *r);

/* the window's limits as times of records */
uint64_t source_from_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_until_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_run_from_ns(const struct source_opts *opts, const struct reader *r);
uint64_t source_run_until_ns(const struct source_opts *opts, const struct reader *r);

/**
 * source_find_instant - an instant that the user asks for, as records tell time
 * @instant: as parsed
 * @info: of the recording
 * @ret: CLOCK_MONOTONIC, ns
 *
 * Return: 0, or -ERANGE after saying on stderr what was recorded.
 */
int source_find_instant(const struct option_instant *instant, const struct reader_info *info,
			uint64_t *ret);

#endif /* IPCPROBE_CMD_SOURCE_H */
