/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables on stdout, by libsmartcols. Programs can split the lines at blanks: only the
 * last column has blanks inside a cell.
 */
#ifndef IPCPROBE_LIB_TABLE_H
#define IPCPROBE_LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* One column of a table. A list of columns ends with a NULL name. */
struct table_column {
	const char *name;
	/* a column of numbers; a number and its unit are one word, "1.5ms" */
	bool is_right;
};

#define TABLE_COLUMNS_MAX	96U

/**
 * struct table_view - the columns of a table that are shown
 * @column: indexes into the list of columns, in the order of display
 * @nr: number of columns to show; 0 = all
 * @is_chosen: the user named the columns: only this table is shown, no column is
 *	hidden on a narrow terminal, and no cell is empty
 */
struct table_view {
	unsigned int column[TABLE_COLUMNS_MAX];
	unsigned int nr;
	bool is_chosen;
};

int table_view_parse(struct table_view *view, const struct table_column *columns,
		     const struct table_view *usual, const char *words);

/**
 * struct table_style - how all tables are printed
 * @is_bare: print no headings
 * @is_exact: print sizes in bytes and times in nanoseconds, without units
 */
struct table_style {
	bool is_bare;
	bool is_exact;
};

void table_set_style(struct table_style style);
bool table_is_exact(void);

struct table;

struct table *table_create(const struct table_column *columns);
struct table *table_create_view(const struct table_column *columns,
				const struct table_view *view);
void table_add(struct table *table);
__attribute__((format(printf, 3, 4)))
void table_set(struct table *table, unsigned int column, const char *format, ...);
void table_set_phrase(struct table *table, unsigned int column, const char *phrase);
void table_print(struct table *table);
void table_destroy(struct table *table);

#endif /* IPCPROBE_LIB_TABLE_H */
