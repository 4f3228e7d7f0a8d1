// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs that share a last-level cache: parse lists such as "0-3;4-7" from the
 * recording.
 */
#include "watch/explain.h"

#include <stdlib.h>
#include <string.h>

#include "lib/parse.h"

/* 1 if both CPUs are in this part of the list, 0 if one is, -1 if none is. */
static int is_in_part(const char *part, size_t len, uint32_t a, uint32_t b)
{
	char *word = strndup(part, len);
	struct cpu_set set = { 0 };
	bool has_a, has_b;

	if (!word || parse_cpus(word, &set)) {
		free(word);
		return -1;
	}
	free(word);
	has_a = cpu_set_has(&set, a);
	has_b = cpu_set_has(&set, b);
	return has_a || has_b ? has_a && has_b : -1;
}

int explain_is_cache_shared(const struct explain *explain, uint32_t a, uint32_t b)
{
	const char *part = explain->cache;
	int ret = -1;

	while (part && *part && ret < 0) {
		size_t len = strcspn(part, ";");

		ret = is_in_part(part, len, a, b);
		part += len + (part[len] == ';');
	}
	return ret;
}
