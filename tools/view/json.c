// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON code that the views share: writes an object member by member.
 */
#include "view/json.h"

#include <errno.h>
#include <stdio.h>

#define DIGITS		6	/* digits of a number that is not an integer */
#define SCHEMA_KEY	"schema"

/* the version is written; the output has it once, in its first object */
static bool has_schema;

void view_json_restart(void)
{
	has_schema = false;
}

void view_json_fail(struct view_json *json, int err)
{
	if (!json->err)
		json->err = err;
}

static void put_text(struct view_json *json, const char *text)
{
	if (!json->err && fputs(text, stdout) < 0)
		view_json_fail(json, errno ? -errno : -EIO);
}

/* Writes @value and frees it. */
static void put_value(struct view_json *json, json_t *value)
{
	if (!value)
		view_json_fail(json, -ENOMEM);
	errno = 0;
	if (!json->err &&
	    json_dumpf(value, stdout, json->flags | JSON_REAL_PRECISION(DIGITS) | JSON_ENCODE_ANY))
		view_json_fail(json, ferror(stdout) && errno ? -errno : -ENOMEM);
	json_decref(value);
}

static void put_comma(struct view_json *json)
{
	if (json->needs_comma)
		put_text(json, ", ");
	json->needs_comma = true;
}

static void put_key(struct view_json *json, const char *key)
{
	put_comma(json);
	put_value(json, json_string(key));
	put_text(json, ": ");
}

void view_json_begin(struct view_json *json)
{
	*json = (struct view_json){ 0 };
	put_text(json, "{");
	if (has_schema)
		return;
	has_schema = true;
	view_json_member(json, SCHEMA_KEY, json_integer(VIEW_JSON_SCHEMA));
}

void view_json_member(struct view_json *json, const char *key, json_t *value)
{
	put_key(json, key);
	put_value(json, value);
}

void view_json_array_begin(struct view_json *json, const char *key)
{
	put_key(json, key);
	put_text(json, "[");
	json->needs_comma = false;
}

void view_json_element(struct view_json *json, json_t *value)
{
	put_comma(json);
	put_value(json, value);
}

void view_json_array_end(struct view_json *json)
{
	put_text(json, "]");
	json->needs_comma = true;
}

int view_json_end(struct view_json *json)
{
	put_text(json, "}\n");
	return json->err;
}

/* Returns @root; the first object gets the version as its first member. */
static json_t *with_schema(json_t *root)
{
	json_t *object;

	if (!root || has_schema)
		return root;
	has_schema = true;
	object = json_pack("{s:i}", SCHEMA_KEY, VIEW_JSON_SCHEMA);
	if (object && json_object_update(object, root)) {
		json_decref(object);
		object = NULL;
	}
	json_decref(root);
	return object;
}

static int print_object(json_t *root, size_t flags)
{
	struct view_json json = { .flags = flags };

	put_value(&json, with_schema(root));
	put_text(&json, "\n");
	return json.err;
}

int view_json_print(json_t *root)
{
	return print_object(root, 0);
}

int view_json_print_row(json_t *root)
{
	return print_object(root, JSON_COMPACT);
}
