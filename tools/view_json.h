/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the views' JSON has in common.
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

/* Print @root, which is taken over, on one line of stdout: 0 or -ENOMEM. */
int view_json_print(json_t *root);

#endif /* IPCPROBE_VIEW_JSON_H */
