/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The regions of an address space: /proc/PID/maps or smaps, parsed, and what
 * is behind each region.
 */
#ifndef IPCPROBE_VM_MAPS_H
#define IPCPROBE_VM_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* what is behind a region */
enum region_kind {
	REGION_ANON,		/* nothing but memory */
	REGION_HEAP,
	REGION_STACK,		/* of the first thread */
	REGION_KERNEL,		/* vdso, vvar, vsyscall */
	REGION_PROGRAM,
	REGION_LIBRARY,		/* a file of which the process may execute a part */
	REGION_FILE,
	REGION_DEVICE,
	REGION_SYSV,		/* shmget(), shmat() */
	REGION_POSIX,		/* shm_open(): a file in /dev/shm */
	REGION_MEMFD,
	REGION_SHARED_ANON,	/* MAP_SHARED | MAP_ANONYMOUS */
	NR_REGION_KINDS
};

/* which of a file's parts a region is */
enum region_part {
	PART_NONE,		/* no file */
	PART_SHARED,		/* MAP_SHARED: writes reach the object */
	PART_TEXT,		/* private, executable */
	PART_DATA,		/* private, writable */
	PART_CONST,		/* private, read-only */
	PART_BARRED,		/* private, no access */
	NR_REGION_PARTS
};

/**
 * struct smaps - the kernel's own figures of a region, in bytes
 *
 * As /proc/PID/smaps has them; neither pages of hugetlbfs nor the zero page are
 * counted as resident.
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
 * @end: the one behind the last
 * @offset: of @start in the object, bytes
 * @inode: of the object, 0 = none; of a SysV segment its id
 * @major: of the object's device
 * @minor: of the object's device
 * @prot: as in maps: "rw-p"
 * @kind: what is behind it
 * @is_raw: not made of pages that the kernel counts (VM_PFNMAP)
 * @is_mixed: maybe some of its pages are not (VM_MIXEDMAP)
 * @name: as in maps, "" = none; owned by this
 * @smaps: all 0 if only maps was read
 * @object: number in struct vm_share, 0 until it has one
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
 * @region: by address
 * @nr: regions
 * @cap: regions there is room for
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

/* Is there an object whose pages have numbers? */
static inline bool region_has_object(const struct region *region)
{
	return region->kind >= REGION_PROGRAM;
}

#endif /* IPCPROBE_VM_MAPS_H */
