// SPDX-License-Identifier: GPL-2.0
/*
 * What the views' JSON has in common.
 */
#include "view_json.h"

#include <errno.h>
#include <stdio.h>

#define DIGITS	6	/* of a number that is not whole */

int view_json_print(json_t *root)
{
	int err;

	if (!root)
		return -ENOMEM;
	err = json_dumpf(root, stdout, JSON_REAL_PRECISION(DIGITS));
	putchar('\n');
	json_decref(root);
	return err ? -ENOMEM : 0;
}
