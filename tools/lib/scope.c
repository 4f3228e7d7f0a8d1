// SPDX-License-Identifier: GPL-2.0
/* The user's selection of processes and CPUs to show. */
#include "lib/scope.h"

bool pid_list_has(const struct pid_list *list, uint32_t pid)
{
	for (uint32_t i = 0; i < list->nr; i++)
		if (list->pid[i] == pid)
			return true;
	return false;
}

bool scope_has_pid(const struct scope *scope, uint32_t pid)
{
	return !scope->pids.nr || pid_list_has(&scope->pids, pid);
}
