// SPDX-License-Identifier: GPL-2.0
/* Which CPUs share a last-level cache: read from a folder like sysfs. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ktap.h"
#include "trace/topology.h"

static char root[] = "/tmp/topology.XXXXXX";

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	if (!out)
		abort();
	fprintf(out, "%s\n", text);
	fclose(out);
}

static void add_cache(unsigned int cpu, unsigned int index, const char *level, const char *list)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cpu%u", root, cpu);
	mkdir(path, 0700);
	strcat(path, "/cache");
	mkdir(path, 0700);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/index%u", index);
	mkdir(path, 0700);
	write_file(path, "level", level);
	if (list)
		write_file(path, "shared_cpu_list", list);
}

static void expect_caches(const char *wanted)
{
	char *caches = topology_caches(root);

	ktap_str_eq(caches, wanted);
	free(caches);
}

int main(void)
{
	char command[64];

	ktap_begin(4);
	if (!mkdtemp(root))
		abort();
	expect_caches("");
	ktap_result("without data the topology is not known");
	add_cache(0, 0, "1", "0");
	add_cache(0, 3, "3", "0-1,4");
	add_cache(0, 2, "2", "0-1");
	add_cache(1, 3, "3", "0-1,4");
	add_cache(4, 3, "3", "0-1,4");
	add_cache(2, 0, "2", "2-3");
	add_cache(3, 0, "2", "2-3");
	expect_caches("0-1,4;2-3");
	ktap_result("the highest level of each CPU, each list once");
	add_cache(5, 0, "2", NULL);
	expect_caches("0-1,4;2-3");
	ktap_result("a CPU without data is left out");
	add_cache(6, 0, "2", "6; rm");
	expect_caches("0-1,4;2-3");
	ktap_result("a CPU with an invalid list is left out");
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command) ? 1 : ktap_end();
}
