/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text from other programs (task names, paths) that is printed on a terminal or as
 * JSON: it may contain escape sequences and may be invalid UTF-8.
 */
#ifndef IPCPROBE_LIB_TEXT_H
#define IPCPROBE_LIB_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* Signs in reports. A locale that lacks a sign gets an ASCII replacement. */
enum text_sign { SIGN_TIMES, SIGN_ARROW, SIGN_DOTS, SIGN_MICRO };

const char *text_sign(enum text_sign sign);

bool text_is_plain(const char *text);
void text_print(FILE *out, const char *text);
void text_print_quoted(FILE *out, const char *text);
json_t *text_json(const char *text);

#endif /* IPCPROBE_LIB_TEXT_H */
