/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The form of a report: the options -o, and --columns, -n and -b of tables, which mean
 * the same in all commands.
 *
 * A sub-command with tables has a struct output_opts, gives output_table_argp as an
 * argp child with that struct as its input, parses its options by output_parse(), and
 * calls output_choose() when it has all of them.
 */
#ifndef IPCPROBE_CMD_OUTPUT_H
#define IPCPROBE_CMD_OUTPUT_H

#include <argp.h>
#include <stdbool.h>

#include "lib/table.h"

/**
 * struct output_opts - options of a report
 * @path: -o: file for the report; NULL = standard output
 * @columns: --columns, as the user gave it
 */
struct output_opts {
	const char *path;
	const char *columns;
};

/**
 * struct output_table - a table whose columns the user can choose
 * @when: options with which it is shown, for --help; NULL = without such options. The
 *	last one of a list has no @columns.
 * @columns: all columns
 * @usual: columns that it shows by default; NULL = all
 */
struct output_table {
	const char *when;
	const struct table_column *columns;
	const struct table_view *usual;
};

/* argp child: -o, for commands that do not read recordings; input: struct output_opts */
extern const struct argp output_file_argp;

/* argp child: --columns, -n, -b; input: struct output_opts */
extern const struct argp output_table_argp;

/* argp child: as output_table_argp, for a command that has another meaning of -n */
extern const struct argp output_long_argp;

void output_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input,
		  const struct output_table *tables);
void output_choose(struct argp_state *state, const struct output_opts *opts, bool is_json,
		   const struct output_table *table, struct table_view *ret);

/**
 * output_open - open the file for the report, and write the report there
 * Return: 0, or -errno after printing the reason on stderr.
 */
int output_open(const struct output_opts *opts);

#endif /* IPCPROBE_CMD_OUTPUT_H */
