// SPDX-License-Identifier: GPL-2.0
/* Lists of classes of records, in the form that users write and read. */
#include "trace/class_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trace/event.h"

static uint32_t class_bit(const char *name, size_t len)
{
	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
		const char *known = event_class_name(id);

		if (known && strlen(known) == len && !memcmp(known, name, len))
			return 1U << id;
	}
	return 0;
}

/**
 * parse_classes - parse a list of classes such as pipe,file
 * Return: 0 or -EINVAL.
 */
int parse_classes(const char *word, uint32_t *ret)
{
	*ret = 0;
	for (;;) {
		size_t len = strcspn(word, ",");
		uint32_t bit = class_bit(word, len);

		if (!bit)
			return -EINVAL;
		*ret |= bit;
		if (!word[len])
			return 0;
		word += len + 1;
	}
}

/* parse_class_list - write the names of the classes in @mask to @buf */
char *parse_class_list(uint32_t mask, const char *separator, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = 0;
	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES && len < size; id++) {
		const char *name = event_class_name(id);

		if (name && mask >> id & 1)
			len += snprintf(buf + len, size - len, "%s%s", len ? separator : "", name);
	}
	return buf;
}
