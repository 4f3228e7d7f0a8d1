/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose (task names, paths) on its way to a terminal or into
 * JSON: it may hold escape sequences and need not be valid UTF-8.
 */
#ifndef IPCPROBE_LIB_TEXT_H
#define IPCPROBE_LIB_TEXT_H

#include <stdio.h>

#include <jansson.h>

/* signs that reports use; in a locale without them they are written in ASCII */
enum text_sign { SIGN_TIMES, SIGN_ARROW, SIGN_DOTS, SIGN_MICRO };

const char *text_sign(enum text_sign sign);

void text_print(FILE *out, const char *text);
void text_print_quoted(FILE *out, const char *text);
json_t *text_json(const char *text);

#endif /* IPCPROBE_LIB_TEXT_H */
