// SPDX-License-Identifier: GPL-2.0
/*
 * The objects that exist, as JSON. Keys are the columns' names. A column that
 * does not apply to an object is left out, an unknown value is null, and a
 * value that is known in part has a key of its own.
 */
#include "view/ls.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/text.h"
#include "live/relation.h"
#include "view/json.h"
#include "view/label.h"

static json_t *known_json(const struct live_value *value, enum live_kind kind)
{
	char buf[32];

	switch (kind) {
	case LIVE_KIND_TEXT:
		return text_json(value->text);
	case LIVE_KIND_BOOL:
		return json_boolean(value->number);
	case LIVE_KIND_HEX:
		snprintf(buf, sizeof(buf), "0x%08llx", (unsigned long long)value->number);
		return json_string(buf);
	case LIVE_KIND_OCTAL:
		snprintf(buf, sizeof(buf), "%04llo", (unsigned long long)value->number);
		return json_string(buf);
	default:
		return view_json_number(value->number);
	}
}

static void set_value(json_t *row, unsigned int column, const struct live_value *value)
{
	const struct live_column_desc *desc = &live_columns[column];
	char key[32];
	size_t i;

	if (value->state == LIVE_NONE)
		return;
	for (i = 0; desc->name[i] && i < sizeof(key) - 1; i++)
		key[i] = (char)tolower(desc->name[i]);
	key[i] = 0;
	json_object_set_new(row, key, value->state == LIVE_KNOWN ?
			    known_json(value, desc->kind) : json_null());
	if (value->state != LIVE_AT_LEAST)
		return;
	snprintf(key + i, sizeof(key) - i, "_at_least");
	json_object_set_new(row, key, known_json(value, desc->kind));
}

static json_t *relation_json(struct live *live, uint32_t holder)
{
	struct live_relation relation = live_relation_of(live, holder);
	const struct proc *common = proc_at(&live->tasks, relation.common);
	json_t *row;

	if (!relation.other)
		return NULL;
	row = json_pack("{s:s, s:I}", "kin", label_kin(relation.kin), "pid",
			(json_int_t)live_holder_at(live, relation.other)->pid);
	if (relation.kin == KIN_SIBLING || relation.kin == KIN_COMMON)
		json_object_set_new(row, "common_ancestor",
				    json_pack("{s:I, s:o}", "pid", (json_int_t)common->pid, "comm",
					      text_json(image_at(&live->tasks,
								 common->image)->comm)));
	return row;
}

static bool shows_column(const struct view_ls *view, unsigned int column)
{
	for (unsigned int i = 0; i < view->columns.nr; i++)
		if (view->columns.column[i] == column)
			return true;
	return false;
}

static json_t *holder_json(struct live *live, const struct view_ls *view, uint32_t holder)
{
	json_t *row = json_object();

	for (unsigned int i = LIVE_NR_OBJECT_COLUMNS; i < LIVE_NR_COLUMNS; i++) {
		if (!shows_column(view, i))
			continue;
		if (i == LIVE_COL_RELATION)
			json_object_set_new(row, "relation", relation_json(live, holder));
		else
			set_value(row, i, live_holder_value(live, holder, i));
	}
	return row;
}

static json_t *object_json(struct live *live, const struct view_ls *view, uint32_t object)
{
	json_t *row = json_object(), *holders = json_array();
	uint32_t i;

	for (i = 0; i < LIVE_NR_OBJECT_COLUMNS; i++)
		if (shows_column(view, i))
			set_value(row, i, live_object_value(live, object, i));
	for (i = live_object_at(live, object)->first_holder; i; i = live_holder_at(live, i)->next)
		json_array_append_new(holders, holder_json(live, view, i));
	json_object_set_new(row, "holders", holders);
	return row;
}

/* view_ls_json - print one JSON object; 0 or -ENOMEM */
int view_ls_json(struct live *live, const struct view_ls *view)
{
	uint32_t *list = view_ls_sorted(live, view);
	json_t *objects = json_array();

	for (uint32_t i = 0; list && list[i]; i++)
		json_array_append_new(objects, object_json(live, view, list[i]));
	free(list);
	return view_json_print(json_pack("{s:o}", "objects", objects));
}
