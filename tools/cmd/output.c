// SPDX-License-Identifier: GPL-2.0
/*
 * Options of the form of a report.
 */
#include "cmd/output.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd/options.h"
#include "cmd/report.h"

/* ---- -o ---- */

static const struct argp_option file_options[] = {
	{ "output", 'o', "FILE", 0, "Write the report to FILE (default: standard output)", 0 },
	{ 0 }
};

static error_t parse_file(int key, char *arg, struct argp_state *state)
{
	struct output_opts *opts = state->input;

	if (key != 'o')
		return ARGP_ERR_UNKNOWN;
	opts->path = arg;
	return 0;
}

const struct argp output_file_argp = { .options = file_options, .parser = parse_file };

int output_open(const struct output_opts *opts)
{
	int err = opts->path ? report_open(opts->path) : 0;

	if (!err)
		report_begin();
	return err;
}

/* ---- --columns, -n, -b ---- */

enum { OPTION_COLUMNS = 0x400, OPTION_NOHEADINGS };

#define COLUMNS_TEXT	"Show only the table, with these columns; +LIST: these besides the usual ones"
#define BARE_TEXT	"Print no headings of tables"
#define EXACT_TEXT	"Print sizes in bytes and times in ns in tables, without units"

static const struct argp_option table_options[] = {
	{ "columns", OPTION_COLUMNS, "LIST", 0, COLUMNS_TEXT, 0 },
	{ "noheadings", 'n', NULL, 0, BARE_TEXT, 0 },
	{ "bytes", 'b', NULL, 0, EXACT_TEXT, 0 },
	{ 0 }
};

static const struct argp_option long_options[] = {
	{ "columns", OPTION_COLUMNS, "LIST", 0, COLUMNS_TEXT, 0 },
	{ "noheadings", OPTION_NOHEADINGS, NULL, 0, BARE_TEXT, 0 },
	{ "bytes", 'b', NULL, 0, EXACT_TEXT, 0 },
	{ 0 }
};

static error_t parse_table(int key, char *arg, struct argp_state *state)
{
	static struct table_style style;
	struct output_opts *opts = state->input;

	switch (key) {
	case OPTION_COLUMNS:
		opts->columns = arg;
		return 0;
	case 'n':
	case OPTION_NOHEADINGS:
		style.is_bare = true;
		break;
	case 'b':
		style.is_exact = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	table_set_style(style);
	return 0;
}

const struct argp output_table_argp = { .options = table_options, .parser = parse_table };
const struct argp output_long_argp = { .options = long_options, .parser = parse_table };

static void put_names(FILE *out, const struct table_column *columns, char between)
{
	for (unsigned int i = 0; columns[i].name; i++) {
		if (i)
			fputc(between, out);
		fputs(columns[i].name, out);
	}
}

/* Returns the names of all columns as "SIZE,PROT,...", to be freed. */
static char *column_names(const struct table_column *columns)
{
	char *names = NULL;
	size_t size;
	FILE *out = open_memstream(&names, &size);

	if (!out)
		return NULL;
	put_names(out, columns, ',');
	return fclose(out) ? NULL : names;
}

/**
 * output_choose - parse the names of columns that the user gave, if there are any
 * @state: state of the parser
 * @opts: the options
 * @is_json: no table will be shown: the names are refused
 * @table: the table that will be shown
 * @ret: the chosen columns are stored here; is left as it is without --columns
 */
void output_choose(struct argp_state *state, const struct output_opts *opts, bool is_json,
		   const struct output_table *table, struct table_view *ret)
{
	if (opts->columns && is_json)
		argp_error(state, "--columns: without -J");
	if (opts->columns && table_view_parse(ret, table->columns, table->usual, opts->columns))
		argp_error(state, "--columns '%s': not a list of columns: there are %s",
			   opts->columns, column_names(table->columns) ?: "others");
}

/* ---- --help ---- */

/* Returns @doc and the lists of columns, to be freed. */
static char *doc_with_columns(const char *doc, const struct output_table *tables)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(doc, out);
	for (; tables->columns; tables++) {
		fprintf(out, "\n\nColumns%s%s:\n    ", tables->when ? " " : "",
			tables->when ?: "");
		put_names(out, tables->columns, ' ');
	}
	return fclose(out) ? NULL : text;
}

/**
 * output_parse - parse the command line like option_parse(); --help lists the columns
 * @argp: options of the sub-command
 * @argc: number of arguments
 * @argv: arguments
 * @flags: flags of argp_parse()
 * @input: input of the parser
 * @tables: the tables whose columns the user can choose
 */
void output_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input,
		  const struct output_table *tables)
{
	char *doc = doc_with_columns(argp->doc, tables);
	struct argp own = *argp;

	if (doc)
		own.doc = doc;
	option_parse(&own, argc, argv, flags, input);
	free(doc);
}
