// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of 'ipcprobe ls'.
 */
#include "live/column.h"

const struct live_column_desc live_columns[LIVE_NR_COLUMNS] = {
#define X(id, name, kind, help)	[LIVE_COL_##id] = { name, LIVE_KIND_##kind, help },
	LIVE_OBJECT_COLUMNS(X)
	LIVE_HOLDER_COLUMNS(X)
#undef X
};
