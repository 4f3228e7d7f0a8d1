// SPDX-License-Identifier: GPL-2.0
/* CPUs that share a last-level cache, according to sysfs. */
#include "trace/topology.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES	4096

/* Read the first line of a file, without its newline. */
static bool read_line(const char *folder, const char *name, char line[LINE_MAX_BYTES])
{
	char path[512];
	FILE *in;
	bool is_read;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	in = fopen(path, "re");
	if (!in)
		return false;
	is_read = fgets(line, LINE_MAX_BYTES, in);
	fclose(in);
	if (is_read)
		line[strcspn(line, "\n")] = 0;
	return is_read;
}

/* Find the CPUs that share @cpu's cache of the highest level; false = not known. */
static bool find_last_level(const char *cpu, char list[LINE_MAX_BYTES])
{
	char pattern[512], line[LINE_MAX_BYTES];
	int level, highest = 0;
	glob_t folders;

	snprintf(pattern, sizeof(pattern), "%s/cache/index[0-9]*", cpu);
	if (glob(pattern, 0, NULL, &folders))
		return false;
	for (size_t i = 0; i < folders.gl_pathc; i++) {
		if (!read_line(folders.gl_pathv[i], "level", line))
			continue;
		level = atoi(line);
		if (level > highest && read_line(folders.gl_pathv[i], "shared_cpu_list", list))
			highest = level;
	}
	globfree(&folders);
	return highest && strspn(list, "0123456789,-") == strlen(list);
}

/* True if @list is one of the lists in @all, which ';' separates. */
static bool has_list(const char *all, const char *list)
{
	size_t len = strlen(list);
	const char *p;

	for (p = all; (p = strstr(p, list)); p += len)
		if ((p == all || p[-1] == ';') && p[len] == ';')
			return true;
	return false;
}

/* Add each CPU's list once, followed by ';'. */
static char *add_list(char *all, const char *list)
{
	char *longer;

	if (has_list(all, list))
		return all;
	if (asprintf(&longer, "%s%s;", all, list) < 0)
		longer = NULL;
	free(all);
	return longer;
}

char *topology_caches(const char *root)
{
	char pattern[512], list[LINE_MAX_BYTES], *all = strdup("");
	glob_t cpus;

	snprintf(pattern, sizeof(pattern), "%s/cpu[0-9]*", root);
	if (glob(pattern, 0, NULL, &cpus))
		return all;
	for (size_t i = 0; all && i < cpus.gl_pathc; i++)
		if (find_last_level(cpus.gl_pathv[i], list))
			all = add_list(all, list);
	globfree(&cpus);
	if (all && *all)
		all[strlen(all) - 1] = 0;
	return all;
}
