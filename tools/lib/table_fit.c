// SPDX-License-Identifier: GPL-2.0
/*
 * Make a table fit into the lines of a terminal.
 *
 * Each column begins with the width that it wants: that of its longest cell. While
 * the lines are too long, the widest text column becomes one character narrower,
 * down to TEXT_LEAST. If that is not enough, the last column is hidden, and the
 * widths are computed anew.
 */
#include "lib/table_fit.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "lib/table.h"
#include "lib/text.h"

/* width that a text column keeps if its texts are that long */
#define TEXT_LEAST	16U
/* width of "\x1b": libsmartcols prints control characters in this form */
#define ESCAPE_WIDTH	4U

/**
 * struct fit - widths of the columns
 * @wanted: width of the column's longest cell or its heading
 * @least: minimum width of the column
 * @width: width that the column gets
 * @nr: number of columns that are shown
 */
struct fit {
	unsigned int wanted[TABLE_COLUMNS_MAX];
	unsigned int least[TABLE_COLUMNS_MAX];
	unsigned int width[TABLE_COLUMNS_MAX];
	unsigned int nr;
};

/* ---- texts ---- */

/*
 * Measure the first character of @text: return its bytes, set @width to its columns
 * on the terminal.
 */
static size_t measure_char(const char *text, unsigned int *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, MB_CUR_MAX, &state);

	if (!len || len > MB_CUR_MAX || !iswprint((wint_t)wide)) {
		*width = ESCAPE_WIDTH;
		return 1;
	}
	*width = wcwidth(wide) < 0 ? 0 : wcwidth(wide);
	return len;
}

static unsigned int width_of(const char *text)
{
	unsigned int width = 0, one;

	while (*text) {
		text += measure_char(text, &one);
		width += one;
	}
	return width;
}

/*
 * Cut @text so that it and the sign for omitted text fit into @width. The caller
 * frees the result.
 */
static char *shorten_text(const char *text, unsigned int width)
{
	const char *dots = text_sign(SIGN_DOTS), *end = text;
	unsigned int room = width - width_of(dots), used = 0, one;
	char *cut;

	for (;;) {
		size_t len = measure_char(end, &one);

		if (used + one > room)
			break;
		used += one;
		end += len;
	}
	cut = malloc(end - text + strlen(dots) + 1);
	if (cut)
		stpcpy(mempcpy(cut, text, end - text), dots);
	return cut;
}

/* ---- columns ---- */

static bool is_text(const struct libscols_column *column)
{
	return !(scols_column_get_flags(column) & SCOLS_FL_RIGHT);
}

static void compute_wanted(struct fit *fit, struct libscols_table *table, unsigned int i)
{
	struct libscols_column *column = scols_table_get_column(table, i);
	const char *name = scols_cell_get_data(scols_column_get_header(column));
	unsigned int heading = scols_table_is_noheadings(table) ? 0 : width_of(name);
	size_t line, nr_lines = scols_table_get_nlines(table);

	fit->wanted[i] = heading;
	for (line = 0; line < nr_lines; line++) {
		const char *text = scols_line_get_column_data(scols_table_get_line(table, line),
							      column);
		unsigned int width = text ? width_of(text) : 0;

		if (width > fit->wanted[i])
			fit->wanted[i] = width;
	}
	fit->least[i] = fit->wanted[i];
	if (is_text(column) && fit->least[i] > TEXT_LEAST)
		fit->least[i] = heading > TEXT_LEAST ? heading : TEXT_LEAST;
}

static unsigned int length_of(const struct fit *fit)
{
	unsigned int length = fit->nr - 1;

	for (unsigned int i = 0; i < fit->nr; i++)
		length += fit->width[i];
	return length;
}

/*
 * Make the widest text column one character narrower; false if no column can become
 * narrower.
 */
static bool narrow_widest(struct fit *fit)
{
	unsigned int widest = fit->nr;

	for (unsigned int i = 0; i < fit->nr; i++)
		if (fit->width[i] > fit->least[i] &&
		    (widest == fit->nr || fit->width[i] > fit->width[widest]))
			widest = i;
	if (widest == fit->nr)
		return false;
	fit->width[widest]--;
	return true;
}

static bool try_widths(struct fit *fit, unsigned int width)
{
	memcpy(fit->width, fit->wanted, sizeof(fit->width));
	while (length_of(fit) > width)
		if (!narrow_widest(fit))
			return false;
	return true;
}

static void shorten_cells(const struct fit *fit, struct libscols_table *table, unsigned int i)
{
	struct libscols_column *column = scols_table_get_column(table, i);
	size_t line, nr_lines = scols_table_get_nlines(table);

	for (line = 0; line < nr_lines; line++) {
		struct libscols_line *row = scols_table_get_line(table, line);
		const char *text = scols_line_get_column_data(row, column);
		char *cut;

		if (!text || width_of(text) <= fit->width[i])
			continue;
		cut = shorten_text(text, fit->width[i]);
		if (cut && scols_line_refer_column_data(row, column, cut))
			free(cut);
	}
}

static void hide_column(struct libscols_column *column)
{
	scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_HIDDEN);
}

void table_fit(struct libscols_table *table, unsigned int width, bool can_hide)
{
	unsigned int nr = scols_table_get_ncols(table), i;
	struct fit fit = { .nr = nr };

	for (i = 0; i < nr; i++)
		compute_wanted(&fit, table, i);
	while (!try_widths(&fit, width) && can_hide && fit.nr > 1)
		fit.nr--;
	for (i = 0; i < fit.nr; i++)
		shorten_cells(&fit, table, i);
	for (; i < nr; i++)
		hide_column(scols_table_get_column(table, i));
}
