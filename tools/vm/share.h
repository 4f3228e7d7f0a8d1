/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What address spaces share, page by page: a pure function of their regions and
 * page tables.
 *
 * Two pages are the same if they are in the same frame of physical memory.
 * Without permission to see frames, pages of one object at the same offset are
 * the same, since the page cache has only one of them. Private pages can then
 * be told from shared ones, but the processes that share a private page are
 * unknown.
 */
#ifndef IPCPROBE_VM_SHARE_H
#define IPCPROBE_VM_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "vm/maps.h"

#define VM_PROCS_MAX	64U
#define VM_PAGE_SHIFT	12
#define VM_PAGE_SIZE	(1ULL << VM_PAGE_SHIFT)
#define VM_PSS_SHIFT	12	/* binary digits of a share's fraction, as in the kernel */

/* flags of a page, and of its frame; a named process is one of those that the user named */
enum {
	VM_PAGE_PRESENT		= 1 << 0,
	VM_PAGE_SWAPPED		= 1 << 1,
	VM_PAGE_FILE		= 1 << 2,	/* page of an object, not private to this process */
	VM_PAGE_EXCLUSIVE	= 1 << 3,	/* mapped once in the whole system */
	VM_PAGE_ZERO		= 1 << 4,	/* the kernel's zero page */
	VM_PAGE_WRITTEN		= 1 << 5,	/* soft-dirty */
	VM_PAGE_CHANGED		= 1 << 6,	/* different in the second reading */
	VM_PAGE_KSM		= 1 << 7,
	VM_PAGE_HUGE		= 1 << 8,	/* part of a transparent huge page */
	VM_PAGE_HUGETLB		= 1 << 9,
	VM_PAGE_RAW		= 1 << 10,	/* not counted by the kernel */
	/* flags that vm_share_count() sets */
	VM_PAGE_TOGETHER	= 1 << 11,	/* mapped by another named process, too */
	VM_PAGE_OTHERS		= 1 << 12,	/* mapped by a process not named, too */
};

/**
 * struct vm_page - a page that is mapped or swapped out
 * @address: virtual address
 * @frame: number of the frame; 0 = unknown
 * @region: index in the process's maps
 * @mapcount: number of page table entries in the whole system; 0 = unknown
 * @flags: VM_PAGE_*
 */
struct vm_page {
	uint64_t address;
	uint64_t frame;
	uint32_t region;
	uint32_t mapcount;
	uint16_t flags;
};

/**
 * struct vm_counts - numbers of pages of one or several regions
 * @present: mapped; each of these pages is in exactly one of the next six
 *	fields
 * @zero: the kernel's zero page
 * @raw: memory that the kernel does not count (devices, its own data)
 * @own: mapped by this process alone
 * @together: mapped by another one of the named processes, too
 * @others: mapped by processes that the user did not name, and by no other
 *	named process
 * @unknown: shared with unknown processes, or changed between the readings
 * @swapped: in swap
 * @changed: different in the two readings
 * @ksm: part of @present: merged with pages of the same content
 * @huge: part of @present: in transparent huge pages
 * @hugetlb: part of @present: from hugetlbfs
 * @copies: part of @present: private copies of a file's pages
 * @written: soft-dirty
 * @mapped_once: neither @zero nor @raw, mapped once in the whole system
 * @mapped_more: neither @zero nor @raw, mapped more than once
 * @pss: proportional share of @mapped_once and @mapped_more, in bytes <<
 *	VM_PSS_SHIFT
 */
struct vm_counts {
	uint64_t present, zero, raw, own, together, others, unknown;
	uint64_t swapped, changed, ksm, huge, hugetlb, copies, written;
	uint64_t mapped_once, mapped_more, pss;
};

/**
 * struct vm_process - one address space
 * @pid: process id
 * @comm: name of the process
 * @ipc_ns: namespace of its SysV objects; 0 = unknown
 * @maps: regions
 * @page: pages, sorted by address
 * @nr_pages: length of @page
 * @cap_pages: number of pages that fit into @page
 * @region: counts of each region, [maps.nr]
 * @sum: counts of all regions together
 */
struct vm_process {
	uint32_t pid;
	char comm[64];
	uint64_t ipc_ns;
	struct proc_maps maps;
	struct vm_page *page;
	uint32_t nr_pages, cap_pages;
	struct vm_counts *region;
	struct vm_counts sum;
};

/* why a frame exists, or is shared */
enum vm_cause {
	CAUSE_MEMORY,		/* page of an object that one of the processes may write for all */
	CAUSE_CACHE,		/* page of an object that none of the processes may write */
	CAUSE_UNWRITTEN,	/* page of an object; a write will copy the page */
	CAUSE_FORK,		/* private page in several processes */
	CAUSE_KSM,
	CAUSE_ZERO,
	CAUSE_KERNEL,		/* memory of the kernel itself */
	CAUSE_COPY,		/* private copy of a file's page */
	CAUSE_OWN,		/* private page */
	NR_VM_CAUSES
};

/**
 * struct vm_object - object that regions map; private memory is one object for
 * each kind
 * @kind: kind of its first region
 * @region: the first region that maps it
 * @ipc_ns: namespace of a SysV segment; else 0
 * @procs: processes that map the object, one bit for each
 * @next: next object with the same hash, 0 = none
 */
struct vm_object {
	enum region_kind kind;
	const struct region *region;
	uint64_t ipc_ns;
	uint64_t procs;
	uint32_t next;
};

/**
 * struct vm_group - frames with the same object, part, cause and holders
 * @object: number of the object
 * @part: part of the file
 * @cause: why the frames exist, or are shared
 * @procs: processes that have the frames mapped, one bit for each
 * @frames: number of frames
 * @mapped: number of pages in all processes
 * @others: number of frames that processes not named by the user have mapped,
 *	too
 * @pss: sum of the proportional shares of @procs, bytes << VM_PSS_SHIFT
 */
struct vm_group {
	uint32_t object;
	enum region_part part;
	enum vm_cause cause;
	uint64_t procs;
	uint64_t frames, mapped, others, pss;
};

/* one page table entry that refers to a frame */
struct vm_ref {
	uint64_t key[2];	/* identifies the frame */
	uint32_t proc, page;
};

/**
 * struct vm_share - address spaces, compared
 * @proc: the processes, [nr]; set by the caller, freed by vm_share_deinit()
 * @nr: number of processes, at most VM_PROCS_MAX; set by the caller
 * @has_frames: the frames are known; set by the caller
 * @vague_ksm: bytes that KSM merged in unknown pages; set by the caller
 * @object: struct vm_object, by number
 * @group: struct vm_group, by number
 * @object_of: number of the newest object with this hash
 * @procs_of: a number for each set of processes
 * @group_of: number of the group with this object, set of processes, part and
 *	cause
 * @ref: page table entries, sorted by frame
 * @nr_refs: length of @ref
 * @nr_frames: number of different frames
 */
struct vm_share {
	struct vm_process *proc;
	uint32_t nr;
	bool has_frames;
	uint64_t vague_ksm;
	struct pool object;
	struct pool group;
	struct map object_of, procs_of, group_of;
	struct vm_ref *ref;
	uint64_t nr_refs;
	uint64_t nr_frames;
};

int vm_share_count(struct vm_share *share);
void vm_share_deinit(struct vm_share *share);

/*
 * vm_group_is_together(): several of the processes have these frames;
 * vm_group_is_apart(): several could have them, but only one has
 */
bool vm_group_is_together(const struct vm_share *share, const struct vm_group *group);
bool vm_group_is_apart(const struct vm_share *share, const struct vm_group *group);

static inline struct vm_object *vm_object_at(const struct vm_share *share, uint32_t number)
{
	return pool_at(&share->object, number);
}

static inline struct vm_group *vm_group_at(const struct vm_share *share, uint32_t number)
{
	return pool_at(&share->group, number);
}

/* index of @address in the object of @region, in pages */
static inline uint64_t region_index(const struct region *region, uint64_t address)
{
	return (address - region->start + region->offset) >> VM_PAGE_SHIFT;
}

#endif /* IPCPROBE_VM_SHARE_H */
