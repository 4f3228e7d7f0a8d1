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

const struct table_column view_ls_columns[] = {
#define X(id, name, kind, help)	[LIVE_COL_##id] = { name, LIVE_KIND_##kind != LIVE_KIND_TEXT },
	LIVE_OBJECT_COLUMNS(X)
	LIVE_HOLDER_COLUMNS(X)
#undef X
	[LIVE_NR_COLUMNS] = { NULL, false }
};

const struct table_view view_ls_usual = {
	.column = { LIVE_COL_TYPE, LIVE_COL_ID, LIVE_COL_NAME, LIVE_COL_SIZE, LIVE_COL_USED,
		    LIVE_COL_VALUE, LIVE_COL_WAITERS, LIVE_COL_PROCESS, LIVE_COL_FD,
		    LIVE_COL_ACCESS, LIVE_COL_WAITS, LIVE_COL_RELATION },
	.nr = 12,
};

static bool is_wanted(const struct live *live, const struct view_ls *view,
		      const struct live_object *object)
{
	uint32_t i;

	if (!(view->types & 1U << object->type))
		return false;
	for (i = object->first_holder; i; i = live_holder_at(live, i)->next)
		if (pid_list_has(&view->pids, live_holder_at(live, i)->pid))
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

	if (localtime_r(&when, &tm) && strftime(buf, sizeof(buf), "%FT%T", &tm))
		table_set(table, cell, "%s", buf);
}

/* Sets words of ours, such as "read[12], poll[13]", as one word; a name stays as it is. */
static void set_text(struct table *table, enum live_column column, const char *text)
{
	if (column == LIVE_COL_WAITS || column == LIVE_COL_NOTIFY || column == LIVE_COL_VALUE ||
	    column == LIVE_COL_STATUS)
		table_set_phrase(table, column, text);
	else
		table_set(table, column, "%s", text);
}

static void set_known(struct table *table, enum live_column column, const struct live_value *value)
{
	unsigned long long number = value->number;

	switch (live_columns[column].kind) {
	case LIVE_KIND_TEXT:
		set_text(table, column, value->text);
		break;
	case LIVE_KIND_NUMBER:
		table_set(table, column, "%llu", number);
		break;
	case LIVE_KIND_SIZE:
		label_set_bytes(table, column, number, true);
		break;
	case LIVE_KIND_HEX:
		table_set(table, column, "0x%08llx", number);
		break;
	case LIVE_KIND_OCTAL:
		table_set(table, column, "%04llo", number);
		break;
	case LIVE_KIND_TIME:
		set_time(table, column, number);
		break;
	case LIVE_KIND_BOOL:
		table_set(table, column, "%s", number ? "yes" : "no");
		break;
	}
}

/* Only sizes are ever known in part. */
static void set_cell(struct table *table, enum live_column column, const struct live_value *value)
{
	if (value->state == LIVE_KNOWN)
		set_known(table, column, value);
	else if (value->state == LIVE_AT_LEAST)
		label_set_bytes(table, column, value->number, false);
	else if (value->state == LIVE_UNKNOWN)
		table_set(table, column, "-");
}

static void set_relation(struct table *table, struct live *live, uint32_t holder)
{
	struct live_relation relation = live_relation_of(live, holder);
	char *text;

	if (!relation.other)
		return;
	text = live_relation_text(live, &relation);
	table_set(table, LIVE_COL_RELATION, "%s", text ?: "-");
	free(text);
}

/* ---- rows ---- */

/* If @object or @holder is 0, its cells are left empty. */
static void add_row(struct table *table, struct live *live, const struct view_ls *view,
		    uint32_t object, uint32_t holder)
{
	table_add(table);
	for (unsigned int i = 0; i < view->columns.nr; i++) {
		enum live_column column = view->columns.column[i];

		if (column < LIVE_NR_OBJECT_COLUMNS && object)
			set_cell(table, column, live_object_value(live, object, column));
		else if (column == LIVE_COL_RELATION && holder)
			set_relation(table, live, holder);
		else if (column >= LIVE_NR_OBJECT_COLUMNS && holder)
			set_cell(table, column, live_holder_value(live, holder, column));
	}
}

static bool shows_holders(const struct view_ls *view)
{
	for (unsigned int i = 0; i < view->columns.nr; i++)
		if (view->columns.column[i] >= LIVE_NR_OBJECT_COLUMNS)
			return true;
	return false;
}

/* In a table for programs each line has the object, else only the first. */
static void add_object(struct table *table, struct live *live, const struct view_ls *view,
		       uint32_t object)
{
	uint32_t holder = live_object_at(live, object)->first_holder;

	if (!shows_holders(view))
		holder = 0;
	add_row(table, live, view, object, holder);
	while (holder && (holder = live_holder_at(live, holder)->next))
		add_row(table, live, view, view->columns.is_chosen ? object : 0, holder);
}

/* view_ls_print - print a table; 0 or -ENOMEM */
int view_ls_print(struct live *live, const struct view_ls *view)
{
	uint32_t *list = view_ls_sorted(live, view);
	struct table *table = table_create_view(view_ls_columns, &view->columns);
	int err = list && table ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && list[i]; i++)
		add_object(table, live, view, list[i]);
	if (!err)
		table_print(table);
	table_destroy(table);
	free(list);
	return err;
}
