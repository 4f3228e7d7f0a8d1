// SPDX-License-Identifier: GPL-2.0
/*
 * The objects that exist, as text: a line for each holder, or one line for an
 * object without holders.
 */
#include "view/ls.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lib/table.h"
#include "live/relation.h"
#include "view/label.h"

static bool is_pid_wanted(const struct view_ls *view, uint32_t pid)
{
	for (uint32_t i = 0; i < view->pids.nr; i++)
		if (view->pids.pid[i] == pid)
			return true;
	return false;
}

static bool is_wanted(const struct live *live, const struct view_ls *view,
		      const struct live_object *object)
{
	uint32_t i;

	if (!(view->types & 1U << object->type))
		return false;
	for (i = object->first_holder; i; i = live_holder_at(live, i)->next)
		if (is_pid_wanted(view, live_holder_at(live, i)->pid))
			return true;
	return !view->pids.nr;
}

static int compare_objects(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct live_object *x = live_object_at(arg, i), *y = live_object_at(arg, j);

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return i < j ? -1 : i > j;
}

uint32_t *view_ls_sorted(const struct live *live, const struct view_ls *view)
{
	uint32_t *list = calloc(live->object.nr + 1, sizeof(*list)), nr = 0;

	if (!list)
		return NULL;
	for (uint32_t i = 1; i < live->object.nr; i++)
		if (is_wanted(live, view, live_object_at(live, i)))
			list[nr++] = i;
	qsort_r(list, nr, sizeof(*list), compare_objects, (void *)live);
	return list;
}

/* ---- cells ---- */

static void set_time(struct table *table, unsigned int cell, uint64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	char buf[32];

	if (localtime_r(&when, &tm) && strftime(buf, sizeof(buf), "%F %T", &tm))
		table_set(table, cell, "%s", buf);
}

static void set_known(struct table *table, unsigned int cell, const struct live_value *value,
		      enum live_kind kind, bool is_plain)
{
	unsigned long long number = value->number;
	char buf[LABEL_MAX];

	switch (kind) {
	case LIVE_KIND_TEXT:
		table_set(table, cell, "%s", value->text);
		break;
	case LIVE_KIND_NUMBER:
		table_set(table, cell, "%llu", number);
		break;
	case LIVE_KIND_SIZE:
		if (is_plain)
			table_set(table, cell, "%llu", number);
		else
			table_set(table, cell, "%s", label_bytes(buf, number, true));
		break;
	case LIVE_KIND_HEX:
		table_set(table, cell, "0x%08llx", number);
		break;
	case LIVE_KIND_OCTAL:
		table_set(table, cell, "%04llo", number);
		break;
	case LIVE_KIND_TIME:
		set_time(table, cell, number);
		break;
	case LIVE_KIND_BOOL:
		table_set(table, cell, "%s", number ? "yes" : "no");
		break;
	}
}

/* Sets a lower limit of a size; only sizes are ever known in part. */
static void set_least(struct table *table, unsigned int cell, uint64_t bytes, bool is_plain)
{
	char buf[LABEL_MAX];

	if (is_plain)
		table_set(table, cell, ">= %llu", (unsigned long long)bytes);
	else
		table_set(table, cell, "%s", label_bytes(buf, bytes, false));
}

static void set_cell(struct table *table, const struct view_ls *view, unsigned int cell,
		     const struct live_value *value)
{
	enum live_kind kind = live_columns[view->columns.column[cell]].kind;

	if (value->state == LIVE_KNOWN)
		set_known(table, cell, value, kind, view->is_plain);
	else if (value->state == LIVE_AT_LEAST)
		set_least(table, cell, value->number, view->is_plain);
	else if (value->state == LIVE_UNKNOWN)
		table_set(table, cell, "-");
}

static void set_relation(struct table *table, struct live *live, unsigned int cell,
			 uint32_t holder)
{
	struct live_relation relation = live_relation_of(live, holder);
	char *text;

	if (!relation.other)
		return;
	text = live_relation_text(live, &relation);
	table_set(table, cell, "%s", text ?: "-");
	free(text);
}

/* ---- rows ---- */

/* If @object or @holder is 0, its cells are left empty. */
static void add_row(struct table *table, struct live *live, const struct view_ls *view,
		    uint32_t object, uint32_t holder)
{
	table_add(table);
	for (unsigned int cell = 0; cell < view->columns.nr; cell++) {
		enum live_column column = view->columns.column[cell];

		if (column < LIVE_NR_OBJECT_COLUMNS && object)
			set_cell(table, view, cell, live_object_value(live, object, column));
		else if (column == LIVE_COL_RELATION && holder)
			set_relation(table, live, cell, holder);
		else if (column >= LIVE_NR_OBJECT_COLUMNS && holder)
			set_cell(table, view, cell, live_holder_value(live, holder, column));
	}
}

static bool shows_holders(const struct view_ls *view)
{
	for (unsigned int i = 0; i < view->columns.nr; i++)
		if (view->columns.column[i] >= LIVE_NR_OBJECT_COLUMNS)
			return true;
	return false;
}

static void add_object(struct table *table, struct live *live, const struct view_ls *view,
		       uint32_t object)
{
	uint32_t holder = live_object_at(live, object)->first_holder;

	if (!shows_holders(view))
		holder = 0;
	add_row(table, live, view, object, holder);
	while (holder && (holder = live_holder_at(live, holder)->next))
		add_row(table, live, view, 0, holder);
}

static struct table *create_table(const struct view_ls *view)
{
	struct table_column columns[LIVE_NR_COLUMNS + 1] = { 0 };
	struct table_view shown = { .nr = view->columns.nr, .is_chosen = view->is_chosen };

	_Static_assert(LIVE_NR_COLUMNS <= TABLE_COLUMNS_MAX, "a table has not so many columns");
	for (unsigned int i = 0; i < view->columns.nr; i++) {
		const struct live_column_desc *desc = &live_columns[view->columns.column[i]];

		columns[i].name = desc->name;
		columns[i].is_right = desc->kind != LIVE_KIND_TEXT;
		shown.column[i] = i;
	}
	return table_create_view(columns, &shown);
}

/* view_ls_print - print a table; 0 or -ENOMEM */
int view_ls_print(struct live *live, const struct view_ls *view)
{
	uint32_t *list = view_ls_sorted(live, view);
	struct table *table = create_table(view);
	int err = list && table ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && list[i]; i++)
		add_object(table, live, view, list[i]);
	if (!err)
		table_print(table);
	table_destroy(table);
	free(list);
	return err;
}
