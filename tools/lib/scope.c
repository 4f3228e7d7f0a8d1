// SPDX-License-Identifier: GPL-2.0
/* The user's selection of processes and CPUs to show. */
#include "lib/scope.h"

bool scope_has_pid(const struct scope *scope, uint32_t pid)
{
	for (uint32_t i = 0; i < scope->pids.nr; i++)
		if (scope->pids.pid[i] == pid)
			return true;
	return !scope->pids.nr;
}
