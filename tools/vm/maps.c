// SPDX-License-Identifier: GPL-2.0
/*
 * Parses the regions of an address space from /proc/PID/maps or smaps, and
 * classifies what each region maps.
 */
#include "vm/maps.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/maps_line.h"
#include "lib/pool.h"

static const char *const kind_names[NR_REGION_KINDS] = {
	[REGION_ANON] = "anonymous",
	[REGION_HEAP] = "heap",
	[REGION_STACK] = "stack",
	[REGION_KERNEL] = "kernel",
	[REGION_PROGRAM] = "program",
	[REGION_LIBRARY] = "library",
	[REGION_FILE] = "file",
	[REGION_DEVICE] = "device",
	[REGION_SYSV] = "SysV shm",
	[REGION_POSIX] = "POSIX shm",
	[REGION_MEMFD] = "memfd",
	[REGION_SHARED_ANON] = "shared anonymous",
};

const char *region_kind_name(enum region_kind kind)
{
	return kind_names[kind];
}

/* ---- lines ---- */

static int add_region(struct proc_maps *maps, const char *line)
{
	struct region region = { 0 };
	struct maps_line map;
	void *grown;

	if (maps_line_parse(line, &map))
		return -EBADMSG;
	region.start = map.start;
	region.end = map.end;
	region.offset = map.offset;
	region.inode = map.inode;
	region.major = map.major;
	region.minor = map.minor;
	memcpy(region.prot, map.prot, sizeof(region.prot));
	grown = array_reserve(maps->region, &maps->cap, maps->nr + 1, sizeof(region));
	if (!grown)
		return -ENOMEM;
	maps->region = grown;
	region.name = strdup(map.name);
	if (!region.name)
		return -ENOMEM;
	maps->region[maps->nr++] = region;
	return 0;
}

static const struct {
	const char *key;
	size_t offset;
} figures[] = {
	{ "Rss", offsetof(struct smaps, rss) },
	{ "Pss", offsetof(struct smaps, pss) },
	{ "Shared_Clean", offsetof(struct smaps, shared_clean) },
	{ "Shared_Dirty", offsetof(struct smaps, shared_dirty) },
	{ "Private_Clean", offsetof(struct smaps, private_clean) },
	{ "Private_Dirty", offsetof(struct smaps, private_dirty) },
	{ "Referenced", offsetof(struct smaps, referenced) },
	{ "Anonymous", offsetof(struct smaps, anonymous) },
	{ "Swap", offsetof(struct smaps, swap) },
	{ "SwapPss", offsetof(struct smaps, swap_pss) },
	{ "Shared_Hugetlb", offsetof(struct smaps, shared_hugetlb) },
	{ "Private_Hugetlb", offsetof(struct smaps, private_hugetlb) },
	{ "KSM", offsetof(struct smaps, ksm) },
};

static uint64_t *smaps_field(struct smaps *smaps, unsigned int i)
{
	return (uint64_t *)((char *)smaps + figures[i].offset);
}

void smaps_add(struct smaps *sum, const struct smaps *one)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(figures); i++)
		*smaps_field(sum, i) += *smaps_field((struct smaps *)one, i);
}

/* Parses "VmFlags: rd wr sh mr mw me ms pf mm". VM_IO (io) is no sign of what the pages are. */
static void set_flags(struct region *region, const char *flags)
{
	region->is_raw = strstr(flags, " pf");
	region->is_mixed = strstr(flags, " mm");
}

/* Parses "Rss:      4 kB". An unknown field is of a newer kernel and is ignored. */
static void set_figure(struct region *region, const char *line)
{
	size_t len = strcspn(line, ":");
	uint64_t kib;

	if (len == 7 && !memcmp(line, "VmFlags", len))
		set_flags(region, line + len + 1);
	if (sscanf(line + len, ": %" SCNu64 " kB", &kib) != 1)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(figures); i++)
		if (strlen(figures[i].key) == len && !memcmp(line, figures[i].key, len))
			*smaps_field(&region->smaps, i) = kib << 10;
}

/* ---- kinds ---- */

static bool has_prefix(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* Names that the kernel gives to regions that it has made itself. */
static const struct {
	const char *begin;
	enum region_kind kind;
	bool is_object;		/* the region has an inode */
} names[] = {
	{ "[heap]", REGION_HEAP, false },
	{ "[stack", REGION_STACK, false },
	{ "[vdso]", REGION_KERNEL, false },
	{ "[vvar", REGION_KERNEL, false },
	{ "[vsyscall]", REGION_KERNEL, false },
	{ "[uprobes]", REGION_KERNEL, false },
	{ "[anon_shmem:", REGION_SHARED_ANON, true },
	{ "/SYSV", REGION_SYSV, true },
	{ "/memfd:", REGION_MEMFD, true },
	{ "/dev/zero (deleted)", REGION_SHARED_ANON, true },
	{ "/anon_hugepage (deleted)", REGION_SHARED_ANON, true },
	{ "/dev/shm/", REGION_POSIX, true },
	{ "/dev/", REGION_DEVICE, true },
};

static bool is_same_object(const struct region *a, const struct region *b)
{
	return a->inode == b->inode && a->major == b->major && a->minor == b->minor;
}

static bool is_executed(const struct proc_maps *maps, const struct region *region)
{
	for (uint32_t i = 0; i < maps->nr; i++)
		if (maps->region[i].prot[2] == 'x' && is_same_object(&maps->region[i], region))
			return true;
	return false;
}

static enum region_kind kind_of(const struct proc_maps *maps, const struct region *region,
				const char *exe)
{
	bool is_object = region->inode || region->major || region->minor;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (has_prefix(region->name, names[i].begin) && names[i].is_object == is_object)
			return names[i].kind;
	if (!is_object)
		return REGION_ANON;
	if (exe && !strcmp(region->name, exe))
		return REGION_PROGRAM;
	if (region->name[0] != '/')
		return REGION_DEVICE;
	return is_executed(maps, region) ? REGION_LIBRARY : REGION_FILE;
}

/* region_part - which part of a file @region is, by its protection */
enum region_part region_part(const struct region *region)
{
	if (!region_has_object(region))
		return PART_NONE;
	if (region_is_shared(region))
		return PART_SHARED;
	if (region->prot[2] == 'x')
		return PART_TEXT;
	if (region->prot[1] == 'w')
		return PART_DATA;
	return region->prot[0] == 'r' ? PART_CONST : PART_BARRED;
}

/* ---- */

static int parse_line(struct proc_maps *maps, const char *line)
{
	if (isupper((unsigned char)*line)) {
		if (!maps->nr)
			return -EBADMSG;
		set_figure(&maps->region[maps->nr - 1], line);
		return 0;
	}
	return add_region(maps, line);
}

/**
 * proc_maps_parse - read maps or smaps
 * @file: file to read
 * @exe: path of the program; NULL if unknown
 * @maps: address space to fill, zeroed; call proc_maps_deinit() after an error,
 *	too
 *
 * Return: 0; -EBADMSG if a line cannot be parsed; -ENOMEM, or -errno if reading
 * failed.
 */
int proc_maps_parse(FILE *file, const char *exe, struct proc_maps *maps)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	errno = 0;
	while (!err && (len = getline(&line, &size, file)) >= 0) {
		if (len && line[len - 1] == '\n')
			line[len - 1] = 0;
		err = parse_line(maps, line);
	}
	if (!err && ferror(file))
		err = -errno;
	free(line);
	for (uint32_t i = 0; i < maps->nr; i++)
		maps->region[i].kind = kind_of(maps, &maps->region[i], exe);
	return err;
}

void proc_maps_deinit(struct proc_maps *maps)
{
	for (uint32_t i = 0; i < maps->nr; i++)
		free(maps->region[i].name);
	free(maps->region);
	*maps = (struct proc_maps){ 0 };
}
