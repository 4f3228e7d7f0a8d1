// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of IPC: a line for each limit, with how much of it is used.
 */
#include "view/ipc_limits.h"

#include <errno.h>
#include <stdio.h>

#include "lib/table.h"
#include "view/json.h"
#include "view/label.h"

static double used_percent(const struct live_limit *limit)
{
	return limit->limit ? 100.0 * (double)limit->used / (double)limit->limit : 0;
}

/* ---- text ---- */

enum { COL_RESOURCE, COL_LIMIT, COL_USED, COL_USE, COL_DESCRIPTION };

const struct table_column view_limits_columns[] = {
	[COL_RESOURCE] = { "RESOURCE", false }, [COL_LIMIT] = { "LIMIT", true },
	[COL_USED] = { "USED", true }, [COL_USE] = { "USE", true },
	[COL_DESCRIPTION] = { "DESCRIPTION", false }, { NULL, false }
};

static void set_limit(struct table *table, const struct live_limit *limit, bool is_bytes)
{
	if (!limit->is_known)
		table_set(table, COL_LIMIT, "-");
	else if (is_bytes)
		label_set_bytes(table, COL_LIMIT, limit->limit, true);
	else
		table_set(table, COL_LIMIT, "%llu", (unsigned long long)limit->limit);
}

static void set_used(struct table *table, const struct live_limit *limit)
{
	table_set(table, COL_USED, "-");
	if (limit->is_used_known)
		table_set(table, COL_USED, "%llu", (unsigned long long)limit->used);
	if (limit->is_used_known && limit->is_known)
		table_set(table, COL_USE, "%.2f %%", used_percent(limit));
}

/* view_limits_print - print a table; 0 or -ENOMEM */
int view_limits_print(const struct live_limit limit[LIVE_NR_LIMITS], const struct table_view *view)
{
	struct table *table = table_create_view(view_limits_columns, view);

	if (!table)
		return -ENOMEM;
	for (unsigned int i = 0; i < LIVE_NR_LIMITS; i++) {
		table_add(table);
		table_set(table, COL_RESOURCE, "%s", live_limits[i].name);
		table_set(table, COL_DESCRIPTION, "%s", live_limits[i].help);
		set_limit(table, &limit[i], live_limits[i].kind == LIVE_LIMIT_BYTES);
		if (live_limits[i].kind == LIVE_LIMIT_COUNT)
			set_used(table, &limit[i]);
	}
	table_print(table);
	table_destroy(table);
	return 0;
}

/* ---- JSON ---- */

/* Limits are strings: SHMMAX and SHMALL are larger than a JSON number may be. */
static json_t *limit_json(const struct live_limit *limit)
{
	char buf[24];

	if (!limit->is_known)
		return json_null();
	snprintf(buf, sizeof(buf), "%llu", (unsigned long long)limit->limit);
	return json_string(buf);
}

static json_t *row_json(const struct live_limit *limit, const struct live_limit_desc *desc)
{
	json_t *row = json_pack("{s:s, s:s, s:o}", "resource", desc->name, "description",
				desc->help, "limit", limit_json(limit));
	bool is_known = limit->is_known && limit->is_used_known;

	if (desc->kind != LIVE_LIMIT_COUNT)
		return row;
	json_object_set_new(row, "used", view_json_known(limit->is_used_known, limit->used));
	json_object_set_new(row, "use_percent",
			    is_known ? json_real(used_percent(limit)) : json_null());
	return row;
}

/* view_limits_json - print one JSON object; 0 or -ENOMEM */
int view_limits_json(const struct live_limit limit[LIVE_NR_LIMITS])
{
	json_t *rows = json_array();

	for (unsigned int i = 0; i < LIVE_NR_LIMITS; i++)
		json_array_append_new(rows, row_json(&limit[i], &live_limits[i]));
	return view_json_print(json_pack("{s:o}", "limits", rows));
}
