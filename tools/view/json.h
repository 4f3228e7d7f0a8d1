/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the views' JSON has in common, and how it is written: an object goes
 * out a member at a time, an array of its an element at a time, so that a long
 * one takes no memory.
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

/* null where it is not known */
static inline json_t *view_json_known(bool is_known, uint64_t value)
{
	return is_known ? view_json_number(value) : json_null();
}

/*
 * The version of all objects that the commands write, the first member of the
 * first one.  It grows by one when a member is renamed or taken away, or means
 * something else, and not when one is added.
 */
#define VIEW_JSON_SCHEMA	2

/* What is written from here on is another output, which begins with the version. */
void view_json_restart(void);

/**
 * struct view_json - an object that is being written to stdout
 * @err: the first error: -ENOMEM, or what writing failed with
 * @flags: JSON_* of jansson
 * @needs_comma: something stands before what comes next
 */
struct view_json {
	int err;
	size_t flags;
	bool needs_comma;
};

/*
 * An object on one line: begin, then members, then end.  Values are taken over;
 * NULL is one for which there was no memory.  After an error nothing is written.
 */
void view_json_begin(struct view_json *json);
void view_json_member(struct view_json *json, const char *key, json_t *value);

/* A member that is an array, element by element. */
void view_json_array_begin(struct view_json *json, const char *key);
void view_json_element(struct view_json *json, json_t *value);
void view_json_array_end(struct view_json *json);

/* There was no memory for something that belongs into it. */
void view_json_fail(struct view_json *json, int err);

/* Return: 0, or the first error, a -errno. */
int view_json_end(struct view_json *json);

/* Print @root, which is taken over, on one line of stdout: 0 or -errno. */
int view_json_print(json_t *root);

/* The same without blanks: for commands that write an object for each event. */
int view_json_print_row(json_t *root);

#endif /* IPCPROBE_VIEW_JSON_H */
