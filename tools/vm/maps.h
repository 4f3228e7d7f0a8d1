/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The regions of an address space, parsed from /proc/PID/maps or smaps, and
 * what each region maps.
 */
#ifndef IPCPROBE_VM_MAPS_H
#define IPCPROBE_VM_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* what a region maps */
enum region_kind {
	REGION_ANON,		/* memory without an object */
	REGION_HEAP,
	REGION_STACK,		/* stack of the first thread */
	REGION_KERNEL,		/* vdso, vvar, vsyscall */
	REGION_PROGRAM,
	REGION_LIBRARY,		/* file of which the process may execute a part */
	REGION_FILE,
	REGION_DEVICE,
	REGION_SYSV,		/* segment of shmget(), shmat() */
	REGION_POSIX,		/* file in /dev/shm, of shm_open() */
	REGION_MEMFD,
	REGION_SHARED_ANON,	/* MAP_SHARED | MAP_ANONYMOUS */
	NR_REGION_KINDS
};

/* which of a file's parts a region is */
enum region_part {
	PART_NONE,		/* the region maps no file */
	PART_SHARED,		/* MAP_SHARED: writes change the object */
	PART_TEXT,		/* private, executable */
	PART_DATA,		/* private, writable */
	PART_CONST,		/* private, read-only */
	PART_BARRED,		/* private, no access */
	NR_REGION_PARTS
};

/**
 * struct smaps - the kernel's own figures for a region, in bytes
 *
 * The values of /proc/PID/smaps; the kernel counts neither pages of hugetlbfs
 * nor the zero page as resident.
 */
struct smaps {
	uint64_t rss, pss;
	uint64_t shared_clean, shared_dirty, private_clean, private_dirty;
	uint64_t referenced, anonymous, swap, swap_pss;
	uint64_t shared_hugetlb, private_hugetlb;
	uint64_t ksm;		/* since Linux 6.8 */
};

/**
 * struct region - one line of maps
 * @start: first address
 * @end: first address after the region
 * @offset: offset of @start in the object, bytes
 * @inode: inode number of the object, 0 = none; for a SysV segment its
 *	identifier
 * @major: major number of the object's device
 * @minor: minor number of the object's device
 * @prot: protection as in maps: "rw-p"
 * @kind: what the region maps
 * @is_raw: the region has no pages that the kernel counts (VM_PFNMAP)
 * @is_mixed: some pages of the region may be uncounted (VM_MIXEDMAP)
 * @name: name as in maps, "" = none; freed with this structure
 * @smaps: figures of smaps; all 0 if only maps was read
 * @object: number in struct vm_share; 0 until the number is assigned
 */
struct region {
	uint64_t start, end;
	uint64_t offset;
	uint64_t inode;
	uint32_t major, minor;
	char prot[5];
	enum region_kind kind;
	bool is_raw;
	bool is_mixed;
	char *name;
	struct smaps smaps;
	uint32_t object;
};

/**
 * struct proc_maps - an address space
 * @region: regions, sorted by address
 * @nr: number of regions
 * @cap: number of regions that fit into @region
 */
struct proc_maps {
	struct region *region;
	uint32_t nr, cap;
};

int proc_maps_parse(FILE *file, const char *exe, struct proc_maps *maps);
void proc_maps_deinit(struct proc_maps *maps);

enum region_part region_part(const struct region *region);
void smaps_add(struct smaps *sum, const struct smaps *one);

/* "library", "SysV shm" */
const char *region_kind_name(enum region_kind kind);

static inline uint64_t region_bytes(const struct region *region)
{
	return region->end - region->start;
}

static inline bool region_is_shared(const struct region *region)
{
	return region->prot[3] == 's';
}

/* True if the region maps an object, whose pages have numbers. */
static inline bool region_has_object(const struct region *region)
{
	return region->kind >= REGION_PROGRAM;
}

#endif /* IPCPROBE_VM_MAPS_H */
