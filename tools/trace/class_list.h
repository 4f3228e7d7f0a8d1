/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of classes of records, in the form that users write and read. */
#ifndef IPCPROBE_TRACE_CLASS_LIST_H
#define IPCPROBE_TRACE_CLASS_LIST_H

#include <stddef.h>
#include <stdint.h>

int parse_classes(const char *word, uint32_t *ret);

/* Write the names of the classes in @mask to @buf, as in "a, b, c"; return @buf. */
char *parse_class_list(uint32_t mask, const char *separator, char *buf, size_t size);

#endif /* IPCPROBE_TRACE_CLASS_LIST_H */
