/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that others chose (task names, paths) on its way to a terminal or into
 * JSON: it may hold escape sequences and need not be valid UTF-8.
 */
#ifndef IPCPROBE_TEXT_H
#define IPCPROBE_TEXT_H

#include <stdio.h>

#include <jansson.h>

void text_print(FILE *out, const char *text);
void text_print_quoted(FILE *out, const char *text);
json_t *text_json(const char *text);

#endif /* IPCPROBE_TEXT_H */
