/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The JSON code that the views share. An object is written member by member,
 * and an array in it element by element, so that a long array takes no memory.
 */
#ifndef IPCPROBE_VIEW_JSON_H
#define IPCPROBE_VIEW_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

static inline json_t *view_json_number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* null if the value is unknown */
static inline json_t *view_json_known(bool is_known, uint64_t value)
{
	return is_known ? view_json_number(value) : json_null();
}

/*
 * The version of all objects that the commands write; it is the first member of
 * the first object. The version grows by one when a member is renamed or
 * removed, or changes its meaning, but not when a member is added.
 */
#define VIEW_JSON_SCHEMA	2

/* Begins a new output, whose first object has the version. */
void view_json_restart(void);

/**
 * struct view_json - an object that is being written to stdout
 * @err: first error: -ENOMEM, or the error of a write
 * @flags: JSON_* of jansson
 * @needs_comma: something was written before the next member or element
 */
struct view_json {
	int err;
	size_t flags;
	bool needs_comma;
};

/*
 * Writes an object on one line: begin, then members, then end. The functions
 * take over the values; NULL is a value for which memory was short. After an
 * error nothing is written.
 */
void view_json_begin(struct view_json *json);
void view_json_member(struct view_json *json, const char *key, json_t *value);

/* Begins a member that is an array, written element by element. */
void view_json_array_begin(struct view_json *json, const char *key);
void view_json_element(struct view_json *json, json_t *value);
void view_json_array_end(struct view_json *json);

/* Stores an error, for example if memory for a member was short. */
void view_json_fail(struct view_json *json, int err);

/* Returns 0, or the first error as -errno. */
int view_json_end(struct view_json *json);

/* Prints @root on one line of stdout and frees it: 0 or -errno. */
int view_json_print(json_t *root);

/* Prints @root without blanks and frees it: for commands that write an object for each event. */
int view_json_print_row(json_t *root);

#endif /* IPCPROBE_VIEW_JSON_H */
