// SPDX-License-Identifier: GPL-2.0
/*
 * Tables: a thin layer over libsmartcols. Without memory a table stays incomplete
 * or empty; callers need not check for that.
 */
#include "lib/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "lib/table_fit.h"
#include "lib/terminal.h"

/**
 * struct table - rows under construction
 * @scols: the table of libsmartcols
 * @line: the last line; @scols owns it
 * @is_chosen: the user named the columns of this table
 * @place: for each column of the caller's list, its number in @scols; NOT_SHOWN =
 *	the column is not shown
 */
struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	bool is_chosen;
	unsigned int place[TABLE_COLUMNS_MAX];
};

#define NOT_SHOWN	TABLE_COLUMNS_MAX

static struct table_style table_style;

/* table_set_style - set how all tables are printed; called before the first one is created */
void table_set_style(struct table_style style)
{
	table_style = style;
}

/* table_is_exact - true if sizes are printed in bytes and times in nanoseconds */
bool table_is_exact(void)
{
	return table_style.is_exact;
}

/* ---- which columns ---- */

static unsigned int find_column(const struct table_column *columns, const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; columns[i].name; i++)
		if (strlen(columns[i].name) == len && !strncasecmp(columns[i].name, word, len))
			break;
	return i;
}

static bool has_column(const struct table_view *view, unsigned int column)
{
	for (unsigned int i = 0; i < view->nr; i++)
		if (view->column[i] == column)
			return true;
	return false;
}

static int add_columns(struct table_view *view, const struct table_column *columns,
		       const char *words)
{
	for (;;) {
		size_t len = strcspn(words, ",");
		unsigned int i = find_column(columns, words, len);

		if (!columns[i].name)
			return -EINVAL;
		if (!has_column(view, i))
			view->column[view->nr++] = i;
		if (!words[len])
			return 0;
		words += len + 1;
	}
}

static struct table_view all_columns(const struct table_column *columns)
{
	struct table_view view = { .nr = 0 };

	for (; columns[view.nr].name; view.nr++)
		view.column[view.nr] = view.nr;
	return view;
}

/**
 * table_view_parse - parse names of columns: "A,B" shows these, "+A,B" the default
 * columns and these
 * @view: the parsed columns are stored here
 * @columns: all columns of the table
 * @usual: the default columns; NULL = all
 * @words: names of columns
 *
 * Return: 0, or -EINVAL if @words names an unknown column or none.
 */
int table_view_parse(struct table_view *view, const struct table_column *columns,
		     const struct table_view *usual, const char *words)
{
	view->nr = 0;
	if (*words == '+' && usual)
		*view = *usual;
	else if (*words == '+')
		*view = all_columns(columns);
	view->is_chosen = true;
	return add_columns(view, columns, words + (*words == '+'));
}

/* ---- tables ---- */

static void new_column(struct table *table, const struct table_column *column)
{
	scols_table_new_column(table->scols, column->name, 0,
			       column->is_right ? SCOLS_FL_RIGHT : 0);
}

static struct table *create_table(const struct table_column *columns,
				  const struct table_view *view)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->scols = scols_new_table();
	if (!table->scols) {
		free(table);
		return NULL;
	}
	table->is_chosen = view->is_chosen;
	scols_table_enable_noheadings(table->scols, table_style.is_bare);
	/* because table_fit() does it */
	scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER);
	for (unsigned int i = 0; i < TABLE_COLUMNS_MAX; i++)
		table->place[i] = NOT_SHOWN;
	for (unsigned int i = 0; i < view->nr; i++) {
		new_column(table, &columns[view->column[i]]);
		table->place[view->column[i]] = i;
	}
	return table;
}

/* table_create - create an empty table with all columns; NULL without memory */
struct table *table_create(const struct table_column *columns)
{
	struct table_view view = all_columns(columns);

	return create_table(columns, &view);
}

/*
 * table_create_view - create an empty table with the columns of @view, all if it has
 * none; NULL without memory
 */
struct table *table_create_view(const struct table_column *columns,
				const struct table_view *view)
{
	return view->nr ? create_table(columns, view) : table_create(columns);
}

/* table_add - begin a new line */
void table_add(struct table *table)
{
	if (table)
		table->line = scols_table_new_line(table->scols, NULL);
}

/*
 * Join the words of a number and its unit, "1.5 ms" to "1.5ms": awk and cut
 * separate columns at blanks.
 */
static void join_words(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ')
			*to++ = *text;
	*to = 0;
}

/*
 * Escape the blanks of a name, "a b" to "a\040b" as in /proc/mounts. @text becomes the
 * escaped name; the old one is freed.
 */
static void escape_blanks(char **text)
{
	char *escaped, *to;
	size_t nr = 0;

	for (const char *p = *text; *p; p++)
		nr += *p == ' ';
	if (!nr)
		return;
	escaped = malloc(strlen(*text) + strlen("040") * nr + 1);
	if (!escaped)
		return;
	to = escaped;
	for (const char *p = *text; *p; p++)
		if (*p == ' ')
			to = stpcpy(to, "\\040");
		else
			*to++ = *p;
	*to = 0;
	free(*text);
	*text = escaped;
}

static bool is_last(const struct table *table, unsigned int place)
{
	return place + 1 == scols_table_get_ncols(table->scols);
}

static bool has_numbers(const struct table *table, unsigned int place)
{
	struct libscols_column *column = scols_table_get_column(table->scols, place);

	return scols_column_get_flags(column) & SCOLS_FL_RIGHT;
}

/* table_set - fill a cell of the last line */
void table_set(struct table *table, unsigned int column, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	if (!table || !table->line || table->place[column] == NOT_SHOWN)
		return;
	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return;
	if (has_numbers(table, table->place[column]))
		join_words(text);
	else if (!is_last(table, table->place[column]))
		escape_blanks(&text);
	if (scols_line_refer_data(table->line, table->place[column], text))
		free(text);
}

/*
 * table_set_phrase - fill a cell of the last line with words of the program, "asleep,
 * still queued", as one word: "asleep,still-queued"
 */
void table_set_phrase(struct table *table, unsigned int column, const char *phrase)
{
	char *word = strdup(phrase), *to = word;

	if (!word)
		return;
	for (const char *p = word; *p; p++) {
		if (*p != ' ')
			*to++ = *p;
		else if (to > word && to[-1] != ',' && to[-1] != ':')
			*to++ = '-';
	}
	*to = 0;
	table_set(table, column, "%s", word);
	free(word);
}

/* Warn about the columns that are hidden because the terminal is too narrow. */
static void warn_hidden(const struct table *table)
{
	size_t nr = scols_table_get_ncols(table->scols);
	const char *separator = "(no room for ";

	for (size_t i = 0; i < nr; i++) {
		struct libscols_column *column = scols_table_get_column(table->scols, i);

		if (!scols_column_is_hidden(column))
			continue;
		printf("%s%s", separator, scols_cell_get_data(scols_column_get_header(column)));
		separator = ", ";
	}
	if (*separator == ',')
		puts(")");
}

/* Fill the empty cells, so that each line has as many words as there are columns. */
static void fill_cells(struct libscols_table *table)
{
	size_t nr = scols_table_get_ncols(table), nr_lines = scols_table_get_nlines(table);

	for (size_t i = 0; i < nr_lines; i++) {
		struct libscols_line *line = scols_table_get_line(table, i);

		for (size_t j = 0; j < nr; j++) {
			const char *text = scols_cell_get_data(scols_line_get_cell(line, j));

			if (!text || !*text)
				scols_line_set_data(line, j, "-");
		}
	}
}

void table_print(struct table *table)
{
	unsigned int width = terminal_width();

	if (!table)
		return;
	if (table->is_chosen)
		fill_cells(table->scols);
	if (width)
		table_fit(table->scols, width, !table->is_chosen);
	scols_print_table(table->scols);
	if (width)
		warn_hidden(table);
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}
