// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of 'ipcprobe ls', and lists of them as users write them.
 */
#include "live/column.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

const struct live_column_desc live_columns[LIVE_NR_COLUMNS] = {
#define X(id, name, kind, help)	[LIVE_COL_##id] = { name, LIVE_KIND_##kind, help },
	LIVE_OBJECT_COLUMNS(X)
	LIVE_HOLDER_COLUMNS(X)
#undef X
};

bool live_columns_have(const struct live_column_list *list, unsigned int column)
{
	return memchr(list->column, (int)column, list->nr);
}

void live_columns_default(struct live_column_list *list)
{
	static const uint8_t usual[] = {
		LIVE_COL_TYPE, LIVE_COL_ID, LIVE_COL_NAME, LIVE_COL_SIZE, LIVE_COL_USED,
		LIVE_COL_VALUE, LIVE_COL_WAITERS,
		LIVE_COL_PROCESS, LIVE_COL_FD, LIVE_COL_ACCESS, LIVE_COL_WAITS, LIVE_COL_RELATION,
	};

	memcpy(list->column, usual, sizeof(usual));
	list->nr = sizeof(usual);
}

void live_columns_all(struct live_column_list *list)
{
	for (list->nr = 0; list->nr < LIVE_NR_COLUMNS; list->nr++)
		list->column[list->nr] = (uint8_t)list->nr;
}

static int find_column(const char *name, size_t len)
{
	for (unsigned int i = 0; i < LIVE_NR_COLUMNS; i++)
		if (strlen(live_columns[i].name) == len &&
		    !strncasecmp(live_columns[i].name, name, len))
			return (int)i;
	return -1;
}

/**
 * live_columns_parse - parse "A,B" (these columns) or "+A,B" (these and the
 * usual columns)
 * Return: 0, or -EINVAL if a name is unknown or the list is empty.
 */
int live_columns_parse(const char *word, struct live_column_list *list)
{
	live_columns_default(list);
	if (*word == '+')
		word++;
	else
		list->nr = 0;
	for (;;) {
		size_t len = strcspn(word, ",");
		int column = find_column(word, len);

		if (column < 0)
			return -EINVAL;
		if (!live_columns_have(list, (unsigned int)column))
			list->column[list->nr++] = (uint8_t)column;
		if (!word[len])
			return 0;
		word += len + 1;
	}
}
